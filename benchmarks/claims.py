"""The shipped narrative by its claims: which of its triples stand because of which claims.

A set of claims is an int with one bit for each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, reduce
from operator import or_
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.dataset import read_shipped
from tipgraph.namespaces import (
    BASE,
    GRAPH_DATA,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
    PROV,
    RDF,
    SH,
    TIP,
)

Statement = tuple[object, object, object]
# How a claim is known and who makes it: its evidentiality and attribution.
Voice = tuple[Triple, ...]

ALWAYS: Final = -1
TYPE: Final = NamedNode(f"{RDF}type")
ATTRIBUTION: Final = NamedNode(f"{PROV}wasAttributedTo")
DERIVATION: Final = NamedNode(f"{PROV}wasDerivedFrom")
SUBJECT: Final = NamedNode(f"{TIP}claimSubject")
OBJECT: Final = NamedNode(f"{TIP}claimObject")

_CLAIM: Final = f"{BASE}claim/"
_PREDICATE: Final = NamedNode(f"{TIP}claimPredicate")
_VALUE: Final = NamedNode(f"{TIP}claimValue")
_SPOKEN: Final = (NamedNode(f"{TIP}evidentiality"), ATTRIBUTION)
_FORCE: Final = NamedNode(f"{TIP}force")
_PARTIES: Final = frozenset({NamedNode(f"{TIP}NamedParty"), NamedNode(f"{TIP}UnnamedParty")})
# What our shapes ask for otherwise than by sh:minCount of a plain property.
_ESTIMATE: Final = NamedNode(f"{TIP}hasEstimate")
_CONVERTED: Final = NamedNode(f"{TIP}convertedValue")
_PATTERN: Final = NamedNode(f"{TIP}TraffickingPattern")
_ELEMENTS: Final = tuple(NamedNode(f"{TIP}{name}") for name in ("hasAct", "hasMeans", "hasPurpose"))
_VICTIMS, _SUBJECTED = NamedNode(f"{TIP}hasVictimGroup"), NamedNode(f"{TIP}subjectedTo")


class Claims:
    """Knows what each claim of the shipped narrative needs.

    A claim needs what it names, what is said of that outside of claims, and the claims without
    which one of these would not be as our shapes want it. Any claims, together with what they
    need, make a narrative that conforms.
    """

    def __init__(self) -> None:
        self.triples: Final = tuple(dict.fromkeys(quad.triple for quad in read_shipped(GRAPH_DATA)))
        self._of: Final[defaultdict[object, list[Triple]]] = defaultdict(list)
        self._with: Final[defaultdict[object, list[Triple]]] = defaultdict(list)
        for triple in self.triples:
            self._of[triple.subject].append(triple)
            self._with[triple.object].append(triple)
        claims = [node for node in self._of if str(node).startswith(f"<{_CLAIM}")]
        self._bits: Final = {claim: 1 << number for number, claim in enumerate(claims)}
        traced = NamedNode(f"{TIP}traced")
        ontology = (quad.triple for quad in read_shipped(GRAPH_ONTOLOGY))
        self._traced: Final[set[object]] = {t.subject for t in ontology if t.predicate == traced}

    @cached_property
    def needs(self) -> tuple[int, ...]:
        """What each claim needs, itself included, in the order of their bits."""
        return tuple(self._closed(bit) for bit in self._bits.values())

    def because_of(self, triple: Triple) -> int:
        """The claims any one of which makes a triple stand."""
        node = self._holders.get(triple.subject, triple.subject)
        if node in self._bits:
            return self._bits[node]
        if triple.predicate in self._traced:
            return self._affirming[_statement(triple)]
        return ALWAYS if self._is_party(node) else self._naming.get(node, 0)

    @cached_property
    def voices(self) -> dict[frozenset[object], dict[object, Voice]]:
        """By force, the claims that could speak in each other's voices, with their own ones.

        They are affirmed, and made by parties that are nothing else. Those on estimates are not
        among them, since an estimate says itself who made it.
        """
        found: defaultdict[frozenset[object], dict[object, Voice]] = defaultdict(dict)
        estimates = {triple.object for triple in self.triples if triple.predicate == _ESTIMATE}
        for claim in self._bits:
            named = {*self._values(claim, SUBJECT), *self._values(claim, OBJECT)}
            parties = self._values(claim, ATTRIBUTION)
            plain = all(map(self._is_party, parties)) and not named & estimates
            if plain and self._is_affirmed(claim):
                force = frozenset(self._values(claim, _FORCE))
                said = tuple(each for each in self._of[claim] if each.predicate in _SPOKEN)
                found[force][claim] = said
        return dict(found)

    def _values(self, node: object, predicate: NamedNode) -> list[object]:
        return [each.object for each in self._of[node] if each.predicate == predicate]

    def _is_party(self, node: object) -> bool:
        """Whether a thing is a reporting party and nothing else."""
        kinds = set(self._values(node, TYPE))
        return bool(kinds) and kinds <= _PARTIES

    def _is_affirmed(self, claim: object) -> bool:
        """Whether the triple of a claim stands: see shape:AssertableClaimShape."""
        said = {each.object for each in self._of[claim]}
        return {NamedNode(f"{TIP}AffirmedClaim"), NamedNode(f"{TIP}endorsed")} <= said

    @cached_property
    def _holders(self) -> dict[object, object]:
        """The passage that each selector belongs to."""
        return {
            triple.object: triple.subject
            for triple in self.triples
            if isinstance(triple.object, BlankNode)
        }

    @cached_property
    def _affirming(self) -> dict[Statement, int]:
        """The claims by which each plain triple stands."""
        found: defaultdict[Statement, int] = defaultdict(int)
        for claim, bit in self._bits.items():
            if self._is_affirmed(claim):
                (subject,), (predicate,) = (self._values(claim, p) for p in (SUBJECT, _PREDICATE))
                for value in self._values(claim, OBJECT) + self._values(claim, _VALUE):
                    found[subject, predicate, value] |= bit
        return found

    @cached_property
    def _naming(self) -> dict[object, int]:
        """The claims that name a thing or passage, themselves or by way of what they name."""
        found: defaultdict[object, int] = defaultdict(int)
        for bit in self._bits.values():
            for node in self._named(bit):
                found[node] |= bit
        return dict(found)

    def _named(self, claims: int) -> set[object]:
        """What claims name, themselves included, and what this names otherwise than by a claim."""
        found: set[object] = set()
        ahead: list[object] = [claim for claim, bit in self._bits.items() if claims & bit]
        while ahead:
            node = ahead.pop()
            if node not in found and node in self._of and not self._is_party(node):
                found.add(node)
                ahead += [
                    each.object for each in self._of[node] if each.predicate not in self._traced
                ]
        return found

    def _closed(self, claims: int) -> int:
        """Claims, and what they need, until nothing is missing."""
        before = 0
        while claims != before:
            before = claims
            for node in self._named(claims):
                claims |= self._bits.get(node, 0)
                for choice in self._choices.get(node, ()):
                    if not claims & choice:
                        claims |= choice & -choice
        return claims

    @cached_property
    def _choices(self) -> dict[object, list[int]]:
        """What each thing or passage needs: one claim of each of these sets."""
        nodes = [node for node in self._of if node not in self._bits]
        return {node: [each for each in self._wanted(node) if each] for node in nodes}

    def _wanted(self, node: object) -> Iterator[int]:
        """One claim of each of these sets is wanted by our shapes; empty ones stand for nothing."""
        yield self._claims_with(node, SUBJECT, OBJECT)
        yield self._claims_with(node, DERIVATION)
        for predicate in _required() | {_CONVERTED}:
            yield self._standing(node, predicate)
        yield self._union(each for each in self._with[node] if each.predicate == _ESTIMATE)
        if _PATTERN in self._values(node, TYPE):
            victims = self._values(node, _VICTIMS)
            yield self._standing(node, *_ELEMENTS) or self._standing(victims[0], _SUBJECTED)

    def _claims_with(self, value: object, *predicates: NamedNode) -> int:
        found = {t.subject for t in self._with[value] if t.predicate in predicates}
        return sum(self._bits.get(claim, 0) for claim in found)

    def _standing(self, node: object, *predicates: object) -> int:
        traced = self._traced.intersection(predicates)
        return self._union(each for each in self._of[node] if each.predicate in traced)

    def _union(self, triples: Iterable[Triple]) -> int:
        return reduce(or_, map(self.because_of, triples), 0)


def _statement(triple: Triple) -> Statement:
    return triple.subject, triple.predicate, triple.object


@cache
def _required() -> frozenset[object]:
    """The properties that a shape wants at least one value of."""
    shapes = [quad.triple for quad in read_shipped(GRAPH_SHAPES)]
    least, path = NamedNode(f"{SH}minCount"), NamedNode(f"{SH}path")
    wanting = {each.subject for each in shapes if each.predicate == least}
    return frozenset(
        each.object for each in shapes if each.predicate == path and each.subject in wanting
    )
