"""A snapshot: an immutable, finished copy of the graph on disk, only ever opened read-only.

A snapshot is a folder with `manifest.json`, `dumps/`, `search.sqlite`, an index for searches, and
`store/`, an on-disk pyoxigraph store. The store holds each named graph and, in its default graph,
the merge of the graphs that the manifest's `default_graph` names, so that a plain query meets each
triple once.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from heapq import nlargest
from os import SEEK_END
from pathlib import Path
from typing import Final, Self

from tipgraph.errors import SnapshotError

FORMAT_VERSION: Final = 4
MANIFEST_NAME: Final = "manifest.json"
STORE_NAME: Final = "store"
DUMPS_NAME: Final = "dumps"
SEARCH_NAME: Final = "search.sqlite"
STATISTICS_NAME: Final = "statistics.nt"
# How SQLite files begin.
_SQLITE: Final = b"SQLite format 3\0"


@dataclass(frozen=True)
class Dump:
    """A compressed file that holds a graph or the whole dataset.

    Args:
        name: Its name in the folder of dumps; the extensions tell its format and compression.
        title: What it holds, in words.
        size: Its size in bytes.
        sha256: SHA-256 (hex) of its bytes.
        graph: IRI of the graph that it holds; None for the whole dataset.
    """

    name: str
    title: str
    size: int
    sha256: str
    graph: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a snapshot, or an endpoint in its place, holds and what it was made from.

    Args:
        digest: SHA-256 (hex) of the canonical dataset (RDFC-1.0 N-Quads); empty for an endpoint,
            whose data may change.
        inputs_digest: SHA-256 (hex) of the bytes and options the snapshot was built from.
        dataset_version: The version of the dataset, such as `1.0.0`.
        software_version: The version of tipgraph that built it.
        graphs: Named graph IRI to number of triples; None where it is not known.
        default_graph: IRIs of the named graphs merged into the default graph.
        default_graph_triples: Number of triples in the default graph; None where it is not known.
        dumps: The files in the folder of dumps.
        left_out: How many lines of the files were left out, since they break their grammar.
        format_version: Layout of the folder; another one is refused.
    """

    digest: str
    inputs_digest: str
    dataset_version: str
    software_version: str
    graphs: Mapping[str, int | None]
    default_graph: tuple[str, ...]
    default_graph_triples: int | None
    dumps: tuple[Dump, ...] = ()
    left_out: int = 0
    format_version: int = FORMAT_VERSION

    @property
    def is_fixed(self) -> bool:
        """Whether the dataset stays as it is, so that answers can be kept."""
        return bool(self.digest)

    def largest_graphs(self, most: int = 20) -> list[str]:
        """The named graphs; where there are more than `most`, those of most triples first.

        Args:
            most: How many are wanted at most; without it, as many as people can take in.
        """
        if len(self.graphs) <= most:
            return list(self.graphs)
        return nlargest(most, self.graphs, key=lambda name: (self.graphs[name] or 0, name))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a manifest; raises ValueError, TypeError or AttributeError when it is not one."""
        values = json.loads(text)
        if set(values) != {field.name for field in fields(cls)}:
            raise ValueError("not a manifest")
        values["default_graph"] = tuple(values["default_graph"])
        values["dumps"] = tuple(Dump(**each) for each in values["dumps"])
        values["graphs"] = {str(name): int(count) for name, count in values["graphs"].items()}
        return cls(**values)

    def to_json(self) -> str:
        """Write the manifest as JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot folder that was found complete."""

    path: Path
    manifest: Manifest

    @property
    def store_path(self) -> Path:
        """The folder for `pyoxigraph.Store.read_only`."""
        return self.path / STORE_NAME

    @property
    def dumps_path(self) -> Path:
        """The folder of dumps."""
        return self.path / DUMPS_NAME

    @property
    def search_path(self) -> Path:
        """The search index."""
        return self.path / SEARCH_NAME

    @property
    def statistics_path(self) -> Path:
        """Statistics that are not in a graph: those of anybody's data; else it is not there."""
        return self.path / STATISTICS_NAME


def open_snapshot(path: Path) -> Snapshot:
    """Open the snapshot in a folder.

    Raises:
        SnapshotError: The folder has no readable manifest, no store, or another format version.
    """
    try:
        text = (path / MANIFEST_NAME).read_text(encoding="utf-8")
        version = json.loads(text).get("format_version", FORMAT_VERSION)
        # Looked at first: another version may have other members.
        if version != FORMAT_VERSION:
            raise SnapshotError(
                f"{path} has format version {version}; "
                f"this tipgraph reads {FORMAT_VERSION}: build it anew"
            )
        manifest = Manifest.from_json(text)
    except OSError as error:
        raise SnapshotError(f"{path} is not a snapshot: {error.strerror}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise SnapshotError(f"{path} is not a snapshot: its {MANIFEST_NAME} is damaged") from error
    # RocksDB writes CURRENT last: without it there is no complete store.
    if not (path / STORE_NAME / "CURRENT").is_file():
        raise SnapshotError(f"{path} is not a snapshot: its store is missing or incomplete")
    if not _is_whole(path / SEARCH_NAME):
        raise SnapshotError(f"{path} is not a snapshot: its search index is missing or incomplete")
    return Snapshot(path, manifest)


def _is_whole(index: Path) -> bool:
    """Whether a SQLite file has all pages that its header tells of (Database File Format, 1.3)."""
    try:
        with index.open("rb") as content:
            header = content.read(32)
            length = content.seek(0, SEEK_END)
    except OSError:
        return False
    told, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    # A page of 65,536 bytes is told by 1.
    page = 1 << 16 if told == 1 else told
    return header.startswith(_SQLITE) and length == page * pages
