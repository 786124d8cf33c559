"""Reports for browsers and for the programs of CI: HTML, SARIF and JUnit XML."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given

from tests.reports import (
    EX,
    SHAPES,
    hostile,
    junit,
    nested,
    page,
    placed,
    report,
    sarif,
    texts,
    with_text,
    written,
)
from tipgraph.syntax import Position
from tipgraph.validation import Coverage


class TestHtml:
    def test_a_table_for_each_group(self) -> None:
        found = page(nested(placed(report())), "de")
        captions = texts(found.iter("caption"))
        assert captions == [
            "1 violation of <http://example.org/length>",
            "1 warning of an unnamed shape: sh:MinCountConstraintComponent of rdfs:label",
        ]
        assert {cell.get("scope") for cell in found.iter("th")} == {"row", "col"}
        assert [each.text for each in found.iter("span") if each.get("lang") == "de"] == [
            "Gib dem Fluss einen Namen."
        ]
        [cause] = found.iter("details")
        assert f"<{EX}cor>" in "".join(cause.itertext())
        assert f"{EX}length" in {link.get("href") for link in found.iter("a")}

    def test_places_and_what_is_at_fault_there(self) -> None:
        found = page(placed(report()))
        [place] = {
            tuple(sorted(each.items())) for each in found.iter("code") if "data" in each.text
        }
        assert place == (
            ("data-column", "28"),
            ("data-line", "2"),
            ("data-source", "data/rivers.ttl"),
        )
        [excerpt, *_] = found.iter("pre")
        assert (excerpt.find("mark").text, excerpt.find("mark").tail) == ("t", 'h "far" .')

    def test_a_fragment_for_notebooks_is_part_of_the_page(self) -> None:
        assert report()._repr_html_() in written(report(), "html")

    def test_what_is_left_out_and_what_is_covered(self) -> None:
        coverage = Coverage((), (f"{EX}Lake",), (), {f"{EX}RiverShape": 2})
        found = texts(page(replace(report().limited(1), coverage=coverage)).iter("p"))
        assert found[0].endswith("2 more results are left out by the limit.")
        assert f"Classes that no shape targets: <{EX}Lake>." in found

    @given(hostile)
    def test_any_text_is_text(self, text: str) -> None:
        found = page(with_text(text))
        elements = list(found.iter())
        assert {each.tag for each in elements} <= {
            *("html", "head", "meta", "title", "body", "main", "h1", "p", "table", "caption"),
            *("thead", "tbody", "tr", "th", "td", "span", "bdi", "code", "pre", "br"),
            *("details", "summary", "ul", "li", "mark"),
        }
        attributes = {name for each in elements for name in each.attrib}
        places = {"data-label", "data-source", "data-line", "data-column"}
        assert attributes <= {"lang", "dir", "scope", "charset", "name", "content", *places}
        assert "\u202e" not in "".join(found.itertext())


class TestSarif:
    def test_results_with_places(self) -> None:
        [run] = sarif(nested(placed(report())))["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert {rule["id"] for rule in rules} == {
            f"{EX}length",
            "sh:MinCountConstraintComponent of rdfs:label",
        }
        first, warning = run["results"]
        assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == f"{EX}length"
        assert (first["level"], warning["level"]) == ("error", "warning")
        assert warning["message"]["text"] == "Give the river a name."
        [location] = first["locations"]
        assert location["logicalLocations"][0]["fullyQualifiedName"] == f"<{EX}bly>"
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "data/rivers.ttl", "uriBaseId": "%SRCROOT%"}
        assert physical["region"]["startLine"] == 2
        assert physical["region"]["startColumn"] == 28
        constraint, cause = first["relatedLocations"]
        uri = constraint["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "shapes/rivers.ttl"
        assert cause["logicalLocations"][0]["fullyQualifiedName"] == f"<{EX}cor>"

    @pytest.mark.parametrize(
        ("source", "location"),
        [
            ("a b/ä.ttl", {"uri": "a%20b/%C3%A4.ttl", "uriBaseId": "%SRCROOT%"}),
            ("./a.ttl", {"uri": "a.ttl", "uriBaseId": "%SRCROOT%"}),
            ("a:b.ttl", {"uri": "a%3Ab.ttl", "uriBaseId": "%SRCROOT%"}),
            ("/srv/ä.ttl", {"uri": "file:///srv/%C3%A4.ttl"}),
            ("http://example.org/ä b", {"uri": "http://example.org/%C3%A4%20b"}),
        ],
    )
    def test_names_of_files_become_uris(self, source: str, location: dict[str, str]) -> None:
        [first, *_] = report().results
        result = replace(first, data_position=Position(source, 1, 1))
        [run] = sarif(replace(report(), results=(result,)))["runs"]
        [place] = run["results"][0]["locations"]
        assert place["physicalLocation"]["artifactLocation"] == location

    def test_fingerprints_tell_results_apart_and_stay(self) -> None:
        data = "[] a ex:River ; rdfs:label 1 ; ex:length 2 . " * 2
        first, second = (
            [each["partialFingerprints"] for each in sarif(found)["runs"][0]["results"]]
            for found in (report(data), replace(report(data), notes=("a note",)))
        )
        assert first == second
        assert len({json.dumps(each) for each in first}) == len(first) == 2

    def test_what_is_left_out_is_notified(self) -> None:
        [run] = sarif(replace(report().limited(1), notes=("a note",)))["runs"]
        [invocation] = run["invocations"]
        assert invocation["executionSuccessful"]
        note, limit = invocation["toolExecutionNotifications"]
        assert note["message"]["text"] == "a note"
        assert limit["message"]["text"].endswith("2 more results are left out by the limit.")

    def test_data_that_conforms_has_no_results(self) -> None:
        assert sarif(report("ex:cor a ex:Lake ."))["runs"][0]["results"] == []

    def test_a_message_has_no_placeholders_and_no_links(self) -> None:
        [run] = sarif(with_text("{0} [a](http://example.org/)"))["runs"]
        assert run["results"][0]["message"]["text"] == "{{0}} [a] (http://example.org/)"

    @given(hostile)
    def test_any_text_is_valid(self, text: str) -> None:
        [run] = sarif(with_text(text))["runs"]
        uris = re.findall(r'"uri": "([^"]*)"', json.dumps(run))
        assert uris
        assert all(re.fullmatch(r"[!-~]+", uri) for uri in uris)


class TestJunit:
    def test_violations_fail_and_warnings_do_not(self) -> None:
        found = junit(placed(report()))
        assert dict(found.attrib) == {
            "name": "SHACL validation",
            "tests": "3",
            "failures": "2",
            "errors": "0",
        }
        failures = found.findall(".//failure")
        assert {failure.get("type") for failure in failures} == {"sh:NodeKindConstraintComponent"}
        assert "data/rivers.ttl:2:28" in failures[0].text
        [passing] = [case for case in found.iter("testcase") if case.find("failure") is None]
        assert "Give the river a name." in passing.findtext("system-out")

    def test_a_severity_of_ones_own_fails(self) -> None:
        shapes = f"{SHAPES} ex:length sh:severity ex:Severe ."
        assert junit(report(shapes=shapes)).get("failures") == "2"

    def test_shapes_that_apply_to_nothing_are_skipped(self) -> None:
        coverage = Coverage((), (), (), {f"{EX}RiverShape": 2, f"{EX}LakeShape": 0})
        found = junit(replace(report("ex:cor a ex:Lake ."), coverage=coverage))
        assert (found.get("tests"), found.get("failures")) == ("2", "0")
        [skipped] = [case for case in found.iter("testcase") if case.find("skipped") is not None]
        assert "LakeShape" in skipped.get("name")

    def test_data_that_conforms_passes_one_test(self) -> None:
        [case] = junit(report("ex:cor a ex:Lake .")).iter("testcase")
        assert case.get("name") == "The data conforms."
        assert len(case) == 0

    def test_what_is_left_out_is_said(self) -> None:
        assert "2 more results are left out" in "".join(junit(report().limited(1)).itertext())

    @given(hostile)
    def test_any_text_is_valid(self, text: str) -> None:
        [failure] = junit(with_text(text)).iter("failure")
        assert "\\uDCFF" in failure.text
