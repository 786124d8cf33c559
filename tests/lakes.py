"""A small dataset below the base of the shipped one: what linked data has to cope with."""

from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from tests.service import write_snapshot
from tipgraph.namespaces import GRAPH_DATA, ID, RDFS, TIP
from tipgraph.snapshot import Snapshot

_FILE: Final = Path(__file__).parent / "cases" / "lakes.trig"
# Things of every kind.
THINGS: Final = ("id/lake", "claim/lakes/s1-01", "doc/lakes/s1", "inferred/1", "id/only-mentioned")
# More boats than fit on a page of links.
BOATS: Final = 230


def lakes() -> list[Quad]:
    """The dataset, and the boats on its lake."""
    boats = [NamedNode(f"{ID}boat-{number:03}") for number in range(BOATS)]
    lake, floats = NamedNode(f"{ID}lake"), NamedNode(f"{TIP}floatsOn")
    return [
        *parse(_FILE.read_bytes(), RdfFormat.TRIG),
        *(Quad(boat, floats, lake, GRAPH_DATA) for boat in boats),
        *(Quad(boat, NamedNode(f"{RDFS}seeAlso"), boat, GRAPH_DATA) for boat in boats),
    ]


def write_lakes(folder: Path) -> Snapshot:
    """Make a snapshot of the dataset."""
    return write_snapshot(folder, lakes())
