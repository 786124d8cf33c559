"""The wheel alone, in an environment that knows nothing of the working copy."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service import LiveService, free_port
from tipgraph.snapshot import Snapshot

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel installed, and the dependencies of the one that tests run in.

    A line in a .pth file makes those importable without the .pth files among them, which is where
    the working copy would come in.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    [wheel] = folder.glob("*.whl")
    install = ["--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([sys.executable, "-m", "pip", *install, str(wheel)], check=True)
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True)
    Path(found.stdout.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return environment


@pytest.fixture
def variables(shipped_folder: Path) -> dict[str, str]:
    return {**os.environ, "TIPGRAPH_SNAPSHOT_DIR": str(shipped_folder)}


def test_the_wheel_carries_the_same_graph(
    environment: Path, variables: dict[str, str], shipped_snapshot: Snapshot, tmp_path: Path
) -> None:
    command = [f"{environment}/bin/tipgraph", "build", "--format", "json"]
    built = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=True
    )
    report = json.loads(built.stdout)
    # The snapshot that the working copy built is found finished: same files, same code.
    assert report["seconds"] == {}
    assert report["digest"] == shipped_snapshot.manifest.digest
    where = subprocess.run(
        [environment / "bin" / "python", "-c", "import tipgraph; print(tipgraph.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(environment))


@pytest.fixture
def service(environment: Path, variables: dict[str, str], tmp_path: Path) -> Iterator[LiveService]:
    port = free_port()
    command = [f"{environment}/bin/tipgraph", "serve", "--port", str(port)]
    live = LiveService(subprocess.Popen(command, cwd=tmp_path, env=variables), port)
    try:
        live.wait_until_ready()
        yield live
    finally:
        live.stop()


def test_the_wheel_serves(service: LiveService, shipped_snapshot: Snapshot) -> None:
    query = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
    answer = service.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert answer.text.split() == ["triples", str(shipped_snapshot.manifest.default_graph_triples)]
    page = service.get("/", headers={"Accept": "text/html"})
    assert page.is_success
    [style, *_] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    assert service.get(style).headers["content-type"] == "text/css; charset=utf-8"
