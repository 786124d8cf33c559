"""A report as CSV (RFC 4180): a header and one row for each result.

Terms are written as N-Triples writes them, so that nothing of them is lost and no cell of theirs
can begin as a spreadsheet's formula does. Paths, messages and names of files are free text: where
one begins with `=`, `+`, `-`, `@`, a tab or a carriage return, an apostrophe is put before it,
because a spreadsheet would run what the data says. Such a text unchanged is in the other formats.

CSV has no place for what is said of the report as a whole: how many results a limit left out,
notes, and coverage.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Final

from tipgraph.syntax import Position
from tipgraph.validation.formats.json import full_path
from tipgraph.validation.result import Term, ValidationResult

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

HEADER: Final = (
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

Row = tuple[str | int | None, ...]


def report_csv(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as CSV; `detail` holds the messages of the causes, one a line.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in report_rows(report, language):
        writer.writerow([_harmless(cell) for cell in row])
    return written.getvalue()


def report_rows(report: "ValidationReport", language: str = "en") -> Iterator[Row]:
    """The cells of each result, in the order of `HEADER`; None where there is none.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    return (_row(result, language) for result in report.results)


def _row(result: ValidationResult, language: str) -> Row:
    return (
        str(result.result_severity),
        str(result.focus_node),
        full_path(result.result_path) or None,
        _term(result.value),
        result.message(language),
        _term(result.source_shape),
        str(result.source_constraint_component),
        *_place(result.data_position),
        *_place(result.shape_position),
        "\n".join(cause.message(language) for cause in result.detail) or None,
    )


def _term(term: Term | None) -> str | None:
    return None if term is None else str(term)


def _place(position: Position | None) -> Row:
    if position is None:
        return None, None, None
    return position.source, position.line, position.column


def _harmless(cell: str | int | None) -> str | int | None:
    """A cell that no spreadsheet runs; terms begin with none of the characters."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
