"""Dumps: the dataset and each of its graphs as compressed files, also with claims in RDF 1.2.

The same graphs give the same bytes. `all.nq` is the canonical dataset (RDFC-1.0, lines sorted), so
that the SHA-256 of what it holds is the digest that names the dataset everywhere else.

In RDF 1.2 each statement is the reifier of its triple (https://www.w3.org/TR/rdf12-concepts/):
`claim rdf:reifies <<( subject predicate object )>>`, which says the triple without asserting it.
"""

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

import zstandard
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from tipgraph.errors import NotAcceptableError
from tipgraph.formats import N_TRIPLES, TURTLE, Format, media_types
from tipgraph.namespaces import (
    GRAPH_DATA,
    PREFIXES,
    RDF,
    TIP,
    shorten,
)
from tipgraph.representable import fits, keep_carriage_returns
from tipgraph.snapshot import Dump, Snapshot
from tipgraph.streams import opened
from tipgraph.turtle import write_turtle

Graphs = Mapping[NamedNode, Iterable[Triple]]

REIFIES: Final = NamedNode(f"{RDF}reifies")
# The place in its triple of what each property of a statement says.
_PARTS: Final = {
    f"{TIP}claimSubject": 0,
    f"{TIP}claimPredicate": 1,
    f"{TIP}claimObject": 2,
    f"{TIP}claimValue": 2,
}
DEFAULT: Final = "default"
# The dump that every snapshot has.
_WHOLE: Final = "all.nq.zst"
_CHUNK: Final = 1 << 20
_ZSTD_LEVEL: Final = 9


def canonical_lines(graphs: Graphs) -> list[bytes]:
    """The dataset in canonical N-Quads, a line each, sorted (https://www.w3.org/TR/rdf-canon/)."""
    canonical = Dataset(
        Quad(triple.subject, triple.predicate, triple.object, name)
        for name, triples in graphs.items()
        for triple in triples
    )
    canonical.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(_line(quad) for quad in canonical)


def reify(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Say for each statement among some triples which triple it is about, as RDF 1.2 does.

    Returns:
        One `rdf:reifies` triple for each statement that has a subject, a predicate and an object.
    """
    parts: dict[NamedNode, dict[int, object]] = {}
    for triple in triples:
        place = _PARTS.get(triple.predicate.value)
        if place is not None and isinstance(triple.subject, NamedNode):
            parts.setdefault(triple.subject, {})[place] = triple.object
    for statement in sorted(parts, key=str):
        match [parts[statement].get(place) for place in range(3)]:
            case [
                NamedNode() as subject,
                NamedNode() as predicate,
                NamedNode() | Literal() as value,
            ]:
                yield Triple(statement, REIFIES, Triple(subject, predicate, value))


def write_dumps(graphs: Graphs, lines: Iterable[bytes], folder: Path) -> tuple[Dump, ...]:
    """Write the dumps of a dataset.

    Args:
        graphs: The dataset's graphs.
        lines: The same as canonical N-Quads.
        folder: Where the files are written; it must exist.
    """
    whole = b"".join(lines)
    dumps = [
        _write(folder / "all.nq.gz", "The whole dataset, canonical N-Quads", whole),
        _write(folder / _WHOLE, "The whole dataset, canonical N-Quads", whole),
    ]
    for name, triples in graphs.items():
        local = name.value.rpartition("/")[2]
        text = write_turtle(triples).encode()
        dumps.append(_write(folder / f"{local}.ttl.gz", f"The graph {local}", text, name))
    reified = [
        *(
            _line(Quad(triple.subject, triple.predicate, triple.object, name))
            for name, triples in graphs.items()
            for triple in reify(triples)
        ),
        *lines,
    ]
    title = "The whole dataset in RDF 1.2, each statement the reifier of its triple"
    dumps.append(_write(folder / "all-rdf12.nq.gz", title, b"".join(sorted(reified))))
    title = "The graph data in RDF 1.2, each claim the reifier of its triple"
    text = _turtle_12(graphs[GRAPH_DATA]).encode()
    dumps.append(_write(folder / "data-rdf12.ttl.gz", title, text, GRAPH_DATA))
    return tuple(dumps)


def stream_dump(store: Store, folder: Path, files: Sequence[Path] = ()) -> tuple[Dump, ...]:
    """Write the one dump of anybody's data, in memory that does not grow with it.

    Args:
        store: The store.
        folder: The folder of dumps.
        files: Files of N-Triples and N-Quads, perhaps compressed, if the store holds nothing but
            what they say. Their lines are the dump, where each says something that no other does.
    """
    path = folder / _WHOLE
    if not files or not _copied(files, path, len(store)):
        with _compressed(path) as content:
            store.dump(content, RdfFormat.N_QUADS)
    return (_dump(path, "The whole dataset, N-Quads"),)


def _copied(files: Sequence[Path], path: Path, statements: int) -> bool:
    """Copy lines, which takes a tenth of the time; whether they are so many different statements.

    With a comment, an empty line or a statement said twice there are more lines than statements.
    """
    written = 0
    with _compressed(path) as content:
        for file in files:
            with opened(file) as (_, source):
                last = b"\n"
                while chunk := source.read(_CHUNK):
                    # A name of a blank node may be another node's in another file.
                    if len(files) > 1 and b"_:" in last + chunk:
                        return False
                    content.write(chunk)
                    written += chunk.count(b"\n")
                    last = chunk[-1:]
                if last != b"\n":
                    content.write(b"\n")
                    written += 1
    return written == statements


@contextmanager
def _compressed(path: Path) -> Iterator[IO[bytes]]:
    compressor = zstandard.ZstdCompressor(level=3)
    with path.open("wb") as file, compressor.stream_writer(file) as content:
        yield cast("IO[bytes]", content)


def copy_dump(
    snapshot: Snapshot, content: IO[bytes], form: Format, graph: str | None = None
) -> None:
    """Write a snapshot's dataset, or one graph of it, in any format; in flat memory.

    Args:
        snapshot: The snapshot.
        content: Where it is written.
        form: The format.
        graph: IRI of the graph, or `DEFAULT`; None for the whole dataset.

    Raises:
        NotAcceptableError: The format cannot hold a triple.
    """
    prefixes, engine = dict(PREFIXES), form.engine
    assert isinstance(engine, RdfFormat)  # noqa: S101  # it is a format of graphs
    quads = _fitting(read_dump(snapshot, graph), engine)
    if graph is None:
        serialize(quads, content, engine, prefixes=prefixes)
    else:
        triples = (quad.triple for quad in quads)
        if engine == RdfFormat.RDF_XML:
            content = cast("IO[bytes]", _WithCarriageReturns(content))
        serialize(triples, content, engine, prefixes=prefixes)


def _fitting(quads: Iterator[Quad], engine: RdfFormat) -> Iterator[Quad]:
    for quad in quads:
        if not fits(quad.triple, engine):
            others = media_types((TURTLE, N_TRIPLES))
            raise NotAcceptableError(f"{engine.name} cannot hold {quad.triple}", others)
        yield quad


class _WithCarriageReturns:
    """A binary writer of XML that keeps the carriage returns of texts."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def write(self, part: bytes) -> int:
        """Write a part."""
        self._content.write(keep_carriage_returns(part))
        return len(part)

    def flush(self) -> None:
        """Pass on what was written."""
        self._content.flush()


def read_dump(snapshot: Snapshot, graph: str | None = None) -> Iterator[Quad]:
    """Quads of a snapshot's dataset as a stream, each once, in the same order each time.

    Named graphs are read from the dump, which has literals as they were written; the store, which
    keeps numbers by their value, is read for the default graph alone, which may be a merge.

    Args:
        snapshot: The snapshot.
        graph: IRI of the graph, or `DEFAULT`; None for the whole dataset.
    """
    if graph == DEFAULT:
        store = Store.read_only(str(snapshot.store_path))
        yield from store.quads_for_pattern(None, None, None, DefaultGraph())
        return
    wanted = graph and NamedNode(graph)
    with opened(snapshot.dumps_path / _WHOLE) as (_, whole):
        for quad in parse(cast("IO[bytes]", whole), RdfFormat.N_QUADS):
            if wanted is None or quad.graph_name == wanted:
                yield quad


def _write(path: Path, title: str, content: bytes, graph: NamedNode | None = None) -> Dump:
    if path.suffix == ".zst":
        path.write_bytes(zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content))
    else:
        # The time is left out: the same content has the same digest whenever it is written.
        path.write_bytes(gzip.compress(content, mtime=0))
    return _dump(path, title, graph)


def _dump(path: Path, title: str, graph: NamedNode | None = None) -> Dump:
    with path.open("rb") as file:
        digest = _sha256(file)
    return Dump(path.name, title, path.stat().st_size, digest, graph and graph.value)


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _turtle_12(triples: Iterable[Triple]) -> str:
    """A graph in Turtle 1.2: as in Turtle 1.1, and then the triple of each statement."""
    known = list(triples)
    reified = "".join(f"{_term(t.subject)} rdf:reifies {_term(t.object)} .\n" for t in reify(known))
    # A prefix more than is used does no harm.
    used = [f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in PREFIXES if f"{name}:" in reified]
    return "\n".join([write_turtle(known), "".join(used), reified])


def _term(term: object) -> str:
    if isinstance(term, Triple):
        parts = " ".join(_term(part) for part in (term.subject, term.predicate, term.object))
        return f"<<( {parts} )>>"
    return shorten(term.value) if isinstance(term, NamedNode) else str(term)


def _line(quad: Quad) -> bytes:
    return serialize([quad], format=RdfFormat.N_QUADS) or b""
