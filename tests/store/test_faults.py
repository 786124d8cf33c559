"""What endpoints do wrong, each held against real servers that do it."""

import socket
from collections.abc import Iterator

import pytest

from tests.service import PATIENCE, free_port, wait_until
from tests.store.misbehaving import (
    CERTIFICATE,
    JSON,
    Misbehaving,
    Request,
    misbehaving,
    response,
    sending,
    waiting,
    well,
)
from tipgraph.errors import (
    EndpointAwayError,
    EndpointFailureError,
    OverloadedError,
    QueryError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadOnlyError,
    ResultTooLargeError,
    UnusableAnswerError,
)
from tipgraph.settings import Settings
from tipgraph.store.remote import RemoteStore, open_remote

SELECT = "SELECT ?x { ?x ?y ?z }"
EMPTY = '{"head":{"vars":["x"]},"results":{"bindings":[]}}'
CHUNKED = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSED = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nConnection: close\r\n\r\n"


def settings(server: Misbehaving, **given: object) -> Settings:
    return Settings(**{"workers": 1, "store_url": server.url, **given})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Misbehaving, RemoteStore]]:
    with misbehaving() as server, open_remote(settings(server)) as store:
        yield server, store


@pytest.fixture
def server(opened: tuple[Misbehaving, RemoteStore]) -> Misbehaving:
    """A server that answers well again, and has been sent nothing yet."""
    server, store = opened
    server.behaviour = well
    assert store.query("ASK {}") is True
    server.requests.clear()
    server.left.clear()
    return server


@pytest.fixture
def store(server: Misbehaving, opened: tuple[Misbehaving, RemoteStore]) -> RemoteStore:
    return opened[1]


class TestAway:
    def test_nothing_listens(self) -> None:
        address = f"http://127.0.0.1:{free_port()}/sparql"
        with pytest.raises(EndpointAwayError, match="cannot be reached"):
            open_remote(Settings(workers=1, store_url=address))

    def test_the_host_is_not_known(self) -> None:
        with pytest.raises(EndpointAwayError, match="cannot be reached"):
            open_remote(Settings(workers=1, store_url="http://nowhere.invalid/sparql"))

    def test_it_hangs_up_before_it_answers(self, server: Misbehaving, store: RemoteStore) -> None:
        server.behaviour = sending(b"")
        with pytest.raises(EndpointAwayError, match="cannot be reached"):
            store.query(SELECT)
        # Nothing was received, so that it was worth a second attempt.
        assert [request.query for request in server.requests] == [SELECT, SELECT]

    def test_a_second_attempt_may_be_answered(
        self, server: Misbehaving, store: RemoteStore
    ) -> None:
        def behaviour(connection: socket.socket, request: Request) -> None:
            if len(server.requests) > 1:
                well(connection, request)

        server.behaviour = behaviour
        assert store.query(SELECT) is not None
        assert len(server.requests) == 2

    def test_it_does_not_speak_http(self, server: Misbehaving, store: RemoteStore) -> None:
        server.behaviour = sending(b"SSH-2.0-OpenSSH_9.6\r\n")
        with pytest.raises(EndpointAwayError):
            store.query(SELECT)

    @pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
    def test_a_proxy_does_not_reach_it(
        self, server: Misbehaving, store: RemoteStore, status: str
    ) -> None:
        server.behaviour = sending(response("no upstream", "text/plain", status=status))
        with pytest.raises(EndpointAwayError, match="no upstream"):
            store.query(SELECT)


class TestSlow:
    @pytest.mark.parametrize(
        "first", [b"", CHUNKED.encode(), CHUNKED.encode() + b"1\r\n{\r\n"], ids=range(3)
    )
    def test_the_deadline_ends_the_connection(
        self, server: Misbehaving, store: RemoteStore, first: bytes
    ) -> None:
        server.behaviour = waiting(first)
        with pytest.raises(QueryTimeoutError, match="1 seconds"):
            store.query(SELECT, timeout=1)
        assert server.left.wait(PATIENCE)
        assert len(server.requests) == 1

    def test_a_body_that_drips_is_no_progress(
        self, server: Misbehaving, store: RemoteStore
    ) -> None:
        def drip(connection: socket.socket, _: Request) -> None:
            connection.sendall(UNTIL_CLOSED.encode())
            while not server.left.wait(0.01):
                connection.sendall(b" ")

        server.behaviour = drip
        with pytest.raises(QueryTimeoutError):
            store.query(SELECT, timeout=1)
        assert server.left.wait(PATIENCE)


class TestCutShort:
    @pytest.mark.parametrize(
        "sent",
        [
            response(EMPTY, length=1000),
            CHUNKED.encode() + b"31\r\n" + EMPTY.encode() + b"\r\n",
            CHUNKED.encode() + b"20\r\n" + EMPTY.encode()[:32] + b"\r\n0\r\n\r\n",
            UNTIL_CLOSED.encode() + EMPTY.encode()[:-1],
            response(EMPTY[:20]),
            response(""),
        ],
        ids=["length", "chunks", "within-chunks", "closed", "within-length", "nothing"],
    )
    def test_no_part_is_passed_on(
        self, server: Misbehaving, store: RemoteStore, sent: bytes
    ) -> None:
        server.behaviour = sending(sent)
        for query in (SELECT, f"CONSTRUCT {{ ?x a ?x }} WHERE {{ {SELECT} }}", "DESCRIBE <a:a>"):
            with pytest.raises(UnusableAnswerError, match=r"cut its answer short|not whole"):
                store.query(query)
        # Something was received, so that there was no second attempt.
        assert len(server.requests) == 3

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ("X-SPARQL-MaxRows: 10000\r\n", "10000 rows at most"),
            ("X-SQL-State: S1TAT\r\nX-SQL-Message: RC...: interrupted.  More\r\n", "interrupted"),
        ],
    )
    def test_what_virtuoso_says_beside_its_answer_is_heeded(
        self, server: Misbehaving, store: RemoteStore, fields: str, reason: str
    ) -> None:
        server.behaviour = sending(response(EMPTY, fields=fields))
        with pytest.raises(UnusableAnswerError, match=reason):
            store.query(SELECT)


class TestLies:
    def test_another_type_is_named_and_quoted(
        self, server: Misbehaving, store: RemoteStore
    ) -> None:
        page = "<html><script>x()</script><h1>Sign in &amp; go on</h1></html>"
        server.behaviour = sending(response(page, "text/html; charset=utf-8"))
        with pytest.raises(UnusableAnswerError, match=r"text/html .*“Sign in & go on”"):
            store.query(SELECT)

    @pytest.mark.parametrize("kind", ["", "application/sparql-results+xml", "text/plain"])
    def test_a_type_that_was_not_asked_for_is_not_read(
        self, server: Misbehaving, store: RemoteStore, kind: str
    ) -> None:
        server.behaviour = sending(response(EMPTY, kind))
        with pytest.raises(UnusableAnswerError, match="was asked for"):
            store.query(SELECT)

    @pytest.mark.parametrize(
        "body",
        [
            "<html>Down for maintenance</html>",
            "[]",
            '{"head":{"vars":["x"]}}',
            EMPTY + '{"error":"out of memory"}',
            '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"no"}}]}}',
            '{"head":{},"boolean":true}',
        ],
    )
    def test_the_body_has_to_be_of_its_type(
        self, server: Misbehaving, store: RemoteStore, body: str
    ) -> None:
        server.behaviour = sending(response(body))
        with pytest.raises(UnusableAnswerError, match=r"not whole or not valid|truth value"):
            store.query(SELECT)

    def test_solutions_are_no_truth_value(self, server: Misbehaving, store: RemoteStore) -> None:
        server.behaviour = sending(response(EMPTY))
        with pytest.raises(UnusableAnswerError, match="a truth value was asked for"):
            store.query("ASK { ?x ?y ?z }")

    def test_compression_was_not_asked_for(self, server: Misbehaving, store: RemoteStore) -> None:
        server.behaviour = sending(response(b"\x1f\x8b", fields="Content-Encoding: gzip\r\n"))
        with pytest.raises(UnusableAnswerError, match="compressed"):
            store.query(SELECT)


class TestRefusals:
    def test_the_message_is_quoted_and_clipped(
        self, server: Misbehaving, store: RemoteStore
    ) -> None:
        said = "<h1>Oops</h1>\n\n no   such\tthing " + "long " * 1000
        server.behaviour = sending(response(said, "text/html", status="500 Oh"))
        with pytest.raises(EndpointFailureError, match=r"500: “Oops no such thing long .*…”") as e:
            store.query(SELECT)
        assert len(str(e.value)) < 400

    def test_a_refusal_without_words(self, server: Misbehaving, store: RemoteStore) -> None:
        server.behaviour = sending(response("", "text/plain", status="400 Bad Request"))
        with pytest.raises(EndpointFailureError, match="400: it says no more"):
            store.query(SELECT)

    @pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
    def test_who_is_not_let_in_is_told_what_to_set(
        self, server: Misbehaving, store: RemoteStore, status: str
    ) -> None:
        server.behaviour = sending(response("", status=status))
        with pytest.raises(EndpointFailureError, match="TIPGRAPH_STORE_PASSWORD"):
            store.query(SELECT)

    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
    def test_a_busy_endpoint_is_busy(
        self, server: Misbehaving, store: RemoteStore, status: str
    ) -> None:
        server.behaviour = sending(response("later", "text/plain", status=status))
        with pytest.raises(OverloadedError, match="later"):
            store.query(SELECT)

    @pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect"])
    def test_no_redirect_is_followed(
        self, server: Misbehaving, store: RemoteStore, status: str
    ) -> None:
        with misbehaving() as other:
            server.behaviour = sending(
                response("", status=status, fields=f"Location: {other.url}\r\n")
            )
            with pytest.raises(EndpointFailureError, match="TIPGRAPH_STORE_URL"):
                store.query(SELECT)
            assert other.requests == []

    def test_the_endpoint_sees_no_query_that_is_refused_here(
        self, server: Misbehaving, store: RemoteStore
    ) -> None:
        refused: list[tuple[str, type[QueryError]]] = [
            ("INSERT DATA { <a:a> <a:b> 1 }", ReadOnlyError),
            ("SELECT * {", QuerySyntaxError),
            ("DEFINE input:inference 'x' SELECT * { ?s ?p ?o }", QuerySyntaxError),
        ]
        for query, error in refused:
            with pytest.raises(error):
                store.query(query)
        assert server.requests == []


def test_an_endless_body_is_too_large() -> None:
    def endless(connection: socket.socket, _: Request) -> None:
        connection.sendall(UNTIL_CLOSED.encode())
        while True:
            connection.sendall(b" " * 65536)

    with misbehaving() as server, open_remote(settings(server, result_bytes=100_000)) as store:
        server.behaviour = endless
        with pytest.raises(ResultTooLargeError):
            store.query(SELECT)
        assert server.left.wait(PATIENCE)


class TestCircuit:
    def test_an_endpoint_that_fails_is_left_alone_and_tried_again(self) -> None:
        with misbehaving() as server, open_remote(settings(server)) as store:
            server.behaviour = sending(b"")
            for _ in range(5):
                with pytest.raises(EndpointAwayError):
                    store.query(SELECT)
            sent = len(server.requests)
            with pytest.raises(EndpointAwayError, match="left alone") as caught:
                store.query(SELECT)
            assert caught.value.retry_after >= 1
            assert len(server.requests) == sent
            assert store.endpoint.is_left_alone
            server.behaviour = well
            wait_until(lambda: _answers(store))
            assert not store.endpoint.is_left_alone

    def test_queries_that_take_long_shut_nobody_out(self) -> None:
        def behaviour(connection: socket.socket, request: Request) -> None:
            (well if request.query == "ASK {}" else waiting())(connection, request)

        with misbehaving() as server, open_remote(settings(server)) as store:
            server.behaviour = behaviour
            for _ in range(5):
                with pytest.raises(QueryTimeoutError):
                    store.query(SELECT, timeout=0.1)
            # Nobody asks it anything any more.
            wait_until(lambda: not store.endpoint.is_left_alone)

    def test_an_endpoint_that_never_answers_is_left_alone(self) -> None:
        with misbehaving() as server, open_remote(settings(server)) as store:
            server.behaviour = waiting()
            for _ in range(5):
                with pytest.raises(QueryTimeoutError):
                    store.query(SELECT, timeout=0.1)
            assert store.endpoint.is_left_alone
            with pytest.raises(EndpointAwayError, match="left alone"):
                store.query(SELECT)

    def test_refusals_of_queries_are_no_failures(
        self, server: Misbehaving, store: RemoteStore
    ) -> None:
        server.behaviour = sending(response("", "text/plain", status="500 Oh"))
        for _ in range(10):
            with pytest.raises(EndpointFailureError):
                store.query(SELECT)
        server.behaviour = well
        assert store.query("ASK {}") is True


def _answers(store: RemoteStore) -> bool:
    try:
        return store.query("ASK {}") is True
    except EndpointAwayError:
        return False


class TestTls:
    def test_a_certificate_that_nobody_vouches_for(self) -> None:
        with (
            misbehaving(tls=True) as server,
            pytest.raises(EndpointAwayError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            open_remote(settings(server))

    def test_one_that_the_operator_vouches_for(self) -> None:
        with (
            misbehaving(tls=True) as server,
            open_remote(settings(server, store_ca=CERTIFICATE)) as store,
        ):
            assert store.query("ASK {}") is True

    def test_one_for_another_host(self) -> None:
        with misbehaving(tls=True) as server:
            server.url = server.url.replace("127.0.0.1", "localhost")
            with pytest.raises(EndpointAwayError, match="CERTIFICATE_VERIFY_FAILED"):
                open_remote(settings(server, store_ca=CERTIFICATE))
