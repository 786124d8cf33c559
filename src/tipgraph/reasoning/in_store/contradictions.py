"""What an ontology forbids, looked for in an engine once all has been inferred."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from pyoxigraph import NamedNode, Triple

from tipgraph.reasoning.clashes import Clash, clash_of
from tipgraph.reasoning.closure import RDF_TYPE, SAME_AS
from tipgraph.reasoning.constraints import Constraint
from tipgraph.reasoning.in_store.fixpoint import Rounds
from tipgraph.reasoning.in_store.patterns import Atom, Together, forbidden, named, nameless_again
from tipgraph.reasoning.in_store.workspace import SAME, Row, inside
from tipgraph.reasoning.tables import Table

# Of each constraint; more contradictions than that nobody reads.
_COUNTED: Final = 1000


@dataclass(frozen=True)
class Contradictions:
    """Finds contradictions.

    Args:
        rounds: The rounds that have been.
        number: How many they were.
    """

    rounds: Rounds
    number: int

    def find(self) -> list[Clash]:
        """The contradictions, up to a thousand of each constraint, sorted by message."""
        there = self.rounds.filled(lambda each: self._read(each, "?g"))
        apart: defaultdict[tuple[str, Table], list[Table]] = defaultdict(list)
        clashes: list[Clash] = []
        for constraint in self.rounds.ontology.constraints:
            if not there.issuperset(constraint.tables):
                continue
            first, *others = constraint.tables
            if others and first.is_class:
                apart[constraint.rule, first] += others
            else:
                clashes += self._of(constraint)
        for (rule, first), others in apart.items():
            clashes += self._apart(rule, first, others)
        found = {clash.message: clash for clash in clashes}
        return [found[message] for message in sorted(found)]

    def _of(self, constraint: Constraint) -> list[Clash]:
        facts = forbidden(constraint)
        where = self.rounds.before(self.number + 1, facts)
        for first in count(0, _COUNTED):
            page = f"LIMIT {_COUNTED} OFFSET {first}"
            rows = list(self.rounds.engine.select(f"SELECT ?x ?y ?z {{ {where} }} {page}"))
            found = [
                _clash(constraint.rule, [atom.triple(row) for atom in facts.body])
                for row in rows
                if not self._is_fine(facts, row)
            ]
            if found or len(rows) < _COUNTED:
                return found
        raise AssertionError("pages end")

    def _apart(self, rule: str, one: Table, others: list[Table]) -> Iterator[Clash]:
        """The clashes of a class with several that share no members with it, in one query.

        There may be hundreds of such pairs, and the members of a class are gone through for each.
        """
        named_others = {named(table.term): table.term for table in others}
        where = " ".join(
            [
                self._read(Atom(one), "?g0"),
                self._read(f"?x {RDF_TYPE} ?other", "?g1"),
                f"FILTER(?other IN ({', '.join(named_others)}))",
            ]
        )
        for row in self.rounds.engine.select(f"SELECT ?x ?other {{ {where} }} LIMIT {_COUNTED}"):
            other = named_others[str(row["other"])]
            yield _clash(rule, [Triple(row["x"], RDF_TYPE, each) for each in (one.term, other)])

    def _read(self, pattern: object, graph: str) -> str:
        return self.rounds.scope.before(self.number + 1, pattern, graph)

    def _is_fine(self, facts: Together, row: Row) -> bool:
        """Whether what would have to be two things is one, by links over several others."""
        if facts.unless_same is None:
            return False
        one, other = (row[variable[1:]] for variable in facts.unless_same)
        reached, open_things = {one}, [one]
        while open_things and other not in reached:
            found = set(self._declared_same(open_things.pop())) - reached
            reached |= found
            open_things += found
        return other in reached

    def _declared_same(self, thing: object) -> Iterator[object]:
        if not isinstance(thing, NamedNode):
            return
        either = f"{{ {thing} {SAME_AS} ?other }} UNION {{ ?other {SAME_AS} {thing} }}"
        for row in self.rounds.engine.select(f"SELECT ?other {{ {inside(SAME, either)} }}"):
            yield row["other"]


def _clash(rule: str, triples: list[Triple]) -> Clash:
    return clash_of(rule, sorted(triples, key=lambda triple: nameless_again(str(triple))))
