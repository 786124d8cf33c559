"""An HTTP server on loopback that answers as a test wants it, well or badly, byte by byte."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

CERTIFICATE: Final = Path(__file__).parent.parent / "cases" / "tls" / "endpoint.pem"
JSON: Final = "application/sparql-results+json"


@dataclass
class Request:
    """What a client sent.

    Args:
        head: Request line and header fields.
        body: The body.
    """

    head: str
    body: str

    @property
    def query(self) -> str:
        """The query."""
        return parse_qs(self.body)["query"][0]


Behaviour = Callable[[socket.socket, Request], None]


@dataclass
class Misbehaving:
    """The server.

    Args:
        url: Its address.
        behaviour: What it does with a connection once it has read a request.
        requests: What it was sent.
        left: Set when a client has gone before it had its answer.
    """

    url: str
    behaviour: Behaviour
    requests: list[Request] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    def was_sent(self, text: str) -> bool:
        """Whether a query with a text in it has arrived."""
        return any(text in request.query for request in list(self.requests))


@contextmanager
def misbehaving(*, tls: bool = False) -> Iterator[Misbehaving]:
    """Run a server, which answers well until it is told otherwise."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = Misbehaving(f"{'https' if tls else 'http'}://127.0.0.1:{port}/sparql", well)
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        threading.Thread(target=_accept, args=(listener, server, context), daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: Misbehaving, context: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            arguments = (connection, server, context)
            threading.Thread(target=_serve, args=arguments, daemon=True).start()


def _serve(connection: socket.socket, server: Misbehaving, context: ssl.SSLContext | None) -> None:
    # A client that goes away, or does not like the certificate, is what tests are about.
    with suppress(OSError), connection:
        if context is None:
            _answer(connection, server)
        else:
            with context.wrap_socket(connection, server_side=True) as secured:
                _answer(secured, server)


def _answer(connection: socket.socket, server: Misbehaving) -> None:
    request = _read(connection)
    if request is None:
        return
    server.requests.append(request)
    try:
        server.behaviour(connection, request)
    except OSError:
        server.left.set()


def _read(connection: socket.socket) -> Request | None:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return None
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    fields = head.decode("latin-1").lower()
    length = int(fields.partition("content-length: ")[2].partition("\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return Request(head.decode("latin-1"), body.decode())


def response(
    body: bytes | str,
    media_type: str = JSON,
    *,
    status: str = "200 OK",
    length: int | None = None,
    fields: str = "",
) -> bytes:
    """A whole response, whose stated length may be wrong; the connection is closed after it."""
    content = body.encode() if isinstance(body, str) else body
    stated = len(content) if length is None else length
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {stated}\r\n"
        f"Connection: close\r\n{fields}\r\n"
    )
    return head.encode() + content


def sending(data: bytes) -> Behaviour:
    """Answers every request with some bytes, and closes the connection."""

    def behaviour(connection: socket.socket, _: Request) -> None:
        connection.sendall(data)

    return behaviour


def waiting(first: bytes = b"") -> Behaviour:
    """Sends some bytes and then nothing more until the client goes away."""

    def behaviour(connection: socket.socket, _: Request) -> None:
        connection.sendall(first)
        if not connection.recv(1):
            raise ConnectionError("the client went away")

    return behaviour


def well(connection: socket.socket, request: Request) -> None:
    """Answers as an endpoint without any data."""
    body = '{"head":{"vars":["g","n","x"]},"results":{"bindings":[]}}'
    if "ASK" in request.query:
        body = '{"head":{},"boolean":true}'
    connection.sendall(response(body))
