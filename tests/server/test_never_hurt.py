"""No query hurts anyone else, and none reaches anything outside, whatever it tries."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.listener import listener
from tests.service import EX, LiveService, serving, wait_until

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c"
DEEP = "SELECT * { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }"


def ask(service: LiveService, query: str, **headers: str) -> httpx.Response:
    return service.post(
        "/sparql",
        content=query.encode(),
        headers={"content-type": "application/sparql-query", **headers},
    )


def is_well(service: LiveService) -> bool:
    response = ask(service, f"ASK {{ <{EX}river> <{EX}length> 120 }}", accept="text/csv")
    return response.status_code == 200 and response.text == "true"


class TestDeadline:
    def test_a_query_past_it_is_503_with_retry_after(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, workers=1, query_timeout=0.5) as service:
            response = ask(service, ENDLESS)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/query-timeout"
        assert int(response.headers["retry-after"]) > 0

    def test_the_client_may_lower_it(self, service: LiveService) -> None:
        parameters = {"query": ENDLESS, "timeout": "0.2"}
        response = service.get("/sparql", params=parameters)
        assert "0.2 seconds" in response.json()["detail"]

    def test_the_worker_is_dead_soon_after(self, service: LiveService) -> None:
        before = set(service.workers())
        service.get("/sparql", params={"query": ENDLESS, "timeout": "0.2"})
        wait_until(lambda: len(before - set(service.workers())) >= 1)
        wait_until(lambda: len(service.workers()) == 3)

    def test_others_are_answered_meanwhile(self, service: LiveService) -> None:
        with held(service):
            assert is_well(service)
            assert busy(service) == 1


class TestDisconnect:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_client_that_leaves_stops_its_query(self, service: LiveService, method: str) -> None:
        before = ends(service, "abandoned")
        with service.connect() as connection:
            connection.sendall(raw_request(method, ENDLESS))
            wait_until(lambda: busy(service) == 1)
        wait_until(lambda: busy(service) == 0)
        assert ends(service, "abandoned") == before + 1
        assert is_well(service)

    def test_a_client_that_leaves_the_queue_costs_no_worker(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, workers=1) as service, held(service):
            with service.connect() as second:
                second.sendall(raw_request("GET", ENDLESS + " #2"))
                wait_until(lambda: waiting(service) == 1)
            wait_until(lambda: waiting(service) == 0)
            assert busy(service) == 1
            assert ends(service, "abandoned") == 0


class TestCrashes:
    def test_deep_nesting_costs_only_itself(self, service: LiveService) -> None:
        response = ask(service, DEEP)
        assert response.status_code == 500
        assert response.json()["type"] == "/problems/engine-failure"
        assert is_well(service)

    def test_queries_behind_one_that_crashes_are_answered(self, snapshot_path: Path) -> None:
        with (
            serving(snapshot_path, workers=1) as service,
            ThreadPoolExecutor(16) as threads,
        ):
            queries = [f"SELECT ({number} AS ?n) {{}}" for number in range(40)]
            queries[5:5] = [DEEP, DEEP + " #2", DEEP + " #3"]
            responses = list(threads.map(lambda query: ask(service, query, accept="*/*"), queries))
        assert sorted({response.status_code for response in responses}) == [200, 500]
        assert sum(response.status_code == 500 for response in responses) == 3

    def test_memory_is_limited(self, snapshot_path: Path) -> None:
        memory = 256 * 1024 * 1024
        with serving(snapshot_path, workers=1, worker_memory=memory) as service:
            response = ask(service, HUNGRY)
            assert (response.status_code, response.json()["type"]) == (
                422,
                "/problems/memory-limit",
            )
            assert is_well(service)
            wait_until(lambda: service.resident_bytes() < 350 * 1024 * 1024)

    def test_too_large_an_answer_is_refused_as_a_whole(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, workers=1, result_bytes=10_000) as service:
            response = ask(service, "SELECT * { ?s ?p ?o }")
            assert response.status_code == 413
            assert response.json()["type"] == "/problems/result-too-large"
            assert "LIMIT" in response.json()["detail"]
            assert is_well(service)


class TestAdmission:
    def test_a_full_queue_refuses_at_once(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, workers=1, queue_size=2) as service, held(service, 3):
            for _ in range(5):
                response = ask(service, ENDLESS)
                assert response.status_code == 429
                assert response.json()["type"] == "/problems/client-share"
                assert response.headers["retry-after"] == "1"
            assert (busy(service), waiting(service)) == (1, 2)

    def test_nobody_waits_longer_than_the_queue_allows(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, workers=1, queue_seconds=0.3) as service, held(service):
            response = ask(service, "ASK {}")
            assert busy(service) == 1
            assert (response.status_code, response.json()["type"]) == (503, "/problems/overloaded")
            assert response.headers["retry-after"] == "1"

    def test_one_client_cannot_starve_another(self, snapshot_path: Path) -> None:
        with (
            serving(snapshot_path, workers=3, trusted_proxies="127.0.0.1") as service,
            ThreadPoolExecutor(8) as threads,
        ):
            greedy = [
                threads.submit(ask, service, f"{ENDLESS} #{n}", **{"x-forwarded-for": "192.0.2.1"})
                for n in range(6)
            ]
            wait_until(lambda: busy(service) == 3)
            other = ask(service, "ASK {}", **{"x-forwarded-for": "192.0.2.2"})
            assert other.status_code == 200
            statuses = {each.result().status_code for each in greedy if each.done()}
            assert statuses <= {429}
            service.process.kill()

    def test_forwarded_addresses_are_not_believed_from_anyone(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, workers=1, queue_size=2) as service, held(service, 3):
            response = ask(service, ENDLESS, **{"x-forwarded-for": "192.0.2.1"})
            assert response.status_code == 429
            assert response.json()["type"] == "/problems/client-share"


REACHING = [
    "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service silent<{url}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERV\\u0049CE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ \\u0053ERVICE\\u0020<{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?e {{ <{url}> }} SERVICE ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{url}> AS ?e) SERVICE SILENT ?e {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> SELECT * {{ SERVICE e: {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> SELECT * {{ ?a ?b true SERVICE e: {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> SELECT * {{ ?a ?b trueSERVICE e: {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> SELECT * {{ ?a ?b 12SERVICE e: {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> PREFIX SERVICEe: <a:> SELECT * {{ SERVICEe: {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> SELECT * {{ SERVICEe: {{ ?s ?p ?o }} }}",
    "BASE <{url}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    'SELECT * {{ ?s ?p "# \' <" . SERVICE <{url}> {{ ?s ?p ?o }} }}',
    "SELECT * {{ ?s ?p 1 # '\n SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE#\n<{url}>{{ ?s ?p ?o }} }}",
    "DESCRIBE ?s {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * {{ GRAPH <{url}> {{ ?s ?p ?o }} }}",
    "DESCRIBE <{url}>",
    "LOAD <{url}>",
    "LOAD SILENT <{url}> INTO GRAPH <a:b>",
    "SELECT (IRI('{url}') AS ?x) {{}}",
]


class TestNothingIsReached:
    @pytest.mark.parametrize("template", REACHING)
    def test_by_a_query(self, service: LiveService, template: str) -> None:
        with listener() as (port, heard):
            response = ask(service, template.format(url=f"http://127.0.0.1:{port}/x"))
            assert response.status_code in (200, 400, 403)
            if "SERVICE" in template.upper() and response.status_code != 400:
                assert response.json()["type"] == "/problems/service-refused"
        assert heard == []

    @pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
    def test_by_a_parameter(self, service: LiveService, name: str) -> None:
        with listener() as (port, heard):
            parameters = {"query": "SELECT * { ?s ?p ?o }", name: f"http://127.0.0.1:{port}/x"}
            response = service.get("/sparql", params=parameters)
            assert response.json()["results"]["bindings"] == []
            missing = service.get("/gsp", params={"graph": f"http://127.0.0.1:{port}/x"})
            assert missing.status_code == 404
        assert heard == []


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER('SERVICE <http://x/> {' != '') }",
        'ASK { FILTER("""a "SERVICE" b""" != "") }',
        "ASK {} # SERVICE <http://x/> {}",
        "ASK { ?s <http://x/SERVICE> <service:x> }",
        "PREFIX service: <http://x/> ASK { ?s service:SERVICE service:silent }",
        "SELECT ?service ?SERVICE { ?service ?SERVICE 1 } LIMIT 1",
        "ASK { ?s ?p 'x'@service }",
        "ASK { _:service ?p ?SERVICE }",
    ],
)
def test_the_word_elsewhere_is_no_service(service: LiveService, query: str) -> None:
    assert ask(service, query, accept="*/*").status_code == 200


def raw_request(method: str, query: str) -> bytes:
    if method == "GET":
        target = str(httpx.URL("/sparql", params={"query": query}))
        return f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    return (
        f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        f"Content-Length: {len(query)}\r\n\r\n{query}"
    ).encode()


@contextlib.contextmanager
def held(service: LiveService, count: int = 1) -> Iterator[None]:
    """Queries of one client that go on until the block ends, evaluated or waiting.

    After the block there are none.
    """
    with contextlib.ExitStack() as stack:
        for number in range(1, count + 1):
            connection = stack.enter_context(service.connect())
            connection.sendall(raw_request("GET", f"{ENDLESS} # held {number}"))
            wait_until(lambda: busy(service) + waiting(service) == number)  # noqa: B023
        yield
    wait_until(lambda: busy(service) + waiting(service) == 0)


def metric(service: LiveService, name: str) -> float:
    for line in service.get("/metrics").text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    raise AssertionError(f"no metric {name}")


def busy(service: LiveService) -> float:
    return metric(service, "tipgraph_workers_busy")


def waiting(service: LiveService) -> float:
    return metric(service, "tipgraph_queue_length")


def ends(service: LiveService, reason: str) -> float:
    return metric(service, f'tipgraph_worker_ends_total{{reason="{reason}"}}')
