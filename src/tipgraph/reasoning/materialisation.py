"""Inference that scales: compiled rules applied to what is new until nothing new comes.

Each application of a rule is a step with a number. A fact is kept with the number of the step that
first gave it, whose premises all have lower numbers: that is what it takes to tell why.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, starmap
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.errors import InconsistencyError
from tipgraph.reasoning.axioms import StatedAxioms
from tipgraph.reasoning.best_ways import BestWays
from tipgraph.reasoning.claim_facts import ClaimFacts
from tipgraph.reasoning.clashes import Clash, clash_of, report
from tipgraph.reasoning.closure import SAME_AS, tells
from tipgraph.reasoning.compiled import CompiledOntology
from tipgraph.reasoning.data_rules import DataRule
from tipgraph.reasoning.derivation import Step, proof_of
from tipgraph.reasoning.proofs import SchemaProofs
from tipgraph.reasoning.statements import (
    LABELS,
    Reason,
    StatementWriter,
    is_ours,
    statement_types,
)
from tipgraph.reasoning.tables import ASSERTED, Facts, Table, Term, ends

# Of each constraint; more contradictions than that nobody reads.
_COUNTED: Final = 1000


class Materialisation:
    """Everything that follows from an ontology and data, with the step that gave each triple.

    Args:
        ontology: The compiled ontology; its tables are filled, so it serves once.
        data: The triples of the data. They are read once, and only those that a rule could use
            are kept.
        evidence: Keep claims and labels too, for `statements`.

    Raises:
        UnsupportedAxiomError: The data states an axiom.
        InputError: The strength of an evidentiality is not a whole number.
        InconsistencyError: Ontology and data contradict each other; the message names them.
    """

    def __init__(
        self, ontology: CompiledOntology, data: Iterable[Triple], *, evidence: bool = False
    ) -> None:
        self._ontology = ontology
        self._facts = ontology.facts
        claims = ClaimFacts(self._facts) if evidence else None
        self._labels = [self._facts.links(each) for each in LABELS] if evidence else []
        self._aliases: set[Term] = set()
        # The rule of each step; step 0 is what was asserted.
        self._applied: list[DataRule | None] = [None]
        self._schema = SchemaProofs(ontology.schema)
        asserted = ontology.schema.asserted
        self._facts.load(self._noted(asserted))
        self._facts.load(self._checked(data))
        self._saturate()
        self._refuse_clashes()
        self._claims = claims.read() if claims else None

    def triples(self) -> Iterator[Triple]:
        """The inferred triples worth keeping (see `closure`), in no order."""
        for triple in self._ontology.schema.steps:
            if tells(triple) and self._is_no_alias(triple):
                yield triple
        for table in self._facts.tables():
            if isinstance(table.term, BlankNode):
                continue
            for key, step in table.steps.items():
                if step != ASSERTED:
                    triple = self._facts.triple(table, key)
                    if tells(triple) and self._is_no_alias(triple):
                        yield triple

    def statements(self) -> Iterator[Triple]:
        """The statements of the inferred triples that rest on claims (see `statements`).

        Raises:
            ValueError: The evidence was not kept.
        """
        claims = self._claims
        if claims is None:
            raise ValueError("no evidence was kept")
        if not claims.supports:
            return
        best = BestWays(self._facts, self._ontology.rules_in_full(), claims)
        types = statement_types(self._ontology.schema.store)
        writer = StatementWriter(_Labels(self._facts, self._labels).find, types)
        for table in self._facts.tables():
            for key, way in best.to_inferred(table):
                cited = way.ground.claims
                triple = self._facts.triple(table, key) if cited else None
                if triple and is_ours(triple) and tells(triple) and self._is_no_alias(triple):
                    rule = best.rules[way.rule]
                    axiom = rule.axiom if isinstance(rule.axiom, NamedNode) else None
                    hedges = {claims.claims[each]: claims.hedges[each] for each in cited}
                    yield from writer.write(triple, Reason(rule.name, axiom, hedges))

    def why(self, triple: Triple) -> dict[Triple, Step] | None:
        """A proof of an inferred triple: the step to it, and to each premise inferred before it.

        Args:
            triple: The triple; it comes first in the proof. Premises without a step were asserted.

        Returns:
            None when the triple was not inferred: it was asserted, or it does not follow.
        """
        proof = self._schema.why(triple)
        if proof is not None:
            return proof
        found = self._facts.find(triple)
        if found is None or found[0].steps[found[1]] == ASSERTED:
            return None
        return proof_of(triple, self._step_to)

    def _noted(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        for triple in triples:
            if triple.predicate == SAME_AS:
                self._aliases.add(triple.object)
            yield triple

    def _checked(self, data: Iterable[Triple]) -> Iterator[Triple]:
        axioms = StatedAxioms(self._ontology.schema.asserted)
        for triple in self._noted(data):
            axioms.refuse_others(triple)
            yield triple

    def _is_no_alias(self, triple: Triple) -> bool:
        return triple.subject not in self._aliases and triple.object not in self._aliases

    def _saturate(self) -> None:
        uses: dict[Table, list[tuple[DataRule, int]]] = {}
        for rule in self._ontology.rules:
            for position, table in enumerate(rule.body):
                uses.setdefault(table, []).append((rule, position))
        waiting: dict[Table, list[int]] = {
            table: list(table.steps) for table in self._facts.tables() if table.steps
        }
        while waiting:
            table = next(iter(waiting))
            new = waiting.pop(table)
            for rule, position in uses.get(table, ()):
                step = len(self._applied)
                added = rule.head.add(rule.conclusions(position, new), step)
                if added:
                    self._applied.append(rule)
                    waiting.setdefault(rule.head, []).extend(added)

    def _refuse_clashes(self) -> None:
        found: dict[str, Clash] = {}
        for constraint in self._ontology.constraints:
            for facts in islice(constraint.violations(), _COUNTED):
                stated = sorted((self._facts.triple(*fact) for fact in facts), key=str)
                clash = clash_of(constraint.rule, stated)
                found[clash.message] = clash
        if found:
            raise InconsistencyError(report([found[key] for key in sorted(found)], self._grounds))

    def _grounds(self, triple: Triple) -> Iterator[Triple]:
        proof = self.why(triple) or {}
        return (each for step in proof.values() for each in step.premises if each not in proof)

    def _step_to(self, triple: Triple) -> Step | None:
        found = self._facts.find(triple)
        if found is None:
            raise ValueError(f"{triple} does not hold")
        table, key = found
        number = table.steps[key]
        rule = self._applied[number]
        if rule is None:
            return None
        for keys in rule.premises(key, rule.body):
            premises = list(zip(rule.body, keys, strict=True))
            if all(each.steps[premise] < number for each, premise in premises):
                return Step(rule.name, rule.axiom, tuple(starmap(self._facts.triple, premises)))
        raise AssertionError(f"no premises of {triple}")


class _Labels:
    """The labels among facts, of each term the first by alphabet."""

    def __init__(self, facts: Facts, tables: Iterable[Table]) -> None:
        self._terms = facts.terms
        self._labels: dict[int, str] = {}
        for table in tables:
            for subject, value in map(ends, table.steps):
                label = self._terms[value]
                if isinstance(label, Literal):
                    known = self._labels.get(subject, label.value)
                    self._labels[subject] = min(known, label.value)

    def find(self, term: NamedNode) -> str | None:
        number = self._terms.find(term)
        return None if number is None else self._labels.get(number)
