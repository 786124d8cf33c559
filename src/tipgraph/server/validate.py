"""`/validate`: anybody's RDF against anybody's shapes, or ours, in a process of its own."""

from functools import partial
from typing import Final

from tipgraph.errors import NotAcceptableError, RequestError, TipgraphError
from tipgraph.formats import N_TRIPLES
from tipgraph.reasoning import Entailment
from tipgraph.server.exchange import Exchange, Receive, Scope, Send, Service, options_headers
from tipgraph.server.lookup import has_graph
from tipgraph.server.negotiation import HTML, negotiate
from tipgraph.server.parameters import Parameters
from tipgraph.server.sent import MULTIPART, SentDocument, base_of, read_sent
from tipgraph.server.sparql import FORM, content_type
from tipgraph.server.validate_page import MOST_RESULTS, ValidatePage
from tipgraph.server.validations import Answered, Validations, media_types_of_reports
from tipgraph.settings import Settings
from tipgraph.store import QueryRequest, Store, whole_answer
from tipgraph.validation import Engine, FailOn
from tipgraph.validation.formats import REPORT_FORMATS, ReportFormat, find_report_format

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")

_WHOLE_GRAPH: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_TRUE: Final = ("true", "1", "on", "yes")
_PAGE_TYPE: Final = (b"content-type", b"text/html; charset=utf-8")
_HTML_REPORT: Final = next(each for each in REPORT_FORMATS if each.name == "html")


class ValidationEndpoint:
    """An ASGI application that validates.

    Args:
        service: What all exchanges share.
        store: Holds the graphs that can be named.
        settings: Limits.
        validations: Runs them.
    """

    def __init__(
        self,
        service: Service,
        store: Store,
        settings: Settings,
        *,
        validations: Validations,
    ) -> None:
        self._service = service
        self._store = store
        self._settings = settings
        self._validations = validations
        self._page = ValidatePage(service.templates, settings.validation_bytes)

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return path == "/validate"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(self._service, scope, receive, send)
        try:
            if exchange.method == "OPTIONS":
                await exchange.respond(204, options_headers(METHODS, exchange.requested_headers))
            elif exchange.method in ("GET", "HEAD"):
                await self._show(exchange)
            elif exchange.method == "POST":
                await self._validate(exchange, scope)
            else:
                raise RequestError(
                    "method-not-allowed",
                    f"{exchange.method} cannot be used on {exchange.path}",
                    headers=(("allow", ", ".join(METHODS)),),
                )
        except TipgraphError as error:
            await exchange.refuse(error)

    async def _show(self, exchange: Exchange) -> None:
        if negotiate(exchange.accept_text, (HTML,)) is None:
            raise NotAcceptableError("this is a page", (HTML.media_type,))
        body = self._page.empty(Parameters(exchange.query_string))
        await exchange.send_document([_PAGE_TYPE], body)

    async def _validate(self, exchange: Exchange, scope: Scope) -> None:
        sent, parameters = await read_sent(exchange, self._settings.validation_bytes)
        form = _report_format(exchange, parameters)
        language = parameters.single("language") or _language(scope)
        is_form = content_type(exchange.content_type) in (FORM, MULTIPART)
        if form is None and is_form:
            await self._answer_on_page(exchange, sent, parameters, language)
            return
        form = form or _HTML_REPORT
        answered = await self._answered(exchange, sent, parameters, language, form)
        headers = [*_headers(answered), (b"content-type", form.content_type.encode())]
        if is_form and form is not _HTML_REPORT:
            # A browser keeps the page that was filled in, and saves the file.
            disposition = f'attachment; filename="{form.file_name}"'
            headers.append((b"content-disposition", disposition.encode()))
        await exchange.respond(200, headers, answered.body)

    async def _answer_on_page(
        self,
        exchange: Exchange,
        sent: dict[str, list[SentDocument]],
        parameters: Parameters,
        language: str,
    ) -> None:
        """Answer somebody who filled in the form: on the same page, which keeps what they gave."""
        try:
            answered = await self._answered(exchange, sent, parameters, language, None)
        except TipgraphError as error:
            await exchange.refuse(error, page=partial(self._page.with_problem, parameters))
            return
        body = self._page.with_report(parameters, answered)
        await exchange.respond(200, [*_headers(answered), _PAGE_TYPE], body)

    async def _answered(
        self,
        exchange: Exchange,
        sent: dict[str, list[SentDocument]],
        parameters: Parameters,
        language: str,
        form: ReportFormat | None,
    ) -> Answered:
        """Validate, with the report in a format, or as a fragment of HTML for our page."""
        await self._add_graphs(sent, parameters, exchange.client)
        if not sent["data"]:
            raise RequestError("bad-parameter", "there is no data: send some, or name a graph")
        most = self._settings.validation_results
        request = {
            **sent,
            "entailment": _one_of(parameters, "entailment", [each.value for each in Entailment]),
            "engine": _one_of(parameters, "engine", [each.value for each in Engine], "auto"),
            "limit": _limit(parameters, most if form else min(most, MOST_RESULTS)),
            "shape": _names(parameters, "shape"),
            "focus": _names(parameters, "focus"),
            "fail_on": _one_of(parameters, "failOn", [each.value for each in FailOn], "info"),
            "coverage": (parameters.single("coverage") or "true").lower() in _TRUE,
            "language": language,
            "format": form and form.name,
        }
        return await self._validations.run(request, exchange)

    async def _add_graphs(
        self, sent: dict[str, list[SentDocument]], parameters: Parameters, client: str
    ) -> None:
        for name in ("data", "shapes"):
            for iri in parameters.graph_iris(f"{name}-graph-uri") or ():
                if not await has_graph(self._store, iri, client):
                    raise RequestError("not-found", f"there is no graph <{iri}>")
                request = QueryRequest(_WHOLE_GRAPH, (iri,), graph_format=N_TRIPLES)
                answer = await whole_answer(self._store.submit(request, client=client))
                text = answer.body.decode()
                sent[name].append([iri, text, N_TRIPLES.media_type, base_of(name)])


def _report_format(exchange: Exchange, parameters: Parameters) -> ReportFormat | None:
    """The format asked for; None when a person asks, who gets a page."""
    name = parameters.single("format")
    if name:
        found = find_report_format(name)
        if found is None:
            known = ", ".join(each.name for each in REPORT_FORMATS)
            raise RequestError("bad-parameter", f"format: {name!r} is none of {known}")
        return found
    chosen = negotiate(exchange.accept_text, REPORT_FORMATS)
    if chosen is None:
        raise NotAcceptableError("this is a validation report", media_types_of_reports())
    return None if chosen is _HTML_REPORT else chosen


def _one_of(parameters: Parameters, name: str, known: list[str], default: str = "none") -> str:
    given = parameters.single(name) or default
    if given not in known:
        raise RequestError("bad-parameter", f"{name}: {given!r} is none of {', '.join(known)}")
    return given


def _names(parameters: Parameters, name: str) -> list[str]:
    """The names that a parameter gives: one each time, or several with white space between."""
    return [each for value in parameters.all(name) for each in value.split()]


def _limit(parameters: Parameters, most: int) -> int:
    given = parameters.single("limit")
    if not given:
        return most
    if not given.isdecimal() or int(given) < 1:
        raise RequestError("bad-parameter", f"limit: {given!r} is not a number from 1")
    return min(int(given), most)


def _headers(answered: Answered) -> list[tuple[bytes, bytes]]:
    return [
        (b"vary", b"Accept, Accept-Language"),
        (b"cache-control", b"no-store"),
        (b"tipgraph-conforms", b"true" if answered.head["conforms"] else b"false"),
        (b"tipgraph-fails", b"true" if answered.head["fails"] else b"false"),
        (b"tipgraph-omitted", b"%d" % answered.head["omitted"]),
    ]


def _language(scope: Scope) -> str:
    """The language that the client likes best, or English."""
    field = b",".join(value for name, value in scope["headers"] if name == b"accept-language")
    first = field.decode("latin-1").split(",")[0].partition(";")[0].strip()
    return first if first and first != "*" else "en"
