"""Content negotiation: one pure function over an Accept field and what is offered.

RFC 9110, section 12.5.1: each offer gets the quality of the most specific media range that matches
it, a quality of 0 rules it out, and the best one wins. Between equals, what was named exactly wins
over what a wildcard lets in, then the order of the offers decides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from tipgraph.errors import NotAcceptableError

_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PARAMETER: Final = re.compile(r';\s*([^\s;=]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)\s*')
_RANGE: Final = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*")
_QUALITY: Final = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_EXACT: Final = 3
# Parameters that ask for a variety of a format; the format itself still fits.
_REFINEMENTS: Final = frozenset(("profile", "version"))


class Offered(Protocol):
    """Something with a media type that can be sent."""

    @property
    def media_type(self) -> str:
        """Its media type."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Further media types that ask for it."""
        ...


Offer = TypeVar("Offer", bound=Offered)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type that is offered beside the formats of queries."""

    media_type: str
    aliases: tuple[str, ...] = ()


HTML: Final = MediaType("text/html", ("application/xhtml+xml",))


@dataclass(frozen=True, slots=True)
class MediaRange:
    """An element of an Accept field: what it matches and how much that is wanted."""

    type: str
    subtype: str
    quality: float
    parameters: tuple[tuple[str, str], ...] = field(default=())

    def specificity(self, media_type: str) -> int:
        """How closely this matches a media type: 0 not at all, 1 `*/*`, 2 `type/*`, 3 exactly."""
        kind, _, subtype = media_type.partition("/")
        if not all(_satisfied(name, value) for name, value in self.parameters):
            return 0
        if self.type == "*":
            return 1 if self.subtype == "*" else 0
        if self.type != kind:
            return 0
        return 2 if self.subtype == "*" else _EXACT * (self.subtype == subtype)


def negotiate(accept: str | None, offers: Sequence[Offer]) -> Offer | None:
    """Choose what to send.

    Args:
        accept: The Accept field, several lines joined by commas; None when there is none. A field
            without a single well-formed media range counts as none.
        offers: What can be sent, in order of preference.

    Returns:
        The chosen offer, or None when nothing offered is acceptable.
    """
    ranges = list(media_ranges(accept)) if accept else []
    if not ranges:
        return offers[0]
    best, best_rank = None, (0.0, 0)
    for offer in offers:
        rank = _rank(offer, ranges)
        if rank > best_rank:
            best, best_rank = offer, rank
    return best


def negotiated(accept: str | None, offers: Sequence[Offer], what: str) -> Offer:
    """Choose what to send, as `negotiate` does.

    Args:
        accept: The Accept field.
        offers: What can be sent.
        what: What this is, for who accepts none of it.

    Raises:
        NotAcceptableError: Nothing offered is acceptable.
    """
    chosen = negotiate(accept, offers)
    if chosen is None:
        raise NotAcceptableError(what, tuple(each.media_type for each in offers))
    return chosen


def media_ranges(accept: str) -> Iterator[MediaRange]:
    """Parse an Accept field; elements that are not well-formed are passed over."""
    for element in _ELEMENT.findall(accept):
        match = _RANGE.match(element)
        if match is None:
            continue
        rest = element[match.end() :]
        parameters = [
            (name.lower(), value.strip('"').lower()) for name, value in _PARAMETER.findall(rest)
        ]
        quality = next((value for name, value in parameters if name == "q"), "1")
        if _PARAMETER.sub("", rest).strip("; \t") or not _QUALITY.fullmatch(quality):
            continue
        yield MediaRange(
            match.group(1).lower(),
            match.group(2).lower(),
            float(quality),
            tuple(item for item in parameters if item[0] != "q"),
        )


def _rank(offer: Offered, ranges: Sequence[MediaRange]) -> tuple[float, int]:
    """The quality of an offer, and how specific the range was that gave it; zeros for none."""
    specificity, quality = _best_range(offer.media_type, ranges)
    if specificity == _EXACT:
        return (quality, specificity) if quality else (0.0, 0)
    # An alias is a name, so only a range that says it asks for the offer.
    for alias in offer.aliases:
        alias_specificity, alias_quality = _best_range(alias, ranges)
        if alias_specificity == _EXACT:
            specificity, quality = max((specificity, quality), (_EXACT, alias_quality))
    return (quality, specificity) if specificity and quality else (0.0, 0)


def _best_range(media_type: str, ranges: Sequence[MediaRange]) -> tuple[int, float]:
    return max((accepted.specificity(media_type), accepted.quality) for accepted in ranges)


def _satisfied(name: str, value: str) -> bool:
    return name in _REFINEMENTS or (name == "charset" and value in ("utf-8", "utf8", "us-ascii"))
