"""The places of the triples in Turtle, TriG, N-Triples and N-Quads, found by the syntax alone.

The scanner trusts a text that pyoxigraph has parsed, and gives the places of its triples in the
order in which pyoxigraph yields them. That order is the parser's own: a triple comes with the token
that completes it, and where one token completes several, the last comes first.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

Place = tuple[int, int, int]
"""The first code points of a subject, a predicate and an object."""

# Pieces of patterns, for Turtle as pyoxigraph reads it.
_NO_NAME: Final = r"""\s<>"'()\[\]{};,.#^@|`~!$&*+=/?"""
_DOTS: Final = rf"\.++(?=[^{_NO_NAME}])"
SKIPPED: Final = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
IRI: Final = r'<[^<>\s"]*+>'
NAME: Final = rf"(?:[^{_NO_NAME}\\]++|\\.)(?:[^{_NO_NAME}\\]++|\\.|{_DOTS})*+"
NUMBER: Final = (
    r"[+-]?(?:[0-9]++(?:(?:\.[0-9]*+)?[eE][+-]?[0-9]++|\.[0-9]++)?+"
    r"|\.[0-9]++(?:[eE][+-]?[0-9]++)?+)"
)
STRING: Final = (
    r'"(?!"")(?:[^"\\]++|\\.)*+"|"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"""'
    r"|'(?!'')(?:[^'\\]++|\\.)*+'|'''(?:[^'\\]++|\\.|'{1,2}(?!'))*+'''"
)
TAG: Final = r"@[A-Za-z]++(?:-++[A-Za-z0-9]++)*+"
_TOKEN: Final = re.compile(
    rf"{SKIPPED}({IRI}|{NUMBER}|{NAME}|{STRING}|{TAG}|<<\(|<<|\)>>|>>|\{{\||\|\}}|\^\^|.|\Z)",
    re.DOTALL,
)
LINE: Final = re.compile(
    rf"{SKIPPED}(?:({IRI}|{NAME})[ \t]*+({IRI})[ \t]*+({IRI}|{NAME}|)[^\r\n]*+|\Z)"
)


def statement_places(text: str, start: int, end: int) -> Iterator[Place]:
    """The places of the triples of the Turtle or TriG statements in a part of a text."""
    return _Scanner().scan(text, start, end)


_State = Callable[[str, int], bool]


class _Scanner:
    """The states of pyoxigraph's Turtle and TriG parser, with places where it has terms.

    Each state takes a piece and says whether it used it up; if not, the next state gets it.
    """

    def __init__(self) -> None:
        self._states: list[_State] = [self._document]
        self._subjects: list[int] = []
        self._predicates: list[int] = []
        self._objects: list[int] = []
        self._reifiers: list[int] = []
        self._quoted: list[int] = []  # the `<<` that are open
        self._opened = 0  # the last `[`, `(`, `~` or subject, for the state of the next piece
        self._found: list[Place] = []

    def scan(self, text: str, start: int, end: int) -> Iterator[Place]:
        """Read a part of a text that holds whole statements."""
        states, found = self._states, self._found
        for match in _TOKEN.finditer(text, start, end):
            piece, place = match[1], match.start(1)
            if not piece:
                return
            while not states.pop()(piece, place):
                pass
            if found:
                yield from reversed(found)
                found.clear()

    def _emit(self) -> None:
        self._found.append((self._subjects[-1], self._predicates[-1], self._objects[-1]))

    # Statements

    def _document(self, piece: str, _: int) -> bool:
        self._states.append(self._document)
        word = piece.lower()
        if word in ("prefix", "@prefix"):
            self._states += [self._dot] * piece.startswith("@") + [self._any, self._any]
        elif word in ("base", "@base", "version", "@version"):
            self._states += [self._dot] * piece.startswith("@") + [self._any]
        elif word == "graph":
            self._states += [self._graph, self._graph_name]
        elif piece == "{":
            self._states.append(self._graph)
            return False
        else:
            self._states += [self._dot, self._subject_or_graph]
            return False
        return True

    def _any(self, _: str, __: int) -> bool:
        return True

    def _dot(self, _: str, __: int) -> bool:
        self._subjects.clear()
        return True

    def _graph(self, _: str, __: int) -> bool:
        self._states += [self._graph_end, self._subject]
        return True

    def _graph_end(self, piece: str, _: int) -> bool:
        self._subjects.clear()
        if piece == ".":
            self._states += [self._graph_end, self._subject]
        return True

    def _graph_name(self, piece: str, _: int) -> bool:
        if piece == "[":
            self._states.append(self._any)
        return True

    def _subject_or_graph(self, piece: str, place: int) -> bool:
        if piece == "[":
            self._opened = place
            self._states.append(self._blank_subject_or_graph)
            return True
        if piece in ("(", "<<"):
            return self._subject(piece, place)
        self._opened = place
        self._states.append(self._predicates_or_graph)
        return True

    def _predicates_or_graph(self, piece: str, _: int) -> bool:
        if piece == "{":
            self._states.pop()  # a graph ends without a full stop
            self._states.append(self._graph)
        else:
            self._subjects.append(self._opened)
            self._states.append(self._predicate_list)
        return False

    def _blank_subject_or_graph(self, piece: str, _: int) -> bool:
        if piece == "]":
            self._states.append(self._predicates_or_graph)
            return True
        self._subjects.append(self._opened)
        self._states += [self._after_blank_subject, self._any, self._predicate_list]
        return False

    def _subject(self, piece: str, place: int) -> bool:
        if piece == "}":
            return False
        if piece == "(":
            self._opened = place
            self._states += [self._predicate_list, self._subject_collection]
        elif piece == "<<":
            self._states += [self._maybe_predicate_list, self._subject_quoted_end]
            self._quote(place)
        else:
            self._subjects.append(place)
            self._states.append(self._blank_subject if piece == "[" else self._predicate_list)
        return True

    def _blank_subject(self, piece: str, _: int) -> bool:
        if piece == "]":
            self._states.append(self._predicate_list)
            return True
        self._states += [self._after_blank_subject, self._any, self._predicate_list]
        return False

    def _after_blank_subject(self, piece: str, _: int) -> bool:
        if piece not in (".", "}"):
            self._states.append(self._predicate_list)
        return False

    # Predicates and objects

    def _maybe_predicate_list(self, piece: str, _: int) -> bool:
        if piece != ".":
            self._states.append(self._predicate_list)
        return False

    def _predicate_list(self, _: str, place: int) -> bool:
        self._predicates.append(place)
        self._states += [self._predicate_list_end, self._object_list_end, self._object]
        return True

    def _predicate_list_end(self, piece: str, _: int) -> bool:
        self._predicates.pop()
        if piece == ";":
            self._states.append(self._next_predicate)
            return True
        return False

    def _next_predicate(self, piece: str, place: int) -> bool:
        if piece == ";":
            self._states.append(self._next_predicate)
            return True
        return piece not in (".", "}", "]", "|}") and self._predicate_list(piece, place)

    def _object_list_end(self, piece: str, place: int) -> bool:
        return self._annotate(piece, place, reified=False)

    def _reified_object_list_end(self, piece: str, place: int) -> bool:
        return self._annotate(piece, place, reified=True)

    def _annotate(self, piece: str, place: int, *, reified: bool) -> bool:
        if piece == "~":
            self._opened = place
            self._states += [self._reified_object_list_end, self._reifier]
            return True
        if piece == "{|":
            if not reified:
                self._found.append((place, place, self._objects[-1]))
            self._subjects.append(self._reifiers[-1] if reified else place)
            end = self._reified_annotation_end if reified else self._annotation_end
            self._states += [end, self._predicate_list]
            return True
        self._objects.pop()
        if reified:
            self._reifiers.pop()
        if piece == ",":
            self._states += [self._object_list_end, self._object]
            return True
        return False

    def _annotation_end(self, _: str, __: int) -> bool:
        self._subjects.pop()
        self._states.append(self._object_list_end)
        return True

    def _reified_annotation_end(self, _: str, __: int) -> bool:
        self._subjects.pop()
        self._states.append(self._reified_object_list_end)
        return True

    def _reifier(self, piece: str, place: int) -> bool:
        named = (piece[0] == "<" and piece != "<<") or (":" in piece and piece[0] not in "\"'")
        start = place if named else self._opened
        self._found.append((start, start, self._objects[-1]))
        self._reifiers.append(start)
        return named

    def _object(self, piece: str, place: int) -> bool:
        first = piece[0]
        if first == "[":
            self._opened = place
            self._states.append(self._blank_object)
        elif first == "(":
            self._opened = place
            self._states.append(self._object_collection)
        elif piece == "<<":
            self._states.append(self._object_quoted_end)
            self._quote(place)
        elif piece == "<<(":
            self._states.append(self._object_quoted_end)
            self._quote_term(place)
        else:
            self._objects.append(place)
            if first in "\"'":
                self._states.append(self._suffix)
            else:
                self._emit()
        return True

    def _suffix(self, piece: str, _: int) -> bool:
        if piece == "^^":
            self._states.append(self._datatype)
            return True
        self._emit()
        return piece[0] == "@"

    def _datatype(self, _: str, __: int) -> bool:
        self._emit()
        return True

    def _blank_object(self, piece: str, _: int) -> bool:
        if piece == "]":
            self._objects.append(self._opened)
            self._emit()
            return True
        self._subjects.append(self._opened)
        self._states += [self._blank_object_end, self._predicate_list]
        return False

    def _blank_object_end(self, _: str, __: int) -> bool:
        self._objects.append(self._subjects.pop())
        self._emit()
        return True

    # Collections

    def _subject_collection(self, piece: str, _: int) -> bool:
        self._subjects.append(self._opened)
        return piece == ")" or self._collection()

    def _object_collection(self, piece: str, _: int) -> bool:
        self._objects.append(self._opened)
        self._emit()
        return piece == ")" or self._collection()

    def _collection(self) -> bool:
        self._subjects.append(self._opened)
        self._predicates.append(self._opened)
        self._states += [self._next_member, self._object]
        return False

    def _next_member(self, piece: str, place: int) -> bool:
        node = self._subjects.pop()
        self._predicates.pop()
        self._objects.pop()
        self._found.append((node, node, place))
        if piece == ")":
            return True
        self._opened = place
        return self._collection()

    # RDF 1.2

    def _quote(self, place: int) -> None:
        self._quoted.append(place)
        self._states += [self._quoted_end, self._quoted_object, self._verb, self._quoted_subject]

    def _quote_term(self, place: int) -> None:
        self._quoted.append(place)
        self._states += [self._quoted_object, self._verb, self._quoted_subject]

    def _verb(self, _: str, __: int) -> bool:
        return True

    def _quoted_subject(self, piece: str, place: int) -> bool:
        if piece == "[":
            self._states.append(self._any)
        elif piece == "<<":
            self._states.append(self._inner_quoted_end)
            self._quote(place)
        return True

    def _quoted_object(self, piece: str, place: int) -> bool:
        if piece == "[":
            self._states.append(self._any)
        elif piece == "<<":
            self._states.append(self._inner_quoted_end)
            self._quote(place)
        elif piece == "<<(":
            self._states.append(self._inner_quoted_end)
            self._quote_term(place)
        elif piece[0] in "\"'":
            self._states.append(self._quoted_suffix)
        return True

    def _quoted_suffix(self, piece: str, _: int) -> bool:
        if piece == "^^":
            self._states.append(self._any)
            return True
        return piece[0] == "@"

    def _quoted_end(self, piece: str, place: int) -> bool:
        start = self._quoted[-1]
        if piece == "~":
            self._opened = place
            self._states.append(self._quoted_reifier)
            return True
        self._found.append((start, start, start))
        return False

    def _quoted_reifier(self, piece: str, place: int) -> bool:
        named = piece != ">>"
        start = place if named else self._opened
        self._found.append((start, start, self._quoted[-1]))
        return named

    def _inner_quoted_end(self, _: str, __: int) -> bool:
        self._quoted.pop()
        return True

    def _subject_quoted_end(self, _: str, __: int) -> bool:
        self._subjects.append(self._quoted.pop())
        return True

    def _object_quoted_end(self, _: str, __: int) -> bool:
        self._objects.append(self._quoted.pop())
        self._emit()
        return True
