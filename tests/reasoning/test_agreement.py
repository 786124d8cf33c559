"""Two engines, one closure: owlrl and the rules as SPARQL infer the same triples."""

import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from owlrl import DeductiveClosure, OWLRL_Semantics
from pyoxigraph import Literal, NamedNode, Triple

from tests.reasoning.support import RDF_TYPE, small_ontology, thing, tip
from tipgraph.namespaces import OWL, WD, XSD
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.reasoning import Inference
from tipgraph.reasoning.closure import informative
from tipgraph.reasoning.derivation import derive
from tipgraph.reasoning.owlrl_engine import close

THINGS = [thing(f"thing-{number}") for number in range(5)]
CLASSES = [
    tip("CompletePattern"),
    tip("ControllingBody"),
    tip("ChildVictimGroup"),
    tip("ForcedLabour"),
    tip("ForcedLabourVictimGroup"),
    tip("FullPattern"),
    tip("Government"),
    tip("Means"),
    tip("OfficialGroup"),
    tip("PrisonCampLabour"),
    tip("PrisonLabourVictimGroup"),
    tip("TraffickingPattern"),
    tip("VictimGroup"),
]
# Where owlrl makes two holders of a functional property's value one thing, we refuse the data.
LINKS = sorted(
    (
        triple.subject
        for triple in small_ontology()
        if triple.object == NamedNode(f"{OWL}ObjectProperty")
        and isinstance(triple.subject, NamedNode)
        and triple.subject != tip("governmentOf")
    ),
    key=str,
)
SAME_AS = NamedNode(f"{OWL}sameAs")


def links() -> st.SearchStrategy[Triple]:
    return st.builds(
        Triple, st.sampled_from(THINGS), st.sampled_from(LINKS), st.sampled_from(THINGS)
    )


def types() -> st.SearchStrategy[Triple]:
    return st.builds(Triple, st.sampled_from(THINGS), st.just(RDF_TYPE), st.sampled_from(CLASSES))


def others() -> st.SearchStrategy[Triple]:
    number = Literal("02", datatype=NamedNode(f"{XSD}integer"))
    return st.sampled_from(
        [Triple(each, tip("restDaysPerYear"), number) for each in THINGS]
        + [Triple(each, tip("ageGroup"), tip("child")) for each in THINGS]
        + [Triple(each, SAME_AS, NamedNode(f"{WD}{each.value[-1]}")) for each in THINGS]
    )


@settings(max_examples=25, deadline=None)
@given(st.frozensets(st.one_of(links(), types(), others()), min_size=4, max_size=14))
def test_engines_agree_on_any_small_data(data: frozenset[Triple]) -> None:
    asserted = small_ontology() | data
    derived = informative(derive(asserted).steps, asserted)
    assert derived == informative(close(asserted).triples, asserted)


@settings(max_examples=5, deadline=None)
@given(st.frozensets(st.one_of(links(), types(), others()), min_size=6, max_size=12))
def test_leaving_out_idle_work_changes_nothing(data: frozenset[Triple]) -> None:
    asserted = small_ontology() | data
    graph = rdflib.Graph()
    graph += to_rdflib(asserted)
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    everything = informative(from_rdflib(graph), asserted)
    assert everything == informative(close(asserted).triples, asserted)


def test_engines_agree_on_the_shipped_graph(
    ontology: frozenset[Triple], data: frozenset[Triple], inference: Inference
) -> None:
    asserted = ontology | data
    assert informative(derive(asserted).steps, asserted) == frozenset(inference.triples)
    assert len(inference.triples) > 1000


def test_inferring_again_adds_nothing(
    ontology: frozenset[Triple], data: frozenset[Triple], inference: Inference
) -> None:
    merged = ontology | data | set(inference.triples) | set(inference.statements)
    assert not informative(derive(merged).steps, merged)
