"""`python -m tipgraph.validation`: one validation in a process of its own, for the service.

Reads one request as JSON from standard input and writes one answer to standard output: a line of
JSON that says whether it is a report or a refusal, and after it the report. `Request` is what both
sides write and read.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

from pyoxigraph import RdfFormat

from tipgraph.errors import (
    InconsistencyError,
    InputError,
    InputSyntaxError,
    NotAcceptableError,
    ShapesError,
    TipgraphError,
    UsageError,
)
from tipgraph.reasoning import Entailment
from tipgraph.validation import Document, Engine, FailOn, Options, fails, gather, validate
from tipgraph.validation.formats import find_report_format, report_html, write_report

_KINDS: tuple[tuple[type[TipgraphError], str], ...] = (
    (ShapesError, "shapes"),
    (InputSyntaxError, "syntax"),
    (InputError, "input"),
    (UsageError, "usage"),
    (InconsistencyError, "inconsistent"),
    (NotAcceptableError, "not-acceptable"),
)


def main() -> None:
    """Answer the request on standard input."""
    request = json.load(sys.stdin.buffer)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (request["memory"],) * 2)
    try:
        head, body = _answered(request)
    except MemoryError:
        head, body = {"refused": "memory"}, b""
    except TipgraphError as error:
        kind = next((name for each, name in _KINDS if isinstance(error, each)), "engine")
        head, body = {"refused": kind, "detail": str(error), "faults": _faults(error)}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
    # What the engine holds need not be given back piece by piece.
    os._exit(0)


def _answered(request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    inputs = gather(*(_documents(request[name]) for name in ("data", "shapes", "ontology")))
    options = Options(
        Entailment(request["entailment"]),
        Engine(request["engine"]),
        coverage=request["coverage"],
        limit=request["limit"],
        shape=tuple(request["shape"]),
        focus=tuple(request["focus"]),
    )
    report = validate(inputs, options)
    language = request["language"]
    if request["format"] is None:
        body = report_html(report, language).encode("utf-8", "backslashreplace")
    else:
        form = find_report_format(request["format"])
        assert form is not None  # noqa: S101  # the service has chosen it from the same table
        body = write_report(report, form, language=language)
    head = {
        "conforms": report.conforms,
        "fails": fails(report, FailOn(request["fail_on"])),
        "omitted": report.omitted,
        "summary": report.summary(),
    }
    return head, body


def _documents(given: list[list[str]]) -> list[Document]:
    formats = {each.media_type: each for each in _FORMATS}
    return [Document(source, text, formats[kind], base) for source, text, kind, base in given]


_FORMATS = (
    RdfFormat.TURTLE,
    RdfFormat.TRIG,
    RdfFormat.N_TRIPLES,
    RdfFormat.N_QUADS,
    RdfFormat.RDF_XML,
    RdfFormat.JSON_LD,
)


def _faults(error: TipgraphError) -> list[dict[str, Any]]:
    """Each fault with its place."""
    errors = error.faults if isinstance(error, ShapesError) else (error,)
    return [
        {
            "reason": each.reason,
            "source": each.source,
            "line": each.line,
            "column": each.column,
            "excerpt": each.excerpt,
        }
        if isinstance(each, InputSyntaxError)
        else {"reason": str(each)}
        for each in errors
    ]


if __name__ == "__main__":
    main()
