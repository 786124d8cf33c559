"""Validation of data that stays in a store.

Queries find what may break a shape, and an engine here says what does, of the triples that decide
it and of no others.

https://www.w3.org/TR/shacl/#validation
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.errors import EndpointFailureError, UsageError
from tipgraph.namespaces import RDF, SH, shorten
from tipgraph.reasoning import Entailment
from tipgraph.store.blocking import BlockingStore
from tipgraph.store.results import Solutions
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.in_store.classes import HIERARCHY_QUERY, NAMELESS_QUERY, Classes
from tipgraph.validation.in_store.conditions import Conditions
from tipgraph.validation.in_store.judged import JudgedQueries
from tipgraph.validation.in_store.kept import as_kept
from tipgraph.validation.in_store.pieces import piece_query, read_piece, relabelled
from tipgraph.validation.in_store.queries import (
    QueryConstraint,
    judging_constraints,
    query_constraints,
)
from tipgraph.validation.in_store.query_results import QueryResults
from tipgraph.validation.in_store.targets import target_condition, target_pattern, values
from tipgraph.validation.in_store.tasks import (
    QueryTask,
    ShapeTask,
    rare_properties,
    rarity_query,
)
from tipgraph.validation.inputs import Inputs
from tipgraph.validation.names import meanings, unknown
from tipgraph.validation.nested import with_causes
from tipgraph.validation.places import placed
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.result import Term
from tipgraph.validation.shacl_engine import engine_name
from tipgraph.validation.shapes_graph import check_shapes
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import TARGET_NODE, TARGET_OBJECTS, Targets, spelt_out
from tipgraph.validation.validator import Engine, Options, aimless, by_engine, left_out

# Focus nodes whose triples are fetched at a time.
_PIECE: Final = 200
_TRUE: Final = Literal(True)
_MARKS: Final = NamedNode("urn:tipgraph:marks")
_MARK: Final = NamedNode("urn:tipgraph:mark")
_REPORT: Final = BlankNode("report")
_TYPE: Final = NamedNode(f"{RDF}type")


def validate_store(
    store: BlockingStore,
    inputs: Inputs,
    options: Options | None = None,
    *,
    graphs: Sequence[str] = (),
    announce: Callable[[str], None] = lambda _: None,
) -> ValidationReport:
    """Validate what a store holds, where it is.

    A query for each constraint finds the focus nodes that may break it, wherever the store is; the
    triples around these alone are fetched, piece by piece, and validated here. Constraints that
    are queries themselves (`sh:sparql`) are evaluated in the store.

    Args:
        store: The store.
        inputs: The shapes; what they say of data and ontology is not used, the store has both.
        options: How to validate; without entailment, and without coverage.
        graphs: IRIs of the graphs that are validated, merged; none for the default graph.
        announce: Is told the name of each step as it begins.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
        ShapesError: The shapes have no defined meaning.
        UsageError: A constraint cannot be evaluated in a store, or a shape or node that was chosen
            is not there.
        QueryError: The store did not give a whole answer to a query.
    """
    chosen = options or Options()
    if chosen.entailment is not Entailment.none:
        raise UsageError("nothing is inferred over a store: infer there, and validate without")
    shapes = inputs.shapes
    announce("check the shapes")
    check_shapes(shapes)
    kept = as_kept(spelt_out(shapes), store)
    validation = _Validation(store, kept.shapes, chosen.engine, tuple(graphs) or None)
    report, selected = validation.run(chosen.shape, chosen.focus, announce)
    unselected = () if chosen.shape or chosen.focus else aimless(spelt_out(shapes))
    notes = (*selected, *unselected, *report.notes, *inputs.notes, *kept.notes, *left_out(shapes))
    report = replace(report, notes=tuple(dict.fromkeys(notes)))
    if chosen.limit is not None:
        report = report.limited(chosen.limit)
    return placed(report, RdfGraph(), shapes) if chosen.positions else report


class _Validation:
    """One validation of a store.

    Args:
        store: The store.
        shapes: The shapes graph, with all its targets spelt out.
        engine: Which engine has the last word.
        graphs: The graphs that are validated; None for the default graph.
    """

    def __init__(
        self, store: BlockingStore, shapes: RdfGraph, engine: Engine, graphs: tuple[str, ...] | None
    ) -> None:
        self._store = store
        self._shapes = shapes
        self._graphs = graphs
        self._evaluate = partial(by_engine, engine=engine)
        self._graph = ShapesTriples(shapes.triples)
        self._targets = Targets(self._graph)
        self._classes = Classes()
        self._known: list[Triple] = []
        self._answers = 0
        self._queried = QueryResults(self._graph)
        self._triples: list[Triple] = []
        self._results: list[BlankNode] = []
        self._notes: list[str] = []

    def run(
        self, shape: Sequence[str], focus: Sequence[str], announce: Callable[[str], None]
    ) -> tuple[ValidationReport, list[str]]:
        """The report, and what was selected, in words."""
        units = self._units(shape)
        nodes = [self._focus(name) for name in dict.fromkeys(focus)]
        notes = _selection(list(units) if shape else [], nodes)
        self._classes = Classes(self._tried(HIERARCHY_QUERY), self._tried(NAMELESS_QUERY))
        self._known = self._class_statements()
        targets = {
            each: {TARGET_NODE: set[Term](nodes)} if shape and nodes else declared
            for each, declared in units.items()
        }
        focus_patterns = {
            each: target_pattern(declared, self._classes, nodes)
            for each, declared in targets.items()
        }
        if self._graph.is_queried:
            raise UsageError("queries that use $shapesGraph cannot be evaluated in a store")
        # Whatever is refused is refused before anything is asked.
        judging = {
            each: _query_tasks(judging_constraints([each], self._graph, ways=True), pattern)
            for each, pattern in focus_patterns.items()
        }
        tasks: list[QueryTask | ShapeTask] = []
        for each, pattern in focus_patterns.items():
            tasks += _query_tasks(query_constraints(each, self._graph), pattern)
        tasks += self._shape_tasks(targets, focus_patterns, judging, nodes)
        answers = self._store.selected([task.query for task in tasks], default_graphs=self._graphs)
        for number, (task, answer) in enumerate(zip(tasks, answers, strict=True), start=1):
            announce(f"validate, query {number} of {len(tasks)}")
            if isinstance(task, QueryTask):
                self._queried.add(task.constraint, _rows(task.constraint, answer))
            else:
                self._by_pieces(task, answer)
        self._results += self._queried.nodes
        self._triples += self._queried.triples
        if self._results and self._classes.is_flat and self._names_classes():
            notes.append(
                "the store says of no class that it is a subclass of another: where shapes count "
                "on an ontology, as tipgraph's own do, results are false until it is loaded there"
            )
        return self._report(), notes

    def _shape_tasks(
        self,
        targets: Mapping[Term, Mapping[str, set[Term]]],
        focus_patterns: Mapping[Term, str],
        judging: Mapping[Term, Sequence[QueryTask]],
        nodes: Sequence[NamedNode],
    ) -> list[ShapeTask]:
        """The queries for what may break shapes, beginning with rare properties."""
        tasks = []
        patterns: dict[str, tuple[frozenset[Term], str]] = {}
        for each, declared in targets.items():
            judged = self._judged(judging[each])
            conditions = Conditions(self._graph, self._classes, judged.broken())
            found = [one for one in conditions.of(each, "?this") if one != "false"]
            patterns |= conditions.patterns
            if found:
                focused = None if nodes else target_condition(declared, self._classes)
                found = ["true"] if "true" in found else found
                tasks.append(ShapeTask(each, focus_patterns[each], found, judged, focused))
        asked = {
            each: patterns[each]
            for task in tasks
            if task.focused is not None
            for each in task.conditions
            if each in patterns
        }
        if not asked:
            return tasks
        properties = frozenset[Term]().union(*(each for each, _ in asked.values()))
        rare = rare_properties(self._tried(rarity_query(properties)))
        begun = {each: pattern for each, (names, pattern) in asked.items() if names <= rare}
        return [task if task.focused is None else replace(task, rare=begun) for task in tasks]

    def _names_classes(self) -> bool:
        names = (f"{SH}class", f"{SH}targetClass")
        return any(True for name in names for _ in self._graph.pairs(name))

    def _class_statements(self) -> list[Triple]:
        """What the shapes need of the class hierarchy, and no query asks for again."""
        classes = [each for _, each in self._graph.pairs(f"{SH}class")]
        return list(dict.fromkeys(self._classes.statements(classes)))

    def _units(self, shape: Sequence[str]) -> dict[Term, Mapping[str, set[Term]]]:
        """The shapes that are applied, with their targets."""
        active: dict[Term, Mapping[str, set[Term]]] = {
            each: declared
            for each, declared in sorted(self._targets.of_each.items(), key=lambda item: str(item))
            if _TRUE not in self._graph.objects(each, f"{SH}deactivated")
        }
        if not shape:
            return active
        chosen: dict[Term, Mapping[str, set[Term]]] = {}
        for name in shape:
            known = self._targets.shapes
            iri = next((iri for iri in meanings(name, (self._shapes,)) if iri in known), None)
            if iri is None:
                named = sorted(each.value for each in known if isinstance(each, NamedNode))
                raise unknown("shape", name, named)
            chosen[iri] = active.get(iri, {})
        return chosen

    def _judged(self, tasks: Sequence[QueryTask]) -> JudgedQueries:
        """What the queries find that tell whether nodes conform where a shape is applied."""
        judged = JudgedQueries(self._graph)
        queries = [task.query for task in tasks]
        answers = self._store.selected(queries, default_graphs=self._graphs)
        for task, answer in zip(tasks, answers, strict=True):
            judged.add(task.constraint, _rows(task.constraint, answer))
        return judged

    def _focus(self, name: str) -> NamedNode:
        for iri in meanings(name, (self._shapes,)):
            query = f"SELECT ?p WHERE {{ {{ {iri} ?p ?o }} UNION {{ ?s ?p {iri} }} }} LIMIT 1"
            if len(self._select(query)):
                return iri
        raise unknown("focus node", name, ())

    def _select(self, query: str) -> Solutions:
        found = self._store.query(query, default_graphs=self._graphs)
        assert isinstance(found, Solutions)  # noqa: S101  # it was a SELECT
        return found

    def _tried(self, query: str) -> Solutions | None:
        """The answer to a query; None where it is beyond the endpoint."""
        try:
            return self._select(query)
        except EndpointFailureError:
            return None

    def _by_pieces(self, task: ShapeTask, answer: Callable[[], Solutions]) -> None:
        """Validate the triples around what may break a shape."""
        try:
            suspects, conditions = _nodes(answer()), task.conditions
        except EndpointFailureError:
            suspects, conditions = self._suspects(task)
        named = sorted((each for each in suspects if not isinstance(each, BlankNode)), key=str)
        for start in range(0, len(named), _PIECE):
            self._piece(task, values(named[start : start + _PIECE]))
        if len(named) < len(suspects):
            # They have no names to ask for, so that one answer has to hold all of them.
            either = " || ".join(conditions)
            self._piece(task, f"{task.pattern} FILTER(isBlank(?this) && ({either}))")

    def _suspects(self, task: ShapeTask) -> tuple[dict[Term, None], list[str]]:
        """The focus nodes that may break a shape, by queries of one condition each.

        Returns:
            The nodes, and the conditions that they were found by.
        """
        suspects: dict[Term, None] = {}
        for condition in task.conditions:
            try:
                rows = self._select(replace(task, conditions=[condition]).query)
            except EndpointFailureError as error:
                # It may be beyond the endpoint: then all focus nodes are looked at here.
                self._notes.append(f"all focus nodes of a shape were fetched, since {error}")
                every = replace(task, conditions=["true"])
                return _nodes(self._select(every.query)), every.conditions
            suspects |= _nodes(rows)
        return suspects, task.conditions

    def _piece(self, task: ShapeTask, focus: str) -> None:
        self._answers += 1
        prefix = f"answer{self._answers}_"
        nodes, triples = read_piece(
            self._select(piece_query(task.shape, focus, self._graph, self._classes))
        )
        marks = [Triple(_MARKS, _MARK, node) for node in nodes]
        data = RdfGraph(background=relabelled([*triples, *self._known, *marks], prefix))
        terms = {*nodes, *(term for each in triples for term in each)}
        stand_ins = list(task.judged.stand_ins(terms))

        def evaluate(data: RdfGraph, shapes: RdfGraph) -> ValidationReport:
            return task.judged.in_full(self._evaluate(data, shapes))

        # Shapes that have results of their own have those of their queries from the store.
        report = task.judged.without(self._evaluate(data, self._aimed(task.shape, stand_ins)))
        report = with_causes(report, data, self._untargeted(stand_ins), evaluate)
        self._notes += report.notes
        known = {*data.blank_nodes, *self._shapes.blank_nodes}
        for triple in relabelled(report.triples, f"{prefix}result", known):
            if triple.predicate.value == f"{SH}result" and isinstance(triple.object, BlankNode):
                self._results.append(triple.object)
            elif not _is_of_report(triple):
                self._triples.append(triple)

    def _aimed(self, shape: Term, more: Iterable[Triple]) -> RdfGraph:
        assert isinstance(shape, NamedNode | BlankNode)  # noqa: S101  # no literal has a target
        return self._untargeted([*more, Triple(shape, NamedNode(TARGET_OBJECTS), _MARK)])

    def _untargeted(self, more: Iterable[Triple]) -> RdfGraph:
        """The shapes without their targets, and without the queries that the store evaluates."""
        queries = {
            each
            for name in ("sparql", "validator", "nodeValidator", "propertyValidator", "parameter")
            for _, each in self._graph.pairs(SH + name)
        }
        kept = [
            triple
            for triple in self._shapes.triples
            if not self._targets.declared_by(triple)
            and triple.subject not in queries
            and triple.object not in queries
        ]
        return RdfGraph(background=[*kept, *more])

    def _report(self) -> ValidationReport:
        conforms = NamedNode(f"{SH}conforms")
        triples = [
            Triple(_REPORT, _TYPE, NamedNode(f"{SH}ValidationReport")),
            Triple(_REPORT, conforms, Literal(not self._results)),
            *(Triple(_REPORT, NamedNode(f"{SH}result"), node) for node in self._results),
            *self._triples,
        ]
        name = f"queries to the store and {engine_name()}"
        report = ValidationReport.from_triples(dict.fromkeys(triples), engine=name)
        return replace(report, notes=tuple(self._notes))


def _query_tasks(constraints: Iterable[QueryConstraint], pattern: str) -> list[QueryTask]:
    """The queries of constraints, by a pattern for the focus nodes; raises UsageError for some."""
    return [QueryTask(each, each.query(pattern)) for each in constraints]


def _rows(constraint: QueryConstraint, answer: Callable[[], Solutions]) -> Solutions:
    """The solutions of the query of a constraint."""
    try:
        return answer()
    except EndpointFailureError as error:
        raise EndpointFailureError(f"{constraint.name} could not be evaluated: {error}") from error


def _nodes(rows: Solutions) -> dict[Term, None]:
    return dict.fromkeys(row["this"] for row in rows)


def _is_of_report(triple: Triple) -> bool:
    """Whether it is about a report rather than a result."""
    if triple.predicate == _TYPE:
        return triple.object == NamedNode(f"{SH}ValidationReport")
    return triple.predicate.value == f"{SH}conforms"


def _selection(shapes: Sequence[Term], nodes: Sequence[NamedNode]) -> list[str]:
    notes = []
    if shapes:
        notes.append(f"only {_listed(shapes)} was applied")
    if nodes:
        notes.append(f"only the focus nodes {_listed(nodes)} were validated")
    return notes


def _listed(nodes: Sequence[Term]) -> str:
    return ", ".join(shorten(node.value) for node in nodes)
