"""EmbeddedStore: answers SPARQL over a snapshot in worker processes of its own."""

import asyncio
from typing import Any

from tipgraph.namespaces import PREFIXES
from tipgraph.settings import Settings
from tipgraph.snapshot import Manifest, Snapshot
from tipgraph.store import worker
from tipgraph.store.base import QueryAnswer, QueryRequest, Timings
from tipgraph.store.blocking import BlockingStore
from tipgraph.store.describe import ABOUT_PROPERTIES, LABEL_PROPERTIES, describe_queries
from tipgraph.store.failures import failed
from tipgraph.store.federation import Gateway
from tipgraph.store.hints import EMPTY_DEFAULT_GRAPH, reads_default_graph
from tipgraph.store.pool import PoolLimits, WorkerPool
from tipgraph.store.queue import Ticket
from tipgraph.store.services import find_services, rewrite_services
from tipgraph.store.tokens import decode_code, read_prologue, tokens


class EmbeddedStore(BlockingStore):
    """A snapshot and the workers that evaluate queries on it.

    Args:
        snapshot: The finished graph.
        settings: Number of workers and limits.
    """

    endpoint = None

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        super().__init__(settings, fixed=True)
        self.snapshot = snapshot
        self._pool = WorkerPool(
            {
                "store": str(snapshot.store_path),
                "memory": settings.worker_memory,
                "nice": 0,
                "fenced": not settings.service_allow,
                "prefixes": dict(PREFIXES),
                "label_properties": LABEL_PROPERTIES,
                "about_properties": ABOUT_PROPERTIES,
            },
            PoolLimits(settings.workers, settings.queue_size, settings.queue_seconds),
        )
        self._gateway: Gateway | None = None

    @property
    def manifest(self) -> Manifest:
        """What the snapshot holds."""
        return self.snapshot.manifest

    @property
    def at_once(self) -> int:
        """As many as there are workers."""
        return self._settings.workers

    @property
    def pool(self) -> WorkerPool:
        """The workers, for operations: how many are busy, how many were killed."""
        return self._pool

    async def hints(self, request: QueryRequest) -> tuple[str, ...]:
        """Say what may be wrong with a query, and that the default graph is empty if it is."""
        unknown = await super().hints(request)
        named_only = bool(self.manifest.graphs) and self.manifest.default_graph_triples == 0
        if named_only and request.default_graphs is None and reads_default_graph(request.query):
            return (EMPTY_DEFAULT_GRAPH, *unknown)
        return unknown

    async def ready(self) -> bool:
        """Whether at least one worker has the snapshot open."""
        return self._pool.ready

    async def start(self) -> None:
        """Start the workers in the running event loop."""
        if self._settings.service_allow:
            self._gateway = Gateway(self._settings)
        await self._pool.start()
        await super().start()

    async def stop(self) -> None:
        """End the workers."""
        await super().stop()
        await self._pool.stop()
        if self._gateway is not None:
            await asyncio.to_thread(self._gateway.close)
            self._gateway = None

    def submit(self, request: QueryRequest, *, client: str = "") -> "PendingQuery":
        """Begin a query; see `Store.submit`.

        Raises:
            QueryError: It is refused before it is evaluated.
        """
        text, describe = self._prepared(request)
        message = (
            text,
            request.base_iri or self._settings.base_iri,
            *_dataset(request),
            request.results_format and request.results_format.media_type,
            request.graph_format and request.graph_format.media_type,
            self._settings.result_bytes,
            describe,
        )
        limit = self._settings.query_timeout
        timeout = limit if request.timeout is None else min(limit, request.timeout)
        ticket = self._pool.submit(message, client=client, timeout=timeout)
        return PendingQuery(self._pool, ticket, request)

    def _prepared(self, request: QueryRequest) -> tuple[str, tuple[Any, ...] | None]:
        """The text for the engine, and how to find what a DESCRIBE describes."""
        text = decode_code(request.query)
        lowered = text.lower()
        if "service" not in lowered and "describe" not in lowered:
            return text, None
        terminals = list(tokens(text))
        prologue = read_prologue(terminals, request.base_iri or self._settings.base_iri)
        if "service" in lowered:
            calls = find_services(text, terminals, prologue, self._settings.service_allow)
            if calls and self._gateway is not None:
                text = rewrite_services(text, calls, self._gateway.addresses)
                terminals = list(tokens(text))
        return text, describe_queries(text, terminals, prologue, request.default_graphs)


class PendingQuery:
    """A query in the pool; see `Pending`."""

    __slots__ = ("_pool", "_request", "_ticket")

    def __init__(self, pool: WorkerPool, ticket: Ticket, request: QueryRequest) -> None:
        self._pool = pool
        self._ticket = ticket
        self._request = request

    async def settled(self) -> QueryAnswer | None:
        """Wait for the answer, but not long; see `Pending.settled`."""
        answer = await self._ticket.future
        if answer is None:
            return None
        chosen = (self._request.results_format, self._request.graph_format)[answer.kind]
        if answer.status != worker.ANSWERED or chosen is None:
            raise failed(answer, decode_code(self._request.query))
        timings = Timings(self._ticket.queue_seconds, answer.prepare, answer.evaluate)
        return QueryAnswer(answer.body, chosen, timings)

    def cancel(self) -> None:
        """Stop the query."""
        self._pool.cancel(self._ticket)


def _dataset(
    request: QueryRequest,
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The dataset of the protocol: when one half is given, the other is empty, not everything."""
    if request.default_graphs is None and request.named_graphs is None:
        return None, None
    return request.default_graphs or (), request.named_graphs or ()
