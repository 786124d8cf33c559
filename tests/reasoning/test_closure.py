"""What is kept of a closure, and in which form."""

from pyoxigraph import BlankNode, NamedNode

from tests.reasoning.support import RDF_TYPE, small_ontology, thing, tip, triples
from tipgraph.namespaces import OWL, RDF, RDFS, WD
from tipgraph.reasoning import Inference, infer

TRAFFICKED = triples("""
    id:group a tip:VictimGroup ; tip:traffickedAlong id:route ; tip:restDaysPerYear 02 .
    id:route tip:routeDestination id:china .
    id:china a tip:State ; owl:sameAs wd:Q148 .
""")


def test_lexical_forms_stay_as_written() -> None:
    inferred = infer(small_ontology(), TRAFFICKED).triples
    days = {str(t.object) for t in inferred if t.predicate == tip("dayCount")}
    assert days == {'"02"^^<http://www.w3.org/2001/XMLSchema#integer>'}


def test_nothing_is_copied_onto_another_dataset() -> None:
    inferred = infer(small_ontology(), TRAFFICKED).triples
    china = NamedNode(f"{WD}Q148")
    assert any(t.object == thing("china") for t in inferred)
    assert not [t for t in inferred if china in (t.subject, t.object)]


def test_nothing_asserted_is_inferred_again() -> None:
    assert not set(infer(small_ontology(), TRAFFICKED).triples) & (small_ontology() | TRAFFICKED)


def test_hierarchy_of_our_terms_is_kept() -> None:
    inferred = set(infer(small_ontology(), TRAFFICKED).triples)
    assert triples("tip:VictimGroup rdfs:subClassOf tip:Agent .") <= inferred
    assert triples("tip:traffickedAlong rdfs:subPropertyOf tip:takesRoute .") <= small_ontology()


def test_no_noise_in_the_shipped_graph(inference: Inference) -> None:
    hierarchy = {NamedNode(f"{RDFS}subClassOf"), NamedNode(f"{RDFS}subPropertyOf")}
    for triple in inference.triples:
        assert triple.subject != triple.object
        assert not isinstance(triple.subject, BlankNode)
        assert not isinstance(triple.object, BlankNode)
        if triple.predicate == RDF_TYPE:
            assert not str(triple.object).startswith((f"<{OWL}", f"<{RDFS}", f"<{RDF}"))
        elif triple.predicate not in hierarchy:
            assert not triple.predicate.value.startswith((OWL, RDFS, RDF))
