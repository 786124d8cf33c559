"""Data in a store is validated where it is, with the report that the same data gives here."""

import random
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

import tipgraph
from benchmarks.narratives import Narratives
from tests.endpoints import virtuoso
from tests.in_store.support import G, Server, results, run
from tests.manifest import Case, file_of, rows
from tests.reports import PREFIXES
from tests.test_engines_agree import PREFIXES as GENERATED
from tests.test_engines_agree import data as generated_data
from tests.test_engines_agree import shapes as generated_shapes
from tests.test_shacl_suite import suite
from tipgraph import dataset
from tipgraph.errors import TipgraphError
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY, RDFS
from tipgraph.settings import Settings
from tipgraph.store.remote import RemoteStore
from tipgraph.syntax import parse_rdf
from tipgraph.validation import Engine, ValidationReport

# Refused by name: what is about the shapes graph.
REFUSED: Final = {
    "sparql/pre-binding/shapesGraph-001": "$shapesGraph",
}
# Oxigraph's store keeps the value of a number, not how it is written.
REWRITTEN: Final = {
    "core/node/maxExclusive-001": ('"4.0"', '"4"'),
    "core/node/minExclusive-001": ('"4.0"', '"4"'),
}
# Nor does it keep that 300 was an xsd:byte and 55 was none: as an xsd:integer each is right.
NOT_KNOWN: Final = {"core/property/datatype-ill-formed": ('"300"^^', '"55"^^')}


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
        if not any(cell.startswith(NOT_KNOWN.get(name, ())) for cell in row)
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
