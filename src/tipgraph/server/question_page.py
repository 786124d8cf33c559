"""The page of a question: its words, the form for its values, the query and the answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format
from tipgraph.namespaces import BASE, shorten
from tipgraph.questions import MARKS, Question
from tipgraph.server.addresses import with_parameters
from tipgraph.server.citations import Citation
from tipgraph.server.document_pages import embedded
from tipgraph.server.links import WebLink
from tipgraph.server.lookup import Lookup
from tipgraph.server.question_catalogue import QuestionCatalogue
from tipgraph.server.question_values import QuestionValues, Values
from tipgraph.server.results_page import AnswerDisplay
from tipgraph.server.templates import Templates
from tipgraph.server.things import PAGE, AnyForm
from tipgraph.store import QueryAnswer, QueryRequest


def answer_formats(question: Question) -> Sequence[Format]:
    """The formats that the answer to a question can be had in."""
    return GRAPH_FORMATS if question.kind == "construct" else RESULTS_FORMATS


@dataclass(frozen=True, slots=True)
class QuestionAddress:
    """Where a question, with values for its parameters, is on this service.

    Args:
        question: The question.
        values: Values other than the defaults.
        root: The path of the home page, or the base of IRIs.
    """

    question: Question
    values: Values
    root: str

    @property
    def iri(self) -> str:
        """The IRI of the question with these values, wherever this service is."""
        return QuestionAddress(self.question, self.values, BASE).answer(PAGE)

    def answer(self, form: AnyForm) -> str:
        """The address of the page, or of the answer in a format."""
        suffix = "" if form is PAGE else f".{form.name}"
        pairs = [(name, term.value) for name, term in self.values.items()]
        return with_parameters(f"{self.root}query/{self.question.slug}{suffix}", pairs)

    def description(self, form: AnyForm) -> str:
        """The address of what is said of the question, as a graph."""
        return f"{self.root}data/query/{self.question.slug}.{form.name}"

    def links(self, form: AnyForm) -> list[WebLink]:
        """The links of the page, or of the answer in a format."""
        forms: Sequence[AnyForm] = (PAGE, *answer_formats(self.question))
        others = [each for each in forms if each is not form]
        whole = WebLink("canonical", self.iri) if form is PAGE else WebLink("up", self.answer(PAGE))
        return [
            whole,
            *(WebLink("alternate", self.answer(each), each.media_type) for each in others),
            *(
                WebLink("describedby", self.description(each), each.media_type)
                for each in GRAPH_FORMATS
            ),
            WebLink("collection", f"{self.root}query"),
        ]

    def description_links(self, form: AnyForm) -> list[WebLink]:
        """The links of the description in a format."""
        return [
            WebLink("describes", self.question.iri),
            *(
                WebLink("alternate", self.description(each), each.media_type)
                for each in GRAPH_FORMATS
                if each is not form
            ),
            WebLink("collection", f"{self.root}query"),
        ]


class QuestionPages:
    """Makes the pages of questions.

    Args:
        templates: Their template.
        catalogue: All questions.
        values: Finds what may be chosen.
        display: Shows answers.
        lookup: Knows how the dataset is cited.
        root: The path of the home page.
    """

    def __init__(
        self,
        templates: Templates,
        catalogue: QuestionCatalogue,
        values: QuestionValues,
        *,
        display: AnswerDisplay,
        lookup: Lookup,
        root: str,
    ) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._values = values
        self._display = display
        self._lookup = lookup
        self._root = root

    async def render(
        self, question: Question, values: Values, answer: QueryAnswer, hints: Sequence[str]
    ) -> bytes:
        """Make the page of a question with the answer for some values."""
        address = QuestionAddress(question, values, self._root)
        shown = await self._display.answer(answer)
        terms = await self._display.terms(NamedNode(term) for term in question.terms)
        is_default = all(
            values.get(each.name, each.default) == each.default for each in question.parameters
        )
        is_lacking = bool(question.parameters) and answer.is_empty
        return await asyncio.to_thread(
            self._templates.render,
            "question.html",
            question=question,
            marks=MARKS,
            head=address.links(PAGE),
            json_ld=embedded(question.triples),
            fields=await self._values.fields(question, values),
            suggestions=await self._values.suggestions(question, values) if is_lacking else (),
            query=question.query_with(values),
            answer=shown,
            hints=hints,
            address=address,
            graph_formats=GRAPH_FORMATS,
            is_expected=is_default and question.is_answered_by(shown.results),
            terms=[(shown, shorten(node.value)) for node, shown in terms.items()],
            citation=Citation(address.iri, question.text, await self._lookup.source()),
            related=self._catalogue.related(question),
        )


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """The page of a question with some values, which waits for its answer.

    Args:
        pages: Makes it.
        question: The question.
        values: Values other than the defaults.
    """

    pages: QuestionPages
    question: Question
    values: Values

    @property
    def name(self) -> str:
        """Tells it from other pages that show the same answer."""
        return f"question {self.question.slug}"

    async def render(
        self, answer: QueryAnswer, request: QueryRequest, hints: Sequence[str]
    ) -> bytes:
        """Make the page."""
        return await self.pages.render(self.question, self.values, answer, hints)
