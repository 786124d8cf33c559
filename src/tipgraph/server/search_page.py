"""What a search found, as its page shows it: where hits lead, and why they were found."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from tipgraph.namespaces import shorten
from tipgraph.search import Hit, Wanted
from tipgraph.server.addresses import with_parameters
from tipgraph.server.targets import LinkTargets

# Of a longer text, about so many characters are shown, from somewhat before the first word found.
_EXCERPT: Final = 240
_BEFORE: Final = 60


class Part(NamedTuple):
    """A part of a text.

    Args:
        text: What it says.
        marked: Whether it was looked for.
    """

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as the page shows it.

    Args:
        hit: The hit.
        href: The local path that it leads to.
        name: Its IRI in short.
        kind_href: The local path of all things of its kind.
        label: Its label, with the words that were looked for.
        alternative: Another name, likewise.
        definition: Its definition or the part of it that matters, likewise.
    """

    hit: Hit
    href: str
    name: str
    kind_href: str
    label: list[Part]
    alternative: list[Part]
    definition: list[Part]


def show_hit(hit: Hit, wanted: Wanted, targets: LinkTargets) -> ShownHit:
    """Arrange a hit for a page.

    Args:
        hit: The hit.
        wanted: What was looked for.
        targets: Where links lead.
    """
    return ShownHit(
        hit,
        targets.own_address(hit.iri),
        short_name(hit.iri),
        kind_address(hit.kind.iri, targets.root) if hit.kind else "",
        *(
            _marked(_cut(each.text, wanted), wanted) if each else []
            for each in (hit.label, hit.alternative, hit.definition)
        ),
    )


def kind_address(iri: str, root: str) -> str:
    """The local path of a list of all things of a class."""
    return with_parameters(f"{root}search", [("kind", short_name(iri))])


def short_name(iri: str) -> str:
    """An IRI as a prefixed name, if it can be one."""
    return shorten(iri).strip("<>")


def text_of(parts: list[Part]) -> str:
    """A text whose parts these are."""
    return "".join(part.text for part in parts)


def _marked(text: str, wanted: Wanted) -> list[Part]:
    parts, end = [], 0
    for word in wanted.found_in(text):
        if word.start > end:
            parts.append(Part(text[end : word.start], False))
        parts.append(Part(text[max(word.start, end) : word.end], True))
        end = word.end
    return [*parts, Part(text[end:], False)] if end < len(text) else parts


def _cut(text: str, wanted: Wanted) -> str:
    """A text without what is far from the first word that was looked for."""
    if len(text) <= _EXCERPT:
        return text
    first = next((word.start for word in wanted.found_in(text)), 0)
    start = text.find(" ", first - _BEFORE) + 1 if first > _BEFORE else 0
    start = min(start, first)
    end = text.rfind(" ", start, start + _EXCERPT)
    end = end if end > first else start + _EXCERPT
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
