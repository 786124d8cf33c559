"""Why an inferred triple of a stored graph holds: each has a proof, wherever the graph is."""

from collections.abc import Iterator, Set
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
)
from typer.testing import CliRunner, Result

from tests.endpoints import oxigraph, virtuoso
from tests.reasoning.support import (
    RDF_TYPE,
    assert_well_founded,
    materialised,
    plain,
    small_ontology,
    thing,
    tip,
    triples,
)
from tests.reasoning.test_agreement import links, others, types
from tests.reasoning.test_materialisation import CLASSES, DECLARED, PROPERTIES, axioms, facts
from tipgraph import dataset
from tipgraph.build import build
from tipgraph.cli import app
from tipgraph.describe import Plan, run
from tipgraph.errors import InconsistencyError, ProofLimitError
from tipgraph.inputs import Inputs
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, GRAPH_ONTOLOGY, ID, PREFIXES, TIP
from tipgraph.reasoning import CompiledOntology, infer_into
from tipgraph.reasoning.closure import HIERARCHY
from tipgraph.reasoning.derivation import Step
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore, Solutions, open_store
from tipgraph.store.remote import RemoteStore, open_remote
from tipgraph.store.results import read_results
from tipgraph.why import Graphs, Prover, prover, why

Proof = dict[Triple, Step]
IN_DEFAULT = Graphs((), default=True)
IN_NAMED = Graphs((GRAPH_DATA,), default=True)
IN_MANY = Graphs(None, default=True)

OWN = """
id:mine a tip:VictimGroup ; tip:traffickedAlong id:way ; tip:subjectedTo id:work .
id:way tip:routeDestination id:there ; tip:routeOrigin id:here .
id:work a tip:ForcedLabour .
id:others tip:traffickedAlong [ a tip:Route ; tip:routeDestination id:elsewhere ] .
"""


def closed(ontology: Set[Triple], data: Set[Triple], graphs: Graphs) -> Store:
    """A graph with what follows from it, as a build makes it."""
    store = Store()
    graph = DefaultGraph() if graphs is IN_DEFAULT else GRAPH_DATA
    store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in data)
    infer_into(store, ontology)
    return store


def found_in(store: Store, plan: Plan[Proof | None]) -> Proof | None:
    """Carry out a plan on a store in memory."""
    try:
        text = next(plan)
        while True:
            found = store.query(text)
            assert isinstance(found, QuerySolutions)
            answer = read_results(found.serialize(format=QueryResultsFormat.JSON) or b"")
            assert isinstance(answer, Solutions)
            text = plan.send(answer)
    except StopIteration as stop:
        proof: Proof | None = stop.value
        return proof


def small(names: list[str], numbers: int) -> Iterator[Triple]:
    """Every triple about a few things."""
    things = [thing(f"thing-{number}") for number in range(numbers)]
    for subject, name in product(things, names):
        term = tip(name.removeprefix("tip:"))
        if name in PROPERTIES:
            yield from (Triple(subject, term, value) for value in things)
        else:
            yield Triple(subject, RDF_TYPE, term)


def assert_valid(proof: Proof, ontology: Set[Triple]) -> None:
    """Each conclusion about things follows from the premises of its step alone."""
    for conclusion, step in proof.items():
        if conclusion.predicate not in HIERARCHY:
            closure = materialised(ontology, set(step.premises) - ontology)
            assert closure.why(conclusion) is not None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(axioms(), min_size=2, max_size=8),
    st.lists(facts(), min_size=2, max_size=8),
    st.sampled_from([IN_DEFAULT, IN_NAMED, IN_MANY]),
)
def test_what_follows_has_a_proof_and_nothing_else_has(
    axioms: list[str], facts: list[str], graphs: Graphs
) -> None:
    ontology, data = triples(DECLARED + "\n".join(axioms)), triples("\n".join(facts))
    closure, store = materialised(ontology, data), closed(ontology, data, graphs)
    made = Prover(CompiledOntology.compile(ontology), graphs)
    steps: Proof = {}
    for triple in {*small([*CLASSES, *PROPERTIES], 4), *closure.triples()}:
        proof = found_in(store, made.why(triple))
        if closure.why(triple) is None:
            assert proof is None
        else:
            assert_well_founded(proof, triple, ontology | data)
            steps |= proof or {}
    assert_valid(steps, ontology)


def nameless(data: Set[Triple]) -> frozenset[Triple]:
    """The same data, with one of its things a blank node."""
    hidden, node = thing("thing-4"), BlankNode("thing")
    return frozenset(
        Triple(
            node if each.subject == hidden else each.subject,
            each.predicate,
            node if each.object == hidden else each.object,
        )
        for each in data
    )


def nameless_premises(proof: Proof | None) -> set[Triple]:
    """What a proof takes for asserted of blank nodes, whose labels differ in each answer."""
    premises = {each for step in (proof or {}).values() for each in step.premises}
    return {each for each in premises if BlankNode in map(type, each)} - (proof or {}).keys()


@settings(max_examples=20, deadline=None)
@given(st.frozensets(st.one_of(links(), types(), others()), min_size=4, max_size=14), st.booleans())
def test_aliases_literals_and_nodes_without_names(
    data: frozenset[Triple], has_nameless: bool
) -> None:
    ontology, data = small_ontology(), nameless(data) if has_nameless else data
    try:
        store = closed(ontology, data, IN_DEFAULT)
    except InconsistencyError:
        return
    inferred = plain(store.quads_for_pattern(None, None, None, GRAPH_INFERRED))
    asserted = plain(store.quads_for_pattern(None, None, None, DefaultGraph())) - inferred
    made = Prover(CompiledOntology.compile(ontology), IN_DEFAULT)
    for triple in inferred:
        proof = found_in(store, made.why(triple))
        assert_well_founded(proof, triple, ontology | asserted | nameless_premises(proof))


def test_a_proof_of_a_long_chain() -> None:
    count = 30
    data = triples(" ".join(f"id:t{n} tip:locatedIn id:t{n + 1} ." for n in range(count)))
    store = closed(small_ontology(), data, IN_DEFAULT)
    ends = Triple(thing("t0"), tip("locatedIn"), thing(f"t{count}"))
    made = Prover(CompiledOntology.compile(small_ontology()), IN_DEFAULT)
    proof = found_in(store, made.why(ends))
    assert_well_founded(proof, ends, data)
    assert {each for step in (proof or {}).values() for each in step.premises} >= data


def test_a_thing_with_very_many_links() -> None:
    count = 300
    routes = "id:g tip:traffickedAlong id:r{0} . id:r{0} tip:routeDestination id:c{0} , id:c ."
    data = triples(" ".join(routes.format(number) for number in range(count)))
    ontology = small_ontology()
    store = closed(ontology, data, IN_DEFAULT)
    made = Prover(CompiledOntology.compile(ontology), IN_DEFAULT)
    for number in (0, count // 2, count - 1):
        to_one = Triple(thing("g"), tip("traffickedTo"), thing(f"c{number}"))
        assert_well_founded(found_in(store, made.why(to_one)), to_one, data)
    for typed in triples("id:c a tip:Place . id:g a tip:VictimGroup ; a tip:Agent ."):
        assert_well_founded(found_in(store, made.why(typed)), typed, data)


NAMELESS = {
    "a type of one": (
        "id:g a tip:VictimGroup ; tip:subjectedTo [ a tip:PrisonCampLabour ] .",
        "id:g a tip:ForcedLabourVictimGroup .",
    ),
    "a link from one": (
        "id:g tip:traffickedAlong [ tip:routeDestination id:c ] .",
        "id:g tip:traffickedTo id:c .",
    ),
    "an alias on the way": (
        "id:a tip:hasSubgroup wd:1 . wd:1 tip:hasSubgroup id:b . id:x owl:sameAs wd:1 .",
        "id:a tip:hasSubgroup id:b .",
    ),
    "an alias": (
        "id:a tip:hasSubgroup wd:1 . id:x owl:sameAs wd:1 .",
        "wd:1 tip:subgroupOf id:a .",
    ),
}


@pytest.mark.parametrize("name", NAMELESS)
def test_what_a_closure_leaves_out_is_found_nearby(name: str) -> None:
    data, (asked,) = (triples(text) for text in NAMELESS[name])
    ontology = small_ontology()
    made = Prover(CompiledOntology.compile(ontology), IN_DEFAULT)
    proof = found_in(closed(ontology, data, IN_DEFAULT), made.why(asked))
    assert proof is not None
    assert next(iter(proof)) == asked


def test_what_follows_by_other_axioms_is_said_to() -> None:
    ontology = small_ontology()
    store = closed(ontology, triples("id:g a tip:VictimGroup ."), IN_DEFAULT)
    made = Prover(CompiledOntology.compile(triples("tip:Agent a owl:Class .")), IN_DEFAULT)
    agent = Triple(thing("g"), RDF_TYPE, tip("Agent"))
    with pytest.raises(ProofLimitError, match="by this ontology it does not follow"):
        found_in(store, made.why(agent))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A file of data, and a folder for snapshots that its own is in."""
    folder = tmp_path_factory.mktemp("own")
    file = folder / "own.ttl"
    declared = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    file.write_text(declared + OWN, encoding="utf-8")
    build(Inputs((file,), infer=True), folder / "snapshots")
    return file, folder / "snapshots"


@pytest.fixture(scope="module", params=["embedded", "oxigraph", "virtuoso"])
def store(
    request: pytest.FixtureRequest, own: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedStore | RemoteStore]:
    """The same graph with its conclusions, in a snapshot and at endpoints."""
    file, folder = own
    snapshot = build(Inputs((file,), infer=True), folder).snapshot
    if request.param == "embedded":
        with open_store(snapshot) as opened:
            yield opened
        return
    quads = list(Store.read_only(str(snapshot.store_path)))
    serve = {"oxigraph": oxigraph, "virtuoso": virtuoso}[request.param]
    with (
        serve(quads, tmp_path_factory.mktemp("endpoint") / "data") as address,
        open_remote(Settings(store_url=address)) as remote,
    ):
        yield remote


def test_each_kind_of_store_tells_why(store: EmbeddedStore | RemoteStore) -> None:
    asked = store.query(f"SELECT ?s ?p ?o {{ GRAPH {GRAPH_INFERRED} {{ ?s ?p ?o }} }}")
    assert isinstance(asked, Solutions)
    ontology = plain(dataset.read_shipped(GRAPH_ONTOLOGY))
    own = [Triple(*row) for row in asked if row["s"].value.startswith(ID)]
    assert len(own) > 10
    made = prover(store.manifest)
    for triple in own:
        proof = run(store, made.why(triple))
        asserted = triples(OWN) | ontology | nameless_premises(proof)
        assert_well_founded(proof, triple, asserted)
    destination = Triple(thing("others"), tip("traffickedTo"), thing("elsewhere"))
    assert destination in own


def test_asserted_or_unknown_there_is_no_proof(store: EmbeddedStore | RemoteStore) -> None:
    assert why(store, min(triples(OWN), key=str)) is None
    assert why(store, Triple(thing("mine"), RDF_TYPE, tip("Route"))) is None


def test_the_shipped_graph(shipped_store: EmbeddedStore) -> None:
    asserted = plain(dataset.read_shipped(GRAPH_ONTOLOGY)) | plain(dataset.read_shipped(GRAPH_DATA))
    asked = shipped_store.query(
        f"SELECT ?s ?p ?o {{ GRAPH {GRAPH_INFERRED} {{ ?s ?p ?o }} "
        f"FILTER NOT EXISTS {{ ?s a <{TIP}InferredStatement> }} }} ORDER BY ?s ?p ?o"
    )
    assert isinstance(asked, Solutions)
    made = prover(shipped_store.manifest)
    for row in asked[::20]:
        triple = Triple(*row)
        assert_well_founded(run(shipped_store, made.why(triple)), triple, asserted)


class TestInferWhy:
    """`tipgraph infer --why` of a graph that holds its conclusions."""

    def run(self, own: tuple[Path, Path], *arguments: str, **variables: str) -> Result:
        environment = {"TIPGRAPH_SNAPSHOT_DIR": str(own[1]), **variables}
        return CliRunner().invoke(app, ["infer", *arguments], env=environment)

    def test_the_same_words_as_from_the_files(self, own: tuple[Path, Path]) -> None:
        why = ("--why", "id:mine tip:traffickedTo id:there")
        here = self.run(own, str(own[0]), *why)
        stored = self.run(own, "--data", str(own[0]), "--infer", *why)
        assert here.exit_code == stored.exit_code == 0
        assert here.stdout == stored.stdout
        assert "follows by prp-spo2 and the axiom of tip:traffickedTo" in stored.stdout

    def test_triples(self, own: tuple[Path, Path]) -> None:
        why = ("--why", "id:mine tip:traffickedTo id:there", "--format", "nt")
        here = self.run(own, str(own[0]), *why)
        stored = self.run(own, "--data", str(own[0]), "--infer", *why)
        assert sorted(here.stdout.splitlines()) == sorted(stored.stdout.splitlines()) != []

    def test_what_was_asserted_and_what_does_not_follow(self, own: tuple[Path, Path]) -> None:
        stored = ("--data", str(own[0]), "--infer")
        asserted = self.run(own, *stored, "--why", "id:mine tip:traffickedAlong id:way")
        assert asserted.exit_code == 0
        assert "was asserted, not inferred" in asserted.stderr
        absent = self.run(own, *stored, "--why", "id:mine a tip:Route")
        assert absent.exit_code == 1
        assert "does not follow by any rule" in absent.stderr

    def test_an_endpoint(self, own: tuple[Path, Path], tmp_path: Path) -> None:
        snapshot = build(Inputs((own[0],), infer=True), own[1]).snapshot
        quads = list(Store.read_only(str(snapshot.store_path)))
        why = ("--why", "id:mine tip:traffickedTo id:there")
        with oxigraph(quads, tmp_path / "data") as address:
            by_option = self.run(own, *why, "--store", address)
            by_variable = self.run(own, *why, TIPGRAPH_STORE_URL=address)
        here = self.run(own, str(own[0]), *why)
        assert by_option.stdout == by_variable.stdout == here.stdout != ""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--data", "{own}", "--infer"), "--data and --store need --why"),
            (("{own}", "--data", "{own}", "--why", "id:a a tip:Agent"), "no FILE"),
            (("--data", "{own}", "--why", "id:a a tip:Agent"), "build it with --infer"),
            (("--infer", "--why", "id:a a tip:Agent"), "--infer needs --data FILE"),
        ],
    )
    def test_wrong_calls(
        self, own: tuple[Path, Path], arguments: tuple[str, ...], words: str
    ) -> None:
        done = self.run(own, *(each.format(own=own[0]) for each in arguments))
        assert done.exit_code == 2
        assert words in done.stderr
