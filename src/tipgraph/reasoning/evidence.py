"""What each asserted triple rests on: its claims, and how strong they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pyoxigraph import NamedNode, Store, Triple

from tipgraph.reasoning.lexical import restored
from tipgraph.reasoning.sparql import read_queries, select


@dataclass(frozen=True, slots=True)
class ClaimEvidence:
    """How a claim is hedged.

    Args:
        strength: Its `tip:strength`; of two evidentialities the weaker counts.
        evidentialities: The concepts with that strength.
        scope_ambiguous: Whether it is unclear how far the hedge reaches.
    """

    strength: int
    evidentialities: frozenset[NamedNode]
    scope_ambiguous: bool


@dataclass(frozen=True)
class Evidence:
    """The claims behind asserted triples.

    Args:
        claims: Every affirmed and endorsed claim that says a triple.
        supports: For each triple so said, the strongest of its claims (several when they tie).
    """

    claims: Mapping[NamedNode, ClaimEvidence]
    supports: Mapping[Triple, frozenset[NamedNode]]

    @classmethod
    def read(cls, store: Store) -> Self:
        """Collect the claims in a store that holds the taxonomy of evidentiality too."""
        claims: dict[NamedNode, ClaimEvidence] = {}
        said: dict[Triple, set[NamedNode]] = {}
        for row in select(store, read_queries("queries")["evidence"]):
            claim, subject, predicate, value, evidentiality, strength, ambiguous = restored(row)
            read = ClaimEvidence(
                int(strength.value), frozenset({evidentiality}), ambiguous.value == "true"
            )
            claims[claim] = _weaker(claims.get(claim, read), read)
            said.setdefault(Triple(subject, predicate, value), set()).add(claim)
        supports = {triple: _strongest(claims, found) for triple, found in said.items()}
        return cls(claims, supports)

    def strength(self, triple: Triple) -> int | None:
        """The strength of the strongest claim that says a triple; None when no claim says it."""
        return max((self.claims[c].strength for c in self.supports.get(triple, ())), default=None)


def _weaker(first: ClaimEvidence, second: ClaimEvidence) -> ClaimEvidence:
    if first.strength != second.strength:
        return min(first, second, key=lambda evidence: evidence.strength)
    return ClaimEvidence(
        first.strength,
        first.evidentialities | second.evidentialities,
        first.scope_ambiguous or second.scope_ambiguous,
    )


def _strongest(
    claims: Mapping[NamedNode, ClaimEvidence], found: set[NamedNode]
) -> frozenset[NamedNode]:
    best = max(claims[claim].strength for claim in found)
    return frozenset(claim for claim in found if claims[claim].strength == best)
