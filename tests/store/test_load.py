"""Loading into engines of other makers: whole, broken off, added, replaced, refused."""

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs

import httpx
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from tests.endpoints import oxigraph, virtuoso
from tests.isomorphism import canonical
from tests.service import PATIENCE, wait_until
from tests.store.misbehaving import Behaviour, Request, misbehaving, response, sending, waiting
from tests.working_copy import WorkingCopy
from tipgraph.batches import Batch
from tipgraph.build import build
from tipgraph.errors import EndpointAwayError, UsageError
from tipgraph.inputs import Inputs
from tipgraph.loader import Existing, Protocol, Target, load
from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store.remote import Writer, open_remote

TRIG = """
<urn:s> <urn:p> <urn:o>, "ä\\n\\"quoted\\"", 1.0E6 .
GRAPH <urn:g> { <urn:s> <urn:p> [ <urn:q> [ <urn:r> "x"@en ] ], [ <urn:q> 1 ], [ <urn:q> 1 ] }
GRAPH <urn:h> { _:b <urn:p> _:b . <urn:s> <urn:p> _:c . _:c <urn:p> _:b ;
  <urn:q> <<( _:b <urn:p> <<( <urn:s> <urn:p> "x"@ar--rtl )>> )>> }
"""


# More than one process to transcribe queries would only take time to begin.
SETTINGS = Settings(workers=1)


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """Oxigraph's server without any data: the address without its last step."""
    with oxigraph([], tmp_path / "oxigraph") as address:
        yield address.removesuffix("/query")


@pytest.fixture
def snapshot(rivers: WorkingCopy, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    monkeypatch.setenv("TIPGRAPH_WORKERS", "1")
    rivers.path("a.trig").write_text(TRIG, encoding="utf-8")
    return build(Inputs((rivers.path("a.trig"),)), rivers.cache).snapshot


def held(url: str, graph: str = "") -> set[str]:
    """The triples of a graph at an endpoint, in canonical form."""
    answer = httpx.get(
        url,
        params={
            "query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
            **({"default-graph-uri": graph} if graph else {}),
        },
        headers={"accept": "application/n-triples"},
        timeout=PATIENCE,
    )
    return canonical(parse(answer.raise_for_status().content, RdfFormat.N_TRIPLES))


def insert(endpoint: str, graph: str) -> None:
    """Insert a triple into a graph."""
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("there"), NamedNode(graph))
    update = Batch((quad,)).update()
    httpx.post(f"{endpoint}/update", data={"update": update}, timeout=PATIENCE).raise_for_status()


def of_graph(graph: str) -> set[str]:
    name = NamedNode(graph) if graph else DefaultGraph()
    return canonical(quad for quad in parse(TRIG, RdfFormat.TRIG) if quad.graph_name == name)


def test_an_address_for_queries_that_is_none(snapshot: Snapshot) -> None:
    target = Target("http://localhost/update", query="ftp://localhost/query")
    with pytest.raises(UsageError, match="--query is no address of the web"):
        load(snapshot, target, SETTINGS)


@pytest.mark.parametrize(("path", "protocol"), [("/update", "update"), ("/store", "gsp")])
@pytest.mark.parametrize("batch", [1, 1000])
def test_the_endpoint_holds_the_same_graphs(
    endpoint: str, snapshot: Snapshot, path: str, protocol: str, batch: int
) -> None:
    target = Target(endpoint + path, protocol=Protocol(protocol), batch=batch)
    loaded = load(snapshot, target, SETTINGS)
    assert loaded.sent == sum(loaded.graphs.values())
    for graph in ("urn:g", "urn:h"):
        assert held(f"{endpoint}/query", graph) == of_graph(graph)
    # The store of a snapshot keeps numbers by value.
    expected = {line.replace("1.0E6", "1000000") for line in of_graph("")}
    assert held(f"{endpoint}/query") == expected
    assert load(snapshot, target, SETTINGS).sent == 0


def test_blank_nodes_become_names_on_request(endpoint: str, snapshot: Snapshot) -> None:
    load(snapshot, Target(f"{endpoint}/update", skolem=True, batch=1), SETTINGS)
    there = held(f"{endpoint}/query", "urn:h")
    assert len(there) == 4
    assert all("<https://w3id.org/tipgraph/.well-known/genid/" in triple for triple in there)
    assert not any("_:" in triple for triple in there)


@pytest.mark.parametrize("maker", ["oxigraph", "virtuoso"])
def test_the_shipped_graph_answers_from_there(
    tmp_path: Path, shipped_snapshot: Snapshot, maker: str
) -> None:
    serve = {"oxigraph": oxigraph, "virtuoso": virtuoso}[maker]
    with serve([], tmp_path / maker) as address:
        to, protocol = address.replace("/query", "/update"), Protocol.update
        settings = Settings(store_url=address, workers=1)
        if maker == "virtuoso":
            # Its updates fail on xsd:duration. These addresses ask for HTTP Digest.
            to, protocol = address.replace("/sparql", "/sparql-graph-crud-auth"), Protocol.gsp
            settings = Settings(
                store_url=address.replace("/sparql", "/sparql-auth"),
                workers=1,
                store_user="dba",
                store_password="dba",  # type: ignore[arg-type]  # noqa: S106
            )
        loaded = load(shipped_snapshot, Target(to, protocol=protocol), settings)
        assert loaded.graphs == shipped_snapshot.manifest.graphs
        with open_remote(settings) as store:
            assert store.manifest.graphs == shipped_snapshot.manifest.graphs
            assert store.manifest.default_graph == shipped_snapshot.manifest.default_graph


def test_a_load_that_is_killed_is_taken_up_again(
    endpoint: str, rivers: WorkingCopy, snapshot: Snapshot
) -> None:
    def count() -> int:
        query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        answer = httpx.get(f"{endpoint}/query", params={"query": query}, timeout=PATIENCE)
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    def pass_on(connection: socket.socket, request: Request) -> None:
        """Pass ten updates on, and leave whatever follows without an answer."""
        if len(server.requests) > 10:
            waiting()(connection, request)
        update = {"update": parse_qs(request.body)["update"][0]}
        httpx.post(f"{endpoint}/update", data=update, timeout=PATIENCE).raise_for_status()
        connection.sendall(response("", "text/plain"))

    arguments = ("load", "--to", f"{endpoint}/update", "--batch", "1")
    whole = sum(filter(None, build(Inputs(), rivers.cache).snapshot.manifest.graphs.values()))
    with misbehaving() as server:
        server.behaviour = pass_on
        slowly = (*arguments[:2], server.url, *arguments[3:], "--query", f"{endpoint}/query")
        process = rivers.start(*slowly)
        wait_until(lambda: len(server.requests) > 10)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert 0 < count() < whole
    again = rivers.run(*arguments)
    assert again.exit_code == 0, again.stderr
    sent = int(again.stdout.split()[0].replace(",", ""))
    assert 0 < sent < whole
    assert count() == whole
    assert rivers.run(*arguments).stdout.split()[0] == "0"


@pytest.mark.usefixtures("endpoints_come_and_go")
@pytest.mark.parametrize("existing", [Existing.refuse, Existing.replace])
def test_an_endpoint_that_comes_back_is_served_on(
    snapshot: Snapshot, endpoint: str, existing: Existing
) -> None:
    if existing is Existing.replace:
        insert(endpoint, "urn:g")
    load(snapshot, Target(f"{endpoint}/update", batch=1, existing=existing), SETTINGS)
    for graph in ("urn:g", "urn:h"):
        assert held(f"{endpoint}/query", graph) == of_graph(graph)


def test_other_triples_are_refused_replaced_or_added_to(
    endpoint: str, rivers: WorkingCopy, snapshot: Snapshot
) -> None:
    other = rivers.path("other.trig")
    other.write_text("GRAPH <urn:g> { <urn:other> <urn:p> 1 }", encoding="utf-8")
    assert rivers.run("load", "--to", f"{endpoint}/update", "--data", other).exit_code == 0
    for path, protocol in (("/update", "update"), ("/store", "gsp")):
        arguments = ("load", "--to", endpoint + path, "--protocol", protocol, "--data", "a.trig")
        refused = rivers.run(*arguments)
        assert refused.exit_code == 2
        assert "--existing replace" in refused.stderr
        assert len(held(f"{endpoint}/query", "urn:g")) == 1
    given = ("load", "--to", f"{endpoint}/update", "--data", "a.trig", "--existing")
    assert rivers.run(*given, "add").exit_code == 0
    assert len(held(f"{endpoint}/query", "urn:g")) == 1 + len(of_graph("urn:g"))
    assert rivers.run(*given, "replace").exit_code == 0
    assert held(f"{endpoint}/query", "urn:g") == of_graph("urn:g")


@pytest.mark.parametrize(("path", "protocol"), [("/update", "update"), ("/store", "gsp")])
def test_what_was_changed_is_replaced_where_no_count_tells(
    endpoint: str, rivers: WorkingCopy, path: str, protocol: str
) -> None:
    arguments = ("load", "--to", endpoint + path, "--protocol", protocol, "--data", "a.nq")
    for number, value in enumerate(("old", "new")):
        lines = f'<urn:s> <urn:p> "{value}" <urn:g> .\n<urn:z> <urn:p> "last" <urn:g> .\n'
        rivers.path("a.nq").write_text(lines, encoding="utf-8")
        again = rivers.run(*arguments)
        assert again.exit_code == 0, again.stderr
        assert again.stdout.split()[0] == ("2", "0")[number]
    assert "--existing replace loads them anew" in again.stderr
    replaced = rivers.run(*arguments, "--existing", "replace")
    assert replaced.exit_code == 0, replaced.stderr
    assert replaced.stdout.split()[0] == "2"
    assert any('"new"' in triple for triple in held(f"{endpoint}/query", "urn:g"))


def test_what_is_refused_replaces_nothing(
    endpoint: str, rivers: WorkingCopy, snapshot: Snapshot
) -> None:
    def refuse(connection: socket.socket, request: Request) -> None:
        """Pass on whatever inserts nothing."""
        update = parse_qs(request.body)["update"][0]
        if "INSERT" in update:
            connection.sendall(response("no", status="400 Bad Request"))
            return
        httpx.post(f"{endpoint}/update", data={"update": update}, timeout=PATIENCE)
        connection.sendall(response("", "text/plain"))

    insert(endpoint, "urn:g")
    with misbehaving() as server:
        server.behaviour = refuse
        arguments = ("--query", f"{endpoint}/query", "--data", "a.trig", "--existing", "replace")
        assert rivers.run("load", "--to", server.url, *arguments).exit_code == 4
    assert len(held(f"{endpoint}/query", "urn:g")) == 1


@pytest.mark.parametrize("inner", ["_:b", "<urn:o>"])
def test_a_triple_term_that_comes_last_is_found_again(
    endpoint: str, rivers: WorkingCopy, inner: str
) -> None:
    line = f"<urn:s> <urn:p> <<( <urn:s> <urn:p> {inner} )>> <urn:g> .\n"
    rivers.path("a.nq").write_text(line, encoding="utf-8")
    for sent in ("1", "0"):
        result = rivers.run("load", "--to", f"{endpoint}/update", "--data", "a.nq")
        assert result.exit_code == 0, result.stderr
        assert result.stdout.split()[0] == sent


@pytest.mark.parametrize(("path", "protocol"), [("/update", "update"), ("/store", "gsp")])
def test_an_address_may_have_parameters(
    endpoint: str, snapshot: Snapshot, path: str, protocol: str
) -> None:
    insert(endpoint, "urn:there")
    load(snapshot, Target(f"{endpoint}{path}?key=1", protocol=Protocol(protocol)), SETTINGS)
    assert held(f"{endpoint}/query", "urn:g") == of_graph("urn:g")
    assert held(f"{endpoint}/query", "urn:there")


def test_graphs_are_put_again_where_the_endpoint_was_away(
    endpoint: str, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    put, calls = Writer.put, list[str | None]()

    def sometimes(writer: Writer, graph: str | None, triples: BinaryIO) -> None:
        calls.append(graph)
        if len(calls) % 3 == 1:
            raise EndpointAwayError("before it was made")
        put(writer, graph, triples)
        if len(calls) % 3 == 2:
            raise EndpointAwayError("after it was made")

    monkeypatch.setattr(Writer, "put", sometimes)
    target = Target(f"{endpoint}/store", protocol=Protocol.gsp, existing=Existing.replace)
    load(snapshot, target, SETTINGS)
    for graph in ("urn:g", "urn:h"):
        assert held(f"{endpoint}/query", graph) == of_graph(graph)
    # None that was put is put again.
    assert len(calls) == 3 * 3


def test_a_default_graph_is_loaded_beside_the_shipped_graphs(
    endpoint: str, rivers: WorkingCopy, snapshot: Snapshot
) -> None:
    for arguments in ((), ("--data", "a.trig"), ("--data", "a.trig", "--existing", "replace")):
        result = rivers.run("load", "--to", f"{endpoint}/update", *arguments)
        assert result.exit_code == 0, result.stderr
        assert "triples sent" in result.stdout
    assert len(held(f"{endpoint}/query")) == len(of_graph(""))


@pytest.mark.parametrize(
    ("answer", "exit_code", "message"),
    [
        (response("no", status="401 Unauthorized"), 4, "the endpoint does not let this service in"),
        (response("no", status="405 Method Not Allowed"), 4, "the endpoint answered 405: “no”; is"),
        (response("full", status="507 Insufficient Storage"), 4, "the endpoint answered 507: “fu"),
        (response("no", status="413 Payload Too Large"), 4, "the endpoint answered 413: “no”; gi"),
        (
            response("", status="307 Temporary Redirect", fields="Location: http://h/u\r\n"),
            4,
            "the endpoint leads to http://h/u (307), which is not followed: --to has",
        ),
        (b"", 4, "the endpoint cannot be reached: "),
    ],
)
def test_what_is_refused_is_said(
    endpoint: str,
    rivers: WorkingCopy,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes,
    exit_code: int,
    message: str,
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with misbehaving() as server:
        server.behaviour = sending(answer)
        result = rivers.run(
            "load", "--to", server.url, "--query", f"{endpoint}/query", "--data", "a.trig"
        )
    assert result.exit_code == exit_code
    assert result.stderr.startswith(f"error: {message}")


def test_an_endpoint_that_takes_and_keeps_nothing(
    endpoint: str, rivers: WorkingCopy, snapshot: Snapshot
) -> None:
    with misbehaving() as server:
        server.behaviour = sending(response("", "text/plain"))
        result = rivers.run(
            "load", "--to", server.url, "--query", f"{endpoint}/query", "--data", "a.trig"
        )
        assert any("INSERT+DATA" in request.body for request in server.requests)
    assert result.exit_code == 4
    assert "has 0 triples at the endpoint and " in result.stderr


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (waiting(), "takes too long: give it smaller batches, or a longer --timeout"),
        (sending(response("", status="504 Gateway Timeout")), "what stands before it waited no"),
    ],
)
def test_what_an_endpoint_may_be_at_still_is_not_sent_again(
    endpoint: str, rivers: WorkingCopy, snapshot: Snapshot, behaviour: Behaviour, message: str
) -> None:
    with misbehaving() as server:
        server.behaviour = behaviour
        arguments = ("--query", f"{endpoint}/query", "--data", "a.trig", "--timeout", "1")
        result = rivers.run("load", "--to", server.url, *arguments)
        assert len(server.requests) == 1
    assert result.exit_code == 4
    assert message in result.stderr


def test_what_is_added_cannot_be_put(endpoint: str, snapshot: Snapshot) -> None:
    target = Target(f"{endpoint}/store", protocol=Protocol.gsp, existing=Existing.add)
    with pytest.raises(UsageError, match="replaces graphs"):
        load(snapshot, target, SETTINGS)
