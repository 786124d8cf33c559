"""Whether it lives, whether it is ready, what it counts, what it logs, how it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.test_federation import endpoint, rows
from tests.service import (
    PATIENCE,
    LiveService,
    is_running,
    process_state,
    rivers,
    serving,
    wait_until,
    write_snapshot,
)

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def samples(service: LiveService) -> dict[str, float]:
    text = service.get("/metrics").text
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_it_lives_and_is_ready(client: httpx.Client) -> None:
    assert client.get("/livez").text == "alive\n"
    assert client.get("/readyz").text == "ready\n"


def test_metrics_count_what_happens(snapshot_path: Path) -> None:
    with serving(snapshot_path, workers=1) as service:
        for _ in range(3):
            service.get("/sparql", params={"query": "ASK {}"})
        tag = service.get("/sparql", params={"query": "ASK {}"}).headers["etag"]
        service.get("/sparql", params={"query": "ASK {}"}, headers={"if-none-match": tag})
        service.get("/sparql", params={"query": SLOW, "timeout": "0.3"})
        found = samples(service)
    assert found["tipgraph_requests_total[/sparql][200]"] == 4
    assert found["tipgraph_requests_total[/sparql][304]"] == 1
    assert found["tipgraph_requests_total[/sparql][503]"] == 1
    assert found["tipgraph_request_seconds_count[/sparql]"] == 6
    assert found["tipgraph_request_seconds_bucket[+Inf][/sparql]"] == 6
    assert found["tipgraph_cache_total[hit]"] == 3
    assert found["tipgraph_cache_total[not_modified]"] == 1
    assert found["tipgraph_worker_ends_total[timeout]"] == 1
    assert found["tipgraph_queue_length"] == 0


def test_the_log_is_json_and_has_queries_only_when_asked(
    snapshot_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for asked in (False, True):
        with serving(snapshot_path, workers=1, log_queries=asked) as service:
            service.get("/sparql", params={"query": SLOW, "timeout": "0.3"})
        lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
        assert {line["level"] for line in lines} == {"info", "warning"}
        (slow,) = [line for line in lines if line["event"] == "query-timeout"]
        assert slow.get("query") == (SLOW if asked else None)


def test_what_nobody_foresaw_is_a_problem_and_in_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    snapshot = write_snapshot(tmp_path / "damaged", rivers())
    with serving(snapshot.path, workers=1) as service:
        snapshot.search_path.write_bytes(b"no database at all" * 1000)
        found = service.get("/search?q=river", headers={"accept": "application/json"})
        assert service.get("/sparql", params={"query": "ASK {}"}).status_code == 200
    assert found.status_code == 500
    assert found.json()["type"] == "/problems/internal-error"
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    (logged,) = [line for line in lines if line["event"] == "internal-error"]
    assert logged["request"] == found.headers["x-request-id"]
    assert "DatabaseError" in logged["exception"]


def test_a_query_under_way_is_finished_before_the_end(snapshot_path: Path) -> None:
    asked, ending = threading.Event(), threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        assert ending.wait(PATIENCE)
        rows(handler)

    with (
        endpoint(answer) as (url, _),
        serving(snapshot_path, workers=1, service_allow=url, service_private=True) as service,
        ThreadPoolExecutor(1) as threads,
    ):
        query = f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?name }} }}"
        asking = threads.submit(service.get, "/sparql", params={"query": query})
        assert asked.wait(PATIENCE)
        workers = service.workers()
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not _is_listening(service))
        ending.set()
        assert asking.result().status_code == 200
        assert service.process.wait(PATIENCE) == 0
        wait_until(lambda: not any(map(is_running, workers)))


def _is_listening(service: LiveService) -> bool:
    try:
        service.connect().close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("held", [False, True], ids=["at-once", "held-before"])
def test_workers_end_with_a_service_that_is_killed(snapshot_path: Path, held: bool) -> None:
    with serving(snapshot_path, workers=2) as service:
        asking = threading.Thread(target=_ask_until_cut_off, args=(service,))
        asking.start()
        wait_until(lambda: samples(service)["tipgraph_workers_busy"] == 1)
        workers = service.workers()
        assert len(workers) == 3
        if held:
            _hold_for_a_moment(workers)
        service.process.kill()
        service.process.wait()
        asking.join()
        wait_until(lambda: not any(map(is_running, workers)))


def _hold_for_a_moment(processes: list[int]) -> None:
    """Stop processes and let them go on, as a machine does that sleeps."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    wait_until(lambda: all(process_state(process) == "T" for process in processes))
    for process in processes:
        os.kill(process, signal.SIGCONT)
    wait_until(lambda: not any(process_state(process) == "T" for process in processes))


def _ask_until_cut_off(service: LiveService) -> None:
    with pytest.raises(httpx.TransportError):
        service.get("/sparql", params={"query": SLOW})


def test_a_port_in_use_is_one_clear_line(snapshot_path: Path, service: LiveService) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.service", str(snapshot_path)],
        env={"TIPGRAPH_PORT": str(service.port), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert ended.stderr == f"cannot listen on 127.0.0.1:{service.port}: Address already in use\n"
