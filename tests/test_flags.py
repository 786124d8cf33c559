"""The document's traps: 29 places where a careless reading says more, less or other than the text.

Each is a test over the served graph, asserted and inferred: patterns that must and must not match.
"""

from typing import Final

import pytest

from tests.terms import unknown_terms
from tipgraph.namespaces import PREFIXES
from tipgraph.store import EmbeddedStore

PROLOGUE: Final = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())

# Name, words, patterns that must match, patterns that must not.
FLAGS: Final[list[tuple[str, str, list[str], list[str]]]] = [
    (
        "F1-two-figures",
        "two unnamed sources give different yearly earnings; both stand, in conflict, unaveraged",
        [
            """?a tip:claimObject id:est-earnings-a ; tip:conflictsWith ?b .
               ?b tip:claimObject id:est-earnings-b ; tip:conflictsWith ?a""",
            """id:est-earnings-a tip:madeBy id:unnamed-source-1 ; tip:pointValue ?a .
               id:est-earnings-b tip:madeBy id:unnamed-source-2 ; tip:pointValue ?b .
               FILTER(?a = 1600000000 && ?b = 1000000000)""",
        ],
        [
            """id:q-earnings tip:hasEstimate ?other .
               FILTER(?other NOT IN (id:est-earnings-a, id:est-earnings-b))"""
        ],
    ),
    (
        "F2-elliptic-range",
        "the range of workers begins at sixty thousand, not at sixty",
        [
            """id:est-workers-2012 tip:lowerBound ?low ; tip:upperBound ?high .
               FILTER(?low = 60000 && ?high = 65000)"""
        ],
        ["id:est-workers-2012 tip:lowerBound ?low FILTER(?low < 60000)"],
    ),
    (
        "F3-exchange-rates",
        "each conversion is the document's own and approximate; the implied rates differ",
        [
            """id:est-earnings-a tip:pointValue ?a ; tip:convertedValue ?c .
               id:est-earnings-b tip:pointValue ?b ; tip:convertedValue ?d .
               FILTER(?c / ?a != ?d / ?b && ?c = 2300000000 && ?d = 1300000000)"""
        ],
        [
            """?estimate tip:convertedValue ?value .
               FILTER NOT EXISTS { ?estimate tip:conversionApproximate true }""",
            """?estimate tip:convertedValue ?value .
               FILTER NOT EXISTS { ?claim tip:claimSubject ?estimate ; tip:claimValue ?value }""",
        ],
    ),
    (
        "F4-earnings-a-year",
        "earnings are a yearly rate of 2016, with a note that the year may be the source's",
        [
            """?claim tip:claimObject id:est-earnings-a ; skos:editorialNote ?note .
               id:est-earnings-a tip:ratePeriod "P1Y"^^xsd:duration ; tip:period id:period-2016""",
            """id:est-earnings-b tip:ratePeriod "P1Y"^^xsd:duration ; tip:period id:period-2016""",
        ],
        [],
    ),
    (
        "F5-reporting-period",
        "the reporting period stays undefined and is not 2015 to 2016",
        [
            "claim:s40-01 dcterms:temporal id:period-2015-2016",
            "claim:s52-01 dcterms:temporal id:period-reporting",
            "id:period-reporting tip:precision tip:undefined",
        ],
        [
            "id:period-reporting dcat:startDate|dcat:endDate ?day",
            "id:period-reporting owl:sameAs|skos:exactMatch ?other",
        ],
    ),
    (
        "F6-mixed-periods",
        "time is recorded claim by claim; the document itself bears no date",
        [
            """?games prov:wasDerivedFrom doc:s14 ; dcterms:temporal id:period-2008 .
               ?battle prov:wasDerivedFrom doc:s18 ; dcterms:temporal id:period-2009-04-to-09 .
               ?count prov:wasDerivedFrom doc:s34 ; dcterms:temporal id:period-2012 .
               ?effort prov:wasDerivedFrom doc:s40 ; dcterms:temporal id:period-2015-2016"""
        ],
        [
            "?document a tip:SourceDocument ; ?dated ?day . FILTER(DATATYPE(?day) = xsd:date)",
            """?document a tip:SourceDocument ;
                 dcterms:date|dcterms:issued|dcterms:created|dcterms:modified|dcterms:temporal ?day
            """,
        ],
    ),
    (
        "F7-government-denial",
        "the government denies twice; its denial is recorded, contradicted and never endorsed",
        [
            """id:dprk-government tip:denies claim:s37-02 , claim:s41-02 .
               claim:s37-02 tip:contradictedBy ?account . claim:s41-02 tip:contradictedBy ?account .
               ?account tip:endorsement tip:endorsed""",
            """claim:s37-02 tip:claimSubject ?s ; tip:claimPredicate ?p ; tip:claimObject ?o .
               claim:s41-02 tip:claimSubject ?s ; tip:claimPredicate ?p ; tip:claimObject ?o""",
        ],
        [
            """VALUES ?claim { claim:s37-02 claim:s41-02 }
               ?claim a owl:NegativePropertyAssertion""",
            """?agent tip:denies ?claim .
               FILTER NOT EXISTS { ?claim tip:endorsement tip:notEndorsed }""",
        ],
    ),
    (
        "F8-punished-not-prosecuted",
        "punished is not prosecuted: what defectors report and what is not known both stand",
        [
            "id:dprk-government tip:punished id:pop-alleged-traffickers",
            """?unknown a owl:NegativePropertyAssertion ; tip:qualifies ?report ;
                 owl:assertionProperty tip:hasKnownOutcome ; dcterms:temporal id:period-reporting .
               ?report tip:claimPredicate tip:punished ; prov:wasAttributedTo id:defectors""",
        ],
        ["?response tip:hasKnownOutcome ?outcome"],
    ),
    (
        "F9-alleged-traffickers",
        "those punished as traffickers are not typed as traffickers, since NGOs question it",
        [
            """?doubt prov:wasAttributedTo id:ngos ; tip:claimPredicate tip:mayInclude ;
                 tip:claimObject id:activists ; tip:qualifies ?report .
               ?report tip:claimPredicate tip:punished"""
        ],
        ["id:pop-alleged-traffickers a tip:TraffickerGroup"],
    ),
    (
        "F10-three-forces",
        "return to the country: punishment possible, punishment on a condition, camps as fact",
        [
            """claim:s11-02 tip:force tip:possible . claim:s54-02 tip:force tip:conditional .
               claim:s56-01 tip:force tip:fact""",
            """id:vg-deported-victims tip:facesHarm id:harm-severe-punishment ;
                 tip:mayFaceHarm id:harm-harsh-punishment .
               id:pop-returned-by-china tip:heldIn id:prison-camps""",
        ],
        ["id:vg-deported-victims tip:facesHarm id:harm-harsh-punishment"],
    ),
    (
        "F11-stronger-by-inference",
        "the text says that the returned may labour; that they do is inferred, and marked so",
        [
            "claim:s56-03 tip:claimPredicate tip:mayBeSubjectedTo ; tip:force tip:possible",
            """GRAPH graph:inferred {
                 id:pop-returned-by-china tip:subjectedTo id:x-prison-camp-labour }""",
            """?inferred a tip:InferredStatement ; tip:claimPredicate tip:subjectedTo ;
                 tip:claimSubject id:pop-returned-by-china ;
                 prov:wasDerivedFrom claim:s22-01 , claim:s56-01""",
        ],
        ["GRAPH graph:data { id:pop-returned-by-china tip:subjectedTo ?exploitation }"],
    ),
    (
        "F12-kinds-of-camp",
        "labour, prison and detention camps are three kinds; the figure is of detention camps only",
        [
            """id:labour-camps a tip:LabourCamp . id:prison-camps a tip:PrisonCamp .
               id:detention-camps a tip:DetentionCamp""",
            "id:est-detainees tip:ofPopulation/tip:heldIn id:detention-camps",
        ],
        [
            "?camp a tip:Camp ; owl:sameAs ?other",
            "?camp a tip:DetentionCamp , tip:PrisonCamp",
            "id:est-detainees tip:ofPopulation/tip:heldIn id:prison-camps",
            """id:pop-detention-camp-inmates tip:subgroupOf|tip:hasSubgroup
                 id:vg-prison-camp-inmates""",
        ],
    ),
    (
        "F13-medical-care",
        "scarce, missing, and scarce to missing medical care are three harms under one heading",
        [
            """?a tip:category tip:littleMedicalCare . ?b tip:category tip:noMedicalCare .
               ?c tip:category tip:littleOrNoMedicalCare .
               tip:littleMedicalCare skos:broader tip:lackOfMedicalCare .
               tip:noMedicalCare skos:broader tip:lackOfMedicalCare .
               tip:littleOrNoMedicalCare skos:broader tip:lackOfMedicalCare"""
        ],
        ["?harm tip:category tip:littleMedicalCare , tip:noMedicalCare"],
    ),
    (
        "F14-adequacy-doubted",
        "the law's adequacy is doubted though two prohibitions exist; neither is asserted away",
        [
            """?doubt a tip:DoubtedClaim ; tip:claimPredicate tip:adequateFor ;
                 tip:evidentiality tip:doubtful ; tip:qualifies ?one , ?two .
               ?one a tip:AffirmedClaim ; tip:claimSubject id:penal-code-art-150 .
               ?two a tip:AffirmedClaim ; tip:claimSubject id:sexes-law-art-7"""
        ],
        ["?law tip:adequateFor ?conduct"],
    ),
    (
        "F15-open-list",
        "article 150 names three acts and its list is open",
        [
            """id:penal-code-art-150 tip:exhaustive false ;
                 tip:prohibits id:conduct-child-abduction , id:conduct-child-sale ,
                   id:conduct-child-trafficking"""
        ],
        ["?provision tip:exhaustive true"],
    ),
    (
        "F16-men-not-mentioned",
        "that no provision protects men is said nowhere: neither affirmed, denied nor inferred",
        ["id:vg-from-dprk tip:hasSubgroup id:vg-men-from-dprk"],
        [
            """?statement tip:claimSubject|tip:claimObject id:vg-men-from-dprk , ?law .
               ?law a tip:LegalResource"""
        ],
    ),
    (
        "F17-commonest-uncounted",
        "the commonest pattern is ranked by the document, and no figure counts its victims",
        ["id:pat-women-girls-china tip:prevalenceRank tip:mostCommon"],
        [
            """id:pat-women-girls-china tip:hasVictimGroup ?group .
               ?estimate tip:ofPopulation ?group""",
            """?pattern tip:prevalenceRank ?rank .
               FILTER NOT EXISTS { ?claim tip:claimSubject ?pattern ; tip:claimObject ?rank }""",
        ],
    ),
    (
        "F18-upper-bound-of-women",
        "seventy percent is an upper bound on a total known by order of magnitude only",
        [
            """id:est-women-share tip:upperBound ?most ; tip:unit tip:percent ;
                 tip:comparator tip:atMost ; tip:shareOf id:est-undocumented .
               FILTER(?most = 70)""",
            "id:est-undocumented tip:orderOfMagnitude 4",
        ],
        [
            "id:est-women-share tip:lowerBound|tip:pointValue ?value",
            "?estimate tip:unit tip:person ; tip:ofPopulation/tip:sex tip:female",
        ],
    ),
    (
        "F19-hostesses",
        "forced work as a hostess is forced labour and not said to be sexual exploitation",
        ["id:vg-hostesses a tip:ForcedLabourVictimGroup"],
        [
            "id:x-forced-hostessing a tip:SexualExploitation",
            "id:vg-hostesses a tip:SexualExploitationVictimGroup",
        ],
    ),
    (
        "F20-joint-ventures",
        "joint-venture workers have similar terms, and are not said to be in forced labour",
        ["id:pop-jv-workers tip:arrangementSimilarTo id:pop-overseas-workers"],
        [
            "id:pop-jv-workers tip:mayBeSubjectedTo ?exploitation",
            "id:pop-jv-workers a tip:VictimGroup",
        ],
    ),
    (
        "F21-scope-of-reportedly",
        "collusion is reported; whether the hedge covers the recruitment is marked as unclear",
        [
            """?collusion tip:claimPredicate tip:colludesWith ; prov:wasDerivedFrom doc:s04 ;
                 tip:evidentiality tip:reported .
               FILTER NOT EXISTS { ?collusion tip:scopeAmbiguous true }""",
            """?recruitment tip:claimSubject id:pat-border-recruitment ;
                 tip:claimPredicate tip:hasPerpetrator ; tip:scopeAmbiguous true""",
        ],
        [
            """?recruitment tip:claimSubject id:pat-border-recruitment ;
                 prov:wasDerivedFrom doc:s04 .
               FILTER NOT EXISTS { ?recruitment tip:scopeAmbiguous true }"""
        ],
    ),
    (
        "F22-undocumented-at-risk",
        "people without documents are at risk; how many are victims is unknown",
        [
            "id:pop-undocumented-ne-china a tip:AtRiskGroup",
            """?claim a tip:UnestablishedClaim ; tip:claimPredicate tip:numberTrafficked ;
                 tip:claimSubject id:pop-undocumented-ne-china""",
        ],
        [
            "id:pop-undocumented-ne-china a tip:VictimGroup",
            "id:pop-undocumented-ne-china tip:numberTrafficked ?number",
        ],
    ),
    (
        "F23-international-ngos",
        "what is denied is work against trafficking by international NGOs, not their presence",
        [
            """?claim a owl:NegativePropertyAssertion ; owl:sourceIndividual id:international-ngos ;
                 owl:assertionProperty tip:conductsMeasure ; skos:editorialNote ?scope""",
            "id:dprk tip:bans id:indigenous-ngos",
        ],
        [
            """?claim a tip:DeniedClaim ; tip:claimSubject id:international-ngos .
               FILTER NOT EXISTS { ?claim tip:claimPredicate tip:conductsMeasure }""",
            "id:dprk tip:bans id:international-ngos",
        ],
    ),
    (
        "F24-regions",
        "Mongolia lies within East and Southeast Asia, Russia in no region; regions are no states",
        ["id:mongolia tip:locatedIn id:east-southeast-asia"],
        [
            "id:russia tip:locatedIn ?region",
            "?region a tip:Region , tip:State",
            "?region a tip:Region ; owl:sameAs|skos:exactMatch|skos:notation ?other",
        ],
    ),
    (
        "F25-no-partial-compliance",
        "full compliance is denied and no attempts are known; partial compliance is not concluded",
        [
            "?claim a tip:DeniedClaim ; tip:claimPredicate tip:fullyCompliesWith",
            """?claim a tip:DeniedClaim ; tip:claimPredicate tip:hasKnownMeasure ;
                 tip:claimObject id:measure-identification""",
        ],
        [
            "?party tip:fullyCompliesWith|tip:makesSignificantEffortsToward ?standard",
            "?statement a tip:AffirmedClaim ; tip:claimObject id:minimum-standards",
        ],
    ),
    (
        "F26-country-for-government",
        "the second campaign's actor is named as the country and read as the government, with note",
        [
            """id:campaign-150-day tip:initiatedBy id:dprk-government .
               id:campaign-100-day tip:initiatedBy id:dprk-government""",
            """?claim tip:claimSubject id:campaign-100-day ; tip:claimPredicate tip:initiatedBy ;
                 skos:editorialNote ?note""",
        ],
        ["?campaign tip:initiatedBy id:dprk"],
    ),
    (
        "F27-many-unconvicted",
        "many detainees had no proper conviction: a part of them, neither all nor a number",
        [
            """?claim tip:claimObject id:pop-unconvicted-detainees ; tip:quantifier tip:many ;
                 tip:claimPredicate tip:hasSubgroup ;
                 tip:claimSubject id:pop-detention-camp-inmates"""
        ],
        [
            """?claim tip:claimSubject id:pop-detention-camp-inmates ;
                 tip:claimPredicate tip:dulyConvicted""",
            "?estimate tip:ofPopulation id:pop-unconvicted-detainees",
        ],
    ),
    (
        "F28-wages-until-return",
        "wages were withheld until the return home, not kept for good",
        [
            """id:means-wage-withholding tip:category tip:withholdsEarnings ;
                 tip:releasedOn id:event-return-home"""
        ],
        ["id:means-wage-withholding tip:category tip:takesEarnings"],
    ),
    (
        "F29-prosecutions-presupposed",
        "laws in use presuppose prosecutions; none is known in the period; one qualifies the other",
        [
            "id:laws-used-for-prosecution tip:appliedAgainst id:traffickers",
            """?unknown a tip:DeniedClaim ; tip:claimObject id:outcome-prosecution ;
                 dcterms:temporal id:period-reporting ; tip:qualifies ?use .
               ?use tip:claimSubject id:laws-used-for-prosecution""",
        ],
        [
            """?use tip:claimSubject id:laws-used-for-prosecution ;
                 tip:claimPredicate tip:appliedAgainst ; dcterms:temporal id:period-reporting"""
        ],
    ),
]


def test_the_patterns_name_only_what_there_is() -> None:
    patterns = [pattern for _, _, holds, never in FLAGS for pattern in (*holds, *never)]
    assert unknown_terms(" ".join(patterns)) == set()


def test_every_trap_has_its_test() -> None:
    assert [name.partition("-")[0] for name, *_ in FLAGS] == [f"F{n}" for n in range(1, 30)]


@pytest.mark.parametrize(
    ("words", "holds", "never"), [flag[1:] for flag in FLAGS], ids=[flag[0] for flag in FLAGS]
)
def test_the_graph_keeps_to_the_text(
    words: str, holds: list[str], never: list[str], shipped_store: EmbeddedStore
) -> None:
    absent = [pattern for pattern in holds if not _matches(shipped_store, pattern)]
    present = [pattern for pattern in never if _matches(shipped_store, pattern)]
    assert (absent, present) == ([], []), words


def _matches(store: EmbeddedStore, pattern: str) -> bool:
    answer = store.query(f"{PROLOGUE}ASK {{ {pattern} }}")
    assert isinstance(answer, bool)
    return answer
