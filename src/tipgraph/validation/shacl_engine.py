"""The fast SHACL engine: the only module that imports `shacl`.

It parses with the same parsers as pyoxigraph, so texts are handed to it as they are, and errors in
them are found again by ours, which know the place.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Final, TypeVar

import shacl
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from tipgraph.namespaces import SH
from tipgraph.validation.adapted_shapes import adapted
from tipgraph.validation.comparisons import compares_uncomparable
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.extensions import data_names_shapes
from tipgraph.validation.report import ValidationReport, ValidationResult
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.zero_length import leaves_from_absent_nodes

_BASE: Final = "http://example.org/"
_DATA_NODE: Final = re.compile(r"0_b(\d+)")
_SHAPES_NODE: Final = re.compile(r"1_b(\d+)")
_REPORT_NODE: Final = re.compile(r"(r\d+)(?:_p\d+)?")
_RESULT: Final = NamedNode(f"{SH}result")
_CONFORMS: Final = NamedNode(f"{SH}conforms")
_COMPONENT: Final = NamedNode(f"{SH}sourceConstraintComponent")
_TRUE: Final = Literal(True)
_VALUE: Final = NamedNode(f"{SH}value")
_FOCUS_NODE: Final = NamedNode(f"{SH}focusNode")
_SOURCE_SHAPE: Final = NamedNode(f"{SH}sourceShape")
_SOURCE_CONSTRAINT: Final = NamedNode(f"{SH}sourceConstraint")
_PROJECTED_VALUE: Final = re.compile(r"[^{]*\bSELECT\b[^{]*?(?:[?$]value\b|\*)", re.IGNORECASE)
_PATH_VARIABLE: Final = re.compile(r"[?$]path\b")
_MAY_BE_UNBOUND: Final = re.compile(r"\b(?:OPTIONAL|UNION|EXISTS|AS)\b", re.IGNORECASE)
_SPARQL_CONSTRAINT: Final = f"{SH}SPARQLConstraintComponent"

Named = TypeVar("Named")


class UnsupportedError(Exception):
    """The engine cannot give the right report here; says why."""


def engine_name() -> str:
    """The engine's name and version."""
    return f"shacl {version('shacl')}"


def validate(data: RdfGraph, shapes: RdfGraph) -> ValidationReport:
    """Validate data against shapes that are well-formed.

    Args:
        data: The data graph.
        shapes: The shapes graph.

    Raises:
        InputSyntaxError: The data breaks the grammar of its format.
        UnsupportedError: The engine cannot do what the shapes ask for.
    """
    graph = ShapesTriples(shapes.triples)
    _check_property_shapes(graph)
    if compares_uncomparable(data, graph):
        raise UnsupportedError("a query of the shapes may compare dates, or booleans by order")
    if leaves_from_absent_nodes(data, graph):
        raise UnsupportedError("a query may follow a path of no length from a node not in the data")
    if data_names_shapes(data, graph):
        raise UnsupportedError("the data says by sh:shape which shapes apply")
    shapes = adapted(shapes)
    written = serialize(shapes.triples, format=RdfFormat.N_TRIPLES)
    assert written is not None  # noqa: S101  # it was not to be written to a file
    try:
        compiled = shacl.Shapes.from_text(written.decode(), format="ntriples")
    except ValueError as error:
        raise UnsupportedError(_first_line(error)) from error
    outcome = _outcome(compiled, data)
    report = parse(outcome.serialize("ntriples"), RdfFormat.N_TRIPLES)
    naming = _Naming(data, shapes)
    named = [naming.renamed(quad.triple) for quad in report]
    triples = _without_repetition(_without_false_values(named, graph))
    found = ValidationReport.from_triples(_judged(triples), engine=engine_name())
    _check_values(found.results, graph)
    return found


def _outcome(compiled: shacl.Shapes, data: RdfGraph) -> shacl.Report:
    single = data.single
    if single is not None and single.is_large:
        try:
            return compiled.validate_file(str(single.path))
        except ValueError:
            # Its text is looked at more closely, which takes more memory.
            pass
    text, rdf_format, base_iri = data.as_text()
    try:
        return compiled.validate_text(
            text, format=rdf_format.file_extension, base=base_iri or _BASE
        )
    except ValueError as error:
        # If the text is at fault, this says where.
        assert data.triples is not None  # noqa: S101  # parsing raises
        raise UnsupportedError(_first_line(error)) from error


class _Naming:
    """Gives the blank nodes of a report their names in the graphs that were validated.

    The engine numbers all blank nodes as it meets them: first those of the shapes, then the data's.
    """

    def __init__(self, data: RdfGraph, shapes: RdfGraph) -> None:
        self._data = data
        self._shapes = shapes

    def renamed(self, triple: Triple) -> Triple:
        return Triple(
            self._name(triple.subject),
            triple.predicate,
            self._name(triple.object),
        )

    def _name(self, term: Named) -> Named | BlankNode:
        if not isinstance(term, BlankNode):
            return term
        if found := _DATA_NODE.fullmatch(term.value):
            return self._data.blank_nodes[int(found.group(1)) - len(self._shapes.blank_nodes)]
        if found := _SHAPES_NODE.fullmatch(term.value):
            return self._shapes.blank_nodes[int(found.group(1))]
        return term


def _without_repetition(triples: Iterable[Triple]) -> list[Triple]:
    """Merge results of queries that are alike in all they say: two solutions may differ in nothing.

    The engine names a result `r1` and the nodes of its path `r1_p0`; the report itself is `r0`.
    """
    blocks: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        blocks[_block(triple.subject)].append(triple)
    kept: dict[frozenset[str] | str, str] = {}
    for name, block in blocks.items():
        of_query = any(_is_of_query(triple) for triple in block)
        kept.setdefault(frozenset(_sayings(name, block)) if of_query else name, name)
    names = set(kept.values())
    return [
        triple
        for name in names
        for triple in blocks[name]
        if triple.predicate != _RESULT or _block(triple.object) in names
    ]


def _is_of_query(triple: Triple) -> bool:
    """Whether it names a component whose results are solutions of a query."""
    name = triple.object.value if isinstance(triple.object, NamedNode) else ""
    component = triple.predicate == _COMPONENT
    return component and (name == _SPARQL_CONSTRAINT or not name.startswith(SH))


def _block(node: object) -> str:
    found = _REPORT_NODE.fullmatch(node.value) if isinstance(node, BlankNode) else None
    assert found is not None, f"the engine's reports have no such node as {node}"  # noqa: S101
    return found.group(1)


def _sayings(name: str, block: Iterable[Triple]) -> Iterator[str]:
    """What a block says, without the name of its result."""
    own = f"_:{name}"
    for triple in block:
        terms = (str(term) for term in (triple.subject, triple.predicate, triple.object))
        yield " ".join(
            term.removeprefix(own) if term == own or term.startswith(f"{own}_") else term
            for term in terms
        )


def _check_property_shapes(shapes: ShapesTriples) -> None:
    """Make sure that property shapes ask for nothing that the engine gets wrong.

    Raises:
        UnsupportedError: One does.
    """
    for shape, closed in shapes.pairs(f"{SH}closed"):
        # It looks at the focus node instead of the value nodes, and reports the shape's path.
        if closed == _TRUE and shapes.objects(shape, f"{SH}path"):
            raise UnsupportedError("a property shape is closed")
    if any(_PATH_VARIABLE.search(query) for query in _queries_at_paths(shapes).values()):
        # It reports the shape's path.
        raise UnsupportedError("the query of a property shape gives a ?path")
    for _, validator in shapes.pairs(f"{SH}propertyValidator"):
        for query in shapes.objects(validator, f"{SH}select"):
            # It reports whatever node it looked at, and the shape's path.
            if not _PROJECTED_VALUE.match(query.value) or _MAY_BE_UNBOUND.search(query.value):
                raise UnsupportedError("the query of a constraint component may give no ?value")
            if _PATH_VARIABLE.search(query.value):
                raise UnsupportedError("the query of a constraint component gives a ?path")


def _queries_at_paths(shapes: ShapesTriples) -> dict[tuple[object, object], str]:
    """The query of each property shape and constraint of it."""
    return {
        (shape, constraint): query.value
        for shape, constraint in shapes.pairs(f"{SH}sparql")
        if shapes.objects(shape, f"{SH}path")
        for query in shapes.objects(constraint, f"{SH}select")
    }


def _without_false_values(triples: list[Triple], shapes: ShapesTriples) -> list[Triple]:
    """Leave out what the engine makes up where the query of a property shape gives no `?value`.

    It reports the focus node, which is a value node of node shapes only
    (https://www.w3.org/TR/shacl/#sparql-constraints-variables).

    Raises:
        UnsupportedError: It may be what the query gave, and may be not.
    """
    queries = _queries_at_paths(shapes)
    if not queries:
        return triples
    said: dict[object, dict[NamedNode, object]] = defaultdict(dict)
    for triple in triples:
        said[triple.subject][triple.predicate] = triple.object
    kept = []
    for triple in triples:
        of_result = said[triple.subject]
        query = queries.get((of_result.get(_SOURCE_SHAPE), of_result.get(_SOURCE_CONSTRAINT)))
        made_up = triple.predicate == _VALUE and triple.object == of_result.get(_FOCUS_NODE)
        if query is None or not made_up:
            kept.append(triple)
        elif _PROJECTED_VALUE.match(query):
            raise UnsupportedError("a query of the shapes may have left ?value unbound")
    return kept


def _judged(triples: list[Triple]) -> Iterator[Triple]:
    """The report, which says that the data conforms only if it has no result at all.

    The engine goes by the severities that SHACL 1.2 knows, and passes over results of all others
    (https://www.w3.org/TR/shacl/#conforms).
    """
    conforms = not any(triple.predicate == _RESULT for triple in triples)
    for triple in triples:
        if triple.predicate == _CONFORMS:
            yield Triple(triple.subject, _CONFORMS, Literal(conforms))
        else:
            yield triple


def _check_values(results: Iterable[ValidationResult], shapes: ShapesTriples) -> None:
    """Make sure that no result lacks the value that its query computed.

    The engine reports terms of the data only: a value that a query makes is lost.

    Raises:
        UnsupportedError: One does.
    """
    queries: dict[object, str] = {
        constraint: query.value for constraint, query in shapes.pairs(f"{SH}select")
    }
    for result in results:
        component = result.source_constraint_component.value
        core = component.startswith(SH) and component != _SPARQL_CONSTRAINT
        if core or result.value is not None:
            continue
        query = queries.get(result.source_constraint)
        if query is None or _PROJECTED_VALUE.match(query):
            raise UnsupportedError("a query of the shapes makes values that are not in the data")


def _first_line(error: ValueError) -> str:
    return str(error).splitlines()[0]
