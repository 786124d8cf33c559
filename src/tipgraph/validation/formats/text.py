"""A report as text for terminals: counts first, then the results by severity and shape."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tipgraph.namespaces import shorten
from tipgraph.validation.coverage import Coverage
from tipgraph.validation.formats.wording import (
    clipped,
    grouped,
    marked_excerpt,
    visible,
    visible_line,
)
from tipgraph.validation.result import ValidationResult, shown

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

_INDENT: Final = "  "


def report_text(report: "ValidationReport", language: str = "en") -> str:
    """Write a report for a terminal, without a line end after the last line.

    A result begins with `file:line:column: `, as compilers write it, so that editors can go there.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    return "\n".join(_lines(report, language))


def result_lines(result: ValidationResult, language: str) -> Iterator[str]:
    """The lines that show one result, its causes indented below it."""
    place = f"{visible_line(str(result.data_position))}: " if result.data_position else ""
    path = f" {result.result_path}" if result.result_path else ""
    focus_node = visible_line(shown(result.focus_node))
    yield f"{place}{result.severity_name}: {clipped(focus_node)}{visible_line(path)}"
    for line in clipped(visible(result.message(language))).splitlines():
        yield f"{_INDENT}{line}"
    excerpt = marked_excerpt(result.data_position) if result.data_position else None
    for line in excerpt or ():
        yield f"{_INDENT}{line}"
    if result.value is not None and result.value != result.focus_node:
        yield f"{_INDENT}value: {clipped(visible_line(shown(result.value)))}"
    where = f" at {visible_line(str(result.shape_position))}" if result.shape_position else ""
    yield f"{_INDENT}constraint: {shorten(result.source_constraint_component.value)}{where}"
    if result.detail:
        yield f"{_INDENT}because:"
    for cause in result.detail:
        for line in result_lines(cause, language):
            yield f"{_INDENT}{_INDENT}{line}"


def _lines(report: "ValidationReport", language: str) -> Iterator[str]:
    yield report.summary()
    if report.engine:
        yield f"Checked by {report.engine}."
    for note in report.notes:
        yield f"Note: {visible_line(note)}"
    for group in grouped(report.results):
        yield ""
        yield f"{group.count} of {visible_line(group.title)}"
        for result in group.results:
            yield ""
            yield from result_lines(result, language)
    if report.omitted:
        yield ""
        yield f"... and {report.omitted} more, left out by the limit"
    if report.coverage is not None:
        yield ""
        yield from _coverage(report.coverage)


def _coverage(coverage: Coverage) -> Iterator[str]:
    yield "Coverage"
    parts = (
        ("focus nodes of each shape", _counts(coverage)),
        ("shapes that apply to nothing", _names(coverage.unmatched_shapes)),
        ("classes that no shape targets", _names(coverage.untargeted_classes)),
        ("properties that no shape names", _names(coverage.unmentioned_properties)),
    )
    for title, lines in parts:
        yield f"{_INDENT}{title}: {'' if lines else 'none'}".rstrip()
        for line in lines:
            yield f"{_INDENT}{_INDENT}{line}"


def _counts(coverage: Coverage) -> list[str]:
    return [
        f"{visible_line(shorten(shape))}: {count}"
        for shape, count in sorted(coverage.focus_nodes.items())
    ]


def _names(iris: tuple[str, ...]) -> list[str]:
    return [visible_line(shorten(iri)) for iri in iris]
