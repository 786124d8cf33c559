"""What an endpoint says beside its answers: of what went wrong, and of what it left out."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Final

_LONGEST: Final = 300
_HTML: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_NOT_PRINTED: Final = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def quoted(body: bytes, content_type: str) -> str:
    """The words of an error's body, clipped."""
    text = body.decode("utf-8", errors="replace")
    if "html" in content_type.lower():
        text = unescape(_HTML.sub(" ", text))
    text = _NOT_PRINTED.sub(" ", text).strip()
    if not text:
        return "it says no more"
    return f"“{text[:_LONGEST]}{'…' if len(text) > _LONGEST else ''}”"


def left_out(fields: Mapping[bytes, str]) -> str:
    """Why an answer that looks whole is not; empty when there is no sign of that.

    Virtuoso gives what it has when its time is over, and the first rows when there are more than
    it is configured to give; it says so in header fields alone.
    """
    if state := fields.get(b"x-sql-state"):
        return fields.get(b"x-sql-message", "").partition(".  ")[0] or state
    most = fields.get(b"x-sparql-maxrows")
    return f"it gives {most} rows at most, by its ResultSetMaxRows" if most else ""
