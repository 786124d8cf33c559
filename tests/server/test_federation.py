"""SERVICE where it is allowed: it works, and every fence around it holds."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service import EX, LiveService, serving
from tipgraph.errors import ServiceCallError, UsageError
from tipgraph.store.federation import Endpoint, checked_address

Answer = Callable[[BaseHTTPRequestHandler], None]
ROWS = b"name\r\nAmnok\r\nTumen\r\n"


@contextlib.contextmanager
def endpoint(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """An endpoint elsewhere, with the bodies of the requests it gets."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            with contextlib.suppress(ConnectionError):
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql", asked
        server.shutdown()
        thread.join()


def send(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    status: int = 200,
    location: str | None = None,
    *,
    content_type: str = "application/sparql-results+json",
    missing: int = 0,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    if location is not None:
        handler.send_header("Location", location)
    handler.send_header("Content-Length", str(len(body) + missing))
    handler.end_headers()
    handler.wfile.write(body)


def rows(handler: BaseHTTPRequestHandler) -> None:
    """Two solutions, in the format every engine reads."""
    bindings = ",".join(
        f'{{"name":{{"type":"literal","value":"{name}"}}}}' for name in ("Amnok", "Tumen")
    )
    body = f'{{"head":{{"vars":["name"]}},"results":{{"bindings":[{bindings}]}}}}'
    send(handler, body.encode())


def ask(service: LiveService, query: str) -> httpx.Response:
    return service.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})


class Elsewhere:
    """An endpoint elsewhere that a service may call.

    Args:
        service: The service.
        url: The address of the endpoint.
        asked: The bodies of the requests it gets.
    """

    def __init__(self, service: LiveService, url: str, asked: list[str]) -> None:
        self.service = service
        self.url = url
        self.asked = asked
        self.answer: Answer = rows

    def ask(self, query: str) -> httpx.Response:
        """Ask the service, with {url} for the address of the endpoint."""
        return ask(self.service, query.format(url=self.url))


@pytest.fixture(scope="module")
def allowed(snapshot_path: Path) -> Iterator[Elsewhere]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        called.answer(handler)

    with (
        endpoint(answer) as (url, asked),
        serving(
            snapshot_path,
            workers=1,
            service_allow=url,
            service_private=True,
            service_bytes=1_000_000,
        ) as service,
    ):
        called = Elsewhere(service, url, asked)
        yield called


@pytest.fixture
def elsewhere(allowed: Elsewhere) -> Elsewhere:
    """An endpoint that answers well until it is told otherwise, and has not been asked yet."""
    allowed.answer = rows
    allowed.asked.clear()
    return allowed


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?name {{ SERVICE <{url}> {{ ?s <a:name> ?name }} }} ORDER BY ?name",
        "PREFIX e: <{url}> SELECT ?name {{ SERVICE SILENT e: {{ ?s <a:name> ?name }} }}",
        "BASE <{url}> SELECT ?name {{ SERVICE<>{{ ?s <a:name> ?name }} }}",
    ],
)
def test_an_allowed_endpoint_is_called(elsewhere: Elsewhere, query: str) -> None:
    response = elsewhere.ask(query)
    assert response.status_code == 200, response.text
    assert response.content == ROWS
    assert "a:name" in elsewhere.asked[0]


def test_another_endpoint_is_refused_and_not_called(elsewhere: Elsewhere) -> None:
    response = elsewhere.ask("SELECT * {{ SERVICE <{url}x> {{ ?s ?p ?o }} }}")
    assert (response.status_code, response.json()["type"]) == (403, "/problems/service-refused")
    assert elsewhere.asked == []


def test_a_name_glued_to_the_keyword_is_refused(elsewhere: Elsewhere) -> None:
    query = "PREFIX e: <{url}x> PREFIX SERVICEe: <a:> SELECT * {{ SERVICEe: {{ ?s ?p ?o }} }}"
    assert elsewhere.ask(query).status_code == 403
    assert elsewhere.asked == []


ANYTHING = "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (b'{"head":{"vars":["s"]},"results":{"bindings":[{"s"', {}),
        (
            b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"a b"}}]}}',
            {},
        ),
        (b'{"head":{},"boolean":true}', {}),
        (b"<html>", {"content_type": "text/html"}),
        (b"s\r\na:b\r\n", {"content_type": "text/csv"}),
        (b"?s\n<a:b>\n", {"content_type": "text/tab-separated-values", "missing": 6}),
    ],
    ids=["broken", "bad IRI", "truth value", "page", "CSV", "cut short"],
)
def test_an_answer_that_is_not_whole_is_not_used(
    elsewhere: Elsewhere, body: bytes, options: dict[str, Any]
) -> None:
    elsewhere.answer = lambda handler: send(handler, body, **options)
    response = elsewhere.ask(ANYTHING)
    assert (response.status_code, response.json()["type"]) == (502, "/problems/service-failed")
    assert elsewhere.url in response.json()["detail"]
    silent = elsewhere.ask(ANYTHING.replace("SERVICE", "SERVICE SILENT"))
    assert (silent.status_code, silent.text) == (200, "o,p,s\r\n,,\r\n")


def test_a_private_address_is_not_called_unless_that_is_allowed(snapshot_path: Path) -> None:
    with (
        endpoint(rows) as (url, asked),
        serving(snapshot_path, workers=1, service_allow=url) as service,
    ):
        response = ask(service, ANYTHING.format(url=url))
        assert response.status_code == 502
        assert "not a public one" in response.json()["detail"]
        assert asked == []


def redirect(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"", 302, location="/elsewhere")


def fail(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"no", 500)


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * 65536)


@pytest.mark.parametrize("answer", [redirect, fail, flood])
def test_what_goes_past_a_fence_fails_the_query(elsewhere: Elsewhere, answer: Answer) -> None:
    elsewhere.answer = answer
    response = elsewhere.ask(ANYTHING)
    assert (response.status_code, response.json()["type"]) == (502, "/problems/service-failed")
    assert elsewhere.url in response.json()["detail"]
    assert len(elsewhere.asked) == 1


def test_an_endpoint_that_takes_too_long_fails_the_query(snapshot_path: Path) -> None:
    gone = threading.Event()

    def dawdle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not gone.wait(0.1):
            handler.wfile.write(b" ")

    with (
        endpoint(dawdle) as (url, _),
        serving(
            snapshot_path, workers=1, service_allow=url, service_private=True, service_timeout=0.5
        ) as service,
    ):
        response = ask(service, ANYTHING.format(url=url))
        gone.set()
    assert (response.status_code, response.json()["type"]) == (502, "/problems/service-failed")
    assert url in response.json()["detail"]


def test_silent_makes_a_failure_one_empty_solution(elsewhere: Elsewhere) -> None:
    elsewhere.answer = fail
    query = "SELECT ?o {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}"
    assert elsewhere.ask(query).content == b"o\r\n\r\n"


def test_federated_and_own_data_join(elsewhere: Elsewhere) -> None:
    query = f"""SELECT ?n ?name {{{{
        <{EX}river> <{EX}length> ?n . SERVICE <{{url}}> {{{{ ?s <a:name> ?name }}}} }}}}"""
    assert elsewhere.ask(query).content == b"n,name\r\n120,Amnok\r\n120,Tumen\r\n"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",  # noqa: S104  # an address that must not be called
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "localhost",
        "2130706433",
    ],
)
def test_addresses_that_are_not_public(host: str) -> None:
    with pytest.raises(ServiceCallError):
        checked_address(Endpoint.of(f"http://{host}/"), private_allowed=False)


@pytest.mark.parametrize("host", ["192.0.43.8", "[2606:2800:220:1::1]"])
def test_addresses_that_are_public(host: str) -> None:
    assert checked_address(Endpoint.of(f"https://{host}/"), private_allowed=False) in host


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "ftp://a/", "urn:x", "http:///x"])
def test_only_web_addresses_can_be_allowed(iri: str) -> None:
    with pytest.raises(UsageError):
        Endpoint.of(iri)
