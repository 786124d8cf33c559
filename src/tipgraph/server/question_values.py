"""The values that the asker of a question may choose: those that the graph has, and any IRI."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from tipgraph.errors import RequestError, UsageError
from tipgraph.questions import Parameter, Question, Term
from tipgraph.server.addresses import with_parameters
from tipgraph.server.once import Once
from tipgraph.server.parameters import Parameters
from tipgraph.server.results_page import AnswerDisplay
from tipgraph.server.shown import Shown
from tipgraph.server.uses import Ask

# As many as a person looks through; more are typed, with completion.
_MOST_LISTED: Final = 100
_MOST_SUGGESTED: Final = 10
_KEPT: Final = 256

Values = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a parameter may have.

    Args:
        term: The value.
        shown: How pages show it.
        answered: Whether there is an answer with it, at least with some values of the others.
    """

    term: Term
    shown: Shown
    answered: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a form asks for its value.

    Args:
        parameter: The parameter.
        value: Its present value.
        choices: What may be chosen, by label, those with an answer first.
    """

    parameter: Parameter
    value: Choice
    choices: Sequence[Choice]

    @property
    def is_listed(self) -> bool:
        """Whether the choices are few enough for a list to choose from."""
        return len(self.choices) <= _MOST_LISTED

    @property
    def label(self) -> str:
        """What the value stands for."""
        return self.parameter.description.rstrip(".")

    @property
    def written(self) -> str:
        """The present value as people write it: what it is called, if nothing else is called so."""
        text = self.value.shown.text
        named = [each.term for each in self.choices if each.shown.text == text]
        return text if named == [self.value.term] else self.value.term.value

    def group(self, *, answered: bool) -> list[Choice]:
        """The choices that have an answer, or those that have none, with the present value."""
        others = () if self.value.term in {each.term for each in self.choices} else (self.value,)
        return [each for each in (*self.choices, *others) if each.answered is answered]


class QuestionValues:
    """Finds the values that parameters may have, and reads those that are asked for.

    Args:
        ask: Answers a SELECT query.
        display: Shows terms.
        root: The local path of the home page.
    """

    def __init__(self, ask: Ask, display: AnswerDisplay, *, root: str) -> None:
        self._ask = ask
        self._display = display
        self._root = root
        self._choices: Once[Mapping[str, Sequence[Choice]]] = Once(_KEPT)
        self._answered: Once[Sequence[tuple[Term, ...]]] = Once(_KEPT)

    async def read(self, question: Question, parameters: Parameters) -> Values:
        """The values that a request gives; what it leaves out has its default.

        Raises:
            RequestError: A value cannot be used, is given twice, or is no parameter's.
        """
        return {
            parameter.name: await self._read(question, parameter, given)
            for parameter in question.parameters
            if (given := parameters.single(parameter.name)) is not None
        }

    async def fields(self, question: Question, values: Values) -> Sequence[Field]:
        """The fields of a question's form, with their present values; none if it has no form."""
        if not question.parameters:
            return ()
        choices = await self._choices_of(question)
        present = [values.get(each.name, each.default) for each in question.parameters]
        shown = await self._display.terms(present)
        return [
            Field(parameter, _present(term, shown[term], choices[parameter.name]), own)
            for parameter, term in zip(question.parameters, present, strict=True)
            for own in (choices[parameter.name],)
        ]

    async def suggestions(
        self, question: Question, values: Values
    ) -> Sequence[tuple[str, Sequence[Shown]]]:
        """Values like the given ones that have an answer: where each leads, and what they are."""
        present = [values.get(each.name, each.default) for each in question.parameters]

        def unlike(row: tuple[Term, ...]) -> int:
            return sum(one != other for one, other in zip(row, present, strict=True))

        rows = sorted(await self._answered_by(question), key=unlike)[:_MOST_SUGGESTED]
        shown = await self._display.terms(term for row in rows for term in row)
        return [(self._address(question, row), [shown[term] for term in row]) for row in rows]

    async def _read(self, question: Question, parameter: Parameter, given: str) -> Term:
        try:
            return parameter.read(given.strip())
        except UsageError as error:
            choices = (await self._choices_of(question))[parameter.name]
            wanted = given.strip().casefold()
            named = [each for each in choices if each.shown.text.casefold() == wanted]
            if len(named) == 1:
                return named[0].term
            raise RequestError(
                "bad-parameter",
                f"{parameter.name}: {given!r} is neither an absolute IRI nor what a possible value "
                "is called",
                extensions={"values": [self._member(question, parameter, c) for c in choices]},
            ) from error

    def _member(self, question: Question, parameter: Parameter, choice: Choice) -> dict[str, Any]:
        address = with_parameters(
            f"{self._root}query/{question.slug}", [(parameter.name, choice.term.value)]
        )
        return {"iri": choice.term.value, "label": choice.shown.text, "href": address}

    async def _choices_of(self, question: Question) -> Mapping[str, Sequence[Choice]]:
        return await self._choices.get(question.slug, lambda: self._find_choices(question))

    async def _find_choices(self, question: Question) -> Mapping[str, Sequence[Choice]]:
        rows = await self._answered_by(question)
        found = {}
        for number, parameter in enumerate(question.parameters):
            answered = dict.fromkeys(row[number] for row in rows)
            terms = {**answered, **dict.fromkeys(await self._members_of(parameter.of_class))}
            shown = await self._display.terms(terms)
            choices = [Choice(term, shown[term], term in answered) for term in terms]
            found[parameter.name] = sorted(choices, key=_order)
        return found

    async def _answered_by(self, question: Question) -> Sequence[tuple[Term, ...]]:
        """All values of the parameters, together, with which the question has an answer."""
        return await self._answered.get(question.slug, lambda: self._find_answered(question))

    async def _find_answered(self, question: Question) -> Sequence[tuple[Term, ...]]:
        return [tuple(row) for row in await self._ask(question.values_query, None)]

    async def _members_of(self, of_class: NamedNode | None) -> Iterable[Term]:
        if of_class is None:
            return ()
        return [member for (member,) in await self._ask(f"SELECT ?x {{ ?x a {of_class} }}", None)]

    def _address(self, question: Question, row: Sequence[Term]) -> str:
        values = zip(question.parameters, row, strict=True)
        return with_parameters(
            f"{self._root}query/{question.slug}", [(each.name, term.value) for each, term in values]
        )


def _present(term: Term, shown: Shown, choices: Sequence[Choice]) -> Choice:
    return next((each for each in choices if each.term == term), Choice(term, shown, False))


def _order(choice: Choice) -> tuple[bool, list[tuple[int, str]]]:
    """Those with an answer first, then by label, in which numbers go by size."""
    parts = re.split(r"(\d+)", choice.shown.text.casefold())
    return not choice.answered, [(int(p), "") if p.isdecimal() else (0, p) for p in parts]
