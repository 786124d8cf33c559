"""Writing to an endpoint: SPARQL 1.1 Update and the Graph Store HTTP Protocol.

Each request is made once. Whether it may be made again only its sender can tell.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from io import SEEK_END, BytesIO
from types import TracebackType
from typing import BinaryIO, ClassVar, Final, Self
from urllib.parse import urlencode, urlsplit

import httpcore

from tipgraph import __version__
from tipgraph.errors import EndpointAwayError, EndpointFailureError, EndpointSlowError, QueryError
from tipgraph.store.remote.address import Address
from tipgraph.store.remote.authorization import CHALLENGES, Authorization, asked_again
from tipgraph.store.remote.endpoint import refusal

# Seconds.
_CONNECT: Final = 3.0
_SLOW: Final = "the endpoint takes too long: give it smaller batches"
_OTHER_PROTOCOL: Final = "is this the address for it? There is --protocol update, and gsp"
_ADVICE: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: _OTHER_PROTOCOL,
    HTTPStatus.METHOD_NOT_ALLOWED: _OTHER_PROTOCOL,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _OTHER_PROTOCOL,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "give it smaller batches, or let it take larger bodies",
}
_BEGINNING: Final = 4096
_PART: Final = 1 << 18


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
        body = BytesIO(urlencode({"update": text}).encode())
        self._send("POST", self._address.url, b"application/x-www-form-urlencoded", body)

    def put(self, graph: str | None, triples: BinaryIO) -> None:
        """Replace a graph (Graph Store HTTP Protocol, 5.3).

        Args:
            graph: Its IRI; None for the default graph.
            triples: A file of N-Triples, sent from its start.

        Raises:
            EndpointAwayError: There was no answer: it may have been replaced or not.
            QueryError: It was refused.
        """
        which = urlencode({"graph": graph}) if graph else "default"
        parts = urlsplit(self._address.url)
        # Where no graph is named, engines take the whole of what they hold for it.
        url = parts._replace(query="&".join(filter(None, (parts.query, which)))).geturl()
        self._send("PUT", url, b"application/n-triples", triples)

    def _send(self, method: str, url: str, media_type: bytes, body: BinaryIO) -> None:
        fields = [
            *self._fields,
            (b"content-type", media_type),
            # Without a length stated some engines read nothing, and say that all is well.
            (b"content-length", str(body.seek(0, SEEK_END)).encode()),
        ]
        try:
            for _ in range(CHALLENGES + 1):
                with self._pool.stream(
                    method,
                    url,
                    headers=[*fields, *self._authorization.fields(method, url)],
                    content=_parts(body),
                    extensions={"timeout": self._timeouts},
                ) as response:
                    # Nothing is written where somebody is asked first who it is.
                    if not self._authorization.challenged(response.status, response.headers):
                        self._check(response)
                        return
            raise asked_again()
        except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
            raise EndpointSlowError(f"{_SLOW}, or a longer --timeout") from error
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
        if 300 <= response.status < 400:
            elsewhere = fields.get(b"location", "somewhere else")
            raise EndpointFailureError(
                f"the endpoint leads to {elsewhere} ({response.status}), which is not followed: "
                "--to has to be its own address"
            )
        if response.status == HTTPStatus.GATEWAY_TIMEOUT:
            raise EndpointSlowError(f"{_SLOW}: what stands before it waited no longer (504)")
        found: QueryError = refusal(response.status, fields, bytes(body))
        if advice := _ADVICE.get(response.status):
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


def _parts(body: BinaryIO) -> Iterator[bytes]:
    """A body from its start, in parts: each is copied for every piece of it that is sent."""
    body.seek(0)
    return iter(lambda: body.read(_PART), b"")
