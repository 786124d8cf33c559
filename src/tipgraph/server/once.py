"""Things that take a while to make and are kept, each made once however many ask at a time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Keeps what was made, up to a number of things; what failed is made anew when asked again.

    Args:
        most: How many things are kept; those made first go first.
        most_bytes: How many bytes these may have in all, where their size is told; what has more
            by itself is not kept.
        size: Tells how many bytes a thing has.
    """

    def __init__(
        self, most: int, *, most_bytes: int = 0, size: Callable[[Made], int] = lambda _: 0
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._size = size
        self._tasks: dict[Hashable, asyncio.Task[Made]] = {}
        self._sizes: dict[Hashable, int] = {}

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Made]]) -> Made:
        """What belongs to a key, made now or before; goes on being made when nobody waits."""
        task = self._tasks.get(key)
        if task is None:
            while len(self._tasks) >= self._most:
                self._forget(next(iter(self._tasks)))
            task = self._tasks[key] = asyncio.ensure_future(make())
            task.add_done_callback(lambda done: self._settle(key, done))
        return await asyncio.shield(task)

    def _settle(self, key: Hashable, task: asyncio.Task[Made]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if self._tasks.get(key) is not task:
            return
        if failed or self._size(task.result()) > self._most_bytes:
            self._forget(key)
            return
        self._sizes[key] = self._size(task.result())
        while sum(self._sizes.values()) > self._most_bytes:
            self._forget(next(iter(self._sizes)))

    def _forget(self, key: Hashable) -> None:
        del self._tasks[key]
        self._sizes.pop(key, None)
