"""Writing to an endpoint: SPARQL 1.1 Update and the Graph Store HTTP Protocol.

Each request is made once. Whether it may be made again only its sender can tell.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from io import SEEK_END
from types import TracebackType
from typing import BinaryIO, ClassVar, Final, Self
from urllib.parse import urlencode

import httpcore

from tipgraph import __version__
from tipgraph.errors import EndpointAwayError, EndpointFailureError, EndpointSlowError, QueryError
from tipgraph.store.remote.address import Address
from tipgraph.store.remote.authorization import CHALLENGES, Authorization, asked_again
from tipgraph.store.remote.endpoint import refusal

# Seconds.
_CONNECT: Final = 3.0
_OTHER_PROTOCOL: Final = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_BEGINNING: Final = 4096
_PART: Final = 1 << 20


class Writer:
    """Writes to an endpoint, as a context manager.

    Args:
        address: Where updates, or graphs, are sent.
        seconds: How long the endpoint may say nothing while it works on a request.
    """

    # Seconds for its sender to wait before each further attempt, if it may be made.
    pauses: ClassVar = (1.0, 2.0, 4.0, 8.0)

    def __init__(self, address: Address, seconds: float) -> None:
        self._address = address
        self._timeouts = {"connect": _CONNECT, "read": seconds, "write": seconds}
        self._pool = httpcore.ConnectionPool(ssl_context=address.tls, max_connections=1)
        self._fields = [(b"user-agent", f"tipgraph/{__version__}".encode())]
        self._authorization = Authorization(address)

    def update(self, text: str) -> None:
        """Have an update made, by URL-encoded POST (SPARQL 1.1 Protocol, 2.2.1).

        Raises:
            EndpointAwayError: There was no answer: it may have been made or not.
            EndpointSlowError: Nor was there one in time: it may still be made.
            QueryError: It was refused.
        """
        body = urlencode({"update": text}).encode()
        media_type = b"application/x-www-form-urlencoded"
        self._send("POST", self._address.url, media_type, lambda: body, len(body))

    def put(self, graph: str | None, triples: BinaryIO) -> None:
        """Replace a graph (Graph Store HTTP Protocol, 5.3).

        Args:
            graph: Its IRI; None for the default graph.
            triples: A file of N-Triples, sent from its start.

        Raises:
            EndpointAwayError: There was no answer: it may have been replaced or not.
            QueryError: It was refused.
        """
        which = f"?{urlencode({'graph': graph})}" if graph else "?default"
        # Without a length stated some engines read nothing, and say that all is well.
        length = triples.seek(0, SEEK_END)

        def parts() -> Iterator[bytes]:
            triples.seek(0)
            return iter(lambda: triples.read(_PART), b"")

        url = self._address.url + which
        self._send("PUT", url, b"application/n-triples", parts, length)

    def _send(
        self,
        method: str,
        url: str,
        media_type: bytes,
        body: Callable[[], bytes | Iterator[bytes]],
        length: int,
    ) -> None:
        fields = [
            *self._fields,
            (b"content-type", media_type),
            (b"content-length", str(length).encode()),
        ]
        try:
            for _ in range(CHALLENGES + 1):
                with self._pool.stream(
                    method,
                    url,
                    headers=[*fields, *self._authorization.fields(method, url)],
                    content=body(),
                    extensions={"timeout": self._timeouts},
                ) as response:
                    # Nothing is written where somebody is asked first who it is.
                    if not self._authorization.challenged(response.status, response.headers):
                        self._check(response)
                        return
            raise asked_again()
        except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
            raise EndpointSlowError(
                "the endpoint takes too long: give it smaller batches, or a longer --timeout"
            ) from error
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            reason = str(error) or "it ended the connection"
            raise EndpointAwayError(f"the endpoint cannot be reached: {reason}") from error

    def _check(self, response: httpcore.Response) -> None:
        fields = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        body = bytearray()
        for part in response.iter_stream():
            body += part[: _BEGINNING - len(body)]
        if 200 <= response.status < 300:
            return
        found: QueryError = refusal(response.status, fields, bytes(body))
        if response.status in _OTHER_PROTOCOL:
            advice = "is this the address for it? There is --protocol update, and gsp"
            found = EndpointFailureError(f"{found}; {advice}")
        raise found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()
