"""Which engine validates what: the fast one wherever it gives the right report."""

from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import Literal, NamedNode

import tipgraph
from tests.test_validation import quads
from tipgraph.errors import InputSyntaxError, UsageError
from tipgraph.namespaces import XSD
from tipgraph.validation import ValidationReport, documents

# A query with a LIMIT is not asked for all focus nodes at once; the engine that gets it then may
# have to leave it to the reference.
LIMIT: Final = " LIMIT 9"


def test_a_value_that_a_query_makes() -> None:
    shapes, limited = (
        quads(
            "ex:S a sh:NodeShape ; sh:targetClass ex:River ; sh:sparql [ sh:message 'm' ; sh:select"
            " 'SELECT $this ?value { $this <http://example.org/length> ?n BIND(?n + 1 AS ?value) }"
            f"{limit}' ] ."
        )
        for limit in ("", LIMIT)
    )
    data = quads("ex:a a ex:River ; ex:length 7 .")
    for asked, engine in ((shapes, "shacl "), (limited, "pyshacl ")):
        report = tipgraph.validate(data, asked)
        assert [result.value for result in report.results] == [Literal(8)]
        assert report.engine.startswith(engine)
    [note] = report.notes
    assert "makes values that are not in the data" in note
    with pytest.raises(UsageError, match="the engine shacl cannot do this"):
        tipgraph.validate(data, limited, engine="shacl")


@pytest.mark.parametrize("limit", ["", LIMIT])
@pytest.mark.parametrize(
    ("query", "value", "engine"),
    [
        ("SELECT $this { $this ex:has ?other }", None, "shacl"),
        ("SELECT $this ?value { $this ex:has ?value }", "b", "shacl"),
        # The engine reports the focus node for these two alike.
        ("SELECT $this ?value { $this ex:is ?value }", "a", "pyshacl"),
        ("SELECT $this ?value { $this ex:is ?x OPTIONAL { ?x ex:no ?value } }", None, "pyshacl"),
    ],
)
def test_the_focus_node_is_no_value_of_a_property_shape(
    query: str, value: str | None, engine: str, limit: str
) -> None:
    data = quads("ex:a a ex:River ; ex:has ex:b ; ex:is ex:a .")
    prefixes = "sh:prefixes [ sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://example.org/' ] ]"
    shapes = quads(
        "ex:S sh:targetClass ex:River ; sh:property"
        f" [ sh:path ex:has ; sh:sparql [ {prefixes} ; sh:select '{query}{limit}' ] ] ."
    )
    report = tipgraph.validate(data, shapes)
    [result] = report.results
    assert result.value == (NamedNode(f"http://example.org/{value}") if value else None)
    assert report.engine.startswith(f"{engine if limit else 'shacl'} ")


OTHER_PATH: Final = "SELECT $this ?path ?value { $this ?path ?value FILTER isNumeric(?value) }"


@pytest.mark.parametrize(
    ("constraint", "path", "value", "engine"),
    [
        ("sh:closed true", "length", "7", "pyshacl"),
        (f"sh:sparql [ sh:select '{OTHER_PATH}' ]", "length", "7", "shacl"),
        (f"sh:sparql [ sh:select '{OTHER_PATH}{LIMIT}' ]", "length", "7", "pyshacl"),
    ],
)
def test_a_result_of_a_property_shape_may_have_another_path(
    constraint: str, path: str, value: str, engine: str
) -> None:
    shapes = quads(
        f"ex:S sh:targetClass ex:River ; sh:property [ sh:path ex:self ; {constraint} ] ."
    )
    data = quads("ex:a a ex:River ; ex:self ex:a ; ex:length 7 .")
    report = tipgraph.validate(data, shapes)
    found = {(each.result_path, each.value and each.value.value) for each in report.results}
    assert (f"<http://example.org/{path}>", value) in found
    assert report.engine.startswith(f"{engine} ")


@pytest.mark.parametrize("limit", ["", LIMIT])
def test_a_component_whose_query_gives_no_value(limit: str) -> None:
    shapes = quads(
        "ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:never ] ; sh:propertyValidator"
        " [ a sh:SPARQLSelectValidator ; sh:select 'SELECT DISTINCT $this { $this ?p $never }"
        f"{limit}' ] ."
        "ex:S sh:targetClass ex:River ; sh:property [ sh:path ex:has ; ex:never ex:b ] ."
    )
    report = tipgraph.validate(quads("ex:a a ex:River ; ex:has ex:b ."), shapes)
    assert [result.value for result in report.results] == [None]
    assert any("may give no ?value" in note for note in report.notes) is bool(limit)


DATES = 'ex:a a ex:River ; ex:from "2021-06-01"^^xsd:date ; ex:until "2020-01-31"^^xsd:date'
UNLIKE = "ex:length 7 ; ex:name 'x'"


def compared(query: str) -> ValidationReport:
    """The report on these by a query, which begins in its pattern."""
    shapes = quads(
        "ex:S a sh:NodeShape ; sh:targetClass ex:River ; sh:sparql [ sh:select"
        f' """PREFIX ex: <http://example.org/> PREFIX xsd: <{XSD}>'
        f' SELECT DISTINCT $this {{ {query}""" ] .'
    )
    return tipgraph.validate(quads(f"{DATES} ; {UNLIKE} ; ex:dry false ; ex:wet true ."), shapes)


@pytest.mark.parametrize(
    ("query", "engine", "count"),
    [
        ("$this ex:from ?a ; ex:until ?b FILTER (?b < ?a)", "pyshacl", 1),
        ("$this ex:from ?a ; ex:until ?b FILTER (?a != ?b)", "pyshacl", 1),
        ("$this ex:from ?a FILTER (?a > '2020-01-31'^^xsd:date)", "pyshacl", 1),
        ("$this ex:from ?a FILTER ('2020-01-31'^^xsd:date < COALESCE(?a, 1))", "pyshacl", 1),
        ("$this ex:from ?a FILTER (?a IN ('2021-06-01'^^xsd:date))", "pyshacl", 1),
        ("$this ex:from ?a ; ex:until ?b BIND (?a AS ?c) FILTER (?b < ?c)", "pyshacl", 1),
        ("$this (ex:from|ex:none) ?a ; ex:until ?b FILTER (?b < ?a)", "pyshacl", 1),
        ("$this ex:dry ?a FILTER (?a = false)", "shacl", 1),
        ("$this ex:length ?a FILTER (?a < 10)", "shacl", 1),
        ("$this ex:from ?a FILTER (YEAR(?a) < 10)", "shacl", 0),
        ("$this ex:length ?a FILTER (STR(?a) < '8' && ?a + 1 > 7)", "shacl", 1),
        ("$this ?p ?a FILTER (?a = 'x')", "shacl", 1),
        ("$this ex:name ?a . ?other ex:name ?a FILTER (?other != ex:b)", "shacl", 1),
    ],
)
@pytest.mark.parametrize("limit", ["", LIMIT])
def test_queries_that_compare_dates(query: str, engine: str, count: int, limit: str) -> None:
    report = compared(f"{query} }}{limit}")
    assert report.engine.startswith(f"{engine if limit else 'shacl'} ")
    assert len(report.results) == count


@pytest.mark.parametrize(
    "query",
    ["$this ?p ?a ; ?q ?b FILTER (?b < ?a)", "$this ex:dry ?a ; ex:wet ?b FILTER (?a < ?b)"],
)
@pytest.mark.parametrize("limit", ["", LIMIT])
def test_queries_that_order_booleans_are_left_to_the_reference_engine(
    query: str, limit: str
) -> None:
    report = compared(f"{query} }}{limit}")
    assert report.engine.startswith("pyshacl ")
    assert len(report.results) == 1


@pytest.mark.parametrize(("target", "engine"), [("ex:none", "pyshacl"), ("ex:a", "shacl")])
@pytest.mark.parametrize(
    "constraint",
    [
        "sh:sparql [ sh:select 'SELECT $this { $this <http://example.org/to>* $this }' ]",
        "sh:property [ sh:path [ sh:zeroOrOnePath ex:to ] ;"
        " sh:sparql [ sh:select 'SELECT $this ?x { $this $PATH ?x }' ] ]",
    ],
)
def test_a_path_of_no_length_leads_from_a_node_that_is_not_in_the_data_to_itself(
    constraint: str, target: str, engine: str
) -> None:
    shapes = quads(f"ex:S sh:targetNode {target} ; {constraint} .")
    report = tipgraph.validate(quads("ex:a ex:to 1 ."), shapes)
    assert report.engine.startswith(f"{engine} ")
    assert len(report.results) >= 1


def test_what_a_large_file_holds_decides_on_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_LARGE", 0)
    shapes = quads(
        "ex:S sh:targetSubjectsOf ex:from ; sh:sparql [ sh:select '"
        "SELECT $this ?v { $this <http://example.org/from> ?v . $this <http://example.org/to> ?w"
        f" FILTER (?w < ?v) }}{LIMIT}' ] ."
    )
    data = tmp_path / "data.nt"
    e, x = "http://example.org/", XSD
    for kind, engine, values in (
        ("integer", "shacl", (2, 1)),
        ("date", "pyshacl", ("2021-06-01", "2020-01-31")),
    ):
        data.write_text(
            f'<{e}a> <{e}from> "{values[0]}"^^<{x}{kind}> .\n'
            f'<{e}a> <{e}to> "{values[1]}"^^<{x}{kind}> .\n'
        )
        report = tipgraph.validate(data, shapes)
        assert len(report.results) == 1
        assert report.engine.startswith(f"{engine} ")
    data.write_text(f"{data.read_text()}<a> .\n")
    with pytest.raises(InputSyntaxError, match=r"data\.nt:3:"):
        tipgraph.validate(data, shapes)


def test_an_expression_that_only_the_reference_engine_knows() -> None:
    shapes = quads(
        "ex:S a sh:NodeShape ; sh:targetClass ex:River ;"
        r' sh:property [ sh:path ex:length ; sh:pattern "^(.)\\1$" ] .'
    )
    report = tipgraph.validate(quads('ex:a a ex:River ; ex:length "aa", "ab" .'), shapes)
    assert [result.value for result in report.results] == [Literal("ab")]
    assert report.engine.startswith("pyshacl")
