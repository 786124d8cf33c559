"""Problems: what went wrong over HTTP, as RFC 9457 says it.

Every error response is `application/problem+json`, or a page for browsers. Its `type` is the
address of a page on this service that explains the problem.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from tipgraph.errors import (
    ClientShareError,
    EndpointAwayError,
    EndpointFailureError,
    EngineError,
    FederationError,
    MemoryLimitError,
    NotAcceptableError,
    OverloadedError,
    ProofLimitError,
    QueryCancelledError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadOnlyError,
    RequestError,
    ResultTooLargeError,
    ServiceCallError,
    TipgraphError,
    UnknownFunctionError,
    UnusableAnswerError,
    ValidationTimeoutError,
)
from tipgraph.server.negotiation import MediaType
from tipgraph.server.problem_types import PROBLEMS, ProblemType

PROBLEM_JSON: Final = MediaType("application/problem+json", ("application/json",))

_SLUGS: Final[Mapping[type[TipgraphError], str]] = MappingProxyType(
    {
        QuerySyntaxError: "malformed-query",
        ReadOnlyError: "read-only",
        FederationError: "service-refused",
        ServiceCallError: "service-failed",
        EndpointAwayError: "endpoint-away",
        EndpointFailureError: "endpoint-failed",
        UnusableAnswerError: "answer-unusable",
        UnknownFunctionError: "unknown-function",
        NotAcceptableError: "not-acceptable",
        ResultTooLargeError: "result-too-large",
        MemoryLimitError: "memory-limit",
        ProofLimitError: "no-proof-found",
        ClientShareError: "client-share",
        EngineError: "engine-failure",
        QueryTimeoutError: "query-timeout",
        ValidationTimeoutError: "validation-timeout",
        OverloadedError: "overloaded",
        QueryCancelledError: "overloaded",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem met by one request.

    Args:
        type: Its kind.
        detail: What happened here.
        extensions: Further members, such as `line`, `column` and `hints`.
        headers: Header fields that belong to it, such as Allow.
    """

    type: ProblemType
    detail: str
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    def members(self, request_id: str) -> Mapping[str, Any]:
        """What RFC 9457 says of it."""
        return {
            "type": f"/problems/{self.type.slug}",
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": f"urn:tipgraph:request:{request_id}",
            **self.extensions,
        }

    def to_json(self, request_id: str) -> bytes:
        """The problem as RFC 9457 JSON."""
        members = self.members(request_id)
        return json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"


UNFORESEEN: Final = Problem(
    PROBLEMS["internal-error"],
    "an error that nobody foresaw; the log has it under the request's id",
)


def problem_of(error: TipgraphError) -> Problem:
    """The problem that an error is over HTTP."""
    if isinstance(error, RequestError):
        kind = PROBLEMS[error.problem]
        headers = error.headers
        extensions = error.extensions
    else:
        kind = PROBLEMS[_SLUGS.get(type(error), "engine-failure")]
        headers = ()
        extensions = {}
    if isinstance(error, EndpointAwayError):
        headers = (*headers, ("retry-after", str(error.retry_after)))
    if kind.retry_after is not None:
        headers = (*headers, ("retry-after", str(kind.retry_after)))
    if isinstance(error, QuerySyntaxError):
        return Problem(kind, error.reason, _place(error), headers)
    if isinstance(error, NotAcceptableError):
        return Problem(kind, str(error), {"available": list(error.available)}, headers)
    return Problem(kind, str(error), extensions, headers)


def _place(error: QuerySyntaxError) -> dict[str, Any]:
    before = "".join("\t" if c == "\t" else " " for c in error.excerpt[: error.column - 1])
    return {
        "line": error.line,
        "column": error.column,
        "excerpt": f"{error.excerpt}\n{before}^",
        "hints": list(error.hints),
    }
