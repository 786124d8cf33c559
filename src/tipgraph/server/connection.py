"""One client's connection: HTTP/1.1 as Uvicorn reads it, with bounds on what nobody else reads.

The parser neither limits how long the head of a request is nor how long it takes to come. The body
is the application's to read, until it has answered.
"""

import asyncio
import time
from typing import Any, Final
from urllib.parse import quote_from_bytes

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tipgraph.server.exchange import Service
from tipgraph.server.problem_types import PROBLEMS
from tipgraph.server.problems import PROBLEM_JSON, Problem
from tipgraph.server.reply import Reply, head

# Bytes; a query may stand in the request line.
_HEAD_BYTES: Final = 256 * 1024
# Bytes; the parser can read no longer address.
_LONGEST_ADDRESS: Final = 65_535
_ASCII: Final = bytes(range(128))


class Connection(HttpToolsProtocol):
    """A connection on which requests are read and answered, one after the other.

    Args:
        service: What all exchanges share.
        head_seconds: Seconds within which the head of a request has to come.
        uvicorn: What Uvicorn gives to each connection.
    """

    def __init__(self, *, service: Service, head_seconds: float, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._service = service
        self._head_seconds = head_seconds
        self._between = True
        self._in_head = False
        self._head_bytes = 0
        self._late: asyncio.TimerHandle | None = None
        self._begun = 0
        self._reply: Reply

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a first request."""
        super().connection_made(transport)
        self._late = self.loop.call_later(self._head_seconds, self._end_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of what waits for the client."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        is_idle = self._is_idle()
        if is_idle and self._answer_again(data):
            return
        read = _in_ascii(data) if self._between and not data.isascii() else data
        self._begun = 0
        super().data_received(read)
        if self._in_head:
            self._expect_the_rest(len(read))
        elif is_idle and self._between and self._begun == 1:
            self._reply.sent = data

    def _is_idle(self) -> bool:
        """Whether all that has come was answered, and the answers are on their way."""
        answered = self.cycle is None or self.cycle.response_complete
        blocked = self.flow.write_paused or self.transport.is_closing()
        return self._between and answered and not blocked

    def _answer_again(self, data: bytes) -> bool:
        """Send what is kept for a request that came before; False when it has to be read."""
        begun = time.perf_counter()
        found = self._service.repeats.find(data)
        if found is None:
            return False
        repeat, body = found
        self._in_time()
        own = [
            *self.server_state.default_headers,
            (b"x-request-id", self._service.new_request_id()),
        ]
        lines = b"".join([b"%b: %b\r\n" % field for field in own])
        self.transport.writelines((repeat.head, lines, b"\r\n", body))
        self.on_response_complete()
        self._service.metrics.observe(repeat.path, repeat.status, time.perf_counter() - begun)
        return True

    def _expect_the_rest(self, size: int) -> None:
        """Go on waiting for the head of a request, but not for ever, nor for any length."""
        self._head_bytes += size
        if self._head_bytes > _HEAD_BYTES:
            self._refuse("head-too-large", f"what precedes the body is over {_HEAD_BYTES:,} bytes")
        elif self._late is None:
            self._late = self.loop.call_later(self._head_seconds, self._end_late)

    def _end_late(self) -> None:
        if self._in_head:
            detail = f"no whole head came in {self._head_seconds:g} seconds"
            self._refuse("request-timeout", detail)
        else:
            self.transport.close()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self._between, self._in_head = False, True
        self._begun += 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that the head of a request is whole, and begin to answer it."""
        self._in_head = False
        self._head_bytes = 0
        self._in_time()
        if len(self.url) > _LONGEST_ADDRESS:
            self._refuse("uri-too-long", f"the address has over {_LONGEST_ADDRESS:,} bytes")
        elif not self._names_its_host():
            self._refuse("malformed-request", "a request of HTTP/1.1 has one field Host, not more")
        elif coding := self._unknown_coding():
            self._refuse("unknown-transfer-coding", f"the body is sent as {coding!r}")
        else:
            super().on_headers_complete()
            return
        # Ends the parser, so that no more is read.
        raise HttpParserError("refused")

    def _names_its_host(self) -> bool:
        """Whether a request says whom it is for, once (RFC 9112, 3.2)."""
        hosts = sum(name == b"host" for name, _ in self.headers)
        return hosts == 1 or (hosts == 0 and self.parser.get_http_version() != "1.1")

    def _unknown_coding(self) -> str:
        """The transfer codings of a body if they are not `chunked` alone (RFC 9112, 6.1)."""
        given = b", ".join(value for name, value in self.headers if name == b"transfer-encoding")
        return "" if given.strip().lower() == b"chunked" else given.decode("latin-1")

    def on_message_complete(self) -> None:
        """Note that a request is whole."""
        self._between = True
        self._in_time()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on, but not for ever, with a request that was answered before its body ended."""
        super().on_response_complete()
        unread = not self._between and not self._in_head and self.cycle.response_complete
        if unread and not self.transport.is_closing():
            self._late = self.loop.call_later(self._service.body_seconds, self._end_late)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Begin to answer a request; called by Uvicorn."""
        self._reply = Reply(cycle, self._service.repeats)
        send = self._reply.send
        super()._start_asgi_task(cycle, lambda scope, receive, _: app(scope, receive, send))

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP; called by Uvicorn."""
        detail = (
            "what was sent is not a request of HTTP/1.1, or has a method that HTTP does not have"
        )
        self._refuse("malformed-request", detail)

    def _refuse(self, slug: str, detail: str) -> None:
        """Send a problem to a client whose request cannot be told, and close the connection."""
        if self.transport.is_closing():
            return
        problem = Problem(PROBLEMS[slug], detail)
        request_id = self._service.new_request_id()
        body = problem.to_json(request_id.decode())
        headers = [
            *self.server_state.default_headers,
            *self._service.common_headers,
            (b"x-request-id", request_id),
            (b"content-type", PROBLEM_JSON.media_type.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        self.transport.writelines((head(problem.type.status, headers), b"\r\n", body))
        self.transport.close()
        self._service.metrics.observe("", problem.type.status, 0.0)


def _in_ascii(data: bytes) -> bytes:
    """A request with a path beyond ASCII, as some clients send it, in the form HTTP gives it."""
    line, end, rest = data.partition(b"\r\n")
    return quote_from_bytes(line, safe=_ASCII).encode() + end + rest
