"""Which nodes of a shapes graph are shapes, and what they target.

https://www.w3.org/TR/shacl/#shapes and https://www.w3.org/TR/shacl/#targets
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, TypeVar

from pyoxigraph import NamedNode, Triple

from tipgraph.namespaces import OWL, RDF, RDFS, SH
from tipgraph.validation.components import PARAMETERS
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

TARGET_CLASS: Final = f"{SH}targetClass"
TARGET_NODE: Final = f"{SH}targetNode"
TARGET_SUBJECTS: Final = f"{SH}targetSubjectsOf"
TARGET_OBJECTS: Final = f"{SH}targetObjectsOf"

_DECLARATIONS: Final = (TARGET_CLASS, TARGET_NODE, TARGET_SUBJECTS, TARGET_OBJECTS)
_TYPE: Final = f"{RDF}type"
_CLASS: Final = NamedNode(f"{RDFS}Class")
_SHAPE_TYPES: Final = (NamedNode(f"{SH}NodeShape"), NamedNode(f"{SH}PropertyShape"))

Node = TypeVar("Node")


class Targets:
    """The shapes of a shapes graph and their targets.

    A shape that is a class as well targets its instances. A class is an instance of `rdfs:Class`
    in the shapes graph, where `owl:Class` counts as its subclass whether that is said or not.

    Args:
        graph: The shapes graph.
    """

    def __init__(self, graph: ShapesTriples) -> None:
        self._graph = graph
        self.shapes = frozenset(_shapes(graph))
        self._class_types = _with_subclasses((_CLASS, NamedNode(f"{OWL}Class")), graph)

    @cached_property
    def of_each(self) -> dict[Term, dict[str, set[Term]]]:
        """The targets of each shape that has some, by the IRI of their kind."""
        found: dict[Term, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        for predicate in _DECLARATIONS:
            for shape, value in self._graph.pairs(predicate):
                found[shape][predicate].add(value)
        for shape in self.shapes:
            if self._is_class(shape):
                found[shape][TARGET_CLASS].add(shape)
        return dict(found)

    def declared_by(self, triple: Triple) -> bool:
        """Whether a triple of the shapes graph gives its subject a target."""
        if triple.predicate.value in _DECLARATIONS:
            return True
        makes_a_class = triple.predicate.value == _TYPE and triple.object in self._class_types
        return makes_a_class and triple.subject in self.shapes

    def overlooked(self) -> Iterator[Triple]:
        """The targets that engines overlook, spelt out: those of classes of another type."""
        for shape in self.shapes:
            types = self._graph.objects(shape, _TYPE)
            if isinstance(shape, NamedNode) and self._is_class(shape) and _CLASS not in types:
                yield Triple(shape, NamedNode(TARGET_CLASS), shape)

    def _is_class(self, shape: Term) -> bool:
        types = self._graph.objects(shape, _TYPE)
        return isinstance(shape, NamedNode) and not self._class_types.isdisjoint(types)


def spelt_out(shapes: RdfGraph) -> RdfGraph:
    """A shapes graph whose targets all engines see."""
    overlooked = sorted(Targets(ShapesTriples(shapes.triples)).overlooked(), key=str)
    return shapes.extended(overlooked) if overlooked else shapes


def _shapes(graph: ShapesTriples) -> Iterator[Term]:
    types = _with_subclasses(_SHAPE_TYPES, graph)
    parameters = {
        *PARAMETERS,
        *_DECLARATIONS,
        *(
            path.value
            for _, parameter in graph.pairs(f"{SH}parameter")
            for path in graph.objects(parameter, f"{SH}path")
        ),
    }
    for subject, properties in graph.by_subject.items():
        if not parameters.isdisjoint(properties) or not types.isdisjoint(properties.get(_TYPE, ())):
            yield subject
        for _, shape in graph.referred(subject):
            yield shape


def _with_subclasses(classes: Iterable[NamedNode], graph: ShapesTriples) -> set[Term]:
    subclasses: dict[Term, list[Term]] = defaultdict(list)
    for subclass, superclass in graph.pairs(f"{RDFS}subClassOf"):
        subclasses[superclass].append(subclass)
    return closure(classes, subclasses)


def closure(starts: Iterable[Node], edges: Mapping[Node, Iterable[Node]]) -> set[Node]:
    """Everything that edges lead to from some nodes, and these themselves."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        further = set(edges.get(waiting.pop(), ())) - found
        found |= further
        waiting += further
    return found
