"""A report as CSV (RFC 4180): a header and one row for each result.

Terms are written as N-Triples writes them, so that nothing of them is lost and no cell of theirs
can begin as a spreadsheet's formula does. Paths, messages and names of files are free text: where
one begins with `=`, `+`, `-`, `@`, a tab or a carriage return, an apostrophe is put before it,
because a spreadsheet would run what the data says. Such a text unchanged is in the other formats.

CSV has no place for what is said of the report as a whole: how many results a limit left out,
notes, and coverage.
"""

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

from tipgraph.syntax import Position
from tipgraph.validation.formats.json import full_path
from tipgraph.validation.result import Term, ValidationResult

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

_HEADER: Final = (
    "resultSeverity",
    "focusNode",
    "resultPath",
    "value",
    "message",
    "sourceShape",
    "sourceConstraintComponent",
    "dataSource",
    "dataLine",
    "dataColumn",
    "shapeSource",
    "shapeLine",
    "shapeColumn",
    "detail",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def report_csv(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as CSV; `detail` holds the messages of the causes, one a line.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_HEADER)
    writer.writerows(_row(result, language) for result in report.results)
    return written.getvalue()


def _row(result: ValidationResult, language: str) -> tuple[str | int, ...]:
    return (
        str(result.result_severity),
        str(result.focus_node),
        _free_text(full_path(result.result_path)),
        _term(result.value),
        _free_text(result.message(language)),
        _term(result.source_shape),
        str(result.source_constraint_component),
        *_place(result.data_position),
        *_place(result.shape_position),
        _free_text("\n".join(cause.message(language) for cause in result.detail)),
    )


def _term(term: Term | None) -> str:
    return "" if term is None else str(term)


def _place(position: Position | None) -> tuple[str | int, str | int, str | int]:
    if position is None:
        return "", "", ""
    return _free_text(position.source), position.line, position.column


def _free_text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
