"""How far shapes reach over data: which of them apply to nothing, and what they leave out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple

from tipgraph.namespaces import RDF, RDFS, SH

_TYPE: Final = f"{RDF}type"
_TARGETS: Final = {
    f"{SH}{name}" for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
}


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
) -> Coverage:
    """Count what the shapes leave out of the data, and which shapes the data leaves idle.

    Targets are those of https://www.w3.org/TR/shacl/#targets.

    Args:
        data: The data graph: its classes and properties are to be covered.
        shapes: The shapes graph.
        background: What is validated together with the data, such as its ontology: it brings the
            class hierarchy and may itself be what a shape targets.
    """
    own, everything = _Terms(data), _Terms(background)
    everything.add(own)
    targets, named = _targets(shapes)
    superclasses = {name: everything.superclasses(name) for name in everything.classes}
    targeted = set().union(*(found[f"{SH}targetClass"] for found in targets.values()))
    reached = {
        f"{SH}targetClass": set().union(*superclasses.values()),
        f"{SH}targetNode": everything.subjects,
        f"{SH}targetSubjectsOf": everything.properties,
        f"{SH}targetObjectsOf": everything.properties,
    }
    return Coverage(
        unmatched_shapes=tuple(
            sorted(
                shape
                for shape, found in targets.items()
                if not any(found[kind] & reached[kind] for kind in _TARGETS)
            )
        ),
        untargeted_classes=tuple(
            sorted(name for name in own.classes if not superclasses[name] & targeted)
        ),
        unmentioned_properties=tuple(sorted(own.properties - named)),
    )


class _Terms:
    """What a graph uses: classes with instances, properties, subjects, and its class hierarchy."""

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        self.classes: set[str] = set()
        self.properties: set[str] = set()
        self.subjects: set[str] = set()
        self.hierarchy: dict[str, set[str]] = defaultdict(set)
        for triple in triples:
            self.properties.add(triple.predicate.value)
            if isinstance(triple.subject, NamedNode):
                self.subjects.add(triple.subject.value)
            if not isinstance(triple.object, NamedNode):
                continue
            if triple.predicate.value == _TYPE:
                self.classes.add(triple.object.value)
            if triple.predicate.value == f"{RDFS}subClassOf" and isinstance(
                triple.subject, NamedNode
            ):
                self.hierarchy[triple.subject.value].add(triple.object.value)

    def add(self, other: "_Terms") -> None:
        self.classes |= other.classes
        self.properties |= other.properties
        self.subjects |= other.subjects
        for name, parents in other.hierarchy.items():
            self.hierarchy[name] |= parents

    def superclasses(self, name: str) -> set[str]:
        """A class and everything above it."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(self.hierarchy.get(current, ()))
        return found


def _targets(
    shapes: Iterable[Triple | Quad],
) -> tuple[dict[str, dict[str, set[str]]], set[str]]:
    """Each shape's targets by their kind, and every IRI that the shapes name."""
    targets: dict[str, dict[str, set[str]]] = {}
    named: set[str] = set()
    for triple in shapes:
        if not isinstance(triple.object, NamedNode):
            continue
        named.add(triple.object.value)
        if triple.predicate.value in _TARGETS and isinstance(triple.subject, NamedNode):
            found = targets.setdefault(triple.subject.value, defaultdict(set))
            found[triple.predicate.value].add(triple.object.value)
    return targets, named
