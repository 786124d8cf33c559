"""A response on its way to a client: one that is whole goes out in one piece."""

from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from tipgraph.server.exchange import REPEAT, Headers, Message
from tipgraph.server.repeats import Repeats

# What a header field may hold: no control characters but tabs.
_FIELD_BYTES: Final = b"\t" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
_CLOSE: Final = (b"connection", b"close")


class Reply:
    """What the application sends in answer to one request.

    Uvicorn writes the head of a response as soon as it has it. For a small answer that costs as
    much again as writing the answer, and it wakes a client that then has to wait once more.

    Args:
        cycle: The request and its response, as Uvicorn keeps them.
        repeats: Where a response is noted that the same request gets again.
    """

    __slots__ = ("_cycle", "_repeats", "_start", "sent")

    def __init__(self, cycle: RequestResponseCycle, repeats: Repeats) -> None:
        self._cycle = cycle
        self._repeats = repeats
        self._start: Message | None = None
        # All bytes of the request, if it came alone and in one piece.
        self.sent = b""

    async def send(self, message: Message) -> None:
        """Take a message, as ASGI's `send`: the head of a response waits for what comes next."""
        cycle, start = self._cycle, self._start
        if start is None and not cycle.response_started:
            self._start = message
            return
        self._start = None
        if start is None or message.get("more_body", False):
            for part in (start, message):
                if part is not None:
                    await cycle.send(part)  # type: ignore[arg-type]
            return
        if cycle.flow.write_paused:
            await cycle.flow.drain()
        if not cycle.disconnected:
            self._finish(start, message["body"])

    def _finish(self, start: Message, body: bytes) -> None:
        """Write a whole response, and be done as Uvicorn is at the end of one."""
        cycle = self._cycle
        headers = [*cycle.default_headers, *start["headers"]]
        if _CLOSE in headers:
            cycle.keep_alive = False
        elif not cycle.keep_alive:
            headers.append(_CLOSE)
        content = (head(start["status"], headers), b"\r\n", body)
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.writelines(content)
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        if self.sent and REPEAT in start and cycle.keep_alive:
            self._note(start)

    def _note(self, start: Message) -> None:
        same = [field for field in start["headers"] if field[0] != b"x-request-id"]
        self._repeats.note(self.sent, start[REPEAT](head(start["status"], same)))


def head(status: int, headers: Headers) -> bytes:
    """The head of a response, without the empty line at its end.

    Args:
        status: The status code.
        headers: The header fields.

    Raises:
        ValueError: A field holds a control character, such as the end of a line.
    """
    lines = [b"%b: %b" % field for field in headers]
    if b"".join(lines).translate(None, _FIELD_BYTES):
        raise ValueError("a header field holds a control character")
    return b"%b%b\r\n" % (STATUS_LINE[status], b"\r\n".join(lines))
