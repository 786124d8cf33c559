"""Building of snapshots: parse, validate, infer, count, write the store, index it, in that order.

A snapshot's folder is named by the digest of its inputs and never changes once it is there: it is
written beside its place and renamed into it, one build at a time.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

import platformdirs
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from tipgraph import dataset, dumps, reasoning, search, validation, void
from tipgraph.errors import CacheError, NonConformanceError, SnapshotError, UsageError
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
    STORE_NAME,
    Manifest,
    Snapshot,
    open_snapshot,
)
from tipgraph.store import EmbeddedStore, open_store

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore

# A change to the code that makes the graph makes another snapshot, as a change of its files does.
_CODE: Final = (
    "build.py",
    "dataset.py",
    "describe.py",
    "dumps.py",
    "syntax.py",
    "void.py",
    "reasoning/*",
    "reasoning/*/*",
    "search/*",
    "turtle/*",
)


@dataclass(frozen=True)
class Inputs:
    """What a snapshot is built from.

    Args:
        files: Anybody's RDF files; without any, the shipped graph.
        union_default_graph: Merge the files' named graphs into their default graph as well.
    """

    files: tuple[Path, ...] = ()
    union_default_graph: bool = False


@dataclass(frozen=True)
class Build:
    """A finished build.

    Args:
        snapshot: What was built, or found finished.
        seconds: Time of each step, in order; empty when the snapshot was found finished.
    """

    snapshot: Snapshot
    seconds: dict[str, float]


class Steps:
    """Names the steps of a build as they begin and keeps the time of each, in seconds."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside as one step."""
        self._announce(name)
        start = perf_counter()
        yield
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
        announce: Is told the name of each step as it begins.

    Raises:
        InputError: A file cannot be read, or breaks its grammar (InputSyntaxError).
        NonConformanceError: The shipped data breaks a shape.
        InconsistencyError: The shipped data contradicts the ontology.
        CacheError: The folder cannot be written.
    """
    inputs_digest = _inputs_digest(inputs)
    path = folder / inputs_digest[:16]
    with suppress(SnapshotError):
        return Build(open_snapshot(path), {})
    with _writing(folder), _locked(folder / f"{path.name}.lock", announce):
        with suppress(SnapshotError):
            return Build(open_snapshot(path), {})
        partial = folder / f"{path.name}.partial"
        _remove(partial)
        try:
            partial.mkdir()
            steps = Steps(announce)
            manifest = _fill(partial, inputs, inputs_digest, steps)
            (partial / MANIFEST_NAME).write_text(manifest.to_json(), encoding="utf-8")
            _remove(path)
            partial.rename(path)
        finally:
            _remove(partial)
    return Build(open_snapshot(path), steps.seconds)


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


def _fill(partial: Path, inputs: Inputs, inputs_digest: str, steps: Steps) -> Manifest:
    """Write all below `partial` but the manifest, and return the manifest that belongs to it."""
    folder = partial / DUMPS_NAME
    folder.mkdir()
    if inputs.files:
        with steps.step("store"):
            store = _load(inputs, partial / STORE_NAME)
        with steps.step("dumps"):
            dumped = dumps.stream_dump(store, folder)
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
        search.write_index(store, partial / SEARCH_NAME, merged=bool(merged))
    names = [name for name in store.named_graphs() if isinstance(name, NamedNode)]
    return Manifest(
        digest=digest,
        inputs_digest=inputs_digest,
        dataset_version=dataset_version,
        software_version=version("tipgraph"),
        graphs={name.value: _size(store, name) for name in sorted(names, key=str)},
        default_graph=merged,
        default_graph_triples=_size(store, DefaultGraph()),
        dumps=dumped,
    )


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


def _load(inputs: Inputs, path: Path) -> Store:
    """Load anybody's files into a new store, streaming."""
    store = Store(path)
    for file in inputs.files:
        try:
            with file.open("rb") as content:
                store.bulk_load(content, dataset.rdf_format(file), base_iri=file.resolve().as_uri())
        except (SyntaxError, UnicodeDecodeError):
            # Parsed again from the text, which is what it takes to name the place.
            dataset.read_quads(file)
            raise
    if inputs.union_default_graph:
        store.bulk_extend(
            Quad(quad.subject, quad.predicate, quad.object)
            for quad in list(store)
            if isinstance(quad.graph_name, NamedNode)
        )
    return _finish(store)


def _finish(store: Store) -> Store:
    store.optimize()
    store.flush()
    return store


def _quads(graphs: dict[NamedNode, set[Triple]]) -> Iterator[Quad]:
    for name, triples in graphs.items():
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, name)


def _size(store: Store, name: NamedNode | DefaultGraph) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, None, None, name))


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


def _inputs_digest(inputs: Inputs) -> str:
    digest = hashlib.sha256(
        repr((version("tipgraph"), version("pyoxigraph"), version("owlrl"))).encode()
    )
    for role, path in _input_files(inputs):
        content = hashlib.sha256(dataset.read_bytes(path)).hexdigest()
        digest.update(f"{role} {content}\n".encode())
    return digest.hexdigest()


def _input_files(inputs: Inputs) -> Iterable[tuple[str, Path]]:
    if inputs.files:
        role = "union" if inputs.union_default_graph else "file"
        # The file's own IRI is in the digest too: relative IRIs are resolved against it.
        return [(f"{role} {path.resolve().as_uri()}", path) for path in inputs.files]
    package = Path(__file__).parent
    code = [path for pattern in _CODE for path in package.glob(pattern) if path.is_file()]
    shipped = [
        (name.value, path)
        for name in dataset.SHIPPED_GRAPHS
        for path in dataset.shipped_files(name)
    ]
    return [*shipped, *(("code", path) for path in sorted(code) if path.suffix in (".py", ".rq"))]


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Make the folder and say plainly when it, or something in it, cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CacheError(
            f"snapshots cannot be written to {folder}: {error.strerror or error}; "
            "choose another folder with TIPGRAPH_SNAPSHOT_DIR"
        ) from error


@contextmanager
def _locked(path: Path, announce: Callable[[str], None]) -> Iterator[None]:
    """Hold a lock file for as long as a build takes; another process's build is waited for."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce("wait for another build")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
