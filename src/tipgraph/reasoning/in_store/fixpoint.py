"""The rules of a compiled ontology as updates, made until nothing new comes.

The first round asks each rule of all that the engine holds. From then on a rule is asked only of
what the round before brought, one of its premises at a time (semi-naive). No round reads what it
writes, so that the premises of each triple came before it.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Final

from tipgraph.reasoning.closure import RDF_TYPE
from tipgraph.reasoning.compiled import CompiledOntology
from tipgraph.reasoning.in_store.patterns import Atom, Together, named, patterns_of
from tipgraph.reasoning.in_store.workspace import Engine, Scope, inside, round_graph
from tipgraph.reasoning.tables import Table

# Classes or properties that are asked after in one query.
_BATCH: Final = 200

Announce = Callable[[str], None]


@dataclass(frozen=True)
class Rounds:
    """The rounds of inference in an engine.

    Args:
        engine: Where it happens.
        ontology: The rules.
        scope: What is read.
        ours: A graph pattern that matches while no other run has taken the engine over, so that
            an update made after that writes nothing.
        announce: Is told how far it is.
    """

    engine: Engine
    ontology: CompiledOntology
    scope: Scope
    ours: str
    announce: Announce

    def run(self, begin: Callable[[int], None]) -> int:
        """Infer all that follows; returns the number of rounds that brought something.

        Args:
            begin: Is called with the number of each round before it.
        """
        number = 0
        there = self.filled(lambda pattern: self.scope.before(1, pattern))
        while there:
            number += 1
            begin(number)
            updates = list(self._updates(number, there))
            for done, text in enumerate(updates):
                self.announce(f"round {number}: {done} of {len(updates)} updates")
                self.engine.update(text)
            there = self.filled_in(number)
        return max(number - 1, 0)

    def filled_in(self, number: int) -> set[Table]:
        """The tables that have a fact by a round."""
        return self.filled(lambda pattern: inside(round_graph(number), pattern))

    def filled(self, reading: Callable[[str], str]) -> set[Table]:
        """The tables that have a fact.

        Args:
            reading: Makes the graph pattern for a triple pattern.
        """
        tables = list(self.ontology.facts.tables())
        found: set[Table] = set()
        for pattern, is_class in ((f"?x {RDF_TYPE} ?table", True), ("?x ?table ?y", False)):
            asked = [table for table in tables if table.is_class is is_class]
            for first in range(0, len(asked), _BATCH):
                found |= self._filled(asked[first : first + _BATCH], reading(pattern))
        return found

    def before(self, number: int, facts: Together, *, but: int | None = None) -> str:
        """The graph pattern for facts that hold together before a round.

        Args:
            number: The number of the round.
            facts: The facts.
            but: The number of one of them, from 0, that is left out.
        """
        numbered = enumerate(facts.body)
        read = (self.scope.before(number, atom, f"?g{n}") for n, atom in numbered if n != but)
        return " ".join([*read, facts.condition])

    def _filled(self, tables: list[Table], pattern: str) -> set[Table]:
        numbered = " ".join(f"({n} {named(table.term)})" for n, table in enumerate(tables))
        values = f"VALUES (?number ?table) {{ {numbered} }}"
        text = f"SELECT ?number {{ {values} FILTER EXISTS {{ {pattern} }} }}"
        return {tables[int(row["number"].value)] for row in self.engine.select(text)}

    def _updates(self, number: int, there: Set[Table]) -> Iterator[str]:
        """The updates of a round, by what the round before has brought."""
        new = round_graph(number - 1)
        for rule in self.ontology.rules:
            patterns = patterns_of(rule, self.ontology.facts)
            if number == 1:
                if there >= set(rule.body):
                    yield self._update(
                        number, patterns.head, self.before(number, patterns.premises)
                    )
                continue
            for position, atom in enumerate(patterns.premises.body):
                if atom.table in there:
                    others = self.before(number, patterns.premises, but=position)
                    yield self._update(number, patterns.head, f"{inside(new, atom)} {others}")

    def _update(self, number: int, head: Atom, where: str) -> str:
        to = round_graph(number)
        known = self.scope.before(number, head)
        # Not again what another rule has brought in this round, for the engine's sake.
        unknown = f"FILTER NOT EXISTS {{ {known} }} FILTER NOT EXISTS {{ {inside(to, head)} }}"
        return f"INSERT {{ {inside(to, head)} }} WHERE {{ {self.ours} {where} {unknown} }}"
