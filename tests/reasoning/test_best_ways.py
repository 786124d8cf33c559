"""Statements at any size: the same as those of the engine that keeps every way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from benchmarks.narratives import Narratives
from tests.reasoning.support import RDF_TYPE, small_ontology, tip, triples
from tests.reasoning.test_agreement import links, others, types
from tests.reasoning.test_materialisation import DECLARED, axioms, facts
from tests.reasoning.test_statements import DERIVED_FROM, ROUTE, TRAFFICKED_TO, claim
from tipgraph.errors import InconsistencyError, InputError
from tipgraph.namespaces import CLAIM, GRAPH_INFERRED
from tipgraph.reasoning import (
    CompiledOntology,
    Inference,
    Materialisation,
    infer,
    infer_into,
    statement_iri,
)
from tipgraph.reasoning.closure import informative
from tipgraph.reasoning.derivation import Step, derive
from tipgraph.reasoning.evidence import Evidence
from tipgraph.reasoning.proofs import Proof, best_proofs
from tipgraph.reasoning.statements import is_ours

SUBJECT, PREDICATE, OBJECT, VALUE = map(
    tip, ("claimSubject", "claimPredicate", "claimObject", "claimValue")
)
RULE_NAME, RULE = tip("ruleName"), tip("rule")
LEVELS = ("assertedByDocument", "credibleReports", "reported", "estimated", "believed")
# A controlled list as the small ontology has it, for ontologies that are made up.
STRENGTHS = "".join(f"tip:{name} tip:strength {number} ." for number, name in enumerate(LEVELS))


def materialised(ontology: frozenset[Triple], data: frozenset[Triple]) -> Materialisation:
    return Materialisation(CompiledOntology.compile(ontology), data, evidence=True)


@st.composite
def claimed(draw: st.DrawFn, stated: st.SearchStrategy[Triple], least: int) -> frozenset[Triple]:
    """Facts and claims that say some of them, or something else."""
    said = draw(st.lists(stated, min_size=least, max_size=12, unique=True))
    count = draw(st.integers(4, 12))
    about = [*said, draw(stated)]
    return frozenset(said).union(*(_claim(draw, number, about) for number in range(count)))


def _claim(draw: st.DrawFn, number: int, about: list[Triple]) -> frozenset[Triple]:
    triple = draw(st.sampled_from(about))
    node = NamedNode(f"{CLAIM}c{number}")
    hedges = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=2))
    extra = draw(
        st.sampled_from(["", "", "tip:scopeAmbiguous true", "tip:endorsement tip:notEndorsed"])
    )
    return triples(f"{node} a tip:AffirmedClaim . {node} {extra} ." if extra else "") | {
        Triple(node, RDF_TYPE, tip("AffirmedClaim")),
        Triple(node, SUBJECT, triple.subject),
        Triple(node, PREDICATE, triple.predicate),
        Triple(node, VALUE if "restDays" in str(triple.predicate) else OBJECT, triple.object),
        *(Triple(node, tip("evidentiality"), tip(each)) for each in hedges),
    }


def assert_best(ontology: frozenset[Triple], data: frozenset[Triple]) -> None:
    """Statements name rule, axiom and claims of the best of all proofs."""
    try:
        statements = set(materialised(ontology, data).statements())
    except InconsistencyError:
        return
    derivation = derive(ontology | data)
    proofs = best_proofs(derivation, Evidence.read(derivation.store))
    best = {
        said
        for triple in informative(derivation.steps, ontology | data)
        if is_ours(triple) and proofs[triple].claims
        for said in summary(statement_iri(triple), proofs[triple])
    }
    assert best == {
        each for each in statements if each.predicate in (RULE_NAME, RULE, DERIVED_FROM)
    }


def summary(node: NamedNode, proof: Proof) -> Iterator[Triple]:
    yield Triple(node, RULE_NAME, Literal(proof.rule))
    if proof.axiom is not None:
        yield Triple(node, RULE, proof.axiom)
    yield from (Triple(node, DERIVED_FROM, claim) for claim in proof.claims)


@settings(max_examples=40, deadline=None)
@given(claimed(st.one_of(links(), types(), others()), 4))
def test_the_best_way_in_any_small_data(data: frozenset[Triple]) -> None:
    assert_best(small_ontology(), data)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(axioms(), min_size=2, max_size=8),
    claimed(facts().map(lambda text: next(iter(triples(text)))), 3),
)
def test_the_best_way_by_any_small_ontology(axioms: list[str], data: frozenset[Triple]) -> None:
    assert_best(triples(DECLARED + STRENGTHS + "\n".join(axioms)), data)


def test_the_shipped_graph_has_the_same_statements(
    ontology: frozenset[Triple], data: frozenset[Triple], inference: Inference
) -> None:
    statements = list(materialised(ontology, data).statements())
    assert set(statements) == set(inference.statements)
    assert len(statements) == len(set(statements))


@pytest.fixture(scope="module")
def narrative() -> frozenset[Triple]:
    (text,) = islice(Narratives().texts(1), 1)
    return frozenset(quad.triple for quad in parse(text, RdfFormat.N_TRIPLES))


def test_a_narrative_has_the_same_statements(
    ontology: frozenset[Triple], narrative: frozenset[Triple]
) -> None:
    inference = infer(ontology, narrative)
    assert set(materialised(ontology, narrative).statements()) == set(inference.statements)
    assert len(inference.statements) > 1000


def test_the_claims_of_a_statement_are_those_of_a_proof(
    ontology: frozenset[Triple], narrative: frozenset[Triple]
) -> None:
    closure = materialised(ontology, narrative)
    cited: defaultdict[object, set[NamedNode]] = defaultdict(set)
    for triple in closure.statements():
        if triple.predicate == DERIVED_FROM:
            assert isinstance(triple.object, NamedNode)
            cited[triple.subject].add(triple.object)
    resting = {each: cited[statement_iri(each)] for each in closure.triples()}
    resting = {triple: claims for triple, claims in resting.items() if claims}
    assert len(resting) > 100
    evidence = Evidence.read(stored(ontology | narrative | set(closure.triples())))
    for triple, claims in resting.items():
        weakest = min(evidence.claims[claim].strength for claim in claims)
        assert weakest >= weakest_of(closure.why(triple), evidence)
    # Nothing else that is claimed is needed.
    for triple in sorted(resting, key=str)[:: len(resting) // 5]:
        other = {each for each, by in evidence.supports.items() if not by & resting[triple]}
        alone = Materialisation(CompiledOntology.compile(ontology), narrative - other)
        assert triple in set(alone.triples())


def weakest_of(proof: Mapping[Triple, Step] | None, evidence: Evidence) -> int:
    """The strength of the weakest claim that a proof rests on."""
    assert proof is not None
    premises = {each for step in proof.values() for each in step.premises} - proof.keys()
    strengths = map(evidence.strength, premises)
    return min(each for each in strengths if each is not None)


def stored(data: Set[Triple]) -> Store:
    store = Store()
    store.extend(Quad(*triple) for triple in data)
    return store


def test_a_store_gets_statements_too() -> None:
    store = stored(
        triples(ROUTE + claim("a", "id:route tip:routeDestination id:china", "reported"))
    )
    count = infer_into(store, small_ontology())
    inferred = {quad.triple for quad in store.quads_for_pattern(None, None, None, GRAPH_INFERRED)}
    assert Triple(statement_iri(TRAFFICKED_TO), DERIVED_FROM, NamedNode(f"{CLAIM}a")) in inferred
    assert len(inferred) == count
    assert all(Quad(*each) in store for each in inferred)


def test_a_claim_of_what_only_follows_supports_nothing() -> None:
    weak = claim("a", "id:group tip:traffickedAlong id:route", "believed")
    strong = claim("b", "id:group tip:traffickedTo id:china", "assertedByDocument")
    statements = materialised(small_ontology(), triples(ROUTE + weak + strong)).statements()
    cited = {each.object for each in statements if each.predicate == DERIVED_FROM}
    assert cited == {NamedNode(f"{CLAIM}a")}


@pytest.mark.parametrize(("rule", "named"), [("cax-eqc1", "tip:C0"), ("cax-eqc2", "tip:C1")])
def test_an_equivalence_is_the_rule_of_its_step(rule: str, named: str) -> None:
    said = claim("a", f"id:x rdf:type {named}", "reported")
    ontology = triples(DECLARED + STRENGTHS + "tip:C0 owl:equivalentClass tip:C1 .")
    statements = materialised(ontology, triples(f"id:x a {named} . {said}")).statements()
    assert {each.object for each in statements if each.predicate == RULE_NAME} == {Literal(rule)}


def test_a_claim_that_cannot_be_read_supports_nothing() -> None:
    data = triples(
        ROUTE
        + claim("b", "id:group tip:unheardOf id:china", "reported")
        + claim("c", "id:group tip:traffickedAlong id:route", "unheardOf")
        + "[] a tip:AffirmedClaim ; tip:claimSubject 1 ; tip:claimPredicate 2 ; tip:claimValue 3 ;"
        + "  tip:evidentiality tip:reported ."
    )
    assert not list(materialised(small_ontology(), data).statements())


def test_a_claim_without_a_name_is_cited() -> None:
    named = claim("a", "id:route tip:routeDestination id:china", "reported")
    nameless = named.replace("claim:a", "_:a")
    data = triples(ROUTE + nameless)
    (cited,) = {
        each.object
        for each in materialised(small_ontology(), data).statements()
        if each.predicate == DERIVED_FROM
    }
    assert cited in {each.subject for each in data}


@pytest.mark.parametrize("strength", ['"high"', "2.5", "id:high"])
def test_a_strength_that_is_not_a_whole_number_is_refused(strength: str) -> None:
    rumour = claim("a", "id:route tip:routeDestination id:china", "rumour")
    data = triples(f"{ROUTE} {rumour} tip:rumour tip:strength {strength} .")
    with pytest.raises(InputError, match=r"rumour> is .*: give a whole number"):
        infer_into(stored(data), small_ontology())


def test_without_evidence_there_are_no_statements() -> None:
    closure = Materialisation(CompiledOntology.compile(small_ontology()), triples(ROUTE))
    with pytest.raises(ValueError, match="no evidence"):
        next(closure.statements())
