"""The Python API, as a notebook uses it."""

import pandas
import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

import tipgraph
from tests.working_copy import RIVERS, WorkingCopy
from tipgraph.errors import UsageError
from tipgraph.rdflib_terms import from_rdflib, to_rdflib

TIP = rdflib.Namespace("https://w3id.org/tipgraph/ontology#")
ID = rdflib.Namespace("https://w3id.org/tipgraph/id/")


def test_load_gives_the_asserted_graph(rivers: WorkingCopy) -> None:
    graph = tipgraph.load()
    assert isinstance(graph, rdflib.Graph)
    assert (ID.ane, TIP.flowsInto, ID.bly) in graph
    assert (ID.ane, TIP.reaches, ID.cor) not in graph
    assert graph.qname(str(ID.ane)) == "id:ane"


def test_open_answers_sparql_with_inference(rivers: WorkingCopy) -> None:
    with tipgraph.open() as store:
        rows = store.query(
            f"SELECT ?to (1 AS ?n) {{ {ID.ane.n3()} {TIP.reaches.n3()} ?to }} ORDER BY ?to"
        )
        assert not isinstance(rows, bool)
        frame = rows.to_pandas()  # type: ignore[union-attr]
    assert isinstance(frame, pandas.DataFrame)
    assert frame.to_dict("list") == {"to": [str(ID.bly), str(ID.cor)], "n": [1, 1]}


def test_open_of_anybodys_files(rivers: WorkingCopy) -> None:
    with tipgraph.open(RIVERS / "data" / "rivers.ttl") as store:
        assert store.query(f"ASK {{ {ID.ane.n3()} ?p {ID.bly.n3()} }}") is True


def test_validate_uses_the_shipped_shapes(rivers: WorkingCopy) -> None:
    graph = rdflib.Graph()
    graph.add((ID.dun, rdflib.RDF.type, TIP.River))
    report = tipgraph.validate(graph)
    assert [result.message() for result in report.results] == ["Give the river a name."]


def test_a_setting_of_the_wrong_type_is_named(
    rivers: WorkingCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPGRAPH_WORKERS", "many")
    with pytest.raises(UsageError, match="TIPGRAPH_WORKERS"):
        tipgraph.open()


def test_the_public_names_are_the_documented_ones() -> None:
    assert all(hasattr(tipgraph, name) for name in tipgraph.__all__)
    with pytest.raises(AttributeError, match="no attribute 'query'"):
        _ = tipgraph.query


def test_terms_survive_the_way_through_rdflib() -> None:
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    node, predicate = BlankNode("b"), NamedNode("http://example.org/p")
    terms: list[BlankNode | NamedNode | Literal] = [
        Literal("01", datatype=integer),
        Literal("no number", datatype=integer),
        Literal("x", language="en-gb"),
        Literal("x"),
        node,
        predicate,
    ]
    triples = {Triple(node, predicate, term) for term in terms}
    assert set(from_rdflib(to_rdflib(triples))) == triples


def test_generalised_triples_are_left_behind() -> None:
    graph = rdflib.Graph()
    graph.add((rdflib.Literal("s"), TIP.p, ID.o))
    assert from_rdflib(graph) == []


def test_triple_terms_are_refused() -> None:
    node = NamedNode("http://example.org/a")
    with pytest.raises(UsageError, match=r"RDF 1\.2"):
        to_rdflib([Triple(node, node, Triple(node, node, node))])
