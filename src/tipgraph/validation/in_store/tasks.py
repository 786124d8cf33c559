"""What is asked of a store about a shape: which of its focus nodes may break it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tipgraph.store.results import Solutions
from tipgraph.validation.in_store.judged import JudgedQueries
from tipgraph.validation.in_store.queries import QueryConstraint
from tipgraph.validation.result import Term

# Triples of a rare property, which are looked through sooner than all focus nodes.
_RARE: Final = 20_000


@dataclass(frozen=True)
class QueryTask:
    """A constraint by query, and that query for its focus nodes."""

    constraint: QueryConstraint
    query: str


@dataclass(frozen=True)
class ShapeTask:
    """A shape, and conditions under which focus nodes break it.

    Args:
        shape: The shape.
        pattern: A graph pattern that gives its focus nodes as `?this`.
        conditions: The conditions; `true` alone for all focus nodes.
        judged: What queries of shapes find that tell whether nodes conform to them.
        focused: A condition under which `?this` is a focus node, if there is one.
        rare: Graph patterns that stand in for some of the conditions.
    """

    shape: Term
    pattern: str
    conditions: list[str]
    judged: JudgedQueries
    focused: str | None = None
    rare: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The query for the focus nodes that one of the conditions holds of."""
        if self.conditions == ["true"]:
            return f"SELECT ?this WHERE {{ {self.pattern} }}"
        asked = [each for each in self.conditions if each not in self.rare]
        branches = [f"{self.pattern} FILTER({' || '.join(asked)})"] if asked else []
        for each in self.conditions:
            if each in self.rare:
                branches.append(f"{self.rare[each]} FILTER({self.focused})")
        united = " UNION ".join(f"{{ {branch} }}" for branch in branches)
        return f"SELECT DISTINCT ?this WHERE {{ {united} }}"


def rarity_query(properties: Iterable[Term]) -> str:
    """The query that counts the triples of properties, as `?n` of `?p`, no further than needed."""
    branches = [
        f"{{ SELECT ({each} AS ?p) (COUNT(?s) AS ?n) WHERE {{ "
        f"{{ SELECT ?s WHERE {{ ?s {each} ?o }} LIMIT {_RARE + 1} }} }} }}"
        for each in sorted(properties, key=str)
    ]
    return f"SELECT ?p ?n WHERE {{ {' UNION '.join(branches)} }}"


def rare_properties(rows: Solutions | None) -> set[Term]:
    """The properties of few triples, by the answer to such a query; none without one."""
    return {row["p"] for row in rows or () if int(row["n"].value) <= _RARE}
