"""Terms as pages show them: what they are called, where they lead, whether they were inferred."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Quad, Triple
from pyoxigraph import Literal as RdfLiteral

from tipgraph.describe import LABELS, inferred_triples
from tipgraph.namespaces import DCTERMS, PROV, RDF, SKOS, TIP, XSD, shorten
from tipgraph.server.language import preference
from tipgraph.server.targets import LinkTargets
from tipgraph.wording import Phrase, Statements, Term

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
)
_PLAIN: Final = (f"{XSD}string", f"{RDF}langString")
_CELL: Final = {NamedNode(f"{RDF}first"), NamedNode(f"{RDF}rest")}
_LIST: Final = NamedNode(f"{RDF}List")
# Nodes without a name, or triples, that stand in each other this deep are left to the data.
DEEPEST: Final = 40
MORE: Final = "more is in the data"


@dataclass(frozen=True, slots=True)
class Shown:
    """A term as a page shows it.

    Args:
        text: What it is called, or its value.
        href: Where it leads; empty when nowhere.
        language: The language of the text; empty when it has none.
        note: What is to be known about it, such as its datatype.
        inferred: Whether the triple that says it was inferred.
        why: The local path that tells why it was; empty where that is said otherwise.
        inside: What is said of it in turn, if it has no name of its own.
        parts: Its subject, predicate and object, if it is a triple term.
        term: The term.
    """

    text: str
    href: str = ""
    language: str = ""
    note: str = ""
    inferred: bool = False
    why: str = ""
    inside: "tuple[Row, ...]" = ()
    parts: "tuple[Shown, ...]" = ()
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A property and its values."""

    property: Shown
    values: tuple[Shown, ...]


def show_triple(triple: Triple, parts: Sequence[Shown], *, inferred: bool = False) -> Shown:
    """A triple term in the notation of RDF 1.2 Turtle, its terms as they are shown."""
    quoted = tuple(
        replace(part, text=f'"{part.text}"') if isinstance(part.term, RdfLiteral) else part
        for part in parts
    )
    text = " ".join(part.text for part in quoted)
    return Shown(f"<<( {text} )>>", inferred=inferred, parts=quoted, term=triple)


class Display:
    """Shows terms, with labels in the language preferred and links to local paths.

    Args:
        quads: What is known of them.
        ontology: What the ontology says of its terms.
        language: The language preferred for labels.
        targets: Where links lead.
    """

    def __init__(
        self,
        quads: Iterable[Quad],
        ontology: Statements,
        *,
        language: str,
        targets: LinkTargets,
    ) -> None:
        quads = list(quads)
        self.known = Statements({quad.triple for quad in quads})
        self._ontology = ontology
        # The language preferred, or else English, or no language, or any.
        self._wanted = (language, "en", "")
        self._targets = targets
        self._labels: dict[NamedNode, RdfLiteral | None] = {}
        # The nodes without a name, and the triples, that what is being shown stands in.
        self._around: list[BlankNode | Triple] = []
        self._inferred = {(t.subject, t.predicate.value, t.object) for t in inferred_triples(quads)}

    def is_inferred(self, *triple: object) -> bool:
        """Whether a triple, its predicate given as text, is known by inference alone."""
        return triple in self._inferred

    def rows(self, node: object, but: Sequence[str] = ()) -> tuple[Row, ...]:
        """What is said of a node, some properties left out."""
        predicates = [each for each in self.known.predicates[node] if each.value not in but]
        return tuple(
            Row(self.property(each), self.values(node, each.value))
            for each in sorted(predicates, key=self._order)
        )

    def values(self, node: object, predicate: str) -> tuple[Shown, ...]:
        """The values of a property, stated ones before inferred ones, each by name."""
        shown = [
            self.shown(value, (node, predicate, value))
            for value in self.known.objects(node, predicate)
        ]
        return tuple(sorted(shown, key=lambda each: (each.inferred, each.text.casefold())))

    def shown(self, term: Term, triple: tuple[object, str, object] | None = None) -> Shown:
        """A term, and whether a triple about it is inferred."""
        inferred = triple in self._inferred
        if isinstance(term, NamedNode):
            return self.named(term, triple)
        if isinstance(term, BlankNode):
            return self._unnamed(term, inferred)
        if isinstance(term, Triple):
            return self._triple(term, inferred)
        datatype = term.datatype.value
        note = "" if datatype in _PLAIN else shorten(datatype)
        return Shown(term.value, "", term.language or "", note, inferred, term=term)

    def _unnamed(self, node: BlankNode, inferred: bool) -> Shown:
        """A node without a name by what is said of it, a list by its members."""
        if node in self._around:
            return Shown("the node that this is part of", inferred=inferred, term=node)
        if len(self._around) == DEEPEST:
            return Shown(MORE, inferred=inferred, term=node)
        self._around.append(node)
        members = self._members(node)
        if members:
            inside: tuple[Row, ...] = (Row(Shown("members", term=_LIST), members),)
        else:
            inside = self.rows(node)
        self._around.pop()
        return Shown("" if inside else "[]", inferred=inferred, inside=inside, term=node)

    def _triple(self, triple: Triple, inferred: bool) -> Shown:
        """A triple term by its three terms."""
        if len(self._around) == DEEPEST:
            return Shown(MORE, inferred=inferred, term=triple)
        self._around.append(triple)
        parts = (
            self.shown(triple.subject),
            self.property(triple.predicate),
            self.shown(triple.object),
        )
        self._around.pop()
        return show_triple(triple, parts, inferred=inferred)

    def _members(self, node: BlankNode) -> tuple[Shown, ...]:
        """The members of a list of which nothing else is said; none where there is no such list."""
        cell: object = node
        seen: set[object] = set()
        while self.known.predicates.get(cell) == _CELL and cell not in seen:
            seen.add(cell)
            [cell, *more] = self.known.objects(cell, f"{RDF}rest")
            if more:
                return ()
        if cell != NamedNode(f"{RDF}nil"):
            return ()
        return tuple(self.shown(member) for member in self.known.members(node))

    def named(self, node: NamedNode, triple: tuple[object, str, object] | None = None) -> Shown:
        """A thing by its label, or else by its short IRI."""
        label = self._label(node)
        text = label.value if label else shorten(node.value).strip("<>")
        language = (label.language or "") if label else ""
        inferred = triple in self._inferred
        return Shown(
            text, self._targets.address(node.value), language, inferred=inferred, term=node
        )

    def property(self, node: NamedNode) -> Shown:
        """A property by its label, or else by its name in words."""
        if self._label(node):
            return self.named(node)
        name = re.split(r"[/#]", node.value)[-1]
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
        return Shown(words or node.value, self._targets.address(node.value), term=node)

    def phrase(self, phrase: Phrase) -> tuple[Shown, ...]:
        """A phrase, with labels and links in the place of IRIs."""
        return tuple(
            Shown(part) if isinstance(part, str) else self.property(part) for part in phrase
        )

    def _order(self, predicate: NamedNode) -> tuple[int, str]:
        if predicate.value in _LEADING:
            return _LEADING.index(predicate.value), ""
        return len(_LEADING), self.property(predicate).text.casefold()

    def _label(self, node: NamedNode) -> RdfLiteral | None:
        if node not in self._labels:
            self._labels[node] = self._find_label(node)
        return self._labels[node]

    def _find_label(self, node: NamedNode) -> RdfLiteral | None:
        for known in (self.known, self._ontology):
            for name in LABELS:
                labels = [
                    each
                    for each in known.objects(node, name)
                    if isinstance(each, RdfLiteral) and each.value.strip()
                ]
                if labels:
                    return min(labels, key=self._distance)
        return None

    def _distance(self, label: RdfLiteral) -> int:
        return preference(label.language or "", self._wanted)
