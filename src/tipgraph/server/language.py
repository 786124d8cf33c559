"""The language of labels: which one a client prefers, and which label is nearest to it."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?)\s*)?"
)


def choose_language(accept_language: str, available: Iterable[str]) -> str:
    """The best language for an Accept-Language field (RFC 4647, lookup); English if none fits.

    Args:
        accept_language: The field.
        available: Tags of the languages that labels are in.
    """
    ranges = [
        (float(match[2] or 1), match[1])
        for element in accept_language.split(",")
        if (match := _RANGE.fullmatch(element))
    ]
    known = sorted(available)
    for quality, wanted in sorted(ranges, key=lambda item: -item[0]):
        if quality > 0 and wanted == "*":
            break
        tag = wanted
        while quality > 0 and tag:
            for language in known:
                if matches(tag, language):
                    return language
            tag = tag.rpartition("-")[0]
    return "en"


def matches(wanted: str, language: str) -> bool:
    """Whether a language is the one wanted, or a variety of it."""
    wanted, language = wanted.lower(), language.lower()
    return language == wanted or bool(wanted and language.startswith(f"{wanted}-"))


def preference(language: str, wanted: Sequence[str]) -> int:
    """The place of a language among those wanted; the number of these when it is none of them."""
    return next(
        (number for number, each in enumerate(wanted) if matches(each, language)), len(wanted)
    )
