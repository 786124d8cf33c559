"""Graphs compared whatever their blank nodes are called."""

from collections.abc import Iterable

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse


def canonical(statements: Iterable[Triple | Quad]) -> set[str]:
    """The triples of a graph in canonical form: equal for isomorphic graphs, and only for those."""
    graph = Dataset(Quad(each.subject, each.predicate, each.object) for each in statements)
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in graph}


def read(content: bytes, form: RdfFormat) -> set[str]:
    """The triples of a document in canonical form, whichever graphs they are in."""
    return canonical(parse(content, form))
