"""Data in a store is validated where it is, with the report that the same data gives here."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from typer.testing import CliRunner

import tipgraph
from benchmarks.narratives import Narratives
from tests.endpoints import oxigraph, virtuoso
from tests.manifest import Case, file_of, rows
from tests.reports import PREFIXES
from tests.service import free_port
from tests.test_engines_agree import PREFIXES as GENERATED
from tests.test_engines_agree import data as generated_data
from tests.test_engines_agree import shapes as generated_shapes
from tests.test_shacl_suite import FOLDER, suite
from tipgraph import dataset
from tipgraph.cli import app
from tipgraph.errors import TipgraphError, UsageError
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY, RDFS
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore
from tipgraph.store.remote import RemoteStore
from tipgraph.syntax import parse_rdf
from tipgraph.validation import Engine, ValidationReport, ValidationResult

G: Final = "http://example.org/graph"
# Refused by name: what is about the shapes graph.
REFUSED: Final = {
    "sparql/pre-binding/shapesGraph-001": "$shapesGraph",
}
# Oxigraph's store keeps the value of a number, not how it is written nor a derived datatype.
REWRITTEN: Final = {
    "core/node/maxExclusive-001": ('"4.0"', '"4"'),
    "core/node/minExclusive-001": ('"4.0"', '"4"'),
    "core/property/datatype-ill-formed": (
        '"300"^^<http://www.w3.org/2001/XMLSchema#byte>',
        '"300"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ),
}


class Server:
    """An Oxigraph server, with one graph that each test fills anew.

    Args:
        endpoint: Its address for queries.
    """

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def fill(self, triples: Iterable[Triple | Quad]) -> None:
        answer = httpx.put(
            self.endpoint.removesuffix("/query") + "/store",
            params={"graph": G},
            content=serialize(
                (each.triple if isinstance(each, Quad) else each for each in triples),
                format=RdfFormat.N_TRIPLES,
            ),
            headers={"Content-Type": "application/n-triples"},
        )
        assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph([], tmp_path_factory.mktemp("oxigraph") / "server") as endpoint:
        yield Server(endpoint)


@pytest.fixture(scope="module")
def store(server: Server) -> Iterator[EmbeddedStore | RemoteStore]:
    with tipgraph.open(settings=Settings.from_environment(store_url=server.endpoint)) as opened:
        yield opened


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    result = CliRunner().invoke(app, ["validate", *arguments])
    return result.exit_code, result.stdout, result.stderr


def results(
    found: Iterable[ValidationResult], *, messages: bool = True
) -> Counter[tuple[object, ...]]:
    """All that results say, with their causes; blank nodes count as equal.

    Args:
        found: The results.
        messages: Whether the messages count; where shapes have none, engines make their own.
    """
    return Counter(
        (
            *next(iter(rows(ValidationReport(False, (result,), ())))),
            result.result_message if messages else None,
            result.shape_position,
            frozenset(results(result.detail, messages=messages).items()),
        )
        for result in found
    )


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the suite is not at hand in ../shared/w3c")
@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
@pytest.mark.parametrize(("case", "engine"), [*suite(Engine.auto)])
def test_suite(
    case: Case, engine: Engine, server: Server, store: RemoteStore, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id.removeprefix(f"{engine}-")
    quads = dataset.read_quads(file_of(case.data_graph))
    server.fill(quads)
    shapes = file_of(case.shapes_graph)
    if name in REFUSED or case.expected is None:
        with pytest.raises(
            TipgraphError, match=re.escape(REFUSED[name]) if name in REFUSED else None
        ):
            tipgraph.validate(store, shapes, graph=G)
        return
    found = tipgraph.validate(store, shapes, graph=G)
    before, after = REWRITTEN.get(name, ("", ""))
    expected = Counter(
        tuple(cell.replace(before, after) if before else cell for cell in row)
        for row in rows(case.expected).elements()
    )
    assert rows(found) == expected
    assert found.conforms == case.expected.conforms


@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=generated_data(), shapes=generated_shapes())
def test_on_generated_graphs(
    server: Server, store: RemoteStore, data: list[Triple], shapes: str
) -> None:
    quads = list(parse_rdf(GENERATED + shapes, RdfFormat.TURTLE, "shapes"))
    server.fill(data)
    found = tipgraph.validate(store, quads, graph=G)
    expected = tipgraph.validate(data, quads)
    compared = (results(each.results, messages=False) for each in (found, expected))
    assert next(compared) == next(compared)
    assert found.conforms == expected.conforms


def test_our_graph_with_our_shapes(server: Server, store: RemoteStore) -> None:
    chance = random.Random(7)  # noqa: S311  # it keeps no secret
    ontology = list(dataset.read_shipped(GRAPH_ONTOLOGY))
    # Every triple that is missing breaks something.
    data = [each for each in dataset.read_shipped(GRAPH_DATA) if chance.random() > 0.02]
    server.fill([*data, *ontology])
    found = tipgraph.validate(store, graph=G)
    expected = tipgraph.validate(data)
    assert len(expected.results) > 100
    assert results(found.results) == results(expected.results)


@pytest.fixture(scope="module")
def narratives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A file of narratives that each break another of our shapes, and those shapes' names."""
    made = Narratives(violations=1, brief=True)
    corpus = tmp_path_factory.mktemp("narratives") / "corpus.nt"
    texts = islice(made.texts(30_000), len(made.violations))
    corpus.write_text("".join(texts), encoding="utf-8")
    return corpus, {f"shape:{name}" for each in made.violations for name in each.shapes}


def test_a_snapshot(narratives: tuple[Path, set[str]], tmp_path: Path) -> None:
    corpus, shapes = narratives
    with tipgraph.open(
        corpus,
        *dataset.shipped_files(GRAPH_ONTOLOGY),
        settings=Settings.from_environment(snapshot_dir=tmp_path),
    ) as opened:
        found = tipgraph.validate(opened, shape=shapes)
    expected = tipgraph.validate(corpus, shape=shapes)
    assert len(expected.results) >= len(shapes)
    assert results(found.results) == results(expected.results)


def test_virtuoso(narratives: tuple[Path, set[str]], tmp_path: Path) -> None:
    corpus, shapes = narratives
    triples = [*dataset.read_quads(corpus), *dataset.read_shipped(GRAPH_ONTOLOGY)]
    quads = [Quad(each.subject, each.predicate, each.object, NamedNode(G)) for each in triples]
    chosen = [argument for name in sorted(shapes) for argument in ("--shape", name)]
    with virtuoso(quads, tmp_path / "server") as endpoint:
        code, written, errors = run("--store", endpoint, "--graph", G, *chosen, "--format", "nt")
    assert errors == ""
    found = ValidationReport.from_triples(
        quad.triple for quad in parse(written, RdfFormat.N_TRIPLES)
    )
    expected = tipgraph.validate(corpus, shape=shapes)
    assert rows(found) == rows(expected)
    assert found.results
    assert code == 1


def test_virtuoso_with_our_shapes(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  # it keeps no secret
    term, subclass = "https://w3id.org/tipgraph/ontology#", f"{RDFS}subClassOf"
    circle = [
        Quad(NamedNode(term + narrower), NamedNode(subclass), NamedNode(term + wider))
        for narrower, wider in (("City", "Camp"), ("Camp", "City"), ("Event", "Event"))
    ]
    # Virtuoso keeps durations as another value when it loads them.
    data = [
        each
        for each in [*dataset.read_shipped(GRAPH_DATA), *circle]
        if chance.random() > 0.02 and "#duration>" not in str(each.object)
    ]
    triples = [*data, *dataset.read_shipped(GRAPH_ONTOLOGY)]
    quads = [Quad(each.subject, each.predicate, each.object, NamedNode(G)) for each in triples]
    with (
        virtuoso(quads, tmp_path / "server") as endpoint,
        tipgraph.open(settings=Settings.from_environment(store_url=endpoint)) as opened,
    ):
        found = tipgraph.validate(opened, graph=G)
    expected = tipgraph.validate(data)
    assert len(expected.results) > 100
    assert results(found.results) == results(expected.results)
    assert not found.notes


@pytest.mark.parametrize(
    "classes",
    [
        "ex:Brook rdfs:subClassOf ex:River . ex:Beck rdfs:subClassOf ex:Brook",
        "ex:Beck rdfs:subClassOf ex:River . ex:River rdfs:subClassOf ex:Beck",
        # A class without a name: in between, at the end, and as the type of something.
        "ex:Beck rdfs:subClassOf _:b . _:b rdfs:subClassOf ex:River",
        "ex:Beck rdfs:subClassOf ex:River . [] rdfs:subClassOf ex:River",
        "ex:bly a [ rdfs:subClassOf ex:River ]",
        # More than a query says one by one.
        " . ".join(f"ex:B{each} rdfs:subClassOf ex:B{each + 1}" for each in range(600))
        + " . ex:B600 rdfs:subClassOf ex:River . ex:Beck rdfs:subClassOf ex:B0",
    ],
)
def test_subclasses(server: Server, store: RemoteStore, classes: str) -> None:
    prefixes = f"{PREFIXES} PREFIX rdfs: <{RDFS}>\n"
    data = list(
        parse_rdf(
            f"{prefixes} {classes} . ex:cor a ex:River ; ex:to ex:bly . ex:bly a ex:Beck ; "
            "ex:to ex:sea . ex:sea a ex:Sea ; ex:to ex:cor .",
            RdfFormat.TURTLE,
            "data",
        )
    )
    shapes = list(
        parse_rdf(
            f"{prefixes} ex:RiverShape sh:targetClass ex:River ;\n"
            "  sh:property [ sh:path ex:to ; sh:class ex:River ] ;\n"
            "  sh:property [ sh:path ( ex:to ex:to ) ; sh:class ex:Sea ] ;\n"
            "  sh:property [ sh:path ex:name ; sh:minCount 1 ] .\n",
            RdfFormat.TURTLE,
            "shapes",
        )
    )
    server.fill(data)
    found = tipgraph.validate(store, shapes, graph=G)
    expected = tipgraph.validate(data, shapes)
    assert rows(found) == rows(expected)
    assert len(found.results) == 4


def compare(server: Server, store: RemoteStore, data: str, shapes: str) -> ValidationReport:
    """The report on a store of what a file gives the same results for."""
    triples = list(parse_rdf(data, RdfFormat.TURTLE, "data"))
    asked = list(parse_rdf(shapes, RdfFormat.TURTLE, "shapes"))
    server.fill(triples)
    found = tipgraph.validate(store, asked, graph=G)
    assert results(found.results) == results(tipgraph.validate(triples, asked).results)
    return found


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("sh:property [ sh:path ex:to ; sh:property ex:Named ]", 1),
        ("sh:property [ sh:path ex:to ; sh:property [ sh:path ex:to ; sh:property ex:Named ] ]", 1),
        ("sh:property [ sh:path ( ex:to ex:to ) ; sh:property ex:Named ]", 1),
        ("sh:property [ sh:path [ sh:inversePath ex:to ] ; sh:property ex:Named ]", 1),
        ("sh:property [ sh:path ex:to ; sh:deactivated true ; sh:property ex:Named ]", 0),
    ],
)
def test_queries_of_values(server: Server, store: RemoteStore, shape: str, count: int) -> None:
    text = (
        f'{PREFIXES} ex:cor a ex:River ; ex:name "Cor" ; ex:to ex:bly .'
        'ex:bly a ex:River ; ex:name "BLY" ; ex:to ex:cor , "nowhere" .'
    )
    shapes = (
        f"{PREFIXES} ex:RiverShape sh:targetClass ex:River ; {shape} .\n"
        'ex:Named sh:path ex:name ; sh:sparql [ sh:message "Do not shout {?value}" ; sh:select '
        '"SELECT $this ?value { $this $PATH ?value FILTER(UCASE(?value) = ?value) }" ] .'
    )
    assert len(compare(server, store, text, shapes).results) == count


@pytest.mark.parametrize("said", ["", "ex:Brook rdfs:subClassOf ex:River ."])
def test_a_store_without_an_ontology(server: Server, store: RemoteStore, said: str) -> None:
    constraint = "sh:property [ sh:path ex:to ; sh:class ex:Sea ]"
    shapes = f"{PREFIXES} ex:S sh:targetClass ex:River ; {constraint} ."
    data = f"{PREFIXES} @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . {said}"
    found = compare(server, store, f"{data} ex:cor a ex:River ; ex:to ex:bly .", shapes)
    assert len(found.results) == 1
    assert any("until it is loaded there" in note for note in found.notes) is not bool(said)


COMPONENTS: Final = f"""{PREFIXES}
ex:LongerThan a sh:ConstraintComponent ; sh:parameter [ sh:path ex:longerThan ] ;
  sh:validator [ a sh:SPARQLAskValidator ;
    sh:message "{{?value}} is not longer than {{$longerThan}}" ;
    sh:ask "ASK {{ FILTER(STRLEN(STR($value)) > $longerThan) }}" ] .
ex:Spoken a sh:ConstraintComponent ;
  sh:parameter [ sh:path ex:language ] , [ sh:path ex:besides ; sh:optional true ] ;
  sh:propertyValidator [ a sh:SPARQLSelectValidator ; sh:message "Say it in {{$language}}"@en ;
    sh:select \"\"\"SELECT $this ?value {{ $this $PATH ?value .
      FILTER(LANG(?value) != $language && LANG(?value) != COALESCE(?besides, "")) }}\"\"\" ] .
ex:Named a sh:ConstraintComponent ; sh:parameter [ sh:path ex:namedBy ] ;
  sh:nodeValidator [ a sh:SPARQLSelectValidator ;
    sh:select "SELECT $this {{ FILTER NOT EXISTS {{ $this $namedBy ?name }} }}" ] .
"""


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("sh:property [ sh:path ex:name ; ex:longerThan 3 ]", 2),
        ("sh:property [ sh:path [ sh:inversePath ex:to ] ; ex:longerThan 22 ]", 1),
        ("sh:property [ sh:path ex:name ; ex:longerThan 3 ; sh:message 'Too short' ]", 2),
        ("ex:longerThan 22 ; sh:severity sh:Warning", 1),
        ('sh:property [ sh:path ex:name ; ex:language "en" ; sh:maxCount 1 ]', 2),
        ('sh:property [ sh:path ex:name ; ex:language "en" ; ex:besides "cy" ]', 2),
        ("ex:namedBy ex:title", 2),
        ("sh:property [ sh:path ex:name ; ex:namedBy ex:name ]", 0),
        ('sh:property [ sh:path ex:name ; ex:besides "cy" ]', 0),
    ],
)
def test_constraint_components(server: Server, store: RemoteStore, shape: str, count: int) -> None:
    text = (
        f'{PREFIXES} ex:cor a ex:River ; ex:name "Cor", "Afon"@cy, "Corr"@en ; ex:to ex:beckwith .'
        'ex:beckwith a ex:River ; ex:name "Bec" ; ex:to ex:cor .'
    )
    shapes = f"{COMPONENTS} ex:RiverShape sh:targetClass ex:River ; {shape} ."
    assert len(compare(server, store, text, shapes).results) == count


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (
            "sh:node [ ex:longerThan 3 ]",
            "the constraint component <http://example.org/LongerThan> of",
        ),
        ("ex:grouped 3", "groups in groups"),
        ("ex:longerThan [ ]", "its parameter longerThan has no IRI"),
        ("ex:longerThan 3, 4", "several values"),
    ],
)
def test_constraint_components_that_are_refused(
    store: RemoteStore, shape: str, reason: str
) -> None:
    text = (
        f"{COMPONENTS} ex:Grouped a sh:ConstraintComponent ; sh:parameter [ sh:path ex:grouped ] ;"
        ' sh:validator [ sh:ask "ASK { { FILTER($value = 1) } UNION { FILTER($value = 2) } }" ] .'
        f" ex:RiverShape sh:targetClass ex:River ; {shape} ."
    )
    with pytest.raises(UsageError, match=re.escape(reason)):
        tipgraph.validate(store, list(parse_rdf(text, RdfFormat.TURTLE, "shapes")), graph=G)


SMALL: Final = f"""{PREFIXES}
ex:RiverShape a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ] .
ex:LakeShape a sh:NodeShape ; sh:targetClass ex:Lake ;
  sh:property [ sh:path ex:depth ; sh:nodeKind sh:IRI ; sh:severity sh:Warning ] .
"""


@pytest.fixture
def small(server: Server, tmp_path: Path) -> list[str]:
    """A graph with two results, and the arguments that validate it."""
    text = f'{PREFIXES} ex:cor a ex:River ; ex:length "far" . ex:bly a ex:Lake ; ex:depth "deep" .'
    server.fill(parse_rdf(text, RdfFormat.TURTLE, "data"))
    (tmp_path / "shapes.ttl").write_text(SMALL)
    return ["--store", server.endpoint, "--graph", G, "-s", str(tmp_path / "shapes.ttl")]


class TestCommand:
    @pytest.mark.parametrize(
        ("arguments", "code", "focus_nodes"),
        [
            ((), 1, {"cor", "bly"}),
            (("--shape", "ex:RiverShape"), 1, {"cor"}),
            (("--focus", "ex:bly"), 1, {"bly"}),
            (("--focus", "ex:bly", "--fail-on", "violation"), 0, {"bly"}),
            (("--shape", "ex:RiverShape", "--focus", "ex:bly"), 0, set()),
            (("--limit", "1"), 1, {"cor"}),
        ],
    )
    def test_selection(
        self, small: list[str], arguments: tuple[str, ...], code: int, focus_nodes: set[str]
    ) -> None:
        ended, written, _ = run(*small, *arguments, "--format", "csv")
        lines = written.splitlines()[1:]
        assert {line.split(",")[1].rpartition("/")[2].rstrip(">") for line in lines} == focus_nodes
        assert ended == code

    def test_a_report_for_people(self, small: list[str]) -> None:
        code, written, _ = run(*small)
        assert code == 1
        assert "1 violation, 1 warning" in written
        assert "shapes.ttl:" in written

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("data.ttl",), "exclude each other"),
            (("--ontology", "ontology.ttl"), "load it into the store"),
            (("--entailment", "rdfs"), "nothing is inferred over a store"),
            (("--shape", "ex:RiverShap"), "there is no shape"),
            (("--focus", "ex:nowhere"), "there is no focus node"),
        ],
    )
    def test_what_makes_no_sense(
        self, small: list[str], arguments: tuple[str, ...], reason: str
    ) -> None:
        code, written, errors = run(*small, *arguments)
        assert (code, written) == (2, "")
        assert reason in errors

    def test_neither_files_nor_a_store(self) -> None:
        assert run()[0] == 2
        assert "--store URL" in run()[2]
        assert run("data.ttl", "--graph", G)[0] == 2

    def test_a_nested_query_is_refused_by_name(self, small: list[str], tmp_path: Path) -> None:
        (tmp_path / "shapes.ttl").write_text(
            f"{PREFIXES} ex:S sh:targetClass ex:River ; sh:node ex:T .\n"
            'ex:T a sh:NodeShape ; sh:sparql [ sh:select "SELECT $this { $this ?p ?o }" ] .'
        )
        code, written, errors = run(*small)
        assert (code, written) == (2, "")
        assert "sh:sparql of <http://example.org/T>" in errors


class TestFailures:
    """Where the store does not answer as a whole, there is an error and no report."""

    def test_nobody_there(self, small: list[str]) -> None:
        code, written, errors = run("--store", f"http://127.0.0.1:{free_port()}/query", *small[4:])
        assert (code, written) == (4, "")
        assert errors.startswith("error: ")

    def test_too_slow(self, server: Server, small: list[str], tmp_path: Path) -> None:
        number = NamedNode("http://example.org/length")
        river = NamedNode("http://example.org/River")
        kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        nodes = [NamedNode(f"http://example.org/{each}") for each in range(1000)]
        server.fill(
            [
                *(Triple(node, kind, river) for node in nodes),
                *(Triple(node, number, Literal(each)) for each, node in enumerate(nodes)),
            ]
        )
        (tmp_path / "shapes.ttl").write_text(
            f"{PREFIXES} ex:S sh:targetClass ex:River ; sh:sparql [ sh:select "
            '"SELECT $this { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . FILTER(?b + ?d + ?f < 0) }" ] .'
        )
        code, written, errors = run(*small, "--timeout", "0.3")
        assert (code, written) == (4, "")
        assert errors.startswith("error: ")

    def test_more_than_an_answer_may_hold(
        self, server: Server, small: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        nodes = [NamedNode(f"http://example.org/{'far' * 20}{each}") for each in range(3000)]
        river, number = (
            NamedNode("http://example.org/River"),
            NamedNode("http://example.org/length"),
        )
        server.fill(
            triple
            for node in nodes
            for triple in (Triple(node, kind, river), Triple(node, number, Literal("far")))
        )
        monkeypatch.setenv("TIPGRAPH_RESULT_BYTES", "65536")
        code, written, errors = run(*small)
        assert (code, written) == (4, "")
        assert errors.startswith("error: ")


def test_python_refuses_what_a_store_has_not(store: RemoteStore) -> None:
    with pytest.raises(UsageError, match="coverage"):
        tipgraph.validate(store, coverage=True)
    with pytest.raises(UsageError, match="only a store has graphs"):
        tipgraph.validate([], graph=G)
