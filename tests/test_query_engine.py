"""Constraints by query over files: asked once for all focus nodes, with the reference's results."""

from typing import Final

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat

import tipgraph
from tests.test_engines_agree import PREFIXES, results
from tipgraph.namespaces import XSD
from tipgraph.syntax import parse_rdf
from tipgraph.validation import ValidationReport
from tipgraph.validation.formats import find_report_format, write_report

DATA: Final = """
ex:cor a ex:River ; ex:to ex:bly ; ex:name "Cor" ; ex:length 7 .
ex:bly a ex:River ; ex:to ex:cor, ex:sea ; ex:name "Bly", "BLY" ; ex:length 12 .
ex:sea a ex:Sea ; ex:name "SEA" .
ex:dun a ex:River ; ex:to ex:sea .
"""
LOUD: Final = "SELECT $this ?value { $this ex:name ?value FILTER(UCASE(?value) = ?value) }"
FAR: Final = "SELECT $this ?value { $this ex:to ?value . ?other ex:to ?value ; ex:length ?length }"


def validate(data: str, shapes: str, engine: str = "auto") -> ValidationReport:
    graphs = (parse_rdf(PREFIXES + each, RdfFormat.TURTLE, "test") for each in (data, shapes))
    return tipgraph.validate(*graphs, engine=engine)


def sparql(query: str, more: str = "") -> str:
    return f'sh:sparql [ sh:prefixes ex: {more}; sh:select """{query}""" ]'


def by_query(report: ValidationReport) -> int:
    return sum(
        not each.source_constraint_component.value.startswith("http://www.w3.org/ns/shacl#")
        or each.source_constraint_component.value.endswith("SPARQLConstraintComponent")
        for each in report.results
    )


COMPONENT: Final = """
ex:Longer a sh:ConstraintComponent ; sh:parameter [ sh:path ex:longerThan ] ;
  sh:validator [ a sh:SPARQLAskValidator ;
    sh:ask "ASK { FILTER(STRLEN(STR($value)) > $longerThan) }" ] .
"""
SHAPES: Final = {
    "some queries are asked, others are not": (
        f"ex:S sh:targetClass ex:River ; {sparql(LOUD)} ; {sparql(FAR + ' LIMIT 9')} .",
        5,
    ),
    "a shape is applied, and only tells whether nodes conform": (
        f"ex:S sh:targetClass ex:River ; {sparql(LOUD)} ."
        "ex:T sh:targetSubjectsOf ex:length ; sh:property [ sh:path ex:to ; sh:node ex:S ] .",
        1,
    ),
    "a shape only tells whether nodes conform": (
        f"ex:S a sh:NodeShape ; {sparql(LOUD)} ."
        f"ex:T sh:targetSubjectsOf ex:length ; sh:not ex:S ; {sparql(FAR)} .",
        3,
    ),
    "two shapes share a constraint, and one of them only tells": (
        "ex:S sh:targetClass ex:River ; sh:sparql ex:Q . ex:T a sh:NodeShape ; sh:sparql ex:Q ."
        "ex:U sh:targetClass ex:Sea ; sh:node ex:T ."
        f'ex:Q sh:prefixes ex: ; sh:select "{LOUD}" .',
        1,
    ),
    "a property shape is reached by two ways, and from two shapes": (
        "ex:S sh:targetClass ex:River ; sh:property ex:P ."
        "ex:T sh:targetClass ex:Sea ; sh:property ex:P, [ sh:path ex:name ; sh:minCount 2 ] ."
        "ex:P sh:path [ sh:inversePath ex:to ] ; sh:property ex:N ."
        f"ex:N sh:path ex:name ; {sparql(LOUD.replace('ex:name', '$PATH'))} .",
        1,
    ),
    "deactivated": (
        f"ex:S sh:targetClass ex:River ; {sparql(LOUD, '; sh:deactivated true')} ; {sparql(FAR)} ."
        f"ex:T sh:targetClass ex:River ; sh:deactivated true ; {sparql(LOUD)} .",
        4,
    ),
    "a component of one's own that also only tells": (
        f"{COMPONENT} ex:S sh:targetClass ex:River ; sh:property [ sh:path ex:name ; sh:node"
        " ex:T ] . ex:T sh:targetClass ex:Sea ; ex:longerThan 3 .",
        0,
    ),
    "solutions that differ in nothing that a result says": (
        f"ex:S sh:targetClass ex:River ; {sparql(FAR.replace('{', '?length {', 1))} .",
        4,
    ),
    "a path of no length from what is not in the data": (
        f"ex:S sh:targetNode ex:none ; {sparql('SELECT $this ?value {{ $this ex:to* ?value }}')} .",
        1,
    ),
    "a query that says it failed": (
        f"ex:S sh:targetClass ex:Sea ; {sparql('SELECT $this ?failure { BIND(1 AS ?failure) }')} .",
        1,
    ),
    "a query that does not return $this": (
        f"ex:S sh:targetClass ex:Sea ; {sparql('SELECT (COUNT(*) AS ?value) { $this ?p ?x }')} .",
        1,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_as_the_reference_has_it(name: str) -> None:
    shapes, count = SHAPES[name]
    found = validate(DATA, shapes)
    # It repeats a result for each way to it.
    assert set(results(found.results)) == set(results(validate(DATA, shapes, "pyshacl").results))
    assert by_query(found) == count


def test_a_component_says_which_value_it_is_about() -> None:
    found = validate(
        DATA,
        f"{COMPONENT} ex:S sh:targetClass ex:River ; ex:longerThan 21 ;"
        " sh:property [ sh:path ex:name ; ex:longerThan 3 ] .",
    )
    said = {(each.focus_node.value[-3:], each.value and each.value.value) for each in found.results}
    assert said == {("cor", "Cor"), ("bly", "Bly"), ("bly", "BLY")}


WRITTEN: Final = "ex:cor a ex:River ; ex:is {} . ex:bly a ex:River ; ex:is {} ."
PAIRS: Final = "SELECT $this ?value { $this ex:is ?value . ?other ex:is ?value"
# A store keeps numbers and dates by value, so that it would take these for the same, or have one
# of them in another form.
ALIKE: Final = [
    ("01", "1", "integer"),
    ("1", "01", "int"),
    ("1.50", "1.5", "decimal"),
    ("1", "true", "boolean"),
    ("2020-01-01T00:00:00.0Z", "2020-01-01T00:00:00Z", "dateTime"),
]


@pytest.mark.parametrize(("one", "other", "kind"), ALIKE)
@pytest.mark.parametrize(
    "query",
    [
        PAIRS + " FILTER(?other != $this) }",
        PAIRS + " FILTER(STR(?value) != 'x') }",
        "SELECT DISTINCT ?value $this { $this ex:is ?value }",
    ],
)
@pytest.mark.parametrize("alike", [True, False])
def test_literals_are_as_the_data_has_them(
    query: str, one: str, other: str, kind: str, alike: bool
) -> None:
    first, second = (f'"{each}"^^xsd:{kind}' for each in (one, other))
    data = WRITTEN.format(first, second if alike else f"{first}, 'x'")
    shapes = f"ex:S sh:targetClass ex:River ; {sparql(query)} ."
    found = validate(data, shapes)
    assert results(found.results) == results(validate(data, shapes, "pyshacl").results)
    values = {result.value for result in found.results} - {Literal("x")}
    assert values <= {Literal(each, datatype=NamedNode(XSD + kind)) for each in (one, other)}
    assert ("pyoxigraph" in found.engine) is not (alike or "STR" in query)


@pytest.mark.parametrize("written", ["1.0", "'1.0'^^xsd:decimal", "'1'^^xsd:decimal", "1, 1.0"])
def test_literals_of_queries_are_as_they_have_them(written: str) -> None:
    data = WRITTEN.format('"1"^^xsd:decimal', "1")
    shapes = (
        f"ex:S sh:targetClass ex:River ; {sparql(f'SELECT $this {{ $this ex:is {written} }}')} ."
    )
    assert len(validate(data, shapes).results) == (written == "'1'^^xsd:decimal")


@pytest.mark.parametrize(("compared", "count"), [("> 1.0", 1), ("= 1.0", 1), ("/ 1.0 = 2", 1)])
def test_literals_that_are_compared_are_so_by_value(compared: str, count: int) -> None:
    data = WRITTEN.format("1", "2")
    query = f"SELECT $this {{ $this ex:is ?n FILTER(?n {compared}) }}"
    found = validate(data, f"ex:S sh:targetClass ex:River ; {sparql(query)} .")
    assert len(found.results) == count
    assert "pyoxigraph" in found.engine


def test_a_path_stands_in_the_report_once_for_each_result() -> None:
    found = validate(
        DATA,
        "ex:S sh:targetClass ex:River ; sh:property [ sh:path ( ex:to [ sh:alternativePath ("
        f" ex:name ex:title ) ] ) ; {sparql(LOUD.replace('ex:name', '$PATH'))} ] .",
    )
    form = find_report_format("ttl")
    assert form is not None
    written = write_report(found, form).decode()
    assert len(found.results) == written.count("sh:alternativePath") > 1
    again = parse_rdf(written, RdfFormat.TURTLE, "report")
    read = ValidationReport.from_triples([each.triple for each in again])
    assert {each.result_path for each in read.results} == {
        "<http://example.org/to>/(<http://example.org/name>|<http://example.org/title>)"
    }


def test_shapes_to_which_very_many_ways_lead() -> None:
    query = 'sh:sparql [ sh:select "SELECT $this { FILTER(isLiteral($this)) }" ]'
    shapes = [f"{PREFIXES} ex:S sh:targetClass ex:River ; sh:node ex:L0 . ex:L40 {query} ."]
    for level in range(40):
        steps = (f"[ sh:path ex:{name} ; sh:node ex:L{level + 1} ]" for name in ("to", "via"))
        shapes.append(f"ex:L{level} sh:property {' , '.join(steps)} .")
    data = f"{PREFIXES} ex:cor a ex:River ; ex:to ex:bly . ex:bly ex:via 'nowhere' ."
    asked = parse_rdf("\n".join(shapes), RdfFormat.TURTLE, "shapes")
    assert tipgraph.validate(parse_rdf(data, RdfFormat.TURTLE, "data"), asked).conforms
