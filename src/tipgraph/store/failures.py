"""Why a worker was ended, or ended by itself, as the error its query gets."""

from tipgraph.errors import (
    ClientShareError,
    EngineError,
    MemoryLimitError,
    QueryError,
    QueryTimeoutError,
)


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
