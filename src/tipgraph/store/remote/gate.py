"""So many queries at an endpoint at a time; others wait for their turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tipgraph.errors import OverloadedError
from tipgraph.settings import Settings
from tipgraph.store.queue import FairQueue


class _Waiter:
    """A query that waits."""

    __slots__ = ("client", "turn")

    def __init__(self, client: str, turn: "asyncio.Future[None]") -> None:
        self.client = client
        self.turn = turn


class Gate:
    """Lets queries through, those of clients by turns.

    Args:
        settings: How many at a time, how many may wait and for how long.
    """

    def __init__(self, settings: Settings) -> None:
        self._free = settings.store_connections
        self._most_waiting = settings.queue_size
        self._patience = settings.queue_seconds
        self._queue: FairQueue[_Waiter] = FairQueue()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn, which lasts as long as the block.

        Raises:
            OverloadedError: Too many wait, or it took too long.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, client: str) -> None:
        if len(self._queue) >= self._most_waiting:
            raise OverloadedError("too many queries are waiting: try again in a moment")
        waiter = _Waiter(client, asyncio.get_running_loop().create_future())
        self._queue.push(waiter)
        try:
            async with asyncio.timeout(self._patience):
                await waiter.turn
        except BaseException as error:
            if not self._queue.remove(waiter):
                # Its turn came in the same moment.
                self._pass_on()
            if isinstance(error, TimeoutError):
                raise OverloadedError(
                    "the endpoint is busy with other queries: try again in a moment"
                ) from error
            raise

    def _pass_on(self) -> None:
        while self._queue:
            turn = self._queue.pop().turn
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
