"""The one prefix list: the package's and the one declared in RDF are the same."""

from pyoxigraph import Literal, NamedNode

from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_ONTOLOGY, PREFIXES, SH


def _values(predicate: str) -> dict[object, str]:
    return {
        quad.subject: quad.object.value
        for quad in read_shipped(GRAPH_ONTOLOGY)
        if quad.predicate == NamedNode(f"{SH}{predicate}") and isinstance(quad.object, Literal)
    }


def test_prefixes_are_those_declared_on_the_ontology() -> None:
    prefixes, namespaces = _values("prefix"), _values("namespace")
    declared = {
        quad.object
        for quad in read_shipped(GRAPH_ONTOLOGY)
        if quad.predicate == NamedNode(f"{SH}declare")
    }
    assert {prefixes[node]: namespaces[node] for node in declared} == dict(PREFIXES)
