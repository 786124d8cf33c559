"""What the remote store does on its own: how it asks, with which credentials, and when it stops."""

import asyncio
import base64
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import RdfFormat, parse

from tests.endpoints import oxigraph
from tests.loops import run
from tests.service import PATIENCE
from tests.store.misbehaving import Misbehaving, Request, misbehaving, response, waiting, well
from tipgraph.errors import (
    EndpointFailureError,
    OverloadedError,
    QueryCancelledError,
    UnknownFunctionError,
    UsageError,
)
from tipgraph.formats import JSON
from tipgraph.settings import Settings
from tipgraph.store import QueryRequest, Triples
from tipgraph.store.remote import RemoteStore, open_remote
from tipgraph.store.remote.gate import Gate

SELECT = "SELECT ?x { ?x ?y ?z }"
SECRET = "correct-horse"  # noqa: S105  # of no account anywhere
GRAPHS = '{"head":{"vars":["g","n"]},"results":{"bindings":[%s]}}'
ROW = '{"g":{"type":"uri","value":"%s"}%s}'
COUNT = ',"n":{"type":"literal","value":"%d"}'


def settings(server: Misbehaving, **given: object) -> Settings:
    return Settings(**{"workers": 1, "store_url": server.url, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        f"( {' '.join(map(str, range(200)))} )",
        "( ( 1 2 3 ) [ <u:p> ( 4 [ <u:q> ( 5 6 7 8 ) ] ) ] )",
        "_:a . _:a <u:p> _:a , _:b . _:b <u:q> _:a",
    ],
    ids=["long list", "lists in lists", "circle"],
)
@pytest.mark.parametrize("query", ["DESCRIBE <u:s>", "DESCRIBE ?x { <u:s> <u:has> ?x }"])
def test_blank_nodes_are_described_to_their_end(tmp_path: Path, said: str, query: str) -> None:
    quads = list(parse(f"<u:s> <u:has> {said} .", RdfFormat.TURTLE))
    with (
        oxigraph(quads, tmp_path / "oxigraph") as url,
        open_remote(Settings(workers=1, store_url=url)) as store,
    ):
        found = store.query(query)
    assert isinstance(found, Triples)
    of_thing = 1 if query == "DESCRIBE <u:s>" else 0
    assert len(found) == len(quads) - 1 + of_thing


class TestCredentials:
    def sent(self, **given: object) -> str:
        with misbehaving() as server, open_remote(settings(server, **given)) as store:
            assert store.query("ASK {}") is True
            return server.requests[-1].head

    def test_none_are_sent_unless_they_are_set(self) -> None:
        assert "authorization" not in self.sent().lower()

    def test_user_and_password(self) -> None:
        head = self.sent(store_user="näme", store_password=SECRET)
        value = base64.b64encode(f"näme:{SECRET}".encode()).decode()
        assert f"authorization: Basic {value}\r\n" in head + "\r\n"

    def test_a_token(self) -> None:
        assert f"authorization: Bearer {SECRET}\r\n" in self.sent(store_token=SECRET) + "\r\n"

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"store_url": f"http://user:{SECRET}@127.0.0.1/"}, "TIPGRAPH_STORE_USER"),
            ({"store_url": "ftp://127.0.0.1/"}, "no address of the web"),
            ({"store_url": "127.0.0.1:7878"}, "no address of the web"),
            ({"store_url": "http:///sparql"}, "no address of the web"),
            ({"store_url": "http://127.0.0.1:99999/"}, "no address of the web"),
            ({"store_url": "http://127.0.0.1/a b"}, "no address of the web"),
            ({"store_token": f"{SECRET}\r\nX: y"}, "characters that no token has"),
            ({"store_token": ""}, "characters that no token has"),
            ({"store_token": SECRET, "store_user": "a"}, "exclude each other"),
            ({"store_password": SECRET}, "needs TIPGRAPH_STORE_USER"),
            ({"store_user": "a:b", "store_password": SECRET}, "colon"),
            ({"store_url": "https://127.0.0.1/", "store_ca": Path("nowhere.pem")}, "nowhere.pem"),
        ],
    )
    def test_what_cannot_be_used_is_said_without_the_secret(
        self, given: dict[str, object], reason: str
    ) -> None:
        chosen = Settings(**{"store_url": "http://127.0.0.1/", **given})  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=reason) as caught:
            open_remote(chosen)
        assert SECRET not in str(caught.value)

    def test_secrets_are_not_shown(self) -> None:
        chosen = Settings(store_token=SECRET, store_password=SECRET)  # type: ignore[arg-type]
        assert SECRET not in repr(chosen)


class TestWhatIsSent:
    def request(self, query: str, **given: object) -> dict[str, list[str]]:
        """The parameters of the request to the endpoint for a query."""
        with misbehaving() as server, open_remote(settings(server)) as store:
            store.query(query, **given)  # type: ignore[arg-type]
            return parse_qs(server.requests[-1].body)

    def test_from_becomes_parameters(self) -> None:
        query = "PREFIX g: <http://g/> SELECT ?x FROM g:a FROM NAMED <b> WHERE { ?x ?y ?z }"
        sent = self.request(query)
        assert sent["default-graph-uri"] == ["http://g/a"]
        assert sent["named-graph-uri"] == ["https://w3id.org/tipgraph/b"]
        assert "FROM" not in sent["query"][0]

    def test_the_request_wins_over_from(self) -> None:
        query = "SELECT ?x FROM <http://g/a> { ?x ?y ?z }"
        sent = self.request(query, default_graphs=("http://g/b",))
        assert sent["default-graph-uri"] == ["http://g/b"]
        assert sent["named-graph-uri"] == ["urn:tipgraph:nothing"]

    def test_without_a_dataset_the_endpoints_own_counts(self) -> None:
        sent = self.request(SELECT)
        assert sent.keys() == {"query"}

    def test_iris_are_absolute(self) -> None:
        sent = self.request("PREFIX p: <p#> BASE <http://b/x> SELECT ?x { ?x <y> p:z }")
        text = sent["query"][0]
        assert "PREFIX p: <https://w3id.org/tipgraph/p#>" in text
        assert "<http://b/y>" in text
        assert "BASE" not in text

    def test_a_service_that_is_allowed_is_the_endpoints_to_call(self) -> None:
        query = "SELECT ?x { SERVICE <http://s/> { ?x ?y ?z } }"
        with (
            misbehaving() as server,
            open_remote(settings(server, service_allow=("http://s/",))) as store,
        ):
            store.query(query)
            store.query("ASK { SERVICE <http://s/> { ?x ?y ?z } }")
            assert "SERVICE <http://s/>" in server.requests[-1].query

    def test_functions_of_the_engine_stay_out_of_reach(self) -> None:
        with misbehaving() as server, open_remote(settings(server)) as store:
            sent = len(server.requests)
            with pytest.raises(UnknownFunctionError):
                store.query("SELECT (<bif:exec>('x') AS ?y) {}")
            assert len(server.requests) == sent


async def arrived(server: Misbehaving) -> None:
    """Wait until the server has the query: what was not sent yet is not broken off."""
    while not server.was_sent("?x ?y ?z"):
        await asyncio.sleep(0.01)


class TestCancelling:
    def test_it_ends_the_connection(self) -> None:
        async def ask(store: RemoteStore) -> None:
            await store.start()
            try:
                pending = store.submit(QueryRequest(SELECT, results_format=JSON))
                assert await pending.settled() is None
                await arrived(server)
                pending.cancel()
                with pytest.raises(QueryCancelledError):
                    await pending.settled()
            finally:
                await store.stop()

        with misbehaving() as server:
            store = open_remote(settings(server))
            server.behaviour = waiting()
            run(ask(store))
            assert server.left.wait(PATIENCE)

    def test_stopping_the_store_ends_what_it_asks(self) -> None:
        async def ask(store: RemoteStore) -> None:
            await store.start()
            pending = store.submit(QueryRequest(SELECT, results_format=JSON))
            assert await pending.settled() is None
            await arrived(server)
            await store.stop()
            with pytest.raises(QueryCancelledError):
                await pending.settled()

        with misbehaving() as server:
            store = open_remote(settings(server))
            server.behaviour = waiting()
            run(ask(store))
            assert server.left.wait(PATIENCE)


class TestTurns:
    async def outcomes(self, store: RemoteStore) -> list[object]:
        """How three queries end that are asked at once of an endpoint that does not answer."""
        await store.start()
        try:
            request = QueryRequest(SELECT, results_format=JSON, timeout=1)
            pending = [store.submit(request) for _ in range(3)]
            # The first call may return before there is an outcome.
            first = await asyncio.gather(
                *(each.settled() for each in pending), return_exceptions=True
            )
            assert all(each is None or isinstance(each, OverloadedError) for each in first)
            return await asyncio.gather(
                *(each.settled() for each in pending), return_exceptions=True
            )
        finally:
            await store.stop()

    def test_who_waits_too_long_is_refused(self) -> None:
        with misbehaving() as server:
            store = open_remote(settings(server, store_connections=1))
            impatient = settings(server, store_connections=1, queue_seconds=0.2)
            store = RemoteStore(impatient, store.manifest)
            server.behaviour = waiting()
            found = sorted(type(each).__name__ for each in run(self.outcomes(store)))
            assert found == ["OverloadedError", "OverloadedError", "QueryTimeoutError"]
            assert sum(request.query == SELECT for request in server.requests) == 1

    def test_who_waits_gets_a_turn(self) -> None:
        with misbehaving() as server:
            store = open_remote(settings(server, store_connections=1, queue_seconds=30))
            server.behaviour = waiting()
            found = [type(each).__name__ for each in run(self.outcomes(store))]
            assert found == ["QueryTimeoutError"] * 3
            assert sum(request.query == SELECT for request in server.requests) == 3

    def test_so_many_may_wait_and_no_more(self) -> None:
        async def turns(gate: Gate) -> list[object]:
            async def take() -> None:
                async with gate.turn(""):
                    await asyncio.sleep(0)

            return await asyncio.gather(*(take() for _ in range(4)), return_exceptions=True)

        gate = Gate(Settings(store_connections=1, queue_size=2, queue_seconds=30))
        ends = run(turns(gate))
        assert [type(each) for each in ends] == [type(None)] * 3 + [OverloadedError]


class TestManifest:
    def manifest(self, answer: Callable[[str], str | None]) -> tuple[dict[str, int | None], bool]:
        """The graphs that are found, and whether they are the shipped ones."""

        def behaviour(connection: socket.socket, request: Request) -> None:
            body = answer(request.query)
            if body is None:
                connection.sendall(response("no", "text/plain", status="500 No"))
            elif body:
                connection.sendall(response(body))
            else:
                well(connection, request)

        with misbehaving() as server:
            server.behaviour = behaviour
            found = open_remote(settings(server)).manifest
            assert not found.is_fixed
            return dict(found.graphs), bool(found.default_graph)

    def test_graphs_are_counted(self) -> None:
        def answer(query: str) -> str | None:
            rows = (ROW % (f"http://g/{each}", COUNT % each) for each in (1, 2))
            return GRAPHS % ",".join(rows) if "GROUP BY" in query else ""

        assert self.manifest(answer) == ({"http://g/1": 1, "http://g/2": 2}, False)

    def test_where_counting_is_refused_they_are_listed(self) -> None:
        def answer(query: str) -> str | None:
            if "COUNT" in query:
                return None
            return GRAPHS % ROW % ("http://g/1", "") if "DISTINCT ?g" in query else ""

        assert self.manifest(answer) == ({"http://g/1": None}, False)

    def test_where_they_are_too_many_the_shipped_ones_are_looked_for(self) -> None:
        def answer(query: str) -> str | None:
            if "?g" in query and "ASK" not in query:
                rows = (ROW % (f"http://g/{each}", COUNT % 1) for each in range(10_000))
                return GRAPHS % ",".join(rows)
            return ""

        graphs, merged = self.manifest(answer)
        assert {name.rpartition("/")[2] for name in graphs} == {
            *("data", "ontology", "shapes", "inferred", "meta")
        }
        assert merged

    def test_many_are_listed_but_for_those_beside_the_shipped_ones(self) -> None:
        def answer(*others: str) -> Callable[[str], str | None]:
            names = [*(f"http://g/{each}" for each in range(1001)), *others]
            rows = GRAPHS % ",".join(ROW % (name, COUNT % 1) for name in names)
            return lambda query: rows if "GROUP BY" in query else ""

        graphs, merged = self.manifest(answer())
        assert (len(graphs), merged) == (1001, False)
        shipped = [f"https://w3id.org/tipgraph/graph/{name}" for name in ("data", "meta")]
        graphs, merged = self.manifest(answer(*shipped))
        assert (list(graphs), merged) == (shipped, True)

    def test_what_virtuoso_keeps_for_itself_is_left_out(self) -> None:
        def answer(query: str) -> str | None:
            row = ROW % ("http://www.openlinksw.com/schemas/virtrdf#", COUNT % 5)
            return GRAPHS % row if "GROUP BY" in query else ""

        assert self.manifest(answer) == ({}, False)

    def test_what_answers_no_query_is_no_endpoint(self) -> None:
        with pytest.raises(EndpointFailureError):
            self.manifest(lambda _: None)
