"""Validation through `tipgraph.validate`: reports with SHACL's own names."""

import sys
from pathlib import Path
from typing import Any

import pandas
import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat

import tipgraph
from tests.working_copy import RIVERS
from tipgraph.errors import InputError, InputSyntaxError, ShapesError, UsageError
from tipgraph.namespaces import RDF, SH
from tipgraph.rdflib_terms import to_rdflib
from tipgraph.syntax import parse_rdf
from tipgraph.validation.formats import find_report_format, write_report

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


def test_several_files(tmp_path: Path) -> None:
    data, more, shapes = (tmp_path / name for name in ("data.ttl", "more.ttl", "shapes.ttl"))
    data.write_text(f"{PREFIXES} ex:aare a ex:River ; ex:length 1.5 .")
    more.write_text(f"{PREFIXES} ex:rhine a ex:River ; ex:length 1.5 .")
    shapes.write_text(f"{PREFIXES} {SHAPES}")
    report = tipgraph.validate([data, str(more)], [shapes])
    assert len(report.results) == 2
    mixed: Any = [data, *quads("ex:a ex:p 1 .")]
    with pytest.raises(UsageError, match=r"not a collection of PosixPath, Quad$"):
        tipgraph.validate(mixed, shapes)


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ('sh:sparql [ sh:select "SELECT { oops" ]', "a query in the shapes is not SPARQL"),
        (
            'sh:sparql [ sh:select "SELECT $this { $this none:such ?x }" ]',
            "not SPARQL, on its line",
        ),
        ('sh:sparql [ sh:select "SELECT $this { $this ?p 1 MINUS { ?s ?q 2 } }" ]', "has a MINUS"),
        ('sh:sparql [ sh:select "SELECT $this FROM <a:b> { $this ?p 1 }" ]', "has a FROM"),
        ('sh:sparql [ sh:select "ASK { $this ?p 1 }" ]', "is not of the form SELECT"),
        ('sh:sparql [ sh:select "SELECT $this { BIND(1 AS $this) }" ]', "sets \\$this by AS"),
        ("sh:property [ sh:minCount 1 ]", "needs one sh:path, not 0"),
        ("sh:property [ sh:path ex:p, ex:q ]", "needs one sh:path, not 2"),
        ("sh:property [ sh:path 2 ]", 'sh:path: "2".* is no path'),
        ("sh:property [ sh:path [ sh:inversePath ( ex:p 'x' ) ] ]", 'sh:path: "x" is no path'),
        ("sh:minCount 1", "sh:minCount needs a sh:path: <http://example.org/S>"),
        ('sh:property [ sh:path ex:p ; sh:minCount "x" ]', "is not well-formed: sh:minCount"),
        ("sh:property [ sh:path ex:p ; sh:minCount -1 ]", "sh:minCount may not be less than 0"),
        ("sh:maxLength -2", "sh:maxLength may not be less than 0"),
        ("sh:pattern '(x'", r"sh:pattern \"\(x\" is no regular expression: missing \)"),
        (
            "sh:property [ sh:path _:p ; sh:minCount 1 ] . _:p sh:inversePath _:p",
            "a path that leads into itself has no end",
        ),
        (
            f"sh:property [ sh:path _:p ] . _:p <{RDF}first> ex:p ; <{RDF}rest> _:p",
            "a path that leads into itself has no end",
        ),
        ("sh:in ex:p", "is not well-formed: sh:in"),
        ("sh:node ex:S", "recursive shapes have no defined meaning: .*S> -> .*S>"),
        ("sh:or ( [ sh:not ex:S ] ex:T )", "recursive shapes"),
    ],
)
def test_shapes_without_a_meaning_are_refused_with_their_place(
    tmp_path: Path, shapes: str, reason: str
) -> None:
    file = tmp_path / "shapes.ttl"
    lines = PREFIXES.count("\n")
    file.write_text(f"{PREFIXES}ex:S a sh:NodeShape ; sh:targetNode ex:a ;\n  {shapes} .\n")
    with pytest.raises(ShapesError, match=reason) as raised:
        tipgraph.validate(quads("ex:a a ex:River ."), file)
    fault = raised.value.faults[0]
    assert isinstance(fault, InputSyntaxError)
    assert (fault.source, fault.line - lines) in ((str(file), 1), (str(file), 2))


def test_a_result_says_where_its_triple_and_its_constraint_are(tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(
        f'{PREFIXES}\nex:b a ex:River .\nex:a a ex:River ;\n  ex:length "🌊", "<far>" .\n'
    )
    shapes.write_text(f"{PREFIXES}{SHAPES}")
    results = tipgraph.validate(data, shapes).results
    places = {(result.value, str(result.data_position)) for result in results}
    assert places == {
        (Literal("🌊"), f"{data}:8:13"),
        (Literal("<far>"), f"{data}:8:18"),
    }
    [place] = {str(result.shape_position) for result in results}
    assert place == f"{shapes}:8:31"
    assert results[0].data_position is not None
    assert results[0].data_position.excerpt == '  ex:length "🌊", "<far>" .'


def test_a_report_as_a_data_frame(tmp_path: Path) -> None:
    data = tmp_path / "data.ttl"
    data.write_text(f'{PREFIXES}\nex:a a ex:River ; ex:length "=far" .\n')
    report = tipgraph.validate(data, quads(f"{SHAPES} ex:length sh:minCount 2 ."))
    frame = report.to_pandas()
    form = find_report_format("csv")
    assert form is not None
    header = write_report(report, form).decode().splitlines()[0]
    assert list(frame.columns) == header.split(",")
    [found] = frame[frame["value"].notna()].to_dict("records")
    assert found["resultPath"] == "<http://example.org/length>"
    assert found["value"] == '"=far"'
    assert found["message"] == "Give it in whole metres."
    assert (found["dataSource"], found["dataLine"], found["dataColumn"]) == (str(data), 6, 29)
    assert pandas.isna(found["shapeLine"])
    assert str(frame["shapeLine"].dtype) == "Int64"
    assert len(frame) == 2


def test_a_report_without_results_is_an_empty_data_frame() -> None:
    frame = tipgraph.validate(quads("ex:a a ex:River ."), quads(SHAPES)).to_pandas()
    assert frame.empty
    assert "focusNode" in frame.columns


def test_a_data_frame_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    report = tipgraph.validate(quads("ex:a a ex:River ."), quads(SHAPES))
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"pip install 'tipgraph\[notebook\]'"):
        report.to_pandas()


@pytest.mark.parametrize(("regime", "count"), [("none", 0), ("rdfs", 1), ("owl-rl", 1)])
def test_entailment(regime: str, count: int) -> None:
    data = quads("ex:a a ex:Stream .")
    ontology = quads(
        "ex:Stream <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:Water ."
        " ex:runs <http://www.w3.org/2000/01/rdf-schema#domain> ex:Stream . ex:b ex:runs ex:c ."
    )
    shapes = quads("ex:S sh:targetSubjectsOf ex:runs ; sh:not [ sh:class ex:Water ] .")
    report = tipgraph.validate(data, shapes, ontology=ontology, entailment=regime)
    assert len(report.results) == count


def test_a_regime_that_the_shapes_ask_for_has_to_be_chosen() -> None:
    asked = "ex:S sh:entailment <http://www.w3.org/ns/entailment/RDFS> ."
    shapes = quads(f"{SHAPES} {asked}")
    with pytest.raises(ShapesError, match="entailment regime"):
        tipgraph.validate(quads("ex:a ex:p 1 ."), shapes)
    assert tipgraph.validate(quads("ex:a ex:p 1 ."), shapes, entailment="rdfs").conforms


def test_what_is_left_out_by_the_limit_is_said() -> None:
    data = quads(" ".join(f'ex:a{n} a ex:River ; ex:length "x" .' for n in range(5)))
    report = tipgraph.validate(data, quads(SHAPES), limit=2)
    assert (len(report.results), report.omitted, report.conforms) == (2, 3, False)
    results = [t for t in report.triples if t.predicate == NamedNode(f"{SH}result")]
    assert len(results) == 2


@pytest.mark.parametrize(
    "shapes", ["", "ex:River a ex:Kind .", "ex:S sh:property [ sh:path ex:length ] ."]
)
def test_shapes_without_any_target_are_said_to_check_nothing(shapes: str) -> None:
    report = tipgraph.validate(quads("ex:a a ex:River ; ex:length 1 ."), quads(shapes))
    assert report.conforms
    assert report.notes == ("no shape has a target, so that nothing was validated",)


@pytest.mark.parametrize("said", ["<<( ex:a ex:p 1 )>>", '"x"@ar--rtl'])
@pytest.mark.parametrize("options", [("pyshacl", "none"), ("auto", "rdfs")])
def test_terms_of_rdf_12_are_refused_by_name_where_an_engine_does_not_know_them(
    said: str, options: tuple[str, str]
) -> None:
    data = quads(f"ex:a a ex:River ; ex:length {said} .")
    assert not tipgraph.validate(data, quads(SHAPES)).conforms
    with pytest.raises(UsageError, match=r"\(RDF 1\.2\) cannot be given"):
        tipgraph.validate(data, quads(SHAPES), engine=options[0], entailment=options[1])


def test_a_graph_of_rdflib_with_what_is_no_iri() -> None:
    graph = rdflib.Graph()
    graph.add((rdflib.URIRef("http://e.org/a b"), rdflib.RDF.type, rdflib.RDFS.Class))
    with pytest.raises(InputError, match=r"<http://e\.org/a b> is no absolute IRI"):
        tipgraph.validate(graph, quads(SHAPES))


def test_names_of_blank_nodes_are_those_of_the_data() -> None:
    node = BlankNode("here")
    river = NamedNode("http://example.org/River")
    data = [
        Quad(node, NamedNode(f"{RDF}type"), river),
        Quad(node, NamedNode("http://example.org/length"), Literal("x")),
    ]
    [result] = tipgraph.validate(data, quads(SHAPES)).results
    assert result.focus_node == node
