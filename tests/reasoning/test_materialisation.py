"""Inference that scales: the closure of owlrl, and a proof of each triple of it."""

from collections.abc import Set

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from tests.reasoning.support import (
    RDF_TYPE,
    assert_well_founded,
    materialised,
    small_ontology,
    thing,
    tip,
    triples,
)
from tests.reasoning.test_agreement import links, others, types
from tests.reasoning.test_clashes import CLASHES
from tipgraph.errors import InconsistencyError, UnsupportedAxiomError
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, RDFS
from tipgraph.reasoning import CompiledOntology, Inference, Materialisation, infer_into
from tipgraph.reasoning.clashes import find_clashes
from tipgraph.reasoning.closure import informative
from tipgraph.reasoning.derivation import derive
from tipgraph.reasoning.explanation import folded
from tipgraph.reasoning.owlrl_engine import close

# These are checked only where a graph has claims or literals to read one by one.
NOT_AT_SIZE = {
    "denied link",
    "denied value",
    "same and different",
    "two things, one alias",
    "no value of its datatype",
    "no day of the calendar",
}
RULES_NOT_AT_SIZE = {"prp-npa1", "prp-npa2", "eq-diff1", "eq-trans", "dt-not-type"}
CLASSES = [f"tip:C{number}" for number in range(4)]
PROPERTIES = [f"tip:p{number}" for number in range(4)]
DECLARED = "".join(f"{each} a owl:Class . " for each in CLASSES) + "".join(
    f"{each} a owl:ObjectProperty . " for each in PROPERTIES
)


def expressions() -> st.SearchStrategy[str]:
    """Class expressions, nested up to two deep."""
    prop, named = st.sampled_from(PROPERTIES), st.sampled_from(CLASSES)
    return st.recursive(
        named,
        lambda inner: st.one_of(
            st.builds("[ owl:onProperty {} ; owl:someValuesFrom {} ]".format, prop, inner),
            st.builds("[ owl:onProperty {} ; owl:someValuesFrom owl:Thing ]".format, prop),
            st.builds("[ owl:onProperty {} ; owl:hasValue id:thing-{} ]".format, prop, _things()),
            st.builds("[ owl:intersectionOf ( {} {} ) ]".format, inner, inner),
            st.builds("[ owl:intersectionOf ( {} {} {} ) ]".format, inner, named, inner),
            st.builds("[ owl:unionOf ( {} {} ) ]".format, inner, inner),
        ),
        max_leaves=4,
    )


def axioms() -> st.SearchStrategy[str]:
    prop, named, any_class = st.sampled_from(PROPERTIES), st.sampled_from(CLASSES), expressions()
    return st.one_of(
        st.builds("{} rdfs:subClassOf {} .".format, any_class, any_class),
        st.builds("{} owl:equivalentClass {} .".format, named, any_class),
        st.builds("{} rdfs:subPropertyOf {} .".format, prop, prop),
        st.builds("{} owl:equivalentProperty {} .".format, prop, prop),
        st.builds("{} rdfs:domain {} .".format, prop, any_class),
        st.builds("{} rdfs:range {} .".format, prop, any_class),
        st.builds("{} owl:inverseOf {} .".format, prop, prop),
        st.builds("{} a owl:SymmetricProperty .".format, prop),
        st.builds("{} a owl:TransitiveProperty .".format, prop),
        st.builds("{} owl:propertyChainAxiom ( {} {} ) .".format, prop, prop, prop),
        st.builds("{} owl:propertyChainAxiom ( {} {} {} ) .".format, prop, prop, prop, prop),
    )


def facts() -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(
            "id:thing-{} {} id:thing-{} .".format, _things(), st.sampled_from(PROPERTIES), _things()
        ),
        st.builds("id:thing-{} a {} .".format, _things(), st.sampled_from(CLASSES)),
    )


def _things() -> st.SearchStrategy[int]:
    return st.integers(0, 3)


def assert_proved(closure: Materialisation, asserted: Set[Triple]) -> None:
    """Every inferred triple has a proof from asserted ones that does not go round."""
    for triple in closure.triples():
        assert_well_founded(closure.why(triple), triple, asserted)


@settings(max_examples=50, deadline=None)
@given(st.lists(axioms(), min_size=2, max_size=8), st.lists(facts(), min_size=2, max_size=8))
def test_any_small_ontology_has_the_closure_of_owlrl(axioms: list[str], facts: list[str]) -> None:
    ontology, data = triples(DECLARED + "\n".join(axioms)), triples("\n".join(facts))
    closure = materialised(ontology, data)
    reference = close(ontology | data)
    assert set(closure.triples()) == informative(reference.triples, ontology | data)
    assert_proved(closure, ontology | data)


@settings(max_examples=20, deadline=None)
@given(st.frozensets(st.one_of(links(), types(), others()), min_size=4, max_size=14))
def test_any_small_data_has_the_closure_of_owlrl(data: frozenset[Triple]) -> None:
    asserted = small_ontology() | data
    rules = {clash.rule for clash in find_clashes(derive(asserted).store)} - RULES_NOT_AT_SIZE
    if rules:
        with pytest.raises(InconsistencyError) as caught:
            materialised(small_ontology(), data)
        assert all(f"({rule})" in str(caught.value) for rule in rules)
        return
    closure = materialised(small_ontology(), data)
    assert set(closure.triples()) == informative(close(asserted).triples, asserted)
    assert_proved(closure, asserted)


def test_the_shipped_graph_has_the_same_inferences(
    ontology: frozenset[Triple], data: frozenset[Triple], inference: Inference
) -> None:
    closure = materialised(ontology, data)
    assert set(closure.triples()) == set(inference.triples)
    assert_proved(closure, ontology | data)


@pytest.mark.parametrize("name", sorted(CLASHES.keys() - NOT_AT_SIZE))
def test_contradiction_is_named(name: str) -> None:
    data, words = CLASHES[name]
    axioms = frozenset(each for each in triples(data) if each.subject == tip("Foreign"))
    with pytest.raises(InconsistencyError) as caught:
        materialised(small_ontology() | axioms, triples(data) - axioms)
    assert words in str(caught.value)


def test_names_declared_the_same_may_share_a_functional_value() -> None:
    data = triples("id:x tip:governmentOf id:a , id:b . id:a owl:sameAs id:b .")
    assert set(materialised(small_ontology(), data).triples())


REFUSED = {
    "owl:allValuesFrom": "[] owl:onProperty tip:p0 ; owl:allValuesFrom tip:C0 .",
    "owl:hasKey": "tip:C0 owl:hasKey ( tip:p0 ) .",
    "owl:maxCardinality": "[] owl:onProperty tip:p0 ; owl:maxCardinality 1 .",
    "owl:maxQualifiedCardinality": "[] owl:onProperty tip:p0 ; owl:maxQualifiedCardinality 1 .",
    "owl:oneOf": "tip:C0 owl:oneOf ( id:x id:y ) .",
    "owl:AllDifferent": "[] a owl:AllDifferent .",
    "owl:distinctMembers": "[] owl:distinctMembers ( id:x id:y ) .",
    "rdfs:subClassOf with owl:Thing": "owl:Thing rdfs:subClassOf tip:C0 .",
    "rdf:first with owl:Thing": "tip:C0 owl:intersectionOf ( tip:C1 owl:Thing ) .",
    "owl:someValuesFrom with xsd:integer": (
        "[] owl:onProperty tip:p0 ; owl:someValuesFrom xsd:integer ."
    ),
    "owl:equivalentClass with owl:Thing": "tip:C0 owl:equivalentClass owl:Thing .",
    "owl:inverseOf with a property that has no name": "[ owl:inverseOf tip:p0 ] a owl:Thing .",
    "owl:onProperty with a property that has no name": "[] owl:onProperty [] .",
    "rdfs:subPropertyOf about a property of the rules": "tip:p0 rdfs:subPropertyOf rdf:type .",
    "rdfs:domain about a property of the rules": "rdfs:subClassOf rdfs:domain tip:C0 .",
    "owl:inverseOf about a property of the rules": "tip:p0 owl:inverseOf rdf:type .",
    "owl:equivalentProperty about a property of the rules": (
        "rdf:type owl:equivalentProperty tip:p0 ."
    ),
    "owl:propertyChainAxiom about a property of the rules": (
        "rdf:type owl:propertyChainAxiom ( tip:p0 tip:p1 ) ."
    ),
    "owl:propertyDisjointWith about a property of the rules": (
        "tip:p0 owl:propertyDisjointWith rdf:type ."
    ),
    "owl:onProperty about a property of the rules": (
        "[] owl:onProperty rdf:type ; owl:hasValue tip:C0 ; rdfs:subClassOf tip:C1 ."
    ),
    "a list that does not end in rdf:nil": "tip:C0 owl:unionOf [] ; owl:intersectionOf [] .",
    "a list with an item that is missing": "tip:C0 owl:intersectionOf [ rdf:rest () ] .",
    "which is no resource": "tip:C0 owl:intersectionOf 1 .",
}


@pytest.mark.parametrize(("named", "axiom"), REFUSED.items(), ids=REFUSED)
def test_an_axiom_that_is_not_supported_is_refused_by_name(named: str, axiom: str) -> None:
    with pytest.raises(UnsupportedAxiomError) as caught:
        CompiledOntology.compile(triples(DECLARED + axiom))
    assert named in str(caught.value)


def test_every_refused_axiom_is_listed_with_its_subjects() -> None:
    text = " ".join(f"tip:C{n} owl:oneOf ( id:x ) ; owl:hasKey ( tip:p0 ) ." for n in range(5))
    with pytest.raises(UnsupportedAxiomError) as caught:
        CompiledOntology.compile(triples(text))
    assert "owl:hasKey" in str(caught.value)
    assert "tip:C0, tip:C1, tip:C2 and 2 more" in str(caught.value)


def test_what_owl_rl_has_no_rule_for_is_told() -> None:
    axiom = "tip:C0 rdfs:subClassOf [ owl:onProperty tip:p0 ; owl:minCardinality 1 ] ."
    assert CompiledOntology.compile(triples(axiom)).without_rule == ("owl:minCardinality",)


@pytest.mark.parametrize(
    "axiom", ["tip:A rdfs:subClassOf tip:B .", "tip:a a owl:TransitiveProperty ."]
)
def test_an_axiom_in_the_data_is_refused(axiom: str) -> None:
    with pytest.raises(UnsupportedAxiomError, match="give its file as --ontology"):
        materialised(small_ontology(), triples(axiom))


def test_lexical_forms_stay_as_written() -> None:
    closure = materialised(small_ontology(), triples("id:x tip:restDaysPerYear 02 ."))
    number = {each.object for each in closure.triples() if each.predicate == tip("dayCount")}
    assert {str(each) for each in number} == {'"02"^^<http://www.w3.org/2001/XMLSchema#integer>'}


def test_a_long_chain_is_proved_without_going_round() -> None:
    count = 60
    data = triples(" ".join(f"id:t{n} tip:locatedIn id:t{n + 1} ." for n in range(count)))
    closure = materialised(small_ontology(), data)
    ends = Triple(thing("t0"), tip("locatedIn"), thing(f"t{count}"))
    proof = closure.why(ends)
    assert proof is not None
    leaves = {each for step in proof.values() for each in step.premises} - proof.keys()
    assert leaves == data


def test_why_names_rule_axiom_and_premises() -> None:
    data = triples("id:g a tip:VictimGroup ; tip:subjectedTo id:w . id:w a tip:PrisonCampLabour .")
    closure = materialised(small_ontology(), data)
    member = Triple(thing("g"), RDF_TYPE, tip("ForcedLabourVictimGroup"))
    proof = closure.why(member)
    assert proof is not None
    step = folded(proof)[member]
    assert step.axiom == tip("ForcedLabourVictimGroup")
    assert set(step.premises) == triples(
        "id:g a tip:VictimGroup ; tip:subjectedTo id:w . id:w a tip:ForcedLabour ."
    )


def test_there_is_no_proof_of_what_was_asserted_or_does_not_follow() -> None:
    data = triples("id:g a tip:VictimGroup .")
    closure = materialised(small_ontology(), data)
    (asserted,) = data
    assert closure.why(asserted) is None
    absent = Triple(thing("g"), RDF_TYPE, tip("Route"))
    assert closure.why(absent) is None
    unknown = Triple(thing("nobody"), NamedNode(f"{RDFS}label"), Literal("x"))
    assert closure.why(unknown) is None


def test_a_store_gets_its_inferences_in_a_graph_and_in_the_default_graph() -> None:
    store = Store()
    data = triples("id:g tip:traffickedAlong id:r . id:r tip:routeDestination id:c .")
    store.extend(Quad(t.subject, t.predicate, t.object, GRAPH_DATA) for t in data)
    count = infer_into(store, small_ontology())
    inferred = {quad.triple for quad in store.quads_for_pattern(None, None, None, GRAPH_INFERRED)}
    assert Triple(thing("g"), tip("traffickedTo"), thing("c")) in inferred
    assert not inferred & data
    assert len(inferred) == count
    assert all(Quad(*each) in store for each in inferred)
