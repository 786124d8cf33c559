"""`/routes`: every route of the graph with its ends, who takes it and the claims about it."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crossings import write_crossings
from tests.hostile import LABELS, LONG
from tests.service import serving
from tests.web import BROWSER, Page, links
from tipgraph.namespaces import ID
from tipgraph.server.areas import REGIONS, m49_area


@pytest.fixture(scope="module")
def crossings_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    snapshot = write_crossings(tmp_path_factory.mktemp("crossings") / "snapshot")
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        yield client


def routes(client: httpx.Client) -> dict[str, Any]:
    """The routes by the last step of their IRIs."""
    found = client.get("/routes.json").json()["routes"]
    return {each["iri"].removeprefix(ID): each for each in found}


def places(client: httpx.Client) -> dict[str, Any]:
    """The places by the last step of their IRIs."""
    found = client.get("/routes.json").json()["places"]
    return {each["iri"].removeprefix(ID): each for each in found}


def page(client: httpx.Client, path: str = "/routes") -> str:
    response = client.get(path, headers={"accept": BROWSER})
    assert response.status_code == 200
    return unescape(response.text)


class TestOfTheShippedGraph:
    def test_each_route_that_a_query_finds_is_there_with_its_ends(
        self, shipped: httpx.Client
    ) -> None:
        query = (
            "SELECT ?route ?from ?to { ?route tip:routeOrigin ?from ; tip:routeDestination ?to }"
        )
        prefix = "PREFIX tip: <https://w3id.org/tipgraph/ontology#> "
        answer = shipped.get(
            "/sparql",
            params={"query": prefix + query},
            headers={"accept": "application/sparql-results+json"},
        ).json()
        expected = {
            tuple(row[name]["value"] for name in ("route", "from", "to"))
            for row in answer["results"]["bindings"]
        }
        found = {
            (route["iri"], start, end)
            for route in routes(shipped).values()
            for start in route["origins"]
            for end in route["destinations"]
        }
        assert found == expected != set()

    def test_a_route_has_a_line_for_each_kind_of_evidence(self, shipped: httpx.Client) -> None:
        route = routes(shipped)["rt-dprk-china"]
        kinds = [(line["evidentiality"], line["strength"]) for line in route["lines"]]
        assert kinds == [("Asserted by the document", 5), ("Reported", 3)]
        reported = [claim["iri"] for claim in route["lines"][1]["claims"]]
        assert reported == ["https://w3id.org/tipgraph/claim/nk/s51-06"]
        assert [each["label"] for each in route["kinds"]] == ["Recruitment route"]

    def test_who_is_trafficked_along_a_route_is_told_from_who_takes_it(
        self, shipped: httpx.Client
    ) -> None:
        trafficked = {
            (name, taker["iri"].removeprefix(ID))
            for name, route in routes(shipped).items()
            for taker in route["takers"]
            if taker["trafficked"]
        }
        assert trafficked == {("rt-dprk-china", "vg-women-girls-china")}

    def test_regions_are_drawn_as_the_countries_of_a_list_that_is_named(
        self, shipped: httpx.Client
    ) -> None:
        found = places(shipped)
        regions = {name for name, place in found.items() if place["region"]}
        assert regions == {iri.removeprefix(ID) for iri in REGIONS}
        assert found["dprk"]["countries"] == ["408"]
        assert found["africa"]["source"] == "UN M49: Africa (002)"
        assert len(found["africa"]["countries"]) == 59
        assert "818" in found["africa"]["countries"]
        assert "818" not in found["middle-east"]["countries"]
        assert "Egypt" in found["middle-east"]["note"]

    def test_a_part_of_a_state_is_drawn_as_the_state_and_says_so(
        self, shipped: httpx.Client
    ) -> None:
        part = places(shipped)["northeast-china"]
        assert (part["countries"], part["within"]["label"]) == (["156"], "China")
        mongolia = places(shipped)["mongolia"]
        assert (mongolia["countries"], mongolia["within"]) == (["496"], None)

    def test_the_page_has_it_all_in_words(self, shipped: httpx.Client) -> None:
        text = page(shipped)
        hrefs = Page(text).hrefs
        for route in routes(shipped).values():
            assert route["address"] in hrefs
            assert all(taker["address"] in hrefs for taker in route["takers"])
            for line in route["lines"]:
                assert f'id="{line["section"].partition("#")[2]}"' in text
                assert all(claim["address"] in hrefs for claim in line["claims"])
        assert "which states in them are meant is not said" in text

    def test_the_navigation_leads_there(self, shipped: httpx.Client) -> None:
        assert "/routes" in Page(page(shipped, "/")).hrefs
        assert 'href="/routes" aria-current="page"' in page(shipped)


class TestOfOtherData:
    def test_a_place_inside_another_is_drawn_as_that(self, crossings_client: httpx.Client) -> None:
        found = places(crossings_client)
        assert (found["bay"]["countries"], found["bay"]["within"]["label"]) == (["410"], "Strait")
        assert found["nowhere"]["countries"] == []
        assert found["south"]["region"]
        assert found["south"]["source"] == "UN M49: Eastern Africa (014)"

    def test_claims_that_are_not_affirmed_make_no_line(
        self, crossings_client: httpx.Client
    ) -> None:
        ferry = routes(crossings_client)["ferry"]
        kinds = {line["evidentiality"]: len(line["claims"]) for line in ferry["lines"]}
        assert kinds == {"Reported": 1, "Believed": 1}
        apart = [(each["label"], each["status"]) for each in ferry["notAffirmed"]]
        assert apart == [
            ("Officers take the ferry", "denied"),
            ("The ferry goes south", "affirmed"),
        ]
        takers = {each["label"]: each["trafficked"] for each in ferry["takers"]}
        assert takers == {"Crew": False, "Hidden": True}

    def test_what_is_not_said_is_called_so(self, crossings_client: httpx.Client) -> None:
        found = routes(crossings_client)
        assert found["lost"]["destinations"] == found["lost"]["lines"] == []
        assert found["path"]["lines"][0]["evidentiality"] == "Evidence not stated"
        assert found["path"]["lines"][0]["strength"] is None
        text = page(crossings_client)
        assert "no claim" in text
        assert "not said" in text

    def test_labels_that_mean_ill_stay_text(self, crossings_client: httpx.Client) -> None:
        text = crossings_client.get("/routes", headers={"accept": BROWSER}).text
        assert LABELS["markup"] not in text
        assert LABELS["markup"] in unescape(text)
        assert LONG in text

    def test_data_without_named_graphs_has_routes_too(
        self, crossings_client: httpx.Client, tmp_path: Path
    ) -> None:
        snapshot = write_crossings(tmp_path / "plain", merged=False)
        with serving(snapshot.path, workers=1) as live, live.client() as client:
            assert routes(client) == routes(crossings_client)

    def test_data_without_routes_says_so(self, lakes: httpx.Client) -> None:
        assert lakes.get("/routes.json").json() == {"complete": True, "routes": [], "places": []}
        assert "There is no route in the data of this service." in page(lakes)


class TestForms:
    def test_a_browser_gets_a_page_and_a_program_json(self, shipped: httpx.Client) -> None:
        for accept, expected in (
            (BROWSER, "text/html; charset=utf-8"),
            ("application/json", "application/json"),
            ("*/*", "application/json"),
        ):
            response = shipped.get("/routes", headers={"accept": accept})
            assert response.headers["content-type"] == expected
        assert ("alternate", "/routes.json", "application/json") in links(
            shipped.get("/routes.html")
        )

    def test_what_is_known_already_is_not_sent_again(self, shipped: httpx.Client) -> None:
        tag = shipped.get("/routes.json").headers["etag"]
        again = shipped.get("/routes.json", headers={"if-none-match": tag})
        assert again.status_code == 304

    @pytest.mark.parametrize(
        ("path", "accept", "status"),
        [
            ("/routes.kml", "*/*", 404),
            ("/routes?format=kml", "*/*", 400),
            ("/routes", "image/png", 406),
        ],
    )
    def test_other_forms_are_refused(
        self, shipped: httpx.Client, path: str, accept: str, status: int
    ) -> None:
        assert shipped.get(path, headers={"accept": accept}).status_code == status


class TestAreas:
    def test_codes_of_countries_stand_for_themselves(self) -> None:
        assert m49_area("408").countries == ("408",)
        assert m49_area("408").source == "UN M49"

    def test_no_country_is_in_two_areas(self) -> None:
        counted = [code for area in REGIONS.values() for code in area.countries]
        assert len(counted) == len(set(counted))
        assert all(len(code) == 3 and code.isdecimal() for code in counted)
