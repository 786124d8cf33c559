"""A source text as passages: sections, paragraphs and sentences, fixed by offsets and digests.

Offsets are 0-based, end-exclusive and in code points; a digest is the SHA-256 of the exact span in
UTF-8. Passages never carry the text.

A paragraph is one line that is longer than 150 code points or ends as a sentence does. A shorter
line is a heading when it is the last one before a paragraph, and begins a section that reaches to
the section's last paragraph. What stands before the first paragraph is the document's title and
furniture: section 0 begins with the paragraph itself.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final, Literal

from pyoxigraph import BlankNode, NamedNode, Quad, Triple
from pyoxigraph import Literal as RdfLiteral

from tipgraph.namespaces import BASE, OA, PROV, RDF, RDFS, TIP, XSD

Kind = Literal["section", "paragraph", "sentence"]

_LONG_LINE: Final = 150
_LINE: Final = re.compile(r"[^\n]+")
_SENTENCE_END: Final = re.compile(r"[.!?]+[”’\"')\]]*(?:(?=\s+([“‘\"'(\[]|\w))|$)")
_OPENING: Final = "“‘\"'(["
_CLASSES: Final = {
    "section": "SectionPassage",
    "paragraph": "ParagraphPassage",
    "sentence": "SentencePassage",
}


@dataclass(frozen=True)
class Passage:
    """A stretch of a source text.

    Args:
        kind: `section`, `paragraph` or `sentence`.
        number: Sections count from 0, paragraphs and sentences from 1, through the whole text.
        section: Number of the section it is, or is in.
        paragraph: Number of the paragraph it is, or is in; None for a section.
        line: 1-based line it begins on.
        start: 0-based code point where it begins.
        end: Code point where it ends, exclusive.
        sha256: Digest (hex) of the exact span in UTF-8.
    """

    kind: Kind
    number: int
    section: int
    paragraph: int | None
    line: int
    start: int
    end: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the passage's IRI: `sec-0`, `p01` or `s01`."""
        if self.kind == "section":
            return f"sec-{self.number}"
        return f"{self.kind[0]}{self.number:02}"


@dataclass(frozen=True)
class SourceText:
    """A text split into passages.

    Args:
        sha256: Digest (hex) of the whole text in UTF-8.
        code_points: Its length.
        passages: All passages in order of their start, larger before smaller.
    """

    sha256: str
    code_points: int
    passages: tuple[Passage, ...]

    def of_kind(self, kind: Kind) -> list[Passage]:
        """The passages of one kind, in order."""
        return [passage for passage in self.passages if passage.kind == kind]


def split(text: str) -> SourceText:
    """Split a text into its passages."""
    found: list[Passage] = []
    sentences = 0
    for section, paragraphs in enumerate(_sections(text)):
        start, end = paragraphs[0].section_start, paragraphs[-1].end
        found.append(_passage(text, "section", (section, section, None), (start, end)))
        for paragraph in paragraphs:
            number, span = paragraph.number, (paragraph.start, paragraph.end)
            found.append(_passage(text, "paragraph", (number, section, number), span))
            for sentence in _sentences(text, *span):
                sentences += 1
                found.append(_passage(text, "sentence", (sentences, section, number), sentence))
    return SourceText(_digest(text), len(text), tuple(found))


def is_shipped_document(source: SourceText, data: Iterable[Quad]) -> bool:
    """Whether the text is the one that the shipped data was read from, by its digest."""
    return any(
        quad.predicate.value == f"{TIP}documentSha256"
        and isinstance(quad.object, RdfLiteral)
        and quad.object.value == source.sha256
        for quad in data
    )


def claims_per_sentence(source: SourceText, data: Iterable[Quad]) -> dict[str, int]:
    """Count the claims that rest on each sentence of a text.

    Args:
        source: The text.
        data: The shipped data; its passages are matched by digest.

    Returns:
        Name of the sentence passage to number of claims, 0 where there is none.
    """
    digests: dict[object, str] = {}
    claims: Counter[object] = Counter()
    for quad in data:
        if quad.predicate.value == f"{TIP}spanSha256" and isinstance(quad.object, RdfLiteral):
            digests[quad.subject] = quad.object.value
        elif quad.predicate.value == f"{PROV}wasDerivedFrom":
            claims[quad.object] += 1
    by_digest = Counter({digest: claims[passage] for passage, digest in digests.items()})
    return {sentence.name: by_digest[sentence.sha256] for sentence in source.of_kind("sentence")}


def rows(
    source: SourceText, claims: Mapping[str, int] | None, text: str | None
) -> list[dict[str, object]]:
    """The passages as rows of a table.

    Args:
        source: The text split.
        claims: Claims per sentence, for a column of their own; None for another document.
        text: The text itself, to show each passage's words; None to keep them out.
    """
    found: list[dict[str, object]] = []
    for passage in source.passages:
        row: dict[str, object] = {"name": passage.name, **asdict(passage)}
        if claims is not None:
            row["claims"] = claims.get(passage.name)
        if text is not None:
            row["text"] = text[passage.start : passage.end]
        found.append(row)
    return found


def to_triples(source: SourceText, document_name: str) -> Iterator[Triple]:
    """The passages as RDF, with the terms of the ontology.

    Args:
        source: The text.
        document_name: Last part of the document's IRI, such as `nk`.
    """
    document = NamedNode(f"{BASE}doc/{document_name}")
    yield Triple(document, NamedNode(f"{RDF}type"), NamedNode(f"{TIP}SourceDocument"))
    yield Triple(document, NamedNode(f"{TIP}codePoints"), _integer(source.code_points))
    yield Triple(document, NamedNode(f"{TIP}documentSha256"), _hex(source.sha256))
    for passage in source.passages:
        yield from _passage_triples(passage, document)


def _passage_triples(passage: Passage, document: NamedNode) -> Iterator[Triple]:
    node = NamedNode(f"{document.value}/{passage.name}")
    selector = BlankNode()
    label = RdfLiteral(f"{passage.kind.capitalize()} {passage.number}", language="en")
    parts: dict[str, NamedNode | BlankNode | RdfLiteral] = {
        f"{RDF}type": NamedNode(f"{TIP}{_CLASSES[passage.kind]}"),
        f"{RDFS}label": label,
        f"{OA}hasSource": document,
        f"{OA}hasSelector": selector,
        f"{TIP}{passage.kind}Number": _integer(passage.number),
        f"{TIP}spanSha256": _hex(passage.sha256),
    }
    if passage.kind != "section":
        parts[f"{TIP}inSection"] = NamedNode(f"{document.value}/sec-{passage.section}")
    if passage.kind == "sentence":
        parts[f"{TIP}inParagraph"] = NamedNode(f"{document.value}/p{passage.paragraph:02}")
    for predicate, value in parts.items():
        yield Triple(node, NamedNode(predicate), value)
    yield Triple(selector, NamedNode(f"{RDF}type"), NamedNode(f"{OA}TextPositionSelector"))
    yield Triple(selector, NamedNode(f"{OA}start"), _integer(passage.start))
    yield Triple(selector, NamedNode(f"{OA}end"), _integer(passage.end))


@dataclass(frozen=True)
class _Paragraph:
    number: int
    section_start: int
    start: int
    end: int


def _sections(text: str) -> list[list[_Paragraph]]:
    """The paragraphs of each section."""
    sections: list[list[_Paragraph]] = []
    heading: int | None = None
    number = 0
    for match in _LINE.finditer(text):
        line = match.group().strip()
        if not line:
            continue
        start = match.start() + match.group().index(line)
        if not _is_paragraph(line):
            heading = start
            continue
        number += 1
        if not sections or heading is not None:
            sections.append([])
        section_start = start if heading is None or len(sections) == 1 else heading
        sections[-1].append(_Paragraph(number, section_start, start, start + len(line)))
        heading = None
    return sections


def _is_paragraph(line: str) -> bool:
    return len(line) > _LONG_LINE or re.search(r"[.!?][”’\"')\]]*$", line) is not None


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of a paragraph's sentences; the white space between them belongs to none."""
    paragraph = text[start:end]
    begin = 0
    for match in _SENTENCE_END.finditer(paragraph):
        following = match.group(1)
        if following and following not in _OPENING and not following.isupper():
            continue
        yield start + begin, start + match.end()
        begin = len(paragraph) - len(paragraph[match.end() :].lstrip())
    if begin < len(paragraph):
        yield start + begin, end


def _passage(
    text: str, kind: Kind, numbers: tuple[int, int, int | None], span: tuple[int, int]
) -> Passage:
    """A passage, from its own number, its section's and its paragraph's, and its span."""
    start, end = span
    line = text.count("\n", 0, start) + 1
    return Passage(kind, *numbers, line, start, end, _digest(text[start:end]))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _integer(number: int) -> RdfLiteral:
    return RdfLiteral(str(number), datatype=NamedNode(f"{XSD}integer"))


def _hex(digest: str) -> RdfLiteral:
    return RdfLiteral(digest, datatype=NamedNode(f"{XSD}hexBinary"))
