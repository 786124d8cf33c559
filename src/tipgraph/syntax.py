"""Parsing of RDF text into quads, with errors that name the real place.

The grammars are pyoxigraph's. What this module adds is the place: pyoxigraph reports a missing full
stop at the token after it, and gives no position at all for most RDF/XML and some JSON-LD.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from pyoxigraph import Quad, RdfFormat, parse

from tipgraph.errors import InputError, InputSyntaxError
from tipgraph.nesting import check_depth

_WORD_CHARACTER: Final = r"[^\s<>\"'()\[\]{};,.#^@\\|`~!$&*+=/?]"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[ \t\r\n]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"\s]*>)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
      | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+')
  | (?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<number>[+-]?(?:\d+(?:\.\d*)?[eE][+-]?\d+|\.\d+[eE][+-]?\d+|\d*\.\d+|\d+))
  | (?P<word>(?:{_WORD_CHARACTER}|\\.|\.+(?={_WORD_CHARACTER}|\\))+)
  | (?P<mark>\^\^|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REPORTED_POSITION: Final = re.compile(r"^Parser error (?:at|between) [^:]*: ")
_REMOTE_CONTEXT: Final = re.compile(r'"@context"\s*:\s*(?:\[[^\]]*?)?"([^"]+)"')
# A few of them, each ten times the one before, would fill all memory.
NESTED_ENTITY: Final = re.compile(
    r"""<!ENTITY\s+[^\s>]+\s+(?:"[^"]*&(?!\#|lt;|gt;|amp;|quot;|apos;)|'[^']*&(?!\#|lt;|gt;|amp;|quot;|apos;))"""
)
NOT_EXPANDED: Final = "an entity that is made of other entities is not expanded"
CUT_SHORT: Final = "the text ends before its elements do; it may have been cut short"
# What expat says of a text that ends too soon; of what else may be wrong, the engine has the word.
_TOO_SOON: Final = {
    expat.errors.codes[name]
    for name in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}
_NO_TERMINATOR: Final = ("A dot is expected", "Unexpected end", "Quads must be followed by a dot")
_TURTLE_LIKE: Final = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text.

    Args:
        source: The file or other name of the text.
        line: 1-based line.
        column: 1-based column in code points.
        excerpt: That line, without its line ending.
    """

    source: str
    line: int
    column: int
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Token:
    """A lexical piece of Turtle: its kind, its text and where it starts (0-based code point)."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the token ends, exclusive."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """Split Turtle into tokens, comments included and white space left out.

    Kinds are `comment`, `iri`, `string`, `at` (a directive or language tag), `number`, `word`
    (a prefixed name, blank node label or keyword) and `mark` (punctuation). The scanner trusts the
    text: what is not Turtle comes out as marks.
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match.group(), match.start())


def parse_rdf(
    text: str,
    rdf_format: RdfFormat,
    source: str,
    *,
    base_iri: str | None = None,
    rename_blank_nodes: bool = False,
) -> list[Quad]:
    """Parse RDF text. Nothing is fetched: a remote JSON-LD context is an error.

    Args:
        text: The whole text.
        rdf_format: Its format.
        source: The name of the text for error messages.
        base_iri: What relative IRIs are resolved against; without it they are errors.
        rename_blank_nodes: Give blank nodes fresh labels, to keep several texts apart.

    Raises:
        InputSyntaxError: The text breaks the grammar of its format.
        InputError: It is nested too deeply.
    """
    check_depth(text, rdf_format, source)
    if rdf_format == RdfFormat.RDF_XML and (found := NESTED_ENTITY.search(text)):
        raise syntax_error(NOT_EXPANDED, text, source, start=found.start())
    try:
        quads = list(
            parse(text, rdf_format, base_iri=base_iri, rename_blank_nodes=rename_blank_nodes)
        )
    except SyntaxError as error:
        raise _located(error, text, rdf_format, source) from error
    if rdf_format == RdfFormat.RDF_XML and ends_too_soon((text,)):
        raise syntax_error(CUT_SHORT, text, source, start=len(text.rstrip()))
    return quads


def ends_too_soon(pieces: Iterable[str | bytes]) -> bool:
    """Whether XML, in pieces, ends before its root element does, which the engine lets pass."""
    parser = expat.ParserCreate()
    try:
        for piece in pieces:
            parser.Parse(piece, False)
    except expat.ExpatError:
        return False
    try:
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        return error.code in _TOO_SOON
    return False


def decode(content: bytes, source: str) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises:
        InputError: The bytes are not UTF-8; the message names the line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{source}: not UTF-8: byte 0x{content[error.start]:02x} on line {line}"
        ) from error


def syntax_error(reason: str, text: str, source: str, *, start: int) -> InputSyntaxError:
    """Make the error for a place in a text, `start` being a 0-based code point."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    excerpt = text[line_start : line_end if line_end >= 0 else None].rstrip("\r")
    return InputSyntaxError(
        reason,
        source,
        line=text.count("\n", 0, start) + 1,
        column=start - line_start + 1,
        excerpt=excerpt,
    )


def _located(error: SyntaxError, text: str, rdf_format: RdfFormat, source: str) -> InputSyntaxError:
    reason = _REPORTED_POSITION.sub("", str(error.msg))
    if error.lineno is not None and error.offset is not None:
        start = _offset(text, error.lineno, error.offset)
        if rdf_format in _TURTLE_LIKE and reason.startswith(_NO_TERMINATOR):
            reason, start = _missing_terminator(text, start)
    elif rdf_format == RdfFormat.RDF_XML:
        start = _xml_error_offset(text, reason)
    else:
        start = max(text.find('"@context"'), 0)
        if "LoadDocumentCallback" in reason:
            found = _REMOTE_CONTEXT.search(text)
            named = f" <{found.group(1)}>" if found else ""
            reason = f"a remote JSON-LD context{named} is never fetched: put it into the file"
    return syntax_error(reason, text, source, start=start)


def _offset(text: str, line: int, column: int) -> int:
    """The code point at a 1-based line and column."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))


def _missing_terminator(text: str, start: int) -> tuple[str, int]:
    """Say what stands where a statement should have ended, and where that is."""
    if text[start : start + 1] in ('"', "'"):
        return "the string that starts here is never closed", start
    before = [t for t in tokens(text[:start]) if t.kind != "comment"]
    after = next((t for t in tokens(text[start:]) if t.kind != "comment"), None)
    found = f"found {after.text.splitlines()[0]}" if after else "the text ends"
    if not before:
        return f"expected a statement, {found}", start
    last = before[-1]
    return f"expected '.', ';' or ',' after {last.text.splitlines()[-1]}, {found}", last.end


def _xml_error_offset(text: str, reason: str) -> int:
    """Find the place of an RDF/XML error: expat's own, or else where the named thing stands."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return _offset(text, error.lineno, error.offset + 1)
    # pyoxigraph tells no position, but it names a value, an element or an attribute.
    iris = re.findall(r"\bhttps?://[^\s>]*[/#](\w+)", reason)
    named = [*re.findall(r"'([^']+)'", reason), *(f":{name}" for name in iris)]
    named += re.findall(r"\b\w+:\w*(?!/)", reason)
    return next((place for name in named if (place := text.find(name)) >= 0), 0)
