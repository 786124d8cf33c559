"""The engine for constraints that are queries: each is asked once, for all its focus nodes.

The fast engine asks once for each focus node, and goes through much of the data every time where
a pattern does not begin at that node. pyoxigraph joins it with all of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from tipgraph.errors import QueryError, UsageError
from tipgraph.namespaces import RDF, SH, XSD
from tipgraph.store.results import Solutions
from tipgraph.store.services import find_services
from tipgraph.store.tokens import Token, read_prologue, tokens
from tipgraph.validation.comparisons import orders_booleans
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.in_store.classes import HIERARCHY_QUERY, NAMELESS_QUERY, Classes
from tipgraph.validation.in_store.queries import (
    QueryConstraint,
    judging_constraints,
    query_constraints,
)
from tipgraph.validation.in_store.query_results import QueryResults
from tipgraph.validation.in_store.targets import target_pattern
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import TARGET_NODE, Targets
from tipgraph.validation.zero_length import leaves_from_absent_nodes

_CONFORMS: Final = NamedNode(f"{SH}conforms")
_RESULT: Final = NamedNode(f"{SH}result")
_ANY: Final = NamedNode("urn:tipgraph:any")
# A constraint of a shape, and the targets of the shape that is applied.
Asked = tuple[QueryConstraint, Mapping[str, set[Term]]]

# Behind these a literal is only compared, or divided by.
_COMPARING: Final = ("<", ">", "<=", ">=", "=", "!=", "/")
# What these give depends on how a term is written, or is a term that is in no data.
_OF_FORM: Final = ("STR", "DATATYPE", "TZ", "GROUP_CONCAT", "AS")
_PARTS: Final = ("parameter", "validator", "nodeValidator", "propertyValidator")
# Of these a store keeps the text as it is.
_TEXTS: Final = (f"{XSD}string", f"{RDF}langString")


@dataclass(frozen=True)
class _Stored:
    """Data in a store, which keeps numbers and dates by value.

    Args:
        store: The store.
        written: How the data writes the terms that the store has in another form.
    """

    store: Store
    written: Mapping[Term, Term]


@dataclass(frozen=True)
class Queried:
    """What queries found, and what is left to another engine.

    Args:
        shapes: The shapes graph without the constraints that were evaluated.
        results: Their results; None where there was nothing to evaluate.
    """

    shapes: RdfGraph
    results: QueryResults | None = None

    def joined(self, report: ValidationReport) -> ValidationReport:
        """The report of the whole shapes graph.

        Args:
            report: The report of another engine on what is left.
        """
        if self.results is None:
            return report
        engine = f"{report.engine} and pyoxigraph {version('pyoxigraph')}"
        if not self.results.nodes:
            return replace(report, engine=engine)
        whole = next(triple.subject for triple in report.triples if triple.predicate == _CONFORMS)
        triples = [
            *(triple for triple in report.triples if triple.predicate != _CONFORMS),
            Triple(whole, _CONFORMS, Literal(False)),
            *(Triple(whole, _RESULT, node) for node in self.results.nodes),
            *self.results.triples,
        ]
        return ValidationReport.from_triples(triples, engine=engine)


def evaluate(data: RdfGraph, shapes: RdfGraph) -> Queried:
    """Evaluate the constraints of shapes that are queries, as far as they can be asked like that.

    They can not where they only tell whether nodes conform to another shape; where a query has to
    know each focus node (`LIMIT`, for instance), or may follow a path of no length from a node that
    is not in the data; where it orders booleans; and where literals are told apart, or their form
    is looked at, which a store does not keep.

    Args:
        data: The data graph.
        shapes: The shapes graph, which is well-formed, with all its targets spelt out.

    Raises:
        InputSyntaxError: A text of the data breaks the grammar of its format.
    """
    graph = ShapesTriples(shapes.triples)
    targets = Targets(graph).of_each
    left = {each.definition for each in judging_constraints(targets, graph, ways=False)}
    asked = [
        (constraint, declared)
        for shape, declared in targets.items()
        for constraint in query_constraints(shape, graph)
        if constraint.definition not in left
    ]
    if not asked or graph.is_queried or _is_beyond_pyoxigraph(data, graph):
        return Queried(shapes)
    stored = _stored(data, _literals(asked))
    if stored is None:
        return Queried(shapes)
    answers = dict(_answers(stored, asked))
    left |= {each.definition for each, rows in answers.items() if rows is None}
    evaluated = {each.definition for each in answers} - left
    if not evaluated:
        return Queried(shapes)
    results = QueryResults(graph)
    for constraint, rows in answers.items():
        if rows is not None and constraint.definition in evaluated:
            results.add(constraint, rows, stored.written)
    return Queried(_without(evaluated, left, shapes, graph), results)


def _is_beyond_pyoxigraph(data: RdfGraph, graph: ShapesTriples) -> bool:
    return leaves_from_absent_nodes(data, graph) or orders_booleans(data, graph)


def _literals(asked: Iterable[Asked]) -> Iterator[Term]:
    """The terms of the shapes graph that queries have to know as they are written."""
    for constraint, declared in asked:
        yield from declared.get(TARGET_NODE, ())
        yield from constraint.parameters
        yield from _literals_of_patterns(constraint.tokens)


def _literals_of_patterns(query: Sequence[Token]) -> Iterator[Literal]:
    """The literals of a query but for those that are only compared, by their value."""
    for index, token in enumerate(query):
        if token.kind == "number" and query[index - 1].text not in _COMPARING:
            name = "decimal" if "." in token.text else "integer"
            name = "double" if "e" in token.text.lower() else name
            yield Literal(token.text, datatype=NamedNode(XSD + name))
        elif token.text == "^^" and query[index - 2].text not in _COMPARING:
            name = re.split(r"[:#/]", query[index + 1].text.strip("<>"))[-1]
            yield Literal(query[index - 1].text.strip("\"'"), datatype=NamedNode(XSD + name))


def _stored(data: RdfGraph, others: Iterable[Term]) -> _Stored | None:
    """The data in a store; None where that would make one term of two.

    Args:
        data: The data graph.
        others: Further terms that have to be told apart.
    """
    terms: set[Term | Triple] = set(filter(_may_change, others))
    store = Store()
    store.bulk_extend(_quads(data, terms))
    names = {NamedNode(f"urn:tipgraph:{number}"): each for number, each in enumerate(terms)}
    forms = Store()
    forms.bulk_extend(Quad(name, _ANY, each) for name, each in names.items())
    written = {quad.object: names[quad.subject] for quad in forms}
    if len(written) < len(terms):
        return None
    changed = {
        form: each
        for form, each in written.items()
        if form != each and not isinstance(form, Triple) and not isinstance(each, Triple)
    }
    return _Stored(store, changed)


def _quads(data: RdfGraph, terms: set[Term | Triple]) -> Iterator[Quad]:
    """The data, whose literals are gathered on the way if a store may change them."""
    for triple in data.scan():
        if _may_change(triple.object):
            terms.add(triple.object)
        yield Quad(*triple)


def _may_change(term: Term | Triple) -> bool:
    if isinstance(term, Literal):
        return term.datatype.value not in _TEXTS
    return isinstance(term, Triple)


def _answers(
    stored: _Stored, asked: Iterable[Asked]
) -> Iterator[tuple[QueryConstraint, Solutions | None]]:
    """The solutions of each query; None where it cannot be asked."""
    store = stored.store
    classes = Classes(_selected(store, HIERARCHY_QUERY), _selected(store, NAMELESS_QUERY))
    for constraint, declared in asked:
        if stored.written and _looks_at_forms(constraint.tokens):
            yield constraint, None
            continue
        try:
            query = constraint.query(target_pattern(declared, classes))
            _check_services(query)
        except (UsageError, QueryError):
            yield constraint, None
        else:
            yield constraint, _selected(store, query)


def _looks_at_forms(query: Sequence[Token]) -> bool:
    """Whether it may matter to a query how a number or a date is written, or what it is named."""
    called = (
        second.text == "(" and first.kind in ("name", "iri") for first, second in pairwise(query)
    )
    return any(called) or any(token.is_word(*_OF_FORM) for token in query)


def _check_services(query: str) -> None:
    """Refuse SERVICE: with no prefixes but its own, a query may read otherwise than it was."""
    if "SERVICE" in query.upper():
        terminals = list(tokens(query))
        find_services(query, terminals, read_prologue(terminals), allowed=())


def _selected(store: Store, query: str) -> Solutions | None:
    try:
        found = store.query(query)
        assert isinstance(found, QuerySolutions)  # noqa: S101  # it was a SELECT
        variables = [variable.value for variable in found.variables]
        # A solution may say that the constraint failed, which engines do not heed alike.
        return None if "failure" in variables else Solutions(variables, list(found))
    except (SyntaxError, RuntimeError):
        return None


def _without(
    evaluated: set[Term], left: set[Term], shapes: RdfGraph, graph: ShapesTriples
) -> RdfGraph:
    """The shapes graph without the constraints that were evaluated."""
    removed = _with_parts(evaluated, graph) - _with_parts(left, graph)
    kept = [
        triple
        for triple in shapes.triples
        if triple.subject not in removed and triple.object not in removed
    ]
    return RdfGraph(background=kept)


def _with_parts(definitions: Iterable[Term], graph: ShapesTriples) -> set[Term]:
    found = set(definitions)
    for each in definitions:
        for name in _PARTS:
            found.update(graph.objects(each, SH + name))
    return found
