"""The graphs of an engine that inference reads, and those in which it works.

What follows is in one graph for each round until the work is done, so that each of its triples
tells in which round it came. All of them are below `/graph/inferred`, and none is left in the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from pyoxigraph import NamedNode

from tipgraph.namespaces import GRAPH_INFERRED

_BELOW: Final = f"{GRAPH_INFERRED.value}/"
_ROUND: Final = f"{_BELOW}round-"
# What the ontology says of things, and whose work this is.
ONTOLOGY: Final = NamedNode(f"{_BELOW}ontology")
# The links by `owl:sameAs` of all graphs that are read.
SAME: Final = NamedNode(f"{_BELOW}same")


class Row(Protocol):
    """A row of a result: pyoxigraph terms by the names of variables."""

    def __getitem__(self, variable: str, /) -> Any:
        """The term of a variable."""
        ...


class Engine(Protocol):
    """A store that answers SPARQL and makes updates."""

    def select(self, text: str) -> Iterable[Row]:
        """The rows of a SELECT query."""
        ...

    def update(self, text: str) -> None:
        """Make an update. The same one made twice does no harm."""
        ...


@dataclass(frozen=True)
class Scope:
    """What of an engine is reasoned about.

    Args:
        graphs: The named graphs of asserted triples; None when they are all but those left out.
        left_out: Named graphs that are not read, such as those that an engine keeps for itself.
        default: Whether the default graph has triples of its own, which are read as well where
            all named graphs are.
        union: Whether it shows those of the named graphs too, or may do so, so that only what is
            in none of them counts as its own.
    """

    graphs: tuple[NamedNode, ...] | None = None
    left_out: tuple[NamedNode, ...] = ()
    default: bool = False
    union: bool = False

    def without(self, graphs: Iterable[NamedNode]) -> "Scope":
        """The same without some named graphs, where it is not of certain ones anyway."""
        return replace(self, left_out=(*self.left_out, *graphs))

    def before(self, number: int, pattern: object, graph: str = "?g") -> str:
        """The graph pattern for what is asserted, or was inferred before a round.

        Args:
            number: The number of the round.
            pattern: A triple pattern.
            graph: A variable for the graph in which it is found.
        """
        if self.graphs is None:
            unread = (GRAPH_INFERRED, SAME, round_graph(number), *self.left_out)
            condition = f"{graph} NOT IN ({', '.join(map(str, unread))})"
        else:
            read = (*self.graphs, ONTOLOGY, *map(round_graph, range(1, number)))
            condition = f"{graph} IN ({', '.join(map(str, read))})"
        found = f"GRAPH {graph} {{ {pattern} }} FILTER({condition})"
        if self.default and self.graphs is None:
            shown = f"FILTER NOT EXISTS {{ {inside(f'{graph}shown', pattern)} }}"
            own = f"{pattern} {shown}" if self.union else pattern
            return f"{{ {{ {own} }} UNION {{ {found} }} }}"
        return found


def round_graph(number: int) -> NamedNode:
    """The graph of what came in a round.

    Args:
        number: The number of the round, from 1.
    """
    return NamedNode(f"{_ROUND}{number}")


def by_round(number: int, pattern: object) -> str:
    """The graph pattern for what was inferred up to a round; its variable `?round` is the graph."""
    graphs = ", ".join(str(round_graph(each)) for each in range(1, number + 1))
    return f"GRAPH ?round {{ {pattern} }} FILTER(?round IN ({graphs}))"


def inside(graph: object, pattern: object) -> str:
    """The graph pattern, or the template, for a triple pattern in one graph."""
    return f"GRAPH {graph} {{ {pattern} }}"
