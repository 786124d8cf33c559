"""The documents: ontology, shapes and dataset, in every form, and every anchor in its place."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat

from tests.documents import graph, page
from tests.isomorphism import read
from tests.service import serving
from tests.web import BROWSER
from tipgraph.build import build
from tipgraph.dataset import read_shipped
from tipgraph.formats import GRAPH_FORMATS, TURTLE, Format
from tipgraph.inputs import Inputs
from tipgraph.namespaces import (
    BASE,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
)
from tipgraph.questions import questions
from tipgraph.snapshot import Snapshot

DOCUMENTS: Final = {
    "ontology": "graph/ontology",
    "shapes": "graph/shapes",
    "dataset": "graph/meta",
}


@pytest.fixture(scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("own")
    data = folder / "lakes.trig"
    data.write_text("PREFIX ex: <http://example.org/> ex:a a ex:Lake . ex:g { ex:b a ex:Lake }")
    snapshot = build(Inputs((data,)), folder / "snapshots").snapshot
    with (
        serving(snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client


@pytest.mark.parametrize("name", DOCUMENTS)
class TestForms:
    @pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
    def test_accept_and_suffix_give_the_same_graph(
        self, shipped: httpx.Client, name: str, form: Format
    ) -> None:
        by_accept = shipped.get(f"/{name}", headers={"accept": form.media_type})
        by_suffix = shipped.get(f"/{name}.{form.name}", headers={"accept": "image/png"})
        assert by_accept.status_code == by_suffix.status_code == 200
        assert by_accept.headers["content-type"] == form.content_type
        assert by_accept.headers["content-location"] == f"/{name}.{form.name}"
        assert by_accept.headers["vary"] == "Accept, Accept-Encoding"
        assert by_accept.content == by_suffix.content
        assert isinstance(form.engine, RdfFormat)
        assert read(by_accept.content, form.engine) == graph(shipped, f"/{name}")

    def test_it_holds_its_graph(self, shipped: httpx.Client, name: str) -> None:
        held, whole = graph(shipped, f"/{DOCUMENTS[name]}"), graph(shipped, f"/{name}")
        assert whole == held if name != "dataset" else whole > held

    def test_the_version_is_the_same_document(self, shipped: httpx.Client, name: str) -> None:
        assert graph(shipped, f"/{name}/1.0.0") == graph(shipped, f"/{name}/1.0.0.ttl")
        assert graph(shipped, f"/{name}/1.0.0") == graph(shipped, f"/{name}")
        unknown = shipped.get(f"/{name}/0.0.9")
        assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/not-found")
        assert "version 1.0.0" in unknown.json()["detail"]

    def test_turtle_is_what_comes_without_accept(self, shipped: httpx.Client, name: str) -> None:
        for accept in (None, "*/*", "text/turtle, application/rdf+xml;q=0.9"):
            request = shipped.build_request("GET", f"/{name}")
            del request.headers["accept"]
            if accept:
                request.headers["accept"] = accept
            assert shipped.send(request).headers["content-type"] == TURTLE.content_type

    def test_nothing_acceptable(self, shipped: httpx.Client, name: str) -> None:
        response = shipped.get(f"/{name}", headers={"accept": "image/png"})
        assert response.status_code == 406
        assert "text/turtle" in response.json()["available"]
        assert "text/html" in response.json()["available"]
        assert response.headers["vary"] == "Accept, Accept-Encoding"

    def test_the_page_holds_the_same_graph(self, shipped: httpx.Client, name: str) -> None:
        embedded = page(shipped, f"/{name}").data.encode()
        assert json.loads(embedded)
        assert read(embedded, RdfFormat.JSON_LD) == graph(shipped, f"/{name}")

    def test_ids_are_unique_and_local_links_arrive(self, shipped: httpx.Client, name: str) -> None:
        found = page(shipped, f"/{name}")
        assert [i for i, count in Counter(found.ids).items() if count > 1] == []
        fragments = {link[1:] for link in found.hrefs if link.startswith("#")}
        assert fragments <= set(found.ids)
        assert {urlsplit(link).netloc for link in found.hrefs if link.startswith("/")} == {""}

    def test_known_documents_are_not_sent_again(self, shipped: httpx.Client, name: str) -> None:
        for accept in ("text/turtle", BROWSER):
            first = shipped.get(f"/{name}", headers={"accept": accept})
            again = shipped.get(
                f"/{name}", headers={"accept": accept, "if-none-match": first.headers["etag"]}
            )
            assert (again.status_code, again.content) == (304, b"")

    def test_it_comes_compressed(self, shipped: httpx.Client, name: str) -> None:
        plain = shipped.get(f"/{name}.nt", headers={"accept-encoding": "identity"})
        tags = {plain.headers["etag"]}
        for coding in ("gzip", "br", "zstd"):
            response = shipped.get(f"/{name}.nt", headers={"accept-encoding": coding})
            assert response.headers["content-encoding"] == coding
            assert response.content == plain.content
            tags.add(response.headers["etag"])
        assert len(tags) == 4

    def test_head_is_get_without_the_body(self, shipped: httpx.Client, name: str) -> None:
        got, head = shipped.get(f"/{name}"), shipped.head(f"/{name}")
        ignored = {"date", "x-request-id"}
        assert [i for i in head.headers.items() if i[0] not in ignored] == [
            i for i in got.headers.items() if i[0] not in ignored
        ]

    def test_it_can_only_be_read(self, shipped: httpx.Client, name: str) -> None:
        response = shipped.delete(f"/{name}")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_citations(self, shipped: httpx.Client, name: str) -> None:
        iri = f"{BASE}{name}/1.0.0"
        bibtex = shipped.get(f"/{name}", headers={"accept": "application/x-bibtex"})
        assert bibtex.text.startswith("@")
        assert f"url = {{{iri}}}" in bibtex.text
        (item,) = shipped.get(f"/{name}.csl").json()
        assert (item["URL"], item["version"]) == (iri, "1.0.0")

    def test_the_linkset_has_the_links_of_the_header(
        self, shipped: httpx.Client, name: str
    ) -> None:
        response = shipped.get(f"/{name}.linkset")
        assert response.headers["content-type"] == "application/linkset+json"
        contexts = {each["anchor"]: each for each in response.json()["linkset"]}
        page = contexts[f"{BASE}{name}.html"]
        assert page["cite-as"] == [{"href": f"{BASE}{name}/1.0.0"}]
        assert {"href": f"{BASE}{name}.ttl", "type": "text/turtle"} in page["describedby"]

    def test_links_in_the_header(self, shipped: httpx.Client, name: str) -> None:
        field = shipped.get(f"/{name}", headers={"accept": BROWSER}).headers["link"]
        found = re.findall(r'<([^>]+)>; rel="([^"]+)"', field)
        assert (f"{BASE}{name}", "canonical") in found
        assert (f"{BASE}{name}/1.0.0", "cite-as") in found
        assert any(rel == "license" for _, rel in found)
        for target, rel in found:
            if target.startswith("/"):
                assert shipped.get(target).status_code == 200, (target, rel)


@pytest.mark.parametrize(
    ("name", "graph_name"), [("ontology", GRAPH_ONTOLOGY), ("shapes", GRAPH_SHAPES)]
)
def test_every_fragment_leads_to_its_anchor(
    shipped: httpx.Client, name: str, graph_name: NamedNode
) -> None:
    namespace = f"{BASE}{name}#"
    named = {
        term.value.removeprefix(namespace)
        for quad in read_shipped(graph_name)
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(namespace)
    }
    assert len(named - {""}) > 100
    assert named - {""} - set(page(shipped, f"/{name}").ids) == set()


class TestOntologyPage:
    @pytest.fixture
    def article(self, shipped: httpx.Client) -> str:
        text = shipped.get("/ontology", headers={"accept": BROWSER}).text
        return text[text.index('<article id="AtRiskGroup">') :].partition("</article>")[0]

    @pytest.mark.parametrize(
        "words",
        [
            "is a group of people whom some circumstance exposes",
            '<a href="#hasVulnerability">has vulnerability</a> some',
            '<a href="#AffectedGroup">Affected group</a>',
            "<dt>In the data</dt>",
            '<a href="/id/',
            '<a href="/query/who-is-at-risk-without-being-called-a-victim">',
        ],
    )
    def test_a_term_has_all_that_is_known_of_it(self, article: str, words: str) -> None:
        assert words in article

    def test_uses_are_counted(self, shipped: httpx.Client, article: str) -> None:
        query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{BASE}ontology#AtRiskGroup> }}"
        counts = [
            shipped.get("/sparql", params={"query": query, "format": "csv", **graphs}).text.split()
            for graphs in ({"default-graph-uri": f"{BASE}graph/data"}, {})
        ]
        said = re.search(r"(\d+) times in what is asserted, (\d+) with", article)
        assert said is not None
        assert list(said.groups()) == [count[1] for count in counts]

    def test_cardinalities_come_from_the_shapes(self, shipped: httpx.Client) -> None:
        text = shipped.get("/ontology", headers={"accept": BROWSER}).text
        route = text[text.index('<article id="Route">') :].partition("</article>")[0]
        row = re.search(r'<tr>.*?href="#routeOrigin".*?</tr>', route)
        assert row is not None
        assert "<td>1..*</td>" in row.group()

    def test_every_question_is_named_at_the_terms_it_uses(self, shipped: httpx.Client) -> None:
        found = page(shipped, "/ontology")
        asked = {link for link in found.hrefs if link.startswith("/query/")}
        assert asked == {f"/query/{each.slug}" for each in questions() if "tip:" in each.body}


class TestOwnData:
    def test_the_dataset_is_described(self, own_data: httpx.Client) -> None:
        found = graph(own_data, "/dataset")
        (dump,) = (link for link in page(own_data, "/dumps").hrefs if link.endswith(".zst"))
        assert any(dump in triple for triple in found)
        assert page(own_data, "/dataset").ids

    def test_agents_are_told_nothing_of_the_narrative(self, own_data: httpx.Client) -> None:
        assert "trafficking" not in own_data.get("/llms.txt").text

    @pytest.mark.parametrize("path", ["/ontology", "/shapes", "/ontology.ttl"])
    def test_what_it_has_not_is_not_there(self, own_data: httpx.Client, path: str) -> None:
        assert own_data.get(path).status_code == 404


def test_below_a_prefix_links_and_addresses_have_it(shipped_snapshot: Snapshot) -> None:
    with (
        serving(shipped_snapshot.path, workers=1, public_url="https://example.org/tip") as live,
        live.client() as client,
    ):
        for path in ("/ontology", "/shapes/1.0.0", "/dataset", "/dumps/"):
            # A proxy may have taken the prefix off, or not.
            assert page(client, path).hrefs == page(client, f"/tip{path}").hrefs
            for link in page(client, path).hrefs:
                assert link.startswith(("/tip/", "#", "http")), (path, link)
        text = client.get("/dataset.ttl").text
        assert "void:sparqlEndpoint <https://example.org/tip/sparql>" in text
        assert f"dcat:distribution <{BASE}dumps/" in re.sub(r"\s+", " ", text)
        assert "https://example.org/tip/sitemap.xml" in client.get("/robots.txt").text
