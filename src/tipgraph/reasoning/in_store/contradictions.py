"""What an ontology forbids, looked for in an engine once all has been inferred."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.reasoning.clashes import Clash, clash_of
from tipgraph.reasoning.closure import SAME_AS
from tipgraph.reasoning.constraints import Constraint
from tipgraph.reasoning.in_store.fixpoint import Rounds
from tipgraph.reasoning.in_store.patterns import Together, forbidden
from tipgraph.reasoning.in_store.workspace import SAME, Row, inside

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
        following = self.number + 1
        there = self.rounds.filled(lambda each: self.rounds.scope.before(following, each))
        found = {
            clash.message: clash
            for constraint in self.rounds.ontology.constraints
            if there.issuperset(constraint.tables)
            for clash in self._of(constraint)
        }
        return [found[message] for message in sorted(found)]

    def _of(self, constraint: Constraint) -> list[Clash]:
        facts = forbidden(constraint)
        where = self.rounds.before(self.number + 1, facts)
        for first in count(0, _COUNTED):
            page = f"LIMIT {_COUNTED} OFFSET {first}"
            rows = list(self.rounds.engine.select(f"SELECT ?x ?y ?z {{ {where} }} {page}"))
            found = [
                _clash(constraint, facts, row) for row in rows if not self._is_fine(facts, row)
            ]
            if found or len(rows) < _COUNTED:
                return found
        raise AssertionError("pages end")

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


def _clash(constraint: Constraint, facts: Together, row: Row) -> Clash:
    return clash_of(constraint.rule, sorted({atom.triple(row) for atom in facts.body}, key=str))
