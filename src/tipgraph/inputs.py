"""What a snapshot is built from: its files, the digest that names it, the room it needs."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from tipgraph import dataset
from tipgraph.bulk import LINE_FORMATS, file_format
from tipgraph.errors import InputError
from tipgraph.namespaces import GRAPH_ONTOLOGY, RDF, XSD
from tipgraph.nesting import Shallow
from tipgraph.snapshot_folder import FileDigests, state_of
from tipgraph.streams import COMPRESSIONS, file_size, opened

_REASONING: Final = ("reasoning/*", "reasoning/*/*")
# A change to the code that makes the graph makes another snapshot, as a change of its files does.
_CODE: Final = (
    "build.py",
    "dataset.py",
    "describe.py",
    "dumps.py",
    "inputs.py",
    "syntax.py",
    "void.py",
    *_REASONING,
    "search/*",
    "turtle/*",
)
# Bytes of disk, as measured: for a triple, for what search finds by it, for a letter of its text.
_ROOM_OF_TRIPLE: Final = 250
_ROOM_OF_FOUND: Final = 450
_ROOM_OF_TEXT: Final = 12
# For a byte of a file, at least.
_LEAST_ROOM: Final = 3
# For a byte of a format that is not read from the beginning on.
_ROOM: Final = 10
# Bytes of a file that are looked at.
_LOOKED_AT: Final = 1 << 20
# Bytes of text in a byte of a compressed file.
_COMPRESSED: Final = 10
_READ_FROM_THE_BEGINNING: Final = (*LINE_FORMATS, RdfFormat.TURTLE, RdfFormat.TRIG)
_TEXTS: Final = (f"{RDF}langString", f"{XSD}string")
# What follows, with the claims that it rests on, may be as much again as there was.
_INFERRED: Final = 2


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

    def digest(self, digests: FileDigests) -> str:
        """What names the snapshot: the same for the same inputs, code and engines, in hexadecimal.

        Raises:
            InputError: A file cannot be read.
        """
        digest = hashlib.sha256(
            repr((version("tipgraph"), version("pyoxigraph"), version("owlrl"))).encode()
        )
        for role, path in self._all_files():
            digest.update(f"{role} {digests.digest(path)}\n".encode())
        digests.remember()
        return digest.hexdigest()

    def states(self) -> list[list[int]]:
        """What tells that one of the files was changed.

        Raises:
            InputError: A file cannot be read.
        """
        return [state_of(file) for file in self.files]

    def room(self) -> int:
        """How many bytes a build needs on disk at most while it runs, by how the files begin."""
        return sum(
            int(
                file_size(file)
                * _room_for_a_byte(file)
                * (_COMPRESSED if file.suffix in COMPRESSIONS else 1)
                * (_INFERRED if self.infer else 1)
            )
            for file in self.files
        )

    def files_of_lines(self) -> tuple[Path, ...]:
        """The files, if they are N-Triples and N-Quads and all of the graph is what they say."""
        as_said = not (self.union_default_graph or self.skip_errors or self.infer)
        lines = all(file_format(file) in LINE_FORMATS for file in self.files)
        return self.files if as_said and lines else ()

    def _all_files(self) -> Iterable[tuple[str, Path]]:
        if not self.files:
            return [*_shipped(*dataset.SHIPPED_GRAPHS), *_code(*_CODE)]
        role = "union" if self.union_default_graph else "file"
        role += " without errors" if self.skip_errors else ""
        # The file's own IRI is in the digest too: relative IRIs are resolved against it.
        files = [(f"{role} {path.resolve().as_uri()}", path) for path in self.files]
        by = [*_code(*_REASONING), *_shipped(GRAPH_ONTOLOGY)] if self.infer else []
        return [*files, *by]


def _room_for_a_byte(file: Path) -> float:
    form = file_format(file)
    if form not in _READ_FROM_THE_BEGINNING:
        return _ROOM
    with opened(file) as (_, content):
        beginning = content.read(_LOOKED_AT)
    needed = 0
    # It may end anywhere; what is wrong with the file is said where it is loaded.
    with suppress(SyntaxError, UnicodeDecodeError, MemoryError, InputError):
        read = Shallow(BytesIO(beginning), form, str(file))
        for quad in parse(cast("IO[bytes]", read), form, base_iri=file.resolve().as_uri()):
            needed += _ROOM_OF_TRIPLE + _room_of_found(quad)
    return max(needed / max(len(beginning), 1), _LEAST_ROOM)


def _room_of_found(quad: Quad) -> int:
    """What search may find by a quad: a thing of a class, or by a text."""
    value = quad.object
    if isinstance(value, Literal) and value.datatype.value in _TEXTS:
        return _ROOM_OF_FOUND + _ROOM_OF_TEXT * len(value.value)
    return _ROOM_OF_FOUND if quad.predicate.value == f"{RDF}type" else 0


def _code(*patterns: str) -> list[tuple[str, Path]]:
    package = Path(__file__).parent
    found = sorted(path for pattern in patterns for path in package.glob(pattern))
    return [("code", path) for path in found if path.suffix in (".py", ".rq")]


def _shipped(*graphs: NamedNode) -> list[tuple[str, Path]]:
    return [(name.value, path) for name in graphs for path in dataset.shipped_files(name)]
