"""Which files make the dataset, and which named graph each fills: no other module knows paths."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from pyoxigraph import NamedNode, Quad, RdfFormat

from tipgraph.errors import InputError
from tipgraph.namespaces import GRAPH_DATA, GRAPH_META, GRAPH_ONTOLOGY, GRAPH_SHAPES
from tipgraph.syntax import decode, parse_rdf

# What the dataset says of itself, and of IRIs that it no longer uses.
_META_FILES: Final = ("data/dataset.ttl", "data/retired.ttl")
SHIPPED_GRAPHS: Final = {
    GRAPH_DATA: ("data/*.ttl",),
    GRAPH_ONTOLOGY: ("ontology/*.ttl",),
    GRAPH_SHAPES: ("shapes/*.ttl",),
    GRAPH_META: _META_FILES,
}
QUERIES_FOLDER: Final = "queries"


def resources() -> Path:
    """The folder that holds `ontology/`, `data/`, `shapes/` and `queries/`.

    A wheel carries them inside the package; a working copy keeps them at its top level.
    """
    package = Path(__file__).parent
    carried = package / "resources"
    return carried if carried.is_dir() else package.parent.parent


def shipped_files(graph: NamedNode) -> list[Path]:
    """The Turtle files that fill one of the shipped graphs, sorted by name."""
    found = {path for pattern in SHIPPED_GRAPHS[graph] for path in resources().glob(pattern)}
    if graph != GRAPH_META:
        # These lie beside the data, but are not part of it.
        found -= {resources() / name for name in _META_FILES}
    return sorted(found)


def query_files(suffix: str = ".ttl") -> list[Path]:
    """The shipped queries' files with a suffix, sorted by path."""
    return sorted((resources() / QUERIES_FOLDER).rglob(f"*{suffix}"))


def turtle_files() -> list[Path]:
    """Every shipped Turtle file: those of the graphs and the queries."""
    return [path for graph in SHIPPED_GRAPHS for path in shipped_files(graph)] + query_files()


def sibling_source() -> Path | None:
    """The source text, where a working copy has it beside itself; it is not part of the project."""
    found = sorted((resources().parent / "shared" / "source").glob("*.txt"))
    return found[0] if found else None


def rdf_format(path: Path) -> RdfFormat:
    """The RDF format that a file's extension stands for.

    Raises:
        InputError: The extension is unknown.
    """
    found = RdfFormat.from_extension(path.suffix.removeprefix(".").lower())
    if found is None or found == RdfFormat.N3:
        known = ".ttl .nt .rdf .jsonld .trig .nq"
        raise InputError(f"{path}: unknown RDF format '{path.suffix}'; known are {known}")
    return found


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        InputError: The file is missing, a directory or unreadable.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError.of_file(path, error) from error


def read_text(path: Path) -> str:
    """Read a UTF-8 text file.

    Raises:
        InputError: The file is missing, a directory, unreadable or not UTF-8.
    """
    return decode(read_bytes(path), str(path))


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file.

    Raises:
        InputError: The file cannot be written.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        InputError: The file cannot be written.
    """
    with writing(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to be written, which is as it was until the new one is whole and on the disk.

    Raises:
        InputError: The file cannot be written.
    """
    target = Path(os.path.realpath(path))
    is_special = target.exists() and not target.is_file()
    try:
        if is_special or not os.access(target.parent, os.W_OK):
            with path.open("wb") as file:
                yield file
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}.new")
        try:
            with beside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError.of_file(path, error, "cannot be written") from error


def read_quads(path: Path) -> list[Quad]:
    """Parse one RDF file; relative IRIs are resolved against the file's own IRI.

    Blank nodes get fresh labels, so the quads of several files can be merged.

    Raises:
        InputError: The file cannot be read or its extension is unknown.
        InputSyntaxError: It breaks the grammar of its format.
    """
    found = rdf_format(path)
    text = read_text(path)
    base = path.resolve().as_uri()
    return parse_rdf(text, found, str(path), base_iri=base, rename_blank_nodes=True)


def read_shipped(graph: NamedNode) -> list[Quad]:
    """Parse the files of one shipped graph, as quads of that graph."""
    return [
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for path in shipped_files(graph)
        for quad in read_quads(path)
    ]
