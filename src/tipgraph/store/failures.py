"""What went wrong in a worker or with it, as the error that its query gets."""

import re
from typing import Final

from tipgraph.errors import (
    ClientShareError,
    EngineError,
    MemoryLimitError,
    NotAcceptableError,
    QueryError,
    QueryTimeoutError,
    ResultTooLargeError,
    ServiceCallError,
    UnknownFunctionError,
    UnusableAnswerError,
)
from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, media_types
from tipgraph.store import worker
from tipgraph.store.federation import REPORT
from tipgraph.store.process import Answer
from tipgraph.store.serialiser import GRAPH
from tipgraph.store.syntax import explain

_UNKNOWN_FUNCTION: Final = re.compile(r"custom function (<[^>]*>) is not supported")


def failed(answer: Answer, text: str) -> Exception:
    """The error for a query to which a worker gave no answer.

    Args:
        answer: What it gave.
        text: The query.
    """
    said = answer.body.decode(errors="replace")
    if answer.status == worker.SYNTAX:
        return explain(text, said)
    if answer.status == worker.TOO_LARGE:
        return too_large()
    if answer.status == worker.OUT_OF_MEMORY:
        return MemoryLimitError("the query needs more memory than one query may have")
    if answer.status == worker.NOT_ACCEPTABLE:
        return not_acceptable(answer.kind, said)
    if answer.status == worker.MALFORMED:
        return unusable(said)
    if report := REPORT.match(said):
        return ServiceCallError(report.group(1))
    if function := _UNKNOWN_FUNCTION.search(said):
        return UnknownFunctionError(f"there is no function {function.group(1)} here")
    return EngineError(f"the engine failed on this query: {said}")


def unusable(reason: str) -> UnusableAnswerError:
    """The error for a query whose answer cannot be read."""
    return UnusableAnswerError(f"what the endpoint answered is not whole or not valid: {reason}")


def too_large() -> ResultTooLargeError:
    """The error for a query whose answer is past the limit."""
    return ResultTooLargeError(
        "the answer is larger than answers may be: page through it with ORDER BY, LIMIT and "
        "OFFSET, or ask for fewer variables"
    )


def not_acceptable(kind: int, reason: str = "") -> NotAcceptableError:
    """The error for a query whose kind of answer no accepted format can hold.

    Args:
        kind: The kind of its answer.
        reason: Why not, if it is not that none was accepted.
    """
    if kind == GRAPH:
        return NotAcceptableError(reason or "this query gives a graph", media_types(GRAPH_FORMATS))
    return NotAcceptableError(reason or "this query gives results", media_types(RESULTS_FORMATS))


def timed_out(seconds: float) -> QueryTimeoutError:
    """The error for a query that ran past its deadline."""
    return QueryTimeoutError(
        f"the query ran for {seconds:g} seconds and was stopped: "
        "make it more specific, or ask for less at a time with LIMIT"
    )


def preempted() -> ClientShareError:
    """The error for a query that gave way to another client's."""
    return ClientShareError(
        "this client had several queries running while another client waited: "
        "the last one begun was stopped, send fewer at once"
    )


def crashed(how: str) -> QueryError:
    """The error for a query on which the worker died.

    Args:
        how: The signal or exit code, and the last words on standard error.
    """
    if "memory allocation" in how:
        return MemoryLimitError(
            "the query needs more memory than one query may have: make it more specific, "
            "or sort and group fewer solutions"
        )
    if "SIGSEGV" in how or "overflowed its stack" in how:
        return EngineError("the query is nested too deeply for the engine")
    return EngineError("the engine crashed on this query")
