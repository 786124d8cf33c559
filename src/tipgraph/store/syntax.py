"""Where a query breaks the grammar, and what may mend it.

pyoxigraph tells how far its parser got, which may lie after the token at fault, and lists what it
tried there rather than what is wrong. Here the place is found again: an undeclared prefix or an
unclosed bracket or string is named where it stands, other errors at the first token that the
grammar does not allow.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Final
from unicodedata import name

from tipgraph.errors import QuerySyntaxError
from tipgraph.namespaces import PREFIXES
from tipgraph.store.grammar import Fault, find_fault
from tipgraph.store.tokens import Token, query_form, read_prologue, tokens

_POSITION: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PAIRS: Final[Mapping[str, str]] = {"{": "}", "(": ")", "[": "]"}
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
_KINDS: Final = {
    "blank": "a blank node",
    "builtin": "a function",
    "iri": "an IRI",
    "name": "a prefixed name",
    "namespace": "a prefix such as ex:",
    "number": "a number",
    "string": "a string",
    "tag": "a language tag",
    "variable": "a variable",
    "A": "a",
}
_LISTED: Final = 8
_AGGREGATES: Final = frozenset(("COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"))
_CLAUSES: Final = frozenset(("SELECT", "FILTER", "BIND", "GROUP", "HAVING", "ORDER"))
_MENDED: Final = {
    "FILTER": "Put the condition in HAVING, after GROUP BY",
    "BIND": "Put it in SELECT, as in SELECT (COUNT(?x) AS ?n)",
}
_MEANINGS: Final = (
    (
        "The SELECT contains a variable that is unbound",
        "a selected variable is neither grouped by nor aggregated nor bound in the pattern",
    ),
    (
        "The SELECT overrides an existing variable using an expression",
        "AS gives a value to a variable that the pattern binds already",
    ),
    ("Duplicated variable name in SELECT", "SELECT names the same variable twice"),
    (
        "SELECT * is not authorized with GROUP BY",
        "with GROUP BY, SELECT has to name its variables, and * does not",
    ),
    ("The query limit should be a non negative integer", "a number is larger than any answer"),
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
    if unpaired := _unpaired(text, terminals):
        return unpaired
    open_quote = next((t for t in terminals if t.kind == "mark" and t.text in "\"'"), None)
    if open_quote:
        return _error(text, open_quote.start, "the string that starts here is never closed", ())
    fault = find_fault(terminals)
    if fault is not None:
        return _at_fault(text, terminals, fault)
    return _said_by_engine(text, terminals, message)


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


def _at_fault(text: str, terminals: Sequence[Token], fault: Fault) -> QuerySyntaxError:
    """The error for a token that the grammar does not allow where it stands."""
    expected = _listed(fault.expected)
    if fault.index >= len(terminals):
        end = terminals[-1].end if terminals else 0
        return _error(text, end, f"the query ends too early: expected {expected}", ())
    token = terminals[fault.index]
    found = _visible(token.text.splitlines()[0])
    hints: tuple[str, ...] = ()
    if token.kind == "word":
        words = [word for word in fault.expected if word.isupper() and len(word) > 1]
        words += _KEYWORDS if "builtin" in fault.expected else []
        near = get_close_matches(token.text.upper(), words, n=1, cutoff=0.7)
        hints = tuple(f"Did you mean {word}?" for word in near)
    return _error(text, token.start, f"found {found}, expected {expected}", hints)


def _visible(text: str) -> str:
    """A text that a reader may not see, as its code points; others as they are."""
    if text.isprintable() and not text.isspace():
        return text
    return " ".join(f"U+{ord(each):04X} ({name(each, 'unnamed')})" for each in text)


def _listed(expected: frozenset[str]) -> str:
    """What was expected, as people say it; kinds of terms first, then keywords, then marks."""
    terms = [_KINDS[name] for name in sorted(expected & _KINDS.keys())]
    words = sorted(name for name in expected - _KINDS.keys() if name.isalpha())
    marks = sorted(name for name in expected - _KINDS.keys() if not name.isalpha())
    names = [*terms, *words, *marks]
    shown = names[:_LISTED] + (["..."] if len(names) > _LISTED else [])
    return shown[0] if len(shown) == 1 else "one of " + ", ".join(shown)


def _said_by_engine(text: str, terminals: Sequence[Token], message: str) -> QuerySyntaxError:
    """The error for a query that keeps to the grammar and breaks another rule."""
    match = _POSITION.match(message)
    if match is None:
        return _error(text, 0, message, ())
    start = _offset(text, int(match.group(1)), int(match.group(2)))
    if found := _misplaced_aggregate(terminals):
        token, reason, hint = found
        return _error(text, token.start, reason, (hint,))
    for said, meaning in _MEANINGS:
        if said in match.group(3):
            return _error(text, _culprit(said, terminals, start), meaning, ())
    if found := _bound_again(terminals, start):
        token, reason, hint = found
        return _error(text, token.start, reason, (hint,))
    return _error(text, start, "the engine cannot read on from here", ())


def _misplaced_aggregate(terminals: Sequence[Token]) -> tuple[Token, str, str] | None:
    """The first aggregate in a FILTER or a BIND, what is wrong with it, and what mends it."""
    clauses = [""]
    for token in terminals:
        word = token.text.upper() if token.kind in ("word", "builtin") else ""
        if token.text == "{":
            clauses.append("")
        elif token.text == "}" and len(clauses) > 1:
            clauses.pop()
        elif word in _CLAUSES:
            clauses[-1] = word
        elif word in _AGGREGATES and clauses[-1] in _MENDED:
            clause = clauses[-1]
            return token, f"{clause} cannot have an aggregate such as {word}", _MENDED[clause]
    return None


def _bound_again(terminals: Sequence[Token], reached: int) -> tuple[Token, str, str] | None:
    """The variable of the last BIND so far, if it has a value there, and what mends that."""
    before = [token for token in terminals if token.start < reached]
    bind = next((n for n, t in reversed(list(enumerate(before))) if t.is_word("BIND")), None)
    if bind is None:
        return None
    known = _variables_of_group(before[:bind])
    for given, token in pairwise(before[bind:]):
        if given.is_word("AS") and token.kind == "variable" and token.text[1:] in known:
            reason = f"BIND gives a value to {token.text}, which has one already"
            return token, reason, f"To compare the two, write FILTER({token.text} = ...)"
    return None


def _variables_of_group(before: Sequence[Token]) -> set[str]:
    """The names of the variables since the group that is open last began."""
    found: set[str] = set()
    depth = 0
    for token in reversed(before):
        depth += (token.text == "}") - (token.text == "{")
        if depth < 0:
            break
        if token.kind == "variable":
            found.add(token.text[1:])
    return found


def _culprit(said: str, terminals: Sequence[Token], reached: int) -> int:
    """The place of a rule broken by the whole query: its IRI, or its SELECT."""
    before = [token for token in terminals if token.start < reached]
    if said.startswith("IRI"):
        return next((t.start for t in reversed(before) if t.kind == "iri"), reached)
    return next((t.start for t in reversed(before) if t.is_word("SELECT")), reached)


def _unpaired(text: str, terminals: Sequence[Token]) -> QuerySyntaxError | None:
    """The error for brackets that do not pair: a stray closing one, or an open one left over."""
    stack: list[Token] = []
    for token in terminals:
        if token.kind != "mark":
            continue
        if token.text in _PAIRS:
            stack.append(token)
        elif token.text in _PAIRS.values():
            if not stack:
                reason = f"this {token.text} closes nothing that is open"
                return _error(text, token.start, reason, ())
            opened = stack.pop()
            if _PAIRS[opened.text] != token.text:
                reason = f"found {token.text} before the {_PAIRS[opened.text]} that closes this"
                return _error(text, opened.start, f"{opened.text} is not closed: {reason}", ())
    if not stack:
        return None
    return _error(text, stack[-1].start, f"{stack[-1].text} is never closed", ())


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
