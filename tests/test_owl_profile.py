"""The checker of OWL profiles finds what it is for, on ontologies of one axiom each."""

import pytest
from rdflib import Graph

from tests.owl_profile import undeclared, violations

PREFIXES = """
@prefix : <https://example.org/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SOME = "[ a owl:Restriction ; owl:onProperty :eats ; owl:someValuesFrom :Plant ]"
BOTH = f"[ a owl:Class ; owl:intersectionOf ( :Animal {SOME} ) ]"


def parse(axiom: str) -> Graph:
    return Graph().parse(data=PREFIXES + axiom, format="turtle")


@pytest.mark.parametrize(
    ("axiom", "found"),
    [
        (f":Herbivore rdfs:subClassOf {SOME} .", "not allowed as the superclass"),
        (f":Herbivore owl:equivalentClass {BOTH} .", "not allowed as an equivalent class"),
        (":Herbivore rdfs:subClassOf owl:Thing .", "Thing: not allowed as the superclass"),
        (
            ":Animal rdfs:subClassOf [ owl:unionOf ( :Plant :Stone ) ] .",
            "not allowed as the superclass",
        ),
        (":eats rdfs:domain owl:Thing .", "Thing: not allowed as the domain"),
        (
            ":born a owl:DatatypeProperty ; rdfs:range xsd:gYear .",
            "gYear is no datatype of OWL 2 RL",
        ),
        (":eats a owl:ReflexiveProperty .", "ReflexiveProperty is not in OWL 2 RL"),
        (":Animal owl:disjointUnionOf ( :Cow :Wolf ) .", "disjointUnionOf is not in OWL 2 RL"),
        (
            ":eats a owl:TransitiveProperty, owl:IrreflexiveProperty .",
            "IrreflexiveProperty, but not simple",
        ),
        (
            ":eats owl:propertyChainAxiom ( :eats :has ) ; owl:propertyDisjointWith :shuns .",
            "disjoint with a property, but not simple",
        ),
        (
            ":eats owl:propertyChainAxiom ( :has :likes ) . "
            ":likes owl:propertyChainAxiom ( :eats :has ) .",
            "its chains go in a circle",
        ),
        (":eats a owl:ObjectProperty, owl:DatatypeProperty .", "two kinds of property"),
    ],
)
def test_outside_the_profile(axiom: str, found: str) -> None:
    assert any(found in sentence for sentence in violations(parse(axiom)))


@pytest.mark.parametrize(
    "axiom",
    [
        f"{BOTH} rdfs:subClassOf :Herbivore .",
        ":Calf owl:equivalentClass [ owl:intersectionOf ( :Cow"
        " [ a owl:Restriction ; owl:onProperty :age ; owl:hasValue :young ] ) ] .",
        ":eats a owl:TransitiveProperty ; owl:propertyChainAxiom ( :eats :has ), ( :has :likes ) .",
        ":eats owl:inverseOf :eatenBy . :eatenBy a owl:FunctionalProperty .",
        ":Animal rdfs:subClassOf"
        " [ a owl:Restriction ; owl:onProperty :eats ; owl:allValuesFrom :Food ] .",
    ],
)
def test_inside_the_profile(axiom: str) -> None:
    assert violations(parse(axiom)) == []


@pytest.mark.parametrize(
    ("axiom", "kind"),
    [
        (":Cow a owl:Class ; rdfs:subClassOf :Animal .", "class"),
        (":daisy a :Cow . :Cow a owl:Class . :daisy :eats :grass .", "property"),
        (":born a owl:DatatypeProperty ; rdfs:range :Year .", "datatype"),
    ],
)
def test_undeclared(axiom: str, kind: str) -> None:
    (sentence,) = undeclared(parse(axiom))
    assert f"used as a {kind} and not declared" in sentence
