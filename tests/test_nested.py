"""Why a value does not conform to a shape that a constraint refers to, with both engines."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import BlankNode, NamedNode

import tipgraph
from tipgraph.namespaces import SH
from tipgraph.validation import ValidationReport, ValidationResult

PREFIXES: Final = """\
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
# What each constraint refers to is broken once by an IRI, a literal or a blank node.
DATA: Final = """\
ex:network a ex:Network ;
  ex:leads ex:route , [ ex:length "far" ] ;
  ex:since "long ago" ;
  ex:base [ ex:lies [ ex:depth 3 ] ] .
ex:route ex:length 300 .
"""
SHAPES: Final = """\
ex:NetworkShape a sh:NodeShape ; sh:targetClass ex:Network ; sh:property
  [ sh:path ex:leads ; sh:node ex:RouteShape ] ,
  [ sh:path ex:since ; sh:or ( [ sh:datatype xsd:date ; sh:message "no date" ]
                               [ sh:class ex:Event ; sh:message "no event" ] ) ] ,
  [ sh:path ex:leads ; sh:qualifiedValueShape ex:ShortShape ; sh:qualifiedMinCount 2 ] ,
  [ sh:path ex:base ; sh:node [ sh:property [ sh:path ex:lies ;
      sh:property [ sh:path ex:depth ; sh:minInclusive 10 ; sh:message "not deep" ] ] ] ] .
# Its own class as well, which must not turn into a target of its own.
ex:RouteShape a sh:NodeShape , rdfs:Class ;
  sh:property [ sh:path ex:length ; sh:datatype xsd:integer ; sh:message "no number" ] ;
  sh:and ( ex:ShortShape ) .
ex:ShortShape a sh:NodeShape ;
  sh:property [ sh:path ex:length ; sh:maxInclusive 100 ; sh:message "too long" ] .
"""

SAID: Final = ("no date", "no event", "no number", "not deep", "too long")

engines = pytest.mark.parametrize("engine", ["shacl", "pyshacl"])


def validated(
    folder: Path, engine: str, *, more: str = "", limit: int | None = None
) -> ValidationReport:
    (folder / "data.ttl").write_text(PREFIXES + DATA, encoding="utf-8")
    (folder / "shapes.ttl").write_text(PREFIXES + SHAPES + more, encoding="utf-8")
    return tipgraph.validate(folder / "data.ttl", folder / "shapes.ttl", engine=engine, limit=limit)


def name(result: ValidationResult) -> str:
    """What a result's shape says if it says something, else its kind of constraint."""
    component = result.source_constraint_component.value.removeprefix(SH)
    said = result.message()
    return said if said in SAID else component.removesuffix("ConstraintComponent")


def tree(results: Iterable[ValidationResult]) -> list[object]:
    """The names of results, each with those of its causes."""
    return sorted(([name(each), tree(each.detail)] for each in results), key=str)


@engines
def test_each_result_has_its_causes_and_theirs(tmp_path: Path, engine: str) -> None:
    report = validated(tmp_path, engine)
    too_long, no_number = ["too long", []], ["no number", []]
    assert tree(report.results) == [
        ["Node", [["And", [too_long]], no_number]],
        ["Node", [["And", [too_long]]]],
        ["Node", [["not deep", []]]],
        ["Or", [["no date", []], ["no event", []]]],
        ["QualifiedMinCount", [too_long, too_long]],
    ]


@engines
def test_causes_say_where_they_are(tmp_path: Path, engine: str) -> None:
    report = validated(tmp_path, engine)
    lines = (PREFIXES + DATA).splitlines()
    causes = [cause for result in report.results for cause in result.detail]
    not_deep = next(cause for cause in causes if cause.message() == "not deep")
    assert not_deep.data_position is not None
    assert "ex:depth" in lines[not_deep.data_position.line - 1]
    assert not_deep.shape_position is not None


@engines
def test_the_report_as_rdf_has_the_same_causes(tmp_path: Path, engine: str) -> None:
    report = validated(tmp_path, engine)
    again = ValidationReport.from_triples(report.triples)
    assert tree(again.results) == tree(report.results)
    nodes = {triple.subject for triple in report.triples}
    # Nothing shows of how they were found.
    assert not any("urn:tipgraph" in str(triple) for triple in report.triples)
    assert all(isinstance(node, BlankNode | NamedNode) for node in nodes)


@engines
def test_a_limit_leaves_out_causes_with_their_results(tmp_path: Path, engine: str) -> None:
    report = validated(tmp_path, engine, limit=1)
    again = ValidationReport.from_triples(report.triples)
    assert len(again.results) == 1
    assert tree(again.results) == tree(report.results)


def test_causes_are_shown_to_people(tmp_path: Path) -> None:
    report = validated(tmp_path, "auto")
    shown = str(report)
    assert "because:" in shown
    assert shown.index("no date") > shown.index("sh:or lists")


def test_shapes_that_look_at_themselves_are_left_as_they_are(tmp_path: Path) -> None:
    query = "SELECT $this { GRAPH $shapesGraph { ?shape ex:none $this } }"
    prefixes = "sh:prefixes ex: . ex: sh:declare [ sh:prefix 'ex' ;"
    prefixes += " sh:namespace 'http://example.org/'^^xsd:anyURI ] ."
    more = f"ex:NetworkShape sh:sparql ex:c . ex:c sh:select '{query}' ; {prefixes}"
    report = validated(tmp_path, "auto", more=more)
    assert len(report.results) == 5
    assert not any(result.detail for result in report.results)
    assert any("$shapesGraph" in note for note in report.notes)
