"""Building of snapshots: parse, validate, infer, count, write the store, index it, in that order.

A snapshot's folder is named by the digest of its inputs and never changes once it is there: it is
written beside its place and, once it is on the disk, renamed into it, one build at a time.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import platformdirs
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from tipgraph import dataset, dumps, reasoning, search, validation, void
from tipgraph.bulk import BadLine, BadLines, load_files
from tipgraph.errors import InputError, NonConformanceError, SnapshotError, UsageError
from tipgraph.inputs import Inputs
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
    publish,
    remove,
    writing,
)
from tipgraph.store import EmbeddedStore, open_store

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore


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
        InputError: A file cannot be read, breaks its grammar (InputSyntaxError) or is changed
            meanwhile.
        NonConformanceError: The shipped data breaks a shape.
        InconsistencyError: The shipped data contradicts the ontology.
        CacheError: The folder cannot be written, or has no room.
    """
    states = inputs.states()
    inputs_digest = inputs.digest(FileDigests(folder))
    path = folder / inputs_digest[:16]
    with suppress(SnapshotError):
        return Build(open_snapshot(path), {})
    with writing(folder), locked(path, announce):
        with suppress(SnapshotError):
            return Build(open_snapshot(path), {})
        clear_leftovers(folder)
        check_room(folder, inputs.room())
        partial = path.with_name(path.name + PARTIAL)
        remove(partial)
        try:
            partial.mkdir()
            steps, bad = Steps(announce), BadLines()
            manifest = _fill(partial, inputs, inputs_digest, steps, bad)
            _check_unchanged(inputs, states)
            (partial / MANIFEST_NAME).write_text(manifest.to_json(), encoding="utf-8")
            publish(partial, path)
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
        counts, dumped = _describe_own(store, inputs, partial, steps)
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


def _check_unchanged(inputs: Inputs, before: list[list[int]]) -> None:
    """Refuse what was built if a file is another than the one whose digest names the snapshot."""
    for file, one, other in zip(inputs.files, before, inputs.states(), strict=True):
        if one != other:
            raise InputError(f"{file}: it was changed while it was read; build again")


def _counted(store: Store, steps: Steps) -> void.Counts:
    with steps.step("count"):
        return void.count(store)


def _describe_own(
    store: Store, inputs: Inputs, partial: Path, steps: Steps
) -> tuple[void.Counts, tuple[Dump, ...]]:
    """Write what stands beside the store of anybody's data; returns its counts and dumps."""

    def by_the_engine() -> tuple[void.Counts, tuple[Dump, ...]]:
        with steps.step("optimize"):
            _finish(store)
        counts = _counted(store, steps)
        with steps.step("statistics"):
            union = inputs.union_default_graph
            void.write_description(store, counts, partial / STATISTICS_NAME, union=union)
        with steps.step("dumps"):
            lines = inputs.files_of_lines()
            return counts, dumps.stream_dump(store, partial / DUMPS_NAME, lines)

    with ThreadPoolExecutor(1) as beside:
        # The engine works without Python's lock, while the index is made in Python.
        described = beside.submit(by_the_engine)
        with steps.step("search"):
            search.write_index(store, partial / SEARCH_NAME, merged=False)
        return described.result()


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
                if not isinstance(quad.graph_name, DefaultGraph)
            )
    if inputs.infer:
        with steps.step("infer"):
            reasoning.infer_into(store, dataset.read_shipped(GRAPH_ONTOLOGY))
    return store


def _finish(store: Store) -> Store:
    store.optimize()
    store.flush()
    return store


def _quads(graphs: dict[NamedNode, set[Triple]]) -> Iterator[Quad]:
    for name, triples in graphs.items():
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, name)


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
