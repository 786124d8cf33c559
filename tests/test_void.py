"""Statistics of anybody's data in VoID: what is counted, and where a service shows it."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from tests.service import EX, serving, write_snapshot
from tests.web import BROWSER
from tipgraph import void
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import DATASET, OWL, RDF, VOID

TYPE = NamedNode(f"{RDF}type")
HERE = f"{EX}here/"
# Stands for the default graph where each graph has to have a name.
PLAIN = NamedNode(f"{EX}plain")
OWN = f"""
PREFIX ex: <{EX}> PREFIX owl: <{OWL}>
ex:river a ex:Water ; ex:length 120 ; owl:sameAs <http://[::1]:8080/r>, ex:stream, <urn:x:r> .
ex:lake a ex:Water, [] ; ex:length 120 .
ex:g {{ ex:river a ex:Water ; owl:sameAs <http://example.org.evil/r?x#y> }}
"""
nodes = st.sampled_from([NamedNode(f"{EX}{name}") for name in "abcd"])
graphs = st.sampled_from([NamedNode(f"{EX}g/1"), NamedNode("urn:g"), DefaultGraph()])
quads = st.builds(
    Quad, nodes, st.one_of(nodes, st.just(TYPE)), st.one_of(nodes, st.just(Literal("x"))), graphs
)


def described(store: Store, *, union: bool = False, dataset: NamedNode = DATASET) -> list[Triple]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.nt"
        void.write_description(store, void.count(store), path, union=union)
        return void.read_description(path, dataset)


def stored(some: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(some)
    return store


def values(triples: Iterable[Triple], subject: NamedNode, name: str) -> list[str]:
    wanted = NamedNode(f"{VOID}{name}")
    return [
        t.object.value  # type: ignore[union-attr]
        for t in triples
        if t.subject == subject and t.predicate == wanted
    ]


@given(st.lists(quads))
def test_what_queries_count_is_what_is_counted_in_memory(some: list[Quad]) -> None:
    by_graph: dict[NamedNode, set[Triple]] = {}
    for quad in some:
        name = quad.graph_name if isinstance(quad.graph_name, NamedNode) else PLAIN
        by_graph.setdefault(name, set()).add(quad.triple)
    expected, found = void.describe(by_graph), described(stored(some))
    for name in (DATASET, *by_graph):
        alias = void.DEFAULT_GRAPH if name == PLAIN else name
        for each in ("triples", "distinctSubjects", "distinctObjects", "classes", "properties"):
            assert values(found, alias, each) == values(expected, name, each)
        for kind, counted in (("class", "entities"), ("property", "triples")):
            assert parts(found, alias, kind, counted) == parts(expected, name, kind, counted)


def parts(triples: list[Triple], graph: NamedNode, kind: str, counted: str) -> list[list[str]]:
    partitions = [NamedNode(iri) for iri in values(triples, graph, f"{kind}Partition")]
    return sorted(
        values(triples, part, kind) + values(triples, part, counted) for part in partitions
    )


def test_links_lead_to_another_origin() -> None:
    found = described(stored(parse(OWN, RdfFormat.TRIG)))
    links = {
        (values(found, t.subject, "triples")[0], *values(found, target, "uriSpace"))
        for t in found
        if t.predicate == NamedNode(f"{VOID}objectsTarget")
        and isinstance(t.subject, NamedNode)
        and isinstance(target := t.object, NamedNode)
    }
    assert links == {("1", "http://[::1]:8080/"), ("1", "http://example.org.evil/")}


def test_a_union_counts_each_triple_once() -> None:
    store = stored(parse(OWN, RdfFormat.TRIG))
    assert values(described(store), DATASET, "triples") == ["10"]
    store.extend([Quad(quad.subject, quad.predicate, quad.object) for quad in list(store)])
    assert values(described(store, union=True), DATASET, "triples") == ["9"]


@pytest.mark.parametrize(("graphs", "most"), [(1, 300), (100, 200)])
def test_many_graphs_share_the_terms_that_they_are_described_by(graphs: int, most: int) -> None:
    store = stored(
        Quad(NamedNode("urn:s"), NamedNode(f"urn:p{term}"), Literal("x"), NamedNode(f"urn:{graph}"))
        for graph in range(graphs)
        for term in range(300)
    )
    triples = described(store)
    for graph in range(graphs):
        assert len(values(triples, NamedNode(f"urn:{graph}"), "propertyPartition")) == most
        assert values(triples, NamedNode(f"urn:{graph}"), "properties") == ["300"]


def test_a_build_counts_ones_own_files(tmp_path: Path) -> None:
    data = tmp_path / "own.trig"
    data.write_text(OWN, encoding="utf-8")
    snapshot = build(Inputs((data,), union_default_graph=True), tmp_path / "cache").snapshot
    found = void.read_description(snapshot.statistics_path, DATASET)
    assert values(found, DATASET, "triples") == ["9"]


def test_a_service_shows_them_beside_the_data(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "own", list(parse(OWN, RdfFormat.TRIG)))
    store = Store.read_only(str(snapshot.store_path))
    void.write_description(store, void.count(store), snapshot.statistics_path)
    with (
        serving(snapshot.path, workers=1, base_iri=HERE) as live,
        live.client() as client,
    ):
        answer = client.get("/.well-known/void", headers={"accept": "application/n-triples"})
        triples = [quad.triple for quad in parse(answer.content, RdfFormat.N_TRIPLES)]
        default = NamedNode(f"{HERE}dataset#default-graph")
        assert values(triples, default, "distinctSubjects") == ["2"]
        assert values(triples, NamedNode(f"{HERE}dataset"), "triples") == ["10"]
        page = client.get("/dataset", headers={"accept": BROWSER}).text
        assert "The default graph" in page
        anywhere = f"{{ ?s <{VOID}triples> ?n }} UNION {{ GRAPH ?g {{ ?s <{VOID}triples> ?n }} }}"
        answer = client.get("/sparql", params={"query": f"ASK {{ {anywhere} }}"})
        assert answer.json()["boolean"] is False
