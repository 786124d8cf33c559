"""Load on a service, made by wrk, and single answers timed one by one."""

import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from benchmarks.services import EX, FOLDER, SUBJECTS, Service

CONNECTIONS: Final = 16
SECONDS: Final = 4

SMALL: Final = f"SELECT ?p ?o WHERE {{ <{EX}s77> ?p ?o }}"
ROWS: Final = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 100000"
HEAVY: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
_RESULTS_JSON: Final = "application/sparql-results+json"

# Every request of every thread and run asks something that was not asked before.
_DISTINCT: Final = """
local thread_number = 0
function setup(thread) thread:set("id", thread_number) thread_number = thread_number + 1 end
local count = 0
request = function()
  count = count + 1
  local query = "SELECT ?p ?o WHERE { <%(ex)ss" .. (count %% %(subjects)d) .. "> ?p ?o } #"
  query = query .. "%(salt)s-" .. id .. "-" .. count
  query = query:gsub("([^%%w])", function(c) return string.format("%%%%%%02X", string.byte(c)) end)
  return wrk.format("GET", "%(path)s?query=" .. query)
end
"""


@dataclass(frozen=True)
class Rate:
    """What wrk measured: requests a second, and the 99th percentile of their time in seconds."""

    requests: float
    p99: float


def repeated(service: Service) -> Rate:
    """One small SELECT, again and again."""
    return _wrk(f"{service.endpoint}?query={quote(SMALL)}")


def distinct(service: Service, salt: str, connections: int = CONNECTIONS) -> Rate:
    """Small SELECTs, no two alike."""
    script = FOLDER / "distinct.lua"
    path = urlsplit(service.endpoint).path
    values = {"ex": EX, "subjects": SUBJECTS, "salt": salt, "path": path}
    script.write_text(_DISTINCT % values, encoding="utf-8")
    return _wrk(service.endpoint, script=script, connections=connections)


def described(service: Service) -> Rate:
    """The description of one thing in Turtle, again and again."""
    return _wrk(service.description, accept="text/turtle")


def shown(service: Service) -> Rate:
    """The page of one thing, again and again; of a service without pages its description."""
    if not service.page:
        return described(service)
    return _wrk(service.page, accept="text/html")


def _wrk(
    address: str,
    *,
    script: Path | None = None,
    connections: int = CONNECTIONS,
    accept: str = _RESULTS_JSON,
) -> Rate:
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("the load is made by wrk, which is not here; on Debian: apt-get install wrk")
    command = [wrk, "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency"]
    command += ["-H", f"Accept: {accept}"]
    command += ["-s", str(script)] if script else []
    said = subprocess.run([*command, address], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"{address} did not answer all requests:\n{said}")
    rate = re.search(r"Requests/sec:\s*([\d.]+)", said)
    latency = re.search(r"99%\s*([\d.]+)(us|ms|s)", said)
    assert rate and latency, said
    unit = {"us": 1e-6, "ms": 1e-3, "s": 1.0}[latency.group(2)]
    return Rate(float(rate.group(1)), float(latency.group(1)) * unit)


def rows_seconds(service: Service, media_type: str, salt: str) -> float:
    """The time one SELECT of 100,000 rows takes, not asked before."""
    parts = urlsplit(service.endpoint)
    connection = HTTPConnection(parts.netloc, timeout=120)
    target = f"{parts.path}?query={quote(f'{ROWS} #{salt}')}"
    begun = time.perf_counter()
    connection.request("GET", target, headers={"Accept": media_type})
    response = connection.getresponse()
    size = 0
    while part := response.read(1 << 16):
        size += len(part)
    took = time.perf_counter() - begun
    connection.close()
    assert response.status == 200 and size > 5_000_000, (response.status, size)
    return took


class HeavyQueries:
    """So many heavy queries at a time, each begun again when it has been stopped."""

    def __init__(self, service: Service, number: int) -> None:
        self._service = service
        self._going = True
        self._threads = [
            threading.Thread(target=self._ask, args=(index,), daemon=True)
            for index in range(number)
        ]

    def __enter__(self) -> "HeavyQueries":
        for thread in self._threads:
            thread.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self._going = False
        for thread in self._threads:
            thread.join(15)

    def _ask(self, index: int) -> None:
        parts = urlsplit(self._service.endpoint)
        count = 0
        while self._going:
            count += 1
            connection = HTTPConnection(parts.netloc, timeout=60)
            connection.request("GET", f"{parts.path}?query={quote(f'{HEAVY} #{index}-{count}')}")
            connection.getresponse().read()
            connection.close()


def median(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)
