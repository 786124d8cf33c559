"""What every response outside of the SPARQL endpoint carries, put around the FastAPI app.

HEAD, OPTIONS, CORS, entity tags, 304, compression, request ids and metrics are the same for all
routes, so that a route only makes a body. Errors become problems here.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from tipgraph.errors import RequestError, TipgraphError
from tipgraph.server.exchange import (
    Exchange,
    Message,
    Receive,
    Scope,
    Send,
    Service,
    options_headers,
)
from tipgraph.server.problem_types import PROBLEMS
from tipgraph.server.problems import UNFORESEEN, Problem, problem_of

_KEY: Final = "tipgraph.exchange"
_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_OWN: Final = (b"content-length", b"etag", b"cache-control", b"vary")

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Envelope:
    """An ASGI application around the routes.

    Args:
        app: The application inside.
        service: What all exchanges share.
    """

    def __init__(self, app: Application, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(self._service, scope, receive, send)
        if exchange.method == "OPTIONS":
            await exchange.respond(204, options_headers(_METHODS, exchange.requested_headers))
            return
        inner = {**scope, _KEY: exchange}
        if exchange.method == "HEAD":
            inner["method"] = "GET"
        response = _Captured()
        try:
            await self._app(inner, receive, response.take)
        finally:
            # After an error nobody foresaw, the app answers first and raises then, for the log.
            await response.pass_on(exchange)


class _Captured:
    """A response taken instead of sent."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def take(self, message: Message) -> None:
        """Stand in for ASGI's send."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def pass_on(self, exchange: Exchange) -> None:
        """Send the response, in what every response carries."""
        if self.status == 200:
            headers = [item for item in self.headers if item[0] not in _OWN]
            await exchange.send_document(headers, bytes(self.body))
        else:
            headers = [item for item in self.headers if item[0] != b"content-length"]
            await exchange.respond(self.status, headers, bytes(self.body))


def add_problem_handlers(app: FastAPI) -> None:
    """Turn what is raised in routes into problems."""

    def _respond(request: Request, problem: Problem) -> Response:
        exchange: Exchange = request.scope[_KEY]
        headers, body = exchange.rendered(problem)
        response = Response(body, problem.type.status)
        response.raw_headers = [*headers]
        return response

    async def _tipgraph_error(request: Request, error: Any) -> Response:
        return _respond(request, problem_of(error))

    async def _http_error(request: Request, error: Any) -> Response:
        path = request.url.path
        if error.status_code == 405:
            allowed = (("allow", ", ".join(_METHODS)),)
            detail = f"{request.method} cannot be used on {path}"
            return _respond(request, Problem(PROBLEMS["method-not-allowed"], detail, {}, allowed))
        return _respond(request, Problem(PROBLEMS["not-found"], f"there is nothing at {path}"))

    async def _validation_error(request: Request, error: Any) -> Response:
        first = error.errors()[0]
        detail = f"{first['loc'][-1]}: {first['msg']}"
        return _respond(request, problem_of(RequestError("bad-parameter", detail)))

    async def _unforeseen(request: Request, error: Any) -> Response:
        return _respond(request, UNFORESEEN)

    app.add_exception_handler(TipgraphError, _tipgraph_error)
    app.add_exception_handler(Exception, _unforeseen)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
