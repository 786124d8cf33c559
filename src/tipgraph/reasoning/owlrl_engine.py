"""The reference reasoner: the only module that imports owlrl."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import rdflib
from owlrl import OWLRL_Semantics, RDFS_Semantics
from owlrl.Namespaces import ERRNS
from pyoxigraph import Triple
from rdflib import OWL, RDF, RDFS
from rdflib.term import Node

from tipgraph.rdflib_terms import from_rdflib, to_rdflib

_ERROR: Final = ERRNS.error
_VOCABULARY: Final = (str(RDF), str(RDFS), str(OWL))
_ANNOTATIONS: Final = frozenset({RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy})
_TYPING: Final = frozenset({RDFS.domain, RDFS.range})

_RdflibTriple = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Closure:
    """What owlrl made of some triples.

    Args:
        triples: Asserted and inferred triples; those that RDF 1.1 does not allow are left out.
        contradictions: owlrl's own words for each contradiction it met.
    """

    triples: frozenset[Triple]
    contradictions: tuple[str, ...]


def close(asserted: Iterable[Triple]) -> Closure:
    """The OWL 2 RL closure of ontology and data together.

    Axiomatic triples and `x owl:sameAs x` are not added.
    """
    graph = rdflib.Graph(store="SimpleMemory")
    graph += to_rdflib(asserted)
    _Semantics(graph).closure()
    contradictions = sorted(str(text) for text in graph.objects(None, _ERROR))
    for node in list(graph.subjects(_ERROR, None)):
        graph.remove((node, None, None))
    return Closure(frozenset(from_rdflib(graph)), tuple(contradictions))


def close_rdfs(asserted: Iterable[Triple]) -> Closure:
    """The RDFS closure of schema and data together, without axiomatic triples."""
    graph = rdflib.Graph(store="SimpleMemory")
    graph += to_rdflib(asserted)
    RDFS_Semantics(graph, axioms=False, daxioms=False, rdfs=True).closure()
    return Closure(frozenset(from_rdflib(graph)), ())


class _Semantics(OWLRL_Semantics):  # type: ignore[misc]  # owlrl publishes no types
    """owlrl without its idle work, which is nine tenths of it on a graph like ours."""

    def __init__(self, graph: rdflib.Graph) -> None:
        super().__init__(graph, axioms=False, daxioms=False)
        self._drawn: set[_RdflibTriple] = set()

    def rules(self, t: _RdflibTriple, cycle_num: int) -> None:
        # owlrl offers every triple to every rule in every round, yet each of its rules starts
        # from an axiom and looks the data up.
        if _is_axiom(t):
            super().rules(t, cycle_num)

    def store_triple(self, t: _RdflibTriple) -> None:
        # Each round draws the conclusions of all rounds before it again.
        if t not in self._drawn:
            self._drawn.add(t)
            if not _is_idle(t):
                super().store_triple(t)


def _is_axiom(triple: _RdflibTriple) -> bool:
    _, predicate, value = triple
    if predicate == RDF.type:
        return value != OWL.Thing and str(value).startswith(_VOCABULARY)
    return str(predicate).startswith(_VOCABULARY) and predicate not in _ANNOTATIONS


def _is_idle(triple: _RdflibTriple) -> bool:
    """Whether nothing follows from an inferred triple that does not follow without it.

    Everything is the same as itself; a wider domain or range types nothing that the superclass
    does not.
    """
    subject, predicate, value = triple
    return predicate in _TYPING or (predicate == OWL.sameAs and subject == value)
