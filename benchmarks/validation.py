"""Validation beside pySHACL's own command, on the corpus: time, memory, and the same results."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, parse

from benchmarks.corpus import SHAPES, write_corpus
from benchmarks.report import verdict
from benchmarks.services import FOLDER
from tipgraph.validation import ValidationReport

PROGRAMS: Final = Path(sys.executable).parent
SIZES: Final = {100_000: 40.0, 1_000_000: 60.0}


# Seconds after which pySHACL is stopped: the ratio is then at least the one printed.
PATIENCE: Final = 600


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds it took, the most memory it had in bytes, whether it ended."""

    seconds: float
    memory: int
    ended: bool


def compare_validation() -> None:
    """Print how much longer pySHACL takes, at each size, and how much more memory."""
    FOLDER.mkdir(exist_ok=True)
    for size, at_least in SIZES.items():
        _compare(size, at_least)
    _shipped()


def _compare(size: int, at_least: float) -> None:
    data = FOLDER / f"corpus-{size}.nt"
    if not data.exists():
        write_corpus(data, size)
    ours, placed, theirs = (FOLDER / f"report-{name}.ttl" for name in ("ours", "placed", "pyshacl"))
    own: list[str | Path] = [PROGRAMS / "tipgraph", "validate", data]
    own += ["--shapes", SHAPES, "--format", "ttl"]
    own += ["--no-coverage", "--output"]
    without = run([*own, ours, "--no-positions"])
    positions = run([*own, placed])
    theirs.unlink(missing_ok=True)
    peer = run([PROGRAMS / "pyshacl", "-s", SHAPES, "-f", "turtle", "-o", theirs, data])
    same = "its results unknown"
    if peer.ended:
        same = "the same results" if _results(ours) == _results(theirs) else "OTHER RESULTS"
    what = f"{size:,} triples, {same}"
    more = "" if peer.ended else "more than "
    figures = f"{without.seconds:.2f} s, pySHACL {more}{peer.seconds:.1f} s"
    verdict(what, figures, peer.seconds / without.seconds, at_least=at_least)
    figures = f"{without.memory >> 20} MB, pySHACL {peer.memory >> 20} MB"
    # Where there is little data, the program itself is most of the memory.
    most = 0.25 if size >= 1_000_000 else 1.0
    verdict("  peak memory", figures, without.memory / peer.memory, at_most=most)
    figures = f"{positions.seconds:.2f} s, {positions.memory >> 20} MB"
    verdict("  with positions", figures, positions.seconds / without.seconds, at_most=2)


def _shipped() -> None:
    data = Path(__file__).parent.parent / "data" / "triples.ttl"
    ours = run([PROGRAMS / "tipgraph", "validate", data, "--output", FOLDER / "report-shipped.txt"])
    verdict("seconds for the shipped data", f"{ours.memory >> 20} MB", ours.seconds, at_most=2.5)


def run(command: list[str | Path]) -> Run:
    """Run a command to its end, or until `PATIENCE` is at its own."""
    begun = time.perf_counter()
    arguments = [str(part) for part in command]
    pid = os.posix_spawn(arguments[0], arguments, os.environ)
    patience = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGKILL))
    patience.start()
    _, status, used = os.wait4(pid, 0)
    patience.cancel()
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, -signal.SIGKILL):
        sys.exit(f"{' '.join(arguments)} ended with {code}")
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(time.perf_counter() - begun, used.ru_maxrss * unit, ended=code >= 0)


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
