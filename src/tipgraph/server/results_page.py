"""An answer as a page shows it to people: a table of labels that lead on."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from tipgraph.formats import GRAPH_FORMATS, JSON, N_TRIPLES, RESULTS_FORMATS, Format
from tipgraph.namespaces import RDF, XSD
from tipgraph.server.addresses import with_parameters
from tipgraph.server.lookup import Lookup
from tipgraph.server.shown import DEEPEST, MORE, Display, Shown, show_triple
from tipgraph.server.targets import LinkTargets
from tipgraph.server.templates import Templates
from tipgraph.store import QueryAnswer, QueryRequest, Solutions, Triples
from tipgraph.store.results import read_graph, read_results, shown
from tipgraph.turtle import terms_within
from tipgraph.wording import Statements

_SHOWN: Final = 1000
# No page looks up the labels of more things; the others are shown by their short IRIs.
_MOST_LABELS: Final = 5000
_TEXTS: Final = (f"{XSD}string", f"{RDF}langString")
_TRIPLE: Final = ("subject", "predicate", "object")

Term = NamedNode | BlankNode | Literal | Triple | None
Known = TypeVar("Known", bound=Term)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer as a page shows it.

    Args:
        results: The whole answer.
        head: What the columns are called.
        rows: The first rows.
    """

    results: Solutions | Triples | bool
    head: Sequence[str]
    rows: Sequence[Sequence[Shown]]

    @property
    def truth(self) -> bool | None:
        """The answer to an ASK query; None for others."""
        return self.results if isinstance(self.results, bool) else None

    @property
    def total(self) -> int:
        """How many rows the whole answer has."""
        return 0 if isinstance(self.results, bool) else len(self.results)

    @property
    def unit(self) -> str:
        """What is counted."""
        return "triple" if isinstance(self.results, Triples) else "row"

    @property
    def formats(self) -> Sequence[Format]:
        """The formats in which the answer can be had."""
        return GRAPH_FORMATS if isinstance(self.results, Triples) else RESULTS_FORMATS

    @property
    def script_format(self) -> Format:
        """The format that scripts of the page read."""
        return N_TRIPLES if isinstance(self.results, Triples) else JSON


class AnswerDisplay:
    """Shows terms by their labels, with links, and answers made of them.

    Args:
        lookup: Finds the labels.
        targets: Where links lead.
    """

    def __init__(self, lookup: Lookup, targets: LinkTargets) -> None:
        self._lookup = lookup
        self._targets = targets

    async def answer(self, answer: QueryAnswer) -> ShownAnswer:
        """An answer in the first of the formats for pages."""
        read = read_results if answer.format is JSON else read_graph
        results = await asyncio.to_thread(read, answer.body)
        if isinstance(results, bool):
            return ShownAnswer(results, (), ())
        head = results.variables if isinstance(results, Solutions) else _TRIPLE
        rows = [tuple(row) for row in results[:_SHOWN]]
        known = await self._answered(term for row in rows for term in row)
        return ShownAnswer(results, head, [[known[term] for term in row] for row in rows])

    async def terms(self, terms: Iterable[Known]) -> Mapping[Known, Shown]:
        """Terms as pages show them."""
        distinct = dict.fromkeys(terms)
        named = dict.fromkeys(
            each
            for term in distinct
            for each in (terms_within(term) if isinstance(term, Triple) else (term,))
            if isinstance(each, NamedNode)
        )
        asked = list(named)[:_MOST_LABELS]
        display = self._display(await self._lookup.labels(asked) if asked else ())
        return {term: _shown(term, display) for term in distinct}

    async def _answered(self, terms: Iterable[Term]) -> Mapping[Term, Shown]:
        """Terms of an answer: those that are what one thing alone is called lead to that thing."""
        known = await self.terms(terms)
        texts = [
            term for term in known if isinstance(term, Literal) and term.datatype.value in _TEXTS
        ]
        called: dict[Literal, list[NamedNode]] = defaultdict(list)
        for thing, text in await self._lookup.called(texts[:_MOST_LABELS]) if texts else ():
            called[text].append(thing)
        display = self._display(())
        leads: dict[Term, str] = {
            text: display.named(things[0]).href
            for text, things in called.items()
            if len(things) == 1
        }
        return {
            term: replace(shown, href=leads.get(term, shown.href)) for term, shown in known.items()
        }

    def _display(self, labels: Iterable[Quad]) -> Display:
        return Display(labels, Statements(()), language="en", targets=self._targets)


class ResultsPage:
    """The page that shows the answer to a query that came to the endpoint.

    Args:
        templates: Its template.
        display: Shows the answer.
        root: The local path of the home page.
    """

    name = "results"

    def __init__(self, templates: Templates, display: AnswerDisplay, *, root: str) -> None:
        self._templates = templates
        self._display = display
        self._root = root

    async def render(
        self, answer: QueryAnswer, request: QueryRequest, hints: Sequence[str]
    ) -> bytes:
        """Make the page, with links to the whole answer in each format."""
        shown_answer = await self._display.answer(answer)
        return await asyncio.to_thread(
            self._templates.render,
            "results.html",
            query=request.query,
            answer=shown_answer,
            hints=hints,
            address=partial(self._address, request),
        )

    def _address(self, request: QueryRequest, form: Format) -> str:
        parameters = [("query", request.query), ("format", form.name)]
        parameters += [("default-graph-uri", iri) for iri in request.default_graphs or ()]
        parameters += [("named-graph-uri", iri) for iri in request.named_graphs or ()]
        return with_parameters(f"{self._root}sparql", parameters)


def _shown(term: Term, display: Display, depth: int = 0) -> Shown:
    if depth > DEEPEST:
        return Shown(MORE)
    if isinstance(term, NamedNode):
        return display.named(term)
    if isinstance(term, Literal):
        return Shown(term.value, language=term.language or "", term=term)
    if isinstance(term, Triple):
        return show_triple(term, [_shown(each, display, depth + 1) for each in term])
    return Shown(shown(term))
