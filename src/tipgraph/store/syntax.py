"""Where a query breaks the grammar, and what may mend it.

pyoxigraph tells how far its parser got, which may lie after the token at fault, and lists what it
tried there rather than what is wrong. Here the place is found again: an undeclared prefix or an
unclosed bracket or string is named where it stands, other errors at the token that was reached.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from tipgraph.errors import QuerySyntaxError
from tipgraph.namespaces import PREFIXES
from tipgraph.store.tokens import Token, query_form, read_prologue, tokens

_POSITION: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PAIRS: Final[Mapping[str, str]] = {"{": "}", "(": ")", "[": "]"}
_LITERAL_EXPECTATION: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|\b([A-Z]{2,}(?: [A-Z]+)*)\b')
_KEYWORDS: Final = frozenset(
    """
    A ABS ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL COALESCE CONCAT CONSTRUCT CONTAINS
    COUNT DATATYPE DAY DEFAULT DESC DESCRIBE DISTINCT ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR
    FROM GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC
    ISTRIPLE ISURI LANG LANGDIR LANGMATCHES LATERAL LCASE LIMIT MAX MD5 MIN MINUS MINUTES MONTH
    NAMED NOT NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND
    SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR
    STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR
    SUM TIMEZONE TRIPLE TRUE TZ UCASE UNDEF UNION URI UUID VALUES VERSION WHERE YEAR
    """.split()  # noqa: SIM905  # read as words
)
# How many tokens back a misspelt keyword is looked for.
_NEAR: Final = 8
_MEANINGS: Final = (
    (
        "The SELECT contains a variable that is unbound",
        "a selected variable is neither grouped by nor aggregated nor bound in the pattern",
    ),
    (
        "The SELECT overrides an existing variable using an expression",
        "AS gives a value to a variable that the pattern binds already",
    ),
    ("IRI parsing failed", "an IRI is not valid, or is relative and there is no base"),
)


def explain(text: str, message: str) -> QuerySyntaxError:
    """Make the error for a query that the engine refused.

    Args:
        text: The query.
        message: What pyoxigraph said.

    Raises:
        ReadOnlyError: The text is an update rather than a query.
    """
    terminals = list(tokens(text))
    query_form(terminals)
    prologue = read_prologue(terminals)
    for token in terminals[prologue.size :]:
        if token.kind == "name" and prologue.resolve(token) is None:
            return unknown_prefix(text, token)
    if bracket := _unpaired(terminals):
        return _error(text, bracket.start, _unpaired_reason(bracket), ())
    open_quote = next((t for t in terminals if t.kind == "mark" and t.text in "\"'"), None)
    if open_quote:
        return _error(text, open_quote.start, "the string that starts here is never closed", ())
    return _reached(text, terminals, message)


def unknown_prefix(text: str, token: Token) -> QuerySyntaxError:
    """Make the error for a prefixed name whose prefix is not declared."""
    prefix = token.text.partition(":")[0]
    hints = []
    if prefix in PREFIXES:
        hints.append(f"Put this before the query: PREFIX {prefix}: <{PREFIXES[prefix]}>")
    else:
        near = get_close_matches(prefix, PREFIXES, n=1, cutoff=0.6)
        hints += [f"Known here: PREFIX {name}: <{PREFIXES[name]}>" for name in near]
    return _error(text, token.start, f"the prefix {prefix}: is not declared", tuple(hints))


def _reached(text: str, terminals: Sequence[Token], message: str) -> QuerySyntaxError:
    match = _POSITION.match(message)
    if match is None:
        return _error(text, 0, message, ())
    start = _offset(text, int(match.group(1)), int(match.group(2)))
    expectations = match.group(3)
    for said, meaning in _MEANINGS:
        if said in expectations:
            return _error(text, _culprit(said, terminals, start), meaning, ())
    # The parser may have swallowed the head of the token at fault before it gave up.
    token = next((t for t in terminals if t.end > start), None)
    if token is not None and token.start <= start:
        start = token.start
    if misspelt := _misspelt_keyword(terminals, start):
        keyword = get_close_matches(misspelt.text.upper(), _KEYWORDS, n=1)[0]
        hints = (f"Did you mean {keyword}?",)
        return _error(text, misspelt.start, f"{misspelt.text} is not a keyword of SPARQL", hints)
    found = f"found {token.text.splitlines()[0]}" if token else "the query ends"
    expected = ", ".join(_readable(expectations))
    return _error(
        text, start, f"{found}, expected one of {expected}" if expected else f"{found} here", ()
    )


def _culprit(said: str, terminals: Sequence[Token], reached: int) -> int:
    """The place of a rule broken by the whole query: its IRI, or its SELECT."""
    before = [token for token in terminals if token.start < reached]
    if said.startswith("IRI"):
        return next((t.start for t in reversed(before) if t.kind == "iri"), reached)
    return next((t.start for t in reversed(before) if t.is_word("SELECT")), reached)


def _misspelt_keyword(terminals: Sequence[Token], start: int) -> Token | None:
    """A word at or just before a place that is no keyword but nearly one."""
    near = [token for token in terminals if token.start <= start][-_NEAR:]
    for token in reversed(near):
        word = token.text.upper()
        if (
            token.kind == "word"
            and len(word) > 2
            and word not in _KEYWORDS
            and get_close_matches(word, _KEYWORDS, n=1, cutoff=0.7)
        ):
            return token
    return None


def _readable(expectations: str) -> Iterable[str]:
    """The punctuation and keywords among what the engine expected, without character classes."""
    plain = re.sub(r"\[[^\]]*\]", "", expectations)
    found = (literal or keyword for literal, keyword in _LITERAL_EXPECTATION.findall(plain))
    return list(dict.fromkeys(item for item in found if "\\" not in item))[:8]


def _unpaired(terminals: Sequence[Token]) -> Token | None:
    """The bracket that lacks its partner: an innermost open one, or a stray closing one."""
    stack: list[Token] = []
    for token in terminals:
        if token.kind != "mark":
            continue
        if token.text in _PAIRS:
            stack.append(token)
        elif token.text in _PAIRS.values():
            if not stack or _PAIRS[stack[-1].text] != token.text:
                return token
            stack.pop()
    return stack[-1] if stack else None


def _unpaired_reason(bracket: Token) -> str:
    if bracket.text in _PAIRS:
        return f"the {bracket.text} that stands here is never closed by {_PAIRS[bracket.text]}"
    return f"this {bracket.text} closes nothing that is open here"


def _offset(text: str, line: int, column: int) -> int:
    """The code point at the engine's 1-based line and column."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))


def _error(text: str, start: int, reason: str, hints: tuple[str, ...]) -> QuerySyntaxError:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    excerpt = text[line_start : line_end if line_end >= 0 else None].rstrip("\r")
    return QuerySyntaxError(
        reason,
        line=text.count("\n", 0, start) + 1,
        column=start - line_start + 1,
        excerpt=excerpt,
        hints=hints,
    )
