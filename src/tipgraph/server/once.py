"""Things that take a while to make and are kept, each made once however many ask at a time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Keeps what was made, up to a number of things; what failed is made anew when asked again.

    Args:
        most: How many things are kept; those made first go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: dict[Hashable, asyncio.Task[Made]] = {}

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Made]]) -> Made:
        """What belongs to a key, made now or before; goes on being made when nobody waits."""
        task = self._tasks.get(key)
        if task is None:
            while len(self._tasks) >= self._most:
                del self._tasks[next(iter(self._tasks))]
            task = self._tasks[key] = asyncio.ensure_future(make())
            task.add_done_callback(lambda done: self._forget_failure(key, done))
        return await asyncio.shield(task)

    def _forget_failure(self, key: Hashable, task: asyncio.Task[Made]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if failed and self._tasks.get(key) is task:
            del self._tasks[key]
