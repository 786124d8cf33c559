"""Parameters of requests, decoded once and checked one by one."""

import re
from binascii import a2b_qp
from typing import Final

from tipgraph.errors import RequestError

_MAXIMUM_PARAMETERS: Final = 1000
_NO_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ABSOLUTE_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


class Parameters:
    """The parameters of a request: names with their values, in order.

    Args:
        encoded: Form-encoded texts, of the address and of the body.

    Raises:
        RequestError: One is not UTF-8 or not percent-encoded, or there are far too many.
    """

    __slots__ = ("_values",)

    def __init__(self, *encoded: bytes) -> None:
        self._values: dict[str, list[str]] = {}
        pairs = [pair for text in encoded for pair in text.split(b"&") if pair]
        if len(pairs) > _MAXIMUM_PARAMETERS:
            raise RequestError("bad-parameter", f"there are more than {_MAXIMUM_PARAMETERS}")
        for pair in pairs:
            name, _, value = pair.partition(b"=")
            self.add(_decoded(name), _decoded(value))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def names(self) -> frozenset[str]:
        """The names of those that are given."""
        return frozenset(self._values)

    def add(self, name: str, value: str) -> None:
        """Add one."""
        self._values.setdefault(name, []).append(value)

    def all(self, name: str) -> list[str]:
        """All values of a parameter."""
        return self._values.get(name, [])

    def single(self, name: str) -> str | None:
        """The value of a parameter that may be given only once; None when it is not given.

        Raises:
            RequestError: It is repeated.
        """
        values = self._values.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise RequestError("repeated-parameter", f"{name} is given more than once")
        return values[0]

    def graph_iris(self, name: str) -> tuple[str, ...] | None:
        """The IRIs of a parameter that names graphs, each once; None when it is not given.

        Raises:
            RequestError: One is not an absolute IRI.
        """
        values = self._values.get(name)
        if values is None:
            return None
        for iri in values:
            if not _ABSOLUTE_IRI.fullmatch(iri):
                raise RequestError("bad-parameter", f"{name}: {iri!r} is not an absolute IRI")
        return tuple(dict.fromkeys(values))


def _decoded(text: bytes) -> str:
    """Decode one name or value, once."""
    text = text.replace(b"+", b" ")
    if b"%" in text:
        if _NO_ESCAPE.search(text):
            raise RequestError("bad-encoding", "a parameter has a % that begins no escape")
        # Quoted-printable is the same code with another mark, and decoded many times faster than
        # by urllib; queries are mostly escapes.
        text = a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError("bad-encoding", f"a parameter is not UTF-8: {error}") from error


def timeout_seconds(given: str | None) -> float | None:
    """The value of a timeout parameter.

    Raises:
        RequestError: It is not a positive number.
    """
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise RequestError("bad-parameter", f"timeout: {given!r} is not a positive number")
    return seconds
