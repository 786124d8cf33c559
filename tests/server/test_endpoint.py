"""The service on a graph at an endpoint: the same as on a snapshot, but that data may change."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from tests.endpoints import oxigraph, virtuoso
from tests.isomorphism import read
from tests.lakes import lakes as lakes_quads
from tests.server.test_never_hurt import raw_request
from tests.service import PATIENCE, LiveService, serving_endpoint, wait_until
from tests.store.misbehaving import misbehaving, response, sending, waiting
from tipgraph.namespaces import DATASET, DCAT, GRAPH_META

GRAPH = "https://w3id.org/tipgraph/graph/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
# The snapshot's version, as a dataset at an endpoint states it.
VERSION = Quad(DATASET, NamedNode(f"{DCAT}version"), Literal("1.2.3"), GRAPH_META)
PAGES = (
    "/page/id/lake",
    "/page/claim/lakes/s1-01",
    "/page/doc/lakes/s1",
    "/page/inferred/1",
    "/page/id/only-mentioned",
    "/page/id/caf%C3%A9",
)
SELECT = f"SELECT ?l {{ <https://w3id.org/tipgraph/id/canal> <{LABEL}> ?l }}"


@pytest.fixture(scope="module", params=(oxigraph, virtuoso), ids=lambda engine: engine.__name__)
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a service over the lakes at an endpoint, of each engine in turn."""
    folder = tmp_path_factory.mktemp("lakes-elsewhere") / "data"
    with (
        request.param([*lakes_quads(), VERSION], folder) as url,
        serving_endpoint(url, workers=2) as live,
        live.client() as client,
    ):
        client.headers["accept"] = "*/*"
        yield client


class TestTheSameAsOnASnapshot:
    @pytest.mark.parametrize("path", PAGES)
    def test_pages(self, elsewhere: httpx.Client, lakes: httpx.Client, path: str) -> None:
        accept = {"accept": "text/html"}
        expected = lakes.get(path, headers=accept)
        assert expected.status_code == 200
        assert elsewhere.get(path, headers=accept).text == expected.text

    @pytest.mark.parametrize("path", PAGES)
    def test_data(self, elsewhere: httpx.Client, lakes: httpx.Client, path: str) -> None:
        data = path.replace("/page/", "/data/") + ".nt"
        form = RdfFormat.N_TRIPLES
        assert read(elsewhere.get(data).content, form) == read(lakes.get(data).content, form)

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/id/lake", 303),
            ("/id/nothing", 404),
            ("/id/pond", 410),
            ("/sparql?query=SELECT%20*%20%7B", 400),
            ("/sparql?query=CLEAR%20ALL", 403),
            ("/gsp?graph=urn:none", 404),
        ],
    )
    def test_statuses(
        self, elsewhere: httpx.Client, lakes: httpx.Client, path: str, status: int
    ) -> None:
        found, expected = elsewhere.get(path), lakes.get(path)
        assert found.status_code == expected.status_code == status
        assert found.headers.get("location") == expected.headers.get("location")

    @pytest.mark.parametrize("query", ["q=lake", "q=Old+canal", "q=ane", "kind=tip:Canal"])
    def test_search(self, elsewhere: httpx.Client, lakes: httpx.Client, query: str) -> None:
        def hits(client: httpx.Client) -> list[tuple[str, str, str]]:
            found = client.get(f"/search?{query}&format=json").json()["hits"]
            return [(hit["iri"], hit["match"], hit["label"]) for hit in found]

        assert hits(lakes)
        assert hits(elsewhere) == hits(lakes)

    def test_words_that_are_not_found_lead_to_those_that_are(self, elsewhere: httpx.Client) -> None:
        page = elsewhere.get("/search?q=canal+zebra", headers={"accept": "text/html"}).text
        assert re.search(r'href="/search\?q=canal"', page)

    def test_graphs(self, elsewhere: httpx.Client, lakes: httpx.Client) -> None:
        for name in ("data", "ontology", "inferred"):
            path = f"/gsp?graph={GRAPH}{name}&format=nt"
            found, expected = elsewhere.get(path), lakes.get(path)
            form = RdfFormat.N_TRIPLES
            assert read(found.content, form) == read(expected.content, form), name

    def test_named_graphs_are_validated(self, elsewhere: httpx.Client) -> None:
        shapes = (
            "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
            "@prefix tip: <https://w3id.org/tipgraph/ontology#> .\n"
            "<urn:s> sh:targetClass tip:Lake ; sh:property [ sh:path tip:depth ; sh:minCount 2 ] ."
        )
        answer = elsewhere.post(
            "/validate",
            params={"data-graph-uri": f"{GRAPH}data", "format": "json"},
            files={"shapes": ("shapes.ttl", shapes, "text/turtle")},
        )
        assert answer.status_code == 200
        assert answer.headers["tipgraph-conforms"] == "false"
        assert "id/lake" in answer.text

    def test_the_dataset_says_what_is_there(self, elsewhere: httpx.Client) -> None:
        answer = elsewhere.get("/dataset.nt")
        assert f"<{GRAPH}data> <http://rdfs.org/ns/void#triples>" in answer.text
        assert "sha256:" not in answer.text
        page = elsewhere.get("/dataset", headers={"accept": "text/html"})
        assert page.status_code == 200
        assert "/dumps/" not in page.text


def test_there_are_no_dumps_and_nothing_leads_to_them(elsewhere: httpx.Client) -> None:
    for path in ("/dumps", "/dumps/", "/dumps/1/data.nt.gz"):
        answer = elsewhere.get(path)
        assert answer.status_code == 404
        assert "at an endpoint" in answer.json()["detail"]
    for path in ("/sitemap.xml", "/llms.txt"):
        assert "dumps" not in elsewhere.get(path).text


def test_the_outcomes_of_queries_are_counted(elsewhere: httpx.Client) -> None:
    elsewhere.get("/sparql", params={"query": SELECT})
    text = elsewhere.get("/metrics").text
    answered = re.search(r'^tipgraph_endpoint_queries_total\{outcome="answered"} (\S+)', text, re.M)
    assert answered is not None
    assert float(answered.group(1)) > 0
    assert "\ntipgraph_endpoint_left_alone 0.0" in text
    assert "\ntipgraph_workers_busy" in text


def test_what_changes_at_the_endpoint_shows_at_once(tmp_path: Path) -> None:
    with (
        oxigraph(lakes_quads(), tmp_path / "data") as url,
        serving_endpoint(url, workers=1) as live,
        live.client() as client,
    ):
        paths = (
            f"/sparql?query={quote(SELECT)}",
            "/data/id/canal.ttl",
            "/page/id/canal",
            f"/gsp?graph={GRAPH}data",
            "/search?q=canal&format=json",
        )
        before = {path: client.get(path) for path in paths}
        for path, answer in before.items():
            assert answer.status_code == 200, path
            known = {"if-none-match": answer.headers["etag"]}
            assert client.get(path, headers=known).status_code == 304, path
        # The answer is named by its bytes, whoever asks for it.
        plain = client.get(paths[0], headers={"accept-encoding": "identity"})
        assert plain.headers["etag"] == before[paths[0]].headers["etag"]
        update = (
            f"DELETE DATA {{ GRAPH <{GRAPH}data> {{ <https://w3id.org/tipgraph/id/canal> <{LABEL}> "
            f'"Old canal"@en }} }} ; INSERT DATA {{ GRAPH <{GRAPH}data> '
            f'{{ <https://w3id.org/tipgraph/id/canal> <{LABEL}> "Changed canal"@en }} }}'
        )
        httpx.post(url.replace("/query", "/update"), data={"update": update}).raise_for_status()
        for path, answer in before.items():
            known = {"if-none-match": answer.headers["etag"]}
            after = client.get(path, headers=known)
            assert after.status_code == 200, path
            assert "Changed canal" in after.text, path
            assert after.headers["etag"] != answer.headers["etag"], path


def test_graphs_that_come_later_are_found_by_name(tmp_path: Path) -> None:
    with (
        oxigraph(lakes_quads(), tmp_path / "data") as url,
        serving_endpoint(url, workers=1) as live,
        live.client() as client,
    ):
        update = "INSERT DATA { GRAPH <urn:later> { <urn:s> <urn:p> 'found' } }"
        httpx.post(url.replace("/query", "/update"), data={"update": update}).raise_for_status()
        assert "found" in client.get("/gsp?graph=urn:later").text
        form = {"data-graph-uri": "urn:later", "format": "json"}
        assert client.post("/validate", data=form).status_code == 200
        assert client.get("/gsp?graph=urn:none").status_code == 404


class TestFailures:
    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        return tmp_path / "log"

    def test_each_is_a_problem_of_its_own(self, log: Path) -> None:
        with misbehaving() as server, serving_endpoint(server.url, workers=1, log=log) as live:
            for status, problem, sent in (
                (502, "endpoint-failed", response(SELECT, "text/plain", status="500 Oh")),
                (502, "answer-unusable", response("<html>", "text/html")),
                (502, "answer-unusable", response("{", length=10)),
                (503, "endpoint-away", b""),
                (503, "overloaded", response("", status="429 Too Many Requests")),
            ):
                server.behaviour = sending(sent)
                answer = live.get("/sparql", params={"query": SELECT})
                assert answer.status_code == status, answer.text
                assert answer.json()["type"] == f"/problems/{problem}"
                assert ("retry-after" in answer.headers) == (status == 503)
                assert live.get(f"/problems/{problem}").status_code == 200
        # What an endpoint says may hold the query, which the log does not.
        events = [json.loads(line) for line in log.read_text().splitlines()]
        assert "endpoint-failed" in {event["event"] for event in events}
        assert "canal" not in log.read_text()

    def test_the_service_is_not_ready_without_its_endpoint(self) -> None:
        with misbehaving() as server, serving_endpoint(server.url, workers=1) as live:
            well = server.behaviour
            server.behaviour = sending(b"")
            assert live.get("/readyz").status_code == 503
            assert live.get("/livez").status_code == 200
            server.behaviour = well
            assert live.get("/readyz").status_code == 200

    def test_readiness_ends_the_pause(self) -> None:
        with misbehaving() as server, serving_endpoint(server.url, workers=1) as live:
            well = server.behaviour
            server.behaviour = sending(b"")
            for _ in range(6):
                answer = live.get("/sparql", params={"query": SELECT})
                assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            server.behaviour = well
            assert live.get("/readyz").status_code == 200
            assert live.get("/sparql", params={"query": SELECT}).status_code == 200

    def test_a_client_that_leaves_ends_the_query(self) -> None:
        with misbehaving() as server, serving_endpoint(server.url, workers=1) as live:
            server.behaviour = waiting()
            with live.connect() as connection:
                connection.sendall(raw_request("GET", SELECT))
                wait_until(lambda: server.was_sent(SELECT))
            assert server.left.wait(PATIENCE)

    def test_an_endpoint_that_is_away_ends_the_start(self, log: Path) -> None:
        def starts() -> bool:
            live: LiveService
            with serving_endpoint("http://127.0.0.1:9/sparql", workers=1, log=log) as live:
                return live.process.poll() is None

        with pytest.raises(AssertionError, match="ended at once"):
            starts()
        wait_until(lambda: "cannot be reached" in log.read_text())
