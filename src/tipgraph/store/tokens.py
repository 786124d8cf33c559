"""A scanner for SPARQL: enough of the grammar's terminals to know code from text.

It follows SPARQL 1.1 section 19.8, so that a word in a string, an IRI, a comment, a prefixed name
or a variable is never taken for a keyword. What is no terminal comes out as one mark a character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urljoin

from tipgraph import syntax
from tipgraph.errors import ReadOnlyError

_NAME_START: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME: Final = rf"{_NAME_START}_0-9\-\u00b7\u0300-\u036f\u203f\u2040"
_PREFIX: Final = rf"(?:[{_NAME_START}](?:[{_NAME}.]*[{_NAME}])?)?"
_LOCAL_ESCAPE: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL: Final = (
    rf"(?:(?:[{_NAME_START}_:0-9]|{_LOCAL_ESCAPE})"
    rf"(?:(?:[{_NAME}:.]|{_LOCAL_ESCAPE})*(?:[{_NAME}:]|{_LOCAL_ESCAPE}))?)?"
)
_TOKEN: Final = rf"""
    (?P<space>[ \t\r\n]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{{}}|^`\\\x00-\x20]*(?:\\u[0-9A-Fa-f]{{4}}[^<>"{{}}|^`\\\x00-\x20]*
        |\\U[0-9A-Fa-f]{{8}}[^<>"{{}}|^`\\\x00-\x20]*)*>)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
      | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+')
  | (?P<variable>[?$][{_NAME_START}_0-9][{_NAME_START}_0-9\u00b7\u0300-\u036f\u203f\u2040]*)
  | (?P<blank>_:[{_NAME_START}_0-9](?:[{_NAME}.]*[{_NAME}])?)
  | (?P<name>{_PREFIX}:{_LOCAL})
  | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<escape>\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|.)
"""
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES: Final = frozenset(
    "INSERT DELETE LOAD CLEAR CREATE DROP COPY MOVE ADD WITH".split()  # noqa: SIM905
)
_FORMS: Final = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))


@cache
def _token() -> re.Pattern[str]:
    # To compile it takes longer than to import many a module, and most programs look at no query.
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token(syntax.Token):
    """A terminal: its kind, its text and where it starts (0-based code point).

    Kinds are `iri`, `string`, `variable`, `blank`, `name` (prefixed), `tag` (language), `number`,
    `word` (a keyword, in whatever case) and `mark` (punctuation).
    """

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, given in upper case."""
        return self.kind == "word" and self.text.upper() in words


@dataclass(frozen=True, slots=True)
class Prologue:
    """The declarations before a query, and where they end.

    Args:
        prefixes: Prefix (without its colon) to namespace.
        base: The base IRI in force after them.
        size: Number of tokens they take.
    """

    prefixes: dict[str, str]
    base: str | None
    size: int

    def resolve(self, token: Token) -> str | None:
        """The IRI that an `iri` or `name` token stands for; None for an unknown prefix."""
        if token.kind == "iri":
            iri = decode_escapes(token.text[1:-1])
            return _joined(self.base, iri) if self.base else iri
        prefix, _, local = token.text.partition(":")
        namespace = self.prefixes.get(prefix)
        return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)


def _joined(base: str, iri: str) -> str:
    joined = urljoin(base, iri)
    # urljoin drops the empty fragment that namespaces end with, but not where the schemes differ.
    return joined + "#" * (iri.endswith("#") and not joined.endswith("#"))


def tokens(text: str) -> Iterator[Token]:
    """Split a query into its terminals, without white space and comments."""
    for match in _token().finditer(text):
        kind = match.lastgroup or ""
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


def decode_escapes(text: str) -> str:
    r"""Decode `\uXXXX` and `\UXXXXXXXX`; what names no code point stays as it is."""

    def decoded(match: re.Match[str]) -> str:
        number = int(match.group(1) or match.group(2), 16)
        usable = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if usable else match.group()

    return _ESCAPE.sub(decoded, text)


def decode_code(text: str) -> str:
    r"""Decode code point escapes outside of strings and IRIs, where the engine does not.

    SPARQL 1.1 section 19.2 allows them anywhere; engines read them in strings and IRIs only, so
    that `SERV\u0049CE` would be a syntax error there and has to be a keyword here.
    """
    if "\\u" not in text and "\\U" not in text:
        return text
    return "".join(
        decode_escapes(match.group()) if match.lastgroup == "escape" else match.group()
        for match in _token().finditer(text)
    )


def read_prologue(terminals: Sequence[Token], base: str | None = None) -> Prologue:
    """Read the BASE and PREFIX declarations that a query begins with."""
    prologue = Prologue({}, base, 0)
    index = 0
    while index < len(terminals):
        rest = terminals[index : index + 3]
        if rest[0].is_word("BASE") and len(rest) > 1 and rest[1].kind == "iri":
            prologue = Prologue(prologue.prefixes, prologue.resolve(rest[1]), 0)
            index += 2
        elif (
            rest[0].is_word("PREFIX")
            and len(rest) > 2
            and rest[1].kind == "name"
            and rest[2].kind == "iri"
        ):
            prologue.prefixes[rest[1].text[:-1]] = prologue.resolve(rest[2]) or ""
            index += 3
        elif rest[0].is_word("VERSION") and len(rest) > 1 and rest[1].kind == "string":
            index += 2
        else:
            break
    return Prologue(prologue.prefixes, prologue.base, index)


def query_form(terminals: Sequence[Token]) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE, or an empty string for something else.

    Raises:
        ReadOnlyError: It is an update.
    """
    first = next((t for t in terminals if t.is_word(*_FORMS, *_UPDATES)), None)
    if first is None:
        return ""
    keyword = first.text.upper()
    if keyword in _UPDATES:
        raise ReadOnlyError(
            f"{keyword} is an update: this service is read-only, and nothing was changed"
        )
    return keyword
