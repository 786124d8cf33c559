"""`/validate`: anybody's RDF against anybody's shapes, or ours, in a process of its own."""

from collections.abc import AsyncGenerator
from pathlib import PurePosixPath
from typing import Any, Final

from pyoxigraph import RdfFormat
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from tipgraph.errors import NotAcceptableError, RequestError, TipgraphError
from tipgraph.formats import GRAPH_FORMATS, N_TRIPLES, TURTLE, Format, find_format, media_types
from tipgraph.reasoning import Entailment
from tipgraph.server.exchange import Exchange, Receive, Scope, Send, Service, options_headers
from tipgraph.server.negotiation import HTML, negotiate
from tipgraph.server.parameters import Parameters
from tipgraph.server.sparql import FORM, content_type
from tipgraph.server.validations import Answered, Validations, media_types_of_reports
from tipgraph.settings import Settings
from tipgraph.snapshot import Manifest
from tipgraph.store import QueryRequest, Store
from tipgraph.validation import Engine, FailOn
from tipgraph.validation.formats import REPORT_FORMATS, ReportFormat, find_report_format

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")

_MULTIPART: Final = "multipart/form-data"
_PARTS: Final = ("data", "shapes", "ontology")
_MOST_PARTS: Final = 100
_WHOLE_GRAPH: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_TRUE: Final = ("true", "1", "on", "yes")

# A document as it is sent to the process: its name, text, media type and base IRI.
Sent = list[str]


class ValidationEndpoint:
    """An ASGI application that validates.

    Args:
        service: What all exchanges share.
        store: Holds the graphs that can be named.
        manifest: Which graphs there are.
        settings: Limits.
        validations: Runs them.
    """

    def __init__(
        self,
        service: Service,
        store: Store,
        manifest: Manifest,
        settings: Settings,
        *,
        validations: Validations,
    ) -> None:
        self._service = service
        self._store = store
        self._manifest = manifest
        self._settings = settings
        self._validations = validations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(self._service, scope, receive, send)
        try:
            if exchange.method == "OPTIONS":
                await exchange.respond(204, options_headers(METHODS, exchange.requested_headers))
            elif exchange.method in ("GET", "HEAD"):
                await self._page(exchange, Parameters(exchange.query_string))
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

    async def _page(self, exchange: Exchange, parameters: Parameters) -> None:
        if negotiate(exchange.accept_text, (HTML,)) is None:
            raise NotAcceptableError("this is a page", (HTML.media_type,))
        example = "example" in parameters
        body = self._service.templates.render(
            "validate.html",
            data=_EXAMPLE_DATA if example else "",
            shapes=_EXAMPLE_SHAPES if example else "",
            formats=GRAPH_FORMATS,
            report=None,
            notes=(),
        )
        await exchange.send_document([(b"content-type", b"text/html; charset=utf-8")], body)

    async def _validate(self, exchange: Exchange, scope: Scope) -> None:
        sent, parameters = await self._sent(exchange, scope)
        form = _report_format(exchange, parameters)
        page = form is None and content_type(exchange.content_type) == FORM
        await self._add_graphs(sent, parameters, exchange.client)
        if not sent["data"]:
            raise RequestError("bad-parameter", "there is no data: send some, or name a graph")
        request = {
            **sent,
            "entailment": _one_of(parameters, "entailment", [each.value for each in Entailment]),
            "engine": _one_of(parameters, "engine", [each.value for each in Engine], "auto"),
            "limit": self._limit(parameters),
            "shape": _given(parameters, "shape"),
            "focus": _given(parameters, "focus"),
            "fail_on": _one_of(parameters, "failOn", [each.value for each in FailOn], "info"),
            "coverage": (parameters.single("coverage") or "true").lower() in _TRUE,
            "language": parameters.single("language") or _language(scope),
            "format": None if page else (form or _HTML_REPORT).name,
        }
        answered = await self._validations.run(request, exchange)
        headers = [
            (b"vary", b"Accept, Accept-Language"),
            (b"cache-control", b"no-store"),
            (b"tipgraph-conforms", b"true" if answered.head["conforms"] else b"false"),
            (b"tipgraph-fails", b"true" if answered.head["fails"] else b"false"),
            (b"tipgraph-omitted", b"%d" % answered.head["omitted"]),
        ]
        body, media_type = answered.body, (form or _HTML_REPORT).content_type
        if page:
            body = self._result_page(sent, answered)
        headers.append((b"content-type", media_type.encode()))
        await exchange.respond(200, headers, body)

    def _result_page(self, sent: dict[str, list[Sent]], answered: Answered) -> bytes:
        return self._service.templates.render(
            "validate.html",
            data="\n".join(text for _, text, _, _ in sent["data"]),
            shapes="\n".join(text for _, text, _, _ in sent["shapes"]),
            formats=GRAPH_FORMATS,
            report=answered.body.decode(),
            notes=answered.head["notes"],
        )

    async def _sent(
        self, exchange: Exchange, scope: Scope
    ) -> tuple[dict[str, list[Sent]], Parameters]:
        """The documents of a request, by what they are, and its parameters."""
        media_type = content_type(exchange.content_type)
        sent: dict[str, list[Sent]] = {name: [] for name in _PARTS}
        raw = find_format(media_type, GRAPH_FORMATS) if media_type else None
        if raw is None and media_type not in (FORM, _MULTIPART):
            accepted = ", ".join((*media_types(GRAPH_FORMATS), _MULTIPART, FORM))
            raise RequestError(
                "unsupported-media-type",
                f"the body is {media_type or 'of no stated type'}; it can be one of {accepted}",
                headers=(("accept-post", accepted),),
            )
        body = await exchange.body(self._settings.validation_bytes)
        if media_type == _MULTIPART:
            fields = await _multipart(body, exchange.content_type or b"", sent)
            return sent, _with(Parameters(exchange.query_string), fields)
        if raw is None:
            parameters = Parameters(exchange.query_string, body)
            for name in _PARTS:
                for text in parameters.all(name):
                    if text.strip():
                        form = _named_format(parameters.single(f"{name}-format"))
                        sent[name].append([name, text, form.media_type, _base(name)])
            return sent, parameters
        if not body.strip():
            raise RequestError("bad-parameter", "the body is empty: there is no data")
        sent["data"].append(["data", _utf8(body, "data"), raw.media_type, _base("data")])
        return sent, Parameters(exchange.query_string)

    async def _add_graphs(
        self, sent: dict[str, list[Sent]], parameters: Parameters, client: str
    ) -> None:
        for name in ("data", "shapes"):
            for iri in parameters.graph_iris(f"{name}-graph-uri") or ():
                if iri not in self._manifest.graphs:
                    raise RequestError("not-found", f"there is no graph <{iri}>")
                request = QueryRequest(_WHOLE_GRAPH, (iri,), graph_format=N_TRIPLES)
                pending = self._store.submit(request, client=client)
                while (answer := await pending.settled()) is None:
                    pass
                sent[name].append([iri, answer.body.decode(), N_TRIPLES.media_type, _base(name)])

    def _limit(self, parameters: Parameters) -> int:
        given = parameters.single("limit")
        most = self._settings.validation_results
        if not given:
            return most
        if not given.isdecimal() or int(given) < 1:
            raise RequestError("bad-parameter", f"limit: {given!r} is not a number from 1")
        return min(int(given), most)


_HTML_REPORT: Final = next(each for each in REPORT_FORMATS if each.name == "html")


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


async def _multipart(
    body: bytes, field: bytes, sent: dict[str, list[Sent]]
) -> list[tuple[str, str]]:
    """Read the documents of a multipart body; returns its other fields."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    headers = Headers({"content-type": field.decode("latin-1")})
    parser = MultiPartParser(
        headers,
        stream(),
        max_files=_MOST_PARTS,
        max_fields=_MOST_PARTS,
        max_part_size=max(len(body), 1),
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        reason = getattr(error, "message", None) or f"the body is not {_MULTIPART}"
        raise RequestError("bad-encoding", str(reason)) from error
    fields: list[tuple[str, str]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            source = value.filename or name
            kind = value.content_type or ""
        else:
            content, source, kind = value.encode(), name, ""
        if name not in _PARTS:
            fields.append((name, _utf8(content, name)))
        elif content.strip():
            form_of = _part_format(kind, source, form.get(f"{name}-format"))
            sent[name].append([source, _utf8(content, source), form_of.media_type, _base(name)])
    await form.close()
    return fields


def _with(parameters: Parameters, fields: list[tuple[str, str]]) -> Parameters:
    for name, value in fields:
        parameters.add(name, value)
    return parameters


def _part_format(media_type: str, source: str, named: Any) -> Format:
    """The format of a part: by its type, its file's extension, the parameter, or Turtle."""
    plain = media_type.partition(";")[0].strip().lower()
    found = find_format(plain, GRAPH_FORMATS) if plain and plain != "text/plain" else None
    extension = PurePosixPath(source).suffix.removeprefix(".")
    if found is None and extension:
        by_extension = RdfFormat.from_extension(extension)
        found = next((each for each in GRAPH_FORMATS if each.engine == by_extension), None)
    if found is None and plain not in ("", "text/plain", "application/octet-stream"):
        raise RequestError("unsupported-media-type", f"{source}: {plain} is no RDF format")
    return found or _named_format(named if isinstance(named, str) else None)


def _named_format(name: str | None) -> Format:
    if not name:
        return TURTLE
    found = find_format(name, GRAPH_FORMATS)
    if found is None:
        known = ", ".join(each.name for each in GRAPH_FORMATS)
        raise RequestError("bad-parameter", f"{name!r} is none of {known}")
    return found


def _one_of(parameters: Parameters, name: str, known: list[str], default: str = "none") -> str:
    given = parameters.single(name) or default
    if given not in known:
        raise RequestError("bad-parameter", f"{name}: {given!r} is none of {', '.join(known)}")
    return given


def _given(parameters: Parameters, name: str) -> list[str]:
    """The values of a parameter that say something; a field that is left empty does not."""
    return [value for value in parameters.all(name) if value.strip()]


def _utf8(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError("bad-encoding", f"{source}: not UTF-8: {error}") from error


def _base(name: str) -> str:
    """What relative IRIs are resolved against: nothing that could be fetched."""
    return f"urn:tipgraph:{name}/"


def _language(scope: Scope) -> str:
    """The language that the client likes best, or English."""
    field = b",".join(value for name, value in scope["headers"] if name == b"accept-language")
    first = field.decode("latin-1").split(",")[0].partition(";")[0].strip()
    return first if first and first != "*" else "en"


_EXAMPLE_DATA: Final = """@prefix ex: <http://example.org/> .

ex:route1 a ex:Route ;
  ex:origin ex:here ;
  ex:length "far" .
"""
_EXAMPLE_SHAPES: Final = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:RouteShape a sh:NodeShape ;
  sh:targetClass ex:Route ;
  sh:property [ sh:path ex:origin ; sh:minCount 1 ] ;
  sh:property [ sh:path ex:destination ; sh:minCount 1 ; sh:message "Say where it leads."@en ] ;
  sh:property [ sh:path ex:length ; sh:datatype xsd:integer ] .
"""
