"""Validation through `tipgraph.validate`: reports with SHACL's own names."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

import tipgraph
from tests.working_copy import RIVERS
from tipgraph.errors import InputError, TipgraphError
from tipgraph.namespaces import SH
from tipgraph.rdflib_terms import to_rdflib
from tipgraph.syntax import parse_rdf

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """
ex:Shape a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property ex:length , ex:mouth .
ex:length sh:path ex:length ; sh:datatype xsd:integer ; sh:message "Give it in whole metres."@en .
ex:mouth sh:path ( ex:into [ sh:inversePath ex:has ] [ sh:zeroOrMorePath ex:then ]
    [ sh:alternativePath ( ex:a ex:b ) ] ) ; sh:maxCount 0 ; sh:severity sh:Warning .
"""


def quads(text: str) -> list[Quad]:
    return parse_rdf(PREFIXES + text, RdfFormat.TURTLE, "test")


def test_data_that_conforms() -> None:
    report = tipgraph.validate(quads("ex:a a ex:River ; ex:length 007 ."), quads(SHAPES))
    assert report.conforms
    assert report.results == ()
    assert str(report).startswith("The data conforms.\n")
    assert report._repr_html_().startswith("<p>The data conforms.</p>\n")


def test_results_have_shacls_names() -> None:
    report = tipgraph.validate(quads('ex:a a ex:River ; ex:length "<far>" .'), quads(SHAPES))
    [result] = report.results
    assert not report.conforms
    assert result.focus_node == NamedNode("http://example.org/a")
    assert result.result_path == "<http://example.org/length>"
    assert result.value == Literal("<far>")
    assert result.message() == "Give it in whole metres."
    assert result.result_severity == NamedNode(f"{SH}Violation")
    assert result.source_shape == NamedNode("http://example.org/length")
    assert result.source_constraint_component == NamedNode(f"{SH}DatatypeConstraintComponent")


def test_a_report_as_text_and_as_html() -> None:
    report = tipgraph.validate(quads('ex:a a ex:River ; ex:length "<far>" .'), quads(SHAPES))
    assert str(report) == (
        "The data does not conform: 1 violation.\n"
        f"Checked by {report.engine}.\n\n"
        "1 violation of <http://example.org/length>\n\n"
        "Violation: <http://example.org/a> <http://example.org/length>\n"
        "  Give it in whole metres.\n"
        '  value: "<far>"\n'
        "  constraint: sh:DatatypeConstraintComponent"
    )
    assert "&lt;far&gt;" in report._repr_html_()
    assert "<far>" not in report._repr_html_()


def test_paths_are_written_as_sparql_writes_them() -> None:
    data = quads("ex:a a ex:River ; ex:into ex:b . ex:c ex:has ex:b ; ex:then ex:d . ex:d ex:a 1 .")
    [result] = tipgraph.validate(data, quads(SHAPES)).results
    e = "http://example.org/"
    assert result.result_path == f"<{e}into>/^<{e}has>/(<{e}then>)*/(<{e}a>|<{e}b>)"
    assert result.severity_name == "Warning"


def test_lexical_forms_are_not_changed_before_the_shapes_see_them() -> None:
    shapes = quads('ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:pattern "^0" ] .')
    assert tipgraph.validate(quads("ex:a ex:p 01 ."), shapes).conforms


def test_shapes_and_data_are_left_as_they_were() -> None:
    shapes = to_rdflib(quads(SHAPES))
    data = to_rdflib(quads("ex:a a ex:River ."))
    sizes = len(shapes), len(data)
    tipgraph.validate(data, shapes)
    assert (len(shapes), len(data)) == sizes


def test_files(tmp_path: Path) -> None:
    report = tipgraph.validate(RIVERS / "data/rivers.ttl", str(RIVERS / "shapes/rivers.ttl"))
    assert report.conforms
    with pytest.raises(InputError, match="no such file"):
        tipgraph.validate(tmp_path / "none.ttl", quads(SHAPES))


@pytest.mark.parametrize(
    "shapes",
    [
        'ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql [ sh:select "SELECT { oops" ] .',
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ;"
        ' sh:sparql [ sh:select "SELECT $this { $this none:such ?x }" ] .',
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:minCount 1 ] .",
    ],
)
def test_what_the_engine_cannot_do_is_a_failure_not_a_report(shapes: str) -> None:
    with pytest.raises(TipgraphError, match="validation failed: "):
        tipgraph.validate(quads("ex:a a ex:River ."), quads(shapes))
