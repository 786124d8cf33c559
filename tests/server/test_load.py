"""Sixty-four clients at once, good and bad, and nothing is lost: no answer, no process, no memory.

A few seconds in every run; `TIPGRAPH_LOAD_SECONDS=60` makes it a minute.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.server.test_never_hurt import DEEP, ENDLESS, raw_request
from tests.service import EX, LiveService, serving, wait_until

CONNECTIONS = 64
SECONDS = float(os.environ.get("TIPGRAPH_LOAD_SECONDS", "5"))
MEBIBYTE = 1024 * 1024


class Load:
    """Clients that ask until they are told to stop, and note what went wrong."""

    def __init__(self, service: LiveService) -> None:
        self._service = service
        self._end = time.monotonic() + SECONDS
        self.answered: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        """Run all clients to the end."""
        threads = [
            threading.Thread(target=self._client, args=(number,)) for number in range(CONNECTIONS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311  # a test that can be repeated
        # Most ask good queries; of the rest, each does one kind of harm.
        kinds: dict[int, Callable[[httpx.Client, random.Random], None]] = {
            0: self._slow,
            1: self._huge,
            2: self._malformed,
            3: self._leaving,
            4: self._crashing,
        }
        work = kinds.get(number % 16, self._good)
        with httpx.Client(base_url=self._service.url, timeout=60) as client:
            while time.monotonic() < self._end:
                work(client, chance)
                if work != self._good:
                    time.sleep(0.1)

    def _expect(self, kind: str, response: httpx.Response, *statuses: int) -> bool:
        """Count a response; note one that is neither as wanted nor a refusal for lack of time."""
        self.answered[f"{kind} {response.status_code}"] += 1
        if response.status_code not in (*statuses, 429, 503):
            self.wrong.append(f"{kind}: {response.status_code} {response.text[:200]}")
        return response.status_code == 200

    def _good(self, client: httpx.Client, chance: random.Random) -> None:
        low = chance.randrange(1000)
        query = f"SELECT ?n {{ ?s <{EX}number> ?n FILTER(?n >= {low}) }} ORDER BY ?n"
        response = client.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
        wanted = "n\r\n" + "".join(f"{number}\r\n" for number in range(low, 1000))
        if self._expect("good", response, 200) and response.text != wanted:
            self.wrong.append(f"good: a wrong answer to {query}")

    def _slow(self, client: httpx.Client, chance: random.Random) -> None:
        query = f"{ENDLESS} #{chance.random()}"
        self._expect("slow", client.get("/sparql", params={"query": query, "timeout": "0.5"}), 503)

    def _huge(self, client: httpx.Client, chance: random.Random) -> None:
        query = f"SELECT * {{ ?a <{EX}number> ?b . ?c <{EX}number> ?d }} #{chance.random()}"
        self._expect("huge", client.post("/sparql", data={"query": query}), 413)

    def _malformed(self, client: httpx.Client, chance: random.Random) -> None:
        query = "SELECT * { ?a foaf:name ?b " + "}" * chance.randrange(3)
        self._expect("malformed", client.get("/sparql", params={"query": query}), 400)

    def _leaving(self, client: httpx.Client, chance: random.Random) -> None:
        with self._service.connect() as connection:
            connection.sendall(raw_request("GET", f"{ENDLESS} #{chance.random()}"))
            time.sleep(chance.random() / 5)
        self.answered["leaving"] += 1

    def _crashing(self, client: httpx.Client, chance: random.Random) -> None:
        query = f"{DEEP} #{chance.random()}"
        self._expect("crashing", client.post("/sparql", data={"query": query}), 500)


@pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="what is left over is read from /proc"
)
def test_a_storm_leaves_nothing_behind(snapshot_path: Path) -> None:
    with serving(
        snapshot_path, workers=2, result_bytes=MEBIBYTE, queue_seconds=5, query_timeout=2
    ) as service:
        before = service.descriptors()
        load = Load(service)
        load.run()
        assert load.wrong == []
        assert load.answered["good 200"] > 0
        wait_until(lambda: _answers(service), seconds=2)
        wait_until(lambda: len(service.workers()) == 3, seconds=5)
        wait_until(lambda: service.descriptors() <= before + 4, seconds=5)
        assert service.resident_bytes() < 350 * MEBIBYTE
        assert service.process.poll() is None


def _answers(service: LiveService) -> bool:
    response = httpx.get(service.sparql, params={"query": f"ASK {{ <{EX}river> ?p ?o }}"})
    return response.status_code == 200 and response.json()["boolean"] is True
