"""SERVICE calls, made by us instead of by the engine, so that they can be fenced.

The engine's own client follows redirects, connects to any address and reads without end, and it
cannot be told otherwise. So an allowed SERVICE is rewritten to a loopback address of this gateway,
which makes the call: to an address that was checked after it was resolved, without redirects, and
within limits of time and size.
"""

import http.client
import ipaddress
import re
import secrets
import socket
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from pyoxigraph import QueryBoolean, QueryResultsFormat, parse_query_results

from tipgraph.errors import ServiceCallError, UsageError
from tipgraph.settings import Settings

# How the engine says what a gateway answered.
REPORT: Final = re.compile(r"Error 502 .* returned by \S+ with payload:\n(.*)", re.DOTALL)

_CHUNK: Final = 65536
_PORTS: Final = {"http": 80, "https": 443}
_FORWARDED: Final = ("Accept", "Content-Type")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An allowed endpoint: the parts of its IRI that are needed to call it."""

    iri: str
    tls: bool
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, iri: str) -> "Endpoint":
        """Take an IRI apart.

        Raises:
            UsageError: It is no http or https address.
        """
        parts = urlsplit(iri)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise UsageError(f"SERVICE <{iri}> cannot be allowed: it is no web address")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = parts.port or _PORTS[parts.scheme]
        return cls(iri, parts.scheme == "https", parts.hostname, port, target)


class Gateway:
    """A loopback HTTP server that calls the allowed endpoints.

    Args:
        settings: Which endpoints may be called, and how long and how large a call may be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Nobody but the engine learns these names, so nobody else can call through the gateway.
        endpoints = {secrets.token_urlsafe(16): iri for iri in settings.service_allow}
        self._endpoints = {f"/{name}": Endpoint.of(iri) for name, iri in endpoints.items()}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="tipgraph-gateway", daemon=True
        )
        self._thread.start()
        port = self._server.server_address[1]
        self.addresses = {
            endpoint.iri: f"http://127.0.0.1:{port}{path}"
            for path, endpoint in self._endpoints.items()
        }

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name http.server looks for
                endpoint = gateway._endpoints.get(self.path)
                if endpoint is None:
                    self.send_error(404)
                    return
                query = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name: self.headers[name] for name in _FORWARDED if name in self.headers}
                try:
                    content_type, body = call(endpoint, query, headers, gateway._settings)
                    self._answer(200, content_type, body)
                except ServiceCallError as error:
                    self._answer(502, "text/plain; charset=utf-8", str(error).encode())

            def _answer(self, status: int, content_type: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing: what failed is told to whoever asked."""

        return Handler


def call(
    endpoint: Endpoint, query: bytes, headers: dict[str, str], settings: Settings
) -> tuple[str, bytes]:
    """Send a query to an endpoint.

    Returns:
        The media type and the body of the answer.

    Raises:
        ServiceCallError: The address is not allowed, the call failed or went past a limit, or the
            answer holds no whole solutions.
    """
    end = time.monotonic() + settings.service_timeout
    address = checked_address(endpoint, private_allowed=settings.service_private)
    connection = _Connection(endpoint, address, settings.service_timeout)
    try:
        connection.request("POST", endpoint.target, query, headers)
        response = connection.getresponse()
        if response.status != 200:
            raise ServiceCallError(
                f"<{endpoint.iri}> answered {response.status}, which is not used"
            )
        body = _read(response, connection, end, settings.service_bytes)
    except (OSError, http.client.HTTPException) as error:
        raise ServiceCallError(f"<{endpoint.iri}> could not be called: {error}") from error
    finally:
        connection.close()
    content_type = response.headers.get("Content-Type", "application/octet-stream")
    if fault := _fault(content_type, body):
        raise ServiceCallError(f"<{endpoint.iri}> gave no whole solutions: {fault}")
    return content_type, body


def _fault(content_type: str, body: bytes) -> str:
    """Why an answer cannot be read as solutions; empty where it can.

    The engine would fail on such an answer even where the SERVICE is SILENT.
    """
    form = QueryResultsFormat.from_media_type(content_type)
    if form is None:
        return f"it is {content_type}"
    try:
        results = parse_query_results(body, format=form)
        if isinstance(results, QueryBoolean):
            return "it is a truth value"
        deque(results, maxlen=0)
    except SyntaxError as error:
        return str(error.msg)
    return ""


def checked_address(endpoint: Endpoint, *, private_allowed: bool) -> str:
    """Resolve an endpoint's host to an address that may be connected to.

    Raises:
        ServiceCallError: There is none, or any of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ServiceCallError(f"<{endpoint.iri}>: the host is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private_allowed:
        for address in addresses:
            if not _is_public(address):
                raise ServiceCallError(f"<{endpoint.iri}>: its address is not a public one")
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


class _Connection(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name resolves to by now."""

    def __init__(self, endpoint: Endpoint, address: str, timeout: float) -> None:
        super().__init__(endpoint.host, endpoint.port, timeout=timeout)
        self._address = address
        self._tls = endpoint.tls

    def connect(self) -> None:
        """Connect, with the certificate checked against the host's name."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _read(
    response: http.client.HTTPResponse, connection: _Connection, end: float, limit: int
) -> bytes:
    body = bytearray()
    while True:
        remaining = end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("it took too long")
        if connection.sock is not None:
            connection.sock.settimeout(remaining)
        part = response.read1(_CHUNK)
        if not part:
            if response.length:
                raise http.client.HTTPException("its answer was cut short")
            return bytes(body)
        body += part
        if len(body) > limit:
            raise http.client.HTTPException(f"it answered more than {limit} bytes")
