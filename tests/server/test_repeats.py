"""The same bytes again: answered as they were, whatever else comes on the connection."""

import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service import EX, LiveService, rivers, serving, write_snapshot

MANY = f"SELECT * {{ ?s <{EX}number> ?n }} ORDER BY ?n"
# Differ with each request.
OWN = ("date", "x-request-id", "server-timing")


def request(path: str, *fields: str, method: str = "GET") -> bytes:
    """A request as a client sends it."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *fields, "", ""]).encode()


def query(text: str, *fields: str, method: str = "GET") -> bytes:
    """A request of a query."""
    return request(f"/sparql?query={quote(text)}", *fields, method=method)


@dataclass(frozen=True)
class Answer:
    """A response, what differs each time apart."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    request_id: str
    timing: str

    @classmethod
    def read(cls, connection: socket.socket, method: str = "GET") -> Self:
        """Read the next one from a connection."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            # Not a byte of the next one, which may have come already.
            head += connection.recv(1) or pytest.fail(f"no whole head came, but {head!r}")
        first, *lines = head.decode().strip().split("\r\n")
        assert first.startswith("HTTP/1.1 ")
        found = [
            (name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)
        ]
        given = dict(found)
        size = 0 if method == "HEAD" else int(given.get("content-length", "0"))
        body = b""
        while len(body) < size:
            body += connection.recv(size - len(body)) or pytest.fail("the body was cut short")
        fields = tuple(sorted(field for field in found if field[0] not in OWN))
        request_id, timing = given["x-request-id"], given.get("server-timing", "")
        return cls(int(first.split()[1]), fields, body, request_id, timing)

    @property
    def same(self) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """What is the same each time."""
        return self.status, self.fields, self.body


def asked(connection: socket.socket, sent: bytes) -> Answer:
    """Send a request and read the answer."""
    connection.sendall(sent)
    return Answer.read(connection, sent.split()[0].decode())


@pytest.mark.parametrize(
    "sent",
    [
        query(MANY),
        query(MANY, "Accept: text/csv", "Accept-Encoding: gzip"),
        query("ASK {}", "Accept: text/html"),
        query(f"DESCRIBE <{EX}river>", "Accept: text/turtle", 'If-None-Match: "other"'),
    ],
)
def test_an_answer_is_the_same_each_time(service: LiveService, sent: bytes) -> None:
    with service.connect() as connection, service.connect() as other:
        answers = [asked(connection, sent) for _ in range(4)] + [asked(other, sent)]
    assert answers[0].status == 200
    assert {answer.same for answer in answers} == {answers[0].same}
    assert len({answer.request_id for answer in answers}) == len(answers)
    assert all(answer.timing == "cache;desc=hit" for answer in answers[1:])


@pytest.mark.parametrize("path", ["/data/id/dprk.ttl", "/page/id/dprk"])
def test_page_and_data_of_a_thing_are_the_same_each_time(shipped: httpx.Client, path: str) -> None:
    with socket.create_connection((shipped.base_url.host, shipped.base_url.port)) as connection:
        answers = [asked(connection, request(path)) for _ in range(4)]
    assert answers[0].status == 200
    assert {answer.same for answer in answers} == {answers[0].same}


def test_each_is_counted(service: LiveService) -> None:
    def counted() -> tuple[float, float]:
        text = service.get("/metrics").text
        patterns = (r'requests_total{path="/sparql",status="200"}', r'cache_total{outcome="hit"}')
        found = [re.search(rf"{re.escape(each)} (\S+)", text) for each in patterns]
        requests, hits = (float(each.group(1)) if each else 0.0 for each in found)
        return requests, hits

    sent = query("SELECT (7 AS ?counted) {}")
    with service.connect() as connection:
        asked(connection, sent)
        before = counted()
        for _ in range(5):
            asked(connection, sent)
    assert counted() == (before[0] + 5, before[1] + 5)


def test_a_client_gets_its_own_request_id_back(service: LiveService) -> None:
    with service.connect() as connection:
        for name in ("one", "two", "one", "one", "two"):
            sent = query("ASK {}", f"X-Request-ID: {name}")
            assert asked(connection, sent).request_id == name


def test_what_differs_each_time_is_evaluated_each_time(service: LiveService) -> None:
    with service.connect() as connection:
        answers = {asked(connection, query("SELECT (UUID() AS ?id) {}")).body for _ in range(4)}
    assert len(answers) == 4


def test_the_head_alone_is_sent_to_who_asks_for_it(service: LiveService) -> None:
    with service.connect() as connection:
        whole = [asked(connection, query(MANY)) for _ in range(3)]
        heads = [asked(connection, query(MANY, method="HEAD")) for _ in range(3)]
    assert {answer.fields for answer in heads} == {answer.fields for answer in whole}
    assert {answer.body for answer in heads} == {b""}


def test_a_connection_that_is_to_end_ends(service: LiveService) -> None:
    sent = query(MANY, "Connection: close")
    for _ in range(4):
        with service.connect() as connection:
            assert ("connection", "close") in asked(connection, sent).fields
            assert connection.recv(1) == b""


def test_what_is_no_longer_kept_is_evaluated(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", rivers())
    with (
        serving(snapshot.path, workers=1, cache_bytes=400_000) as service,
        service.connect() as connection,
    ):
        first, *_, kept = (asked(connection, query(MANY)) for _ in range(3))
        for limit in (990, 991, 992):
            asked(connection, query(f"{MANY} LIMIT {limit}"))
        after = asked(connection, query(MANY))
    assert kept.timing == "cache;desc=hit"
    assert "evaluate" in first.timing
    assert "evaluate" in after.timing
    assert after.same == first.same


def test_answers_come_in_turn(service: LiveService) -> None:
    slow = f"SELECT (COUNT(*) AS ?n) {{ ?a <{EX}number> ?b . ?c <{EX}number> ?d FILTER(?b < ?d) }}"
    with service.connect() as connection:
        known = [asked(connection, query("ASK {}")) for _ in range(3)][-1]
        connection.sendall(query(slow))
        # What comes meanwhile is a request of which nothing needs to be read.
        time.sleep(0.05)
        connection.sendall(query("ASK {}"))
        answers = [Answer.read(connection) for _ in range(2)]
    assert "evaluate" in answers[0].timing
    assert answers[1].same == known.same


def test_requests_that_come_together_each_get_an_answer(service: LiveService) -> None:
    with service.connect() as connection:
        for _ in range(4):
            connection.sendall(query("ASK {}") + query("SELECT (1 AS ?one) {}"))
            bodies = [Answer.read(connection).body for _ in range(2)]
            assert (b"boolean" in bodies[0], b"one" in bodies[1]) == (True, True)


REQUESTS = [
    query(MANY, "Accept: text/csv"),
    query("ASK {}"),
    query("SELECT (1 AS ?one) {}", "Accept: text/html"),
    request("/livez"),
    query("SELECT"),
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 6\r\n\r\nASK {}",
]


@given(
    chosen=st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=6),
    cuts=st.lists(st.floats(0, 1), max_size=6),
)
@settings(max_examples=60)
def test_in_whatever_pieces_requests_come_each_is_answered_in_turn(
    service: LiveService, chosen: list[bytes], cuts: list[float]
) -> None:
    expected = []
    for sent in chosen:
        with service.connect() as alone:
            expected.append(asked(alone, sent))
    stream = b"".join(chosen)
    places = sorted(int(cut * len(stream)) for cut in cuts)
    with service.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin, end in zip([0, *places], [*places, len(stream)], strict=True):
            connection.sendall(stream[begin:end])
        answers = [Answer.read(connection) for _ in chosen]
    for answer, wanted in zip(answers, expected, strict=True):
        assert (answer.status, len(answer.body)) == (wanted.status, len(wanted.body))
        if answer.status == 200:
            assert answer.same == wanted.same
