"""The documents: ontology, shapes and dataset, in every form, and every anchor in its place."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from tests.isomorphism import read
from tests.service import EX, serving
from tipgraph.build import build
from tipgraph.dataset import read_shipped
from tipgraph.formats import GRAPH_FORMATS, TURTLE, Format
from tipgraph.inputs import Inputs
from tipgraph.namespaces import (
    BASE,
    DATASET,
    DCAT,
    GRAPH_META,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
    RDF,
    SD,
    VOID,
)
from tipgraph.questions import questions
from tipgraph.snapshot import Snapshot

DOCUMENTS: Final = {
    "ontology": "graph/ontology",
    "shapes": "graph/shapes",
    "dataset": "graph/meta",
}
HTML: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Page(HTMLParser):
    """The ids, links and embedded data of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.data = ""
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [values["href"] or ""] if tag == "a" and "href" in values else []
        self._in_script = tag == "script" and values.get("type") == "application/ld+json"
        assert tag != "script" or self._in_script or "src" in values

    def handle_data(self, data: str) -> None:
        self.data += data if self._in_script else ""

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


@pytest.fixture(scope="module")
def shipped(shipped_snapshot: Snapshot) -> Iterator[httpx.Client]:
    with (
        serving(shipped_snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client


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


@pytest.fixture(scope="module")
def many_graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service over 1,010 graphs, of which the last 40 are larger the later they come."""
    folder = tmp_path_factory.mktemp("many")
    data = folder / "narratives.nq"
    a = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    data.write_text(
        "".join(
            f"<{EX}n{triple}> <{a}> <{EX}Claim{number}> <{EX}g{number}> .\n"
            for number in range(1010)
            for triple in range(max(1, number - 968))
        ),
        encoding="utf-8",
    )
    snapshot = build(Inputs((data,)), folder / "snapshots").snapshot
    with (
        serving(snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client


def page(client: httpx.Client, path: str) -> Page:
    response = client.get(path, headers={"accept": HTML})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def graph(client: httpx.Client, path: str) -> set[str]:
    response = client.get(path, headers={"accept": "text/turtle"})
    assert response.status_code == 200, response.text
    return read(response.content, RdfFormat.TURTLE)


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
        fragments = {link[1:] for link in found.links if link.startswith("#")}
        assert fragments <= set(found.ids)
        assert {urlsplit(link).netloc for link in found.links if link.startswith("/")} == {""}

    def test_known_documents_are_not_sent_again(self, shipped: httpx.Client, name: str) -> None:
        for accept in ("text/turtle", HTML):
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
        field = shipped.get(f"/{name}", headers={"accept": HTML}).headers["link"]
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
        text = shipped.get("/ontology", headers={"accept": HTML}).text
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
        text = shipped.get("/ontology", headers={"accept": HTML}).text
        route = text[text.index('<article id="Route">') :].partition("</article>")[0]
        row = re.search(r'<tr>.*?href="#routeOrigin".*?</tr>', route)
        assert row is not None
        assert "<td>1..*</td>" in row.group()

    def test_every_question_is_named_at_the_terms_it_uses(self, shipped: httpx.Client) -> None:
        found = page(shipped, "/ontology")
        asked = {link for link in found.links if link.startswith("/query/")}
        assert asked == {f"/query/{each.slug}" for each in questions() if "tip:" in each.body}


class TestDataset:
    def test_void_is_there_where_it_is_looked_for(self, shipped: httpx.Client) -> None:
        assert graph(shipped, "/.well-known/void") == graph(shipped, "/dataset")

    @pytest.mark.parametrize(
        ("kind", "pattern", "counted", "count"),
        [
            ("class", "?s a ?term", "entities", "COUNT(DISTINCT ?s)"),
            ("property", "?s ?term ?o", "triples", "COUNT(*)"),
        ],
    )
    def test_partitions_are_counted_truth(
        self, shipped: httpx.Client, kind: str, pattern: str, counted: str, count: str
    ) -> None:
        said = f"""SELECT ?g ?term ?n {{ GRAPH {GRAPH_META} {{
          ?g <{VOID}{kind}Partition> ?p . ?p <{VOID}{kind}> ?term ; <{VOID}{counted}> ?n }} }}"""
        true = f"""SELECT ?g ?term ({count} AS ?n) {{ GRAPH ?g {{ {pattern} }}
          FILTER(?g != {GRAPH_META} && isIRI(?term)) }} GROUP BY ?g ?term"""
        assert rows(shipped, said) == rows(shipped, true) != set()

    def test_linksets_are_counted_truth(self, shipped: httpx.Client) -> None:
        said = rows(
            shipped,
            f"""SELECT ?g ?p ?space ?n {{ GRAPH {GRAPH_META} {{
              ?g <{VOID}subset> ?l . ?l a <{VOID}Linkset> ; <{VOID}linkPredicate> ?p ;
                <{VOID}subjectsTarget> ?g ; <{VOID}triples> ?n ;
                <{VOID}objectsTarget>/<{VOID}uriSpace> ?space }} }}""",
        )
        assert len(said) > 5
        for place, predicate, space, number in said:
            true = rows(
                shipped,
                f"""SELECT (COUNT(*) AS ?n) {{ GRAPH <{place}> {{ ?s <{predicate}> ?o }}
                  FILTER(STRSTARTS(STR(?s), "{BASE}") && STRSTARTS(STR(?o), "{space}")) }}""",
            )
            assert true == {(number,)}, (place, predicate, space)

    def test_every_dump_is_described_and_there(
        self, shipped: httpx.Client, shipped_snapshot: Snapshot
    ) -> None:
        triples = [quad.triple for quad in parse(shipped.get("/dataset").content, TURTLE.engine)]  # type: ignore[arg-type]
        addresses = {t.subject: t.object for t in triples if local(t) == "downloadURL"}
        sizes = {t.subject: t.object for t in triples if local(t) == "byteSize"}
        sums = {t.subject: t.object for t in triples if local(t) == "checksum"}
        digests = {t.subject: t.object for t in triples if local(t) == "checksumValue"}
        assert len(addresses) == len(shipped_snapshot.manifest.dumps)
        for node, address in addresses.items():
            assert isinstance(address, NamedNode)
            dump = shipped.head(address.value)
            assert dump.status_code == 200
            size, digest = sizes[node], digests[sums[node]]
            assert isinstance(size, Literal)
            assert isinstance(digest, Literal)
            assert dump.headers["content-length"] == size.value
            assert dump.headers["etag"] == f'"{digest.value}"'

    def test_dcat(self, shipped: httpx.Client) -> None:
        found = graph(shipped, "/dataset")
        version = NamedNode(f"{DATASET.value}/1.0.0")
        for triple in (
            Triple(DATASET, NamedNode(f"{RDF}type"), NamedNode(f"{DCAT}Dataset")),
            Triple(DATASET, NamedNode(f"{DCAT}version"), Literal("1.0.0")),
            Triple(DATASET, NamedNode(f"{DCAT}hasCurrentVersion"), version),
            Triple(version, NamedNode(f"{DCAT}isVersionOf"), DATASET),
        ):
            assert str(triple) in found

    def test_where_to_call_is_where_it_was_called(self, shipped: httpx.Client) -> None:
        for host in ("example.org", "example.org:8080"):
            text = shipped.get("/dataset", headers={"host": host}).text
            assert f"void:sparqlEndpoint <http://{host}/sparql>" in text
        hostile = shipped.get("/dataset", headers={"host": 'x"><script>'}).text
        assert "script>" not in hostile


class TestOwnData:
    def test_the_dataset_is_described(self, own_data: httpx.Client) -> None:
        found = graph(own_data, "/dataset")
        (dump,) = (link for link in page(own_data, "/dumps").links if link.endswith(".zst"))
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
            assert page(client, path).links == page(client, f"/tip{path}").links
            for link in page(client, path).links:
                assert link.startswith(("/tip/", "#", "http")), (path, link)
        text = client.get("/dataset.ttl").text
        assert "void:sparqlEndpoint <https://example.org/tip/sparql>" in text
        assert f"dcat:distribution <{BASE}dumps/" in re.sub(r"\s+", " ", text)
        assert "https://example.org/tip/sitemap.xml" in client.get("/robots.txt").text


def rows(client: httpx.Client, query: str) -> set[tuple[str, ...]]:
    answer = client.get("/sparql", params={"query": query, "format": "tsv"})
    assert answer.status_code == 200, answer.text
    return {
        tuple(re.sub(r'^[<"]|[>"]$', "", cell) for cell in line.split("\t"))
        for line in answer.text.splitlines()[1:]
    }


def local(triple: Triple) -> str:
    return re.split("[#/]", triple.predicate.value)[-1]


class TestManyGraphs:
    def test_the_page_has_the_largest_and_the_query_for_all(
        self, many_graphs: httpx.Client
    ) -> None:
        html = many_graphs.get("/dataset", headers={"accept": HTML}).text
        assert "There are 1,010 named graphs" in html
        largest = [f"{EX}g{number}" for number in range(1009, 989, -1)]
        assert re.findall(rf"<h3>.*?({EX}g\d+)\b", html) == largest
        assert f"{EX}Claim990" in html
        assert f"{EX}Claim989" not in html
        address = next(link for link in Page(html).links if link.startswith("/sparql?query="))
        answer = many_graphs.get(address, headers={"accept": "text/csv"})
        assert sorted(answer.text.split()[1:]) == sorted(f"{EX}g{n}" for n in range(1010))

    def test_the_graph_inside_of_the_page_is_of_these_alone(
        self, many_graphs: httpx.Client
    ) -> None:
        embedded = read(page(many_graphs, "/dataset").data.encode(), RdfFormat.JSON_LD)
        assert embedded < graph(many_graphs, "/dataset")
        named = {found for line in embedded for found in re.findall(rf"{EX}g\d+", line)}
        assert named == {f"{EX}g{number}" for number in range(990, 1010)}

    @pytest.mark.parametrize(("path", "named"), [("/dataset", VOID), ("/sparql", SD)])
    def test_descriptions_name_a_thousand(
        self, many_graphs: httpx.Client, path: str, named: str
    ) -> None:
        answer = many_graphs.get(path, headers={"accept": "application/n-triples"})
        triples = [quad.triple for quad in parse(answer.content, RdfFormat.N_TRIPLES)]
        by = NamedNode(f"{named}{'subset' if path == '/dataset' else 'name'}")
        graphs = {t.object.value for t in triples if t.predicate == by}
        assert len(graphs) == 1000
        assert graphs > {f"{EX}g{number}" for number in range(970, 1010)}

    def test_the_dataset_says_that_there_are_more(self, many_graphs: httpx.Client) -> None:
        text = "Of 1010 named graphs the 1000 largest are described here; SELECT"
        assert text in many_graphs.get("/dataset.ttl").text
