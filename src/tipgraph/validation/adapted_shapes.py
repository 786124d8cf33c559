"""The shapes graph as the fast engine is given it.

What the engine gets wrong or is slow at is said in another way, or is not said, where the report
stays the same.
"""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.namespaces import RDF, RDFS, SH
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.extensions import extension, extension_components
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import Targets

_TYPE: Final = NamedNode(f"{RDF}type")
_SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
_FIRST: Final = NamedNode(f"{RDF}first")
_REST: Final = NamedNode(f"{RDF}rest")
_NIL: Final = NamedNode(f"{RDF}nil")
_CLASS: Final = NamedNode(f"{SH}class")
_PROPERTY: Final = NamedNode(f"{SH}property")
_PATH: Final = NamedNode(f"{SH}path")
_ZERO_OR_MORE: Final = NamedNode(f"{SH}zeroOrMorePath")
_HAS_VALUE: Final = NamedNode(f"{SH}hasValue")
_SPARQL: Final = NamedNode(f"{SH}sparql")
_TRUE: Final = Literal(True)


def adapted(shapes: RdfGraph) -> RdfGraph:
    """A shapes graph that makes the fast engine report what another one should.

    Args:
        shapes: The shapes graph.
    """
    graph = ShapesTriples(shapes.triples)
    # A query that looks at the shapes graph would see the difference.
    judging = set() if graph.is_queried else _judging(graph)
    relative = graph.relative_prefixes()
    components = extension_components(graph)
    inactive = {node for node, value in graph.pairs(f"{SH}deactivated") if value == _TRUE}
    triples: list[Triple] = []
    for triple in shapes.triples:
        unused = triple.object in relative or triple.subject in components
        if unused or extension(triple) is not None:
            continue
        if triple.predicate == _CLASS and triple.subject in judging:
            triples += _by_path(triple)
        # It evaluates deactivated constraints by query as well.
        elif triple.predicate != _SPARQL or triple.object not in inactive:
            triples.append(triple)
    return RdfGraph(background=triples)


def _judging(graph: ShapesTriples) -> set[Term]:
    """The shapes that have no results of their own, but tell whether nodes conform to another."""
    referred = [each for shape in list(graph.by_subject) for each in graph.referred(shape)]
    applied = {shape for name, shape in referred if name == f"{SH}property"}
    return {shape for _, shape in referred} - applied - Targets(graph).of_each.keys()


def _by_path(triple: Triple) -> Iterator[Triple]:
    """What says `sh:class` by a path, which it is defined by.

    Within another shape the engine goes through instances of the class for each value node.

    https://www.w3.org/TR/shacl/#ClassConstraintComponent
    """
    shape, path, rest, wider = (BlankNode() for _ in range(4))
    yield Triple(triple.subject, _PROPERTY, shape)
    yield Triple(shape, _PATH, path)
    yield Triple(path, _FIRST, _TYPE)
    yield Triple(path, _REST, rest)
    yield Triple(rest, _FIRST, wider)
    yield Triple(rest, _REST, _NIL)
    yield Triple(wider, _ZERO_OR_MORE, _SUBCLASS)
    yield Triple(shape, _HAS_VALUE, triple.object)
