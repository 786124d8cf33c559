"""The shapes: each is met by data that follows it and broken by data that doesn't.

A case in tests/cases/shapes is a manifest of its own (see tests/manifest.py) named
`<Shape>-<reason>.ttl`. It is validated against that one shape, as shipped, whose targets alone are
kept. Its data may import the ontology, which is then merged in as it is when a graph is built.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from tests.manifest import cases, file_of, rows
from tipgraph.api import validate
from tipgraph.dataset import read_quads, read_shipped
from tipgraph.namespaces import (
    GRAPH_DATA,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
    OWL,
    RDF,
    RDFS,
    SH,
    SHAPES,
    shorten,
)
from tipgraph.validation import coverage

FOLDER: Final = Path(__file__).parent / "cases" / "shapes"
W3C: Final = Path(__file__).parents[2] / "shared" / "w3c" / "shacl"
ONTOLOGY: Final = NamedNode("https://w3id.org/tipgraph/ontology")

TARGETS: Final = {
    f"{SH}{name}" for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
}
# What a shape may say in SHACL's terms without being a constraint that can be broken itself.
NO_CONSTRAINTS: Final = {"message", "path", "property", "severity", "sparql", "deactivated"}
CASES: Final = sorted(FOLDER.glob("*.ttl"))


@cache
def shipped_shapes() -> tuple[Quad, ...]:
    return tuple(read_shipped(GRAPH_SHAPES))


@cache
def ontology() -> tuple[Quad, ...]:
    """The ontology without its texts, which no shape for data reads and each case would load."""
    return tuple(
        quad
        for quad in read_shipped(GRAPH_ONTOLOGY)
        if not (isinstance(quad.object, Literal) and quad.object.language)
    )


@cache
def described() -> dict[NamedNode | BlankNode, list[tuple[str, NamedNode | BlankNode | Literal]]]:
    """The shapes graph by subject."""
    found = defaultdict(list)
    for quad in shipped_shapes():
        assert not isinstance(quad.subject, Triple)
        assert not isinstance(quad.object, Triple)
        found[quad.subject].append((quad.predicate.value, quad.object))
    return dict(found)


def values(node: NamedNode | BlankNode, name: str) -> list[NamedNode | BlankNode | Literal]:
    return [value for predicate, value in described()[node] if predicate == f"{SH}{name}"]


def node_shapes() -> list[NamedNode]:
    """The shapes that have targets."""
    return [
        node
        for node, said in described().items()
        if isinstance(node, NamedNode) and TARGETS & {predicate for predicate, _ in said}
    ]


def parts(shape: NamedNode) -> Iterator[NamedNode | BlankNode]:
    """A shape and the property shapes and SPARQL constraints that its results can come from."""
    yield shape
    for name in ("property", "sparql"):
        for part in values(shape, name):
            assert not isinstance(part, Literal)
            yield part


def is_constraint(part: NamedNode | BlankNode) -> bool:
    names = {predicate.removeprefix(SH) for predicate, _ in described()[part] if SH in predicate}
    return bool(names - NO_CONSTRAINTS - {target.removeprefix(SH) for target in TARGETS})


def alone(shape: NamedNode) -> list[Triple]:
    """One shape with all that it refers to; no other shape keeps its targets."""
    kept: list[Triple] = []
    waiting: list[NamedNode | BlankNode] = [shape]
    reached: set[NamedNode | BlankNode] = set()
    while waiting:
        node = waiting.pop()
        if node in reached:
            continue
        reached.add(node)
        for predicate, value in described()[node]:
            if node != shape and predicate in TARGETS:
                continue
            kept.append(Triple(node, NamedNode(predicate), value))
            if not isinstance(value, Literal) and value in described():
                waiting.append(value)
    return kept


def shape_of(path: Path) -> NamedNode:
    return NamedNode(SHAPES + path.stem.partition("-")[0])


def data_of(path: Path) -> list[Quad]:
    """A case's data, with the ontology where the data imports it."""
    quads = read_quads(path)
    imports = NamedNode(f"{OWL}imports")
    imported = any(quad.predicate == imports and quad.object == ONTOLOGY for quad in quads)
    return [*quads, *ontology()] if imported else quads


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    for case in cases(path):
        assert case.expected is not None
        report = validate(data_of(file_of(case.data_graph)), alone(shape_of(path)))
        assert rows(report) == rows(case.expected)
        assert report.conforms == case.expected.conforms
        for result in report.results:
            assert result.message(), "every result should tell a person what to do"
            assert "{" not in result.message(), "every variable should be filled in"


@pytest.mark.parametrize("shape", node_shapes(), ids=lambda shape: shorten(shape.value))
def test_each_shape_has_a_passing_and_a_failing_case(shape: NamedNode) -> None:
    own = [case for path in CASES if shape_of(path) == shape for case in cases(path)]
    outcomes = {case.expected.conforms for case in own if case.expected}
    assert outcomes == {True, False}


def test_each_constraint_fails_in_some_case() -> None:
    broken: Counter[str] = Counter()
    for path in CASES:
        for quad in read_quads(path):
            if quad.predicate.value in (f"{SH}sourceShape", f"{SH}sourceConstraint"):
                assert isinstance(quad.object, NamedNode)
                broken[quad.object.value] += 1
    constraints = {part for shape in node_shapes() for part in parts(shape) if is_constraint(part)}
    named = {part.value for part in constraints if isinstance(part, NamedNode)}
    assert len(named) == len(constraints), "every constraint should have an IRI"
    assert sorted(shorten(iri) for iri in named - set(broken)) == []


def test_each_shape_is_labelled_and_described_in_english() -> None:
    for shape in node_shapes():
        for name in ("label", "comment"):
            texts = [
                value for predicate, value in described()[shape] if predicate == f"{RDFS}{name}"
            ]
            assert len(texts) == 1, f"{shape} should have one rdfs:{name}"
            assert isinstance(texts[0], Literal)
            assert texts[0].language == "en"


def test_each_constraint_tells_in_english_what_to_do() -> None:
    for shape in node_shapes():
        for part in parts(shape):
            if not is_constraint(part):
                continue
            messages = values(part, "message")
            assert len(messages) == 1, f"{part} should have one sh:message"
            assert isinstance(messages[0], Literal)
            assert messages[0].language == "en"
            assert messages[0].value.endswith(".")


def test_the_shapes_need_nothing_beyond_core_and_sparql() -> None:
    """Rules, functions, JavaScript and expressions are features that few engines have."""
    advanced = {
        f"{SH}{name}" for name in ("rule", "target", "expression", "js", "values", "SPARQLFunction")
    }
    used = {quad.predicate.value for quad in shipped_shapes()}
    used |= {quad.object.value for quad in shipped_shapes() if isinstance(quad.object, NamedNode)}
    assert not advanced & used


def test_the_shapes_conform_to_the_shapes_of_shacl_itself() -> None:
    shapes_of_shapes = W3C / "core" / "complex" / "shacl-shacl-data-shapes.ttl"
    if not shapes_of_shapes.is_file():
        pytest.skip("the W3C's test suites are not at hand in ../shared/w3c")
    report = validate(shipped_shapes(), read_quads(shapes_of_shapes))
    assert report.conforms, str(report)


def test_the_shipped_shapes_reach_all_of_the_shipped_data() -> None:
    found = coverage(read_shipped(GRAPH_DATA), shipped_shapes(), ontology())
    assert found.unmatched_shapes == ()
    assert found.untargeted_classes == ()
    assert found.unmentioned_properties == ()


def triples(*statements: tuple[str, str, str]) -> Iterable[Triple]:
    return [
        Triple(NamedNode(subject), NamedNode(predicate), NamedNode(value))
        for subject, predicate, value in statements
    ]


def test_coverage_lists_what_shapes_leave_out() -> None:
    data = triples(
        ("urn:rhine", f"{RDF}type", "urn:River"),
        ("urn:rhine", "urn:flowsInto", "urn:north-sea"),
        ("urn:north-sea", f"{RDF}type", "urn:Sea"),
    )
    background = triples(("urn:River", f"{RDFS}subClassOf", "urn:Water"))
    shapes = triples(
        ("urn:WaterShape", f"{SH}targetClass", "urn:Water"),
        ("urn:DesertShape", f"{SH}targetClass", "urn:Desert"),
        ("urn:MouthShape", f"{SH}targetObjectsOf", "urn:flowsInto"),
        ("urn:SourceShape", f"{SH}targetSubjectsOf", "urn:rises"),
        ("urn:SourceShape", f"{SH}targetNode", "urn:rhine"),
        ("urn:LakeShape", f"{SH}targetNode", "urn:lake-constance"),
    )
    found = coverage(data, shapes, background)
    assert found.unmatched_shapes == ("urn:DesertShape", "urn:LakeShape")
    assert found.untargeted_classes == ("urn:Sea",)
    assert found.unmentioned_properties == (f"{RDF}type",)
