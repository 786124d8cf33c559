"""Inference that scales beside owlrl, on a corpus of narratives."""

import gc
import subprocess
import sys
from hashlib import sha256
from itertools import chain
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from shutil import rmtree
from time import perf_counter

import owlrl
import rdflib
from pyoxigraph import RdfFormat, Triple, parse

from benchmarks.narratives import Narratives
from benchmarks.report import verdict
from benchmarks.services import FOLDER, free_port, install_peers, running
from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_ONTOLOGY
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.reasoning import CompiledOntology, Materialisation
from tipgraph.reasoning.closure import SAME_AS, informative
from tipgraph.reasoning.owlrl_engine import close

COMPARED = (10_000, 100_000, 500_000)
CURVE = (100_000, 1_000_000)


def measure_inference() -> None:
    """Print how our inference compares with owlrl, and its own curve.

    Sizes after `inference` on the command line are measured for ours alone: without and with the
    statements about the evidence, and in Oxigraph's server.
    """
    sizes = tuple(int(argument) for argument in sys.argv[2:])
    for size in () if sizes else COMPARED:
        ours, mine, _ = measured("ours", size)
        # owlrl as it comes, and without its idle work, as the build of the shipped graph has it.
        for engine in ("owlrl", "trimmed"):
            reference, theirs, _ = measured(engine, size)
            assert ours == reference, f"the closures of {size:,} triples differ"
            text = f"{mine:.2f} s, {engine} {theirs:.2f} s, the same closure"
            verdict(f"inference, {size:,}", text, theirs / mine, at_least=50)
    first: dict[str, float] = {}
    for size in sizes or CURVE:
        for engine in ("ours", "evidence"):
            _, seconds, megabytes = measured(engine, size)
            each = seconds / size
            text = f"{engine}: {seconds:.2f} s, {megabytes:,.0f} MB"
            ratio = each / first.setdefault(engine, each)
            verdict(f"inference, {size:,}", text, ratio, at_most=1.2)
        seconds, megabytes = measured_in_engine(size)
        text = f"in Oxigraph's server: {seconds:.2f} s, {megabytes:,.0f} MB there"
        ratio = seconds / size / first.setdefault("server", seconds / size)
        verdict(f"inference, {size:,}", text, ratio, at_most=1.2)


def measured(engine: str, size: int) -> tuple[str, float, float]:
    """Run one engine in a process of its own.

    Returns:
        A digest of what was inferred, seconds to read and infer, and peak memory in MB.
    """
    path = narratives(size)
    command = [sys.executable, "-m", "benchmarks.inference", engine, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    digest, seconds, megabytes = done.stdout.split()
    return digest, float(seconds), float(megabytes)


def measured_in_engine(size: int) -> tuple[float, float]:
    """Infer in Oxigraph's server, on disk, which holds the narratives in its default graph.

    Returns:
        Seconds of the command, and the peak memory of the server in MB.
    """
    program, store = install_peers() / "oxigraph", FOLDER / "inference-store"
    rmtree(store, ignore_errors=True)
    load = ["load", "-l", str(store), "-f", str(narratives(size))]
    subprocess.run([program, *load], check=True, capture_output=True)
    address = f"127.0.0.1:{free_port()}"
    serve = [str(each) for each in (program, "serve", "-l", store, "-b", address)]
    with running(serve, f"http://{address}/query", {}) as server:
        command = ["infer", "--to", f"http://{address}/update", "--timeout", "3600"]
        start = perf_counter()
        subprocess.run([sys.executable, "-m", "tipgraph", *command], check=True)
        seconds = perf_counter() - start
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    rmtree(store)
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return seconds, int(peak.split()[1]) / 1024


def narratives(size: int) -> Path:
    """Write a corpus without links to other datasets."""
    path = FOLDER / f"inference-{size}.nt"
    FOLDER.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for text in Narratives().texts(size):
            lines = text.splitlines(keepends=True)
            file.writelines(line for line in lines if f" {SAME_AS} " not in line)
    return path


def _ours(ontology: frozenset[Triple], path: Path) -> tuple[float, frozenset[Triple]]:
    start = perf_counter()
    data = (quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES))
    closure = Materialisation(CompiledOntology.compile(ontology), data)
    count = sum(1 for _ in closure.triples())
    seconds = perf_counter() - start
    # A digest is only needed where owlrl can be compared with.
    return seconds, frozenset(closure.triples()) if count < 400_000 else frozenset()


def _evidence(ontology: frozenset[Triple], path: Path) -> tuple[float, frozenset[Triple]]:
    """As ours, with the statements about the evidence."""
    start = perf_counter()
    data = (quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES))
    closure = Materialisation(CompiledOntology.compile(ontology), data, evidence=True)
    for _ in chain(closure.triples(), closure.statements()):
        pass
    return perf_counter() - start, frozenset()


def _trimmed(ontology: frozenset[Triple], path: Path) -> tuple[float, frozenset[Triple]]:
    start = perf_counter()
    data = frozenset(quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES))
    closure = close(ontology | data)
    seconds = perf_counter() - start
    return seconds, informative(closure.triples, ontology | data)


def _owlrl(ontology: frozenset[Triple], path: Path) -> tuple[float, frozenset[Triple]]:
    graph = rdflib.Graph()
    start = perf_counter()
    graph.parse(path, format="nt")
    data = frozenset(from_rdflib(graph))
    graph += to_rdflib(ontology)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    seconds = perf_counter() - start
    return seconds, informative(from_rdflib(graph), ontology | data)


def main() -> None:
    """Measure one engine on one file, and print a digest, seconds and MB."""
    engine, path = sys.argv[1], Path(sys.argv[2])
    ontology = frozenset(quad.triple for quad in read_shipped(GRAPH_ONTOLOGY))
    gc.collect()
    engines = {"ours": _ours, "evidence": _evidence, "owlrl": _owlrl, "trimmed": _trimmed}
    seconds, inferred = engines[engine](ontology, path)
    digest = sha256("\n".join(sorted(map(str, inferred))).encode()).hexdigest()
    print(digest, seconds, getrusage(RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
