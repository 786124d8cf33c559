"""RemoteStore: answers SPARQL by asking an endpoint that holds the graph.

A query is parsed here before it is sent, and its answer is read and written here, so that what is
refused, and what answers look like, is the same as with the embedded store.
"""

import asyncio
import time
from typing import Any, Final

from tipgraph.errors import EngineError, QueryCancelledError
from tipgraph.namespaces import PREFIXES
from tipgraph.settings import Settings
from tipgraph.snapshot import Manifest
from tipgraph.store import worker
from tipgraph.store.base import QueryAnswer, QueryRequest, Timings
from tipgraph.store.blocking import BlockingStore
from tipgraph.store.failures import failed, not_acceptable, timed_out, too_large
from tipgraph.store.pool import PoolLimits, WorkerPool
from tipgraph.store.process import Answer
from tipgraph.store.remote.address import Address
from tipgraph.store.remote.describe import TEMPLATE, describe
from tipgraph.store.remote.endpoint import Endpoint
from tipgraph.store.remote.gate import Gate
from tipgraph.store.remote.holdings import NOTHING_KNOWN, read_manifest
from tipgraph.store.remote.query import RemoteQuery, read_query
from tipgraph.store.remote.values import with_inner_values

# Seconds after which a query counts as slow.
_SLOW: Final = 0.05
# What is left at least for writing an answer that came in time.
_LEAST: Final = 0.5


class RemoteStore(BlockingStore):
    """An endpoint, and the workers that check queries and write answers.

    Args:
        settings: The endpoint and its credentials, and limits.
        manifest: What the endpoint holds.

    Raises:
        UsageError: The settings name no endpoint that can be called.
    """

    snapshot = None

    def __init__(self, settings: Settings, manifest: Manifest) -> None:
        super().__init__(settings, fixed=False)
        self.manifest = manifest
        self.endpoint = Endpoint(Address.of(settings), settings)
        self._gate = Gate(settings)
        self.pool = WorkerPool(
            {
                "store": None,
                "memory": settings.worker_memory,
                "nice": 0,
                "fenced": True,
                "prefixes": dict(PREFIXES),
            },
            PoolLimits(settings.workers, settings.queue_size, settings.queue_seconds),
        )
        self._running: set[asyncio.Task[QueryAnswer]] = set()

    async def start(self) -> None:
        """Start the workers in the running event loop."""
        self.endpoint.open()
        await self.pool.start()
        await super().start()

    async def stop(self) -> None:
        """End the workers and all connections."""
        await super().stop()
        for task in self._running:
            task.cancel()
        await self.endpoint.close()
        await self.pool.stop()

    async def ready(self) -> bool:
        """Whether queries are answered."""
        return self.pool.ready and await self.endpoint.answers()

    def submit(self, request: QueryRequest, *, client: str = "") -> "RemotePending":
        """Begin a query; see `Store.submit`.

        Raises:
            QueryError: It is refused before it is sent.
        """
        query = read_query(request, self._settings)
        task = asyncio.get_running_loop().create_task(self._carry_out(query, request, client))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return RemotePending(task)

    async def _carry_out(
        self, query: RemoteQuery, request: QueryRequest, client: str
    ) -> QueryAnswer:
        limit = self._settings.query_timeout
        clock = _Clock(limit if request.timeout is None else min(limit, request.timeout))
        checked = await self._work((query.checked, query.base_iri), client, clock)
        if checked.status != worker.ANSWERED:
            problem = failed(checked, query.checked)
            # What cannot be evaluated over nothing may be at the endpoint: a SERVICE, say.
            if not isinstance(problem, EngineError):
                raise problem
        form = (request.results_format, request.graph_format)[checked.kind]
        if form is None:
            raise not_acceptable(checked.kind)
        prepared = clock.lap()
        async with self._gate.turn(client):
            waited = clock.lap()
            clock.begin()
            bodies, template = await self._ask(query, clock)
        message = (
            tuple(bodies),
            query.truth,
            template,
            query.base_iri,
            form.media_type,
            self._settings.result_bytes,
        )
        answer = await self._work(message, client, clock)
        if answer.status != worker.ANSWERED:
            raise failed(answer, query.checked)
        return QueryAnswer(answer.body, form, Timings(waited, prepared, clock.lap()))

    async def _ask(
        self, query: RemoteQuery, clock: "_Clock"
    ) -> tuple[list[bytes], tuple[str, tuple[str, ...]] | None]:
        """Ask the endpoint what the answer is made of; with a template when that is a graph."""
        default, named = query.default_graphs, query.named_graphs
        if default is None and named is None and self.manifest.default_graph:
            # Some engines' own default graph holds more, or nothing.
            default, named = self.manifest.default_graph, tuple(self.manifest.graphs)

        room = 2 * self._settings.result_bytes

        async def ask(text: str) -> bytes:
            nonlocal room
            try:
                body = await self.endpoint.ask(with_inner_values(text), default, named, clock.left)
            except TimeoutError as error:
                raise timed_out(clock.seconds) from error
            room -= len(body)
            if room < 0:
                raise too_large()
            return body

        if query.resources is not None:
            return await describe(query.resources, query.head, ask), TEMPLATE
        if query.construct is not None:
            template = (query.construct.template, query.construct.variables)
            return [await ask(query.construct.select)], template
        return [await ask(query.text)], None

    async def _work(self, message: tuple[Any, ...], client: str, clock: "_Clock") -> Answer:
        """Have a worker check a query or write an answer."""
        ticket = self.pool.submit(message, client=client, timeout=max(clock.left, _LEAST))
        try:
            while (answer := await ticket.future) is None:
                pass
        except asyncio.CancelledError:
            self.pool.cancel(ticket)
            raise
        return answer


class RemotePending:
    """A query at the endpoint; see `Pending`."""

    __slots__ = ("_patient", "_task")

    def __init__(self, task: asyncio.Task[QueryAnswer]) -> None:
        self._task = task
        self._patient = False

    async def settled(self) -> QueryAnswer | None:
        """Wait for the answer, but not long; see `Pending.settled`."""
        if not self._patient:
            self._patient = True
            done, _ = await asyncio.wait((self._task,), timeout=_SLOW)
            if not done:
                return None
        try:
            return await self._task
        except asyncio.CancelledError:
            if self._task.cancelled():
                raise QueryCancelledError("the client went away") from None
            raise

    def cancel(self) -> None:
        """Stop the query, which ends the connection to the endpoint."""
        self._task.cancel()


class _Clock:
    """What is left of the time of a query, and where the rest went.

    Args:
        seconds: The time that it has.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lapped = time.monotonic()
        self._end: float | None = None

    @property
    def left(self) -> float:
        """Seconds that are left; all of them until it begins."""
        return self.seconds if self._end is None else self._end - time.monotonic()

    def begin(self) -> None:
        """Let the time run."""
        self._end = time.monotonic() + self.seconds

    def lap(self) -> float:
        """Seconds since the last lap."""
        now = time.monotonic()
        took, self._lapped = now - self._lapped, now
        return took


def open_remote(settings: Settings) -> RemoteStore:
    """Open the endpoint that the settings name, and ask it what it holds.

    Raises:
        UsageError: The settings name no endpoint that can be called.
        EndpointAwayError: It cannot be reached.
        QueryError: It does not answer as an endpoint does.
    """
    with RemoteStore(settings, NOTHING_KNOWN) as store:
        manifest = read_manifest(store.query)
    return RemoteStore(settings, manifest)
