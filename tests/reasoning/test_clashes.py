"""Contradictions: each is refused in words, with its triples and what they rest on."""

from collections.abc import Callable, Set

import pytest
from pyoxigraph import Triple

from tests.reasoning.support import materialised, small_ontology, triples
from tipgraph.errors import InconsistencyError
from tipgraph.reasoning import infer

CLASHES = {
    "disjoint classes": (
        "id:x a tip:VictimGroup , tip:TraffickerGroup .",
        "id:x is in tip:TraffickerGroup and in tip:VictimGroup, which share no members (cax-dw)",
    ),
    "several disjoint classes": (
        "id:x a tip:Agent , tip:Route .",
        "id:x is in tip:Agent and in tip:Route, which share no members (cax-adc)",
    ),
    "nothing": (
        "id:x a owl:Nothing .",
        "id:x is in owl:Nothing, which has no members (cls-nothing2)",
    ),
    "complement": (
        "tip:Foreign a owl:Class ; owl:complementOf tip:Camp . id:x a tip:Camp , tip:Foreign .",
        "id:x is in tip:Camp and in its complement, tip:Foreign (cls-com)",
    ),
    "irreflexive": (
        "id:x tip:immediatelyFollows id:x .",
        "tip:immediatelyFollows links id:x to itself, which an irreflexive property never does",
    ),
    "asymmetric": (
        "id:x tip:supervises id:y . id:y tip:supervises id:x .",
        "tip:supervises links id:x and id:y both ways, which an asymmetric property never does",
    ),
    "disjoint properties": (
        "id:x tip:partyTo id:y ; tip:notPartyTo id:y .",
        "id:x is linked to id:y by tip:notPartyTo and by tip:partyTo, which exclude each other",
    ),
    # owlrl 7.6.2 misses every pair with the last of the list.
    "several disjoint properties": (
        "id:x tip:exploits id:y ; tip:colludesWith id:y . id:y a tip:VictimGroup .",
        "id:x is linked to id:y by tip:colludesWith and by tip:exploits, which exclude each other",
    ),
    "denied link": (
        "claim:d a tip:DeniedClaim ; owl:sourceIndividual id:x ;"
        " owl:assertionProperty tip:partyTo ; owl:targetIndividual id:y . id:x tip:partyTo id:y .",
        "claim:d denies what is stated: id:x tip:partyTo id:y (prp-npa1)",
    ),
    "denied value": (
        "claim:d a tip:DeniedClaim ; owl:sourceIndividual id:x ;"
        " owl:assertionProperty tip:dayCount ; owl:targetValue 2 . id:x tip:restDaysPerYear 2 .",
        "claim:d denies what is stated: id:x tip:dayCount",
    ),
    "two values of a functional property": (
        "id:x tip:governmentOf id:a , id:b .",
        "tip:governmentOf allows one value, yet id:x has id:a and id:b (prp-fp)",
    ),
    "two holders of an inverse-functional property's value": (
        "id:x tip:governmentOf id:a . id:y tip:governmentOf id:a .",
        "tip:governmentOf allows one holder of a value, yet id:x and id:y have id:a (prp-ifp)",
    ),
    "same and different": (
        "id:x owl:sameAs id:y ; owl:differentFrom id:y .",
        "id:x is said to be the same as id:y and to differ from it (eq-diff1)",
    ),
    "two things, one alias": (
        "id:x owl:sameAs wd:Q1 . id:y owl:sameAs wd:Q1 .",
        "id:x and id:y would be one thing: both are said to be the same as wd:Q1 (eq-trans)",
    ),
    "no value of its datatype": (
        'id:x tip:restDaysPerYear "two"^^xsd:integer .',
        "is not a value of its datatype (dt-not-type)",
    ),
    "no day of the calendar": (
        'id:x dcterms:created "2009-02-31"^^xsd:date .',
        "is not a value of its datatype (dt-not-type)",
    ),
}


@pytest.mark.parametrize(("data", "words"), CLASHES.values(), ids=CLASHES)
def test_contradiction_is_named(data: str, words: str) -> None:
    with pytest.raises(InconsistencyError) as caught:
        infer(small_ontology(), triples(data))
    assert words in str(caught.value)


@pytest.mark.parametrize("reason", [infer, materialised])
def test_inferred_clash_is_traced_to_what_was_asserted(
    reason: Callable[[Set[Triple], Set[Triple]], object],
) -> None:
    data = triples("id:gang a tip:TraffickerGroup . id:pattern tip:hasVictimGroup id:gang .")
    with pytest.raises(InconsistencyError) as caught:
        reason(small_ontology(), data)
    assert str(caught.value).splitlines() == [
        "ontology and data contradict themselves: 1 contradiction",
        "- id:gang is in tip:TraffickerGroup and in tip:VictimGroup, which share no members"
        " (cax-dw)",
        "    id:gang rdf:type tip:TraffickerGroup (asserted)",
        "    id:gang rdf:type tip:VictimGroup (inferred) from",
        "      id:pattern tip:hasVictimGroup id:gang",
    ]


def test_a_flood_of_contradictions_is_cut_and_counted() -> None:
    text = "\n".join(f"id:x{n} a tip:VictimGroup , tip:TraffickerGroup ." for n in range(30))
    with pytest.raises(InconsistencyError) as caught:
        infer(small_ontology(), triples(text))
    assert "30 contradictions" in str(caught.value)
    assert str(caught.value).endswith("- and 10 more")


def test_names_declared_the_same_may_share_a_functional_value() -> None:
    data = triples("id:x tip:governmentOf id:a , id:b . id:a owl:sameAs id:b .")
    assert infer(small_ontology(), data).triples
