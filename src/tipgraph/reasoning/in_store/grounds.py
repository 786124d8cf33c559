"""What an inferred triple rests on, found in an engine by the rounds in which triples came."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.reasoning.closure import RDF_TYPE
from tipgraph.reasoning.in_store.fixpoint import Rounds
from tipgraph.reasoning.in_store.patterns import Patterns, named, patterns_of
from tipgraph.reasoning.in_store.workspace import by_round, round_graph


@dataclass(frozen=True)
class RoundProofs:
    """Finds the asserted triples under inferred ones, until the graphs of rounds are cleared.

    Args:
        rounds: The rounds that have been.
        count: How many they were.
    """

    rounds: Rounds
    count: int

    def grounds(self, triple: Triple) -> set[Triple] | None:
        """The asserted triples under an inferred one, see `clashes.report`.

        Returns:
            None where they cannot be told, since a node without a name comes into it, which no
            query can ask for.
        """
        if _nameless_ends(triple) and not self._rounds_of(triple):
            return set()
        found: set[Triple] = set()
        seen, open_triples = {triple}, [triple]
        while open_triples:
            conclusion = open_triples.pop()
            if _nameless_ends(conclusion):
                return None
            number = self._round(conclusion)
            if number == 0:
                found.add(conclusion)
                continue
            premises = self._premises(conclusion, number)
            if premises is None:
                return None
            open_triples += premises - seen
            seen |= premises
        return found - {triple}

    def _round(self, triple: Triple) -> int:
        """The round in which a triple came; 0 where it is asserted."""
        graphs = self._rounds_of(triple)
        return next((n for n in range(1, self.count + 1) if round_graph(n) in graphs), 0)

    def _rounds_of(self, triple: Triple) -> set[NamedNode]:
        """The graphs of rounds with a triple, or one like it where a node of it has no name."""
        pattern = " ".join(
            f"?{end}" if end in _nameless_ends(triple) else named(getattr(triple, end))
            for end in ("subject", "predicate", "object")
        )
        where = by_round(self.count, pattern)
        rows = self.rounds.engine.select(f"SELECT DISTINCT ?round {{ {where} }}")
        return {row["round"] for row in rows}

    def _premises(self, conclusion: Triple, number: int) -> set[Triple] | None:
        """The premises of some rule that gives a conclusion, all from before its round."""
        later = map(round_graph, range(number + 1, self.count + 1))
        earlier = replace(self.rounds, scope=self.rounds.scope.without(later))
        for patterns, given in self._ways(conclusion):
            where = f"{given} {earlier.before(number, patterns.premises)}"
            for row in self.rounds.engine.select(f"SELECT * {{ {where} }} LIMIT 1"):
                return {atom.triple(row) for atom in patterns.premises.body}
        return None

    def _ways(self, conclusion: Triple) -> Iterator[tuple[Patterns, str]]:
        """The rules that may give a conclusion, and what the variables of their heads then are."""
        ontology = self.rounds.ontology
        table = ontology.facts.table_of(conclusion)
        for rule in ontology.rules:
            if rule.head is table:
                patterns = patterns_of(rule, ontology.facts)
                head, subject = patterns.head, named(conclusion.subject)
                value = named(conclusion.object)
                if rule.head.is_class:
                    yield patterns, f"VALUES {head.subject} {{ {subject} }}"
                elif isinstance(head.value, str):
                    given = f"VALUES ({head.subject} {head.value}) {{ ({subject} {value}) }}"
                    yield patterns, given
                elif named(head.value) == value:
                    yield patterns, f"VALUES {head.subject} {{ {subject} }}"


def _nameless_ends(triple: Triple) -> list[str]:
    """The ends of a triple that are nodes of the data, which no query can name."""
    ends = ["subject"] if triple.predicate == RDF_TYPE else ["subject", "object"]
    return [end for end in ends if isinstance(getattr(triple, end), BlankNode)]
