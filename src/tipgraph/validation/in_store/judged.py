"""Queries of shapes that only tell whether nodes conform to them, where one shape is applied.

The store evaluates such a query for all nodes that the shape may be asked about. Where the shape is
evaluated here, the query is one that finds the same nodes; what it says of them is told in full.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.errors import UsageError
from tipgraph.namespaces import SH
from tipgraph.store.results import Solutions
from tipgraph.validation.in_store.queries import QueryConstraint, shown_shape
from tipgraph.validation.in_store.query_results import QueryResults
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

_SPARQL: Final = NamedNode(f"{SH}sparql")
_SELECT: Final = NamedNode(f"{SH}select")
_RESULT: Final = NamedNode(f"{SH}result")


class JudgedQueries:
    """What these queries find.

    Args:
        graph: The shapes graph.
    """

    def __init__(self, graph: ShapesTriples) -> None:
        self._graph = graph
        self._constraints: dict[Term, QueryConstraint] = {}
        self._variables: dict[Term, list[str]] = {}
        self._rows: dict[Term, dict[Term, list[Any]]] = defaultdict(lambda: defaultdict(list))

    def add(self, constraint: QueryConstraint, rows: Solutions) -> None:
        """Take in the solutions of a query.

        Args:
            constraint: The constraint, whose own node no other shape has.
            rows: The solutions.

        Raises:
            UsageError: A node has no name, by which it could be found again.
            EngineError: A solution says that the constraint could not be evaluated (`?failure`).
        """
        node = constraint.constraint
        self._constraints[node] = constraint
        self._variables[node] = list(rows.variables)
        for row in rows:
            this = row["this"]
            if isinstance(this, BlankNode):
                raise UsageError(
                    f"{constraint.name} finds nodes without names, which cannot be told apart in a "
                    "store; validate a copy of the data instead"
                )
            if "failure" in rows.variables and row["failure"] is not None:
                constraint.said({"this": this, "failure": row["failure"]})
            self._rows[node][this].append(row)

    def broken(self) -> Mapping[Term, frozenset[Term]]:
        """The nodes that break each shape by a query."""
        found: dict[Term, frozenset[Term]] = {}
        for node, rows in self._rows.items():
            shape = self._constraints[node].shape
            found[shape] = found.get(shape, frozenset()) | rows.keys()
        return found

    def constraints(self, nodes: Container[Term]) -> Iterator[Triple]:
        """The constraints with queries that find, of some nodes, those that were found."""
        for node, rows in self._rows.items():
            shape = self._constraints[node].shape
            same = [f"sameTerm($this, {this})" for this in rows if this in nodes]
            if same and not isinstance(shape, Literal) and not isinstance(node, Literal):
                yield Triple(shape, _SPARQL, node)
                text = f"SELECT $this WHERE {{ FILTER({' || '.join(same)}) }}"
                yield Triple(node, _SELECT, Literal(text))

    def in_full(self, report: ValidationReport) -> ValidationReport:
        """A report of such constraints, with what the queries of the shapes say of the nodes."""
        found = [each for each in report.results if each.source_constraint in self._rows]
        if not found:
            return report
        said = QueryResults(self._graph)
        for each in found:
            assert each.source_constraint is not None  # noqa: S101  # it is among the rows
            node = each.source_constraint
            rows = self._rows[node][each.focus_node]
            said.add(self._constraints[node], Solutions(self._variables[node], rows))
        gone = {each.node for each in found}
        (head,) = {each.subject for each in report.triples if each.object in gone}
        kept = [each for each in report.triples if not gone & {each.subject, each.object}]
        kept += (Triple(head, _RESULT, node) for node in said.nodes)
        made = ValidationReport.from_triples([*kept, *said.triples], engine=report.engine)
        return replace(made, notes=report.notes)


def check_judged(constraints: Sequence[QueryConstraint], applied: Container[Term]) -> None:
    """Refuse the constraints by query of shapes that are judged by which cannot be replayed.

    Args:
        constraints: The constraints.
        applied: The shapes that have results of their own where the shape is applied.

    Raises:
        UsageError: There is one.
    """
    shapes: dict[Term, Term] = {}
    for each in constraints:
        reason = ""
        if not each.is_sparql:
            reason = "only tells whether nodes conform"
        elif each.shape in applied:
            reason = "both is applied and tells whether nodes conform"
        elif shapes.setdefault(each.constraint, each.shape) != each.shape:
            reason = f"shares it with {shown_shape(shapes[each.constraint])}"
        if reason:
            raise UsageError(
                f"{each.kind} of {shown_shape(each.shape)}, which {reason}, cannot be evaluated in "
                "a store; validate a copy of the data instead"
            )
