"""Connections: what comes over them that is no request, too much of one, or one that never ends."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.service import LiveService, serving, wait_until

GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
TRIPLE = b"<http://example.org/river> <http://example.org/length> 120 .\n"


@pytest.fixture(scope="module")
def hasty(snapshot_path: Path) -> Iterator[LiveService]:
    """A service that waits a moment for a request."""
    with serving(snapshot_path, workers=1, head_seconds=1, body_seconds=2) as service:
        yield service


def post(path: bytes, length: int, kind: bytes = b"text/turtle") -> bytes:
    """The head of a request with a body."""
    return (
        b"POST %b HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n"
        b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n" % (path, kind, length)
    )


def everything(connection: socket.socket) -> bytes:
    """What is received until the other side closes the connection."""
    received = bytearray()
    while part := connection.recv(1 << 16):
        received += part
    return bytes(received)


def problem(answer: bytes) -> dict[str, Any]:
    """The problem in a whole answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = head.lower().split(b"\r\n")
    assert b"content-type: application/problem+json" in fields
    assert b"content-length: %d" % len(body) in fields
    assert b"access-control-allow-origin: *" in fields
    found: dict[str, Any] = json.loads(body)
    assert found["status"] == int(head.split()[1])
    return found


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"FROB /livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a client that speaks TLS\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: some\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nAccept: */*\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nContent-Length: 3\r\n\r\nASK",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n",
    ],
    ids=["words", "method", "version", "field", "TLS", "length", "no Host", "body", "two Hosts"],
)
def test_what_is_no_request_is_a_problem(service: LiveService, sent: bytes) -> None:
    with service.connect() as connection:
        connection.sendall(sent)
        assert problem(everything(connection))["type"] == "/problems/malformed-request"


@pytest.mark.parametrize(
    ("coding", "kind"),
    [
        (b"gzip, chunked", "unknown-transfer-coding"),
        (b"identity, Chunked", "unknown-transfer-coding"),
        (b"gzip\r\nTransfer-Encoding: chunked", "unknown-transfer-coding"),
        (b"gzip", "unknown-transfer-coding"),
        (b"chunked, chunked", "malformed-request"),
        (b"chunked, gzip", "malformed-request"),
    ],
)
def test_a_transfer_coding_that_is_not_read_is_refused(
    service: LiveService, coding: bytes, kind: str
) -> None:
    head = post(b"/sparql", 0, b"application/sparql-query")
    head = head.replace(b"Content-Length: 0", b"Transfer-Encoding: " + coding)
    with service.connect() as connection:
        connection.sendall(head + b"6\r\nASK {}\r\n0\r\n\r\n")
        assert problem(everything(connection))["type"] == f"/problems/{kind}"


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked"])
def test_a_body_in_chunks_is_read(service: LiveService, coding: bytes) -> None:
    head = post(b"/sparql", 0, b"application/sparql-query")
    head = head.replace(b"Content-Length: 0", b"Connection: close\r\nTransfer-Encoding: " + coding)
    with service.connect() as connection:
        connection.sendall(head + b"6\r\nASK {}\r\n0\r\n\r\n")
        assert everything(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_head_without_end_is_refused(service: LiveService) -> None:
    def refused() -> bool:
        line = 'tipgraph_requests_total{path="other",status="431"} 1.0'
        return line in service.get("/metrics").text

    assert not refused()
    # The answer may be lost, since the client goes on sending to a connection that is closed.
    with service.connect() as connection, suppress(ConnectionError):
        connection.sendall(GET + b"X-Long: ")
        for _ in range(100):
            connection.sendall(b"a" * 10_000)
        assert problem(everything(connection))["type"] == "/problems/head-too-large"
    wait_until(refused)


def test_an_address_that_is_too_long_is_said_to_be(service: LiveService) -> None:
    with service.connect() as connection:
        query = b"ASK%7B%7D%23" + b"x" * 70_000
        connection.sendall(b"GET /sparql?query=%b HTTP/1.1\r\nHost: x\r\n\r\n" % query)
        found = problem(everything(connection))
    assert (found["status"], found["type"]) == (414, "/problems/uri-too-long")


def test_a_head_that_is_long_but_allowed_is_read(service: LiveService) -> None:
    with service.connect() as connection:
        connection.sendall(GET + b"X-Long: " + b"a" * 60_000 + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_a_head_that_does_not_end_in_time_is_refused(hasty: LiveService) -> None:
    with hasty.connect() as connection:
        connection.sendall(GET)
        assert problem(everything(connection))["type"] == "/problems/request-timeout"


def test_a_second_head_that_does_not_end_in_time_is_refused(hasty: LiveService) -> None:
    with hasty.connect() as connection:
        connection.sendall(GET + b"\r\n" + GET)
        first, second = everything(connection).split(b"HTTP/1.1 ")[1:]
        assert (first[:3], second[:3]) == (b"200", b"408")


def test_a_connection_on_which_nothing_comes_is_closed(hasty: LiveService) -> None:
    with hasty.connect() as connection:
        assert everything(connection) == b""


def test_an_answer_that_takes_longer_than_its_head_may_is_sent(hasty: LiveService) -> None:
    slow = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with hasty.connect() as connection:
        connection.sendall(
            b"POST /sparql?timeout=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % len(slow)
        )
        connection.sendall(slow)
        assert problem(everything(connection))["type"] == "/problems/query-timeout"


@pytest.mark.parametrize(
    ("path", "kind"),
    [(b"/validate", b"text/turtle"), (b"/sparql", b"application/sparql-query")],
)
def test_a_body_that_stops_coming_is_refused(hasty: LiveService, path: bytes, kind: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(post(path, 1000, kind) + b"#")
        answer = everything(connection)
    assert problem(answer)["type"] == "/problems/request-timeout"
    assert b"connection: close" in answer


def test_a_body_that_comes_a_byte_at_a_time_is_refused(hasty: LiveService) -> None:
    with hasty.connect() as connection:
        connection.sendall(post(b"/validate", 50_000))
        answer = b""
        connection.settimeout(0.05)
        # The answer is read as soon as it is there: what is sent to a closed connection loses it.
        while not answer:
            connection.sendall(b"#")
            with suppress(TimeoutError):
                answer = connection.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_body_that_takes_long_but_keeps_coming_is_read(hasty: LiveService) -> None:
    pieces = [TRIPLE * 300] * 5
    with hasty.connect() as connection:
        connection.sendall(post(b"/validate", sum(map(len, pieces))))
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.5)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_a_body_that_trickles_in_after_the_answer_does_not_keep_its_connection(
    hasty: LiveService,
) -> None:
    with hasty.connect() as connection:
        connection.sendall(post(b"/livez", 1_000_000))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 405")

        def closed() -> bool:
            try:
                connection.sendall(b"#")
            except ConnectionError:
                return True
            return False

        wait_until(closed)


def test_a_request_is_answered_after_one_whose_body_came_after_its_answer(
    hasty: LiveService,
) -> None:
    with hasty.connect() as connection:
        connection.sendall(post(b"/livez", 6))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 405")
        connection.sendall(b"# end\n")
        time.sleep(3)
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        assert b"HTTP/1.1 200" in everything(connection)


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /livez HTTP/1.1\r\nConnection: close",
        b"GET /livez HTTP/1.0",
        b"HEAD /livez HTTP/1.0",
        b"GET /sparql?query=ASK%20%7B%7D HTTP/1.0",
        b"GET /nothing HTTP/1.0",
    ],
)
def test_an_answer_comes_in_one_piece(service: LiveService, request_line: bytes) -> None:
    with service.connect() as connection:
        connection.sendall(request_line + b"\r\nHost: x\r\n\r\n")
        head, _, body = everything(connection).partition(b"\r\n\r\n")
        assert segments_received(connection) == 1
    fields = head.split(b"\r\n")
    assert fields.count(b"connection: close") == 1
    assert bool(body) != request_line.startswith(b"HEAD")


def segments_received(connection: socket.socket) -> int:
    """In how many pieces came what was received, by Linux' `struct tcp_info`."""
    found = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 156)
    pieces: int = struct.unpack_from("=I", found, 152)[0]
    return pieces


def test_a_request_in_small_pieces_is_answered(service: LiveService) -> None:
    query = "ASK { FILTER(STRLEN('북한') = 2) }".encode()
    whole = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: application/json\r\n"
        b"Content-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % len(query)
    ) + query
    with service.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(whole), 7):
            connection.sendall(whole[start : start + 7])
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["boolean"] is True
