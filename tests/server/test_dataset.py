"""The description of the dataset: counted truth, and bounded where there are many graphs."""

import re
from collections.abc import Iterator

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from tests.documents import graph, page
from tests.isomorphism import read
from tests.service import EX, serving
from tests.web import BROWSER, Page
from tipgraph.build import build
from tipgraph.formats import TURTLE
from tipgraph.inputs import Inputs
from tipgraph.namespaces import (
    BASE,
    DATASET,
    DCAT,
    GRAPH_META,
    RDF,
    SD,
    VOID,
)
from tipgraph.snapshot import Snapshot


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


def rows(client: httpx.Client, query: str) -> set[tuple[str, ...]]:
    answer = client.get("/sparql", params={"query": query, "format": "tsv"})
    assert answer.status_code == 200, answer.text
    return {
        tuple(re.sub(r'^[<"]|[>"]$', "", cell) for cell in line.split("\t"))
        for line in answer.text.splitlines()[1:]
    }


def local(triple: Triple) -> str:
    return re.split("[#/]", triple.predicate.value)[-1]


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


class TestManyGraphs:
    def test_the_page_has_the_largest_and_the_query_for_all(
        self, many_graphs: httpx.Client
    ) -> None:
        html = many_graphs.get("/dataset", headers={"accept": BROWSER}).text
        assert "There are 1,010 named graphs" in html
        largest = [f"{EX}g{number}" for number in range(1009, 989, -1)]
        assert re.findall(rf"<h3>.*?({EX}g\d+)\b", html) == largest
        assert f"{EX}Claim990" in html
        assert f"{EX}Claim989" not in html
        address = next(link for link in Page(html).hrefs if link.startswith("/sparql?query="))
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
