"""Inference in engines of other makers: the same as in files, and what hinders it is said."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from typer.testing import CliRunner, Result

from tests.endpoints import oxigraph, patient_virtuoso
from tests.service import PATIENCE
from tests.store.misbehaving import misbehaving, response, sending, waiting
from tipgraph.cli import app
from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, GRAPH_META, GRAPH_ONTOLOGY, TIP
from tipgraph.reasoning import CompiledOntology, Materialisation

ONTOLOGY = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:flowsInto a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:range ex:Water .
ex:Sea owl:disjointWith ex:River .
[] owl:onProperty ex:flowsInto ; owl:someValuesFrom ex:Sea ; rdfs:subClassOf ex:Drained .
"""
DATA = """
GRAPH <urn:rivers> { <http://example.org/aare> <http://example.org/flowsInto>
  <http://example.org/rhine> . }
GRAPH <urn:seas> { <http://example.org/sea> a <http://example.org/Sea> . }
<http://example.org/rhine> <http://example.org/flowsInto> <http://example.org/sea> .
"""
FOLLOWS = """
@prefix ex: <http://example.org/> .
ex:aare ex:flowsInto ex:sea ; a ex:Drained .
ex:rhine a ex:Water , ex:Drained .
ex:sea a ex:Water .
"""
Serve = Callable[[list[Quad], Path], AbstractContextManager[str]]
SERVERS = {"oxigraph": oxigraph, "virtuoso": patient_virtuoso}


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPGRAPH_WORKERS", "1")


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """Oxigraph's server with the data: the address without its last step."""
    with oxigraph(list(parse(DATA, RdfFormat.TRIG)), tmp_path / "oxigraph") as address:
        yield address.removesuffix("/query")


@pytest.fixture
def ontology(tmp_path: Path) -> str:
    path = tmp_path / "ontology.ttl"
    path.write_text(ONTOLOGY, encoding="utf-8")
    return str(path)


def infer(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["infer", *arguments])


def held(endpoint: str) -> dict[str, set[Triple]]:
    """The triples of each named graph of an endpoint, but for its own about itself."""
    own = 'FILTER(!STRSTARTS(STR(?g), "http://www.openlinksw.com/"))'
    form = {"query": f"SELECT ?g ?s ?p ?o {{ GRAPH ?g {{ ?s ?p ?o }} {own} FILTER(isIRI(?o)) }}"}
    fields = {"accept": "application/sparql-results+json"}
    answer = httpx.post(endpoint, data=form, headers=fields, timeout=PATIENCE)
    found: dict[str, set[Triple]] = {}
    for row in answer.raise_for_status().json()["results"]["bindings"]:
        ends = [NamedNode(row[each]["value"]) for each in "spo"]
        found.setdefault(row["g"]["value"], set()).add(Triple(*ends))
    return found


def read(text: str) -> set[Triple]:
    return {quad.triple for quad in parse(text, RdfFormat.TURTLE)}


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
def test_the_shipped_graph(tmp_path: Path, serve: Serve) -> None:
    graphs = (GRAPH_DATA, GRAPH_ONTOLOGY)
    shipped = [q for graph in graphs for q in read_shipped(graph)]
    # Read by nobody: only what the shipped default graph is made of is.
    link = NamedNode(f"{TIP}traffickedAlong")
    unread = Quad(NamedNode("urn:a"), link, NamedNode("urn:b"), GRAPH_META)
    quads = [*shipped, unread]
    ontology = CompiledOntology.compile(q.triple for q in read_shipped(GRAPH_ONTOLOGY))
    closure = Materialisation(ontology, (q.triple for q in read_shipped(GRAPH_DATA)))
    expected = {triple for triple in closure.triples() if isinstance(triple.object, NamedNode)}
    with serve(quads, tmp_path / "endpoint") as address:
        done = infer("--to", address.replace("/query", "/update"))
        assert done.exit_code == 0, done.stderr
        assert int(done.stdout.split()[0].replace(",", "")) == len(set(closure.triples()))
        query = f"SELECT ?s ?p ?o {{ GRAPH {GRAPH_INFERRED} {{ ?s ?p ?o }} FILTER(isIRI(?o)) }}"
        answer = CliRunner().invoke(app, ["query", "--store", address, "--format", "tsv", query])
        assert set(answer.stdout.splitlines()[1:]) == {"\t".join(map(str, t)) for t in expected}
        example = str(min(expected, key=str))
        proved = infer("--why", example, "--store", address)
        assert "  follows by " in proved.stdout, proved.stderr


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
def test_graphs_of_ones_own_and_the_default_graph(
    tmp_path: Path, ontology: str, serve: Serve
) -> None:
    quads = list(parse(DATA, RdfFormat.TRIG))
    if serve is patient_virtuoso:
        # Its default graph is the union of the named ones, and has nothing of its own.
        other = NamedNode("urn:other")
        named = [other if q.graph_name == DefaultGraph() else q.graph_name for q in quads]
        quads = [
            Quad(q.subject, q.predicate, q.object, g) for q, g in zip(quads, named, strict=True)
        ]
    with serve(quads, tmp_path / "endpoint") as address:
        before = held(address)
        done = infer("--to", address.replace("/query", "/update"), "--ontology", ontology)
        assert done.exit_code == 0, done.stderr
        after = held(address)
    assert after.pop(GRAPH_INFERRED.value) == read(FOLLOWS)
    assert {name: triples for name, triples in after.items() if name in before} == before
    assert not [name for name in after if name.startswith(GRAPH_INFERRED.value)]


def test_a_default_graph_that_shows_the_named_ones_too(tmp_path: Path, ontology: str) -> None:
    quads, graph = list(parse(DATA, RdfFormat.TRIG)), tmp_path / "endpoint"
    with oxigraph(quads, graph, "--union-default-graph") as address:
        call = ("--to", address.replace("/query", "/update"), "-o", ontology)
        for more in ((), ("--existing", "replace")):
            done = infer(*call, *more)
            assert done.exit_code == 0, done.stderr
            assert held(address)[GRAPH_INFERRED.value] == read(FOLLOWS)
        # What was inferred from it does not hold it up once it is gone.
        gone = {"update": "DROP GRAPH <urn:seas>"}
        httpx.post(call[1], data=gone, timeout=PATIENCE).raise_for_status()
        assert infer(*call, "--existing", "replace").exit_code == 0
        left = held(address)[GRAPH_INFERRED.value]
    assert left == {each for each in read(FOLLOWS) if "Drained" not in str(each)}


def test_a_default_graph_that_repeats_much_of_the_named_ones(tmp_path: Path, ontology: str) -> None:
    quads = list(parse(DATA, RdfFormat.TRIG))
    # More than are looked up, and the first in every order.
    same = NamedNode("urn:a")
    copies = [Triple(same, same, NamedNode(f"urn:a{number}")) for number in range(1500)]
    graphs = (DefaultGraph(), NamedNode("urn:a"))
    quads += [Quad(t.subject, t.predicate, t.object, g) for t in copies for g in graphs]
    with oxigraph(quads, tmp_path / "endpoint") as address:
        done = infer("--to", address.replace("/query", "/update"), "-o", ontology)
        assert done.exit_code == 0, done.stderr
        assert held(address)[GRAPH_INFERRED.value] == read(FOLLOWS)


def test_one_graph_alone(endpoint: str, ontology: str) -> None:
    done = infer("--to", f"{endpoint}/update", "-o", ontology, "--graph", "urn:rivers")
    assert done.exit_code == 0, done.stderr
    inferred = held(f"{endpoint}/query")[GRAPH_INFERRED.value]
    assert inferred == read("<http://example.org/rhine> a <http://example.org/Water> .")


def test_inferred_triples_are_replaced_on_request(endpoint: str, ontology: str) -> None:
    call = ("--to", f"{endpoint}/update", "-o", ontology)
    assert infer(*call).exit_code == 0
    again = infer(*call, "--graph", "urn:rivers")
    assert again.exit_code == 2
    assert f"there are 5 triples already in {GRAPH_INFERRED.value}" in again.stderr
    assert held(f"{endpoint}/query")[GRAPH_INFERRED.value] == read(FOLLOWS)
    assert infer(*call, "--graph", "urn:rivers", "--existing", "replace").exit_code == 0
    assert len(held(f"{endpoint}/query")[GRAPH_INFERRED.value]) == 1


def test_a_contradiction_leaves_everything_as_it_was(endpoint: str, ontology: str) -> None:
    call = ("--to", f"{endpoint}/update", "-o", ontology, "--existing", "replace")
    assert infer(*call).exit_code == 0
    before = held(f"{endpoint}/query")
    with Path(ontology).open("a") as file:
        file.write("ex:flowsInto rdfs:range ex:River .")
    refused = infer(*call)
    assert refused.exit_code == 1
    assert "which share no members (cax-dw)" in refused.stderr
    assert "(inferred) from" in refused.stderr
    assert held(f"{endpoint}/query") == before


@pytest.mark.usefixtures("endpoints_come_and_go")
def test_an_endpoint_that_comes_back_is_asked_on(endpoint: str, ontology: str) -> None:
    done = infer("--to", f"{endpoint}/update", "-o", ontology)
    assert done.exit_code == 0, done.stderr
    assert held(f"{endpoint}/query")[GRAPH_INFERRED.value] == read(FOLLOWS)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (response("no", status="401 Unauthorized"), "the endpoint does not let this service in"),
        (response("no", status="405 Method Not Allowed"), "the endpoint answered 405: “no”; is"),
        (b"", "the endpoint cannot be reached: "),
    ],
)
def test_an_endpoint_that_makes_no_updates(
    endpoint: str, ontology: str, monkeypatch: pytest.MonkeyPatch, answer: bytes, message: str
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    before = held(f"{endpoint}/query")
    with misbehaving() as server:
        server.behaviour = sending(answer)
        done = infer("--to", server.url, "--query", f"{endpoint}/query", "-o", ontology)
    assert done.exit_code == 4
    assert done.stderr.startswith(f"error: {message}")
    assert held(f"{endpoint}/query") == before


def test_an_update_that_takes_too_long_is_not_begun_again(endpoint: str, ontology: str) -> None:
    with misbehaving() as server:
        server.behaviour = waiting()
        call = ("--to", server.url, "--query", f"{endpoint}/query", "-o", ontology)
        done = infer(*call, "--timeout", "0.5")
        sent = [request.body for request in server.requests]
    assert done.exit_code == 4
    assert "too long for an update: give it a longer --timeout" in done.stderr
    assert len(sent) == len(set(sent))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "ftp://host/update"], "--to is no address of the web"),
        (["--to", "{}/update", "data.ttl"], "--to takes no FILE"),
        (["--to", "{}/update", "--evidence"], "--to takes no FILE"),
        (["--to", "{}/update", "--query", "ftp://host/query"], "--query is no address of the web"),
        (["--to", "{}/update", "--timeout", "inf"], "'--timeout'"),
        (["--to", "{}/update", "--existing", "add"], "--existing add is for load"),
        (["--to", "{}/update", "--graph", "urn:none"], "--graph urn:none: the engine has no such"),
        (["--to", "{}/update", "--graph", GRAPH_INFERRED.value], "what was inferred is not read"),
        (["--to", "{}/update", "--graph", f"{GRAPH_INFERRED.value}/same"], "inferred is not read"),
        (["--to", "{}/update", "--union-default-graph"], "--to takes no FILE"),
        (["--to", "{}/update", "--infer"], "--to takes no FILE"),
        (["--to", "{}/update", "--skip-errors"], "--to takes no FILE"),
        (["--to", "{}/update", "--graph", "none"], "--graph none is no absolute IRI"),
        (["--graph", "urn:rivers"], "--timeout need --to URL"),
        (["--existing", "replace"], "--timeout need --to URL"),
    ],
)
def test_wrong_calls(endpoint: str, arguments: list[str], words: str) -> None:
    before = held(f"{endpoint}/query")
    done = infer(*(each.format(endpoint) for each in arguments))
    assert done.exit_code == 2
    assert words in done.stderr
    assert held(f"{endpoint}/query") == before
