"""Validations in processes of their own: a few at a time, each with a deadline, all killable."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from tipgraph.errors import (
    EngineError,
    MemoryLimitError,
    NotAcceptableError,
    OverloadedError,
    RequestError,
    ValidationTimeoutError,
)
from tipgraph.server.exchange import Exchange
from tipgraph.settings import Settings
from tipgraph.validation.formats import REPORT_FORMATS

_PROBLEMS: Final = {
    "syntax": "malformed-rdf",
    "input": "malformed-rdf",
    "shapes": "shapes-not-well-formed",
    "usage": "bad-parameter",
    "inconsistent": "inconsistent-data",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a validation gave: its figures, and the report as written."""

    head: dict[str, Any]
    body: bytes


class Validations:
    """Runs validations.

    Args:
        settings: How many at a time, and their limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._free = asyncio.Semaphore(settings.validations)
        self._waiting = 0
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self, request: dict[str, Any], exchange: Exchange) -> Answered:
        """Run one validation as long as the client waits for it.

        Args:
            request: What `tipgraph.validation.__main__` reads, without the limit of memory.
            exchange: Whose client it is for.

        Raises:
            OverloadedError: Too many wait already, or none came free in time.
            ValidationTimeoutError: It ran past its deadline.
            RequestError: Data or shapes cannot be used.
            TipgraphError: The engine failed.
        """
        given = json.dumps({**request, "memory": self._settings.validation_memory}).encode()
        async with self._turn():
            gone = OverloadedError("the client went away")
            return await exchange.while_connected(self._process(given), gone)

    async def stop(self) -> None:
        """End all that run."""
        for process in list(self._running):
            process.kill()

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._free.locked() and self._waiting >= self._settings.validation_queue:
            raise OverloadedError("too many validations are waiting: try again in a moment")
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), self._settings.validation_timeout)
        except TimeoutError as error:
            raise OverloadedError("other validations took all the time there was") from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()

    async def _process(self, given: bytes) -> Answered:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            # The working folder holds nothing that may be imported.
            "-P",
            "-m",
            "tipgraph.validation",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._running.add(process)
        seconds = self._settings.validation_timeout
        try:
            written, _ = await asyncio.wait_for(process.communicate(given), seconds)
        except TimeoutError as error:
            raise ValidationTimeoutError(
                f"the validation ran for {seconds:g} seconds and was stopped"
            ) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            self._running.discard(process)
        line, _, body = written.partition(b"\n")
        if not line:
            raise EngineError("the engine failed on this validation, which cost only itself")
        return _answered(json.loads(line), body)


def _answered(head: dict[str, Any], body: bytes) -> Answered:
    kind = head.get("refused")
    if kind is None:
        return Answered(head, body)
    if kind == "memory":
        raise MemoryLimitError("the validation needs more memory than one may have")
    if kind == "not-acceptable":
        raise NotAcceptableError(head["detail"], media_types_of_reports())
    problem = _PROBLEMS.get(kind)
    if problem is None:
        raise EngineError(head["detail"])
    faults = head["faults"]
    detail = faults[0]["reason"]
    if kind == "syntax" and "remote JSON-LD context" in head["detail"]:
        problem = "remote-context"
    raise RequestError(problem, detail, extensions=_extensions(problem, faults))


def media_types_of_reports() -> tuple[str, ...]:
    """The media types of reports, in their order."""
    return tuple(each.media_type for each in REPORT_FORMATS)


def _extensions(problem: str, faults: list[dict[str, Any]]) -> dict[str, Any]:
    for fault in faults:
        if excerpt := fault.get("excerpt"):
            before = excerpt[: fault["column"] - 1]
            caret = "".join("\t" if c == "\t" else " " for c in before) + "^"
            fault["excerpt"] = f"{excerpt}\n{caret}"
    if problem == "shapes-not-well-formed":
        return {"faults": faults}
    return {name: value for name, value in faults[0].items() if name != "reason"}
