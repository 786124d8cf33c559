"""Translation between pyoxigraph's terms, the package's own model, and rdflib's.

Literals cross with their lexical form as written: rdflib would otherwise turn "01" into "1".
"""

from collections.abc import Iterable

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib.term import IdentifiedNode, Node

from tipgraph.errors import InputError, UsageError

Term = NamedNode | BlankNode | Literal


def to_rdflib(triples: Iterable[Triple | Quad]) -> rdflib.Graph:
    """Put triples into a new rdflib graph; the graph names of quads are left behind.

    Raises:
        UsageError: There is a term of RDF 1.2.
    """
    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_node(triple.subject), _node(triple.predicate), _node(triple.object)))
    return graph


def from_rdflib(graph: rdflib.Graph) -> list[Triple]:
    """The triples of an rdflib graph; those that RDF does not allow are left out.

    A literal as subject or a blank node as predicate appears in rdflib only as a by-product of
    inference over generalised RDF.

    Raises:
        InputError: What stands for an IRI is none, which rdflib does not check.
    """
    found = []
    for subject, predicate, value in graph:
        subject_term, predicate_term = from_node(subject), from_node(predicate)
        if isinstance(subject_term, Literal) or not isinstance(predicate_term, NamedNode):
            continue
        found.append(Triple(subject_term, predicate_term, from_node(value)))
    return found


def from_node(node: Node) -> Term:
    """One rdflib node as a pyoxigraph term; raises InputError for an IRI that is none."""
    if isinstance(node, rdflib.URIRef):
        return _iri(node)
    if isinstance(node, rdflib.BNode):
        return BlankNode(str(node))
    if not isinstance(node, rdflib.Literal):
        raise TypeError(f"not an RDF term: {node!r}")
    if node.language:
        return Literal(str(node), language=node.language)
    if node.datatype:
        return Literal(str(node), datatype=_iri(node.datatype))
    return Literal(str(node))


def _iri(name: rdflib.URIRef) -> NamedNode:
    try:
        return NamedNode(str(name))
    except ValueError as error:
        raise InputError(f"<{name}> is no absolute IRI: {error}") from error


def _node(term: Term | Triple) -> IdentifiedNode | rdflib.Literal:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, Literal) or term.direction:
        what = "base directions" if isinstance(term, Literal) else "triple terms"
        raise UsageError(f"{what} (RDF 1.2) cannot be given to an RDF 1.1 engine: {term}")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(
        term.value,
        datatype=None if datatype == rdflib.XSD.string else datatype,
        normalize=False,
    )
