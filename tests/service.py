"""A small snapshot, and a service over any snapshot as a process of its own, for tests."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from tipgraph.errors import TipgraphError
from tipgraph.search import write_index
from tipgraph.server import create_app, run
from tipgraph.settings import Settings
from tipgraph.snapshot import (
    MANIFEST_NAME,
    SEARCH_NAME,
    STORE_NAME,
    Manifest,
    Snapshot,
    open_snapshot,
)
from tipgraph.store import open_store

EX: Final = "http://example.org/"

TRIG: Final = """
PREFIX ex: <http://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX tip: <https://w3id.org/tipgraph/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX graph: <https://w3id.org/tipgraph/graph/>

graph:data {
  ex:river a ex:Water ; rdfs:label "river"@en ; ex:length 120 ; ex:flowsInto ex:lake .
  ex:lake a ex:Water ; rdfs:label "lake"@en ; ex:depth 7.5 ;
    ex:survey [ ex:year 1998 ; ex:by ex:kim ] .
  ex:kim rdfs:label "Kim <&> \\"K\\"" .
  ex:claim1 a tip:AffirmedClaim ; tip:claimSubject ex:river ; rdfs:label "the river is long"@en .
}
graph:ontology {
  tip:AffirmedClaim a owl:Class ; rdfs:label "affirmed claim"@en .
  tip:claimSubject a owl:ObjectProperty ; rdfs:label "claim subject"@en .
  ex:Water a owl:Class ; rdfs:label "water"@en .
  ex:flowsInto rdfs:label "flows into"@en .
}
graph:inferred { ex:river ex:reaches ex:lake . }
graph:meta { ex:dataset rdfs:label "rivers and lakes"@en . }
"""

_MERGED: Final = tuple(
    f"https://w3id.org/tipgraph/graph/{name}" for name in ("data", "inferred", "ontology")
)
_DATA_GRAPH: Final = "https://w3id.org/tipgraph/graph/data"

# Seconds that are waited for what has to come, on a machine however busy.
PATIENCE: Final = 120

# To read the certificates of the system anew for every request takes 20 ms, and none is for TLS.
NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# A process may end before its file is opened, or between that and the reading of it.
_GONE: Final = (FileNotFoundError, ProcessLookupError)

_VALIDATION: Final = b"tipgraph.validation"

# By these, processes that a process starts are measured as it is.
MEASURING: Final = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


def rivers() -> list[Quad]:
    """The small graph, and a thousand numbers in its data for answers of some size."""
    numbers = "".join(f"<{EX}n{i}> <{EX}number> {i} .\n" for i in range(1000))
    return [
        *parse(TRIG, RdfFormat.TRIG),
        *(
            Quad(quad.subject, quad.predicate, quad.object, NamedNode(_DATA_GRAPH))
            for quad in parse(numbers, RdfFormat.TURTLE)
        ),
    ]


def write_snapshot(folder: Path, quads: list[Quad], *, digest: str = "0" * 64) -> Snapshot:
    """Make a snapshot of quads, laid out as the build does."""
    folder.mkdir(parents=True)
    store = Store(str(folder / STORE_NAME))
    store.bulk_extend(quads)
    store.bulk_extend(
        Quad(quad.subject, quad.predicate, quad.object)
        for quad in quads
        if str(quad.graph_name)[1:-1] in _MERGED
    )
    graphs = Counter(
        quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)
    )
    default_graph = store.quads_for_pattern(None, None, None, DefaultGraph())
    manifest = Manifest(
        digest=digest,
        inputs_digest=digest,
        dataset_version="1.2.3",
        software_version="1.0.0",
        graphs=dict(graphs),
        default_graph=tuple(name for name in graphs if name in _MERGED),
        default_graph_triples=sum(1 for _ in default_graph),
    )
    store.flush()
    write_index(store, folder / SEARCH_NAME, merged=bool(manifest.default_graph))
    (folder / MANIFEST_NAME).write_text(manifest.to_json(), encoding="utf-8")
    return open_snapshot(folder)


class LiveService:
    """A running service.

    Args:
        process: Its process.
        port: The port it listens on.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.sparql = f"{self.url}/sparql"

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        return [pid for pid in children(self.process.pid) if is_running(pid)]

    def validations(self) -> list[int]:
        """The process ids of the validations that it runs."""
        return [pid for pid in children(self.process.pid) if _VALIDATION in _command(pid)]

    def descriptors(self) -> int:
        """How many file descriptors its own process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def resident_bytes(self) -> int:
        """The memory that it and its workers have in use."""
        pages = 0
        for pid in (self.process.pid, *self.workers()):
            with contextlib.suppress(*_GONE):
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def connect(self) -> socket.socket:
        """A plain connection to it, for requests that no client library makes."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def client(self, **given: Any) -> httpx.Client:
        """A client that waits as long as it takes."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE, verify=NO_CERTIFICATES, **given)

    def get(self, path: str, **given: Any) -> httpx.Response:
        """Get what is at a path, over a connection of its own."""
        with self.client() as client:
            return client.get(path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        """Post to a path, over a connection of its own."""
        with self.client() as client:
            return client.post(path, **given)

    def wait_until_ready(self) -> None:
        """Wait until it answers queries; fails when it ends instead."""
        wait_until(self._is_ready)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, "the service ended at once"
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """End it as an operator does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def serving(
    snapshot: Path, *, port: int | None = None, **settings: object
) -> Iterator[LiveService]:
    """Serve a snapshot in a process of its own, with settings as `TIPGRAPH_*` has them."""
    with _running(["-m", "tests.service", str(snapshot)], port or free_port(), settings) as live:
        yield live


@contextlib.contextmanager
def serving_endpoint(
    url: str, *, log: Path | None = None, **settings: object
) -> Iterator[LiveService]:
    """Serve what an endpoint holds in a process of its own, which logs to a file if named."""
    command = ["-m", "tipgraph", "serve", "--store", url]
    with _running(command, free_port(), settings, log) as live:
        yield live


@contextlib.contextmanager
def _running(
    command: list[str], port: int, settings: Mapping[str, object], log: Path | None = None
) -> Iterator[LiveService]:
    variables = {f"TIPGRAPH_{name.upper()}": str(value) for name, value in settings.items()}
    with contextlib.ExitStack() as stack:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **variables, "TIPGRAPH_PORT": str(port)},
            stderr=stack.enter_context(log.open("wb")) if log else None,
        )
    service = LiveService(process, port)
    try:
        service.wait_until_ready()
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until something holds; fails when it does not within some seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not come true within {seconds} seconds"
        time.sleep(0.02)


def run_limited(arguments: Sequence[str], most: int) -> "subprocess.CompletedProcess[str]":
    """Run a command where no file may grow past a number of bytes, as on a full disk."""
    # Nor could what is measured of it be written whole, which then cannot be read.
    unmeasured = {name: value for name, value in os.environ.items() if name not in MEASURING}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most})); "
            "from tipgraph.cli import main; sys.argv = ['tipgraph', *sys.argv[1:]]; main()",
            *arguments,
        ],
        env=unmeasured,
        capture_output=True,
        text=True,
        check=False,
    )


def is_running(pid: int) -> bool:
    """Whether there is a process, and it has not ended."""
    return process_state(pid) not in ("", "Z")


def process_state(pid: int) -> str:
    """The letter that says what a process does (T: it is held); nothing when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except _GONE:
        return ""


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(*_GONE):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except _GONE:
        return b""


def _main() -> None:
    # Its workers are measured where tests open a store themselves; here that would only slow them.
    for name in MEASURING:
        os.environ.pop(name, None)
    settings = Settings.from_environment()
    store = open_store(open_snapshot(Path(sys.argv[1])), settings)
    try:
        run(create_app(store, settings), settings)
    except TipgraphError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    _main()
