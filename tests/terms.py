"""Which of our terms and things a piece of SPARQL names that the shipped graph does not know."""

import re
from functools import cache
from typing import Final

from pyoxigraph import NamedNode

from tipgraph import dataset
from tipgraph.namespaces import CLAIM, DOC, GRAPH_DATA, GRAPH_ONTOLOGY, ID, PREFIXES, TIP

_PREFIXED_NAME: Final = re.compile(r"(?<![\w:.-])([a-z]+):([\w-]+)")


def unknown_terms(sparql: str) -> set[NamedNode]:
    """The terms, things, claims and passages in a query that are no subject of the graph."""
    named = {NamedNode(PREFIXES[prefix] + name) for prefix, name in _PREFIXED_NAME.findall(sparql)}
    return {iri for iri in named if iri.value.startswith((TIP, ID, CLAIM, DOC))} - subjects()


@cache
def subjects() -> frozenset[object]:
    """Everything that the shipped data and ontology say something about."""
    graphs = (GRAPH_DATA, GRAPH_ONTOLOGY)
    return frozenset(quad.subject for graph in graphs for quad in dataset.read_shipped(graph))
