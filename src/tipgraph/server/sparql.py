"""The SPARQL endpoint, by SPARQL 1.1 Protocol: from a request to the query it asks, strictly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from tipgraph.errors import (
    NotAcceptableError,
    ReadOnlyError,
    RequestError,
    TipgraphError,
)
from tipgraph.formats import (
    GRAPH_FORMATS,
    JSON,
    N_TRIPLES,
    RESULTS_FORMATS,
    Format,
    find_format,
    media_types,
)
from tipgraph.server.answers import AnswerPage, Answers, Asked, ask
from tipgraph.server.bodies import choose_coding
from tipgraph.server.exchange import (
    QUERY_TYPE,
    Exchange,
    Receive,
    Scope,
    Send,
    Service,
    options_headers,
)
from tipgraph.server.negotiation import HTML, negotiate
from tipgraph.server.parameters import Parameters, timeout_seconds
from tipgraph.server.problems import Problem
from tipgraph.server.service_description import ServiceDescription
from tipgraph.settings import Settings
from tipgraph.store import QueryRequest

METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")

FORM: Final = "application/x-www-form-urlencoded"
UPDATE_TYPE: Final = "application/sparql-update"

_REMEMBERED: Final = 4096


class SparqlEndpoint:
    """An ASGI application that speaks SPARQL 1.1 Protocol, for queries.

    Args:
        service: What all exchanges share.
        answers: Sends answers.
        settings: Limits.
        digest: The digest of the dataset.
        description: Answers requests without a query.
        page: Shows answers to people.
    """

    def __init__(
        self,
        service: Service,
        answers: Answers,
        settings: Settings,
        *,
        digest: str,
        description: ServiceDescription,
        page: AnswerPage,
    ) -> None:
        self._service = service
        self._answers = answers
        self._settings = settings
        self._digest = digest
        self._description = description
        self._page = page
        # What a GET asks depends on these fields alone, and parsing them is most of a cache hit.
        self._remembered: dict[tuple[bytes, bytes | None, bytes], Asked] = {}

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return path == "/sparql"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(self._service, scope, receive, send)
        try:
            if exchange.method == "GET":
                await self._get(exchange)
            else:
                await self._other(exchange)
        except TipgraphError as error:
            # Who typed a query keeps it, with what is wrong beside it.
            page = None if exchange.query is None else partial(_problem_page, exchange)
            await exchange.refuse(error, page=page)

    async def _get(self, exchange: Exchange) -> None:
        key = (exchange.query_string, exchange.accept, exchange.accept_encoding)
        asked = self._remembered.get(key)
        if asked is None:
            parameters = Parameters(exchange.query_string)
            if "query" not in parameters and "update" not in parameters:
                await self._description.send(exchange)
                return
            asked = self._asked(exchange, parameters)
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            if len(exchange.query_string) < _REMEMBERED:
                self._remembered[key] = asked
        await self._answers.send(exchange, asked)

    async def _other(self, exchange: Exchange) -> None:
        if exchange.method == "HEAD":
            await self._get(exchange)
        elif exchange.method == "OPTIONS":
            await exchange.respond(204, options_headers(METHODS, exchange.requested_headers))
        elif exchange.method in ("POST", "QUERY"):
            parameters = await self._posted(exchange)
            await self._answers.send(exchange, self._asked(exchange, parameters))
        else:
            raise RequestError(
                "method-not-allowed",
                f"{exchange.method} cannot be used on {exchange.path}",
                headers=(("allow", ", ".join(METHODS)),),
            )

    async def _posted(self, exchange: Exchange) -> Parameters:
        """The parameters of a request with a body, by the body's type."""
        media_type = content_type(exchange.content_type)
        if media_type not in (FORM, QUERY_TYPE, UPDATE_TYPE) or (
            media_type == FORM and exchange.method == "QUERY"
        ):
            raise RequestError(
                "unsupported-media-type",
                f"the body is {media_type or 'of no stated type'}; "
                f"it has to be {QUERY_TYPE} or, with POST, {FORM}",
                headers=(("accept-post", f"{QUERY_TYPE}, {FORM}"), ("accept-query", QUERY_TYPE)),
            )
        if media_type == UPDATE_TYPE:
            raise ReadOnlyError("updates are refused: nothing was changed")
        body = await exchange.body(self._settings.request_bytes)
        if media_type == FORM:
            return Parameters(exchange.query_string, body)
        parameters = Parameters(exchange.query_string)
        try:
            parameters.add("query", body.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise RequestError("bad-encoding", f"the body is not UTF-8: {error}") from error
        return parameters

    def _asked(self, exchange: Exchange, parameters: Parameters) -> Asked:
        query, names = parameters.single("query"), parameters.all("format")
        exchange.query = query
        if "update" in parameters:
            raise ReadOnlyError("updates are refused: nothing was changed")
        if query is None or not query.strip():
            raise RequestError("missing-query", "the parameter query is missing or empty")
        chosen = formats_named(names) if names else formats_accepted(exchange.accept_text)
        request = QueryRequest(
            query,
            parameters.graph_iris("default-graph-uri"),
            parameters.graph_iris("named-graph-uri"),
            results_format=chosen.results,
            graph_format=chosen.graph,
            timeout=timeout_seconds(parameters.single("timeout")),
        )
        coding = choose_coding(exchange.accept_encoding.decode("latin-1"))
        page = self._page if chosen.page else None
        return ask(request, coding, self._digest, page=page)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The formats a request is answered in.

    Args:
        results: For SELECT and ASK.
        graph: For CONSTRUCT and DESCRIBE.
        page: Whether a person asks, who gets a page that shows the answer.
    """

    results: Format | None
    graph: Format | None
    page: bool = False


@lru_cache(maxsize=1024)
def formats_accepted(accept: str | None) -> Chosen:
    """The formats that an Accept field asks for.

    Raises:
        NotAcceptableError: It accepts none.
    """
    results = negotiate(accept, (*RESULTS_FORMATS, HTML))
    graph = negotiate(accept, (*GRAPH_FORMATS, HTML))
    if results is HTML and graph is HTML:
        return Chosen(JSON, N_TRIPLES, page=True)
    # A program that names some format is not a person, even if it would take a page as well.
    results, graph = negotiate(accept, RESULTS_FORMATS), negotiate(accept, GRAPH_FORMATS)
    if results is None and graph is None:
        raise NotAcceptableError(
            f"nothing that can be sent fits {accept!r}",
            media_types((*RESULTS_FORMATS, *GRAPH_FORMATS)),
        )
    return Chosen(results, graph)


def formats_named(names: Sequence[str]) -> Chosen:
    """The formats that have a name, or several, some of which may be others' names for them.

    Raises:
        RequestError: None has, or the names are of different ones.
    """
    # SPARQLWrapper gives its own name and the media types in one more parameter.
    found = {chosen for name in names if (chosen := _named(name)) != Chosen(None, None)}
    if not found:
        known = ", ".join(each.name for each in (*RESULTS_FORMATS, *GRAPH_FORMATS))
        raise RequestError("bad-parameter", f"format: {names[0]!r} is none of {known}")
    if len(found) > 1:
        raise RequestError("repeated-parameter", "format is given more than once, and differs")
    return found.pop()


def _named(name: str) -> Chosen:
    if name.lower() == "html":
        return Chosen(JSON, N_TRIPLES, page=True)
    return Chosen(find_format(name, RESULTS_FORMATS), find_format(name, GRAPH_FORMATS))


def _problem_page(exchange: Exchange, problem: Problem) -> bytes:
    return exchange.service.templates.render(
        "query_problem.html",
        query=exchange.query,
        problem=problem,
        request_id=exchange.request_id.decode(),
    )


def content_type(field: bytes | None) -> str:
    """The media type of a Content-Type field, in lower case, without parameters.

    Raises:
        RequestError: The charset is not UTF-8.
    """
    media_type, _, parameters = (field or b"").decode("latin-1").lower().partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters)
    if charset and charset.group(1) not in ("utf-8", "utf8", "us-ascii"):
        raise RequestError(
            "unsupported-media-type", f"the charset {charset.group(1)} cannot be read, only UTF-8"
        )
    return media_type.strip()
