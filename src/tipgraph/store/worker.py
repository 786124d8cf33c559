"""The process that evaluates queries, one at a time, and can be killed at any moment.

It imports pyoxigraph, the standard library and what lies beside it for workers, and nothing else of
tipgraph, so that starting one takes some 30 ms and 25 MB (see `process`). It answers one request
after the other, each with a whole answer or a typed failure, until the socket closes.

A message to it is `<II` (length of the payload, id) and a marshalled value: a dict configures it
(once, first), a tuple is a request (see `Evaluator` and `Transcriber`), a list holds the ids of
requests taken back. An answer is `<IIBBII` (length of the body, id, status, kind of answer,
microseconds until the query was ready to run, microseconds to run and serialise it) and the body;
its id is 0 when it is ready for requests, and when it has taken requests back.
"""

import marshal
import os
import resource
import select
import socket
import struct
import sys
import threading
import time
from collections import deque
from typing import Any, Final

from pyoxigraph import Store

from tipgraph.store.evaluator import Evaluator
from tipgraph.store.serialiser import RESULTS, NotAcceptableError, TooLargeError
from tipgraph.store.transcriber import MalformedError, Transcriber

MESSAGE_HEAD: Final = struct.Struct("<II")
ANSWER_HEAD: Final = struct.Struct("<IIBBII")

(ANSWERED, SYNTAX, NOT_ACCEPTABLE, TOO_LARGE) = range(4)
(OUT_OF_MEMORY, FAILED, MALFORMED, TAKEN_BACK) = range(4, 8)

_ORPHAN_SECONDS: Final = 1.0
# Far less than it takes until requests are taken back; looking for messages costs as well.
_LOOK_SECONDS: Final = 0.002


class Worker:
    """The loop: take messages from a socket, answer the requests among them, one by one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        # Read into one and the same memory: a fresh buffer each time costs more than the reading.
        self._arrived = memoryview(bytearray(1 << 16))
        self._buffer = bytearray()
        self._waiting: deque[tuple[int, tuple[Any, ...]]] = deque()
        self._configuration: dict[str, Any] | None = None

    def run(self) -> None:
        """Answer until the other side closes the socket."""
        while self._configuration is None:
            if not self._receive(0):
                return
        evaluator = self._prepare(self._configuration)
        if evaluator is None:
            return
        while self._receive(socket.MSG_DONTWAIT if self._waiting else 0):
            looked = time.perf_counter()
            while self._waiting and time.perf_counter() - looked < _LOOK_SECONDS:
                self._answer(evaluator, *self._waiting.popleft())

    def _prepare(self, configuration: dict[str, Any]) -> Evaluator | Transcriber | None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Private writable memory, so that files mapped by the store do not count.
        limit = configuration.pop("memory")
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        os.nice(configuration.pop("nice"))
        fenced = configuration.pop("fenced")
        path = configuration.pop("store")
        try:
            evaluator = (
                Transcriber(**configuration)
                if path is None
                else Evaluator(Store.read_only(path), **configuration)
            )
        except OSError as error:
            self._send(0, FAILED, RESULTS, str(error).encode())
            return None
        if fenced:
            # With no file descriptor left to get, since standard input has the only one, nothing
            # can open a connection or a file. With a limit of none, whoever polls would fail as
            # soon as this process is held and goes on.
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
        self._send(0, ANSWERED, RESULTS, b"")
        return evaluator

    def _receive(self, flags: int) -> bool:
        """Take in the messages at hand (or wait for one); False when the other side is gone."""
        try:
            size = self._connection.recv_into(self._arrived, 0, flags)
        except BlockingIOError:
            return True
        self._buffer += self._arrived[:size]
        buffer, start = self._buffer, 0
        while len(buffer) - start >= MESSAGE_HEAD.size:
            length, number = MESSAGE_HEAD.unpack_from(buffer, start)
            end = start + MESSAGE_HEAD.size + length
            if len(buffer) < end:
                break
            self._take(number, marshal.loads(buffer[end - length : end]))  # noqa: S302  # own parent
            start = end
        del buffer[:start]
        return size > 0

    def _take(self, number: int, message: Any) -> None:
        if isinstance(message, tuple):
            self._waiting.append((number, message))
        elif isinstance(message, list):
            self._waiting = deque(item for item in self._waiting if item[0] not in message)
            # None of them is evaluated after this; one may have been answered before it.
            self._send(0, TAKEN_BACK, RESULTS, b"")
        else:
            self._configuration = message

    def _answer(
        self, evaluator: Evaluator | Transcriber, number: int, request: tuple[Any, ...]
    ) -> None:
        begun = time.perf_counter()
        try:
            kind, body, ready = evaluator.evaluate(request)
        except SyntaxError as error:
            self._send(number, SYNTAX, RESULTS, str(error).encode())
        except NotAcceptableError as error:
            self._send(number, NOT_ACCEPTABLE, error.kind, str(error).encode())
        except MalformedError as error:
            self._send(number, MALFORMED, RESULTS, str(error).encode())
        except TooLargeError:
            self._send(number, TOO_LARGE, RESULTS, b"")
        except MemoryError:
            self._send(number, OUT_OF_MEMORY, RESULTS, b"")
        except (OSError, RuntimeError, ValueError) as error:
            self._send(number, FAILED, RESULTS, str(error).encode())
        else:
            times = (int((ready - begun) * 1e6), int((time.perf_counter() - ready) * 1e6))
            self._send(number, ANSWERED, kind, body, times)

    def _send(
        self, number: int, status: int, kind: int, body: bytes, times: tuple[int, int] = (0, 0)
    ) -> None:
        head = ANSWER_HEAD.pack(len(body), number, status, kind, *times)
        if len(body) < 65536:
            self._connection.sendall(head + body)
        else:
            self._connection.sendall(head)
            self._connection.sendall(body)


def _end_with(parent: socket.socket) -> None:
    """End this process soon after the other side is gone, whatever it is evaluating."""
    poll = select.poll()
    poll.register(parent, 0)
    poll.poll()
    time.sleep(_ORPHAN_SECONDS)
    os._exit(1)


def main() -> None:
    """Serve the socket whose file descriptor is the last argument."""
    with socket.socket(fileno=int(sys.argv[-1])) as connection:
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        Worker(connection).run()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
