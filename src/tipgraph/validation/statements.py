"""The statements of an RDF text that can be about something, without reading the others.

A pattern passes over whole statements at the speed of the regular expression engine. Those that a
filter lets through are parsed on their own, behind the directives that hold where they stand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from operator import itemgetter
from typing import Final, TypeVar

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from tipgraph.errors import InputError
from tipgraph.namespaces import RDF
from tipgraph.validation.scanner import (
    IRI,
    LINE,
    NAME,
    NUMBER,
    SKIPPED,
    STRING,
    TAG,
    statement_places,
)
from tipgraph.validation.spans import LINE_FORMATS, Numbering, Term, aligned, parsed_triples

_T = TypeVar("_T")

_BODY: Final = rf"[\s;,()\[\]>^~]++|{NUMBER}|{NAME}|{IRI}|{STRING}|{TAG}|<<|\{{\||\|\}}|\#[^\r\n]*+"
_STATEMENT: Final = re.compile(
    rf"{SKIPPED}(?:"
    rf"(?:@prefix|(?i:prefix)(?=[\s#])){SKIPPED}(?P<prefix>[^\s:<#]*+):{SKIPPED}"
    rf"(?P<namespace>{IRI})(?:{SKIPPED}\.)?+"
    rf"|(?:@base|(?i:base)){SKIPPED}(?P<base>{IRI})(?:{SKIPPED}\.)?+"
    rf"|(?:@version|(?i:version)){SKIPPED}(?:{STRING})(?:{SKIPPED}\.)?+"
    rf"|(?P<subject>{IRI}|{NAME}|)(?:{_BODY})*+(?P<end>[.{{}}])"
    r"|\Z)"
)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\\]*")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_LAST_WORD: Final = re.compile(r"[A-Za-z0-9]+\Z")
# A word right behind a character that may be written as an escape such as \n isn't one in the text.
_WHOLE_WORD: Final = re.compile(r"(?<![\t\b\n\r\fA-Za-z0-9])[A-Za-z0-9]+")
_BLANK_NODE_MARKS: Final = ("[", "_:", "(", "~", "{|", "<<")
_NIL: Final = f"{RDF}nil"
_END: Final = NamedNode("urn:tipgraph:end-of-statement")
_BATCH: Final = 500  # statements that are parsed behind one copy of the directives


class Filter:
    """Says which statements are read.

    Args:
        terms: The terms of which triples are wanted, where they are subjects.
        as_objects: Whether triples are wanted where they are objects.
        blank_nodes: Whether blank nodes are numbered, for which all statements with some are read.
    """

    def __init__(
        self, terms: Iterable[Term], *, as_objects: bool = False, blank_nodes: bool = False
    ) -> None:
        self._terms = frozenset(terms)
        iris = frozenset(term.value for term in self._terms if isinstance(term, NamedNode))
        self.subjects = frozenset() if as_objects else iris
        self.objects = iris if as_objects else frozenset()
        self.literals = as_objects and any(isinstance(term, Literal) for term in self._terms)
        self.blank_nodes = blank_nodes
        words = {_written_word(term) for term in self._terms} if as_objects else set()
        # `()` is rdf:nil without saying so.
        self.everything = None in words or _NIL in iris
        self._words = words

    def among(self, triples: Iterable[Triple]) -> bool:
        """Whether one of some triples has a wanted term."""
        terms = self._terms
        return any(triple.subject in terms or triple.object in terms for triple in triples)

    def reads(self, text: str) -> bool:
        """Whether it takes more than its subject to tell that a statement of a text is wanted."""
        more = self.everything or self.blank_nodes or bool(self._words)
        return more or (bool(self.subjects) and "~" in text)

    def wants(self, statement: str) -> bool:
        """Whether a statement is wanted, whatever its first subject is."""
        if self.everything or (self.subjects and "~" in statement):  # ~ may name a subject
            return True
        if self.blank_nodes and any(mark in statement for mark in _BLANK_NODE_MARKS):
            return True
        if not self._words:
            return False
        if "\\u" in statement or "\\U" in statement:
            return True
        return not self._words.isdisjoint(_WORD.findall(statement))

    def wants_line(self, line: re.Match[str]) -> bool:
        """Whether a triple or quad that `LINE` matched is wanted, its subject aside."""
        value = line[3]
        if self.everything:
            return True
        if value:
            blank = value[0] == "_" or line[1][0] == "_"
            return value[1:-1] in self.objects or "\\" in value or (blank and self.blank_nodes)
        if self.blank_nodes and (line[1][0] == "_" or line.string.startswith("<<", line.start(3))):
            return True
        return self.literals and self.wants(line.string[line.start(3) : line.end()])


def _written_word(term: Term) -> str | None:
    """A run of ASCII letters and digits that is in the text wherever a term is, if there is one."""
    if isinstance(term, NamedNode):
        last = _LAST_WORD.search(term.value)
        return last.group() if last else None
    words = _WHOLE_WORD.findall(term.value) if isinstance(term, Literal) else []
    return max(words, key=len, default=None)


@dataclass(frozen=True, eq=False)
class _Directives:
    """What the directives before a statement say."""

    base_iri: str | None
    namespaces: dict[str, str] = field(default_factory=dict)
    resolved: dict[str, str] = field(default_factory=dict)

    def after(self, directive: re.Match[str]) -> "_Directives":
        """What holds after another directive."""
        if directive["base"]:
            return replace(self, base_iri=self.iri(directive["base"]), resolved={})
        if directive["namespace"] is None:  # a version, or the end
            return self
        prefix, namespace = directive["prefix"], self.iri(directive["namespace"])
        if self.namespaces.get(prefix) == namespace:
            return self
        return replace(self, namespaces={**self.namespaces, prefix: namespace})

    def iri(self, token: str) -> str:
        """The IRI that a token stands for; the parser resolves the relative ones."""
        if token[0] != "<":
            prefix, _, local = token.partition(":")
            if "\\" in local:
                local = re.sub(r"\\(.)", r"\1", local)
            return self.namespaces.get(prefix, "") + local
        if _ABSOLUTE.fullmatch(token, 1, len(token) - 1):
            return token[1:-1]
        if token not in self.resolved:
            self.resolved[token] = _resolved(token, self.base_iri)
        return self.resolved[token]

    def __str__(self) -> str:
        return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in self.namespaces.items())

    def hide(self, iris: frozenset[str]) -> bool:
        """Whether one of some IRIs can be written without its last word."""
        if not iris:
            return False
        whole = {*self.namespaces.values(), (self.base_iri or "").partition("#")[0]}
        cut = any(_LAST_WORD.search(namespace) for namespace in self.namespaces.values())
        return cut or not whole.isdisjoint(iris)


def _resolved(token: str, base_iri: str | None) -> str:
    try:
        (quad,) = parse(f"<x:> <x:> {token} .", RdfFormat.TURTLE, base_iri=base_iri)
    except SyntaxError as error:
        raise InputError(f"{token} is not an IRI: {error}") from error
    return str(quad.object)[1:-1]


def occurrences(
    text: str, rdf_format: RdfFormat, base_iri: str | None, wanted: Filter
) -> Iterator[tuple[Triple, int, int, int]]:
    """The triples of the wanted statements with their places, in the parser's order.

    Args:
        text: The whole text.
        rdf_format: Turtle, TriG, N-Triples or N-Quads.
        base_iri: What relative IRIs are resolved against.
        wanted: Which statements are wanted. Others may come too.

    Raises:
        InputError: The text doesn't parse, or its places don't fit what the parser reads.
    """
    relabelled = Numbering().triple if wanted.blank_nodes else None
    if rdf_format in LINE_FORMATS:
        for lines in _batches(_lines(text, wanted)):
            triples = parsed_triples("\n".join(line[0] for line in lines), RdfFormat.N_QUADS, None)
            places = ((line.start(1), line.start(2), line.start(3)) for line in lines)
            yield from aligned(text, map(relabelled, triples) if relabelled else triples, places)
        return
    for directives, group in groupby(_statements(text, base_iri, wanted), key=itemgetter(0)):
        for parts in _batches((start, end) for _, start, end in group):
            statements = _parsed(text, directives, parts)
            for (start, end), statement in zip(parts, statements, strict=True):
                named = list(map(relabelled, statement)) if relabelled else statement
                if wanted.among(named):
                    yield from aligned(text, named, statement_places(text, start, end + 1))


def _parsed(
    text: str, directives: _Directives, parts: Iterable[tuple[int, int]]
) -> Iterator[list[Triple]]:
    """The triples of each of some statements, which are parsed together as that is faster."""
    written = (f"{text[start:end]} .\n{_END} {_END} {_END} .\n" for start, end in parts)
    parsed = str(directives) + "".join(written)
    statement: list[Triple] = []
    for triple in parsed_triples(parsed, RdfFormat.TURTLE, directives.base_iri):
        if triple.predicate == _END:
            yield statement
            statement = []
        else:
            statement.append(triple)


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _lines(text: str, wanted: Filter) -> Iterator[re.Match[str]]:
    subjects = frozenset(f"<{iri}>" for iri in wanted.subjects)
    more = wanted.everything or wanted.blank_nodes or wanted.objects or wanted.literals
    for line in _consecutive(LINE, text):
        subject = line[1]
        if not subject:
            return
        if subject in subjects or "\\" in subject or (more and wanted.wants_line(line)):
            yield line


def _statements(
    text: str, base_iri: str | None, wanted: Filter
) -> Iterator[tuple[_Directives, int, int]]:
    """The directives, first code point and terminator of each wanted statement."""
    subjects, reads = wanted.subjects, wanted.reads(text)
    directives = _Directives(base_iri)
    hidden = directives.hide(wanted.objects)
    for statement in _consecutive(_STATEMENT, text):
        subject, end = statement.group("subject", "end")
        if end is None:
            directives = directives.after(statement)
            hidden = directives.hide(wanted.objects)
        elif end != "{":
            start, stop = statement.start("subject"), statement.start("end")
            if (subject and subjects and directives.iri(subject) in subjects) or (
                reads and start < stop and (hidden or wanted.wants(text[start:stop]))
            ):
                yield directives, start, stop


def _consecutive(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of a pattern that leave nothing out between them."""
    reached = 0
    for match in pattern.finditer(text):
        if match.start() != reached:
            raise InputError(f"no statement was recognised at code point {reached}")
        yield match
        reached = match.end()
