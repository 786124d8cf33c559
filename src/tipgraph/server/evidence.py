"""The evidence for a statement as pages show it: whether it holds, how sure, says who, and where.

A statement is a claim, or an inferred statement with the rule and the claims that it follows from.
"""

from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.namespaces import DCTERMS, PROV, RDF, SKOS, TIP
from tipgraph.server.shown import Display, Shown
from tipgraph.wording import Statements, rule

_TYPE: Final = f"{RDF}type"
PREDICATE: Final = f"{TIP}claimPredicate"
STATED: Final = (
    f"{TIP}claimSubject",
    PREDICATE,
    f"{TIP}claimObject",
    f"{TIP}claimValue",
)
# What goes without saying: these values of force and endorsement are no hedge.
_UNHEDGED: Final = (NamedNode(f"{TIP}fact"), NamedNode(f"{TIP}endorsed"))
_DISTANCE: Final = (NamedNode(f"{TIP}distanced"), NamedNode(f"{TIP}notEndorsed"))
# Weaker than every kind of evidence that the ontology ranks.
_UNRANKED: Final = -1


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a statement holds.

    Args:
        name: A name for it, which style sheets know.
        label: The same for people.
        introduction: What introduces what is stated.
        holds: Whether the statement is put forward as holding.
    """

    name: str
    label: str
    introduction: str
    holds: bool = False


# By the class of the statement; of several, the first counts.
STATUSES: Final = {
    f"{TIP}DeniedClaim": Status("denied", "Denied", "What is denied"),
    f"{TIP}DoubtedClaim": Status("doubted", "Doubted", "What is doubted"),
    f"{TIP}UnestablishedClaim": Status("unestablished", "Unestablished", "What is not known"),
    f"{TIP}AffirmedClaim": Status("affirmed", "Affirmed", "What is put forward", holds=True),
    f"{TIP}InferredStatement": Status("inferred", "Inferred", "What follows", holds=True),
}
_UNSTATED: Final = Status("unstated", "Status not stated", "What is meant")


@dataclass(frozen=True, slots=True)
class Hedge:
    """How sure a statement is, in one respect: a kind of evidence, a force, an endorsement.

    Args:
        shown: The hedge.
        meaning: What it says of a statement; empty where the ontology is not at hand.
        strength: The rank of a kind of evidence; higher is stronger, -1 is not ranked.
    """

    shown: Shown
    meaning: str
    strength: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a statement.

    Args:
        node: The statement.
        statement: What it is called.
        status: Whether it holds.
        stated: What it says: subject, predicate and, where there is one, object.
        kinds: The kinds of evidence that it rests on.
        stance: With which force it is put forward, and whether the document stands by it.
        attributed: Who says so.
        shares: Of how many it holds, or how often.
        times: When it holds.
        passages: Where it stands.
        notes: What the editors say of their reading.
        ambiguous: Whether it is unclear if a hedge in the passage reaches the statement.
        because: Of an inferred statement, the clause that allowed the last step.
        premises: Of an inferred statement, the claims that it follows from.
    """

    node: NamedNode
    statement: Shown
    status: Status
    stated: tuple[Shown, ...]
    kinds: tuple[Hedge, ...]
    stance: tuple[Hedge, ...]
    attributed: tuple[Shown, ...]
    shares: tuple[Shown, ...]
    times: tuple[Shown, ...]
    passages: tuple[Shown, ...]
    notes: tuple[Shown, ...]
    ambiguous: bool
    because: tuple[Shown, ...]
    premises: "tuple[Evidence, ...]"

    @property
    def hedges(self) -> tuple[Hedge, ...]:
        """Force and endorsement, where they take something back."""
        return tuple(each for each in self.stance if each.shown.term not in _UNHEDGED)

    @property
    def strength(self) -> int:
        """The rank of the weakest kind of evidence; higher is stronger."""
        return min((each.strength for each in self.kinds), default=_UNRANKED)

    @property
    def is_inferred(self) -> bool:
        """Whether it is an inferred statement."""
        return self.status.name == "inferred"

    @property
    def stands(self) -> bool:
        """Whether the statement is put forward, and without distance."""
        return self.status.holds and not any(each.shown.term in _DISTANCE for each in self.hedges)


class EvidenceReader:
    """Reads the evidence for statements.

    Args:
        display: What is known of them.
        ontology: What the hedges mean, and the axioms that conclusions rest on.
    """

    def __init__(self, display: Display, ontology: Statements) -> None:
        self._display = display
        self._known = display.known
        self._ontology = ontology

    def is_statement(self, node: object) -> bool:
        """Whether a node is known to be a statement."""
        return bool(self._known.objects(node, PREDICATE))

    def read(self, node: NamedNode, *, premises: bool = True) -> Evidence:
        """The evidence for a statement.

        Args:
            node: The statement.
            premises: Whether that for the claims that it follows from is wanted as well.
        """
        status = self._status(node)
        inferred = status.name == "inferred"
        sources = self._known.objects(node, f"{PROV}wasDerivedFrom")
        claims = [each for each in sources if isinstance(each, NamedNode)] if inferred else []
        return Evidence(
            node,
            self._display.named(node),
            status,
            stated=self._stated(node),
            kinds=self._hedges(node, "evidentiality"),
            stance=self._hedges(node, "force") + self._hedges(node, "endorsement"),
            attributed=self._values(node, f"{PROV}wasAttributedTo"),
            shares=self._values(node, f"{TIP}quantifier"),
            times=self._values(node, f"{DCTERMS}temporal"),
            passages=() if inferred else self._values(node, f"{PROV}wasDerivedFrom"),
            notes=self._values(node, f"{SKOS}editorialNote"),
            ambiguous=self._known.text(node, f"{TIP}scopeAmbiguous") == "true",
            because=self._because(node) if inferred else (),
            premises=tuple(self.read(each, premises=False) for each in claims if premises),
        )

    def _status(self, node: NamedNode) -> Status:
        known = self._known.objects(node, _TYPE)
        classes = {each.value for each in known if isinstance(each, NamedNode)}
        return next((status for name, status in STATUSES.items() if name in classes), _UNSTATED)

    def _stated(self, node: NamedNode) -> tuple[Shown, ...]:
        subject, predicate, *objects = (self._display.values(node, name) for name in STATED)
        return (*subject[:1], *predicate[:1], *(each for part in objects for each in part[:1]))

    def _values(self, node: NamedNode, name: str) -> tuple[Shown, ...]:
        """The values of a property; of a claim what was inferred is no part of its evidence."""
        conclusion = NamedNode(f"{TIP}InferredStatement") in self._known.objects(node, _TYPE)
        shown = self._display.values(node, name)
        return tuple(each for each in shown if conclusion or not each.inferred)

    def _hedges(self, node: NamedNode, name: str) -> tuple[Hedge, ...]:
        return tuple(
            Hedge(
                shown,
                self._ontology.text(shown.term, f"{SKOS}definition"),
                int(rank) if rank.isdecimal() else _UNRANKED,
            )
            for shown in self._values(node, f"{TIP}{name}")
            for rank in (self._ontology.text(shown.term, f"{TIP}strength"),)
        )

    def _because(self, node: NamedNode) -> tuple[Shown, ...]:
        name = self._known.text(node, f"{TIP}ruleName")
        predicates = self._known.objects(node, PREDICATE)
        classes = self._known.objects(node, f"{TIP}claimObject")
        conclusions = classes if NamedNode(_TYPE) in predicates else predicates
        for term in self._known.objects(node, f"{TIP}rule"):
            for conclusion in conclusions:
                if isinstance(term, NamedNode) and isinstance(conclusion, NamedNode):
                    return self._display.phrase(rule(self._ontology, name, term, conclusion))
        return ()
