"""The page of a thing: its description arranged for people, in the language they ask for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, NamedNode
from pyoxigraph import Literal as RdfLiteral

from tipgraph.describe import LABELS, Description
from tipgraph.namespaces import (
    DCTERMS,
    GRAPH_INFERRED,
    OA,
    PROV,
    RDF,
    SKOS,
    TIP,
    XSD,
    shorten,
)
from tipgraph.wording import Statements, Term

_TYPE: Final = f"{RDF}type"
# What a page says first, in this order; the rest follows by name.
_LEADING: Final = (
    f"{SKOS}definition",
    f"{SKOS}scopeNote",
    f"{TIP}evidentiality",
    f"{TIP}force",
    f"{TIP}endorsement",
    f"{TIP}quantifier",
    f"{PROV}wasAttributedTo",
    f"{DCTERMS}temporal",
    f"{PROV}wasDerivedFrom",
    f"{TIP}conflictsWith",
    f"{TIP}contradictedBy",
    f"{TIP}qualifies",
)
_STATED: Final = tuple(f"{TIP}claim{part}" for part in ("Subject", "Predicate", "Object", "Value"))
_PLAIN: Final = (f"{XSD}string", f"{RDF}langString")
_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?)\s*)?"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A term as a page shows it.

    Args:
        text: What it is called, or its value.
        href: Where it leads; empty when nowhere.
        language: The language of the text; empty when it has none.
        note: What is to be known about it, such as its datatype.
        inferred: Whether the triple that says it was inferred.
        inside: What is said of it in turn, if it has no name of its own.
    """

    text: str
    href: str = ""
    language: str = ""
    note: str = ""
    inferred: bool = False
    inside: "tuple[Row, ...]" = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A property and its values."""

    property: Shown
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement about the thing, in brief: the values of some of its properties."""

    statement: Shown
    cells: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage is in its document, and how to check it in a copy of one's own.

    Args:
        passage: The passage.
        start: Offset of its first code point.
        end: Offset after its last code point.
        sha256: Digest of the span in UTF-8; empty when none is given.
        document: The document.
        document_sha256: Digest of the document's file; empty when none is given.
    """

    passage: Shown
    start: int
    end: int
    sha256: str
    document: Shown | None
    document_sha256: str


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """The nodes that point at the thing by a property.

    Args:
        property: The property.
        count: How many there are altogether.
        shown: Those on this page; claims and conclusions, which are listed in full, left out.
    """

    property: Shown
    count: int
    shown: tuple[Shown, ...]


class ThingPage:
    """A description as a page shows it.

    Args:
        description: The description.
        language: The language preferred for labels.
        base_iri: The base of IRIs.
        root: The local path of the home page.
    """

    def __init__(
        self, description: Description, *, language: str, base_iri: str, root: str
    ) -> None:
        self._description = description
        self._language = language
        self._base = base_iri
        self._root = root
        self.iri = description.iri
        self._known = Statements(quad.triple for quad in description.quads)
        asserted = {quad.triple for quad in description.quads if quad.graph_name != GRAPH_INFERRED}
        self._inferred = {
            (quad.subject, quad.predicate.value, quad.object)
            for quad in description.quads
            if quad.triple not in asserted
        }

    @property
    def heading(self) -> Shown:
        """What the thing is called."""
        return self._named(self.iri)

    @property
    def types(self) -> tuple[Shown, ...]:
        """The classes of the thing, those stated first."""
        return self._values(self.iri, _TYPE)

    @property
    def sentence(self) -> tuple[Shown, ...]:
        """Subject, predicate and object of a statement; empty for other things."""
        parts = [self._values(self.iri, f"{TIP}claim{part}") for part in ("Subject", "Predicate")]
        objects = self._values(self.iri, f"{TIP}claimObject")
        parts.append(objects or self._values(self.iri, f"{TIP}claimValue"))
        return tuple(part[0] for part in parts if part) if parts[0] and parts[1] else ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is said of the thing, but for its names and classes, and what it states."""
        stated = _STATED if self.sentence else ()
        return self._rows(self.iri, but=(_TYPE, *LABELS, *stated))

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the thing, or what it rests on, stands in a document."""
        resting = self._known.objects(self.iri, f"{PROV}wasDerivedFrom")
        return tuple(place for node in (self.iri, *resting) for place in self._places(node))

    @property
    def statements(self) -> tuple[StatementRow, ...]:
        """The claims about the thing on this page: status, how sure, by whom, resting on what."""
        return self._statements(
            (_TYPE, f"{TIP}evidentiality", f"{PROV}wasAttributedTo", f"{PROV}wasDerivedFrom"),
            conclusions=False,
        )

    @property
    def conclusions(self) -> tuple[StatementRow, ...]:
        """The inferred statements on this page: by which rule, how sure, resting on what."""
        return self._statements(
            (f"{TIP}rule", f"{TIP}evidentiality", f"{PROV}wasDerivedFrom"), conclusions=True
        )

    @property
    def links(self) -> tuple[LinkGroup, ...]:
        """What points at the thing, by property, most often used first."""
        listed = set(self._description.statements)
        counted = sorted(
            self._description.links.items(), key=lambda item: (-item[1], item[0].value)
        )
        return tuple(
            LinkGroup(
                self._property(name),
                count,
                tuple(
                    self._named(node, (node, name.value, self.iri))
                    for node in self._known.subjects(name.value, self.iri)
                    if isinstance(node, NamedNode) and node not in listed
                ),
            )
            for name, count in counted
        )

    @property
    def replacements(self) -> tuple[Shown, ...]:
        """What stands in the place of a retired thing."""
        return self._values(self.iri, f"{DCTERMS}isReplacedBy")

    def _statements(self, columns: Sequence[str], *, conclusions: bool) -> tuple[StatementRow, ...]:
        conclusion = NamedNode(f"{TIP}InferredStatement")
        return tuple(
            StatementRow(
                self._named(node),
                # All that is said of a conclusion was inferred; of a claim, what it states counts.
                tuple(
                    tuple(
                        self._shown(value)
                        for value in self._known.objects(node, name)
                        if conclusions or not self._is_inferred(node, name, value)
                    )
                    for name in columns
                ),
            )
            for node in self._description.statements
            if (conclusion in self._known.objects(node, _TYPE)) is conclusions
        )

    def _rows(self, node: object, but: Sequence[str] = ()) -> tuple[Row, ...]:
        predicates = [each for each in self._known.predicates[node] if each.value not in but]
        return tuple(
            Row(self._property(each), self._values(node, each.value))
            for each in sorted(predicates, key=self._order)
        )

    def _order(self, predicate: NamedNode) -> tuple[int, str]:
        if predicate.value in _LEADING:
            return _LEADING.index(predicate.value), ""
        return len(_LEADING), self._property(predicate).text.casefold()

    def _places(self, node: object) -> Iterator[Place]:
        for selector in self._known.objects(node, f"{OA}hasSelector"):
            start = self._known.text(selector, f"{OA}start")
            end = self._known.text(selector, f"{OA}end")
            if isinstance(node, NamedNode) and start.isdecimal() and end.isdecimal():
                sources = self._known.objects(node, f"{OA}hasSource")
                yield Place(
                    self._named(node),
                    int(start),
                    int(end),
                    self._known.text(node, f"{TIP}spanSha256"),
                    next((self._shown(source) for source in sources), None),
                    next((self._known.text(each, f"{TIP}documentSha256") for each in sources), ""),
                )

    def _values(self, node: object, predicate: str) -> tuple[Shown, ...]:
        """The values of a property, stated ones before inferred ones, each by name."""
        shown = [
            self._shown(value, (node, predicate, value))
            for value in self._known.objects(node, predicate)
        ]
        return tuple(sorted(shown, key=lambda each: (each.inferred, each.text.casefold())))

    def _is_inferred(self, *triple: object) -> bool:
        return triple in self._inferred

    def _shown(self, term: Term, triple: tuple[object, str, object] | None = None) -> Shown:
        inferred = triple in self._inferred
        if isinstance(term, NamedNode):
            return self._named(term, triple)
        if isinstance(term, BlankNode):
            return Shown("", inferred=inferred, inside=self._rows(term))
        datatype = term.datatype.value
        note = "" if datatype in _PLAIN else shorten(datatype)
        return Shown(term.value, "", term.language or "", note, inferred)

    def _named(self, node: NamedNode, triple: tuple[object, str, object] | None = None) -> Shown:
        label = self._label(node)
        text = label.value if label else shorten(node.value).strip("<>")
        language = (label.language or "") if label else ""
        return Shown(text, self._href(node), language, inferred=triple in self._inferred)

    def _property(self, node: NamedNode) -> Shown:
        """A property by its label, or else by its name in words."""
        if self._label(node):
            return self._named(node)
        name = re.split(r"[/#]", node.value)[-1]
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
        return Shown(words or node.value, self._href(node))

    def _label(self, node: NamedNode) -> RdfLiteral | None:
        """The label in the language preferred, or else in English, or in no language, or any."""
        wanted = (self._language, "en", "")
        for name in LABELS:
            labels = [
                each for each in self._known.objects(node, name) if isinstance(each, RdfLiteral)
            ]
            if labels:
                return min(labels, key=lambda each: _preference(each.language or "", wanted))
        return None

    def _href(self, node: NamedNode) -> str:
        """Where a link leads: a local path for what this service answers for."""
        if node.value.startswith(self._base):
            return self._root + node.value.removeprefix(self._base)
        return node.value if node.value.startswith(("http://", "https://")) else ""


def _preference(language: str, wanted: Sequence[str]) -> int:
    return next(
        (number for number, each in enumerate(wanted) if matches(each, language)), len(wanted)
    )


def matches(wanted: str, language: str) -> bool:
    """Whether a language is the one wanted, or a variety of it."""
    wanted, language = wanted.lower(), language.lower()
    return language == wanted or bool(wanted and language.startswith(f"{wanted}-"))


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
