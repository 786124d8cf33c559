"""A shapes graph by subject and predicate, and what can be wrong with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple

from tipgraph.namespaces import RDF, SH
from tipgraph.validation.positions import Sought
from tipgraph.validation.result import Term

_FIRST: Final = f"{RDF}first"
_REST: Final = f"{RDF}rest"
_NIL: Final = NamedNode(f"{RDF}nil")
QUERIES: Final = (f"{SH}select", f"{SH}ask")
VALIDATORS: Final = tuple(
    f"{SH}{name}" for name in ("validator", "nodeValidator", "propertyValidator")
)
# By these a shape refers to another shape, or to a list of shapes.
_REFERENCES: Final = tuple(
    f"{SH}{name}" for name in ("node", "property", "not", "qualifiedValueShape")
)
_LISTS: Final = tuple(f"{SH}{name}" for name in ("and", "or", "xone"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a shapes graph.

    Args:
        reason: In words.
        sought: The triple that shows it.
    """

    reason: str
    sought: Sought


class ShapesTriples:
    """The triples of a shapes graph.

    Args:
        triples: The triples.
    """

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        self.by_subject: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
                self.by_subject[triple.subject][triple.predicate.value].append(triple.object)

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """The objects of a subject and a predicate."""
        properties = self.by_subject.get(subject)
        return properties.get(predicate, []) if properties else []

    def pairs(self, predicate: str) -> Iterator[tuple[Term, Term]]:
        """The subjects and objects of a predicate."""
        for subject, properties in self.by_subject.items():
            for value in properties.get(predicate, ()):
                yield subject, value

    def members(self, node: Term) -> Iterator[Term]:
        """The members of a list; a list that goes in a circle ends where it began."""
        seen: set[Term] = set()
        while node != _NIL and node not in seen:
            seen.add(node)
            yield from self.objects(node, _FIRST)
            node = next(iter(self.objects(node, _REST)), _NIL)

    def relative_prefixes(self) -> set[Term]:
        """The declarations of prefixes that stand for no absolute IRI: no query can use one."""
        namespaces = self.pairs(f"{SH}namespace")
        return {declaration for declaration, value in namespaces if not _is_absolute(value)}

    @property
    def is_queried(self) -> bool:
        """Whether a query looks at the shapes graph itself, which is then better left as it is."""
        return any("shapesGraph" in text.value for name in QUERIES for _, text in self.pairs(name))

    def referred(self, shape: Term) -> Iterator[tuple[str, Term]]:
        """The shapes that a shape refers to, each with the predicate by which it does."""
        for name in _REFERENCES:
            for value in self.objects(shape, name):
                yield name, value
        for name in _LISTS:
            for node in self.objects(shape, name):
                for value in self.members(node):
                    yield name, value


def _is_absolute(namespace: Term) -> bool:
    try:
        NamedNode(getattr(namespace, "value", ""))
    except ValueError:
        return False
    return True
