"""How far shapes reach over data: which of them apply to nothing, and what they leave out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple

from tipgraph.namespaces import RDF, RDFS
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import (
    TARGET_CLASS,
    TARGET_NODE,
    TARGET_OBJECTS,
    TARGET_SUBJECTS,
    Targets,
    closure,
)

_TYPE: Final = f"{RDF}type"


@dataclass(frozen=True)
class Coverage:
    """How far a shapes graph reaches over a data graph.

    Args:
        unmatched_shapes: IRIs of shapes with a target that no node of the data falls under.
        untargeted_classes: IRIs of classes with instances in the data that no shape targets,
            neither themselves nor through a superclass.
        unmentioned_properties: IRIs of properties in the data that no shape names, as a path or
            otherwise. One named only inside a SPARQL query counts as unmentioned.
        focus_nodes: IRI of a shape to the number of its focus nodes, where these were counted.
    """

    unmatched_shapes: tuple[str, ...]
    untargeted_classes: tuple[str, ...]
    unmentioned_properties: tuple[str, ...]
    focus_nodes: Mapping[str, int] = field(default_factory=dict)


def coverage(
    data: Iterable[Triple | Quad],
    shapes: Iterable[Triple | Quad],
    background: Iterable[Triple | Quad] = (),
    *,
    selected: Iterable[Triple | Quad] | None = None,
) -> Coverage:
    """Count what the shapes leave out of the data, and which shapes the data leaves idle.

    Targets are those of https://www.w3.org/TR/shacl/#targets.

    Args:
        data: The data graph: its classes and properties are to be covered.
        shapes: The shapes graph.
        background: What is validated together with the data, such as its ontology: it brings the
            class hierarchy and may itself be what a shape targets.
        selected: The shapes graph with those targets only that are applied, where these are not
            all: focus nodes are counted for them.
    """
    own, everything = _Terms(data), _Terms(background)
    everything.add(own)
    rules = list(shapes)
    named = {triple.object.value for triple in rules if isinstance(triple.object, NamedNode)}
    superclasses = {name: closure([name], everything.hierarchy) for name in everything.instances}
    targeted = set().union(*(found.get(TARGET_CLASS, ()) for found in _targets(rules).values()))
    focus_nodes = {
        shape: len(everything.focus_nodes(found, superclasses))
        for shape, found in _targets(rules if selected is None else selected).items()
    }
    return Coverage(
        unmatched_shapes=tuple(sorted(name for name, count in focus_nodes.items() if not count)),
        untargeted_classes=tuple(
            sorted(name for name in own.instances if not superclasses[name] & targeted)
        ),
        unmentioned_properties=tuple(sorted(own.subjects_of.keys() - named)),
        focus_nodes=dict(sorted(focus_nodes.items())),
    )


class _Terms:
    """What a graph uses: instances by class, nodes by property, and the hierarchy of classes."""

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        self.instances: dict[str, set[object]] = defaultdict(set)
        self.subjects_of: dict[str, set[object]] = defaultdict(set)
        self.objects_of: dict[str, set[object]] = defaultdict(set)
        self.hierarchy: dict[str, set[str]] = defaultdict(set)
        for triple in triples:
            predicate = triple.predicate.value
            self.subjects_of[predicate].add(triple.subject)
            self.objects_of[predicate].add(triple.object)
            if not isinstance(triple.object, NamedNode):
                continue
            if predicate == _TYPE:
                self.instances[triple.object.value].add(triple.subject)
            if predicate == f"{RDFS}subClassOf" and isinstance(triple.subject, NamedNode):
                self.hierarchy[triple.subject.value].add(triple.object.value)

    def add(self, other: "_Terms") -> None:
        for mine, others in (
            (self.instances, other.instances),
            (self.subjects_of, other.subjects_of),
            (self.objects_of, other.objects_of),
        ):
            for name, nodes in others.items():
                mine[name] |= nodes
        for name, parents in other.hierarchy.items():
            self.hierarchy[name] |= parents

    def focus_nodes(
        self, targets: Mapping[str, set[str]], superclasses: Mapping[str, set[str]]
    ) -> set[object]:
        """The nodes of the graph that fall under the targets of a shape, by their kind."""
        found: set[object] = set()
        for name, nodes in self.instances.items():
            if not superclasses[name].isdisjoint(targets.get(TARGET_CLASS, ())):
                found |= nodes
        for kind, nodes_of in (
            (TARGET_SUBJECTS, self.subjects_of),
            (TARGET_OBJECTS, self.objects_of),
        ):
            for name in targets.get(kind, ()):
                found |= nodes_of.get(name, set())
        for name in targets.get(TARGET_NODE, ()):
            node = NamedNode(name)
            if any(
                node in nodes
                for nodes_of in (self.subjects_of, self.objects_of)
                for nodes in nodes_of.values()
            ):
                found.add(node)
        return found


def _targets(shapes: Iterable[Triple | Quad]) -> dict[str, dict[str, set[str]]]:
    """The targets of each shape with a name, by their kind."""
    return {
        shape.value: {
            kind: {each.value for each in nodes if isinstance(each, NamedNode)}
            for kind, nodes in found.items()
        }
        for shape, found in Targets(ShapesTriples(shapes)).of_each.items()
        if isinstance(shape, NamedNode)
    }
