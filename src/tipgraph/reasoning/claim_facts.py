"""The claims among facts in memory: what each asserted fact rests on, as numbers.

It is what `evidence` reads from a store, for data of any size.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.errors import InputError
from tipgraph.namespaces import TIP, XSD
from tipgraph.reasoning.evidence import ClaimEvidence
from tipgraph.reasoning.tables import ASSERTED, Facts, Resource, Table, ends

_ENDORSED: Final = NamedNode(f"{TIP}endorsed")
_TRUE: Final = tuple(
    Literal(written, datatype=NamedNode(f"{XSD}boolean")) for written in ("true", "1")
)
_Fact = tuple[Table, int]


@dataclass(frozen=True)
class Claims:
    """The affirmed and endorsed claims of some facts, each with a number.

    Args:
        claims: The claims by their numbers, sorted by IRI.
        hedges: How each of them is hedged.
        supports: For each table the asserted facts in it that a claim says, with the strongest of
            their claims (several when they tie), sorted.
    """

    claims: tuple[Resource, ...]
    hedges: tuple[ClaimEvidence, ...]
    supports: Mapping[Table, Mapping[int, tuple[int, ...]]]


class ClaimFacts:
    """Reads the claims among facts.

    Args:
        facts: The facts, without any yet: from now on they keep what is said of claims.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._affirmed = facts.members(_tip("AffirmedClaim"))
        self._subjects = facts.links(_tip("claimSubject"))
        self._predicates = facts.links(_tip("claimPredicate"))
        self._objects = facts.links(_tip("claimObject"))
        self._values = facts.links(_tip("claimValue"))
        self._evidentialities = facts.links(_tip("evidentiality"))
        self._strengths = facts.links(_tip("strength"))
        self._endorsements = facts.links(_tip("endorsement"))
        self._ambiguities = facts.links(_tip("scopeAmbiguous"))

    def read(self) -> Claims:
        """Collect the claims, when the facts hold all that follows.

        Raises:
            InputError: The strength of an evidentiality is not a whole number.
        """
        hedges = self._hedges()
        terms = {claim: self._facts.resource(claim) for claim in hedges}
        claims = sorted(hedges, key=lambda claim: terms[claim].value)
        places = {claim: place for place, claim in enumerate(claims)}
        supports: defaultdict[Table, dict[int, tuple[int, ...]]] = defaultdict(dict)
        for (table, key), saying in self._said(hedges).items():
            best = max(hedges[claim].strength for claim in saying)
            strongest = (places[claim] for claim in saying if hedges[claim].strength == best)
            supports[table][key] = tuple(sorted(strongest))
        return Claims(
            tuple(terms[claim] for claim in claims),
            tuple(hedges[claim] for claim in claims),
            supports,
        )

    def _hedges(self) -> dict[int, ClaimEvidence]:
        """How each affirmed and endorsed claim is hedged."""
        find = self._facts.terms.find
        endorsed, true = find(_ENDORSED), {find(each) for each in _TRUE}
        refused = {
            claim for claim, stance in map(ends, self._endorsements.steps) if stance != endorsed
        }
        ambiguous = {claim for claim, value in map(ends, self._ambiguities.steps) if value in true}
        affirmed = self._affirmed.steps.keys() - refused
        # Many claims are hedged alike.
        known: dict[tuple[tuple[int, ...], bool], ClaimEvidence | None] = {}
        hedges = {}
        for claim, evidentialities in _grouped(self._evidentialities, affirmed).items():
            form = evidentialities, claim in ambiguous
            if form not in known:
                known[form] = self._hedge(*form)
            hedge = known[form]
            if hedge is not None:
                hedges[claim] = hedge
        return hedges

    def _hedge(self, evidentialities: tuple[int, ...], ambiguous: bool) -> ClaimEvidence | None:
        """The weakest of some evidentialities; None if none has a strength."""
        found = _grouped(self._strengths, evidentialities)
        strengths = {
            evidentiality: min(self._strength(evidentiality, value) for value in values)
            for evidentiality, values in found.items()
        }
        if not strengths:
            return None
        weakest = min(strengths.values())
        terms = (self._facts.terms[each] for each in strengths if strengths[each] == weakest)
        named = frozenset(each for each in terms if isinstance(each, NamedNode))
        return ClaimEvidence(weakest, named, ambiguous)

    def _strength(self, evidentiality: int, value: int) -> int:
        named, written = self._facts.terms[evidentiality], self._facts.terms[value]
        try:
            return int(written.value if isinstance(written, Literal) else "")
        except ValueError as error:
            raise InputError(
                f"the tip:strength of {named} is {written}, and conclusions from its claims cannot "
                "be weighed by that: give a whole number, the greater the surer"
            ) from error

    def _said(self, claims: Container[int]) -> dict[_Fact, set[int]]:
        """The asserted facts that claims say, with these claims."""
        said: defaultdict[_Fact, set[int]] = defaultdict(set)
        predicates = _grouped(self._predicates, claims)
        objects, values = _grouped(self._objects, claims), _grouped(self._values, claims)
        for claim, subjects in _grouped(self._subjects, claims).items():
            for subject in subjects:
                for predicate in predicates.get(claim, ()):
                    for value in (*objects.get(claim, ()), *values.get(claim, ())):
                        for fact in self._asserted(subject, predicate, value):
                            said[fact].add(claim)
        return said

    def _asserted(self, subject: int, predicate: int, value: int) -> Iterator[_Fact]:
        """The fact of a subject, a predicate and an object, if it was asserted."""
        terms = self._facts.terms
        thing, link = terms[subject], terms[predicate]
        if isinstance(thing, NamedNode | BlankNode) and isinstance(link, NamedNode):
            found = self._facts.find(Triple(thing, link, terms[value]))
            if found is not None and found[0].steps[found[1]] == ASSERTED:
                yield found


def _grouped(table: Table, wanted: Container[int]) -> dict[int, tuple[int, ...]]:
    """The objects of each wanted subject; an index of the table would take more memory."""
    grouped: dict[int, tuple[int, ...]] = {}
    for subject, value in map(ends, table.steps):
        if subject in wanted:
            grouped[subject] = (*grouped.get(subject, ()), value)
    return grouped


def _tip(name: str) -> NamedNode:
    return NamedNode(f"{TIP}{name}")
