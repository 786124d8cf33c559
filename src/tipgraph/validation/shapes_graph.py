"""Whether a shapes graph is well-formed, before anything is validated with it.

What SHACL leaves undefined (ill-formed shapes, recursion, queries that break its rules) is refused,
with its place, since engines differ in what they make of it.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store

from tipgraph.errors import InputError, InputSyntaxError, ShapesError
from tipgraph.namespaces import RDF, SH, shorten
from tipgraph.syntax import Position
from tipgraph.validation.documents import Document, RdfGraph
from tipgraph.validation.in_store.paths import Paths
from tipgraph.validation.places import Places
from tipgraph.validation.positions import Sought
from tipgraph.validation.report import Term, ValidationResult
from tipgraph.validation.shacl_engine import validate
from tipgraph.validation.shapes_queries import query_faults
from tipgraph.validation.shapes_triples import Fault, ShapesTriples

_TYPE: Final = f"{RDF}type"
_PATH: Final = f"{SH}path"
_PROPERTY_SHAPE: Final = NamedNode(f"{SH}PropertyShape")
_NODE_OR_PROPERTY: Final = NamedNode(f"{SH}XoneConstraintComponent")
_ONLY_WITH_PATH: Final = (
    "minCount",
    "maxCount",
    "lessThan",
    "lessThanOrEquals",
    "uniqueLang",
    "qualifiedValueShape",
)
_PATH_PARTS: Final = (
    *(f"{SH}{name}Path" for name in ("inverse", "alternative", "zeroOrMore", "oneOrMore")),
    f"{SH}zeroOrOnePath",
    f"{RDF}first",
    f"{RDF}rest",
)
_COUNTS: Final = (
    "minCount",
    "maxCount",
    "minLength",
    "maxLength",
    "qualifiedMinCount",
    "qualifiedMaxCount",
)
_PATTERN: Final = f"{SH}pattern"
_ENTAILMENT: Final = f"{SH}entailment"


def check_shapes(shapes: RdfGraph, *, entailment: str = "") -> None:
    """Make sure that a shapes graph is well-formed.

    Args:
        shapes: The shapes graph.
        entailment: IRI of the entailment regime that the data is under; empty for none.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
        ShapesError: The shapes are not well-formed; says where.
    """
    graph = ShapesTriples(shapes.triples)
    faults = [
        *_syntax_faults(shapes),
        *_paths(graph),
        *_endless_paths(graph),
        *_recursions(graph),
        *_values(graph),
        *query_faults(graph),
        *_entailments(graph, entailment),
    ]
    if not faults:
        return
    positions = Places(shapes).find([fault.sought for fault in faults])
    raise ShapesError([_error(fault.reason, positions.get(fault.sought)) for fault in faults])


def _error(reason: str, position: Position | None) -> InputError:
    if position is None:
        return InputError(f"shapes: {reason}")
    return InputSyntaxError(
        reason,
        position.source,
        line=position.line,
        column=position.column,
        excerpt=position.excerpt,
    )


def _syntax_faults(shapes: RdfGraph) -> Iterator[Fault]:
    """What SHACL's own shapes for shapes find (https://www.w3.org/TR/shacl/#shacl-shacl)."""
    # They come with pyshacl, which takes longer to import than most data to validate.
    found = find_spec("pyshacl")
    assert found is not None  # noqa: S101  # it is a dependency
    assert found.origin is not None  # noqa: S101  # it has an __init__.py
    own = Path(found.origin).parent / "assets" / "shacl-shacl.ttl"
    shapes_of_shapes = Document("shacl-shacl", own.read_text("utf-8"), RdfFormat.TURTLE)
    for result in validate(shapes, RdfGraph([shapes_of_shapes])).results:
        about_paths = result.predicate == NamedNode(_PATH)
        if not about_paths and result.source_constraint_component != _NODE_OR_PROPERTY:
            yield Fault(_reason(result), Sought(result.focus_node, result.predicate, result.value))


def _paths(graph: ShapesTriples) -> Iterator[Fault]:
    """Property shapes without one path, and node shapes with what needs a path.

    SHACL's shapes for shapes say of these only that they are neither the one nor the other, and say
    so too of paths that are odd but can be followed.
    """
    properties = {shape for shape, kind in graph.pairs(_TYPE) if kind == _PROPERTY_SHAPE}
    properties.update(shape for _, shape in graph.pairs(f"{SH}property"))
    for shape in properties:
        count = len(graph.objects(shape, _PATH))
        if count != 1:
            reason = f"a property shape needs one sh:path, not {count}: {_shown(shape)}"
            yield Fault(reason, Sought(shape, NamedNode(_PATH) if count else None, None))
    for parameter in _ONLY_WITH_PATH:
        for shape, value in graph.pairs(f"{SH}{parameter}"):
            if not graph.objects(shape, _PATH) and shape not in properties:
                reason = f"sh:{parameter} needs a sh:path: {_shown(shape)}"
                yield Fault(reason, Sought(shape, NamedNode(f"{SH}{parameter}"), value))


def _endless_paths(graph: ShapesTriples) -> Iterator[Fault]:
    """Paths, and the lists in them, that lead into themselves, and what is no path."""
    references: dict[Term, list[tuple[str, Term]]] = {
        node: [(name, part) for name in _PATH_PARTS for part in graph.objects(node, name)]
        for node in list(graph.by_subject)
        if isinstance(node, BlankNode)
    }
    for shape, path in graph.pairs(_PATH):
        if _circle(path, references, set()):
            reason = f"a path that leads into itself has no end: {_shown(shape)}"
            yield Fault(reason, Sought(shape, NamedNode(_PATH), path))
            continue
        try:
            Paths(graph).sparql(path)
        except ValueError as error:
            yield Fault(f"sh:path: {error}: {_shown(shape)}", Sought(shape, NamedNode(_PATH), path))


def _values(graph: ShapesTriples) -> Iterator[Fault]:
    """Counts below zero, and patterns that no engine can read."""
    for name in _COUNTS:
        for shape, value in graph.pairs(f"{SH}{name}"):
            if isinstance(value, Literal) and re.fullmatch(r"-0*[1-9]\d*", value.value):
                reason = f"sh:{name} may not be less than 0: {_shown(shape)}"
                yield Fault(reason, Sought(shape, NamedNode(f"{SH}{name}"), value))
    for shape, value in graph.pairs(_PATTERN):
        if isinstance(value, Literal) and (reason := _fault_of_pattern(value)):
            yield Fault(
                f"sh:pattern {value} is no regular expression: {reason}",
                Sought(shape, NamedNode(_PATTERN), value),
            )


def _fault_of_pattern(pattern: Literal) -> str:
    """Why neither engine can read a regular expression; empty where one can."""
    try:
        re.compile(pattern.value)
    except re.error as error:
        # The fast engine reads them as pyoxigraph does, which has no value for those it cannot.
        read = Store().query(f"ASK {{ BIND(REGEX('', {pattern}) AS ?read) FILTER(BOUND(?read)) }}")
        return "" if read else str(error)
    return ""


def _reason(result: ValidationResult) -> str:
    said = [f"{_shown(result.focus_node)} is not well-formed:", result.result_path]
    if result.value and result.value != result.focus_node:
        said.append(_shown(result.value))
    component = result.source_constraint_component.value.removeprefix(SH)
    said.append(result.message() or f"({component.removesuffix('ConstraintComponent')})")
    return " ".join(each for each in said if each)


def _recursions(graph: ShapesTriples) -> Iterator[Fault]:
    """Shapes that refer to themselves, through others or not: SHACL leaves open what they mean."""
    references = {shape: list(graph.referred(shape)) for shape in list(graph.by_subject)}
    done: set[Term] = set()
    for start in references:
        circle = _circle(start, references, done)
        if circle:
            first, second = circle[0], circle[1 % len(circle)]
            predicate = next(name for name, shape in references[first] if shape == second)
            through = " -> ".join(_shown(each) for each in (*circle, first))
            yield Fault(
                f"recursive shapes have no defined meaning: {through}",
                Sought(first, NamedNode(predicate), None),
            )


def _circle(
    start: Term, references: Mapping[Term, list[tuple[str, Term]]], done: set[Term]
) -> list[Term]:
    """The shapes of a circle that is reached from a shape; none if there is no circle."""
    path: list[Term] = []
    waiting: list[tuple[Term, int]] = [(start, 0)]
    while waiting:
        shape, depth = waiting.pop()
        done.update(path[depth:])
        del path[depth:]
        if shape in path:
            return path[path.index(shape) :]
        if shape in done:
            continue
        path.append(shape)
        waiting += [(value, depth + 1) for _, value in references.get(shape, ())]
    done.update(path)
    return []


def _entailments(graph: ShapesTriples, entailment: str) -> Iterator[Fault]:
    """Regimes that the shapes ask for and the data is not under (SHACL 1.5)."""
    for subject, regime in graph.pairs(_ENTAILMENT):
        if isinstance(regime, NamedNode) and regime.value != entailment:
            yield Fault(
                f"the shapes ask for the entailment regime <{regime.value}>: choose it by name",
                Sought(subject, NamedNode(_ENTAILMENT), regime),
            )


def _shown(term: Term | None) -> str:
    if isinstance(term, BlankNode):
        return "the shape here"
    return shorten(term.value) if isinstance(term, NamedNode) else str(term)
