"""What the formats for people share: groups of results, counts, and text that is safe to show."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.syntax import Position
from tipgraph.validation.result import ValidationResult

_NONCHARACTERS: Final = "".join(rf"\U{plane:04x}fffe-\U{plane:04x}ffff" for plane in range(0x11))
# What no terminal or page should be given: control characters, except tabs and line ends; marks
# that turn or hide text; halves of surrogate pairs; what XML and HTML cannot hold.
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    rf"\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e007f{_NONCHARACTERS}]"
)
_LONG: Final = 1000
_EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one severity that one shape has.

    Args:
        severity: The name of the severity.
        shape_id: The shape's IRI, or what names it instead.
        shape_iri: The shape's IRI, if it has one.
        results: The results, in the order of the report.
    """

    severity: str
    shape_id: str
    shape_iri: str | None
    results: tuple[ValidationResult, ...]

    @property
    def title(self) -> str:
        """The shape for people: its IRI, or what an unnamed shape is about."""
        return f"<{self.shape_iri}>" if self.shape_iri else f"an unnamed shape: {self.shape_id}"

    @property
    def count(self) -> str:
        """How many results there are, such as `2 violations`."""
        return counted(len(self.results), self.severity)


def grouped(results: Iterable[ValidationResult]) -> list[Group]:
    """Group results by severity, in the order of the report, and by shape, unnamed ones last."""
    found: dict[str, dict[tuple[bool, str], list[ValidationResult]]] = defaultdict(dict)
    for result in results:
        key = (not isinstance(result.source_shape, NamedNode), result.shape_id)
        found[result.severity_name].setdefault(key, []).append(result)
    return [
        Group(severity, shape_id, None if unnamed else shape_id, tuple(shapes[unnamed, shape_id]))
        for severity, shapes in found.items()
        for unnamed, shape_id in sorted(shapes)
    ]


def counted(count: int, severity: str) -> str:
    """A number of results of a severity, such as `2 violations`."""
    name = severity.lower() if severity.isalpha() else severity
    return f"{count} {name}{'s' if count != 1 and name != 'info' else ''}"


def visible(text: str) -> str:
    r"""A text whose characters all show: others become escapes such as `\u202E`."""
    return _UNSEEN.sub(_escape, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    r"""The same in one line, with `\n` and `\t` for line ends and tabs."""
    return visible(text).replace("\n", r"\n").replace("\t", r"\t")


def clipped(text: str, length: int = _LONG) -> str:
    """A text of a bearable length; it says how many code points are left out."""
    if len(text) <= length:
        return text
    return f"{text[:length]}… ({len(text) - length} more characters)"


def marked_excerpt(position: Position) -> tuple[str, str] | None:
    """The line of a position, and below it a caret; of a long line, what is around the caret.

    Tabs are kept, so that the caret stands under its character however wide they are drawn.
    """
    if not position.excerpt:
        return None
    column = position.column - 1
    start = max(column - _EXCERPT // 2, 0)
    end = start + _EXCERPT
    before = "…" if start else ""
    after = "…" if end < len(position.excerpt) else ""
    line = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", position.excerpt[start:end])
    indent = "".join("\t" if c == "\t" else " " for c in before + line[: column - start])
    return f"{before}{line}{after}", f"{indent}^"


def _escape(found: re.Match[str]) -> str:
    point = ord(found.group())
    return f"\\u{point:04X}" if point < 0x10000 else f"\\U{point:08X}"
