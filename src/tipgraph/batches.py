"""Quads in batches that can be inserted one by one, and give the same graph again.

An update makes new blank nodes of those that it names (SPARQL 1.1 Update, 3.1.1), so that all
quads that hang together by blank nodes have to be in one request.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from tipgraph.errors import UsageError
from tipgraph.turtle import terms_within

# The base of IRIs in place of blank nodes (RDF 1.1 Concepts, 3.5).
GENID: Final = "https://w3id.org/tipgraph/.well-known/genid/"
# Quads that hang together by blank nodes, at most.
_MOST_TOGETHER: Final = 100_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Quads that are inserted together.

    Args:
        quads: The quads.
    """

    quads: tuple[Quad, ...]

    @property
    def sizes(self) -> Counter[str]:
        """How many quads each graph gets; the default graph has no name."""
        return Counter(graph_name(quad) for quad in self.quads)

    def update(self) -> str:
        """The update that inserts them."""
        graphs: dict[str, list[str]] = defaultdict(list)
        for quad in self.quads:
            # As a triple, since the engine writes a triple term without its brackets by itself.
            graphs[graph_name(quad)].append(f"{quad.triple} .\n")
        parts = [
            f"GRAPH <{name}> {{\n{''.join(lines)}}}\n" if name else "".join(lines)
            for name, lines in graphs.items()
        ]
        return f"INSERT DATA {{\n{''.join(parts)}}}"


def graph_name(quad: Quad) -> str:
    """The IRI of a quad's graph; empty for the default graph.

    Raises:
        UsageError: The graph has no IRI.
    """
    graph = quad.graph_name
    if isinstance(graph, BlankNode):
        raise UsageError(f"a graph named by the blank node {graph} cannot be loaded elsewhere")
    return graph.value if isinstance(graph, NamedNode) else ""


def batches(read: Callable[[], Iterable[Quad]], size: int) -> Iterator[Batch]:
    """Put quads into batches, the same each time they are the same.

    Args:
        read: Gives the quads, each once; it is called twice.
        size: How many quads a batch has; more where they hang together by blank nodes.

    Raises:
        UsageError: Too many quads hang together, or a graph has no IRI.
    """
    components = _Components()
    for quad in read():
        components.add(blank_nodes(quad))
    remaining = components.sizes()
    waiting: dict[str, list[Quad]] = defaultdict(list)
    batch: list[Quad] = []
    for quad in read():
        nodes = blank_nodes(quad)
        together = [quad]
        if nodes:
            root = components.root(nodes[0])
            waiting[root].append(quad)
            remaining[root] -= 1
            if remaining[root]:
                continue
            together = waiting.pop(root)
        batch += together
        if len(batch) >= size:
            yield Batch(tuple(batch))
            batch = []
    if batch:
        yield Batch(tuple(batch))


def skolemised(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Quads with IRIs in place of blank nodes (RDF 1.1 Concepts, 3.5)."""
    for quad in quads:
        triple = _skolemised(quad.triple)
        yield Quad(triple.subject, triple.predicate, triple.object, quad.graph_name)


def _skolemised(triple: Triple) -> Triple:
    outer = []
    while isinstance(triple.object, Triple):
        outer.append(triple)
        triple = triple.object
    triple = Triple(_named(triple.subject), triple.predicate, _named(triple.object))
    for each in reversed(outer):
        triple = Triple(_named(each.subject), each.predicate, triple)
    return triple


def _named(term: Any) -> Any:
    return NamedNode(GENID + term.value) if isinstance(term, BlankNode) else term


class _Components:
    """Blank nodes that hang together: each leads to another of them, or is the root."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._quads: Counter[str] = Counter()

    def add(self, nodes: list[str]) -> None:
        """Join the blank nodes of a quad."""
        if not nodes:
            return
        first, *others = (self.root(node) for node in nodes)
        for other in others:
            self._parents[other] = first
        self._quads[first] += 1

    def root(self, node: str) -> str:
        """The blank node that stands for all that a node hangs together with."""
        path = []
        while (parent := self._parents.setdefault(node, node)) != node:
            path.append(node)
            node = parent
        for each in path:
            self._parents[each] = node
        return node

    def sizes(self) -> Counter[str]:
        """How many quads hang together by each root."""
        sizes: Counter[str] = Counter()
        for node, count in self._quads.items():
            sizes[self.root(node)] += count
        if sizes and (most := max(sizes.values())) > _MOST_TOGETHER:
            raise UsageError(
                f"{most:,} triples hang together by blank nodes, too many for one update: "
                "load with --skolem, which makes IRIs of blank nodes, or with --protocol gsp"
            )
        return sizes


def blank_nodes(quad: Quad) -> list[str]:
    """The names of the blank nodes of a quad, also those within triple terms."""
    return [term.value for term in terms_within(quad.triple) if isinstance(term, BlankNode)]
