"""Property paths of shapes as SPARQL writes them, and the triples that lie along them.

https://www.w3.org/TR/shacl/#property-paths
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pyoxigraph import NamedNode

from tipgraph.namespaces import SH
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

_INVERSE: Final = f"{SH}inversePath"
_ALTERNATIVE: Final = f"{SH}alternativePath"
_REPEATED: Final = {
    f"{SH}zeroOrMorePath": "*",
    f"{SH}oneOrMorePath": "+",
    f"{SH}zeroOrOnePath": "?",
}


class Step(NamedTuple):
    """Triples that a path goes along.

    Args:
        prefix: The path from the focus node to the node the triples are of; empty for itself.
        predicate: Their predicate; None for any.
        inverse: Whether that node is their object.
    """

    prefix: str
    predicate: NamedNode | None
    inverse: bool = False


class Paths:
    """The paths of a shapes graph, which are well-formed.

    Args:
        graph: The shapes graph.
    """

    def __init__(self, graph: ShapesTriples) -> None:
        self._graph = graph

    def sparql(self, path: Term) -> str:
        """A path in SPARQL's notation, in parentheses where it has several parts.

        Raises:
            ValueError: It is no path.
        """
        if isinstance(path, NamedNode):
            return str(path)
        if sequence := list(self._graph.members(path)):
            return f"({'/'.join(map(self.sparql, sequence))})"
        for inner in self._graph.objects(path, _INVERSE):
            return f"(^{self.sparql(inner)})"
        for name, sign in _REPEATED.items():
            for inner in self._graph.objects(path, name):
                return f"({self.sparql(inner)}{sign})"
        for members in self._graph.objects(path, _ALTERNATIVE):
            return f"({'|'.join(map(self.sparql, self._graph.members(members)))})"
        raise ValueError(f"{path} is no path")

    def sequence(self, path: Term) -> list[Term]:
        """The paths that a path follows one after the other; itself, if it is not a sequence."""
        return list(self._graph.members(path)) or [path]

    def properties(self, path: Term) -> frozenset[Term]:
        """The property that a path is, or the alternatives that it has; none if it is another."""
        members = {
            member
            for alternatives in self._graph.objects(path, _ALTERNATIVE)
            for member in self._graph.members(alternatives)
        }
        found = members or {path}
        named = all(isinstance(each, NamedNode) for each in found)
        return frozenset(found) if named else frozenset()

    def steps(self, path: Term, prefix: str = "", *, inverse: bool = False) -> Iterator[Step]:
        """The triples along a path.

        Args:
            path: The path.
            prefix: What leads from the focus node to where it begins.
            inverse: Whether it is followed against its direction.
        """
        if isinstance(path, NamedNode):
            yield Step(prefix, path, inverse)
            return
        graph = self._graph
        if sequence := list(graph.members(path)):
            for member in reversed(sequence) if inverse else sequence:
                yield from self.steps(member, prefix, inverse=inverse)
                prefix = joined(prefix, self._directed(member, inverse))
            return
        for inner in graph.objects(path, _INVERSE):
            yield from self.steps(inner, prefix, inverse=not inverse)
            return
        for name, sign in _REPEATED.items():
            for inner in graph.objects(path, name):
                repeated = f"({self._directed(inner, inverse)}*)"
                start = prefix if sign == "?" else joined(prefix, repeated)
                yield from self.steps(inner, start, inverse=inverse)
                return
        for members in graph.objects(path, _ALTERNATIVE):
            for member in graph.members(members):
                yield from self.steps(member, prefix, inverse=inverse)

    def _directed(self, path: Term, inverse: bool) -> str:
        return f"(^{self.sparql(path)})" if inverse else self.sparql(path)


def joined(prefix: str, path: str) -> str:
    """A path after another one, which may be empty."""
    return f"{prefix}/{path}" if prefix else path
