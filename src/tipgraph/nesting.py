"""Refusing of RDF that is nested more deeply than the engine can read.

It reads triple terms and the objects of JSON-LD by recursion: some thousands within each other
overflow its stack, which ends the process without a word. What else is nested it reads otherwise.
"""

from io import BytesIO
from itertools import accumulate
from typing import Final

from pyoxigraph import RdfFormat

from tipgraph.errors import InputError
from tipgraph.streams import Readable

# About half and a third of what the usual stack of 8 MB holds.
_MOST_TERMS: Final = 5000
_MOST_OBJECTS: Final = 1000
_TERM_END: Final = b")>>"
# Only the object of a triple can be a triple term, so that all of them end together.
_DEEP_END: Final = _TERM_END * (_MOST_TERMS + 1)
_SPACE: Final = b" \t\r\n"
_OBJECT: Final = b"{}"
_NO_OBJECT: Final = bytes(set(range(256)) - set(_OBJECT))


class Shallow:
    """A stream of RDF that is refused where it is nested too deeply, before that is passed on.

    Args:
        content: The stream.
        form: Its format.
        source: What it is called.
    """

    def __init__(self, content: Readable, form: RdfFormat, source: str) -> None:
        self._content, self._source = content, source
        self._is_json = form == RdfFormat.JSON_LD
        self._rest = b""
        self._depth = 0
        self._in_text = False

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes; raises InputError for what is nested too deeply."""
        piece = self._content.read(size)
        if self._is_json:
            self._check_objects(piece)
        else:
            self._check_terms(piece)
        return piece

    def _check_terms(self, piece: bytes) -> None:
        text = self._rest + piece
        if _TERM_END in text:
            text = text.translate(None, _SPACE)
            if _DEEP_END in text:
                raise _too_deep(self._source, _MOST_TERMS, "triple terms")
            self._rest = text[-len(_DEEP_END) :]
        else:
            self._rest = text[-len(_TERM_END) + 1 :]

    def _check_objects(self, piece: bytes) -> None:
        text = (self._rest + piece).replace(rb"\\", b"").replace(rb"\"", b"")
        self._rest = b"\\" if text.endswith(b"\\") else b""
        # Without escapes, texts begin and end at each second quotation mark.
        parts = text.split(b'"')
        braces = b"".join(parts[self._in_text :: 2]).translate(None, _NO_OBJECT)
        self._in_text ^= len(parts) % 2 == 0
        opening = ord("{") + 1
        depths = [*accumulate((opening - each for each in braces), initial=self._depth)]
        if max(depths) > _MOST_OBJECTS:
            raise _too_deep(self._source, _MOST_OBJECTS, "objects")
        self._depth = depths[-1]


def check_depth(text: str, form: RdfFormat, source: str) -> None:
    """Raise InputError for a text of RDF that is nested too deeply."""
    if form == RdfFormat.JSON_LD or _TERM_END.decode() in text:
        Shallow(BytesIO(text.encode(errors="replace")), form, source).read()


def _too_deep(source: str, most: int, what: str) -> InputError:
    return InputError(f"{source}: more than {most:,} {what} within each other, too deep to be read")
