"""Where passages are in their documents, so that whoever has a copy finds and checks them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.namespaces import OA, RDF, TIP
from tipgraph.server.shown import Display, Shown

_WITHIN: Final = (f"{TIP}inParagraph", f"{TIP}inSection")
# The properties of a passage that its place says.
SAID_OF_PASSAGES: Final = (f"{OA}hasSelector", f"{TIP}spanSha256")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage is in its document, and how to check it in a copy of one's own.

    Args:
        passage: The passage.
        within: How many passages it is said to be a part of.
        kinds: What it is, such as a sentence.
        start: Offset of its first code point.
        end: Offset after its last code point.
        sha256: Digest of the span in UTF-8; empty when none is given.
        document: The document.
        document_sha256: Digest of the document's file; empty when none is given.
    """

    passage: Shown
    within: int
    kinds: tuple[Shown, ...]
    start: int
    end: int
    sha256: str
    document: Shown | None
    document_sha256: str

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts passages as they follow each other, the whole before its parts."""
        return self.start, -self.end, self.within


def places(display: Display, node: object) -> Iterator[Place]:
    """Where a passage is; nothing if the node is none."""
    known = display.known
    for selector in known.objects(node, f"{OA}hasSelector"):
        start, end = (known.text(selector, f"{OA}{name}") for name in ("start", "end"))
        if isinstance(node, NamedNode) and start.isdecimal() and end.isdecimal():
            sources = known.objects(node, f"{OA}hasSource")
            kinds = display.values(node, f"{RDF}type")
            yield Place(
                display.named(node),
                sum(len(known.objects(node, name)) for name in _WITHIN),
                tuple(each for each in kinds if not each.inferred),
                int(start),
                int(end),
                known.text(node, f"{TIP}spanSha256"),
                next((display.shown(source) for source in sources), None),
                next((known.text(each, f"{TIP}documentSha256") for each in sources), ""),
            )
