"""What all parts of the service have in common that can only be read: methods and refusals."""

from abc import ABC, abstractmethod
from typing import Final, Protocol

from tipgraph.errors import RequestError, TipgraphError
from tipgraph.server.exchange import Exchange, Receive, Scope, Send, Service, options_headers

METHODS: Final = ("GET", "HEAD", "OPTIONS")


class Part(Protocol):
    """An ASGI application that answers some paths."""

    def has(self, path: str) -> bool:
        """Whether a path is one of those answered here."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ...


class Reading(ABC):
    """An ASGI application that answers GET, HEAD and OPTIONS on some paths.

    Args:
        service: What all exchanges share.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    @abstractmethod
    def has(self, path: str) -> bool:
        """Whether a path is one of those answered here."""

    @abstractmethod
    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request to one of these paths.

        Raises:
            TipgraphError: It is refused; nothing was sent.
        """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(self.service, scope, receive, send)
        try:
            if exchange.method == "OPTIONS":
                await exchange.respond(204, options_headers(METHODS, exchange.requested_headers))
            elif exchange.method not in METHODS:
                raise RequestError(
                    "method-not-allowed",
                    f"{exchange.method} cannot be used on {exchange.path}: it can only be read, "
                    "nothing was changed",
                    headers=(("allow", ", ".join(METHODS)),),
                )
            else:
                await self.answer(exchange, scope)
        except TipgraphError as error:
            await exchange.refuse(error)
