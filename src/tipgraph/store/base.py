"""The store seam: what is asked of a store, what it answers, and the Store protocol itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from tipgraph.formats import Format
from tipgraph.snapshot import Manifest, Snapshot
from tipgraph.store.results import Solutions, Triples

if TYPE_CHECKING:
    from tipgraph.store.pool import WorkerPool
    from tipgraph.store.remote.endpoint import Endpoint


class QueryRequest(NamedTuple):
    """A query with everything its answer depends on.

    Args:
        query: The SPARQL text.
        default_graphs: IRIs of the graphs merged into the default graph, as
            `default-graph-uri` gives them.
        named_graphs: IRIs of the named graphs, as `named-graph-uri` gives them. When both are
            None the query's own FROM and FROM NAMED count, or else the store's dataset; when
            either is given, the two are the whole dataset (SPARQL 1.1 Protocol, 2.1.4).
        base_iri: What relative IRIs are resolved against.
        results_format: Format for SELECT and ASK; None when none would be accepted.
        graph_format: Format for CONSTRUCT and DESCRIBE; None when none would be accepted.
        timeout: Seconds the query may run; a store applies its own limit when that is lower.
    """

    query: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base_iri: str | None = None
    results_format: Format | None = None
    graph_format: Format | None = None
    timeout: float | None = None


class Timings(NamedTuple):
    """Where the time of an answer went, in seconds.

    Args:
        queue: Waiting for a worker.
        prepare: Parsing and planning the query.
        evaluate: Evaluating it and writing the answer; engines do both at once.
    """

    queue: float
    prepare: float
    evaluate: float


class QueryAnswer(NamedTuple):
    """A whole answer.

    Args:
        body: The serialised answer.
        format: The format it is in.
        timings: Where its time went.
    """

    body: bytes
    format: Format
    timings: Timings

    @property
    def is_empty(self) -> bool:
        """Whether it holds no solution, no triple, or the answer `false`."""
        return self.format.is_empty(self.body)


class Pending(Protocol):
    """A query on its way through a store."""

    async def settled(self) -> QueryAnswer | None:
        """Wait for the answer, but not long: None means that it takes a while, so ask again.

        The first call returns None once the query has proved slow, so that only slow queries pay
        for watching whether anybody still waits for them; later calls wait to the end.

        Raises:
            QueryError: The query failed; each way of failing is a class in `errors`.
        """
        ...

    def cancel(self) -> None:
        """Stop the query: nobody wants its answer."""
        ...


async def whole_answer(pending: Pending) -> QueryAnswer:
    """Wait for a query to the end, whoever may have gone away meanwhile.

    Args:
        pending: The query.

    Raises:
        QueryError: The query failed.
    """
    while (answer := await pending.settled()) is None:
        pass
    return answer


class Store(Protocol):
    """Answers SPARQL over one dataset; whether that may change, its manifest says."""

    @property
    def manifest(self) -> Manifest:
        """What the dataset holds; its digest differs between datasets."""
        ...

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot with its dumps and its search index; None when an endpoint is asked."""
        ...

    @property
    def endpoint(self) -> Endpoint | None:
        """The endpoint that is asked; None when the dataset is here."""
        ...

    @property
    def pool(self) -> WorkerPool:
        """The workers, for operations: how many are busy, how many were killed."""
        ...

    async def ready(self) -> bool:
        """Find out whether queries are answered."""
        ...

    def submit(self, request: QueryRequest, *, client: str = "") -> Pending:
        """Begin a query; must be called in the event loop in which the store was started.

        Args:
            request: The query.
            client: Whom it is for, so that one client cannot starve another.

        Raises:
            QueryError: It is refused before it is evaluated.
        """
        ...

    async def hints(self, request: QueryRequest) -> tuple[str, ...]:
        """Say what may be wrong with a query that found nothing or is not valid, in sentences."""
        ...

    def answer(self, request: QueryRequest) -> QueryAnswer:
        """Answer a query and wait for it; must not be called in the store's own event loop."""
        ...

    def query(
        self,
        text: str,
        *,
        default_graphs: tuple[str, ...] | None = None,
        named_graphs: tuple[str, ...] | None = None,
        timeout: float | None = None,
    ) -> Solutions | bool | Triples:
        """Answer a query as rows, a truth value or triples, for programs and notebooks."""
        ...

    async def start(self) -> None:
        """Get ready to answer in the running event loop."""
        ...

    async def stop(self) -> None:
        """Stop what `start` began."""
        ...
