"""The best proof of each inferred triple: the one whose weakest premise is strongest.

Proofs are settled from the strongest downwards (Knuth's generalisation of Dijkstra's algorithm),
so no proof can lean on its own conclusion.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from math import inf
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.reasoning.axioms import resource
from tipgraph.reasoning.derivation import Derivation, Step, proof_of
from tipgraph.reasoning.evidence import Evidence

_NO_CLAIMS: Final[frozenset[NamedNode]] = frozenset()


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a triple holds.

    Args:
        rule: The rule of the last step, as named by the OWL 2 profiles specification, or
            `asserted`.
        axiom: The property or class whose axiom licenses the last step; None when asserted.
        premises: The triples it rests on, asserted or inferred; steps through class expressions
            without a name are folded into one.
        claims: The claims of all asserted triples under it.
        strength: The strength of the weakest of those claims; infinite when there are none.
        depth: The length of the longest chain of steps under it.
    """

    rule: str
    axiom: NamedNode | None
    premises: tuple[Triple, ...]
    claims: frozenset[NamedNode]
    strength: float
    depth: int

    def order(self) -> tuple[float, int, list[str], int, str, str, list[str]]:
        """The better proof sorts first: stronger, then fewer claims, then by text."""
        return (
            -self.strength,
            len(self.claims),
            sorted(claim.value for claim in self.claims),
            self.depth,
            self.rule,
            self.axiom.value if self.axiom else "",
            [str(premise) for premise in self.premises],
        )


def best_proofs(derivation: Derivation, evidence: Evidence) -> dict[Triple, Proof]:
    """The best proof of every triple of a closure, asserted ones included.

    Args:
        derivation: The closure with all the ways to each inferred triple.
        evidence: The claims behind the asserted triples; a triple that no claim says is background
            and weakens nothing.
    """
    return _Search(derivation, evidence).run()


class SchemaProofs:
    """Proofs of what follows among the axioms of an ontology.

    Args:
        schema: The axioms with what follows among them.
    """

    def __init__(self, schema: Derivation) -> None:
        self._schema = schema

    def why(self, triple: Triple) -> dict[Triple, Step] | None:
        """A proof, see `proof_of`; None when the triple does not follow among axioms."""
        return proof_of(triple, self._step) if triple in self._schema.steps else None

    def _step(self, triple: Triple) -> Step | None:
        proof = self._best[triple]
        if proof.rule == "asserted":
            return None
        return Step(proof.rule, proof.axiom or resource(triple.subject), proof.premises)

    @cached_property
    def _best(self) -> dict[Triple, Proof]:
        return best_proofs(self._schema, Evidence({}, {}))


class _Search:
    def __init__(self, derivation: Derivation, evidence: Evidence) -> None:
        self.settled = {triple: _given(triple, evidence) for triple in derivation.asserted}
        self.missing: dict[int, int] = {}
        self.uses: Mapping[Triple, list[tuple[int, Triple, Step]]] = defaultdict(list)
        self.heap: list[tuple[object, int, Triple, Proof]] = []
        self.numbers = count()
        for number, (conclusion, step) in enumerate(_applications(derivation)):
            unsettled = {premise for premise in step.premises if premise not in self.settled}
            self.missing[number] = len(unsettled)
            for premise in unsettled:
                self.uses[premise].append((number, conclusion, step))
            if not unsettled:
                self._offer(conclusion, step)

    def run(self) -> dict[Triple, Proof]:
        while self.heap:
            *_, conclusion, proof = heapq.heappop(self.heap)
            if conclusion in self.settled:
                continue
            self.settled[conclusion] = proof
            for number, dependent, step in self.uses.get(conclusion, ()):
                self.missing[number] -= 1
                if not self.missing[number] and dependent not in self.settled:
                    self._offer(dependent, step)
        return self.settled

    def _offer(self, conclusion: Triple, step: Step) -> None:
        under = [self.settled[premise] for premise in step.premises]
        proof = Proof(
            rule=step.rule,
            axiom=step.axiom if isinstance(step.axiom, NamedNode) else None,
            premises=tuple(dict.fromkeys(self._visible(step.premises))),
            claims=_NO_CLAIMS.union(*(proof.claims for proof in under)),
            strength=min(proof.strength for proof in under),
            depth=1 + max(proof.depth for proof in under),
        )
        heapq.heappush(self.heap, (proof.order(), next(self.numbers), conclusion, proof))

    def _visible(self, premises: Iterable[Triple]) -> Iterable[Triple]:
        for premise in premises:
            if isinstance(premise.object, BlankNode) or isinstance(premise.subject, BlankNode):
                yield from self.settled[premise].premises
            else:
                yield premise


def _applications(derivation: Derivation) -> Iterable[tuple[Triple, Step]]:
    for conclusion, steps in derivation.steps.items():
        for step in steps:
            yield conclusion, step


def _given(triple: Triple, evidence: Evidence) -> Proof:
    strength = evidence.strength(triple)
    return Proof(
        rule="asserted",
        axiom=None,
        premises=(),
        claims=evidence.supports.get(triple, _NO_CLAIMS),
        strength=inf if strength is None else strength,
        depth=0,
    )
