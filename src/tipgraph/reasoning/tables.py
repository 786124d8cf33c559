"""Facts in memory: terms as numbers, and one table for each class and each property.

A key of a class's table is a member; a key of a property's table is a link, subject and object in
one number. A table says of each fact at which step it came, 0 if it was asserted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final, Protocol, Self

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.reasoning.closure import RDF_TYPE

Resource = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple

_BITS: Final = 32
_MASK: Final = (1 << _BITS) - 1

# The step of what was asserted.
ASSERTED: Final = 0


def link(subject: int, value: int) -> int:
    """The key of a link."""
    return subject << _BITS | value


def ends(key: int) -> tuple[int, int]:
    """The subject and the object of a link."""
    return key >> _BITS, key & _MASK


def subject_of(key: int) -> int:
    """The subject of a link."""
    return key >> _BITS


def object_of(key: int) -> int:
    """The object of a link."""
    return key & _MASK


class Terms:
    """Numbers for terms, in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[Term, int] = {}
        self._terms: list[Term] = []
        self._literals: set[int] = set()

    def number(self, term: Term) -> int:
        """The number of a term, a new one if need be."""
        found = self._numbers.get(term)
        if found is None:
            found = self._numbers[term] = len(self._terms)
            self._terms.append(term)
            if isinstance(term, Literal):
                self._literals.add(found)
        return found

    def find(self, term: Term) -> int | None:
        """The number of a term, None if it has none."""
        return self._numbers.get(term)

    def is_literal(self, number: int) -> bool:
        """Whether a number stands for a literal."""
        return number in self._literals

    def __getitem__(self, number: int) -> Term:
        return self._terms[number]

    def copy(self) -> Self:
        """The same numbers, to which others are added apart."""
        copied = type(self)()
        copied._numbers, copied._terms = self._numbers.copy(), self._terms.copy()
        copied._literals = self._literals.copy()
        return copied


class Known(Protocol):
    """What is known of a class's members or a property's links, however it is kept."""

    def __contains__(self, key: int) -> bool:
        """Whether a fact holds."""
        ...

    def objects(self, subject: int) -> Collection[int]:
        """The objects that a subject is linked to."""
        ...

    def subjects(self, value: int) -> Collection[int]:
        """The subjects that are linked to an object."""
        ...


class Table:
    """The members of a class, or the links of a property.

    Args:
        term: The class or property.
        is_class: Which of the two.
    """

    def __init__(self, term: Resource, *, is_class: bool) -> None:
        self.term = term
        self.is_class = is_class
        self.steps: dict[int, int] = {}
        # Made when it is first needed, and kept up to date from then on.
        self._indexes: _Indexes | None = None

    def add(self, keys: Iterable[int], step: int) -> list[int]:
        """Add the facts that are new, as of a step, and return them."""
        steps = self.steps
        new = [key for key in dict.fromkeys(keys) if key not in steps]
        steps.update(dict.fromkeys(new, step))
        if self._indexes is not None:
            self._indexes.add(new)
        return new

    def __contains__(self, key: int) -> bool:
        """Whether a fact holds."""
        return key in self.steps

    def objects(self, subject: int) -> Collection[int]:
        """The objects that a subject is linked to."""
        return self._indexed().by_subject.get(subject, ())

    def subjects(self, value: int) -> Collection[int]:
        """The subjects that are linked to an object."""
        return self._indexed().by_object.get(value, ())

    def shared_subjects(self) -> Iterator[tuple[int, list[int]]]:
        """Each subject that has several objects, with them."""
        return ((one, many) for one, many in self._indexed().by_subject.items() if len(many) > 1)

    def shared_objects(self) -> Iterator[tuple[int, list[int]]]:
        """Each object that several subjects have, with them."""
        return ((one, many) for one, many in self._indexed().by_object.items() if len(many) > 1)

    def _indexed(self) -> "_Indexes":
        if self._indexes is None:
            # Whole before it is seen: several threads may look a table up.
            indexes = _Indexes()
            indexes.add(self.steps)
            self._indexes = indexes
        return self._indexes


class _Indexes:
    """A property's links by either end."""

    def __init__(self) -> None:
        self.by_subject: defaultdict[int, list[int]] = defaultdict(list)
        self.by_object: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, keys: Iterable[int]) -> None:
        for key in keys:
            subject, value = ends(key)
            self.by_subject[subject].append(value)
            self.by_object[value].append(subject)


class Facts:
    """All tables.

    Only classes and properties that axioms name have a table: nothing follows from others.
    """

    def __init__(self) -> None:
        self.terms = Terms()
        self._classes: dict[Term, Table] = {}
        self._properties: dict[Term, Table] = {}

    def fork(self) -> Self:
        """The same tables, with terms that are numbered apart from now on."""
        forked = type(self)()
        forked.terms = self.terms.copy()
        forked._classes, forked._properties = self._classes, self._properties
        return forked

    def members(self, term: Resource) -> Table:
        """The table of a class, a new one if need be."""
        return self._classes.setdefault(term, Table(term, is_class=True))

    def links(self, term: Resource) -> Table:
        """The table of a property, a new one if need be."""
        return self._properties.setdefault(term, Table(term, is_class=False))

    def tables(self) -> Iterator[Table]:
        """Every table."""
        yield from self._classes.values()
        yield from self._properties.values()

    def table_of(self, triple: Triple) -> Table | None:
        """The table that holds a triple if it holds; None where there is no such table."""
        if triple.predicate == RDF_TYPE:
            return self._classes.get(triple.object)
        return self._properties.get(triple.predicate)

    def load(self, triples: Iterable[Triple]) -> None:
        """Add asserted triples; those that no table takes are passed over."""
        number, classes, properties = self.terms.number, self._classes, self._properties
        for triple in triples:
            if triple.predicate == RDF_TYPE:
                table = classes.get(triple.object)
                if table is not None:
                    table.steps[number(triple.subject)] = 0
            elif (table := properties.get(triple.predicate)) is not None:
                key = link(number(triple.subject), number(triple.object))
                table.steps[key] = 0

    def find(self, triple: Triple) -> tuple[Table, int] | None:
        """The table and key of a triple that holds; None for one that does not."""
        table = self.table_of(triple)
        subject, value = self.terms.find(triple.subject), self.terms.find(triple.object)
        if table is None or subject is None or (value is None and not table.is_class):
            return None
        key = subject if table.is_class else link(subject, value or 0)
        return (table, key) if key in table.steps else None

    def triple(self, table: Table, key: int) -> Triple:
        """The triple that a key of a table stands for."""
        if table.is_class:
            return Triple(self.resource(key), RDF_TYPE, table.term)
        subject, value = ends(key)
        return Triple(self.resource(subject), _property(table), self.terms[value])

    def resource(self, number: int) -> Resource:
        """The term of a number that stands for the subject of a fact."""
        term = self.terms[number]
        if not isinstance(term, NamedNode | BlankNode):
            raise TypeError(f"{term} is the subject of a fact")
        return term


def _property(table: Table) -> NamedNode:
    if not isinstance(table.term, NamedNode):
        raise TypeError(f"{table.term} is a property")
    return table.term
