"""Validation beside pySHACL's own command, on narratives with our shapes: time, memory, results.

`python -m benchmarks validation 10000 100000` chooses sizes in triples.
"""

import math
import os
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Final

from pyoxigraph import BlankNode, RdfFormat, parse, serialize

import tipgraph
from benchmarks.narratives import write_with_ontology
from benchmarks.report import verdict
from benchmarks.services import FOLDER
from tipgraph.dataset import read_shipped, write_bytes
from tipgraph.namespaces import GRAPH_SHAPES
from tipgraph.settings import Settings
from tipgraph.validation import ValidationReport

PROGRAMS: Final = Path(sys.executable).parent
SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
# pySHACL is not even tried at more, and up to the other size waited for longer: two sizes at which
# it ends are needed to extrapolate.
PEER_SIZE: Final = 1_000_000
FITTED: Final = 100_000
EXTRAPOLATED: Final = 10_000_000
# One narrative in four breaks a rule.
VIOLATIONS: Final = 0.25
# Seconds after which a command is stopped: what it takes is then at least that.
PATIENCE: Final = 600
LONG_PATIENCE: Final = 3600
_SNAPSHOTS: Final = FOLDER / "validation-snapshots"
_UNLIMITED: Final = 1 << 36


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Args:
        seconds: How long it took.
        processor: Seconds of processor time, which other work on the machine hardly changes.
        memory: The most that one process had, in bytes.
        ended: Whether it came to its end.
    """

    seconds: float
    processor: float
    memory: int
    ended: bool

    def __str__(self) -> str:
        return f"{'' if self.ended else 'more than '}{self.seconds:.2f} s"


def compare_validation() -> None:
    """Print how much longer pySHACL takes at each size, and how much more memory."""
    FOLDER.mkdir(exist_ok=True)
    shapes = _written_shapes()
    curve = [
        _Size(size, shapes).measured()
        for size in [int(argument) for argument in sys.argv[2:]] or SIZES
    ]
    _extrapolate(curve)
    _shipped()


@dataclass(frozen=True)
class Measured:
    """What one size took: from a file, in a store, and pySHACL if it was tried."""

    triples: int
    file: Run
    store: Run
    peer: Run | None


class _Size:
    """Measures one size."""

    def __init__(self, triples: int, shapes: Path) -> None:
        self._triples, self._shapes = triples, shapes
        self._data = FOLDER / f"validation-{triples}.nt"
        # Each takes the same file, since pySHACL's -e leaves out most of what an ontology says.
        written = write_with_ontology(self._data, triples, violations=VIOLATIONS)
        self._broken = written.broken.total()

    def measured(self) -> Measured:
        print(f"\n{self._triples:,} triples, {self._broken} narratives break a rule")
        reports = {name: FOLDER / f"report-{name}.nt" for name in ("file", "store", "pySHACL")}
        for path in reports.values():
            path.unlink(missing_ok=True)
        own: list[str | Path] = [PROGRAMS / "tipgraph", "validate", self._data, "--no-coverage"]
        own += ["--format", "nt", "--output", reports["file"]]
        file = run([*own, "--no-positions"])
        _memory("from the file", file)
        if file.ended:
            placed = run(own)
            verdict("  with positions", str(placed), placed.seconds / file.seconds, at_most=2)
        store = self._in_store(reports["store"])
        peer = self._peer(reports["pySHACL"]) if self._triples <= PEER_SIZE else None
        self._data.unlink()
        _compare_results(reports)
        for name, each in (("from the file", file), ("in the store", store)):
            if peer and each.ended:
                ratio = peer.seconds / each.seconds
                verdict(f"  {name}", f"{each}, pySHACL {peer}", ratio, at_least=25)
        return Measured(self._triples, file, store, peer)

    def _in_store(self, report: Path) -> Run:
        """Validate a store of the data; building it is timed apart."""
        shutil.rmtree(_SNAPSHOTS, ignore_errors=True)
        command: list[str | Path] = [PROGRAMS / "tipgraph", "build", "--output", _SNAPSHOTS]
        built = run([*command, "--data", self._data])
        _memory("build of the store", built)
        program = [sys.executable, "-m", "benchmarks.validation"]
        validated = run([*program, self._data, report], patience=LONG_PATIENCE)
        _memory("in the store", validated)
        shutil.rmtree(_SNAPSHOTS)
        return validated

    def _peer(self, report: Path) -> Run:
        command: list[str | Path] = [PROGRAMS / "pyshacl", "-s", self._shapes, "-f", "nt"]
        patience = LONG_PATIENCE if self._triples <= FITTED else PATIENCE
        peer = run([*command, "-o", report, self._data], patience=patience)
        _memory("pySHACL", peer)
        return peer


def _memory(what: str, measured: Run) -> None:
    processor = f"{measured.processor:.2f} s of processor"
    print(f"  {what:26} {measured}, {processor}, {measured.memory >> 20:,} MB", flush=True)


def _compare_results(reports: dict[str, Path]) -> None:
    """Print whether those that ended have the same results."""
    found = {name: _results(path) for name, path in reports.items() if path.exists()}
    same = len(set(map(frozenset, map(Counter.items, found.values())))) == 1
    said = "the same" if same else "OTHER RESULTS"
    counts = ", ".join(f"{name} {each.total()}" for name, each in found.items())
    print(f"  results: {counts}; {said}", flush=True)


def _extrapolate(curve: list[Measured]) -> None:
    """Print the curve, and pySHACL's time where it was not measured, as a power of the size."""
    known = {each.triples: each.peer.seconds for each in curve if each.peer and each.peer.ended}
    if len(known) < 2:
        print("\ntoo few sizes at which pySHACL ended to extrapolate")
        return
    power, factor = linear_regression(
        [math.log(size) for size in known], [math.log(seconds) for seconds in known.values()]
    )
    fitted = ", ".join(f"{size:,}" for size in known)
    print(f"\nseconds of pySHACL: {math.exp(factor):.3g} * triples^{power:.3f}, fitted at {fitted}")
    print(f"{'triples':>12} {'from the file':>20} {'in the store':>20} {'pySHACL':>20}")
    for each in curve:
        print(f"{each.triples:12,} {each.file!s:>20} {each.store!s:>20} {each.peer or ''!s:>20}")
    largest = max(curve, key=lambda each: each.triples)
    theirs = known.get(largest.triples, math.exp(factor) * largest.triples**power)
    how = "" if largest.triples in known else " by the fit"
    for name, ours in (("from the file", largest.file), ("in the store", largest.store)):
        what, text = f"{largest.triples:,} {name}", f"{ours}, pySHACL {theirs:,.0f} s{how}"
        if ours.ended:
            verdict(what, text, theirs / ours.seconds, at_least=25)
        else:
            print(f"{what:28} {text}")
    far = math.exp(factor) * EXTRAPOLATED**power
    print(f"pySHACL at {EXTRAPOLATED:,}: {far:,.0f} s by the fit")


def _shipped() -> None:
    data = Path(__file__).parent.parent / "data" / "triples.ttl"
    ours = run([PROGRAMS / "tipgraph", "validate", data, "--output", FOLDER / "report-shipped.txt"])
    verdict("seconds for the shipped data", f"{ours.memory >> 20} MB", ours.seconds, at_most=2.5)


def _written_shapes() -> Path:
    """Our shapes as one file."""
    path = FOLDER / "validation-shapes.nt"
    triples = dict.fromkeys(quad.triple for quad in read_shipped(GRAPH_SHAPES))
    write_bytes(path, serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
    return path


def run(command: list[str | Path], *, patience: float = PATIENCE) -> Run:
    """Run a command to its end, or until patience, in seconds, is at its own."""
    begun = time.perf_counter()
    arguments = [str(part) for part in command]
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=silent)
    impatience = threading.Timer(patience, os.kill, (pid, signal.SIGKILL))
    impatience.start()
    _, status, used = os.wait4(pid, 0)
    impatience.cancel()
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, -signal.SIGKILL):
        sys.exit(f"{' '.join(arguments)} ended with {code}")
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(
        time.perf_counter() - begun,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss * unit,
        ended=code >= 0,
    )


def _results(path: Path) -> Counter[tuple[str, ...]]:
    report = ValidationReport.from_triples([quad.triple for quad in parse(path=str(path))])
    return Counter(
        (
            str(result.focus_node),
            result.result_path,
            str(result.value),
            result.severity_name,
            result.source_constraint_component.value,
            "" if isinstance(result.source_shape, BlankNode) else str(result.source_shape),
        )
        for result in report.results
    )


def main() -> None:
    """Validate the store that was built of a file, and write the report."""
    data, report = map(Path, sys.argv[1:])
    settings = Settings.from_environment(
        snapshot_dir=_SNAPSHOTS,
        query_timeout=LONG_PATIENCE,
        worker_memory=_UNLIMITED,
        result_bytes=_UNLIMITED,
    )
    with tipgraph.open(data, settings=settings) as store:
        found = tipgraph.validate(store)
    write_bytes(report, serialize(found.triples, format=RdfFormat.N_TRIPLES) or b"")


if __name__ == "__main__":
    main()
