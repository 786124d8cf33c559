"""Building of snapshots: parse, validate, infer, count, write the store, index it, in that order.

A snapshot's folder is named by the digest of its inputs and never changes once it is there: it is
written beside its place and renamed into it, one build at a time.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

import platformdirs
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from tipgraph import dataset, dumps, reasoning, search, validation, void
from tipgraph.bulk import LINE_FORMATS, BadLine, BadLines, file_format, load_files
from tipgraph.errors import NonConformanceError, SnapshotError, UsageError
from tipgraph.namespaces import (
    DATASET,
    DCAT,
    GRAPH_DATA,
    GRAPH_INFERRED,
    GRAPH_META,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
    GRAPHS_MERGED,
    OWL,
)
from tipgraph.settings import Settings
from tipgraph.snapshot import (
    DUMPS_NAME,
    MANIFEST_NAME,
    SEARCH_NAME,
    STATISTICS_NAME,
    STORE_NAME,
    Dump,
    Manifest,
    Snapshot,
    open_snapshot,
)
from tipgraph.snapshot_folder import (
    PARTIAL,
    FileDigests,
    check_room,
    clear_leftovers,
    locked,
    remove,
    writing,
)
from tipgraph.store import EmbeddedStore, open_store
from tipgraph.streams import COMPRESSIONS, file_size

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore

_REASONING: Final = ("reasoning/*", "reasoning/*/*")
# A change to the code that makes the graph makes another snapshot, as a change of its files does.
_CODE: Final = (
    "build.py",
    "dataset.py",
    "describe.py",
    "dumps.py",
    "syntax.py",
    "void.py",
    *_REASONING,
    "search/*",
    "turtle/*",
)
# Bytes of disk for a byte of a file: in formats of lines, in others, and for a byte compressed.
_ROOM_IN_LINES: Final = 3
_ROOM: Final = 6
_COMPRESSED: Final = 10


@dataclass(frozen=True)
class Inputs:
    """What a snapshot is built from.

    Args:
        files: Anybody's RDF files; without any, the shipped graph.
        union_default_graph: Merge the files' named graphs into their default graph as well.
        skip_errors: Leave out the lines of N-Triples and N-Quads that break their grammar.
        infer: Add what follows from the files by the shipped ontology.
    """

    files: tuple[Path, ...] = ()
    union_default_graph: bool = False
    skip_errors: bool = False
    infer: bool = False


@dataclass(frozen=True)
class Build:
    """A finished build.

    Args:
        snapshot: What was built, or found finished.
        seconds: Time of each step, in order; empty when the snapshot was found finished.
        left_out: The first of the lines that were left out, when it was built just now.
    """

    snapshot: Snapshot
    seconds: dict[str, float]
    left_out: tuple[BadLine, ...] = ()


class Steps:
    """Names the steps of a build as they begin and keeps the time of each, in seconds."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Time what happens inside as one step; it may tell how far it is."""
        self._announce(name)
        start = perf_counter()
        yield lambda words: self._announce(f"{name}: {words}")
        self.seconds[name] = perf_counter() - start


def default_folder() -> Path:
    """The user's cache folder for snapshots."""
    return platformdirs.user_cache_path("tipgraph") / "snapshots"


def build(
    inputs: Inputs, folder: Path, *, announce: Callable[[str], None] = lambda _: None
) -> Build:
    """Build the snapshot of some inputs, or find it finished.

    Args:
        inputs: What to build from.
        folder: The folder of snapshots; the snapshot becomes a folder in it.
        announce: Is told the name of each step as it begins, and how far long ones are.

    Raises:
        InputError: A file cannot be read, or breaks its grammar (InputSyntaxError).
        NonConformanceError: The shipped data breaks a shape.
        InconsistencyError: The shipped data contradicts the ontology.
        CacheError: The folder cannot be written, or has no room.
    """
    inputs_digest = _inputs_digest(inputs, FileDigests(folder))
    path = folder / inputs_digest[:16]
    with suppress(SnapshotError):
        return Build(open_snapshot(path), {})
    with writing(folder), locked(path, announce):
        with suppress(SnapshotError):
            return Build(open_snapshot(path), {})
        clear_leftovers(folder)
        check_room(folder, _room(inputs))
        partial = path.with_name(path.name + PARTIAL)
        remove(partial)
        try:
            partial.mkdir()
            steps, bad = Steps(announce), BadLines()
            manifest = _fill(partial, inputs, inputs_digest, steps, bad)
            (partial / MANIFEST_NAME).write_text(manifest.to_json(), encoding="utf-8")
            remove(path)
            partial.rename(path)
        finally:
            remove(partial)
    return Build(open_snapshot(path), steps.seconds, tuple(bad.first))


def open_graph(
    inputs: Inputs, settings: Settings, *, announce: Callable[[str], None] = lambda _: None
) -> "EmbeddedStore | RemoteStore":
    """Open the endpoint that the settings name, or else the snapshot of some inputs.

    Args:
        inputs: What to build from, if there is no finished snapshot of it yet.
        settings: The endpoint, or the folder of snapshots, and the limits of the store.
        announce: Is told the name of each step of a build as it begins.

    Raises:
        UsageError: Files are given beside an endpoint, or the endpoint cannot be called.
        QueryError: The endpoint does not answer.
        TipgraphError: The snapshot cannot be built, see `build`.
    """
    if settings.store_url is None:
        built = build(inputs, settings.snapshot_dir or default_folder(), announce=announce)
        return open_store(built.snapshot, settings)
    if inputs.files:
        raise UsageError("files of data and an endpoint (TIPGRAPH_STORE_URL) exclude each other")
    # Only an endpoint needs the HTTP client, which takes a while to import.
    from tipgraph.store.remote import open_remote

    return open_remote(settings)


def _fill(
    partial: Path, inputs: Inputs, inputs_digest: str, steps: Steps, bad: BadLines
) -> Manifest:
    """Write all below `partial` but the manifest, and return the manifest that belongs to it."""
    folder = partial / DUMPS_NAME
    folder.mkdir()
    if inputs.files:
        store = _load(inputs, partial / STORE_NAME, steps, bad)
        counts = _counted(store, steps)
        dumped = _describe_own(store, counts, partial, inputs.union_default_graph, steps)
        digest, dataset_version = inputs_digest, inputs_digest[:16]
        merged: tuple[str, ...] = ()
    else:
        graphs = _shipped_graphs(steps)
        with steps.step("digest"):
            lines = dumps.canonical_lines(graphs)
            digest = hashlib.sha256(b"".join(lines)).hexdigest()
        with steps.step("store"):
            store = _write(graphs, partial / STORE_NAME)
        with steps.step("dumps"):
            dumped = dumps.write_dumps(graphs, lines, folder)
        dataset_version = _dataset_version(graphs)
        merged = tuple(name.value for name in GRAPHS_MERGED)
        with steps.step("search"):
            search.write_index(store, partial / SEARCH_NAME, merged=True)
        counts = _counted(store, steps)
    return Manifest(
        digest=digest,
        inputs_digest=inputs_digest,
        dataset_version=dataset_version,
        software_version=version("tipgraph"),
        graphs=counts.graphs,
        default_graph=merged,
        default_graph_triples=counts.default_graph,
        dumps=dumped,
        left_out=bad.count,
    )


def _counted(store: Store, steps: Steps) -> void.Counts:
    with steps.step("count"):
        return void.count(store)


def _describe_own(
    store: Store, counts: void.Counts, partial: Path, union: bool, steps: Steps
) -> tuple[Dump, ...]:
    """Write what stands beside the store of anybody's data, and return its dumps."""
    with ThreadPoolExecutor(1) as beside:
        # The engine writes the dump on its own, while the index is made in Python.
        dumped = beside.submit(dumps.stream_dump, store, partial / DUMPS_NAME)
        with steps.step("statistics"):
            void.write_description(store, counts, partial / STATISTICS_NAME, union=union)
        with steps.step("search"):
            search.write_index(store, partial / SEARCH_NAME, merged=False)
        with steps.step("dumps"):
            return dumped.result()


def _shipped_graphs(steps: Steps) -> dict[NamedNode, set[Triple]]:
    """Make every named graph of the shipped dataset."""
    with steps.step("parse"):
        data, ontology, shapes = (
            {quad.triple for quad in dataset.read_shipped(name)}
            for name in (GRAPH_DATA, GRAPH_ONTOLOGY, GRAPH_SHAPES)
        )
    inference = _checked_inference(data, ontology, shapes, steps)
    graphs = {
        GRAPH_DATA: data,
        GRAPH_ONTOLOGY: ontology,
        GRAPH_SHAPES: shapes,
        GRAPH_INFERRED: {*inference.triples, *inference.statements},
    }
    with steps.step("statistics"):
        described = {quad.triple for quad in dataset.read_shipped(GRAPH_META)}
        graphs[GRAPH_META] = described | set(void.describe(graphs))
    return graphs


def _checked_inference(
    data: set[Triple], ontology: set[Triple], shapes: set[Triple], steps: Steps
) -> reasoning.Inference:
    """Infer from data that conforms: what breaks a shape may break the reasoner too."""
    with steps.step("validate"):
        graph = validation.RdfGraph(background=[*data, *ontology])
        inputs = validation.Inputs(graph, validation.RdfGraph(background=shapes))
        report = validation.validate(inputs)
    if not report.conforms:
        raise NonConformanceError(str(report))
    with steps.step("infer"):
        return reasoning.infer(ontology, data)


def _write(graphs: dict[NamedNode, set[Triple]], path: Path) -> Store:
    """Write the graphs into a new store, and the merge of the asserted and inferred ones."""
    store = Store(path)
    store.bulk_extend(_quads(graphs))
    merged = set().union(*(graphs[name] for name in GRAPHS_MERGED))
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in merged)
    return _finish(store)


def _load(inputs: Inputs, path: Path, steps: Steps, bad: BadLines) -> Store:
    """Load anybody's files into a new store, streaming."""
    store = Store(path)
    with steps.step("store") as tell:
        load_files(
            store,
            inputs.files,
            leave_out=bad.add if inputs.skip_errors else None,
            announce=tell,
        )
    if inputs.union_default_graph:
        with steps.step("union"):
            store.bulk_extend(
                Quad(quad.subject, quad.predicate, quad.object)
                for quad in store
                if isinstance(quad.graph_name, NamedNode)
            )
    if inputs.infer:
        with steps.step("infer"):
            reasoning.infer_into(store, dataset.read_shipped(GRAPH_ONTOLOGY))
    with steps.step("optimize"):
        return _finish(store)


def _finish(store: Store) -> Store:
    store.optimize()
    store.flush()
    return store


def _quads(graphs: dict[NamedNode, set[Triple]]) -> Iterator[Quad]:
    for name, triples in graphs.items():
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, name)


def _room(inputs: Inputs) -> int:
    """How many bytes a build needs on disk at most while it runs, as measured."""
    return sum(
        file_size(file)
        * (_ROOM_IN_LINES if file_format(file) in LINE_FORMATS else _ROOM)
        * (_COMPRESSED if file.suffix in COMPRESSIONS else 1)
        for file in inputs.files
    )


def _dataset_version(graphs: dict[NamedNode, set[Triple]]) -> str:
    """The version the dataset states for itself, or else that of the ontology."""
    for name, subject, predicate in (
        (GRAPH_META, DATASET, f"{DCAT}version"),
        (GRAPH_ONTOLOGY, None, f"{OWL}versionInfo"),
    ):
        for triple in graphs[name]:
            stated = triple.predicate.value == predicate and subject in (None, triple.subject)
            if stated and isinstance(triple.object, Literal):
                return triple.object.value
    return version("tipgraph")


def _inputs_digest(inputs: Inputs, digests: FileDigests) -> str:
    digest = hashlib.sha256(
        repr((version("tipgraph"), version("pyoxigraph"), version("owlrl"))).encode()
    )
    for role, path in _input_files(inputs):
        digest.update(f"{role} {digests.digest(path)}\n".encode())
    digests.remember()
    return digest.hexdigest()


def _input_files(inputs: Inputs) -> Iterable[tuple[str, Path]]:
    if inputs.files:
        role = "union" if inputs.union_default_graph else "file"
        role += " without errors" if inputs.skip_errors else ""
        # The file's own IRI is in the digest too: relative IRIs are resolved against it.
        files = [(f"{role} {path.resolve().as_uri()}", path) for path in inputs.files]
        by = [*_code(*_REASONING), *_shipped(GRAPH_ONTOLOGY)] if inputs.infer else []
        return [*files, *by]
    return [*_shipped(*dataset.SHIPPED_GRAPHS), *_code(*_CODE)]


def _code(*patterns: str) -> list[tuple[str, Path]]:
    package = Path(__file__).parent
    found = sorted(path for pattern in patterns for path in package.glob(pattern))
    return [("code", path) for path in found if path.suffix in (".py", ".rq")]


def _shipped(*graphs: NamedNode) -> list[tuple[str, Path]]:
    return [(name.value, path) for name in graphs for path in dataset.shipped_files(name)]
