"""Queries of shapes that only tell whether nodes conform to them, where one shape is applied.

The store evaluates such a query for all nodes that the shape may be asked about. Where the shape is
evaluated here, a query that finds the same nodes stands in for it; what it says of them is told in
full.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.errors import UsageError
from tipgraph.namespaces import SH
from tipgraph.store.results import Solutions
from tipgraph.validation.in_store.queries import QueryConstraint
from tipgraph.validation.in_store.query_results import QueryResults
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.result import Term, ValidationResult
from tipgraph.validation.shapes_triples import ShapesTriples

_SPARQL: Final = NamedNode(f"{SH}sparql")
_SELECT: Final = NamedNode(f"{SH}select")
_RESULT: Final = NamedNode(f"{SH}result")
_STAND_IN: Final = "urn:tipgraph:stand-in:"


@dataclass
class _Found:
    """What a query finds.

    Args:
        constraint: The constraint that has the query.
        variables: The variables of its solutions.
        rows: The solutions about each node.
    """

    constraint: QueryConstraint
    variables: list[str]
    rows: defaultdict[Term, list[Any]] = field(default_factory=lambda: defaultdict(list))


class JudgedQueries:
    """What these queries find.

    Args:
        graph: The shapes graph.
    """

    def __init__(self, graph: ShapesTriples) -> None:
        self._graph = graph
        # By the constraints of each shape, to which several ways may lead.
        self._names: dict[tuple[Term, Term], NamedNode] = {}
        self._found: dict[NamedNode, _Found] = {}

    def add(self, constraint: QueryConstraint, rows: Solutions) -> None:
        """Take in the solutions of a query.

        Args:
            constraint: The constraint that has it.
            rows: The solutions.

        Raises:
            UsageError: A node has no name, by which it could be found again.
            EngineError: A solution says that the constraint could not be evaluated (`?failure`).
        """
        key = constraint.shape, constraint.definition
        name = self._names.setdefault(key, NamedNode(f"{_STAND_IN}{len(self._names)}"))
        found = self._found.setdefault(name, _Found(constraint, list(rows.variables)))
        for row in rows:
            this = row["this"]
            if isinstance(this, BlankNode):
                raise UsageError(
                    f"{constraint.name} finds nodes without names, which cannot be told apart in a "
                    "store; validate a copy of the data instead"
                )
            if "failure" in rows.variables and row["failure"] is not None:
                constraint.said({"this": this, "failure": row["failure"]})
            found.rows[this].append(row)

    def broken(self) -> Mapping[Term, frozenset[Term]]:
        """The nodes that break each shape by a query."""
        nodes: dict[Term, frozenset[Term]] = {}
        for found in self._found.values():
            shape = found.constraint.shape
            nodes[shape] = nodes.get(shape, frozenset()) | found.rows.keys()
        return nodes

    def stand_ins(self, nodes: Container[Term]) -> Iterator[Triple]:
        """Constraints with queries that find, of some nodes, those that were found."""
        for name, found in self._found.items():
            shape = found.constraint.shape
            assert not isinstance(shape, Literal)  # noqa: S101  # no literal has a constraint
            same = [f"sameTerm($this, {this})" for this in found.rows if this in nodes]
            # Even if it finds none: engines do not take a node without constraints for a shape.
            text = f"SELECT $this WHERE {{ FILTER({' || '.join(same) or 'false'}) }}"
            yield from (Triple(shape, _SPARQL, name), Triple(name, _SELECT, Literal(text)))

    def without(self, report: ValidationReport) -> ValidationReport:
        """A report without the results of these constraints."""
        return _without(report, self._results(report))

    def in_full(self, report: ValidationReport) -> ValidationReport:
        """A report with what the queries of the shapes say in the place of these results."""
        results = self._results(report)
        if not results:
            return report
        said = QueryResults(self._graph)
        for each in results:
            found = self._found[self._name(each)]
            rows = Solutions(found.variables, found.rows[each.focus_node])
            said.add(found.constraint, rows)
        head = next(each.subject for each in report.triples if each.object == results[0].node)
        told = [Triple(head, _RESULT, node) for node in said.nodes]
        return _without(report, results, [*told, *said.triples])

    def _results(self, report: ValidationReport) -> list[ValidationResult]:
        return [each for each in report.results if each.source_constraint in self._found]

    @staticmethod
    def _name(result: ValidationResult) -> NamedNode:
        assert isinstance(result.source_constraint, NamedNode)  # noqa: S101  # a name of ours
        return result.source_constraint


def _without(
    report: ValidationReport, results: list[ValidationResult], more: list[Triple] | None = None
) -> ValidationReport:
    gone = {each.node for each in results}
    if not gone:
        return report
    kept = [each for each in report.triples if not gone & {each.subject, each.object}]
    made = ValidationReport.from_triples([*kept, *(more or ())], engine=report.engine)
    return replace(made, notes=report.notes)
