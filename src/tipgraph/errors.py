"""Every exception that tipgraph raises on purpose, under one root.

TipgraphError                      exit code 4 unless a class below says otherwise
├── UsageError                     2  the call itself makes no sense
├── InputError                     3  something given cannot be read
│   ├── InputSyntaxError           3  it can be read but breaks the grammar; knows line and column
│   ├── ShapesError                3  shapes that SHACL gives no meaning; knows where they are
│   ├── UnsupportedAxiomError      3  an ontology says what the scalable reasoner has no rule for
│   └── SnapshotError              3  a snapshot folder is missing, damaged or of another format
├── NonConformanceError            1  the data breaks a shape; carries the report's text
├── InconsistencyError             1  the statements contradict each other; carries the clashes
├── CacheError                     4  the snapshot folder cannot be written
├── ServiceError                   4  the service cannot start (a port in use, say)
├── ProofLimitError                4  no proof of a triple was found within the limits
├── ValidationTimeoutError         4  a validation ran past its deadline
├── RequestError                   2  an HTTP request that breaks the protocol
└── QueryError                     4  a query was not answered
    ├── QuerySyntaxError           3  it is not SPARQL; knows line and column, and hints
    ├── ReadOnlyError              2  it is an update; nothing was changed
    ├── FederationError            2  it calls a SERVICE that is not allowed
    ├── UnknownFunctionError       2  it calls a function that the engine does not have
    ├── ServiceCallError           4  the call to a SERVICE failed
    ├── EndpointAwayError          4  the endpoint that holds the graph cannot be reached
    ├── EndpointFailureError       4  that endpoint refused or failed
    ├── UnusableAnswerError        4  that endpoint's answer is not whole, or not what it says
    ├── NotAcceptableError         2  no accepted format fits its kind of answer
    ├── QueryTimeoutError          4  it ran past its deadline
    ├── MemoryLimitError           4  it needs more memory than a worker may have
    ├── ResultTooLargeError        4  its answer is larger than answers may be
    ├── EngineError                4  the engine failed or crashed on it
    ├── OverloadedError            4  no worker came free in time
    ├── ClientShareError           4  its client holds more workers than its share
    └── QueryCancelledError        4  nobody waits for it any more

Exit codes: 0 fine, 1 the data does not conform or a check fails, 2 usage, 3 input unreadable,
4 an engine or the machine failed.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class TipgraphError(Exception):
    """The root: every error raised on purpose, with the exit code it ends a command with."""

    exit_code = 4


class UsageError(TipgraphError):
    """The call itself makes no sense, such as two options that exclude each other."""

    exit_code = 2


class InputError(TipgraphError):
    """Something given cannot be read: missing, a directory, not UTF-8, of unknown format."""

    exit_code = 3

    @staticmethod
    def of_file(path: object, error: OSError, otherwise: str = "cannot be read") -> "InputError":
        """The error for a file that the system does not let be read, or be written."""
        return InputError(f"{path}: {(error.strerror or otherwise).lower()}")


class InputSyntaxError(InputError):
    """A text that breaks its grammar.

    Args:
        reason: What was found and what was expected, in one line.
        source: The file or other name of the text.
        line: 1-based line.
        column: 1-based column in code points.
        excerpt: The offending line, without its line ending.
    """

    def __init__(
        self, reason: str, source: str, *, line: int, column: int, excerpt: str = ""
    ) -> None:
        self.reason = reason
        self.source = source
        self.line = line
        self.column = column
        self.excerpt = excerpt
        super().__init__(self._message())

    def _message(self) -> str:
        head = f"{self.source}:{self.line}:{self.column}: {self.reason}"
        if not self.excerpt:
            return head
        # Tabs are kept, so that the caret stands under its character however wide they are drawn.
        before = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
        return f"{head}\n  {self.excerpt}\n  {before}^"


class ShapesError(InputError):
    """A shapes graph to which SHACL gives no meaning: ill-formed, recursive, or with a bad query.

    Args:
        faults: Each as an error of its own, which knows its place if there is one.
    """

    def __init__(self, faults: Sequence[InputError]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


class SnapshotError(InputError):
    """A snapshot folder that is missing, damaged or written by another format version."""


class UnsupportedAxiomError(InputError):
    """An axiom from which OWL 2 RL concludes what the compiled rules do not; it is named."""


class NonConformanceError(TipgraphError):
    """Data that breaks a shape; its message is the readable validation report."""

    exit_code = 1


class InconsistencyError(TipgraphError):
    """Statements that contradict each other under the ontology; its message names the triples."""

    exit_code = 1


class CacheError(TipgraphError):
    """The folder for snapshots cannot be written."""


class ProofLimitError(TipgraphError):
    """A triple may follow, but no proof of it was found within the limits of the search."""


class ServiceError(TipgraphError):
    """The service cannot start, for instance because its port is in use."""


class RequestError(TipgraphError):
    """An HTTP request that breaks the protocol.

    Args:
        problem: The slug of its problem type, see `server.problems`.
        detail: What is wrong with this request.
        headers: Header fields of the response, such as Allow.
        extensions: Further members of the problem, such as `line`.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        detail: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        self.problem = problem
        self.headers = headers
        self.extensions = extensions or {}
        super().__init__(detail)


class QueryError(TipgraphError):
    """A query that was not answered; its message says why and what to do."""


class QuerySyntaxError(QueryError, InputSyntaxError):
    """A query that is not SPARQL.

    Args:
        reason: What was found and what was expected, in one line.
        line: 1-based line.
        column: 1-based column in code points.
        excerpt: The offending line, without its line ending.
        hints: What may mend it, one sentence each.
    """

    exit_code = 3

    def __init__(
        self,
        reason: str,
        *,
        line: int,
        column: int,
        excerpt: str = "",
        hints: tuple[str, ...] = (),
    ) -> None:
        self.hints = hints
        InputSyntaxError.__init__(self, reason, "query", line=line, column=column, excerpt=excerpt)

    def _message(self) -> str:
        return "\n".join([super()._message(), *self.hints])


class ReadOnlyError(QueryError):
    """An update, which a read-only store refuses; nothing was changed."""

    exit_code = 2


class FederationError(QueryError):
    """A query that calls a SERVICE which is not allowed."""

    exit_code = 2


class UnknownFunctionError(QueryError):
    """A query that calls a function which the engine does not have."""

    exit_code = 2


class ServiceCallError(QueryError):
    """A query whose call to an allowed SERVICE failed, or went past a limit of such calls."""


class EndpointAwayError(QueryError):
    """A query for an endpoint that cannot be reached, or could not be a moment ago.

    Args:
        message: Why it cannot be reached.
        retry_after: Seconds after which it will be tried again.
    """

    def __init__(self, message: str, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class EndpointSlowError(EndpointAwayError):
    """Work that an endpoint has begun and did not end in time; it may be at it still."""


class EndpointFailureError(QueryError):
    """A query that the endpoint refused or on which it failed; quotes what it said."""


class UnusableAnswerError(QueryError):
    """A query whose answer was cut short, or is not of the type that was asked for."""


class NotAcceptableError(QueryError):
    """A query whose kind of answer fits no accepted format.

    Args:
        message: What was not acceptable.
        available: The media types that could be sent.
    """

    exit_code = 2

    def __init__(self, message: str, available: tuple[str, ...]) -> None:
        self.available = available
        super().__init__(message)


class ValidationTimeoutError(TipgraphError):
    """A validation that ran past its deadline and was stopped."""


class QueryTimeoutError(QueryError):
    """A query that ran past its deadline and was stopped."""


class MemoryLimitError(QueryError):
    """A query that needs more memory than one worker may have."""


class ResultTooLargeError(QueryError):
    """A query whose answer is larger than answers may be; nothing of it is given."""


class EngineError(QueryError):
    """A query on which the engine failed or crashed."""


class OverloadedError(QueryError):
    """A query for which no worker came free in time."""


class ClientShareError(QueryError):
    """A query of a client that holds more workers than its share while others wait."""


class QueryCancelledError(QueryError):
    """A query that was stopped because nobody waits for it any more."""
