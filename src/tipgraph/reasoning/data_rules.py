"""The OWL 2 RL rules that conclude something about things, each for one axiom.

A rule is applied forwards to facts that have just come, one of its premises at a time
(semi-naive), and asked backwards for the premises of one conclusion.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tipgraph.reasoning.tables import (
    Known,
    Resource,
    Table,
    Terms,
    ends,
    link,
    object_of,
    subject_of,
)

Fact = tuple[Table, int]


@dataclass(frozen=True, eq=False)
class DataRule(ABC):
    """One rule with one axiom.

    Args:
        name: The rule's name in the OWL 2 profiles specification, section 4.3.
        axiom: The property or class whose axiom it is.
        body: The tables of its premises, in order.
        head: The table of its conclusion.
    """

    name: str
    axiom: Resource
    body: tuple[Table, ...]
    head: Table

    @abstractmethod
    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:
        """What follows when the premise at a position is one of some new facts."""

    @abstractmethod
    def premises(self, conclusion: int, body: Sequence[Known]) -> Iterator[tuple[int, ...]]:
        """Each set of facts that gives a conclusion, one key for each premise.

        Args:
            conclusion: The key of the conclusion.
            body: What is known of each table of the rule's body.
        """


class Join(DataRule):
    """A rule that may need several premises at once."""

    @abstractmethod
    def applications(self, position: int, key: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Each application in which a fact is the premise at a position.

        Yields:
            The key of the conclusion, and that of each premise.
        """


@dataclass(frozen=True, eq=False)
class Inclusion(DataRule):
    """A narrower class or property: each fact of it is one of the wider (cax-sco, prp-spo1)."""

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        return new

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        if conclusion in body[0]:
            yield (conclusion,)


@dataclass(frozen=True, eq=False)
class Reversal(DataRule):
    """An inverse or symmetric property: the other way round (prp-inv, prp-symp).

    Args:
        terms: To leave out literals, which are no subjects.
    """

    terms: Terms

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        is_literal = self.terms.is_literal
        for key in new:
            subject, value = ends(key)
            if not is_literal(value):
                yield link(value, subject)

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        subject, value = ends(conclusion)
        premise = link(value, subject)
        if premise in body[0]:
            yield (premise,)


@dataclass(frozen=True, eq=False)
class Domain(DataRule):
    """Whatever has a property is in a class (prp-dom, cls-svf2)."""

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        return map(subject_of, new)

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        for value in body[0].objects(conclusion):
            yield (link(conclusion, value),)


@dataclass(frozen=True, eq=False)
class Range(DataRule):
    """Whatever is the value of a property is in a class (prp-rng).

    Args:
        terms: To leave out literals, which are no subjects.
    """

    terms: Terms

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        is_literal = self.terms.is_literal
        return (value for value in map(object_of, new) if not is_literal(value))

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        for subject in body[0].subjects(conclusion):
            yield (link(subject, conclusion),)


@dataclass(frozen=True, eq=False)
class HasValueMember(DataRule):
    """What has the value is in the value restriction (cls-hv2).

    Args:
        value: The number of the value.
    """

    value: int

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        return (subject for subject, value in map(ends, new) if value == self.value)

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        premise = link(conclusion, self.value)
        if premise in body[0]:
            yield (premise,)


@dataclass(frozen=True, eq=False)
class HasValueLink(DataRule):
    """A member of a value restriction has the value (cls-hv1).

    Args:
        value: The number of the value.
    """

    value: int

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        return (link(subject, self.value) for subject in new)

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        subject, value = ends(conclusion)
        if value == self.value and subject in body[0]:
            yield (subject,)


@dataclass(frozen=True, eq=False)
class SomeValues(Join):
    """What is linked to a member of the filler is in the restriction (cls-svf1).

    The premises are the link and the membership.
    """

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        links, filler = self.body
        if position == 0:
            members = filler.steps
            return (subject for subject, value in map(ends, new) if value in members)
        return (subject for value in new for subject in links.subjects(value))

    def applications(  # noqa: D102
        self, position: int, key: int
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        links, filler = self.body
        if position == 0:
            subject, value = ends(key)
            if value in filler:
                yield subject, (key, value)
        else:
            for subject in links.subjects(key):
                yield subject, (link(subject, key), key)

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        links, filler = body
        for value in links.objects(conclusion):
            if value in filler:
                yield link(conclusion, value), value


@dataclass(frozen=True, eq=False)
class Intersection(Join):
    """A member of all classes is in their intersection (cls-int1)."""

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        others = [table.steps for number, table in enumerate(self.body) if number != position]
        return (member for member in new if all(member in steps for steps in others))

    def applications(  # noqa: D102
        self, position: int, key: int
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        return ((key, premises) for premises in self.premises(key, self.body))

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        if all(conclusion in table for table in body):
            yield (conclusion,) * len(body)


@dataclass(frozen=True, eq=False)
class Chain(Join):
    """Links in a row link the two ends (prp-spo2, prp-trp)."""

    def conclusions(self, position: int, new: Collection[int]) -> Iterable[int]:  # noqa: D102
        before, after = self.body[:position][::-1], self.body[position + 1 :]
        for key in new:
            subject, value = ends(key)
            starts: Iterable[int] = (subject,)
            for table in before:
                starts = {start for end in starts for start in table.subjects(end)}
            stops: Iterable[int] = (value,)
            for table in after:
                stops = {stop for start in stops for stop in table.objects(start)}
            yield from (link(start, stop) for start in starts for stop in stops)

    def applications(  # noqa: D102
        self, position: int, key: int
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        subject, value = ends(key)
        afters = list(_onwards(value, self.body[position + 1 :]))
        for start, before in _backwards(subject, self.body[:position]):
            for stop, after in afters:
                yield link(start, stop), (*before, key, *after)

    def premises(  # noqa: D102
        self, conclusion: int, body: Sequence[Known]
    ) -> Iterator[tuple[int, ...]]:
        start, stop = ends(conclusion)
        return _ways(start, stop, body)


def _ways(start: int, stop: int, body: Sequence[Known]) -> Iterator[tuple[int, ...]]:
    """The links in a row that lead from one thing to another."""
    table, *others = body
    if not others:
        if link(start, stop) in table:
            yield (link(start, stop),)
        return
    middles = table.objects(start)
    if len(others) == 1:
        # One end may have a million links where the other has one.
        middles = min(middles, others[0].subjects(stop), key=len)
    for middle in middles:
        if link(start, middle) in table:
            for rest in _ways(middle, stop, others):
                yield link(start, middle), *rest


def _onwards(start: int, tables: Sequence[Table]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where the links of some tables in a row lead to from a thing, and those links."""
    if not tables:
        yield start, ()
        return
    for middle in tables[0].objects(start):
        for stop, links in _onwards(middle, tables[1:]):
            yield stop, (link(start, middle), *links)


def _backwards(stop: int, tables: Sequence[Table]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Whence the links of some tables in a row lead to a thing, and those links."""
    if not tables:
        yield stop, ()
        return
    for middle in tables[-1].subjects(stop):
        for start, links in _backwards(middle, tables[:-1]):
            yield start, (*links, link(middle, stop))
