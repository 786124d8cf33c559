"""The question catalogue over HTTP: `/query`, and each question at its own IRI.

The IRI of a question is that of a query, so what is negotiated there is what can be said of it or
done with it: its page, its description as a graph or, for who accepts a format of SPARQL results,
its answer. With a suffix, the parameter `format` or values for its parameters, the address is that
of the answer, which may be a graph itself; the description has suffixes below `/data/`, as that of
any thing.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Triple

from tipgraph.describe import Candidate
from tipgraph.errors import RequestError
from tipgraph.formats import GRAPH_FORMATS, JSON, N_TRIPLES, TURTLE, Format, find_format
from tipgraph.namespaces import QUERY, shorten
from tipgraph.questions import MARKS, Question
from tipgraph.server.addresses import local_root, with_parameters
from tipgraph.server.answers import Answers, ask
from tipgraph.server.bodies import choose_coding
from tipgraph.server.exchange import Exchange, Headers, Scope, Service
from tipgraph.server.links import WebLink, joined
from tipgraph.server.lookup import Lookup, nearest
from tipgraph.server.negotiation import negotiated
from tipgraph.server.once import Once
from tipgraph.server.parameters import Parameters, timeout_seconds
from tipgraph.server.question_catalogue import (
    SEARCH_PARAMETERS,
    QuestionCatalogue,
    QuestionSearch,
)
from tipgraph.server.question_page import (
    QuestionAddress,
    QuestionPage,
    QuestionPages,
    answer_formats,
)
from tipgraph.server.question_values import QuestionValues
from tipgraph.server.reading import Reading
from tipgraph.server.results_page import AnswerDisplay
from tipgraph.server.sources import Sources, serialise
from tipgraph.server.things import PAGE, AnyForm, Form
from tipgraph.settings import Settings
from tipgraph.store import QueryRequest

LIST: Final = Form("application/json", (), "json", "JSON")
# Who names no format gets Turtle, as for any other IRI.
_CATALOGUE_FORMS: Final[tuple[AnyForm, ...]] = (TURTLE, LIST, *GRAPH_FORMATS[1:], PAGE)
_ADDRESS: Final = re.compile(
    r"/query(?:\.(?P<form>\w+)|/)?|/(?P<data>data/)?query/(?P<slug>[^/]+?)(?:\.(?P<suffix>\w+))?"
)
_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """What a path asks for.

    Args:
        slug: The question; empty for the catalogue.
        suffix: The suffix in the path; empty when there is none.
        described: Whether the question is to be described, whatever the format.
    """

    slug: str
    suffix: str
    described: bool


class Questions(Reading):
    """An ASGI application that gives out the catalogue and answers its questions.

    Args:
        service: What all exchanges share.
        answers: Sends answers.
        catalogue: The questions; none if the data is not what they are about.
        sources: Answers what pages need to know.
        display: Shows answers.
        lookup: Knows how the dataset is cited.
        settings: Public address.
    """

    def __init__(
        self,
        service: Service,
        answers: Answers,
        catalogue: QuestionCatalogue,
        *,
        sources: Sources,
        display: AnswerDisplay,
        lookup: Lookup,
        settings: Settings,
    ) -> None:
        super().__init__(service)
        self._answers = answers
        self._catalogue = catalogue
        self._digest = sources.manifest.digest
        self._display = display
        self._root = local_root(settings)
        self._values = QuestionValues(sources.select, display, root=self._root)
        self._pages = QuestionPages(
            service.templates,
            catalogue,
            self._values,
            display=display,
            lookup=lookup,
            root=self._root,
        )
        self._labels: Once[Mapping[str, str]] = Once(1)
        self._bodies: Once[bytes] = Once(_KEPT)

    def has(self, path: str) -> bool:
        """Whether a path is that of the catalogue, of a question or of its data."""
        return _ADDRESS.fullmatch(path) is not None

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request.

        Raises:
            TipgraphError: It is refused; nothing was sent.
        """
        if not self._catalogue.questions:
            raise RequestError(
                "not-found",
                "the questions are about the shipped graph, and this service has other data",
            )
        asked, parameters = _read(exchange.path), Parameters(exchange.query_string)
        if not asked.slug:
            await self._send_catalogue(exchange, asked, parameters)
            return
        question = self._find(asked.slug)
        form, described = _choose(exchange, question, asked, parameters)
        if described:
            await self._send_description(exchange, question, form)
        else:
            await self._send_answer(exchange, question, form, parameters)

    def _find(self, slug: str) -> Question:
        question = self._catalogue.by_slug.get(slug)
        if question is None:
            known = [Candidate(each.iri, each.text) for each in self._catalogue.questions]
            near = [
                {
                    "iri": each.iri,
                    "href": f"{self._root}query/{each.iri.removeprefix(QUERY)}",
                    "label": each.label,
                }
                for each in nearest(slug, QUERY, known)
            ]
            raise RequestError(
                "not-found", f"there is no question {slug!r}", extensions={"near": near}
            )
        return question

    async def _send_answer(
        self, exchange: Exchange, question: Question, form: AnyForm, parameters: Parameters
    ) -> None:
        _refuse_unknown(parameters, ["timeout", *(each.name for each in question.parameters)])
        values = await self._values.read(question, parameters)
        page = QuestionPage(self._pages, question, values) if form is PAGE else None
        wanted = form if isinstance(form, Format) else None
        request = QueryRequest(
            question.query_with(values),
            results_format=wanted or JSON,
            graph_format=wanted or N_TRIPLES,
            timeout=timeout_seconds(parameters.single("timeout")),
        )
        coding = choose_coding(exchange.accept_encoding.decode("latin-1"))
        address = QuestionAddress(question, values, self._root)
        headers = _headers(address.answer(form), address.links(form))
        await self._answers.send(exchange, ask(request, coding, self._digest, page=page), headers)

    async def _send_description(
        self, exchange: Exchange, question: Question, form: AnyForm
    ) -> None:
        address = QuestionAddress(question, {}, self._root)
        body = await self._graph(question.iri, question.triples, form)
        headers = _headers(address.description(form), address.description_links(form))
        await self._send(exchange, form, headers, body)

    async def _send_catalogue(
        self, exchange: Exchange, asked: Asked, parameters: Parameters
    ) -> None:
        _refuse_unknown(parameters, SEARCH_PARAMETERS)
        search = QuestionSearch.read(parameters)
        name = asked.suffix or parameters.single("format")
        form = _named(name, _CATALOGUE_FORMS, asked) if name else _negotiated(exchange)
        labels = await self._labels.get(None, self._find_labels)
        found = self._catalogue.find(search, labels)
        addresses = {
            each: with_parameters(self._local(each), search.parameters) for each in _CATALOGUE_FORMS
        }
        links = [
            WebLink("canonical", self._catalogue.iri.value),
            *(
                WebLink("alternate", address, each.media_type)
                for each, address in addresses.items()
                if each is not form
            ),
        ]
        if form is PAGE:
            body = await asyncio.to_thread(
                self.service.templates.render,
                "questions.html",
                search=search,
                catalogue=self._catalogue,
                listed=self._catalogue.listed(found),
                found=len(found),
                terms=[(shorten(term), label) for term, label in labels.items()],
                marks=MARKS,
                head=links,
                formats=[each for each in _CATALOGUE_FORMS if each is not PAGE],
                address=addresses.__getitem__,
            )
        elif form is LIST:
            body = self._catalogue.to_json(found)
        else:
            slugs = tuple(question.slug for question in found)
            body = await self._graph(
                self._catalogue.iri.value, self._catalogue.triples(found), form, slugs
            )
        await self._send(exchange, form, _headers(addresses[form], links), body)

    def _local(self, form: AnyForm) -> str:
        return f"{self._root}query" + ("" if form is PAGE else f".{form.name}")

    async def _graph(
        self, iri: str, triples: Sequence[Triple], form: AnyForm, part: Iterable[str] = ()
    ) -> bytes:
        """A graph in a format, written once for each part of it that is asked for."""
        assert isinstance(form, Format)  # noqa: S101  # it is none of the others
        return await self._bodies.get(
            (iri, form.name, part),
            lambda: asyncio.to_thread(serialise, triples, form, NamedNode(iri)),
        )

    async def _send(self, exchange: Exchange, form: AnyForm, headers: Headers, body: bytes) -> None:
        content_type = (b"content-type", form.content_type.encode())
        await exchange.send_document([content_type, *headers], body)

    async def _find_labels(self) -> Mapping[str, str]:
        """What the terms that the queries name are called."""
        terms = await self._display.terms(self._catalogue.terms)
        return {node.value: shown.text for node, shown in terms.items()}


def _read(path: str) -> Asked:
    match = _ADDRESS.fullmatch(path)
    assert match is not None  # noqa: S101  # `has` was asked
    return Asked(match["slug"] or "", match["suffix"] or match["form"] or "", bool(match["data"]))


def _choose(
    exchange: Exchange, question: Question, asked: Asked, parameters: Parameters
) -> tuple[AnyForm, bool]:
    """The form to answer in, and whether it is one in which the question is described."""
    name = asked.suffix or parameters.single("format")
    if asked.described:
        offered: Sequence[AnyForm] = GRAPH_FORMATS
        form = _named(name, offered, asked) if name else _negotiated(exchange, offered)
        return form, True
    answers = answer_formats(question)
    if name:
        return _named(name, (*answers, PAGE), asked), False
    if parameters.names - {"timeout"}:
        return _negotiated(exchange, (*answers, PAGE)), False
    if question.kind == "construct":
        form = _negotiated(exchange, (*GRAPH_FORMATS, PAGE))
    else:
        form = _negotiated(exchange, (TURTLE, *answers, *GRAPH_FORMATS[1:], PAGE))
    return form, form in GRAPH_FORMATS


def _negotiated(exchange: Exchange, offered: Sequence[AnyForm] = _CATALOGUE_FORMS) -> AnyForm:
    what = f"nothing there is at {exchange.path} fits"
    return negotiated(exchange.accept_text, offered, what)


def _named(name: str, offered: Sequence[AnyForm], asked: Asked) -> AnyForm:
    named = next((each for each in offered if each.name == name.lower()), None)
    form = named or find_format(name, [each for each in offered if isinstance(each, Format)])
    if form is None:
        known = ", ".join(each.name for each in offered)
        detail = f"format: {name!r} is none of {known}"
        if asked.slug and not asked.described and find_format(name, GRAPH_FORMATS):
            detail += (
                " for the answer; the question itself is described at "
                f"/data/query/{asked.slug}.{name}"
            )
        raise RequestError("not-found" if asked.suffix else "bad-parameter", detail)
    return form


def _refuse_unknown(parameters: Parameters, known: Iterable[str]) -> None:
    """Refuse parameters that mean nothing here: they would give another answer than was meant."""
    known = ("format", *known)
    unknown = sorted(parameters.names - set(known))
    if unknown:
        raise RequestError(
            "bad-parameter", f"there is no parameter {unknown[0]!r}; there are {', '.join(known)}"
        )


def _headers(location: str, links: Iterable[WebLink]) -> Headers:
    return [(b"content-location", location.encode()), (b"link", joined(links))]
