"""The OWL 2 RL rules as SPARQL: a closure that remembers how it came to each triple.

`rules/*.rq` holds one rule a file, named as in the OWL 2 profiles specification, section
4.3; a number after the name tells lengths of lists apart. A rule's first columns are the conclusion
`?s ?p ?o` and `?axiom`, the property or class whose axiom it applies; the rest, three by three,
are its premises. The equality rules are left out on purpose: names that a functional property
would make equal are a clash here, and links to other datasets must not copy statements there.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Self

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from tipgraph.reasoning.lexical import fill, restored
from tipgraph.reasoning.sparql import read_queries, select


@dataclass(frozen=True, slots=True)
class Step:
    """One application of one rule.

    Args:
        rule: The rule's name in the OWL 2 profiles specification, such as `prp-spo2`.
        axiom: The property or class whose axiom the rule applied.
        premises: The triples it needed, asserted or inferred before.
    """

    rule: str
    axiom: NamedNode | BlankNode
    premises: tuple[Triple, ...]


def proof_of(triple: Triple, step_to: Callable[[Triple], Step | None]) -> dict[Triple, Step]:
    """The step to a triple and to each premise under it, the triple itself first.

    Args:
        triple: What is proved.
        step_to: The step to a triple; None for one that was asserted.
    """
    proof: dict[Triple, Step] = {}
    open_triples = deque([triple])
    while open_triples:
        conclusion = open_triples.popleft()
        if conclusion not in proof and (step := step_to(conclusion)) is not None:
            proof[conclusion] = step
            open_triples.extend(step.premises)
    return proof


@dataclass(frozen=True, slots=True)
class Rule:
    """An inference rule as a SPARQL query whose rows are its applications."""

    name: str
    text: str

    @classmethod
    def load_all(cls) -> list[Self]:
        """Every rule of the package, sorted by file name."""
        return [cls(name, text) for name, text in read_queries("rules").items()]

    def conclusions(self, store: Store) -> Iterator[Quad]:
        """The triples that the rule adds to a store's default graph, literals as stored."""
        prologue, keyword, body = self.text.partition("SELECT")
        new = f"{{ {keyword}{body} }} FILTER NOT EXISTS {{ ?s ?p ?o }}"
        rows = select(store, f"{prologue}SELECT DISTINCT ?s ?p ?o WHERE {{ {new} }}")
        return (Quad(*row) for row in rows)

    def steps(self, store: Store) -> Iterator[tuple[Triple, Step]]:
        """Every application of the rule in a store: its conclusion and the step."""
        specification_name = "-".join(self.name.split("-")[:2])
        for row in select(store, self.text):
            subject, predicate, value, axiom, *premises = restored(row)
            conclusion = Triple(subject, predicate, value)
            threes = zip(premises[::3], premises[1::3], premises[2::3], strict=True)
            yield conclusion, Step(specification_name, axiom, tuple(starmap(Triple, threes)))


@dataclass(frozen=True)
class Derivation:
    """A closure and all the ways to each of its inferred triples.

    Args:
        asserted: The triples it started from.
        store: Those and every inferred triple, blank-node class expressions included; literals as
            `lexical` stores them.
        steps: For each inferred triple, every rule application that yields it.
    """

    asserted: frozenset[Triple]
    store: Store
    steps: Mapping[Triple, list[Step]]


def derive(asserted: Iterable[Triple], *, schema_only: bool = False) -> Derivation:
    """Apply the rules to ontology and data until nothing new comes.

    Args:
        asserted: The triples of ontology and data together.
        schema_only: Apply only the rules between axioms (`scm-`), those about things not.
    """
    start = frozenset(asserted)
    rules = [each for each in Rule.load_all() if each.name.startswith("scm-") or not schema_only]
    store = Store()
    fill(store, start)
    _saturate(store, rules)
    steps: dict[Triple, list[Step]] = defaultdict(list)
    for rule in rules:
        for conclusion, step in rule.steps(store):
            if conclusion not in start and conclusion not in step.premises:
                steps[conclusion].append(step)
    return Derivation(start, store, dict(steps))


def _saturate(store: Store, rules: list[Rule]) -> None:
    grown = True
    while grown:
        grown = False
        for rule in rules:
            new = list(rule.conclusions(store))
            store.extend(new)
            grown = grown or bool(new)
