"""A shapes graph rearranged to ask whether given nodes conform to given shapes, and why not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.namespaces import SH
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.result import Term, ValidationResult
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import TARGET_NODE, TARGET_OBJECTS, Targets

# A node, and a shape that it is to conform to.
Pair = tuple[Term, Term]

_PATH: Final = f"{SH}path"
_NODE: Final = f"{SH}node"
_PROPERTY: Final = f"{SH}property"
_QUALIFIED: Final = f"{SH}qualifiedValueShape"
_TOO_FEW: Final = f"{SH}QualifiedMinCountConstraintComponent"
_OF_NODE: Final = f"{SH}NodeConstraintComponent"
_OF_LISTS: Final = {
    f"{SH}{name.title()}ConstraintComponent": f"{SH}{name}" for name in ("and", "or", "xone")
}
_OURS: Final = "urn:tipgraph:"


class Probes:
    """The shapes of a shapes graph without their targets, and probes beside them.

    A probe is a property shape of our own whose results are the value nodes, along whatever path,
    that do not conform to a shape: those of a property shape that has `sh:property`, whose results
    would not say which focus node led to them, and those of a qualified shape.

    Args:
        shapes: The shapes graph.
    """

    def __init__(self, shapes: RdfGraph) -> None:
        given = ShapesTriples(shapes.triples)
        self._nested = {
            shape: dict(properties)[_PROPERTY]
            for shape, properties in given.by_subject.items()
            if _PROPERTY in properties and _PATH in properties
        }
        self._names: dict[tuple[str, Term], NamedNode] = {}
        targets = Targets(given)
        triples = [
            triple
            for triple in shapes.triples
            if not targets.declared_by(triple) and not self._is_replaced(triple)
        ]
        for shape, children in self._nested.items():
            group = self._name("group", shape)
            triples += [_triple(group, _PROPERTY, child) for child in children]
            triples += self._probe("values", shape, group, given)
        for shape, inner in given.pairs(_QUALIFIED):
            triples += self._probe("qualified", shape, inner, given)
        for holder, shape in ShapesTriples(triples).pairs(_PROPERTY):
            if shape in self._nested:
                triples.append(_triple(holder, _PROPERTY, self._name("values", shape)))
        self._triples = triples
        self._shapes = ShapesTriples(triples)
        self._holders: dict[Term, list[Term]] = defaultdict(list)
        for holder, shape in self._shapes.pairs(_PROPERTY):
            self._holders[shape].append(holder)

    def is_probe(self, shape: Term | None) -> bool:
        """Whether a shape is a probe."""
        return isinstance(shape, NamedNode) and shape.value.startswith(_OURS)

    def pairs(self, results: Iterable[ValidationResult]) -> Iterator[Pair]:
        """Which nodes to check against which shapes to know why there are these results."""
        for result in results:
            shape, component = result.source_shape, result.source_constraint_component.value
            if shape is None:
                continue
            if component == _TOO_FEW:
                yield result.focus_node, self._name("qualified", shape)
            elif result.value is not None:
                for inner in self._referred(shape, component):
                    yield result.value, inner
                    if inner in self._nested:
                        yield result.value, self._name("values", inner)

    def broken(self, result: ValidationResult) -> Iterator[Pair]:
        """The shapes that the focus node of a result does not conform to by that result."""
        if result.source_shape is not None:
            for shape in (result.source_shape, *self._holders.get(result.source_shape, ())):
                yield result.focus_node, shape

    def graphs(self, data: RdfGraph, pairs: Iterable[Pair]) -> tuple[RdfGraph, RdfGraph]:
        """A data graph and a shapes graph that check nodes against shapes.

        A blank node cannot be named in another graph, so that triples of our own lead to it.

        Args:
            data: The data graph.
            pairs: The nodes and the shapes.
        """
        markers: list[Triple] = []
        targets: list[Triple] = []
        predicates: dict[Term, NamedNode] = {}
        for node, shape in sorted(pairs, key=str):
            if isinstance(node, BlankNode):
                if shape not in predicates:
                    predicates[shape] = NamedNode(f"{_OURS}mark{len(predicates)}")
                    targets.append(
                        Triple(_subject(shape), NamedNode(TARGET_OBJECTS), predicates[shape])
                    )
                markers.append(Triple(NamedNode(f"{_OURS}marks"), predicates[shape], node))
            else:
                targets.append(Triple(_subject(shape), NamedNode(TARGET_NODE), node))
        shapes = RdfGraph((), (*self._triples, *targets))
        return (data.extended(markers) if markers else data), shapes

    def _referred(self, shape: Term, component: str) -> Iterator[Term]:
        if component == _OF_NODE:
            yield from self._shapes.objects(shape, _NODE)
        elif component in _OF_LISTS:
            for members in self._shapes.objects(shape, _OF_LISTS[component]):
                yield from self._shapes.members(members)

    def _probe(self, kind: str, shape: Term, inner: Term, given: ShapesTriples) -> Iterator[Triple]:
        probe = self._name(kind, shape)
        yield from (_triple(probe, _PATH, path) for path in given.objects(shape, _PATH))
        yield _triple(probe, _NODE, inner)

    def _name(self, kind: str, shape: Term) -> NamedNode:
        number = len(self._names)
        return self._names.setdefault((kind, shape), NamedNode(f"{_OURS}{kind}{number}"))

    def _is_replaced(self, triple: Triple) -> bool:
        """Whether a probe does what a triple of the shapes graph does."""
        return triple.predicate.value == _PROPERTY and triple.subject in self._nested


def _triple(subject: Term, predicate: str, value: Term) -> Triple:
    return Triple(_subject(subject), NamedNode(predicate), value)


def _subject(term: Term) -> NamedNode | BlankNode:
    assert not isinstance(term, Literal)  # noqa: S101  # shapes are IRIs or blank nodes
    return term
