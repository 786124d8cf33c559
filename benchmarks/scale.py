"""The same software at each size: load, build, first answer, and questions beside Oxigraph.

`python -m benchmarks scale 10000 100000` chooses sizes in triples.
"""

import json
import shutil
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import quote, urlsplit

from benchmarks.narratives import write_with_ontology
from benchmarks.questions import Asked, chosen
from benchmarks.report import verdict
from benchmarks.services import FOLDER, Service, install_peers, oxigraph, tipgraph
from benchmarks.validation import PROGRAMS, run

SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
# Triples from which on loading and building have an aim.
_AIMED: Final = SIZES[-1]
_STORE: Final = FOLDER / "scale-oxigraph"
_LOADED: Final = FOLDER / "scale-loaded"
_SNAPSHOTS: Final = FOLDER / "scale-snapshots"
# Queries that each question is asked as, and the seconds at Oxigraph after which it is
# not asked once more.
_ASKED: Final = 20
_ENOUGH: Final = 20
# Seconds after which both are connected to anew.
_LONG: Final = 1
# What would stop a long answer does not.
_SETTINGS: Final = {
    "TIPGRAPH_SNAPSHOT_DIR": str(_SNAPSHOTS),
    "TIPGRAPH_QUERY_TIMEOUT": "3600",
    "TIPGRAPH_RESULT_BYTES": str(1 << 32),
    "TIPGRAPH_WORKER_MEMORY": str(1 << 34),
}


def measure_scale() -> None:
    """Print figures for each size."""
    sizes = [int(argument) for argument in sys.argv[2:]] or list(SIZES)
    programs = install_peers()
    for size in sizes:
        data = FOLDER / f"narratives-{size}.nt"
        narratives = write_with_ontology(data, size).count
        print(f"\n{size:,} triples, {narratives:,} narratives, {data.stat().st_size / 1e6:,.0f} MB")
        _build(data, size, programs)
        _ask(data, narratives, programs)
        for folder in (_STORE, _SNAPSHOTS):
            shutil.rmtree(folder)
        data.unlink()


def _build(data: Path, size: int, programs: Path) -> None:
    for folder in (_STORE, _LOADED, _SNAPSHOTS):
        shutil.rmtree(folder, ignore_errors=True)
    peer = run([programs / "oxigraph", "load", "--location", _STORE, "--file", data])
    loaded = run([sys.executable, "-m", "benchmarks.bulk", data, _LOADED])
    shutil.rmtree(_LOADED)
    report = FOLDER / "scale-build.json"
    command = f"{PROGRAMS / 'tipgraph'} build --data {data} --output {_SNAPSHOTS} --format json"
    built = run(["/bin/sh", "-c", f"{command} > {report}"])
    made: dict[str, Any] = json.loads(report.read_text())
    # Whole processes, from their start to their end, that do nothing but load.
    text = f"{size / loaded.seconds:,.0f}/s, oxigraph load {size / peer.seconds:,.0f}/s"
    # Of less data, the start of a program is most of what is measured.
    aims = size >= _AIMED
    verdict("bulk load", text, peer.seconds / loaded.seconds, at_least=0.8 if aims else None)
    print(f"  {'the step of the build':26} {size / made['seconds']['store']:,.0f}/s")
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in made["seconds"].items())
    ratio = built.seconds / peer.seconds
    verdict("build", f"{built.seconds:.1f} s", ratio, at_most=3 if aims else None)
    print(f"  steps, some of them at a time: {steps}")
    verdict("peak memory, GB", "", built.memory / 1e9, at_most=4)
    print(f"{'disk':28} {made['bytes'] / 1e6:,.0f} MB", flush=True)
    run([programs / "oxigraph", "optimize", "--location", _STORE])


def _ask(data: Path, narratives: int, programs: Path) -> None:
    with ExitStack() as services:
        begun = time.perf_counter()
        ours = services.enter_context(tipgraph(data, settings=_SETTINGS))
        verdict("first answer, seconds", "", time.perf_counter() - begun, at_most=3)
        peer = services.enter_context(oxigraph(data, programs, _STORE))
        ratios = [_compare(asked, narratives, ours, peer) for asked in chosen()]
        verdict("the ten in the middle", "", median(ratios), at_most=1.3)


def _compare(asked: Asked, narratives: int, ours: Service, peer: Service) -> float:
    """Ask both by turns, and print what answers took in the middle; returns the ratio."""
    found = list(asked.queries(narratives, _ASKED))
    # Where there are fewer narratives, they are asked of again, as a text that no cache knows.
    queries = [f"{found[n % len(found)]} # {n // len(found)}" for n in range(_ASKED)]
    times: dict[str, list[float]] = {ours.name: [], peer.name: []}
    connections = {each.name: _connection(each) for each in (ours, peer)}
    rows, same = 0, True
    for number, query in enumerate(queries):
        answers = {}
        # Each is the first to be asked as often as the other.
        for service in (ours, peer) if number % 2 else (peer, ours):
            begun = time.perf_counter()
            answers[service.name] = _answer(connections[service.name], service, query)
            times[service.name].append(time.perf_counter() - begun)
            if times[service.name][-1] > _LONG:
                # Oxigraph's server gives up connections on which nothing comes for a minute.
                for connection in connections.values():
                    connection.close()
        mine, theirs = (sorted(answer.splitlines()[1:]) for answer in answers.values())
        same = same and mine == theirs
        rows += len(mine)
        if sum(times[peer.name]) > _ENOUGH:
            break
    for connection in connections.values():
        connection.close()
    took, peer_took = median(times[ours.name]), median(times[peer.name])
    asked_of = len(times[peer.name])
    what = f"{asked_of} x {rows / asked_of:,.0f} rows" if same else "OTHER ANSWERS"
    text = f"{took * 1e3:.2f} ms, Oxigraph {peer_took * 1e3:.2f} ms, {what}"
    verdict(asked.name[:28], text, took / peer_took, at_most=1.3)
    return took / peer_took


def _connection(service: Service) -> HTTPConnection:
    parts = urlsplit(service.endpoint)
    assert parts.hostname
    return HTTPConnection(parts.hostname, parts.port)


def _answer(connection: HTTPConnection, service: Service, query: str) -> bytes:
    """The answer to a query, as tab-separated values."""
    path = f"{urlsplit(service.endpoint).path}?query={quote(query)}"
    connection.request("GET", path, headers={"Accept": "text/tab-separated-values"})
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, body
    return body
