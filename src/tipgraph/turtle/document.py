"""The formatter: brings a Turtle document into canonical layout and keeps it the author's.

Comments and the order of subjects stay as written; what is said about a subject is laid out anew.
A comment that has no place in the canonical layout is an error, never lost.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from tipgraph.errors import InputSyntaxError
from tipgraph.syntax import Token, parse_rdf, syntax_error, tokens
from tipgraph.turtle.writer import BlockWriter

_MAXIMUM_DEPTH: Final = 100
# SPARQL's spelling of the directives, and of how many tokens each consists.
_SPARQL_DIRECTIVES: Final = {"prefix": 3, "base": 2}
_DIRECTIVES: Final = ("@prefix", "@base", *_SPARQL_DIRECTIVES)


@dataclass(frozen=True)
class _Part:
    """A directive, a statement or the end of the document, with the comments before it."""

    comments: tuple[Token, ...]
    tokens: tuple[Token, ...]

    @property
    def is_directive(self) -> bool:
        return bool(self.tokens) and self.tokens[0].text.lower() in _DIRECTIVES


def format_turtle(text: str, source: str) -> str:
    """Bring a Turtle document into canonical layout.

    Args:
        text: The document; its IRIs are absolute, prefixed, or resolved by its own `@base`.
        source: The name of the document for error messages.

    Returns:
        The same graph, comments and order of subjects, ended by one line feed.

    Raises:
        InputSyntaxError: The text is not Turtle, or has a comment where none can be kept.
    """
    text = text.replace("\r\n", "\n")
    parse_rdf(text, RdfFormat.TURTLE, source)
    return _Formatter(text, source).format()


class _Formatter:
    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._used: set[str] = set()
        self._prefixes = _prefixes(text)
        # pyoxigraph lower-cases language tags; the author's spelling is the one to keep.
        self._languages = {
            token.text[1:].lower(): token.text[1:] for token in tokens(text) if token.kind == "at"
        }

    def format(self) -> str:
        header: tuple[Token, ...] = ()
        directives = ""
        blocks = []
        for part in self._parts():
            if part.is_directive:
                header += part.comments
                directives += f"{self._written(part)}\n"
            else:
                blocks.append(self._block(part, directives))
        declared = "\n".join(
            f"@prefix {prefix}: <{self._prefixes[prefix]}> ." for prefix in sorted(self._used)
        )
        kept = [text for text in (self._comments(header), declared, *blocks) if text]
        return "\n\n".join(kept) + "\n" if kept else ""

    def _parts(self) -> Iterator[_Part]:
        """Split the document; the header's comments are those of the first directive."""
        comments: list[Token] = []
        part: list[Token] = []
        leading, depth = True, 0
        for token in tokens(self._text):
            if token.kind == "comment":
                self._check_place(token, inside=bool(part))
                comments.append(token)
                continue
            part.append(token)
            depth = self._depth(token, depth)
            if not _is_complete(part, depth):
                continue
            found = _Part(tuple(comments), tuple(part))
            part = []
            if found.is_directive and not leading:
                # Its place is at the top, its comments belong to what follows here.
                yield _Part((), found.tokens)
                continue
            leading = found.is_directive
            comments = []
            yield found
        yield _Part(tuple(comments), ())

    def _check_place(self, comment: Token, *, inside: bool) -> None:
        line_start = self._text.rfind("\n", 0, comment.start) + 1
        alone = not self._text[line_start : comment.start].strip()
        if inside or not alone:
            where = "inside a statement" if inside else "after a statement"
            raise self._error(
                f"a comment {where} cannot be kept: put it on a line of its own above the subject",
                comment,
            )

    def _depth(self, token: Token, depth: int) -> int:
        if token.kind != "mark":
            return depth
        depth += (token.text in "[(") - (token.text in "])")
        if depth > _MAXIMUM_DEPTH:
            raise self._error(f"nested more than {_MAXIMUM_DEPTH} deep", token)
        return depth

    def _block(self, part: _Part, directives: str) -> str:
        comments = self._comments(part.comments)
        if not part.tokens:
            return comments
        block = self._statement(part, directives)
        if not comments:
            return block
        after = self._text[part.comments[-1].end :]
        blank_line = after[: len(after) - len(after.lstrip())].count("\n") > 1
        return f"{comments}\n\n{block}" if blank_line else f"{comments}\n{block}"

    def _statement(self, part: _Part, directives: str) -> str:
        labels = {t.text[2:] for t in part.tokens if t.text.startswith("_:")}
        triples = [
            quad.triple for quad in parse(directives + self._written(part), RdfFormat.TURTLE)
        ]
        nodes = {n for t in triples for n in (t.subject, t.object) if isinstance(n, BlankNode)}
        writer = BlockWriter(
            triples,
            prefixes=self._prefixes,
            nested={node for node in nodes if node.value not in labels},
            languages=self._languages,
        )
        block = writer.block(_root(triples, writer.nested))
        self._used |= writer.used
        return block

    def _written(self, part: _Part) -> str:
        return self._text[part.tokens[0].start : part.tokens[-1].end]

    def _comments(self, comments: tuple[Token, ...]) -> str:
        """The comments, with one blank line wherever the author left any."""
        lines: list[str] = []
        previous_end = None
        for comment in comments:
            if (
                previous_end is not None
                and self._text[previous_end : comment.start].count("\n") > 1
            ):
                lines.append("")
            lines.append(comment.text.rstrip())
            previous_end = comment.end
        return "\n".join(lines)

    def _error(self, reason: str, token: Token) -> InputSyntaxError:
        return syntax_error(reason, self._text, self._source, start=token.start)


def _is_complete(part: list[Token], depth: int) -> bool:
    length = _SPARQL_DIRECTIVES.get(part[0].text.lower())
    if length:
        return len(part) == length
    return depth == 0 and part[-1].kind == "mark" and part[-1].text == "."


def _root(triples: list[Triple], nested: Set[BlankNode]) -> NamedNode | BlankNode:
    """The subject of a statement: the one subject that nothing else in the statement refers to."""
    subjects = {t.subject for t in triples if not isinstance(t.subject, Triple)}
    named = [subject for subject in subjects if subject not in nested]
    referred = {triple.object for triple in triples}
    return named[0] if named else next(iter(subjects - referred))


def _prefixes(text: str) -> dict[str, str]:
    """Every prefix the document declares, by its last declaration."""
    parser = parse(text, RdfFormat.TURTLE)
    for _ in parser:
        pass
    return parser.prefixes
