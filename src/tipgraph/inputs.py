"""What a snapshot is built from: its files, the digest that names it, the room it needs."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from tipgraph import dataset
from tipgraph.bulk import LINE_FORMATS, file_format
from tipgraph.namespaces import GRAPH_ONTOLOGY
from tipgraph.snapshot_folder import FileDigests, state_of
from tipgraph.streams import COMPRESSIONS, file_size

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
# Bytes of disk for a byte of a file: in formats of lines, in others, and for a byte compressed.
_ROOM_IN_LINES: Final = 3
_ROOM: Final = 6
_COMPRESSED: Final = 10
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
        """How many bytes a build needs on disk at most while it runs, as measured."""
        return sum(
            file_size(file)
            * (_ROOM_IN_LINES if file_format(file) in LINE_FORMATS else _ROOM)
            * (_COMPRESSED if file.suffix in COMPRESSIONS else 1)
            * (_INFERRED if self.infer else 1)
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


def _code(*patterns: str) -> list[tuple[str, Path]]:
    package = Path(__file__).parent
    found = sorted(path for pattern in patterns for path in package.glob(pattern))
    return [("code", path) for path in found if path.suffix in (".py", ".rq")]


def _shipped(*graphs: NamedNode) -> list[tuple[str, Path]]:
    return [(name.value, path) for name in graphs for path in dataset.shipped_files(name)]
