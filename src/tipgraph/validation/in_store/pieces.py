"""The triples that decide whether nodes conform to a shape, as a query for them."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import RDF, RDFS, SH
from tipgraph.store.results import Solutions
from tipgraph.validation.documents import blank_nodes
from tipgraph.validation.in_store.classes import Classes
from tipgraph.validation.in_store.paths import Paths, Step, joined
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

_TYPE: Final = NamedNode(f"{RDF}type")
_SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
_CLASSES: Final = f"{_TYPE}/{_SUBCLASS}*"
_BESIDE: Final = ("equals", "disjoint", "lessThan", "lessThanOrEquals")


def piece_query(shape: Term, focus: str, graph: ShapesTriples, classes: Classes) -> str:
    """The query for the triples that decide whether focus nodes conform to a shape.

    Args:
        shape: The shape.
        focus: A graph pattern that gives the focus nodes as `?this`.
        graph: The shapes graph, which is not recursive.
        classes: The classes of the store, whose known statements are not asked for again.
    """
    predicates: dict[tuple[str, bool], set[NamedNode | None]] = defaultdict(set)
    for step in dict.fromkeys(_steps(shape, "", graph, classes)):
        predicates[step.prefix, step.inverse].add(step.predicate)
    branches = [f"{focus} BIND(?this AS ?focus)"]
    for (prefix, inverse), found in predicates.items():
        branches += [f"{focus} {each}" for each in _triples(prefix, inverse, found)]
    united = " UNION ".join(f"{{ {branch} }}" for branch in branches)
    return f"SELECT DISTINCT ?focus ?s ?p ?o WHERE {{ {united} }}"


def _triples(prefix: str, inverse: bool, predicates: set[NamedNode | None]) -> Iterator[str]:
    """Graph patterns for the triples of the nodes that a path leads to."""
    near, far = ("?o", "?s") if inverse else ("?s", "?o")
    start = f"?this {prefix} {near} ." if prefix else ""
    node = near if prefix else "?this"
    end = "" if prefix else f"BIND(?this AS {near})"
    # Engines join VALUES with all triples of these predicates, rather than with a node's.
    named = sorted(str(each) for each in predicates if each is not None)
    if None not in predicates and (inverse or len(named) == 1):
        for each in named:
            triple = f"{far} {each} {node} ." if inverse else f"{node} {each} {far} ."
            yield f"{start} {triple} BIND({each} AS ?p) {end}"
        return
    triple = f"{far} ?p {node} ." if inverse else f"{node} ?p {far} ."
    only = "" if None in predicates else f"FILTER(?p IN ({', '.join(named)}))"
    yield f"{start} {triple} {end} {only}"


def read_piece(rows: Solutions) -> tuple[list[Term], list[Triple]]:
    """The focus nodes and the triples of the answer to such a query."""
    focus = [row["focus"] for row in rows if row["focus"] is not None]
    triples = [Triple(row["s"], row["p"], row["o"]) for row in rows if row["s"] is not None]
    return focus, triples


def relabelled(
    triples: Sequence[Triple], prefix: str, known: Container[BlankNode] = ()
) -> Iterator[Triple]:
    """Triples with blank nodes of their own: labels hold within one answer.

    Args:
        triples: The triples.
        prefix: What the labels begin with.
        known: Blank nodes that keep their labels.
    """
    names: dict[object, BlankNode] = {
        node: BlankNode(f"{prefix}{number}")
        for number, node in enumerate(blank_nodes(triples))
        if node not in known
    }
    for subject, predicate, value in triples:
        yield Triple(names.get(subject, subject), predicate, names.get(value, value))


def _steps(shape: Term, prefix: str, graph: ShapesTriples, classes: Classes) -> Iterator[Step]:
    value, paths = prefix, Paths(graph)
    for path in graph.objects(shape, f"{SH}path"):
        yield from paths.steps(path, prefix)
        value = joined(prefix, paths.sparql(path))
    for name in _BESIDE:
        yield from (Step(prefix, other) for other in _iris(graph.objects(shape, f"{SH}{name}")))
    for each in graph.objects(shape, f"{SH}class"):
        yield Step(value, _TYPE)
        if classes.with_subclasses(each) is None:
            yield Step(joined(value, _CLASSES), _SUBCLASS)
    if graph.objects(shape, f"{SH}closed"):
        yield Step(value, None)
    for _, inner in graph.referred(shape):
        yield from _steps(inner, value, graph, classes)


def _iris(terms: Iterable[Term]) -> Iterator[NamedNode]:
    return (term for term in terms if isinstance(term, NamedNode))
