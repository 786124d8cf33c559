"""What shapes say beyond SHACL Core and SHACL-SPARQL: named, and evaluated by no engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

import tipgraph
from tipgraph.errors import ShapesError, TipgraphError, UsageError
from tipgraph.namespaces import SH
from tipgraph.store import EmbeddedStore
from tipgraph.syntax import parse_rdf
from tipgraph.validation import ValidationReport

PREFIXES: Final = """\
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA: Final = f"""{PREFIXES}
ex:rhine a ex:River ; ex:name "Rhine\\nRhein" ; ex:through ( 1 1 "Basel" ) ; ex:into ex:sea .
ex:aare a ex:River , ex:Stream ; ex:into ex:rhine .
"""
# Of one that finds something, so that an empty report is no excuse.
FOUND: Final = "ex:Length a sh:NodeShape ; sh:targetNode ex:aare ; sh:property ex:length ."
LENGTH: Final = "ex:length sh:path ex:length ; sh:minCount 1 ."
OF_RIVERS: Final = {
    "expression": "sh:expression false",
    "nodeByExpression": "sh:nodeByExpression ex:Other",
    "js": "sh:js [ sh:jsFunctionName 'never' ]",
    "values": "sh:property [ sh:path ex:made ; sh:values ex:sea ; sh:maxCount 0 ]",
    "memberShape": "sh:property [ sh:path ex:through ; sh:memberShape ex:Other ]",
    "minListLength": "sh:property [ sh:path ex:through ; sh:minListLength 9 ]",
    "maxListLength": "sh:property [ sh:path ex:through ; sh:maxListLength 1 ]",
    "uniqueMembers": "sh:property [ sh:path ex:through ; sh:uniqueMembers true ]",
    "uniqueValuesFor": "sh:property [ sh:path ex:into ; sh:uniqueValuesFor ex:River ]",
    "singleLine": "sh:property [ sh:path ex:name ; sh:singleLine true ]",
    "subsetOf": "sh:property [ sh:path ex:name ; sh:subsetOf ex:into ]",
    "someValue": "sh:property [ sh:path ex:into ; sh:someValue ex:Other ]",
    "rootClass": "sh:property [ sh:path ex:into ; sh:rootClass ex:Sea ]",
    "reifierShape": "sh:property [ sh:path ex:into ; sh:reifierShape ex:Other ]",
    "reificationRequired": "sh:property [ sh:path ex:into ; sh:reificationRequired true ]",
    "rule": "sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate ex:p ; sh:object 1 ]",
}
SHAPES: Final = {
    "target": "ex:S sh:class ex:Sea ; sh:target [ a sh:SPARQLTarget ; "
    'sh:select "SELECT ?this { ?this a <http://example.org/River> }" ] .',
    "targetWhere": "ex:S sh:class ex:Sea ; sh:targetWhere [ sh:class ex:River ] .",
    "ShapeClass": "ex:Stream a sh:ShapeClass ; sh:class ex:Sea .",
    "SPARQLFunction": "ex:f a sh:SPARQLFunction .",
    "JSFunction": "ex:f a sh:JSFunction .",
    **{name: f"ex:S sh:targetClass ex:River ; {said} ." for name, said in OF_RIVERS.items()},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rivers") / "rivers.ttl"
    path.write_text(DATA, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def store(data: Path) -> Iterator[EmbeddedStore]:
    with tipgraph.open(data) as store:
        assert isinstance(store, EmbeddedStore)
        yield store


def read(shapes: str) -> list[Triple]:
    other = "ex:Other a sh:NodeShape ; sh:class ex:Sea ."
    quads = parse_rdf(f"{PREFIXES} {other} {FOUND} {LENGTH} {shapes}", RdfFormat.TURTLE, "shapes")
    return [quad.triple for quad in quads]


@pytest.mark.parametrize("name", SHAPES)
def test_no_engine_evaluates_it_and_the_report_names_it(
    data: Path, store: EmbeddedStore, name: str
) -> None:
    shapes = read(SHAPES[name])
    reports = [
        tipgraph.validate(data, shapes),
        tipgraph.validate(data, shapes, engine="pyshacl"),
        tipgraph.validate(store, shapes),
    ]
    note = f"not part of SHACL Core or SHACL-SPARQL, and not evaluated: sh:{name}"
    for report in reports:
        assert [str(result.source_shape) for result in report.results] == [
            "<http://example.org/length>"
        ]
        assert note in report.notes


def test_a_component_that_no_query_validates(data: Path, store: EmbeddedStore) -> None:
    component = "ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:longest ]"
    used = "ex:Length ex:longest 4 ."
    script = "sh:validator [ a sh:JSValidator ; sh:jsFunctionName 'never' ]"
    named = "the constraint component <http://example.org/C>"
    cases = {f"{component} ; {script}": f"sh:JSValidator, {named}", component: named}
    for defined, note in cases.items():
        shapes = read(f"{defined} . {used}")
        for given, engine in ((data, "auto"), (data, "pyshacl"), (store, "auto")):
            report = tipgraph.validate(given, shapes, engine=engine)
            assert len(report.results) == 1
            assert any(each.endswith(f"not evaluated: {note}") for each in report.notes)


def test_a_function_that_nothing_knows(data: Path, store: EmbeddedStore) -> None:
    called = '[ sh:select "SELECT $this { FILTER(<http://example.org/f>($this)) }" ]'
    # Nothing calls what is not applied.
    spare = read(f"ex:Spare sh:sparql {called} .")
    shapes = read(f"ex:Length sh:sparql {called} .")
    for given, engine in ((data, "auto"), (data, "pyshacl"), (store, "auto")):
        assert len(tipgraph.validate(given, spare, engine=engine).results) == 1
        with pytest.raises(TipgraphError, match=r"function <http://example\.org/f>"):
            tipgraph.validate(given, shapes, engine=engine)


def test_a_prefix_that_stands_for_no_absolute_iri(data: Path, store: EmbeddedStore) -> None:
    declared = "ex:o sh:declare [ sh:prefix 'here' ; sh:namespace './' ] ."
    constraint = 'sh:sparql [ sh:prefixes ex:o ; sh:select "SELECT $this { $this a %s }" ]'
    shape = f"{declared} ex:Length {constraint} ."
    for given, engine in ((data, "auto"), (data, "pyshacl"), (store, "auto")):
        report = tipgraph.validate(given, read(shape % "<http://example.org/River>"), engine=engine)
        assert len(report.results) == 2
        with pytest.raises(ShapesError, match="the prefix here: is not declared"):
            tipgraph.validate(given, read(shape % "here:River"), engine=engine)


def test_data_that_says_which_shapes_apply(tmp_path: Path) -> None:
    shapes = read("ex:S a sh:NodeShape ; sh:class ex:Sea .")
    triples = [quad.triple for quad in parse_rdf(DATA, RdfFormat.TURTLE, "data")]
    rhine, applies, shape = (
        NamedNode(iri) for iri in ("http://example.org/rhine", f"{SH}shape", "http://example.org/S")
    )

    def found(*more: Triple) -> ValidationReport:
        return tipgraph.validate([*triples, *more], shapes)

    # In SHACL 1.2 this is a target; here it is a triple like others.
    assert len(found(Triple(rhine, applies, shape)).results) == 1
    assert len(found(Triple(rhine, applies, Literal("round"))).results) == 1
    with pytest.raises(UsageError, match="sh:shape"):
        tipgraph.validate([*triples, Triple(rhine, applies, shape)], shapes, engine="shacl")
    lines = tmp_path / "data.nt"
    lines.write_text("".join(f"{each} .\n" for each in (*triples, Triple(rhine, applies, shape))))
    with pytest.raises(UsageError, match="sh:shape"):
        tipgraph.validate(lines, shapes, engine="shacl")
