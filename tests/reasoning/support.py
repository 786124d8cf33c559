"""Small graphs for the tests of reasoning."""

from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from tipgraph.namespaces import ID, PREFIXES, RDF, TIP
from tipgraph.reasoning import CompiledOntology, Materialisation
from tipgraph.reasoning.derivation import Step

ONTOLOGY = Path(__file__).with_name("ontology.ttl")
RDF_TYPE = NamedNode(f"{RDF}type")


def triples(text: str) -> frozenset[Triple]:
    """Parse Turtle that uses the project's prefixes without declaring them."""
    declared = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return plain(parse(declared + text, RdfFormat.TURTLE))


def plain(quads: Iterable[Quad | Triple]) -> frozenset[Triple]:
    """Quads without their graph names."""
    return frozenset(Triple(quad.subject, quad.predicate, quad.object) for quad in quads)


def small_ontology() -> frozenset[Triple]:
    """The ontology of these tests: one of each axiom that the reasoning handles."""
    return plain(parse(path=ONTOLOGY))


def materialised(ontology: Set[Triple], data: Set[Triple]) -> Materialisation:
    """What follows by the compiled rules."""
    return Materialisation(CompiledOntology.compile(ontology), data)


def assert_well_founded(
    proof: Mapping[Triple, Step] | None, triple: Triple, asserted: Set[Triple]
) -> None:
    """A proof leads from asserted triples to its own and does not go round."""
    assert proof is not None, f"{triple} has no proof"
    assert next(iter(proof)) == triple
    settled: set[Triple] = set(asserted)
    open_steps = dict(proof)
    while open_steps:
        ready = {
            conclusion
            for conclusion, step in open_steps.items()
            if settled.issuperset(step.premises)
        }
        assert ready, f"{triple} is proved by itself"
        settled |= ready
        open_steps = {each: open_steps[each] for each in open_steps.keys() - ready}


def tip(name: str) -> NamedNode:
    """A term of the ontology."""
    return NamedNode(f"{TIP}{name}")


def thing(name: str) -> NamedNode:
    """A thing of the data."""
    return NamedNode(f"{ID}{name}")


def values(graph: Set[Triple], subject: NamedNode, predicate: NamedNode) -> set[object]:
    """The objects of a subject's predicate."""
    return {t.object for t in graph if t.subject == subject and t.predicate == predicate}
