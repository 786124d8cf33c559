"""Pages are valid HTML and no barrier to anybody, by validators of other makers.

axe-core runs in jsdom, which draws nothing: it does not see contrast.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.node import install_clients
from tests.service import LiveService, serving
from tipgraph.snapshot import Snapshot

PAGES = (
    "/",
    "/docs",
    "/dumps/",
    "/dataset",
    "/shapes",
    "/ontology",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%205",
    "/query",
    "/query?q=nothing+of+that",
    "/query/who-exploits-whom",
    "/query/is-any-law-said-to-protect-men",
    "/query/who-is-trafficked-to-a-state?state=id:russia",
    "/query/who-is-trafficked-to-a-state?state=nowhere",
    "/query/why-is-a-statement-inferred",
    "/page/id/dprk",
    "/page/id/dprk?page=2",
    "/page/doc/nk",
    "/page/claim/nk/s61-01",
    "/id/nearly-dprk",
    "/page/claim/nk/s21-03",
    "/page/claim/nk/s37-02",
    "/page/id/q-earnings",
    "/page/inferred/28a26c388f8ddf62",
    "/page/doc/nk/s21",
    "/problems/not-found",
    "/search?q=women",
    "/search?q=womne",
    "/search?kind=tip:State",
    "/nothing",
)


@pytest.fixture(scope="module")
def shipped(shipped_snapshot: Snapshot) -> Iterator[LiveService]:
    with serving(shipped_snapshot.path, workers=1) as live:
        yield live


@pytest.fixture(scope="module")
def clients() -> Path:
    return install_clients("html-validate", "axe-core", "jsdom")


def faults(clients: Path, *addresses: str) -> list[str]:
    """What the validators say of pages."""
    ended = subprocess.run(
        ["node", "pages.mjs", *addresses], capture_output=True, check=False, cwd=clients
    )
    assert ended.returncode == 0, ended.stderr.decode()
    found: list[str] = json.loads(ended.stdout)
    return found


def test_no_page_has_a_fault(clients: Path, shipped: LiveService) -> None:
    assert faults(clients, *(shipped.url + path for path in PAGES)) == []


def test_the_validators_see_faults(clients: Path, tmp_path: Path) -> None:
    (tmp_path / "faulty.html").write_text(
        "<!doctype html><html><title>t</title><body><img src=x><p id=a><p id=a></body></html>"
    )
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        found = faults(clients, f"http://127.0.0.1:{server.server_port}/faulty.html")
        server.shutdown()
    assert any("(no-dup-id)" in fault for fault in found)
    assert any("(html-has-lang)" in fault for fault in found)
