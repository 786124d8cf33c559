"""The triples that decide whether nodes conform to a shape, as a query for them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode, Triple

from tipgraph.namespaces import RDF, RDFS, SH
from tipgraph.store.results import Solutions
from tipgraph.validation.in_store.paths import Paths, Step, joined
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

_TYPE: Final = NamedNode(f"{RDF}type")
_SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
_CLASSES: Final = f"{_TYPE}/{_SUBCLASS}*"
_BESIDE: Final = ("equals", "disjoint", "lessThan", "lessThanOrEquals")


def piece_query(shape: Term, focus: str, graph: ShapesTriples) -> str:
    """The query for the triples that decide whether focus nodes conform to a shape.

    Args:
        shape: The shape.
        focus: A graph pattern that gives the focus nodes as `?this`.
        graph: The shapes graph, which is not recursive.
    """
    predicates: dict[tuple[str, bool], set[NamedNode | None]] = defaultdict(set)
    for step in dict.fromkeys(_steps(shape, "", graph, Paths(graph))):
        predicates[step.prefix, step.inverse].add(step.predicate)
    branches = [f"{focus} BIND(?this AS ?focus)"]
    for (prefix, inverse), found in predicates.items():
        only = "" if None in found else f"VALUES ?p {{ {' '.join(sorted(map(str, found)))} }}"
        near, far = ("?o", "?s") if inverse else ("?s", "?o")
        start = f"?this {prefix} {near} ." if prefix else ""
        node = near if prefix else "?this"
        triple = f"{far} ?p {node} ." if inverse else f"{node} ?p {far} ."
        end = "" if prefix else f"BIND(?this AS {near})"
        branches.append(f"{focus} {start} {only} {triple} {end}")
    united = " UNION ".join(f"{{ {branch} }}" for branch in branches)
    return f"SELECT DISTINCT ?focus ?s ?p ?o WHERE {{ {united} }}"


def read_piece(rows: Solutions) -> tuple[list[Term], list[Triple]]:
    """The focus nodes and the triples of the answer to such a query."""
    focus = [row["focus"] for row in rows if row["focus"] is not None]
    triples = [Triple(row["s"], row["p"], row["o"]) for row in rows if row["s"] is not None]
    return focus, triples


def _steps(shape: Term, prefix: str, graph: ShapesTriples, paths: Paths) -> Iterator[Step]:
    value = prefix
    for path in graph.objects(shape, f"{SH}path"):
        yield from paths.steps(path, prefix)
        value = joined(prefix, paths.sparql(path))
    for name in _BESIDE:
        yield from (Step(prefix, other) for other in _iris(graph.objects(shape, f"{SH}{name}")))
    if graph.objects(shape, f"{SH}class"):
        yield Step(value, _TYPE)
        yield Step(joined(value, _CLASSES), _SUBCLASS)
    if graph.objects(shape, f"{SH}closed"):
        yield Step(value, None)
    for _, inner in graph.referred(shape):
        yield from _steps(inner, value, graph, paths)


def _iris(terms: Iterable[Term]) -> Iterator[NamedNode]:
    return (term for term in terms if isinstance(term, NamedNode))
