"""Requests that came before to the byte, and what is sent for them again.

A client that asks again mostly sends the same bytes. Where the answer is kept, these are all that
is looked at: to read a request and to find out what it asks takes far longer than to send what is
kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# How many requests, and bytes in one.
_MOST: Final = 1024
_LONGEST: Final = 8192

# The body of an answer that is kept; None when it no longer is.
Kept = Callable[[], bytes | None]


@dataclass(frozen=True, slots=True)
class Repeat:
    """What is sent again for a request.

    Args:
        path: The path of the request.
        status: The status code of the response.
        kept: Where its body is kept.
        head: The status line, and the header fields that are the same each time.
    """

    path: str
    status: int
    kept: Kept
    head: bytes


class Repeats:
    """The requests whose answers are kept."""

    def __init__(self) -> None:
        self._known: dict[bytes, Repeat] = {}

    def note(self, sent: bytes, repeat: Repeat) -> None:
        """Remember what is sent for a request.

        Args:
            sent: All bytes of the request.
            repeat: What is sent again.
        """
        if len(sent) > _LONGEST:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[sent] = repeat

    def find(self, sent: bytes) -> tuple[Repeat, bytes] | None:
        """What is sent for a request, and its body.

        Args:
            sent: What has come from a client.

        Returns:
            None when it is no request that is known, or its answer is no longer kept.
        """
        repeat = self._known.get(sent)
        if repeat is None:
            return None
        body = repeat.kept()
        if body is None:
            del self._known[sent]
            return None
        return repeat, body
