"""Validation of some focus nodes, or against some shapes, instead of all that are targeted."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.errors import UsageError
from tipgraph.namespaces import RDF, RDFS, shorten
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.names import meanings, unknown
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import (
    TARGET_CLASS,
    TARGET_NODE,
    TARGET_OBJECTS,
    TARGET_SUBJECTS,
    Targets,
    closure,
)

_TYPE: Final = NamedNode(f"{RDF}type")
_SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
_TOLD: Final = 10


@dataclass(frozen=True, slots=True)
class Selected:
    """What a selection leaves to be validated.

    Args:
        shapes: The shapes graph: all its shapes, and the targets that were selected.
        notes: What was selected, in words.
    """

    shapes: RdfGraph
    notes: tuple[str, ...] = ()


def select(
    data: RdfGraph, shapes: RdfGraph, *, shape: Sequence[str] = (), focus: Sequence[str] = ()
) -> Selected:
    """Keep the targets of some shapes only, or some focus nodes of them.

    Shapes alone are applied to what they target. Focus nodes alone are checked against each shape
    that targets them. Where both are given, the focus nodes are checked against the shapes,
    whatever these target.

    Args:
        data: The data graph.
        shapes: The shapes graph.
        shape: The shapes, by IRI or by a name with a prefix; none for all.
        focus: The focus nodes, likewise.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
        UsageError: There is no such shape or node, a shape has no target, or a query of the shapes
            looks at the shapes graph itself, which a selection changes.
    """
    if not shape and not focus:
        return Selected(shapes)
    graph = ShapesTriples(shapes.triples)
    if graph.is_queried:
        raise UsageError("shapes whose queries use $shapesGraph can only be applied all together")
    targets = Targets(graph)
    chosen = [_shape(name, targets, shapes) for name in dict.fromkeys(shape)]
    if not focus:
        return _by_shapes(chosen, targets, shapes)
    nodes = _FocusNodes(focus, data, shapes, targets)
    if not chosen:
        return _by_focus_nodes(nodes, targets, shapes)
    note = f"only the focus nodes {_listed(nodes.chosen)} were validated, whatever is targeted,"
    return Selected(
        _narrowed(shapes, targets, dict.fromkeys(chosen, nodes.chosen)),
        (f"{note} and only against {_listed(chosen)}",),
    )


def _shape(name: str, targets: Targets, shapes: RdfGraph) -> NamedNode:
    for iri in meanings(name, (shapes,)):
        if iri in targets.shapes:
            return iri
    named = sorted(each.value for each in targets.shapes if isinstance(each, NamedNode))
    raise unknown("shape", name, named)


def _by_shapes(chosen: Sequence[NamedNode], targets: Targets, shapes: RdfGraph) -> Selected:
    for each in chosen:
        if each not in targets.of_each:
            shown = shorten(each.value)
            raise UsageError(f"the shape {shown} has no target: choose its focus nodes as well")
    note = f"only the targets of {_listed(chosen)} were validated"
    return Selected(_narrowed(shapes, targets, {}, kept=chosen), (note,))


def _by_focus_nodes(nodes: "_FocusNodes", targets: Targets, shapes: RdfGraph) -> Selected:
    found = {
        shape: [node for node in nodes.chosen if nodes.is_targeted(node, declared)]
        for shape, declared in targets.of_each.items()
    }
    idle = [node for node in nodes.chosen if all(node not in each for each in found.values())]
    notes = [f"only the focus nodes {_listed(nodes.chosen)} were validated"]
    if idle:
        notes.append(f"no shape targets {_listed(idle)}")
    return Selected(_narrowed(shapes, targets, found), tuple(notes))


def _narrowed(
    shapes: RdfGraph,
    targets: Targets,
    given: Mapping[Term, Sequence[NamedNode]],
    *,
    kept: Sequence[Term] = (),
) -> RdfGraph:
    """A shapes graph whose targets are those of a few shapes, and nodes that others are given."""
    left = [
        triple
        for triple in shapes.triples
        if triple.subject in kept or not targets.declared_by(triple)
    ]
    more = [
        Triple(shape, NamedNode(TARGET_NODE), node)
        for shape, nodes in given.items()
        if not isinstance(shape, Literal)
        for node in nodes
    ]
    return RdfGraph(background=[*left, *sorted(more, key=str)])


class _FocusNodes:
    """The focus nodes that were chosen, and what the data says that makes shapes target them.

    Args:
        names: Their names.
        data: The data graph.
        shapes: The shapes graph.
        targets: Its targets.

    Raises:
        UsageError: There is no such node, neither in the data nor among the targets.
    """

    def __init__(
        self, names: Sequence[str], data: RdfGraph, shapes: RdfGraph, targets: Targets
    ) -> None:
        meant = {name: list(meanings(name, (shapes, data))) for name in names}
        self._read(data, {iri for iris in meant.values() for iri in iris})
        known: set[object] = {*self._subject_of, *self._object_of}
        for declared in targets.of_each.values():
            known |= declared.get(TARGET_NODE, set())
        self.chosen: list[NamedNode] = []
        for name, iris in meant.items():
            found = next((iri for iri in iris if iri in known), None)
            if found is None:
                raise unknown("focus node", name, _iris(data))
            if found not in self.chosen:
                self.chosen.append(found)

    def _read(self, data: RdfGraph, wanted: set[NamedNode]) -> None:
        self._types: dict[object, set[object]] = defaultdict(set)
        self._subject_of: dict[object, set[object]] = defaultdict(set)
        self._object_of: dict[object, set[object]] = defaultdict(set)
        self._superclasses: dict[object, list[object]] = defaultdict(list)
        for triple in data.scan():
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            if predicate == _SUBCLASS:
                self._superclasses[subject].append(value)
            if subject in wanted:
                self._subject_of[subject].add(predicate)
                if predicate == _TYPE:
                    self._types[subject].add(value)
            if value in wanted:
                self._object_of[value].add(predicate)

    def is_targeted(self, node: NamedNode, declared: Mapping[str, set[Term]]) -> bool:
        """Whether a focus node is one of the targets of a shape."""
        classes = closure(self._types[node], self._superclasses)
        return any(
            not declared.get(kind, set()).isdisjoint(found)
            for kind, found in (
                (TARGET_NODE, {node}),
                (TARGET_CLASS, classes),
                (TARGET_SUBJECTS, self._subject_of[node]),
                (TARGET_OBJECTS, self._object_of[node]),
            )
        )


def _iris(data: RdfGraph) -> Iterator[str]:
    for triple in data.scan():
        for node in (triple.subject, triple.object):
            if isinstance(node, NamedNode):
                yield node.value


def _listed(nodes: Sequence[NamedNode]) -> str:
    told = ", ".join(shorten(node.value) for node in nodes[:_TOLD])
    return f"{told} and {len(nodes) - _TOLD} more" if len(nodes) > _TOLD else told
