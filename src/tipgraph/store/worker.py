"""The process that evaluates queries: a read-only store, a socket, and limits set by the kernel.

Run as a script by `process.py`, alone: it imports pyoxigraph and the standard library and nothing
of tipgraph, so that starting one takes some 30 ms and 25 MB. It answers one request after the
other, each with a whole answer or a typed failure, until the socket closes.

A message to it is `<II` (length of the payload, id) and a marshalled value: a dict configures it
(once, first), a tuple is a request (see `evaluate`), a list holds the ids of requests taken back.
An answer is `<IIBBII` (length of the body, id, status, kind of answer, microseconds until the
query was ready to run, microseconds to run and serialise it) and the body.
"""

import marshal
import os
import re
import resource
import select
import socket
import struct
import sys
import threading
import time
from collections import deque
from typing import Any, Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

MESSAGE_HEAD: Final = struct.Struct("<II")
ANSWER_HEAD: Final = struct.Struct("<IIBBII")

(ANSWERED, SYNTAX, NOT_ACCEPTABLE, TOO_LARGE, OUT_OF_MEMORY, FAILED) = range(6)
(RESULTS, GRAPH) = range(2)

_ORPHAN_SECONDS: Final = 1.0
_WITH_PREFIXES: Final = ("text/turtle", "application/trig", "application/rdf+xml")
_PREFIX_LINES: Final = re.compile(rb"\A(?:@prefix [^\n]*\n)+")
_PREFIX_NAME: Final = re.compile(rb"@prefix ([^:]*:)")


class TooLargeError(Exception):
    """The answer grew past the limit."""


class NotAcceptableError(Exception):
    """The request offers no format for the kind of answer (the argument) that the query has."""


class Spool:
    """A binary writer that keeps what is written, up to a limit in bytes."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Keep a part; raises TooLargeError past the limit."""
        self._room -= len(part)
        if self._room < 0:
            raise TooLargeError
        self._parts.append(part)
        return len(part)

    def flush(self) -> None:
        """Do nothing: parts are kept at once."""

    def content(self) -> bytes:
        """Everything written."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


class Evaluator:
    """Evaluates requests on a read-only store.

    Args:
        store: The store.
        prefixes: Prefixes for formats that have them.
        label_properties: IRIs of properties whose values name a thing, for DESCRIBE.
        about_properties: IRIs of properties by which a claim points at what it is about.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefixes: dict[str, str],
        label_properties: tuple[str, ...],
        about_properties: tuple[str, ...],
    ) -> None:
        self._store = store
        self._prefixes = prefixes
        self._labels = [NamedNode(iri) for iri in label_properties]
        self._about = [NamedNode(iri) for iri in about_properties]

    def evaluate(self, request: tuple[Any, ...]) -> tuple[int, bytes, float]:
        """Evaluate one request.

        Args:
            request: Query, base IRI, default graphs and named graphs (tuples of IRIs, or None
                for the dataset of the query), media type for results and for graphs (None when
                not acceptable), limit in bytes, and for DESCRIBE the SELECT queries that find
                what is described together with the graphs they are described from.

        Returns:
            Kind of answer, its bytes, and the time at which the query was ready to run.
        """
        text, base_iri, default_graphs, named_graphs, results_type, graph_type, limit, describe = (
            request
        )
        dataset = {
            "base_iri": base_iri,
            "default_graph": None if default_graphs is None else _named_nodes(default_graphs),
            "named_graphs": None if named_graphs is None else _named_nodes(named_graphs),
        }
        answer = self._store.query(text, **dataset)
        ready = time.perf_counter()
        spool = Spool(limit)
        if isinstance(answer, QueryTriples):
            if graph_type is None:
                raise NotAcceptableError(GRAPH)
            triples = answer if describe is None else self._described(describe, dataset)
            return GRAPH, self._graph(triples, graph_type, spool), ready
        if results_type is None:
            raise NotAcceptableError(RESULTS)
        answer.serialize(spool, QueryResultsFormat.from_media_type(results_type))  # type: ignore[arg-type]
        return RESULTS, spool.content(), ready

    def _graph(self, triples: Any, media_type: str, spool: Spool) -> bytes:
        rdf_format = RdfFormat.from_media_type(media_type)
        if media_type not in _WITH_PREFIXES:
            serialize(triples, spool, rdf_format)  # type: ignore[arg-type]
            return spool.content()
        serialize(triples, spool, rdf_format, prefixes=self._prefixes)  # type: ignore[arg-type]
        return _PREFIX_LINES.sub(_used_prefixes, spool.content(), count=1)

    def _described(self, describe: tuple[Any, ...], dataset: dict[str, Any]) -> list[Triple]:
        queries, graph_names = describe
        found: dict[NamedNode | BlankNode, None] = {}
        for query in queries:
            answer = self._store.query(query, **dataset)
            assert isinstance(answer, QuerySolutions)  # noqa: S101  # these are all SELECT
            for solution in answer:
                for term in solution:
                    if isinstance(term, NamedNode | BlankNode):
                        found[term] = None
        graphs = [DefaultGraph()] if graph_names is None else _named_nodes(graph_names)
        return list(Description(self._store, graphs, self._labels, self._about).of(found))


class Description:
    """What DESCRIBE says of resources: concise bounded descriptions, claims and labels.

    That is every triple with the resource as subject, with blank nodes followed; every claim about
    it, described likewise; and the labels of what these name.
    """

    def __init__(
        self,
        store: Store,
        graphs: list[Any],
        labels: list[NamedNode],
        about: list[NamedNode],
    ) -> None:
        self._store = store
        self._graphs = graphs
        self._labels = labels
        self._about = about
        self._triples: dict[Triple, None] = {}

    def of(self, resources: dict[Any, None]) -> dict[Triple, None]:
        """Collect the description of resources, in a stable order, each triple once."""
        for node in resources:
            self._add_bounded(node)
            for claim in sorted(self._claims(node), key=str):
                self._add_bounded(claim)
        named = {
            term: None
            for triple in self._triples
            for term in (triple.predicate, triple.object)
            if isinstance(term, NamedNode)
        }
        for term in named:
            for label in self._labels:
                self._add(self._match(term, label, None))
        return self._triples

    def _claims(self, node: Any) -> set[Any]:
        return {quad.subject for about in self._about for quad in self._match(None, about, node)}

    def _add_bounded(self, node: Any) -> None:
        open_nodes, closed = [node], set()
        while open_nodes:
            node = open_nodes.pop()
            closed.add(node)
            quads = self._match(node, None, None)
            self._add(quads)
            open_nodes += [
                quad.object
                for quad in quads
                if isinstance(quad.object, BlankNode) and quad.object not in closed
            ]

    def _add(self, quads: list[Any]) -> None:
        self._triples.update((quad.triple, None) for quad in quads)

    def _match(self, subject: Any, predicate: Any, value: Any) -> list[Any]:
        return [
            quad
            for graph in self._graphs
            for quad in self._store.quads_for_pattern(subject, predicate, value, graph)
        ]


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
            if self._waiting:
                self._answer(evaluator, *self._waiting.popleft())

    def _prepare(self, configuration: dict[str, Any]) -> Evaluator | None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Private writable memory, so that files mapped by the store do not count.
        limit = configuration.pop("memory")
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        os.nice(configuration.pop("nice"))
        fenced = configuration.pop("fenced")
        try:
            store = Store.read_only(configuration.pop("store"))
        except OSError as error:
            self._send(0, FAILED, RESULTS, str(error).encode())
            return None
        if fenced:
            # With no file descriptor left to get, nothing can open a connection or a file.
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        self._send(0, ANSWERED, RESULTS, b"")
        return Evaluator(store, **configuration)

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
        else:
            self._configuration = message

    def _answer(self, evaluator: Evaluator, number: int, request: tuple[Any, ...]) -> None:
        begun = time.perf_counter()
        try:
            kind, body, ready = evaluator.evaluate(request)
        except SyntaxError as error:
            self._send(number, SYNTAX, RESULTS, str(error).encode())
        except NotAcceptableError as error:
            self._send(number, NOT_ACCEPTABLE, error.args[0], b"")
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


def _named_nodes(iris: tuple[str, ...]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in iris]


def _used_prefixes(lines: re.Match[bytes]) -> bytes:
    """Keep the prefixes that may be used, sorted, since the engine's order is not stable."""
    used = [
        line
        for line in sorted(lines.group().splitlines(keepends=True))
        if (name := _PREFIX_NAME.match(line)) and lines.string.find(name.group(1), lines.end()) >= 0
    ]
    return b"".join(used)


def _end_with(parent: socket.socket) -> None:
    """End this process soon after the other side is gone, whatever it is evaluating."""
    poll = select.poll()
    poll.register(parent, 0)
    poll.poll()
    time.sleep(_ORPHAN_SECONDS)
    os._exit(1)


def main() -> None:
    """Serve the socket whose file descriptor is the only argument."""
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        Worker(connection).run()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
