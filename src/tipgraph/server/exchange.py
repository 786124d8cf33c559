"""One HTTP request and its response, on plain ASGI: what every answer of the service carries.

The SPARQL endpoint needs to see requests as they are (repeated parameters, several Accept lines)
and to answer some ten thousand of them a second, so it reads the ASGI scope itself.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, MutableMapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from itertools import count
from typing import Any, Final, TypeVar
from uuid import uuid4

from tipgraph.errors import RequestError, TipgraphError
from tipgraph.server.bodies import (
    IDENTITY,
    SMALL_BODY,
    choose_coding,
    compress,
    inflate,
    read_body,
)
from tipgraph.server.metrics import Metrics
from tipgraph.server.negotiation import HTML, negotiate
from tipgraph.server.problems import PROBLEM_JSON, UNFORESEEN, Problem, problem_of
from tipgraph.server.repeats import Kept, Repeat, Repeats
from tipgraph.server.templates import Templates

Made = TypeVar("Made")
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

QUERY_TYPE: Final = "application/sparql-query"

EXPOSED_HEADERS: Final = (
    "Accept-Ranges, Content-Encoding, Content-Range, ETag, Link, Location, Repr-Digest, "
    "Retry-After, Server-Timing, Tipgraph-Conforms, Tipgraph-Dataset-Version, Tipgraph-Fails, "
    "Tipgraph-Hint, Tipgraph-Omitted, X-Request-Id"
)
# Pages load what this service gives out and nothing else; what is written into one never runs.
PAGE_HEADERS: Final[Headers] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
        b"base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"same-origin"),
)
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Where the scope of a request has its id once a response to it has begun.
_RESPONDED: Final = "tipgraph.responded"
# Where a message that begins a response has what makes of its head how it is sent again.
REPEAT: Final = "tipgraph.repeat"
_logger: Final = logging.getLogger("tipgraph.server")


class Service:
    """What all exchanges of one service share.

    Args:
        dataset_version: The version of the dataset that is served.
        trusted_proxies: Addresses whose X-Forwarded-For is believed.
        log_queries: Whether the log may hold the text of queries.
        body_seconds: Seconds that a client has for each piece of a request's body.
        metrics: Where requests are counted.
        templates: The pages.
    """

    def __init__(
        self,
        dataset_version: str,
        *,
        trusted_proxies: tuple[str, ...],
        log_queries: bool,
        body_seconds: float,
        metrics: Metrics,
        templates: Templates,
    ) -> None:
        self.trusted_proxies = frozenset(trusted_proxies)
        self.log_queries = log_queries
        self.body_seconds = body_seconds
        self.metrics = metrics
        self.templates = templates
        self.common_headers: Headers = (
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", EXPOSED_HEADERS.encode()),
            (b"tipgraph-dataset-version", dataset_version.encode()),
            (b"x-content-type-options", b"nosniff"),
        )
        self.repeats = Repeats()
        self._instance = uuid4().hex[:12]
        self._requests = count(1)

    def new_request_id(self) -> bytes:
        """A name for a request that no other has."""
        return f"{self._instance}-{next(self._requests):x}".encode()


class Exchange:
    """A request and the response to it.

    Args:
        service: What all exchanges share.
        scope: The ASGI scope.
        receive: The ASGI receive callable.
        send: The ASGI send callable.
    """

    __slots__ = (
        "_is_named_here",
        "_scope",
        "accept",
        "accept_encoding",
        "begun",
        "content_encoding",
        "content_type",
        "forwarded_for",
        "host",
        "if_match",
        "if_none_match",
        "method",
        "path",
        "peer",
        "query",
        "query_string",
        "receive",
        "request_id",
        "requested_headers",
        "send",
        "service",
    )

    def __init__(self, service: Service, scope: Scope, receive: Receive, send: Send) -> None:
        self.service = service
        self._scope = scope
        self.receive = receive
        self.send = send
        self.begun = time.perf_counter()
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_string: bytes = scope["query_string"]
        self.peer: str = scope["client"][0] if scope.get("client") else ""
        self.accept: bytes | None = None
        self.accept_encoding = self.content_encoding = self.if_match = self.if_none_match = b""
        self.forwarded_for = self.requested_headers = b""
        self.content_type: bytes | None = None
        self.host = self.request_id = b""
        self.query: str | None = None
        self._read_headers(scope["headers"])
        self._is_named_here = not self.request_id
        if self._is_named_here:
            self.request_id = service.new_request_id()

    def _read_headers(self, headers: Headers) -> None:
        for name, value in headers:
            if name == b"accept":
                self.accept = value if self.accept is None else self.accept + b"," + value
            elif name == b"accept-encoding":
                self.accept_encoding = _joined(self.accept_encoding, value)
            elif name == b"if-none-match":
                self.if_none_match = _joined(self.if_none_match, value)
            elif name == b"if-match":
                self.if_match = _joined(self.if_match, value)
            elif name == b"content-type":
                self.content_type = value
            elif name == b"content-encoding":
                self.content_encoding = _joined(self.content_encoding, value)
            elif name == b"host":
                self.host = value
            elif name == b"x-forwarded-for":
                self.forwarded_for = _joined(self.forwarded_for, value)
            elif name == b"access-control-request-headers":
                self.requested_headers = value
            elif name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
                self.request_id = value

    @property
    def client(self) -> str:
        """The address of the client: the nearest one that is not a trusted proxy."""
        trusted = self.service.trusted_proxies
        if not trusted or self.peer not in trusted:
            return self.peer
        hops = [hop.strip() for hop in self.forwarded_for.decode("latin-1").split(",")]
        return next((hop for hop in reversed(hops) if hop and hop not in trusted), self.peer)

    @property
    def accept_text(self) -> str | None:
        """The Accept field, its lines joined."""
        return None if self.accept is None else self.accept.decode("latin-1")

    async def body(self, limit: int) -> bytes:
        """The request's body, decompressed, of at most `limit` bytes."""
        body = await read_body(self.receive, limit, self.service.body_seconds)
        if self.content_encoding:
            body = inflate(body, self.content_encoding.decode("latin-1"), limit)
        return body

    async def begin(
        self, status: int, headers: Headers, length: int, kept: Kept | None = None
    ) -> None:
        """Send the head of a response whose body, of a known length in bytes, is sent piecemeal."""
        service = self.service
        sent = [*headers, *service.common_headers, (b"x-request-id", self.request_id)]
        if status != 304 and status != 204:
            sent.append((b"content-length", b"%d" % length))
        for name, value in headers:
            if name == b"content-type" and value.startswith(b"text/html"):
                sent += PAGE_HEADERS
        self._scope[_RESPONDED] = self.request_id
        start: Message = {"type": "http.response.start", "status": status, "headers": sent}
        if kept is not None and self.method == "GET" and self._is_named_here:
            start[REPEAT] = partial(Repeat, self.path, status, kept)
        await self.send(start)
        service.metrics.observe(self.path, status, time.perf_counter() - self.begun)

    async def disconnected(self) -> None:
        """Wait until the client goes away; only after its whole body was read."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def while_connected(self, work: Coroutine[Any, Any, Made], gone: TipgraphError) -> Made:
        """Do something for as long as the client waits for it, and not after.

        Args:
            work: What is done; cancelled, and waited for, when the client goes away.
            gone: What is raised then.
        """
        working = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(self.disconnected())
        try:
            await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise gone
            return await working
        finally:
            leaving.cancel()
            working.cancel()
            with suppress(asyncio.CancelledError, TipgraphError):
                await working

    async def respond(
        self, status: int, headers: Headers, body: bytes = b"", *, kept: Kept | None = None
    ) -> None:
        """Send a whole response; a HEAD request gets the same one without its body.

        Args:
            status: The status code.
            headers: The header fields that not all responses have.
            body: The body.
            kept: Where the body is kept, if the same request gets the same response again.

        Raises:
            RequestError: The client wants this only if it is something else.
        """
        if self.if_match and status in (200, 304):
            self.check_expected(headers)
        await self.begin(status, headers, len(body), kept)
        await self.send(
            {"type": "http.response.body", "body": b"" if self.method == "HEAD" else body}
        )

    async def refuse(
        self, error: TipgraphError, *, page: Callable[[Problem], bytes] | None = None
    ) -> None:
        """Send the problem that an error is, as JSON or as a page.

        Args:
            error: The error.
            page: Makes the page; without it the page is about the problem alone.
        """
        problem = problem_of(error)
        if problem.type.status >= 500:
            self._log(problem)
        await self.respond(problem.type.status, *self.rendered(problem, page))

    async def refuse_unforeseen(self) -> None:
        """Log the exception at hand, and send that problem unless a response has begun."""
        begun = self._scope.get(_RESPONDED)
        request_id = (begun or self.request_id).decode()
        _logger.exception(UNFORESEEN.type.slug, extra={"request": request_id})
        if begun is None:
            await self.respond(UNFORESEEN.type.status, *self.rendered(UNFORESEEN))

    def _log(self, problem: Problem) -> None:
        extra = {"request": self.request_id.decode()}
        # What an endpoint says may hold the query.
        if self.service.log_queries or problem.type.slug != "endpoint-failed":
            extra["detail"] = problem.detail
        if self.service.log_queries and self.query is not None:
            extra["query"] = self.query
        _logger.warning(problem.type.slug, extra=extra)

    def rendered(
        self, problem: Problem, page: Callable[[Problem], bytes] | None = None
    ) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """The header fields and the body that say a problem, as JSON or as a page."""
        request_id = self.request_id.decode()
        headers = [(name.encode(), value.encode()) for name, value in problem.headers]
        headers += [(b"vary", b"Accept, Accept-Encoding"), (b"cache-control", b"no-store")]
        if negotiate(self.accept_text, (PROBLEM_JSON, HTML)) is HTML:
            if page is not None:
                body = page(problem)
            else:
                body = self.service.templates.render(
                    "problem.html", problem=problem, request_id=request_id
                )
            return [*headers, (b"content-type", b"text/html; charset=utf-8")], body
        body = problem.to_json(request_id)
        return [*headers, (b"content-type", PROBLEM_JSON.media_type.encode())], body

    def check_expected(self, headers: Headers) -> None:
        """Check the If-Match field of a request to read something (RFC 9110, 13.1.1).

        Args:
            headers: What there is is sent with these, which may name it by an entity tag.

        Raises:
            RequestError: It is not what the client expects.
        """
        tag = dict(headers).get(b"etag")
        if not self.if_match or tag is None or self.method not in ("GET", "HEAD"):
            return
        expected = re.findall(rb'(?:W/)?"[^"]*"|\*', self.if_match)
        # The comparison is the strong one: what is marked as weak is no tag of ours.
        if tag not in expected and b"*" not in expected:
            detail = f"what there is has the entity tag {tag.decode()}"
            raise RequestError("precondition-failed", detail, headers=(("etag", tag.decode()),))

    def is_known(self, tag: bytes) -> bool:
        """Whether the client has a representation already (RFC 9110, 13.1.2).

        Args:
            tag: Its entity tag, without quotes.
        """
        if not self.if_none_match:
            return False
        known = set(etags(self.if_none_match))
        return tag in known or (b"*" in known and self.method in ("GET", "HEAD"))

    async def send_document(self, headers: Headers, body: bytes) -> None:
        """Send a document of moderate size: with an entity tag, compressed, or as known already."""
        coding = choose_coding(self.accept_encoding.decode("latin-1"))
        if len(body) < SMALL_BODY:
            coding = IDENTITY
        tag = f'"{blake2b(body, digest_size=16).hexdigest()}-{coding}"'.encode()
        validators = [
            (b"etag", tag),
            (b"cache-control", b"public, no-cache"),
            (b"vary", b"Accept, Accept-Encoding"),
        ]
        if self.is_known(tag[1:-1]):
            await self.respond(304, validators)
            return
        if coding != IDENTITY:
            body = compress(body, coding)
            validators.append((b"content-encoding", coding.encode()))
        await self.respond(200, [*headers, *validators], body)


def _joined(so_far: bytes, value: bytes) -> bytes:
    return so_far + b"," + value if so_far else value


def etags(field: bytes) -> Iterator[bytes]:
    """The entity tags in an If-None-Match field, weak or strong, without their quotes."""
    for match in re.finditer(rb'(?:W/)?"([^"]*)"|(\*)', field):
        yield match.group(1) if match.group(1) is not None else b"*"


def options_headers(methods: tuple[str, ...], requested: bytes) -> list[tuple[bytes, bytes]]:
    """What OPTIONS says, for clients and for browsers that ask before a cross-origin request."""
    allowed = ", ".join(methods).encode()
    return [
        (b"allow", allowed),
        (b"accept-query", QUERY_TYPE.encode()),
        (b"access-control-allow-methods", allowed),
        (b"access-control-allow-headers", requested or b"Accept, Content-Type"),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
