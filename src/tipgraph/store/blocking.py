"""What all stores offer to programs that wait for an answer: an event loop of their own."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from itertools import islice
from typing import Any, Final, Self

from tipgraph.formats import JSON, N_TRIPLES
from tipgraph.settings import Settings
from tipgraph.store.base import Pending, QueryAnswer, QueryRequest, whole_answer
from tipgraph.store.hints import Hints
from tipgraph.store.results import Solutions, Triples, read_graph, read_results

_HINT_SECONDS: Final = 0.5
# Answers per worker that are kept while an earlier one is waited for.
_AHEAD: Final = 8


class BlockingStore(ABC):
    """A store that programs can ask and wait for, as a context manager or until `close`.

    A server calls `start` and `stop` in its event loop instead; threads of it may wait as well.

    Args:
        settings: Limits, and what relative IRIs are resolved against.
        fixed: Whether what it holds does not change.
    """

    def __init__(self, settings: Settings, *, fixed: bool) -> None:
        self._settings = settings
        self._hints = Hints(self._quickly, fixed=fixed)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._background: _BackgroundLoop | None = None

    @property
    def at_once(self) -> int:
        """How many queries one caller may ask at a time."""
        return 1

    @abstractmethod
    def submit(self, request: QueryRequest, *, client: str = "") -> Pending:
        """Begin a query; see `Store.submit`."""

    async def start(self) -> None:
        """Get ready to answer in the running event loop."""
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """Stop what `start` began."""
        self._loop = None

    async def hints(self, request: QueryRequest) -> tuple[str, ...]:
        """Name the terms of a query that nothing here uses; see `Store.hints`."""
        return await self._hints.unknown_terms(request.query, self._settings.base_iri)

    async def _quickly(self, query: str) -> Solutions:
        answer = await self._answer(QueryRequest(query, results_format=JSON, timeout=_HINT_SECONDS))
        solutions = read_results(answer.body)
        assert isinstance(solutions, Solutions)  # noqa: S101  # it was a SELECT
        return solutions

    def answer(self, request: QueryRequest) -> QueryAnswer:
        """Answer a query and wait for it; see `Store.answer`."""
        return self._begin(request).result()

    def _begin(self, request: QueryRequest) -> Future[QueryAnswer]:
        if self._loop is None:
            self._background = self._background or _BackgroundLoop()
            self._background.run(self.start())
        assert self._loop is not None  # noqa: S101  # it was started
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop)

    async def _answer(self, request: QueryRequest) -> QueryAnswer:
        return await whole_answer(self.submit(request))

    def query(
        self,
        text: str,
        *,
        default_graphs: tuple[str, ...] | None = None,
        named_graphs: tuple[str, ...] | None = None,
        timeout: float | None = None,
    ) -> Solutions | bool | Triples:
        """Answer a query as rows, a truth value or triples; see `Store.query`."""
        request = QueryRequest(
            text,
            default_graphs,
            named_graphs,
            results_format=JSON,
            graph_format=N_TRIPLES,
            timeout=timeout,
        )
        return _read(self.answer(request))

    def selected(
        self, texts: Sequence[str], *, default_graphs: tuple[str, ...] | None = None
    ) -> Iterator[Callable[[], Solutions]]:
        """Answer several SELECT queries, as many at a time as the store has workers for.

        Between two of them there is room for a further query at any time.

        Args:
            texts: The queries.
            default_graphs: As of `query`.

        Returns:
            For each query in turn, what waits for its rows, or raises why there are none.
        """
        remaining = iter(texts)
        waiting: deque[Future[QueryAnswer]] = deque()
        try:
            for _ in texts:
                while not waiting or not waiting[0].done():
                    asked = [future for future in waiting if not future.done()]
                    room = min(self.at_once - len(asked), _AHEAD * self.at_once - len(waiting))
                    for text in islice(remaining, max(room, 0)):
                        request = QueryRequest(text, default_graphs, results_format=JSON)
                        asked.append(self._begin(request))
                        waiting.append(asked[-1])
                    wait(asked, return_when=FIRST_COMPLETED)
                yield partial(_rows, waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End what `answer` and `query` began."""
        if self._background is not None:
            self._background.run(self.stop())
            self._background.close()
            self._background = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(answer: QueryAnswer) -> Solutions | bool | Triples:
    return read_results(answer.body) if answer.format is JSON else read_graph(answer.body)


def _rows(future: Future[QueryAnswer]) -> Solutions:
    rows = _read(future.result())
    assert isinstance(rows, Solutions)  # noqa: S101  # it was a SELECT
    return rows


class _BackgroundLoop:
    """An event loop in a thread, for callers that have none."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="tipgraph-store", daemon=True
        )
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine there and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Stop the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
