"""The shipped data, damaged in one place each: reasoning or the shapes must notice."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from pyoxigraph import Triple

from tests.reasoning.support import plain, triples
from tipgraph.api import validate
from tipgraph.dataset import read_shipped
from tipgraph.errors import InconsistencyError
from tipgraph.namespaces import GRAPH_SHAPES, shorten
from tipgraph.reasoning import infer
from tipgraph.validation import ValidationReport


@dataclass(frozen=True)
class Mutant:
    """A damage to the data.

    Args:
        sign: What the refusal must say: words of a contradiction, or the focus node of a result.
        add: Turtle that is added.
        remove: Turtle that is taken away.
    """

    sign: str
    add: str = ""
    remove: str = ""

    def of(self, data: frozenset[Triple]) -> frozenset[Triple]:
        """The damaged data; the damage must really be one."""
        added, removed = triples(self.add), triples(self.remove)
        assert removed <= data
        assert not added & data
        return (data - removed) | added


CONTRADICTIONS: Mapping[str, Mutant] = {
    "a denied link is asserted: the DPRK is party to the protocol": Mutant(
        "claim:s61-01 denies what is stated",
        "id:dprk tip:partyTo id:un-tip-protocol .",
    ),
    "a denied link is asserted: fair trials take place": Mutant(
        "claim:s47-01 denies what is stated",
        "id:dprk tip:hasPractice id:fair-trial .",
    ),
    "a denied value is asserted: detainees were duly convicted": Mutant(
        "claim:s21-03 denies what is stated",
        "id:pop-unconvicted-detainees tip:dulyConvicted true .",
    ),
    "a victim group is typed as traffickers": Mutant(
        "id:vg-hostesses is in tip:AffectedGroup and in tip:TraffickerGroup",
        "id:vg-hostesses a tip:TraffickerGroup .",
    ),
    "a network is typed as victims": Mutant(
        "id:tn-border is in tip:AffectedGroup and in tip:TraffickerGroup",
        "id:tn-border a tip:VictimGroup .",
    ),
    "traffickers become the victims of a pattern": Mutant(
        "id:traffickers is in tip:AffectedGroup and in tip:TraffickerGroup",
        "id:pat-passed-on tip:hasVictimGroup id:traffickers .",
    ),
    "a claim is both affirmed and denied": Mutant(
        "claim:s06-01 is in tip:AffirmedClaim and in tip:DeniedClaim",
        "claim:s06-01 a tip:DeniedClaim .",
    ),
    "a claim is typed as an inferred statement": Mutant(
        "claim:s06-02 is in tip:Claim and in tip:InferredStatement",
        "claim:s06-02 a tip:InferredStatement .",
    ),
    "the DPRK has two governments": Mutant(
        "tip:governmentOf allows one holder of a value",
        "id:other-government a tip:Government ; tip:governmentOf id:dprk .",
    ),
    "one government governs two states": Mutant(
        "tip:governmentOf allows one value, yet id:dprk-government has id:china and id:dprk",
        "id:dprk-government tip:governmentOf id:china .",
    ),
    "a campaign follows itself": Mutant(
        "tip:immediatelyFollows links id:campaign-100-day to itself",
        "id:campaign-100-day tip:immediatelyFollows id:campaign-100-day .",
    ),
    "a network colludes with itself": Mutant(
        "tip:colludesWith links id:tn-border to itself",
        "id:tn-border tip:colludesWith id:tn-border .",
    ),
    "a state is the end of a route and a route itself": Mutant(
        "id:china is in tip:Place and in tip:Route",
        "id:vg-hostesses tip:traffickedAlong id:china .",
    ),
    "a camp is typed as an organisation": Mutant(
        "id:prison-camps is in tip:Agent and in tip:Place",
        "id:prison-camps a tip:Organisation .",
    ),
    "a harm takes the place of an exploitation": Mutant(
        "id:harm-torture is in tip:Harm and in tip:PatternElement",
        "id:vg-hostesses tip:subjectedTo id:harm-torture .",
    ),
    "two states are linked to one item of another dataset": Mutant(
        "id:china and id:dprk would be one thing",
        "id:dprk owl:sameAs wd:Q148 .",
    ),
    "a period ends on a day that is none": Mutant(
        "is not a value of its datatype",
        'id:period-2012 dcat:endDate "2012-02-30"^^xsd:date .',
    ),
}

BROKEN_SHAPES: Mapping[str, Mutant] = {
    "the claim under a triple is gone": Mutant(
        "id:friends",
        "claim:s06-01 tip:claimObject id:brokers .",
        "claim:s06-01 tip:claimObject id:traffickers .",
    ),
    "the triple of a claim is gone": Mutant(
        "claim:s06-02",
        remove="id:neighbours tip:transfersTo id:traffickers .",
    ),
    "what is only possible is asserted as fact": Mutant(
        "id:pop-returned-by-china",
        "id:pop-returned-by-china tip:facesHarm id:harm-torture .",
    ),
    "an inferred property is asserted": Mutant(
        "id:vg-women-girls-china",
        "id:vg-women-girls-china tip:traffickedTo id:china .",
    ),
    "the bounds of an estimate are swapped": Mutant(
        "id:est-workers-2012",
        """id:est-workers-2012 tip:lowerBound "65000"^^xsd:decimal ;
               tip:upperBound "60000"^^xsd:decimal .""",
        """id:est-workers-2012 tip:lowerBound "60000"^^xsd:decimal ;
               tip:upperBound "65000"^^xsd:decimal .""",
    ),
    "an estimate has no unit": Mutant(
        "id:est-loggers", remove="id:est-loggers tip:unit tip:person ."
    ),
    "the digest of a sentence is cut short": Mutant(
        "doc:s10",
        'doc:s10 tip:spanSha256 "80b7aa44"^^xsd:hexBinary .',
        """doc:s10 tip:spanSha256
            "80b7aa44196820e88253064d9c6396cf56e88b84adbe147b4570f46e97294c57"^^xsd:hexBinary .""",
    ),
    "a sentence is numbered twice": Mutant("doc:s20", "doc:s20 tip:sentenceNumber 21 ."),
    "a claim rests on no sentence": Mutant(
        "claim:s38-02", remove="claim:s38-02 prov:wasDerivedFrom doc:s38 ."
    ),
    "a sentence has no claim": Mutant(
        "doc:s47",
        "claim:s47-01 prov:wasDerivedFrom doc:s46 .",
        "claim:s47-01 prov:wasDerivedFrom doc:s47 .",
    ),
    "a denial by the document is no negative assertion": Mutant(
        "claim:s61-01", remove="claim:s61-01 a owl:NegativePropertyAssertion ."
    ),
    "a denial that the document rejects is a negative assertion": Mutant(
        "claim:s37-02",
        """claim:s37-02 a owl:NegativePropertyAssertion ;
               owl:sourceIndividual id:dprk ; owl:assertionProperty tip:hasProblem ;
               owl:targetIndividual id:human-trafficking .""",
    ),
    "a route leads nowhere": Mutant(
        "id:rt-dprk-africa", remove="id:rt-dprk-africa tip:routeDestination id:africa ."
    ),
    "a period ends before it starts": Mutant(
        "id:period-2015",
        'id:period-2015 dcat:endDate "2014-12-31"^^xsd:date .',
        'id:period-2015 dcat:endDate "2015-12-31"^^xsd:date .',
    ),
    "an evidentiality is made up": Mutant(
        "claim:s33-01",
        "claim:s33-01 tip:evidentiality tip:fact .",
        "claim:s33-01 tip:evidentiality tip:assertedByDocument .",
    ),
    "a victim is named": Mutant("id:vg-hostesses", 'id:vg-hostesses foaf:name "A. N." .'),
    "a passage carries text": Mutant("doc:s30", 'doc:s30 oa:exact "Some words" .'),
}


@pytest.mark.parametrize("mutant", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_reasoning_notices(
    mutant: Mutant, ontology: frozenset[Triple], data: frozenset[Triple]
) -> None:
    with pytest.raises(InconsistencyError) as caught:
        infer(ontology, mutant.of(data))
    assert mutant.sign in str(caught.value)


@pytest.fixture(scope="module")
def report(ontology: frozenset[Triple], data: frozenset[Triple]) -> ValidationReport:
    """One validation of all the damage together: the mutants touch different nodes."""
    for mutant in BROKEN_SHAPES.values():
        data = mutant.of(data)
    return validate(data | ontology, plain(read_shipped(GRAPH_SHAPES)))


@pytest.mark.parametrize("mutant", BROKEN_SHAPES.values(), ids=BROKEN_SHAPES)
def test_shapes_notice(mutant: Mutant, report: ValidationReport) -> None:
    nodes = {shorten(str(result.focus_node).strip("<>")) for result in report.results}
    assert mutant.sign in nodes
