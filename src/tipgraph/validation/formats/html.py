"""A report as HTML: a fragment for other pages and notebooks, and a page of its own.

Nothing in it needs a script or a style; what comes from the data is escaped by `Markup`.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from pyoxigraph import NamedNode

from tipgraph.namespaces import shorten
from tipgraph.syntax import Position
from tipgraph.validation.coverage import Coverage
from tipgraph.validation.formats.wording import (
    Group,
    clipped,
    grouped,
    marked_excerpt,
    visible,
    visible_line,
)
from tipgraph.validation.result import Term, ValidationResult, shown

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

_PAGE: Final = Markup(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>SHACL validation report</title>\n</head>\n<body>\n<main>\n"
    "<h1>SHACL validation report</h1>\n{}\n</main>\n</body>\n</html>\n"
)
_TABLE: Final = Markup(
    "<table>\n<caption>{}</caption>\n<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n{}\n</tbody>\n</table>"
)
_COLUMNS: Final = ("Focus node", "Path", "Value", "Message", "In the data", "Constraint")
_NEWLINE: Final = Markup("\n")
_SHORT: Final = 200


def report_html(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as a fragment of HTML, to stand where paragraphs and tables may.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    parts = [Markup("<p>{}</p>").format(report.summary())]
    if report.engine:
        parts.append(Markup("<p>Checked by {}.</p>").format(report.engine))
    parts += [Markup("<p>Note: {}</p>").format(visible(note)) for note in report.notes]
    parts += [_group(group, language) for group in grouped(report.results)]
    if report.coverage is not None:
        parts.append(_coverage(report.coverage))
    return str(_NEWLINE.join(parts))


def report_page(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as a page of its own, likewise."""
    return str(_PAGE.format(Markup(report_html(report, language))))  # noqa: S704  # our own HTML


def _group(group: Group, language: str) -> Markup:
    shape = _link(group.shape_iri) if group.shape_iri else visible_line(group.title)
    rows = _NEWLINE.join(_row(result, language) for result in group.results)
    return _table(Markup("{} of {}").format(group.count, shape), _COLUMNS, rows)


def _table(caption: str | Markup, columns: Sequence[str], rows: Markup) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(each) for each in columns)
    return _TABLE.format(caption, head, rows)


def _row(result: ValidationResult, language: str) -> Markup:
    causes = _causes(result.detail, language)
    component = _text(shorten(result.source_constraint_component.value))
    cells = (
        _text(result.result_path),
        _term(result.value),
        _message(result, language) + causes,
        _place(result.data_position),
        component + _place(result.shape_position, before=Markup("<br>")),
    )
    # Style sheets may show the columns' names before cells, where there is no room for columns.
    named = Markup("").join(
        Markup('<td data-label="{}">{}</td>').format(name, cell)
        for name, cell in zip(_COLUMNS[1:], cells, strict=True)
    )
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(_term(result.focus_node), named)


def _causes(detail: Iterable[ValidationResult], language: str) -> Markup:
    """The results that caused another, behind a control that opens them."""
    items = _NEWLINE.join(
        Markup("<li>{} {} {} {}{}</li>").format(
            _term(cause.focus_node),
            _text(cause.result_path),
            _term(cause.value) if cause.value != cause.focus_node else "",
            _message(cause, language),
            _causes(cause.detail, language),
        )
        for cause in detail
    )
    if not items:
        return Markup("")
    return Markup("\n<details><summary>Because</summary>\n<ul>\n{}\n</ul></details>").format(items)


def _message(result: ValidationResult, language: str) -> Markup:
    message = result.localized_message(language)
    lines = Markup("<br>").join(visible(message.value).split("\n"))
    if not message.language:
        return Markup('<span dir="auto">{}</span>').format(lines)
    return Markup('<span lang="{}" dir="auto">{}</span>').format(message.language, lines)


def _place(position: Position | None, *, before: str | Markup = "") -> Markup:
    """A place, and the line there with what is at fault marked."""
    if position is None:
        return Markup("")
    return Markup('{}<code data-source="{}" data-line="{}" data-column="{}">{}</code>{}').format(
        before,
        visible_line(position.source),
        position.line,
        position.column,
        visible_line(str(position)),
        _excerpt(position),
    )


def _excerpt(position: Position) -> Markup:
    found = marked_excerpt(position)
    if found is None:
        return Markup("")
    line, caret = found
    at = len(caret) - 1
    return Markup("\n<pre>{}<mark>{}</mark>{}</pre>").format(
        line[:at], line[at : at + 1] or " ", line[at + 1 :]
    )


def _term(term: Term | None) -> Markup:
    return _link(term.value) if isinstance(term, NamedNode) else _text(shown(term))


def _link(iri: str) -> Markup:
    """An IRI, as a link where it is one of the web."""
    if not iri.startswith(("http://", "https://")):
        return _text(shorten(iri))
    written = clipped(visible_line(shorten(iri)), _SHORT)
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(visible_line(iri), written)


def _text(text: str) -> Markup:
    """A text that keeps its direction to itself; a long one opens up."""
    whole = visible_line(text)
    if len(whole) <= _SHORT:
        return Markup("<bdi>{}</bdi>").format(whole) if whole else Markup("")
    return Markup("<details><summary><bdi>{}</bdi></summary><bdi>{}</bdi></details>").format(
        clipped(whole, _SHORT), whole
    )


def _coverage(coverage: Coverage) -> Markup:
    counts = _NEWLINE.join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(_link(iri), count)
        for iri, count in sorted(coverage.focus_nodes.items())
    )
    parts = (
        [_table("Focus nodes of each shape", ("Shape", "Focus nodes"), counts)] if counts else []
    )
    for title, iris in (
        ("Shapes that apply to nothing", coverage.unmatched_shapes),
        ("Classes that no shape targets", coverage.untargeted_classes),
        ("Properties that no shape names", coverage.unmentioned_properties),
    ):
        listed = Markup(", ").join(_link(iri) for iri in iris)
        parts.append(Markup("<p>{}: {}.</p>").format(title, listed or "none"))
    return _NEWLINE.join(parts)
