"""The endpoint over HTTP: a query sent, its whole answer received or a typed failure.

What comes back is not taken at its word: its type has to be one that was asked for, its end has to
be reached, and what engines say in header fields about rows that they left out is heeded.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import httpcore

from tipgraph import __version__
from tipgraph.errors import (
    EndpointAwayError,
    EndpointFailureError,
    OverloadedError,
    QueryError,
    UnusableAnswerError,
)
from tipgraph.settings import Settings
from tipgraph.store.failures import too_large
from tipgraph.store.remote.address import Address
from tipgraph.store.remote.authorization import CHALLENGES, Authorization, asked_again
from tipgraph.store.remote.circuit import Circuit
from tipgraph.store.remote.query import Graphs
from tipgraph.store.remote.sayings import left_out, quoted

# Every question is a SELECT or an ASK: this format shows by itself whether it is whole.
_ACCEPTED: Final = ("application/sparql-results+json", "application/json")
_ATTEMPTS: Final = 2
# Seconds.
_CONNECT: Final = 3.0
_PROBE: Final = 2.0
_KEPT_ALIVE: Final = 5.0

_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_GATEWAY: Final = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
_UNAUTHORISED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class _UnreachedError(Exception):
    """Nothing was received, so that another attempt does no harm."""


class _BrokenOffError(Exception):
    """The connection ended before the answer did."""


class Endpoint:
    """A SPARQL endpoint.

    Args:
        address: Where it is.
        settings: How many connections it may have, and how large answers may be.
    """

    def __init__(self, address: Address, settings: Settings) -> None:
        self._address = address
        # Engines write less tersely; what is too large is refused once it is written as we do.
        self._limit = 2 * settings.result_bytes
        self._connections = settings.store_connections
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._circuit = Circuit(time.monotonic)
        self._probe: asyncio.Task[bool] | None = None
        self.outcomes: Counter[str] = Counter()
        self._fields = [
            (b"user-agent", f"tipgraph/{__version__}".encode()),
            (b"accept", f"{_ACCEPTED[0]}, {_ACCEPTED[1]};q=0.5".encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"accept-encoding", b"identity"),
        ]
        self._authorization = Authorization(address)

    def open(self) -> None:
        """Get ready to connect in the running event loop."""
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=self._address.tls,
            # One more for the question whether it answers.
            max_connections=self._connections + 1,
            keepalive_expiry=_KEPT_ALIVE,
        )

    async def close(self) -> None:
        """End all connections."""
        if self._probe is not None:
            self._probe.cancel()
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None

    @property
    def is_left_alone(self) -> bool:
        """Whether it failed so often that it is not asked for a while."""
        return self._circuit.is_open

    async def answers(self) -> bool:
        """Whether the endpoint answers a query; closes its circuit if it does."""
        try:
            await self._attempt(_form("ASK {}", None, None), _PROBE)
        except (QueryError, TimeoutError):
            return False
        return True

    async def ask(
        self, query: str, default_graphs: Graphs, named_graphs: Graphs, seconds: float
    ) -> bytes:
        """Have a query answered.

        Args:
            query: A SELECT or ASK query.
            default_graphs: The graphs of its default graph; None for the endpoint's own.
            named_graphs: Its named graphs; None for the endpoint's own.
            seconds: How long it may take.

        Returns:
            The answer in the JSON format of results, as far as can be told from outside.

        Raises:
            QueryError: It was not answered, or not whole; each way of failing is a class.
            TimeoutError: It took longer.
        """
        if self._circuit.admit():
            await self._try()
        try:
            return await self._attempt(_form(query, default_graphs, named_graphs), seconds)
        except TimeoutError:
            # It may be the query that takes long: an endpoint that answers another is there.
            if self._probe is None or self._probe.done():
                self._probe = asyncio.get_running_loop().create_task(self.answers())
            raise

    async def _try(self) -> None:
        try:
            if not await self.answers():
                raise EndpointAwayError("the endpoint does not answer again yet")
        finally:
            self._circuit.undecided()

    async def _attempt(self, form: bytes, seconds: float) -> bytes:
        """Have a query answered, and count how that went."""
        try:
            async with asyncio.timeout(seconds):
                received = await self._reached(form)
        except TimeoutError:
            self.outcomes["slow"] += 1
            self._circuit.failed()
            raise
        except EndpointAwayError:
            self.outcomes["away"] += 1
            self._circuit.failed()
            raise
        except _BrokenOffError as error:
            self.outcomes["unusable"] += 1
            self._circuit.failed()
            raise UnusableAnswerError(
                "the endpoint cut its answer short: nothing of it is used"
            ) from error
        except QueryError as error:
            # It is there, and answers in its way.
            self.outcomes["unusable" if isinstance(error, UnusableAnswerError) else "refused"] += 1
            self._circuit.succeeded()
            raise
        self.outcomes["answered"] += 1
        self._circuit.succeeded()
        return received

    async def _reached(self, form: bytes) -> bytes:
        reason = ""
        for _ in range(_ATTEMPTS):
            try:
                return await self._introduced(form)
            except _UnreachedError as error:
                reason = str(error)
        raise EndpointAwayError(f"the endpoint cannot be reached: {reason}")

    async def _introduced(self, form: bytes) -> bytes:
        for _ in range(CHALLENGES + 1):
            received = await self._exchange(form)
            if received is not None:
                return received
        raise asked_again()

    async def _exchange(self, form: bytes) -> bytes | None:
        """Receive an answer; None when the endpoint asks who this is and it can be told."""
        assert self._pool is not None  # noqa: S101  # it was opened
        begun = False
        try:
            async with self._pool.stream(
                "POST",
                self._address.url,
                headers=[*self._fields, *self._authorization.fields("POST", self._address.url)],
                content=form,
                extensions={"timeout": {"connect": _CONNECT}},
            ) as response:
                begun = True
                if self._authorization.challenged(response.status, response.headers):
                    return None
                return await self._read(response)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            if begun:
                raise _BrokenOffError from error
            raise _UnreachedError(str(error) or "it hangs up: is it http or https?") from error

    async def _read(self, response: httpcore.Response) -> bytes:
        fields = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status != HTTPStatus.OK:
            raise refusal(response.status, fields, await _beginning(response))
        media_type = fields.get(b"content-type", "").partition(";")[0].strip().lower()
        if media_type not in _ACCEPTED:
            raise UnusableAnswerError(
                f"the endpoint answered with {media_type or 'a body of no type'} where "
                f"{_ACCEPTED[0]} was asked for: {quoted(await _beginning(response), media_type)}"
            )
        if fields.get(b"content-encoding", "identity").lower() != "identity":
            raise UnusableAnswerError("the endpoint compressed its answer, which was not asked for")
        if reason := left_out(fields):
            raise UnusableAnswerError(f"the endpoint left out a part of its answer: {reason}")
        body = bytearray()
        async for part in response.aiter_stream():
            body += part
            if len(body) > self._limit:
                raise too_large()
        return bytes(body)


def _form(query: str, default_graphs: Graphs, named_graphs: Graphs) -> bytes:
    """The body of a query by URL-encoded POST (SPARQL 1.1 Protocol, 2.1.2)."""
    pairs = [("query", query)]
    pairs += [("default-graph-uri", iri) for iri in default_graphs or ()]
    pairs += [("named-graph-uri", iri) for iri in named_graphs or ()]
    return urlencode(pairs).encode()


async def _beginning(response: httpcore.Response) -> bytes:
    """As much of a body as is read of an error."""
    body = bytearray()
    async for part in response.aiter_stream():
        body += part
        if len(body) >= 4096:
            break
    return bytes(body)


def refusal(status: int, fields: Mapping[bytes, str], body: bytes) -> QueryError:
    """The error for an answer that is none.

    Args:
        status: Its status.
        fields: Its header fields, by names in lower case.
        body: The beginning of its body.
    """
    said = quoted(body, fields.get(b"content-type", ""))
    if status in _BUSY:
        return OverloadedError(f"the endpoint is busy: {said}")
    if status in _GATEWAY:
        return EndpointAwayError(f"the endpoint is not reached by what stands before it: {said}")
    if status in _UNAUTHORISED:
        advice = "check TIPGRAPH_STORE_USER and TIPGRAPH_STORE_PASSWORD, or TIPGRAPH_STORE_TOKEN"
        return EndpointFailureError(
            f"the endpoint does not let this service in ({status}): {advice}"
        )
    if 300 <= status < 400:
        return EndpointFailureError(
            f"the endpoint leads elsewhere ({status}), which is not followed: TIPGRAPH_STORE_URL "
            "has to be its own address"
        )
    return EndpointFailureError(f"the endpoint answered {status}: {said}")
