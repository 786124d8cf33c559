"""The page of a thing: its description for people, with the evidence for each statement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pyoxigraph import NamedNode, Triple

from tipgraph.describe import LABELS, Description
from tipgraph.namespaces import DCTERMS, OWL, PROV, RDF, SKOS, TIP
from tipgraph.server.evidence import STATED, Evidence, EvidenceReader
from tipgraph.server.passages import SAID_OF_PASSAGES, Place, places
from tipgraph.server.shown import Display, Row, Shown
from tipgraph.server.surroundings import Surroundings
from tipgraph.server.targets import LinkTargets
from tipgraph.server.why_page import why_address
from tipgraph.wording import Statements

_TYPE: Final = f"{RDF}type"
_NOTE: Final = f"{SKOS}editorialNote"
_CONFLICTS: Final = f"{TIP}conflictsWith"
_CONTRADICTED: Final = f"{TIP}contradictedBy"
_CONTRADICTS: Final = f"{TIP}contradicts"
_QUALIFIES: Final = f"{TIP}qualifies"
_QUALIFIED: Final = f"{TIP}qualifiedBy"
_HEDGES: Final = tuple(f"{TIP}{name}" for name in ("evidentiality", "force", "endorsement"))
# What a page says of a statement otherwise than in rows: what it states (OWL 2, 9.6.5, has it
# again), how sure it is and what it stands beside.
_SAID_OF_STATEMENTS: Final = (
    *STATED,
    *(
        f"{OWL}{name}"
        for name in ("sourceIndividual", "assertionProperty", "targetIndividual", "targetValue")
    ),
    *_HEDGES,
    f"{TIP}rule",
    f"{TIP}ruleName",
    _CONFLICTS,
    _CONTRADICTED,
    _CONTRADICTS,
    _QUALIFIES,
    _QUALIFIED,
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a property, and the evidence for its being one."""

    shown: Shown
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class EvidencedRow:
    """A property and its values, each with its evidence."""

    property: Shown
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A claim, and claims with which it cannot be right.

    Args:
        claim: The claim.
        relation: How the others stand to it.
        others: The others.
    """

    claim: Evidence
    relation: Shown
    others: tuple[Evidence, ...]


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
        surroundings: What stands around it.
        ontology: What the ontology says of its terms.
        language: The language preferred for labels.
        targets: Where links lead.
    """

    def __init__(
        self,
        description: Description,
        surroundings: Surroundings,
        ontology: Statements,
        *,
        language: str,
        targets: LinkTargets,
    ) -> None:
        self._description = description
        self._surroundings = surroundings
        self._display = Display(
            (*description.quads, *surroundings.quads),
            ontology,
            language=language,
            targets=targets,
        )
        self._known = self._display.known
        self._reader = EvidenceReader(self._display, ontology)
        self._root = targets.root
        self.iri = description.iri

    @property
    def heading(self) -> Shown:
        """What the thing is called."""
        return self._display.named(self.iri)

    @property
    def types(self) -> tuple[Shown, ...]:
        """The classes of the thing, those stated first."""
        kind = NamedNode(_TYPE)
        return tuple(
            self._evidenced_value(each, kind).shown
            for each in self._display.values(self.iri, _TYPE)
        )

    @cached_property
    def evidence(self) -> Evidence | None:
        """The evidence for the thing itself, if it is a statement."""
        return self._reader.read(self.iri) if self._reader.is_statement(self.iri) else None

    @property
    def is_passage(self) -> bool:
        """Whether the thing is itself a passage, and does not only rest on some."""
        return any(place.passage.term == self.iri for place in self.places)

    @property
    def is_negative_assertion(self) -> bool:
        """Whether OWL knows the statement as a negative property assertion."""
        kind = NamedNode(f"{OWL}NegativePropertyAssertion")
        return kind in self._known.objects(self.iri, _TYPE)

    @property
    def notes(self) -> tuple[Shown, ...]:
        """What the editors say of their reading."""
        return self._display.values(self.iri, _NOTE)

    @cached_property
    def rows(self) -> tuple[EvidencedRow, ...]:
        """What is said of the thing, each value with its evidence."""
        said = (
            *(_SAID_OF_STATEMENTS if self.evidence else ()),
            *(SAID_OF_PASSAGES if self.places else ()),
        )
        rows = self._display.rows(self.iri, but=(_TYPE, *LABELS, _NOTE, *said))
        types = self._display.values(self.iri, _TYPE)
        told = tuple(each for each in types if self._beside.get((NamedNode(_TYPE), each.term)))
        kinds = [Row(Shown("is one of"), told)] if told else []
        return tuple(self._evidenced(row) for row in (*kinds, *rows))

    @property
    def is_evidenced(self) -> bool:
        """Whether there is evidence beside any value."""
        return any(value.evidence for row in self.rows for value in row.values)

    @property
    def has_more_evidence(self) -> bool:
        """Whether claims about the thing are on other pages of its description."""
        subject = NamedNode(STATED[0])
        on_page = [
            node
            for node in self._description.statements
            if self.iri in self._known.objects(node, subject.value)
        ]
        return len(on_page) < self._description.links.get(subject, 0)

    @cached_property
    def not_affirmed(self) -> tuple[Evidence, ...]:
        """Denied, doubted and unknown statements, and those passed on with distance."""
        return tuple(each for each in self._listed if not each.stands)

    @cached_property
    def claims(self) -> tuple[Evidence, ...]:
        """The affirmed claims on this page that stand beside no value."""
        return tuple(
            each
            for each in self._listed
            if each.stands and not each.is_inferred and each.node not in self._shown_beside
        )

    @cached_property
    def conclusions(self) -> tuple[Evidence, ...]:
        """The inferred statements on this page that stand beside no value."""
        return tuple(
            each
            for each in self._listed
            if each.is_inferred and each.node not in self._shown_beside
        )

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The claims that cannot both be right, where one is on this page."""
        pairs: dict[tuple[NamedNode, str], dict[NamedNode, None]] = defaultdict(dict)
        for one, relation, other in self._conflicting():
            pairs[one, relation][other] = None
        return tuple(
            Conflict(
                self._reader.read(claim),
                self._display.property(NamedNode(relation)),
                tuple(map(self._reader.read, others)),
            )
            for (claim, relation), others in pairs.items()
        )

    @cached_property
    def qualifications(self) -> tuple[tuple[Shown, tuple[Evidence, ...]], ...]:
        """The claims that this one qualifies, and those that qualify it."""
        if self.evidence is None:
            return ()
        found = []
        for relation, inverse in ((_QUALIFIES, _QUALIFIED), (_QUALIFIED, _QUALIFIES)):
            others = self._linked(self.iri, relation, inverse)
            if others:
                shown = self._display.property(NamedNode(relation))
                found.append((shown, tuple(map(self._reader.read, others))))
        return tuple(found)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the thing, or what it rests on, stands in a document."""
        resting = self._known.objects(self.iri, f"{PROV}wasDerivedFrom")
        return tuple(
            place for node in (self.iri, *resting) for place in places(self._display, node)
        )

    @cached_property
    def passages(self) -> tuple[tuple[Place, int], ...]:
        """The passages of a document on this page as they follow, with the number of claims."""
        found = [
            (place, self._surroundings.claims.get(node, 0))
            for node in self._surroundings.passages
            for place in places(self._display, node)
        ]
        return tuple(sorted(found, key=lambda each: each[0].order))

    @property
    def document_sha256(self) -> str:
        """The digest of a document's file; empty for other things."""
        return self._known.text(self.iri, f"{TIP}documentSha256")

    @property
    def neighbours(self) -> tuple[tuple[str, Shown], ...]:
        """The passages before and after this one, each with the link relation that leads there."""
        sides = (("prev", self._surroundings.previous), ("next", self._surroundings.following))
        return tuple((relation, self._display.named(node)) for relation, node in sides if node)

    @property
    def links(self) -> tuple[LinkGroup, ...]:
        """What points at the thing, by property, most often used first."""
        listed = {*self._description.statements, *self._surroundings.passages}
        counted = sorted(
            self._description.links.items(), key=lambda item: (-item[1], item[0].value)
        )
        return tuple(
            LinkGroup(
                self._display.property(name),
                count,
                tuple(
                    self._traced(
                        self._display.named(node, (node, name.value, self.iri)),
                        Triple(node, name, self.iri),
                    )
                    for node in self._known.subjects(name.value, self.iri)
                    if isinstance(node, NamedNode) and node not in listed
                ),
            )
            for name, count in counted
        )

    @property
    def replacements(self) -> tuple[Shown, ...]:
        """What stands in the place of a retired thing."""
        return self._display.values(self.iri, f"{DCTERMS}isReplacedBy")

    @cached_property
    def _statements(self) -> tuple[Evidence, ...]:
        return tuple(map(self._reader.read, self._description.statements))

    @property
    def _listed(self) -> Iterator[Evidence]:
        """The statements that are not shown as conflicting with this one, or as qualifying it."""
        apart: set[NamedNode] = set()
        if self.evidence:
            apart.update(each.node for _, others in self.qualifications for each in others)
            for conflict in self.conflicts:
                apart.update(each.node for each in (conflict.claim, *conflict.others))
        return (each for each in self._statements if each.node not in apart)

    @cached_property
    def _beside(self) -> dict[tuple[object, object], list[Evidence]]:
        """The statements that say what a row says, by predicate and object, the strongest first."""
        found: dict[tuple[object, object], list[Evidence]] = defaultdict(list)
        for evidence in sorted(self._statements, key=lambda each: -each.strength):
            subjects, predicates, *objects = (
                self._known.objects(evidence.node, name) for name in STATED
            )
            if evidence.stands and self.iri in subjects:
                for predicate in predicates:
                    for value in (each for part in objects for each in part):
                        found[predicate, value].append(evidence)
        return found

    @cached_property
    def _shown_beside(self) -> set[NamedNode]:
        return {
            evidence.node
            for row in self.rows
            for value in row.values
            for evidence in value.evidence
        }

    def _evidenced(self, row: Row) -> EvidencedRow:
        predicate = row.property.term
        if not isinstance(predicate, NamedNode):
            predicate = NamedNode(_TYPE)
        return EvidencedRow(
            row.property, tuple(self._evidenced_value(each, predicate) for each in row.values)
        )

    def _evidenced_value(self, shown: Shown, predicate: NamedNode) -> Value:
        """A value of the thing with its evidence, or else with the way to its proof."""
        evidence = tuple(self._beside.get((predicate, shown.term), ()))
        if evidence:
            return Value(shown, evidence)
        assert shown.term is not None  # noqa: S101  # it is a value
        return Value(self._traced(shown, Triple(self.iri, predicate, shown.term)), ())

    def _traced(self, shown: Shown, triple: Triple) -> Shown:
        """An end of a triple, with the way to its proof where it was inferred.

        What is said of an inferred statement is no conclusion of a rule, though it stands there.
        """
        if not shown.inferred or (self.evidence and self.evidence.is_inferred):
            return shown
        return replace(shown, why=why_address(triple, self._root))

    def _conflicting(self) -> Iterator[tuple[NamedNode, str, NamedNode]]:
        """The conflicts of the claims on this page; on a claim's page those of that claim."""
        claims = [self.iri] if self.evidence else self._description.statements
        seen: set[frozenset[NamedNode]] = set()
        for claim in claims:
            for other in self._linked(claim, _CONFLICTS, _CONFLICTS):
                if frozenset((claim, other)) not in seen:
                    seen.add(frozenset((claim, other)))
                    yield claim, _CONFLICTS, other
            for other in self._linked(claim, _CONTRADICTED, _CONTRADICTS):
                yield claim, _CONTRADICTED, other
            for other in self._linked(claim, _CONTRADICTS, _CONTRADICTED):
                yield other, _CONTRADICTED, claim

    def _linked(self, node: NamedNode, relation: str, inverse: str) -> Sequence[NamedNode]:
        """What a node points at by a relation, or is pointed at from by its inverse."""
        linked: Iterable[object] = (
            *self._known.objects(node, relation),
            *self._known.subjects(inverse, node),
        )
        return tuple(dict.fromkeys(each for each in linked if isinstance(each, NamedNode)))
