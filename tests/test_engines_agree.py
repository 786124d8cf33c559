"""The two engines give the same results on generated data and shapes.

Where they are known to differ, nothing is generated, and the reason stands beside it; what is
compared is everything that a report says of a result but its message, which SHACL leaves open.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

import tipgraph
from benchmarks.narratives import Narratives
from tipgraph.errors import UsageError
from tipgraph.namespaces import RDF, SHAPES, XSD
from tipgraph.syntax import parse_rdf
from tipgraph.validation import ValidationResult

EX: Final = "http://example.org/"
PREFIXES: Final = """\
@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://example.org/> sh:declare
    [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] ,
    [ sh:prefix "rdfs" ; sh:namespace "http://www.w3.org/2000/01/rdf-schema#"^^xsd:anyURI ] ,
    [ sh:prefix "xsd" ; sh:namespace "http://www.w3.org/2001/XMLSchema#"^^xsd:anyURI ] .
"""
HIERARCHY: Final = [
    Triple(
        NamedNode(f"{EX}Stream"),
        NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf"),
        NamedNode(f"{EX}Water"),
    )
]


def typed(lexical: str, name: str) -> Literal:
    return Literal(lexical, datatype=NamedNode(f"{XSD}{name}"))


RESOURCES: Final[list[NamedNode | BlankNode]] = [
    *(NamedNode(f"{EX}n{i}") for i in range(3)),
    BlankNode("b0"),
    BlankNode("b1"),
]
# Canonical lexical forms only: SPARQL's IN compares values, rdflib's compares terms.
NUMBERS: Final = [
    *(typed(text, "integer") for text in ("-1", "0", "1", "2", "10")),
    *(typed(text, "decimal") for text in ("0.5", "1.5", "2.25")),
]
TEXTS: Final = [
    *(Literal(text) for text in ("", "a", "ab", "Ab c")),
    *(Literal(text, language=tag) for text in ("a", "ab") for tag in ("en", "en-gb", "de")),
]
DATES: Final = [typed(text, "date") for text in ("2020-01-31", "2021-06-01")]
FLAGS: Final = [typed("true", "boolean"), typed("false", "boolean")]
ILL_TYPED: Final = [typed("x", "integer")]
LITERALS: Final = [*NUMBERS, *TEXTS, *DATES, *FLAGS]
# What each property has as values. In queries and sh:lessThan only values of one kind are
# compared: rdflib orders values of unlike kinds, for which SPARQL has a type error.
RANGES: Final[dict[str, list[NamedNode | BlankNode | Literal]]] = {
    "to": [*RESOURCES],
    "via": [*RESOURCES],
    "size": [*NUMBERS],
    "least": [*NUMBERS],
    "name": [*TEXTS],
    "day": [*DATES],
    "any": [*RESOURCES, *LITERALS, *ILL_TYPED],
}
CLASSES: Final = ("Water", "Stream", "Place")


@st.composite
def data(draw: st.DrawFn) -> list[Triple]:
    found = list(HIERARCHY)
    for node in RESOURCES:
        for name in draw(st.lists(st.sampled_from(CLASSES), max_size=1)):
            found.append(Triple(node, NamedNode(f"{RDF}type"), NamedNode(EX + name)))
    size = draw(st.integers(2, 14))
    for _ in range(size):
        node, name = draw(st.sampled_from(RESOURCES)), draw(st.sampled_from(sorted(RANGES)))
        value = draw(st.sampled_from(RANGES[name]))
        found.append(Triple(node, NamedNode(EX + name), value))
    return list(dict.fromkeys(found))


names = st.sampled_from(sorted(RANGES)).map(lambda name: f"ex:{name}")
classes = st.sampled_from(CLASSES).map(lambda name: f"ex:{name}")
iris = st.sampled_from(RESOURCES[:3]).map(str)
terms = st.sampled_from([*RESOURCES[:3], *LITERALS]).map(str)
counts = st.integers(0, 2).map(str)


def listed(
    members: st.SearchStrategy[str], least: int = 1, most: int = 3
) -> st.SearchStrategy[str]:
    return st.lists(members, min_size=least, max_size=most, unique=True).map(
        lambda found: f"( {' '.join(found)} )"
    )


def parameter(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return values.map(lambda value: f"sh:{name} {value}")


paths = st.recursive(
    names,
    lambda inner: st.one_of(
        inner.map(lambda path: f"[ sh:inversePath {path} ]"),
        listed(inner, 2),
        listed(inner, 2).map(lambda path: f"[ sh:alternativePath {path} ]"),
        st.tuples(st.sampled_from(["zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]), inner).map(
            lambda found: f"[ sh:{found[0]} {found[1]} ]"
        ),
    ),
    max_leaves=3,
)

# pyshacl writes a quantifier right after another one into a query, and a ^ right before another,
# where SPARQL has no such thing.
plain_paths = paths.filter(
    lambda path: not re.search(r"Path \[ sh:(zero|one)Or|inversePath \[ sh:inversePath", path)
)

simple = st.one_of(
    parameter("class", classes),
    parameter(
        "datatype",
        st.sampled_from(
            [
                "xsd:integer",
                "xsd:decimal",
                "xsd:string",
                "xsd:date",
                "xsd:boolean",
                "rdf:langString",
            ]
        ),
    ),
    parameter(
        "nodeKind",
        st.sampled_from(
            [
                f"sh:{name}"
                for name in (
                    "IRI",
                    "BlankNode",
                    "Literal",
                    "BlankNodeOrIRI",
                    "BlankNodeOrLiteral",
                    "IRIOrLiteral",
                )
            ]
        ),
    ),
    # pyshacl lets blank nodes pass a sh:minLength of 0; they have no length at all.
    parameter("minLength", st.sampled_from(["1", "2"])),
    parameter("maxLength", counts),
    parameter("pattern", st.sampled_from(['"a"', '"^a.*b$"', '"A" ; sh:flags "i"', '"n[12]"'])),
    parameter("languageIn", listed(st.sampled_from(['"en"', '"de"', '"en-GB"', '"fr"']))),
    parameter("equals", names),
    parameter("disjoint", names),
    parameter("hasValue", terms),
    parameter("in", listed(terms, 0, 4)),
    parameter("deactivated", st.sampled_from(["true", "false"])),
    parameter("severity", st.sampled_from(["sh:Info", "sh:Warning", "ex:Grave"])),
)
closed = st.one_of(
    st.just("sh:closed true"),
    listed(names, 0, 3).map(lambda found: f"sh:closed true ; sh:ignoredProperties {found}"),
)
property_only = st.one_of(
    parameter("minCount", counts),
    parameter("maxCount", counts),
    # Only `true` means it; pyshacl takes "1"^^xsd:boolean for it as well.
    parameter("uniqueLang", st.just("true")),
)


def unique(constraints: list[str]) -> list[str]:
    """One of each parameter: several are either ill-formed or several constraints."""
    return list({each.split()[0]: each for each in constraints}.values())


def shape(constraints: list[str]) -> str:
    return f"[ {' ; '.join(unique(constraints))} ]"


def property_shape(found: tuple[str, list[str]]) -> str:
    path, constraints = found
    return f"[ sh:path {path} ; {' ; '.join(unique(constraints))} ]"


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Constraints that refer to shapes, which have such constraints."""
    node_shapes = st.lists(inner, min_size=1, max_size=2).map(shape)
    of_property = st.lists(st.one_of(inner, property_only), min_size=1, max_size=2)
    properties = st.tuples(paths, of_property).map(property_shape)
    shapes = st.one_of(node_shapes, properties)
    return st.one_of(
        parameter("node", node_shapes),
        parameter("property", properties),
        parameter("not", shapes),
        parameter("and", listed(shapes)),
        parameter("or", listed(shapes)),
        parameter("xone", listed(shapes)),
    )


def qualified(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(
        st.lists(inner, min_size=1, max_size=2).map(shape),
        st.sampled_from(["qualifiedMinCount", "qualifiedMaxCount"]),
        counts,
        st.sampled_from(["", " ; sh:qualifiedValueShapesDisjoint true"]),
    ).map(lambda found: f"sh:qualifiedValueShape {found[0]} ; sh:{found[1]} {found[2]}{found[3]}")


constraints = st.recursive(st.one_of(simple, closed), nested, max_leaves=4)
# Values and bounds of one kind: rdflib orders a date before a number, and so on.
ordered = st.one_of(
    st.tuples(
        st.sampled_from(["lessThan", "lessThanOrEquals"]),
        st.sampled_from([("size", "least"), ("least", "size"), ("day", "day")]),
    ).map(lambda found: (f"ex:{found[1][0]}", [f"sh:{found[0]} ex:{found[1][1]}"])),
    st.tuples(
        st.sampled_from(["minExclusive", "minInclusive", "maxExclusive", "maxInclusive"]),
        st.sampled_from(
            [
                *(("[ sh:alternativePath ( ex:size ex:to ) ]", number) for number in NUMBERS),
                *(("( ex:to ex:day )", day) for day in DATES),
            ]
        ),
    ).map(lambda found: (found[1][0], [f"sh:{found[0]} {found[1][1]}"])),
)

QUERIES: Final = [
    "SELECT $this ?value { $this ex:to ?value . ?value ex:size ?size }",
    "SELECT $this ?value { $this ex:size ?value . $this ex:least ?least FILTER (?value < ?least) }",
    "SELECT $this ?value { $this ex:day ?value FILTER (?value > '2020-06-01'^^xsd:date) }",
    "SELECT $this ?value { $this ex:size ?value FILTER (?value + 1 > 2 && ?value != 10) }",
    "SELECT $this { FILTER EXISTS { $this ex:to ?x . ?x ex:to $this } }",
    "SELECT $this { FILTER NOT EXISTS { ?x ex:to $this } }",
    "SELECT $this ?value { $this ex:to ?value FILTER NOT EXISTS { ?value ex:via $this } }",
    "SELECT $this ?value { $this ex:to/ex:via ?value }",
    "SELECT $this ?value { $this ex:to+ ?value }",
    "SELECT $this ?value { $this ex:to* ?value FILTER EXISTS { ?value a ex:Water } }",
    "SELECT $this ?value { $this (ex:to|^ex:via) ?value }",
    "SELECT $this ?value { $this ex:any ?value . ?value a/rdfs:subClassOf* ex:Water }",
    "SELECT $this ?value { $this ex:to ?value"
    " OPTIONAL { ?value ex:name ?name } FILTER (!BOUND(?name)) }",
    "SELECT $this ?value { $this ex:any ?x OPTIONAL { $this ex:name ?value } }",
    "SELECT $this ?value { { $this ex:to ?value } UNION { $this ex:via ?value } }",
    "SELECT $this ?path ?value { $this ?path ?value FILTER (isBlank(?value)) }",
    "SELECT $this (ex:name AS ?path) ?value { $this ex:name ?value FILTER (LANG(?value) = 'en') }",
    "SELECT $this ?value { $this ex:name ?value FILTER (REGEX(?value, '^a')) }",
    "SELECT $this ?value { $this ex:any ?value"
    " FILTER (isLiteral(?value) && DATATYPE(?value) = xsd:integer) }",
    "SELECT $this ?value { $this ex:any ?value FILTER (?value IN (ex:n0, ex:n1)) }",
    "SELECT DISTINCT $this ?value { $this ?p ?value . ?value ?q $this }",
    "SELECT $this { $this ex:to ?x"
    " { SELECT $this (COUNT(?y) AS ?n) { $this ex:to ?y } GROUP BY $this } FILTER (?n > 1) }",
    "SELECT $this ?value { $this ex:size ?value . $this ex:size ?other FILTER (?value > ?other) }",
    # What takes long where it is asked for one focus node at a time.
    "SELECT $this ?value { $this ex:to ?value . ?other ex:via ?value ; ex:to ?far }",
    "SELECT $this ?other ?value { $this ex:size ?value . ?other ex:size ?value"
    " FILTER (?other != $this) } ORDER BY ?value",
    "SELECT $this (COUNT(?other) AS ?n) { $this ex:to ?x . ?other ex:to ?x } GROUP BY $this"
    " HAVING (COUNT(?other) > 1)",
    "SELECT $this ?value { $this ex:to ?value OPTIONAL { ?value ex:to ?x . ?x ex:name ?name"
    " OPTIONAL { ?y ex:via ?x } } FILTER (!BOUND(?name) || !BOUND(?y)) }",
    "SELECT $this ?value { $this ex:to ?value"
    " OPTIONAL { { ?value ex:size ?x } UNION { ?x ex:via $this } } FILTER (BOUND(?x)) }",
    "SELECT $this ?value { { ?value ex:to $this } UNION { ?value ex:size 2 } }",
    "SELECT $this { FILTER NOT EXISTS { { $this ex:to ?x } UNION { ?x ex:via $this } } }",
    "SELECT $this ?value { $this ex:to ?value"
    " { SELECT $this (COUNT(DISTINCT ?p) AS ?n) { $this ?p ?y } GROUP BY $this }"
    " { SELECT $this { ?x ex:to+ $this } } }",
    "SELECT $this ?value { $this ex:size ?x BIND (?x * 2 AS ?value) FILTER (?value > 3) }",
    "SELECT $this ?value { $this ex:any ?value . ?other ex:any ?value FILTER (?other != $this)"
    " FILTER EXISTS { { ?other ex:to $this } UNION { $this (ex:to|ex:via)+ ?other } } }",
]
PATH_QUERIES: Final = [
    "SELECT $this ?value { $this $PATH ?value FILTER (isIRI(?value)) }",
    "SELECT $this ?value { $this $PATH ?value FILTER NOT EXISTS { ?value a ?class } }",
    "SELECT DISTINCT $this { FILTER NOT EXISTS { $this $PATH ?value } }",
]


def sparql(query: str) -> str:
    return f'sh:sparql [ sh:prefixes <{EX}> ; sh:select """{query}""" ]'


# rdflib's queries take a subject that is false to Python, such as 0, for an unbound variable.
targets = st.one_of(
    parameter("targetNode", terms.filter(lambda term: not re.match('""|"0"|"false"', term))),
    parameter("targetClass", classes),
    parameter("targetSubjectsOf", names),
    parameter("targetObjectsOf", st.sampled_from(["ex:to", "ex:via", "ex:day"])),
)


@st.composite
def shapes(draw: st.DrawFn) -> str:
    """Shapes with all kinds of targets and constraints, as Turtle."""
    written = []
    for number in range(draw(st.integers(1, 3))):
        body = draw(
            st.lists(
                st.one_of(constraints, st.sampled_from(QUERIES).map(sparql)), min_size=1, max_size=3
            )
        )
        if draw(st.booleans()):
            path, more = draw(
                st.one_of(
                    ordered,
                    st.tuples(
                        paths, st.lists(st.one_of(property_only, qualified(simple)), max_size=2)
                    ),
                    st.tuples(
                        plain_paths, st.sampled_from(PATH_QUERIES).map(sparql).map(lambda q: [q])
                    ),
                )
            )
            body = [each for each in body if "sh:closed" not in each]
            body += [f"sh:path {path}", *more]
        target = draw(targets)
        written.append(f"ex:S{number} {' ; '.join([target, *unique(body)])} .")
    return "\n".join(written)


def results(found: Iterable[ValidationResult]) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            result.focus_node,
            result.result_path,
            result.value,
            result.result_severity,
            result.source_constraint_component,
            result.source_shape if isinstance(result.source_shape, NamedNode) else None,
            frozenset(results(result.detail).items()),
        )
        for result in found
    )


# rdflib warns of the ill-typed literal.
@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
# Only said of generated shapes that are long.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=data(), shapes=shapes())
def test_on_generated_graphs(data: list[Triple], shapes: str) -> None:
    quads = parse_rdf(PREFIXES + shapes, RdfFormat.TURTLE, "shapes")
    try:
        fast = tipgraph.validate(data, quads, engine="shacl")
    except UsageError:
        # It declines what it may get wrong; a test of each reason is in test_engines.py.
        reject()
    reference = tipgraph.validate(data, quads, engine="pyshacl")
    assert results(fast.results) == results(reference.results)
    assert fast.conforms == reference.conforms


def test_on_narratives_that_break_rules(tmp_path: Path) -> None:
    narratives, corpus = Narratives(violations=1, brief=True), tmp_path / "corpus.nt"
    texts = islice(narratives.texts(30_000), len(narratives.violations))
    corpus.write_text("".join(texts), encoding="utf-8")
    # The shapes that are broken, but for one that takes pySHACL as long as several others.
    shapes = {f"{SHAPES}{name}" for each in narratives.violations for name in each.shapes}
    shapes.remove(f"{SHAPES}EntityShape")
    fast = tipgraph.validate(corpus, engine="shacl", shape=shapes)
    reference = tipgraph.validate(corpus, engine="pyshacl", shape=shapes)
    assert len(fast.results) >= len(narratives.violations)
    assert results(fast.results) == results(reference.results)
