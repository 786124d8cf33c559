"""InferredStatement nodes: which triples have one, and what it says."""

from hashlib import sha256

from pyoxigraph import Literal, NamedNode, Store, Triple

from tests.reasoning.support import RDF_TYPE, small_ontology, thing, tip, triples, values
from tipgraph.namespaces import BASE, CLAIM, PREFIXES, PROV, RDFS, TIP
from tipgraph.reasoning import Inference, infer, statement_iri

DERIVED_FROM = NamedNode(f"{PROV}wasDerivedFrom")
TRAFFICKED_TO = Triple(thing("group"), tip("traffickedTo"), thing("china"))
ROUTE = """
    id:group a tip:VictimGroup ; rdfs:label "Group"@en ; tip:traffickedAlong id:route .
    id:route tip:routeDestination id:china .
    id:china a tip:State ; rdfs:label "China"@en .
"""


def claim(name: str, proposition: str, *evidentialities: str, extra: str = "") -> str:
    subject, predicate, value = proposition.split()
    return f"""
        claim:{name} a tip:AffirmedClaim ; tip:claimSubject {subject} ;
            tip:claimPredicate {predicate} ; tip:claimObject {value} ;
            tip:evidentiality {" , ".join(f"tip:{each}" for each in evidentialities)} {extra} .
    """


ALONG = "id:group tip:traffickedAlong id:route"
ENDS = "id:route tip:routeDestination id:china"


def statement(inference: Inference, triple: Triple, predicate: NamedNode) -> set[object]:
    return values(frozenset(inference.statements), statement_iri(triple), predicate)


def claims(*names: str) -> set[NamedNode]:
    return {NamedNode(f"{CLAIM}{name}") for name in names}


def test_a_statement_says_what_follows_from_what() -> None:
    data = triples(ROUTE + claim("a", ALONG, "reported") + claim("b", ENDS, "assertedByDocument"))
    inference = infer(small_ontology(), data)

    def says(predicate: NamedNode) -> set[object]:
        return statement(inference, TRAFFICKED_TO, predicate)

    assert says(tip("claimSubject")) == {thing("group")}
    assert says(tip("claimPredicate")) == {tip("traffickedTo")}
    assert says(tip("claimObject")) == {thing("china")}
    assert says(tip("ruleName")) == {Literal("prp-spo2")}
    assert says(tip("rule")) == {tip("traffickedTo")}
    assert says(DERIVED_FROM) == claims("a", "b")
    assert says(RDF_TYPE) == {tip("InferredStatement"), tip("Statement")}
    assert says(NamedNode(f"{RDFS}label")) == {Literal("Group trafficked to China", language="en")}


def test_the_weakest_premise_gives_the_evidentiality() -> None:
    data = triples(ROUTE + claim("a", ALONG, "reported") + claim("b", ENDS, "assertedByDocument"))
    found = statement(infer(small_ontology(), data), TRAFFICKED_TO, tip("evidentiality"))
    assert found == {tip("reported")}


def test_of_two_claims_for_one_triple_the_stronger_counts() -> None:
    data = triples(
        ROUTE
        + claim("weak", ALONG, "believed")
        + claim("strong", ALONG, "credibleReports")
        + claim("ends", ENDS, "assertedByDocument")
    )
    inference = infer(small_ontology(), data)
    assert statement(inference, TRAFFICKED_TO, tip("evidentiality")) == {tip("credibleReports")}
    assert statement(inference, TRAFFICKED_TO, DERIVED_FROM) == claims("strong", "ends")


def test_of_two_evidentialities_of_one_claim_the_weaker_counts() -> None:
    data = triples(ROUTE + claim("a", ALONG, "reported", "believed") + claim("b", ENDS, "reported"))
    found = statement(infer(small_ontology(), data), TRAFFICKED_TO, tip("evidentiality"))
    assert found == {tip("believed")}


def test_evidentialities_of_equal_strength_are_both_named() -> None:
    data = triples(ROUTE + claim("a", ALONG, "reported") + claim("b", ENDS, "estimated"))
    found = statement(infer(small_ontology(), data), TRAFFICKED_TO, tip("evidentiality"))
    assert found == {tip("reported"), tip("estimated")}


def test_of_two_derivations_the_stronger_wins() -> None:
    data = triples(
        ROUTE
        + claim("a", ALONG, "believed")
        + claim("b", ENDS, "believed")
        + "id:group tip:traffickedAlong id:other . id:other tip:routeDestination id:china ."
        + claim("c", "id:group tip:traffickedAlong id:other", "reported")
        + claim("d", "id:other tip:routeDestination id:china", "credibleReports")
    )
    inference = infer(small_ontology(), data)
    assert statement(inference, TRAFFICKED_TO, tip("evidentiality")) == {tip("reported")}
    assert statement(inference, TRAFFICKED_TO, DERIVED_FROM) == claims("c", "d")


def test_of_two_equally_strong_derivations_the_one_with_fewer_claims_wins() -> None:
    data = triples(
        """id:group tip:traffickedTo id:port , id:harbour .
           id:port tip:locatedIn id:city . id:city tip:locatedIn id:china .
           id:harbour tip:locatedIn id:china ."""
        + claim("a", "id:group tip:traffickedTo id:port", "reported")
        + claim("b", "id:port tip:locatedIn id:city", "reported")
        + claim("c", "id:city tip:locatedIn id:china", "reported")
        + claim("d", "id:group tip:traffickedTo id:harbour", "reported")
        + claim("e", "id:harbour tip:locatedIn id:china", "reported")
    )
    inference = infer(small_ontology(), data)
    assert statement(inference, TRAFFICKED_TO, DERIVED_FROM) == claims("d", "e")


def test_background_is_not_cited_and_weakens_nothing() -> None:
    data = triples(
        "id:group a tip:VictimGroup ; tip:subjectedTo id:work . id:work a tip:PrisonCampLabour ."
        + claim("a", "id:group tip:subjectedTo id:work", "credibleReports")
    )
    inference = infer(small_ontology(), data)
    member = Triple(thing("group"), RDF_TYPE, tip("ForcedLabourVictimGroup"))
    assert statement(inference, member, DERIVED_FROM) == claims("a")
    assert statement(inference, member, tip("evidentiality")) == {tip("credibleReports")}
    assert statement(inference, member, tip("rule")) == {tip("ForcedLabourVictimGroup")}


def test_classification_alone_has_no_statement() -> None:
    inference = infer(small_ontology(), triples("id:group a tip:VictimGroup ."))
    assert Triple(thing("group"), RDF_TYPE, tip("Agent")) in inference.triples
    assert not inference.statements


def test_a_claim_that_is_not_endorsed_supports_nothing() -> None:
    data = triples(
        ROUTE
        + claim("a", ALONG, "assertedByDocument", extra="; tip:endorsement tip:notEndorsed")
        + claim("b", ENDS, "assertedByDocument", extra="; tip:endorsement tip:endorsed")
    )
    assert statement(infer(small_ontology(), data), TRAFFICKED_TO, DERIVED_FROM) == claims("b")


def test_an_ambiguous_hedge_is_passed_on() -> None:
    ambiguous = claim("a", ALONG, "reported", extra="; tip:scopeAmbiguous true")
    data = triples(ROUTE + ambiguous + claim("b", ENDS, "assertedByDocument"))
    found = statement(infer(small_ontology(), data), TRAFFICKED_TO, tip("scopeAmbiguous"))
    assert found == {Literal(True)}


def test_an_inferred_value_is_a_claim_value() -> None:
    data = triples(
        "id:group tip:restDaysPerYear 2 ."
        + "claim:a a tip:AffirmedClaim ; tip:claimSubject id:group ; tip:claimValue 2 ;"
        + "  tip:claimPredicate tip:restDaysPerYear ; tip:evidentiality tip:reported ."
    )
    inference = infer(small_ontology(), data)
    count = Triple(thing("group"), tip("dayCount"), Literal(2))
    assert statement(inference, count, tip("claimValue")) == {Literal(2)}
    assert not statement(inference, count, tip("claimObject"))


def test_the_iri_is_the_digest_of_the_triple() -> None:
    line = (
        "<https://w3id.org/tipgraph/id/group> <https://w3id.org/tipgraph/ontology#traffickedTo>"
        " <https://w3id.org/tipgraph/id/china> ."
    )
    digest = sha256(line.encode()).hexdigest()
    assert statement_iri(TRAFFICKED_TO).value == f"{BASE}inferred/{digest[:16]}"


def test_explanations_lead_to_asserted_triples(inference: Inference) -> None:
    for triple in inference.triples:
        proof = inference.explain(triple)
        assert proof is not None
        assert proof.rule != "asserted"
        open_premises = list(proof.premises)
        for _ in range(10_000):
            if not open_premises:
                break
            below = inference.explain(open_premises.pop())
            assert below is not None
            assert below.depth < proof.depth
            open_premises += below.premises
        assert not open_premises


def test_what_does_not_hold_is_not_explained(inference: Inference) -> None:
    assert inference.explain(Triple(thing("dprk"), tip("partyTo"), thing("china"))) is None


def test_every_triple_of_ours_that_rests_on_a_claim_has_exactly_one_statement(
    inference: Inference,
) -> None:
    said = {
        triple.subject: triple.object
        for triple in inference.statements
        if triple.predicate == tip("claimPredicate")
    }
    resting = []
    for triple in inference.triples:
        proof = inference.explain(triple)
        term = triple.object if triple.predicate == RDF_TYPE else triple.predicate
        if proof is not None and proof.claims and str(term).startswith(f"<{TIP}"):
            resting.append(statement_iri(triple))
    assert len(resting) == len(set(resting)) == len(said)
    assert set(resting) == set(said)


def test_evidentiality_is_the_weakest_among_the_cited_claims(merged_store: Store) -> None:
    stronger = """
        SELECT ?statement WHERE {
          ?statement a tip:InferredStatement ; tip:evidentiality/tip:strength ?strength .
          { SELECT ?statement (MIN(?each) AS ?weakest) WHERE {
              ?statement a tip:InferredStatement ;
                prov:wasDerivedFrom/tip:evidentiality/tip:strength ?each
            } GROUP BY ?statement }
          FILTER (?strength != ?weakest)
        }"""
    assert not list(merged_store.query(stronger, prefixes=dict(PREFIXES)))  # type: ignore[arg-type]


def test_statements_cite_sentences_through_their_claims(merged_store: Store) -> None:
    unsourced = """
        ASK { ?statement a tip:InferredStatement
          FILTER NOT EXISTS {
            ?statement prov:wasDerivedFrom/prov:wasDerivedFrom/tip:sentenceNumber ?number } }"""
    assert not merged_store.query(unsourced, prefixes=dict(PREFIXES))
