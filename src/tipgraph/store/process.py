"""One worker process from the outside: start it, send it requests, read its answers, end it."""

import marshal
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from tipgraph.store import worker

_START: Final = Path(__file__).with_name("start.py")
_READ_SIZE: Final = 1 << 18
_REASON_BYTES: Final = 4096
# The engine takes and frees many small pieces for each query: glibc keeps more of them at hand than
# it would by itself, and gives memory back to the system less often. Other libraries ignore it.
_ALLOCATION: Final = ":".join(
    (
        "glibc.malloc.tcache_count=1000",
        "glibc.malloc.mmap_threshold=16777216",
        "glibc.malloc.trim_threshold=67108864",
        "glibc.malloc.top_pad=4194304",
    )
)


class Answer(NamedTuple):
    """What a worker said to one request; statuses and kinds are constants of `worker`."""

    number: int
    status: int
    kind: int
    body: bytes
    prepare: float
    evaluate: float


class WorkerProcess:
    """A running worker, its socket non-blocking.

    Args:
        configuration: What `worker.Worker` is configured with.
    """

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        ours, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own code
                [sys.executable, "-I", str(_START), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                env={**os.environ, "GLIBC_TUNABLES": _ALLOCATION},
            )
        ours.setblocking(False)
        self.socket = ours
        self.pid = self._process.pid
        # Read into one and the same memory: a fresh buffer each time costs more than the reading.
        self._arrived = memoryview(bytearray(_READ_SIZE))
        self._received = bytearray()
        self._unsent = bytearray()
        self.put(0, dict(configuration))
        self.flush()

    def put(self, number: int, message: Any) -> None:
        """Have a message ready to be sent by `flush`."""
        payload = marshal.dumps(message)
        self._unsent += worker.MESSAGE_HEAD.pack(len(payload), number) + payload

    def flush(self) -> bool:
        """Send what is ready; False when some is left, to be sent when the socket is writable."""
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            return False
        except OSError:
            # It has died: reading from it will say so.
            sent = len(self._unsent)
        del self._unsent[:sent]
        return not self._unsent

    def receive(self) -> Iterator[Answer]:
        """Read what has arrived; raises EOFError when the process is gone."""
        try:
            size = self.socket.recv_into(self._arrived)
        except BlockingIOError:
            return
        except ConnectionError as error:
            raise EOFError from error
        if size == 0:
            raise EOFError
        self._received += self._arrived[:size]
        yield from self._answers()

    def _answers(self) -> Iterator[Answer]:
        head, received = worker.ANSWER_HEAD, self._received
        while len(received) >= head.size:
            length, number, status, kind, prepare, evaluate = head.unpack_from(received)
            end = head.size + length
            if len(received) < end:
                return
            body = bytes(memoryview(received)[head.size : end])
            del received[:end]
            yield Answer(number, status, kind, body, prepare / 1e6, evaluate / 1e6)

    def kill(self) -> None:
        """End the process at once and stop listening to it."""
        self._process.kill()
        self.socket.close()

    def close(self) -> None:
        """Let the process end by itself, which it does when idle."""
        self.socket.close()

    def reap(self, patience: float = 5.0) -> str:
        """Wait for the process to end, by force after `patience` seconds, and say how it ended."""
        try:
            code = self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        with self._errors:
            size = self._errors.seek(0, 2)
            self._errors.seek(max(0, size - _REASON_BYTES))
            said = self._errors.read().decode(errors="replace").strip()
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"{name}: {said}" if said else name
