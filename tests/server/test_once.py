"""What takes a while is made once, and made anew after it failed."""

import asyncio

import pytest

from tests.loops import run
from tipgraph.server.once import Once


def test_who_asks_at_the_same_time_waits_for_the_same() -> None:
    made: list[None] = []

    async def make() -> int:
        await asyncio.sleep(0)
        made.append(None)
        return len(made)

    async def ask() -> list[int]:
        once: Once[int] = Once(2)
        return [
            *await asyncio.gather(*(once.get("a", make) for _ in range(5))),
            await once.get("a", make),
            await once.get("b", make),
        ]

    assert run(ask()) == [1, 1, 1, 1, 1, 1, 2]


def test_a_failure_is_not_kept() -> None:
    outcomes = iter((ValueError("not yet"), None))

    async def make() -> str:
        if error := next(outcomes):
            raise error
        return "made"

    async def ask() -> str:
        once: Once[str] = Once(1)
        with pytest.raises(ValueError, match="not yet"):
            await once.get("a", make)
        return await once.get("a", make)

    assert run(ask()) == "made"


def test_only_so_many_bytes_are_kept() -> None:
    made: list[str] = []

    async def ask() -> None:
        once: Once[str] = Once(9, most_bytes=5, size=len)
        for key in ("aa", "bb", "aa", "cc", "bb", "cc", "larger", "larger", "cc", "aa", "aa"):

            async def make(key: str = key) -> str:
                made.append(key)
                return key

            assert await once.get(key, make) == key

    run(ask())
    assert made == ["aa", "bb", "cc", "larger", "larger", "aa"]


def test_only_so_many_are_kept() -> None:
    made: list[str] = []

    async def ask() -> None:
        once: Once[None] = Once(2)
        for key in "abcaa":

            async def make(key: str = key) -> None:
                made.append(key)

            await once.get(key, make)

    run(ask())
    assert made == ["a", "b", "c", "a"]


def test_who_stops_waiting_stops_nobody_else() -> None:
    async def make() -> str:
        await asyncio.sleep(0.01)
        return "made"

    async def ask() -> str:
        once: Once[str] = Once(1)
        impatient = asyncio.ensure_future(once.get("a", make))
        await asyncio.sleep(0)
        impatient.cancel()
        return await once.get("a", make)

    assert run(ask()) == "made"
