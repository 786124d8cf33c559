"""What is answered for the IRIs of things, and for their data."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from tests.isomorphism import read
from tests.lakes import BOATS, THINGS
from tests.web import BROWSER, PAGE, links, targets
from tipgraph.formats import GRAPH_FORMATS


class TestThings:
    @pytest.mark.parametrize("name", THINGS)
    @pytest.mark.parametrize(
        ("accept", "location"),
        [
            (None, "/data/{}.ttl"),
            ("*/*", "/data/{}.ttl"),
            (BROWSER, "/page/{}"),
            ("application/ld+json", "/data/{}.jsonld"),
            ("application/rdf+xml;q=0.5, application/trig", "/data/{}.trig"),
            ("application/x-bibtex", "/data/{}.bib"),
            ("application/vnd.citationstyles.csl+json", "/data/{}.csl"),
            ("application/linkset+json", "/data/{}.linkset"),
        ],
    )
    def test_a_thing_leads_to_what_describes_it(
        self, lakes: httpx.Client, name: str, accept: str | None, location: str
    ) -> None:
        request = lakes.build_request("GET", f"/{name}")
        if accept is None:
            del request.headers["accept"]
        else:
            request.headers["accept"] = accept
        response = lakes.send(request)
        assert response.status_code == 303
        assert response.headers["location"] == location.format(name)
        assert "Accept" in response.headers["vary"]
        described = lakes.send(request, follow_redirects=True)
        assert described.status_code == 200

    def test_a_parameter_names_the_format_as_well(self, lakes: httpx.Client) -> None:
        response = lakes.get("/id/lake?format=rdf&page=2", headers={"accept": PAGE})
        assert response.headers["location"] == "/data/id/lake.rdf?page=2"
        assert lakes.get("/id/lake?format=docx").status_code == 400

    def test_all_that_describes_it_is_linked(self, lakes: httpx.Client) -> None:
        response = lakes.get("/id/lake")
        described = targets(response, "describedby")
        assert {"/page/id/lake", *(f"/data/id/lake.{f.name}" for f in GRAPH_FORMATS)} < set(
            described
        )
        assert targets(response, "linkset") == ["/data/id/lake.linkset"]

    def test_the_text_of_a_document_leads_to_what_is_known_of_it(self, lakes: httpx.Client) -> None:
        assert lakes.get("/doc/lakes.txt").headers["location"] == "/data/doc/lakes.ttl"
        assert lakes.get("/doc/rivers.txt").status_code == 404

    @pytest.mark.parametrize(
        ("path", "location"),
        [
            ("/id/m%C3%BChle", "/data/id/m%C3%BChle.ttl"),
            ("/id/caf%C3%A9", "/data/id/caf%C3%A9.ttl"),
            ("/id/v1.ttl", "/data/id/v1.ttl.ttl"),
        ],
    )
    def test_any_iri_can_be_followed(self, lakes: httpx.Client, path: str, location: str) -> None:
        response = lakes.get(path)
        assert response.headers["location"] == location
        followed = lakes.get(path, follow_redirects=True)
        assert "rdfs:label" in followed.text
        assert lakes.get(f"/page{path}").status_code == 200
        assert lakes.get(f"/data{path}").headers["content-location"] == location


class TestData:
    @pytest.mark.parametrize("name", THINGS)
    def test_every_format_holds_the_same_graph(self, lakes: httpx.Client, name: str) -> None:
        expected = read(lakes.get(f"/data/{name}.ttl").content, RdfFormat.TURTLE)
        assert expected
        for form in GRAPH_FORMATS:
            by_suffix = lakes.get(f"/data/{name}.{form.name}")
            assert by_suffix.headers["content-type"] == form.content_type
            assert read(by_suffix.content, form.engine) == expected  # type: ignore[arg-type]
            by_accept = lakes.get(f"/data/{name}", headers={"accept": form.media_type})
            assert by_accept.content == by_suffix.content
            assert by_accept.headers["etag"] == by_suffix.headers["etag"]
            assert by_accept.headers["content-location"] == f"/data/{name}.{form.name}"

    def test_trig_keeps_what_is_inferred_apart(self, lakes: httpx.Client) -> None:
        quads = list(parse(lakes.get("/data/id/canal.trig").content, RdfFormat.TRIG))
        graphs = {
            str(quad.graph_name).rpartition("/")[2].rstrip(">")
            for quad in quads
            if "fedBy" in quad.predicate.value
        }
        assert graphs == {"inferred", "DEFAULT"}

    def test_the_document_says_what_it_is_and_what_it_counted(self, lakes: httpx.Client) -> None:
        text = lakes.get("/data/id/lake.ttl").text
        assert "foaf:primaryTopic id:lake" in text
        assert f"void:property tip:floatsOn ; void:triples {BOATS}" in text
        assert "<http://www.w3.org/ns/hydra/core#next>" in text
        assert "dcterms:license <https://creativecommons.org/licenses/by/4.0/>" in text

    def test_many_who_ask_at_once_all_get_it(self, lakes: httpx.Client) -> None:
        with ThreadPoolExecutor(16) as pool:
            responses = list(pool.map(lakes.get, ["/data/id/boat-007.ttl"] * 48))
        assert {each.status_code for each in responses} == {200}
        assert len({each.content for each in responses}) == 1

    def test_links_are_followed_page_by_page(self, lakes: httpx.Client) -> None:
        boats, address, steps = set(), "/data/id/lake.nt", 0
        while address:
            response = lakes.get(address)
            boats |= set(re.findall(r"<(\S+)> <\S+#floatsOn> <", response.text))
            address = next(iter(targets(response, "next")), "")
            steps += 1
        assert len(boats) == BOATS
        assert steps == 3
        assert targets(response, "prev") == ["/data/id/lake.nt?page=2"]
        assert targets(response, "first") == ["/data/id/lake.nt"]

    @pytest.mark.parametrize(
        ("query", "status"),
        [("page=4", 404), ("page=0", 400), ("page=x", 400), ("page=1&page=2", 400)],
    )
    def test_pages_that_are_not_there(self, lakes: httpx.Client, query: str, status: int) -> None:
        response = lakes.get(f"/data/id/lake.ttl?{query}")
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"

    def test_what_a_format_cannot_write_is_not_acceptable_in_it(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/odd.rdf")
        assert response.status_code == 406
        assert "text/turtle" in response.json()["available"]
        assert lakes.get("/data/id/odd.nt").status_code == 200


class TestHeaders:
    @pytest.mark.parametrize("path", ["/page/id/lake", "/data/id/lake.ttl"])
    def test_links_by_the_book(self, lakes: httpx.Client, path: str) -> None:
        response = lakes.get(path)
        base = "https://w3id.org/tipgraph"
        assert targets(response, "cite-as") == [f"{base}/id/lake"]
        assert targets(response, "canonical") == [base + path]
        assert targets(response, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
        assert targets(response, "collection") == ["/dataset"]
        assert targets(response, "up") == ["/dataset"]
        assert targets(response, "linkset") == ["/data/id/lake.linkset"]
        assert set(targets(response, "author")) == {f"{base}/id/surveyor", f"{base}/id/helper"}
        for relation, target, media_type in links(response):
            if relation in ("alternate", "describedby", "linkset", "next"):
                linked = lakes.get(target, headers={"accept": media_type or "*/*"})
                assert linked.status_code == 200
                assert linked.headers["content-type"].startswith(media_type)

    def test_a_page_is_described_by_data_and_data_describes_the_thing(
        self, lakes: httpx.Client
    ) -> None:
        page, data = lakes.get("/page/id/lake"), lakes.get("/data/id/lake.ttl")
        assert "/data/id/lake.ttl" in targets(page, "describedby")
        assert targets(data, "describes") == ["https://w3id.org/tipgraph/id/lake"]
        assert "https://schema.org/AboutPage" in targets(page, "type")
        assert "https://w3id.org/tipgraph/ontology#Lake" in targets(page, "type")

    def test_up_leads_from_a_claim_to_its_passage_and_on(self, lakes: httpx.Client) -> None:
        assert targets(lakes.get("/page/claim/lakes/s1-01"), "up") == ["/doc/lakes/s1"]
        assert targets(lakes.get("/page/doc/lakes/s1"), "up") == ["/doc/lakes/sec-1"]

    def test_the_linkset_says_the_same(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.linkset")
        assert response.headers["content-type"] == "application/linkset+json"
        base = "https://w3id.org/tipgraph/"
        contexts = {each.pop("anchor"): each for each in response.json()["linkset"]}
        page = contexts[f"{base}page/id/lake"]
        assert page["cite-as"] == [{"href": f"{base}id/lake"}]
        assert {"href": f"{base}data/id/lake.ttl", "type": "text/turtle"} in page["describedby"]
        turtle = contexts[f"{base}data/id/lake.ttl"]
        assert turtle["describes"] == [{"href": f"{base}id/lake"}]

    @pytest.mark.parametrize(
        "path",
        [
            "/id/lake",
            "/page/id/lake",
            "/data/id/lake.ttl",
            "/data/id/lake",
            "/data/id/lake.bib",
            "/id/nothing",
            "/id/pond",
            "/id/lake?page=x",
        ],
    )
    def test_head_is_get_without_a_body(self, lakes: httpx.Client, path: str) -> None:
        differing = ("date", "x-request-id", "server-timing")
        got, head = lakes.get(path), lakes.head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        kept = [
            {name: value for name, value in each.headers.items() if name not in differing}
            for each in (got, head)
        ]
        if "id/nothing" not in path and "=x" not in path and "pond" not in path:
            assert kept[0] == kept[1]
        assert list(kept[0]) == list(kept[1])

    @pytest.mark.parametrize(
        ("path", "accept", "vary"),
        [
            ("/id/lake", "*/*", "Accept"),
            ("/id/nothing", "*/*", "Accept"),
            ("/id/lake", "image/png", "Accept"),
            ("/data/id/lake", "text/turtle", "Accept-Encoding"),
            ("/page/id/lake", PAGE, "Accept-Language"),
            ("/id/pond", PAGE, "Accept"),
        ],
    )
    def test_whatever_was_negotiated_says_so(
        self, lakes: httpx.Client, path: str, accept: str, vary: str
    ) -> None:
        response = lakes.get(path, headers={"accept": accept})
        assert vary in response.headers["vary"].split(", ")

    def test_what_the_client_has_is_not_sent_again(self, lakes: httpx.Client) -> None:
        for path in ("/data/id/lake.ttl", "/page/id/lake", "/data/id/lake.linkset"):
            tag = lakes.get(path).headers["etag"]
            assert re.fullmatch(r'"[0-9a-f]{32}(-\w+)?"', tag)
            for known in (tag, "*"):
                again = lakes.get(path, headers={"if-none-match": known})
                assert again.status_code == 304
                assert again.content == b""

    def test_other_methods_are_refused(self, lakes: httpx.Client) -> None:
        for path in ("/id/lake", "/page/id/lake", "/data/id/lake.ttl"):
            response = lakes.put(path, content=b"")
            assert response.status_code == 405
            assert response.headers["allow"] == "GET, HEAD, OPTIONS"
            options = lakes.options(path)
            assert options.status_code == 204
            assert options.headers["access-control-allow-origin"] == "*"
