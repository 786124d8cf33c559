"""Backward chaining: a proof of one triple, from facts that are asked for as they are needed.

The facts are closed under the rules already, somewhere else, and each is known there as asserted or
inferred. A rule is asked for the premises of a conclusion; what its tables are asked and is not
known yet is put together into questions, and the rule is asked again with their answers. Goals are
taken breadth first and a conclusion is settled when all its premises are, so a proof leans on
nothing that leans on it, and is short.

What a closure leaves out (see `closure`) is in no answer: such a premise becomes a goal all the
same, and is derived or not.
"""

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice, starmap
from typing import Final, NamedTuple, Self, TypeVar

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.errors import ProofLimitError
from tipgraph.reasoning.closure import tells
from tipgraph.reasoning.compiled import CompiledOntology
from tipgraph.reasoning.data_rules import DataRule, Fact
from tipgraph.reasoning.derivation import Step, proof_of
from tipgraph.reasoning.tables import Table, Term, link, subject_of

Made = TypeVar("Made")

# Facts whose premises are looked for, and questions that are asked together.
_MOST_GOALS: Final = 2000
_MOST_QUESTIONS: Final = 5000
_Way = tuple[DataRule, tuple[Fact, ...]]


class Question(NamedTuple):
    """Whether a triple holds; or, with an end left out, which ones it has there."""

    subject: NamedNode | None
    predicate: NamedNode
    object: NamedNode | Literal | None

    @classmethod
    def of(cls, triple: Triple) -> Self | None:
        """Whether a triple holds; None where its ends have no names to ask for them."""
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            return cls(subject, predicate, value)
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in an answer.

    Args:
        end: The end that was asked for, None where none was.
        asserted: Whether it was asserted.
    """

    end: Term | None
    asserted: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The facts that answer a question, each once or more.

    Args:
        found: The facts.
        whole: Whether these are all.
    """

    found: Sequence[Found]
    whole: bool = True


Plan = Generator[tuple[Question, ...], Mapping[Question, Answer], Made]


class _Standing(Enum):
    absent = 0
    asserted = 1
    # It was inferred, or it is of a kind that a closure leaves out.
    derivable = 2


class _Ends(NamedTuple):
    """The links of one property that a thing has, as their subject or as their object."""

    table: Table
    thing: int
    forwards: bool


def prove(ontology: CompiledOntology, triple: Triple) -> Plan[dict[Triple, Step] | None]:
    """Search for a proof of a triple about things.

    Yields questions, and is sent the answer to each.

    Args:
        ontology: The rules, with the facts of the ontology itself in its tables.
        triple: The triple.

    Returns:
        The proof, see `proof_of`; None when there is none.

    Raises:
        ProofLimitError: There is none within the limits.
    """
    return _Search(ontology).run(triple)


class _Search:
    """One search, with what it knows so far."""

    def __init__(self, ontology: CompiledOntology) -> None:
        self._facts = ontology.facts.fork()
        self._rules: dict[Table, list[DataRule]] = defaultdict(list)
        for rule in ontology.rules:
            self._rules[rule.head].append(rule)
        self._standings: dict[Fact, _Standing] = {}
        self._ends: dict[_Ends, list[int]] = {}
        # What has to be known next, by the question that tells it.
        self._unknown: dict[Question, Fact | _Ends] = {}
        self._whole = True
        # For each goal every application that would give it, and for each that holds the first.
        self._ways: dict[Fact, list[_Way]] = {}
        self._settled: dict[Fact, _Way] = {}

    def run(self, triple: Triple) -> Plan[dict[Triple, Step] | None]:
        goal = self._goal(triple)
        goals = [] if goal is None else [goal]
        while goals:
            if len(self._ways) + len(goals) > _MOST_GOALS:
                self._whole = False
                break
            yield from self._expand(goals)
            self._settle()
            if goal in self._settled:
                return proof_of(triple, self._step_to)
            goals = self._next(goals)
        if not self._whole:
            raise _beyond_limits()
        return None

    def holds(self, fact: Fact) -> bool:
        """Whether a fact holds or may hold; when it is not known it is asked for, and may."""
        standing = self._standing(fact)
        if standing is None and (question := Question.of(self._facts.triple(*fact))):
            self._unknown[question] = fact
        return standing is not _Standing.absent

    def ends(self, wanted: _Ends) -> Collection[int]:
        """The other ends of links; when they are not known they are asked for."""
        table, thing, forwards = wanted
        known = table.objects(thing) if forwards else table.subjects(thing)
        if wanted in self._ends:
            return dict.fromkeys([*known, *self._ends[wanted]])
        term = self._facts.terms[thing]
        assert isinstance(table.term, NamedNode)  # noqa: S101  # properties have names
        if forwards and isinstance(term, NamedNode):
            self._unknown[Question(term, table.term, None)] = wanted
        elif not forwards and isinstance(term, NamedNode | Literal):
            self._unknown[Question(None, table.term, term)] = wanted
        return known

    def _goal(self, triple: Triple) -> Fact | None:
        table, number = self._facts.table_of(triple), self._facts.terms.number
        if table is None or isinstance(triple.subject, Triple):
            return None
        subject = number(triple.subject)
        return table, subject if table.is_class else link(subject, number(triple.object))

    def _standing(self, fact: Fact) -> _Standing | None:
        """How a fact stands; None when it is not known."""
        table, key = fact
        if key in table.steps:
            return _Standing.asserted
        if fact in self._standings:
            return self._standings[fact]
        subject = self._facts.terms[key if table.is_class else subject_of(key)]
        if isinstance(subject, Literal | Triple):
            return _Standing.absent
        can_be_asked = Question.of(self._facts.triple(*fact))
        return None if can_be_asked else _Standing.derivable

    def _expand(self, goals: Sequence[Fact]) -> Plan[None]:
        """Find every way to each of some goals."""
        unknown: dict[Question, Fact | _Ends] = {}
        while goals:
            again = []
            for goal in goals:
                self._unknown = {}
                self._ways[goal] = list(self._applications(goal))
                if self._unknown:
                    again.append(goal)
                    unknown |= self._unknown
            if len(unknown) > _MOST_QUESTIONS:
                raise _beyond_limits()
            if unknown:
                answers = yield tuple(unknown)
                for question, about in unknown.items():
                    self._learn(question, about, answers[question])
            goals, unknown = again, {}

    def _applications(self, goal: Fact) -> Iterator[_Way]:
        table, key = goal
        for rule in self._rules.get(table, ()):
            body = [_View(self, each) for each in rule.body]
            for keys in rule.premises(key, body):
                premises = tuple(zip(rule.body, keys, strict=True))
                if goal not in premises:
                    yield rule, premises

    def _learn(self, question: Question, about: Fact | _Ends, answer: Answer) -> None:
        self._whole = self._whole and answer.whole
        if isinstance(about, _Ends):
            self._ends[about] = [self._learn_end(about, found) for found in answer.found]
            if about.table in self._rules and not isinstance(
                self._facts.terms[about.thing], Literal
            ):
                # A closure leaves out that a thing is linked to itself.
                self._ends[about].append(about.thing)
                loop = about.table, link(about.thing, about.thing)
                self._standings.setdefault(loop, _Standing.derivable)
        elif any(found.asserted for found in answer.found):
            self._standings[about] = _Standing.asserted
        elif answer.found or not tells(self._facts.triple(*about)):
            self._standings[about] = _Standing.derivable
        else:
            self._standings[about] = _Standing.absent

    def _learn_end(self, about: _Ends, found: Found) -> int:
        assert found.end is not None  # noqa: S101  # it was asked for
        end = self._facts.terms.number(found.end)
        key = link(about.thing, end) if about.forwards else link(end, about.thing)
        if found.asserted:
            self._standings[about.table, key] = _Standing.asserted
        else:
            self._standings.setdefault((about.table, key), _Standing.derivable)
        return end

    def _settle(self) -> None:
        """Give each goal whose premises all hold its step, from the asserted facts upwards."""
        open_goals = [goal for goal in self._ways if goal not in self._settled]
        while open_goals:
            ready = {goal: way for goal in open_goals for way in self._ready(goal)}
            if not ready:
                return
            self._settled |= ready
            open_goals = [goal for goal in open_goals if goal not in ready]

    def _ready(self, goal: Fact) -> Iterator[_Way]:
        """The first of the ways to a goal whose premises all hold."""
        ready = (way for way in self._ways[goal] if all(map(self._is_proved, way[1])))
        return islice(ready, 1)

    def _is_proved(self, fact: Fact) -> bool:
        return fact in self._settled or self._standing(fact) is _Standing.asserted

    def _next(self, goals: Iterable[Fact]) -> list[Fact]:
        """The premises of goals that are to be proved themselves."""
        premises = (fact for goal in goals for _, facts in self._ways[goal] for fact in facts)
        return [
            fact
            for fact in dict.fromkeys(premises)
            if fact not in self._ways and self._standing(fact) is _Standing.derivable
        ]

    def _step_to(self, triple: Triple) -> Step | None:
        goal = self._goal(triple)
        if goal not in self._settled:
            return None
        rule, premises = self._settled[goal]
        return Step(rule.name, rule.axiom, tuple(starmap(self._facts.triple, premises)))


class _View:
    """What a search knows of a table; see `Known`."""

    def __init__(self, search: _Search, table: Table) -> None:
        self._search = search
        self._table = table

    def __contains__(self, key: int) -> bool:
        return self._search.holds((self._table, key))

    def objects(self, subject: int) -> Collection[int]:
        return self._search.ends(_Ends(self._table, subject, forwards=True))

    def subjects(self, value: int) -> Collection[int]:
        return self._search.ends(_Ends(self._table, value, forwards=False))


def _beyond_limits() -> ProofLimitError:
    return ProofLimitError(
        "no proof was found among the facts nearest to the triple, and there are more than are "
        "looked at: `tipgraph infer --why` with the files of the graph looks at all"
    )
