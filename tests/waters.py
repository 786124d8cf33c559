"""A small dataset to search in, and how tests search."""

from pathlib import Path
from typing import Any, Final

import httpx
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from tests.service import write_snapshot
from tests.web import BROWSER
from tipgraph.namespaces import GRAPH_DATA, ID, RDFS
from tipgraph.snapshot import Snapshot

# More things than searches count.
STONES: Final = 10_050

_FILE: Final = Path(__file__).parent / "cases" / "waters.trig"
_LABEL: Final = NamedNode(f"{RDFS}label")
_LONG: Final = f"{'pebble ' * 200} boulder {'pebble ' * 2000}"


def write_waters(folder: Path) -> Snapshot:
    """Make a snapshot of the dataset, with many stones in its waters and a very long label."""
    stones = {f"stone-{number}": f"Stone {number}" for number in range(STONES)}
    labels = stones | {"long": _LONG}
    quads = [
        Quad(NamedNode(f"{ID}{name}"), _LABEL, Literal(label), GRAPH_DATA)
        for name, label in labels.items()
    ]
    return write_snapshot(folder, [*parse(_FILE.read_bytes(), RdfFormat.TRIG), *quads])


def search(client: httpx.Client, text: str = "", **parameters: Any) -> dict[str, Any]:
    """What is found, as JSON."""
    answer = client.get("/search", params={"q": text, **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def names(found: dict[str, Any]) -> list[str]:
    """The last steps of the IRIs of what was found."""
    return [hit["iri"].replace("#", "/").rpartition("/")[2] for hit in found["hits"]]


def page(client: httpx.Client, text: str = "", **parameters: Any) -> str:
    """What is found, as a page."""
    answer = client.get("/search", params={"q": text, **parameters}, headers={"accept": BROWSER})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text
