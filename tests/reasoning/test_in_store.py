"""Inference inside an engine: what the same rules give in memory, whatever the graphs."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QuerySolutions,
    Store,
    Triple,
)

from tests.reasoning.support import materialised, small_ontology, thing, tip, triples
from tests.reasoning.test_agreement import links, others, types
from tests.reasoning.test_clashes import CLASHES
from tests.reasoning.test_materialisation import DECLARED, NOT_AT_SIZE, axioms, facts
from tipgraph.errors import EngineError, InconsistencyError, UnsupportedAxiomError, UsageError
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, GRAPH_ONTOLOGY
from tipgraph.reasoning import CompiledOntology, Inference
from tipgraph.reasoning.in_store import Drawn, Scope, infer_in_store

ONE, OTHER = NamedNode("http://example.org/one"), NamedNode("http://example.org/other")


class Engine:
    """An engine in this process, which breaks down at an update if it is told so.

    Args:
        quads: What it holds.
        updates: How many updates it makes before that.
    """

    def __init__(self, quads: Iterable[Quad], updates: int | None = None) -> None:
        self.store = Store()
        self.store.extend(quads)
        self.updates = updates

    def select(self, text: str) -> QuerySolutions:
        rows = self.store.query(text)
        assert isinstance(rows, QuerySolutions)
        return rows

    def update(self, text: str) -> None:
        if self.updates is not None:
            self.updates -= 1
            if self.updates < 0:
                raise EngineError("it broke down")
        self.store.update(text)

    def inferred(self) -> set[Triple]:
        return {q.triple for q in self.store.quads_for_pattern(None, None, None, GRAPH_INFERRED)}

    def others(self) -> set[Quad]:
        return {quad for quad in self.store if quad.graph_name != GRAPH_INFERRED}


def spread(data: Iterable[Triple], graphs: Sequence[NamedNode | DefaultGraph]) -> list[Quad]:
    """Triples in several graphs by turns."""
    return [
        Quad(t.subject, t.predicate, t.object, graphs[number % len(graphs)])
        for number, t in enumerate(sorted(data, key=str))
    ]


def draw(
    engine: Engine, ontology: Set[Triple], scope: Scope | None = None, *, replace: bool = False
) -> Drawn:
    scope = scope or Scope(default=True)
    return infer_in_store(engine, CompiledOntology.compile(ontology), scope, replace=replace)


def in_memory(ontology: Set[Triple], data: Set[Triple]) -> set[Triple] | str:
    """What follows, as a store keeps its literals; or the contradiction in words."""
    try:
        found = materialised(ontology, data).triples()
    except InconsistencyError as error:
        return clashes(error)
    store = Store()
    store.extend(Quad(*each) for each in found)
    return {quad.triple for quad in store}


def clashes(error: InconsistencyError) -> str:
    """A message without what each triple rests on, of which there may be several."""
    return "\n".join(each for each in str(error).splitlines() if not each.startswith("    "))


def in_engine(engine: Engine, ontology: Set[Triple]) -> set[Triple] | str:
    try:
        draw(engine, ontology)
    except InconsistencyError as error:
        return clashes(error)
    return engine.inferred()


def graphs() -> st.SearchStrategy[list[NamedNode | DefaultGraph]]:
    known: list[NamedNode | DefaultGraph] = [ONE, OTHER, DefaultGraph()]
    return st.lists(st.sampled_from(known), min_size=1, max_size=3)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(axioms(), min_size=2, max_size=8), st.lists(facts(), min_size=2, max_size=8), graphs()
)
def test_any_small_ontology(
    axioms: list[str], facts: list[str], graphs: list[NamedNode | DefaultGraph]
) -> None:
    ontology, data = triples(DECLARED + "\n".join(axioms)), triples("\n".join(facts))
    engine = Engine(spread(data, graphs))
    assert in_engine(engine, ontology) == in_memory(ontology, data)
    assert engine.others() == set(spread(data, graphs))


@settings(max_examples=50, deadline=None)
@given(st.frozensets(st.one_of(links(), types(), others()), min_size=4, max_size=14), graphs())
def test_any_small_data(data: frozenset[Triple], graphs: list[NamedNode | DefaultGraph]) -> None:
    engine = Engine(spread(data, graphs))
    before = engine.others()
    assert in_engine(engine, small_ontology()) == in_memory(small_ontology(), data)
    assert engine.others() == before


def test_the_shipped_graph(
    ontology: frozenset[Triple], data: frozenset[Triple], inference: Inference
) -> None:
    engine = Engine([*spread(data, [GRAPH_DATA]), *spread(ontology, [GRAPH_ONTOLOGY])])
    drawn = draw(engine, ontology)
    assert engine.inferred() == set(inference.triples)
    assert drawn.triples == len(inference.triples)


@pytest.mark.parametrize("name", sorted(CLASHES.keys() - NOT_AT_SIZE))
def test_a_contradiction_is_named_and_nothing_is_left(name: str) -> None:
    data, words = CLASHES[name]
    axioms = frozenset(each for each in triples(data) if each.subject == tip("Foreign"))
    engine = Engine(spread(triples(data) - axioms, [ONE]))
    before = set(engine.store)
    with pytest.raises(InconsistencyError) as caught:
        draw(engine, small_ontology() | axioms)
    assert words in str(caught.value)
    assert set(engine.store) == before


def test_a_contradiction_tells_what_was_asserted() -> None:
    data = "id:g tip:traffickedAlong id:r ; a tip:Place ."
    with pytest.raises(InconsistencyError) as caught:
        draw(Engine(spread(triples(data), [ONE, OTHER])), small_ontology())
    told = str(caught.value).splitlines()
    with pytest.raises(InconsistencyError) as reference:
        materialised(small_ontology(), triples(data))
    assert told == str(reference.value).splitlines()
    assert any("(inferred) from" in line for line in told)


# Ontologies, and data that contradicts them.
IN_FULL = {
    "inferred again in later rounds": (
        "tip:p rdfs:domain tip:C . tip:C owl:equivalentClass tip:D ; owl:disjointWith tip:E .",
        "id:x tip:p id:y ; a tip:E .",
    ),
    "a class apart from itself": ("tip:A owl:disjointWith tip:A .", "id:x a tip:A ."),
    "a class its own complement": ("tip:A owl:complementOf tip:A .", "id:x a tip:A ."),
    "a property apart from itself": (
        "tip:p owl:propertyDisjointWith tip:p .",
        "id:x tip:p id:y .",
    ),
    "a class listed twice": (
        "[] a owl:AllDisjointClasses ; owl:members ( tip:A tip:A ) .",
        "id:x a tip:A .",
    ),
    "both ways at once": ("tip:p a owl:AsymmetricProperty .", "id:x tip:p id:x ."),
    "a nameless thing of the ontology": (
        "tip:p a owl:FunctionalProperty . <urn:z> tip:p _:z .",
        "<urn:z> tip:p <urn:z> .",
    ),
    "what is asserted of a node without a name": (
        "tip:A owl:disjointWith tip:B . tip:p rdfs:range tip:C .",
        "_:z a tip:A , tip:B . id:x tip:p _:z .",
    ),
}


@pytest.mark.parametrize("name", IN_FULL)
def test_a_contradiction_is_told_in_full_as_from_files(name: str) -> None:
    ontology, data = map(triples, IN_FULL[name])
    with pytest.raises(InconsistencyError) as reference:
        materialised(ontology, data)
    for scope in (Scope(), Scope((ONE, OTHER))):
        engine = Engine(spread(data, [ONE, OTHER]))
        with pytest.raises(InconsistencyError) as caught:
            draw(engine, ontology, scope)
        assert str(caught.value) == str(reference.value)


def test_a_contradiction_of_a_node_without_a_name_is_told_without_what_it_rests_on() -> None:
    data = triples("[] tip:traffickedAlong id:r ; a tip:Place .")
    with pytest.raises(InconsistencyError) as caught:
        draw(Engine(spread(data, [ONE])), small_ontology())
    assert "(inferred)\n" in f"{caught.value}\n"


def test_names_declared_the_same_across_graphs() -> None:
    data = "id:x tip:governmentOf id:a , id:c . id:a owl:sameAs id:b . id:b owl:sameAs id:c ."
    engine = Engine(spread(triples(data), [ONE, OTHER, DefaultGraph()]))
    draw(engine, small_ontology())
    assert engine.inferred() == in_memory(small_ontology(), triples(data))


def test_only_the_graphs_that_are_read() -> None:
    data = triples("id:a tip:locatedIn id:b . id:b tip:locatedIn id:c . id:c tip:locatedIn id:d .")
    first, second, third = sorted(data, key=str)
    quads = [*spread([first, second], [ONE]), *spread([third], [OTHER])]
    for scope in (Scope((ONE,)), Scope(left_out=(OTHER,))):
        engine = Engine(quads)
        draw(engine, small_ontology(), scope)
        assert engine.inferred() == in_memory(small_ontology(), {first, second})
    engine = Engine([*spread([first], [DefaultGraph()]), *spread([second], [ONE])])
    draw(engine, small_ontology(), Scope())
    assert engine.inferred() == in_memory(small_ontology(), {second})


def test_what_is_inferred_of_nodes_without_a_name_leads_on() -> None:
    data = triples("id:g tip:traffickedAlong [ tip:routeDestination id:c ] .")
    engine = Engine(spread(data, [ONE]))
    draw(engine, small_ontology())
    assert Triple(thing("g"), tip("traffickedTo"), thing("c")) in engine.inferred()
    assert not any(isinstance(each.object, BlankNode) for each in engine.inferred())


def test_no_link_to_a_nameless_thing_of_the_ontology() -> None:
    ontology = triples("tip:p rdfs:subPropertyOf tip:q . id:a tip:p [] , id:b .")
    engine = Engine(())
    draw(engine, ontology)
    assert engine.inferred() == {Triple(thing("a"), tip("q"), thing("b"))}


def test_a_triple_term_of_the_ontology() -> None:
    ontology = triples("tip:p rdfs:subPropertyOf tip:q . id:a tip:p <<( id:b tip:r id:c )>> .")
    engine = Engine(())
    draw(engine, ontology)
    assert engine.inferred() == in_memory(ontology, set()) != set()


@pytest.mark.parametrize("axiom", ["tip:A rdfs:subClassOf tip:B .", "[] a owl:AllDifferent ."])
def test_an_axiom_in_the_data_is_refused(axiom: str) -> None:
    engine = Engine(spread(triples(axiom), [ONE]))
    with pytest.raises(UnsupportedAxiomError, match="give its file as --ontology"):
        draw(engine, small_ontology())
    assert not engine.inferred()


DATA = "id:g tip:traffickedAlong id:r . id:r tip:routeDestination id:c ."
MORE = "id:h tip:traffickedAlong id:r ."


def test_what_was_inferred_before_is_replaced_only_on_request() -> None:
    engine = Engine(spread(triples(DATA), [ONE]))
    draw(engine, small_ontology())
    before = engine.inferred()
    engine.store.extend(spread(triples(MORE), [OTHER]))
    with pytest.raises(UsageError, match="--existing replace"):
        draw(engine, small_ontology())
    assert engine.inferred() == before
    draw(engine, small_ontology(), replace=True)
    assert before < engine.inferred() == in_memory(small_ontology(), triples(DATA + MORE))


@pytest.mark.parametrize("updates", [3, 6, 12, 24])
def test_an_engine_that_breaks_down_is_taken_up_again(updates: int) -> None:
    engine = Engine(spread(triples(DATA), [ONE]), updates)
    with pytest.raises(EngineError):
        draw(engine, small_ontology())
    engine.updates = None
    assert not engine.inferred()
    with pytest.raises(UsageError, match="was broken off"):
        draw(engine, small_ontology())
    draw(engine, small_ontology(), replace=True)
    assert engine.inferred() == in_memory(small_ontology(), triples(DATA))
    assert engine.others() == set(spread(triples(DATA), [ONE]))


# Among the updates of the first run: the last before a round, a rule in it, and what is published.
BEGUN = [
    "urn:x-tipgraph:round",
    "INSERT { GRAPH <{}/round-1>",
    "<{}/round-2>",
    "INSERT { GRAPH <{}>",
]


@pytest.mark.parametrize("begun", [each.replace("{}", GRAPH_INFERRED.value) for each in BEGUN])
def test_of_two_at_once_the_later_one_ends_well(begun: str) -> None:
    class Interrupted(Engine):
        later: Mapping[str, Any] | None = None

        def update(self, text: str) -> None:
            super().update(text)
            if self.later is None and begun in text:
                self.later = {}
                self.later = {"drawn": draw(self, small_ontology(), replace=True)}

    engine = Interrupted(spread(triples(DATA), [ONE]))
    with pytest.raises(UsageError, match="another inference has begun"):
        draw(engine, small_ontology())
    assert engine.later
    assert engine.inferred() == in_memory(small_ontology(), triples(DATA))
    assert engine.others() == set(spread(triples(DATA), [ONE]))
