"""Where in the texts the triples are that a report or a fault is about."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from pyoxigraph import BlankNode

from tipgraph.syntax import Position
from tipgraph.validation.components import parameter
from tipgraph.validation.documents import RdfGraph, blank_nodes
from tipgraph.validation.positions import Sought, locate
from tipgraph.validation.report import ValidationReport, ValidationResult

Named = TypeVar("Named")


class Places:
    """Finds triples in the documents of a graph.

    Args:
        graph: The graph.
    """

    def __init__(self, graph: RdfGraph) -> None:
        self._graph = graph

    def find(self, sought: Iterable[Sought]) -> dict[Sought, Position]:
        """The positions of triples, as far as they are in documents at all."""
        missing = dict.fromkeys(sought)
        found: dict[Sought, Position] = {}
        for index, document in enumerate(self._graph.documents):
            local = dict(self._local(index, missing))
            positions = locate(
                document.text,
                document.rdf_format,
                document.source,
                local,
                base_iri=document.base_iri,
            )
            for each, position in positions.items():
                found[local[each]] = position
                missing.pop(local[each], None)
        return found

    def _local(self, index: int, sought: Iterable[Sought]) -> Iterator[tuple[Sought, Sought]]:
        """What is sought, in the names that the blank nodes of a document have in `locate`."""
        wanted = list(sought)
        names: dict[BlankNode, BlankNode] = {}
        if any(isinstance(t, BlankNode) for each in wanted for t in (each.focus_node, each.value)):
            nodes = blank_nodes(self._graph.by_document[index])
            names = {node: BlankNode(f"b{number}") for number, node in enumerate(nodes, 1)}
        for each in wanted:
            focus_node, value = _named(each.focus_node, names), _named(each.value, names)
            if focus_node is not None:
                yield Sought(focus_node, each.predicate, value), each


def _named(term: Named, names: dict[BlankNode, BlankNode]) -> Named | BlankNode | None:
    return names.get(term) if isinstance(term, BlankNode) else term


def placed(report: ValidationReport, data: RdfGraph, shapes: RdfGraph) -> ValidationReport:
    """A report whose results know where the triple at fault and the constraint are."""
    results = [each for result in report.results for each in _with_details(result)]
    in_data = Places(data).find(map(_triple_at_fault, results))
    in_shapes = Places(shapes).find(map(_constraint, results))

    def with_places(result: ValidationResult) -> ValidationResult:
        return replace(
            result,
            data_position=in_data.get(_triple_at_fault(result)),
            shape_position=in_shapes.get(_constraint(result)),
            detail=tuple(map(with_places, result.detail)),
        )

    return replace(report, results=tuple(map(with_places, report.results)))


def _with_details(result: ValidationResult) -> Iterator[ValidationResult]:
    yield result
    for each in result.detail:
        yield from _with_details(each)


def _triple_at_fault(result: ValidationResult) -> Sought:
    value = None if result.value == result.focus_node and not result.result_path else result.value
    return Sought(result.focus_node, result.predicate, value)


def _constraint(result: ValidationResult) -> Sought:
    """The triple of the shape that states the constraint."""
    shape = result.source_shape or result.focus_node
    found = parameter(result.source_constraint_component)
    return Sought(shape, found, result.source_constraint if found else None)
