"""The same software at each size: load, build, first answer, and questions beside Oxigraph.

`python -m benchmarks scale 10000 100000` chooses sizes in triples.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pyoxigraph import QuerySolutions, RdfFormat, Store

from benchmarks.narratives import write_narratives
from benchmarks.report import verdict
from benchmarks.services import FOLDER, free_port, install_peers, running
from benchmarks.validation import PROGRAMS, run
from tipgraph.namespaces import BASE
from tipgraph.questions import Question, questions

SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
TEMPLATES: Final = 10
# Narratives that each question is asked of; of small corpora as many as there are.
_ASKED: Final = 20
_NARRATIVE: Final = 5_000
_OF_NARRATIVES: Final = ("id", "claim", "doc")


def measure_scale() -> None:
    """Print figures for each size."""
    sizes = [int(argument) for argument in sys.argv[2:]] or list(SIZES)
    programs = install_peers()
    templates = _templates()
    for size in sizes:
        data = FOLDER / f"narratives-{size}.nt"
        write_narratives(data, size)
        print(f"\n{size:,} triples, {data.stat().st_size / 1e6:,.0f} MB")
        _build(data, size, programs)
        _ask(data, size, programs, templates)
        data.unlink()


def _build(data: Path, size: int, programs: Path) -> None:
    store = FOLDER / "scale-oxigraph"
    snapshots = FOLDER / "scale-snapshots"
    for folder in (store, snapshots):
        shutil.rmtree(folder, ignore_errors=True)
    peer = run([programs / "oxigraph", "load", "--location", store, "--file", data])
    report = FOLDER / "scale-build.json"
    command = f"{PROGRAMS / 'tipgraph'} build --data {data} --output {snapshots} --format json"
    built = run(["/bin/sh", "-c", f"{command} > {report}"])
    made: dict[str, Any] = json.loads(report.read_text())
    loading = made["seconds"]["store"]
    text = f"{size / loading:,.0f}/s, oxigraph load {size / peer.seconds:,.0f}/s"
    verdict("bulk load", text, peer.seconds / loading, at_least=0.8)
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in made["seconds"].items())
    verdict("build", f"{built.seconds:.1f} s ({steps})", built.seconds / peer.seconds, at_most=3)
    verdict("peak memory, GB", "", built.memory / 1e9, at_most=4)
    print(f"{'disk':28} {made['bytes'] / 1e6:,.0f} MB")


def _ask(data: Path, size: int, programs: Path, templates: Sequence[Question]) -> None:
    with _ours(data) as (ours, seconds), _oxigraph(programs) as peer:
        verdict("first answer, seconds", "", seconds, at_most=3)
        ratios = []
        for question in templates:
            count = min(_ASKED, max(size // _NARRATIVE, 1))
            queries = [_of_narrative(question, number) for number in range(count)]
            mine, theirs = _latency(ours, queries), _latency(peer, queries)
            ratios.append(mine / theirs)
            text = f"{mine * 1e3:.1f} ms, Oxigraph {theirs * 1e3:.1f} ms"
            verdict(question.slug[:28], text, mine / theirs, at_most=1.3)
        verdict("the ten in the middle", "", median(ratios), at_most=1.3)


def _templates() -> list[Question]:
    """Questions of the catalogue that a narrative by itself answers, those of its things first."""
    sample = FOLDER / "narratives-sample.nt"
    write_narratives(sample, 1)
    store = Store()
    store.bulk_load(path=str(sample), format=RdfFormat.N_TRIPLES)
    found = []
    for question in questions():
        if question.kind == "select":
            answer = store.query(_of_narrative(question, 0))
            assert isinstance(answer, QuerySolutions)
            if list(answer):
                found.append(question)
    things = f"{BASE}id/"
    found.sort(key=lambda each: not any(term.startswith(things) for term in each.terms))
    return found[:TEMPLATES]


def _of_narrative(question: Question, number: int) -> str:
    """The question, asked of the things of one narrative."""
    text = question.query
    for name in _OF_NARRATIVES:
        text = text.replace(f"<{BASE}{name}/", f"<{BASE}{name}/n{number}-")
    # What was answered before is not evaluated again.
    return f"{text}# {number}\n"


@contextmanager
def _ours(data: Path) -> Iterator[tuple[str, float]]:
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}/sparql"
    command = [str(PROGRAMS / "tipgraph"), "serve", "--data", str(data), "--port", str(port)]
    settings = {"TIPGRAPH_SNAPSHOT_DIR": str(FOLDER / "scale-snapshots")}
    begun = time.perf_counter()
    with running(command, endpoint, settings):
        yield endpoint, time.perf_counter() - begun


@contextmanager
def _oxigraph(programs: Path) -> Iterator[str]:
    store = FOLDER / "scale-oxigraph"
    optimize = [programs / "oxigraph", "optimize", "--location", store]
    subprocess.run(optimize, check=True, capture_output=True, env=os.environ)
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}/query"
    serve = [programs / "oxigraph", "serve-read-only", "-l", store, "-b", f"127.0.0.1:{port}"]
    with running([str(part) for part in serve], endpoint, {}):
        yield endpoint


def _latency(endpoint: str, queries: Sequence[str]) -> float:
    """Seconds that an answer takes, in the middle, on one connection."""
    parts = urlsplit(endpoint)
    assert parts.hostname
    connection = HTTPConnection(parts.hostname, parts.port)
    times = []
    for query in queries:
        begun = time.perf_counter()
        accept = {"Accept": "application/sparql-results+json"}
        connection.request("GET", f"{parts.path}?query={quote(query)}", headers=accept)
        response = connection.getresponse()
        response.read()
        times.append(time.perf_counter() - begun)
        assert response.status == 200, response.status
    connection.close()
    return median(times)
