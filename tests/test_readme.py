"""What the README shows is what its commands print."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.service import LiveService, serving
from tipgraph.snapshot import Snapshot

ROOT: Final = Path(__file__).parent.parent
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
# A fenced shell command and the fenced output after it, whatever stands between.
SHOWN: Final = re.findall(r"```sh\n(curl .*?)\n```\n.*?```(?:csv|json)\n(.*?)\n```", README, re.S)
REQUEST_ID: Final = re.compile(r'"instance": ".*?"')


@pytest.fixture(scope="module")
def shipped_service(shipped_snapshot: Snapshot) -> Iterator[LiveService]:
    with serving(shipped_snapshot.path) as live:
        yield live


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=["answer", "error"])
def test_curl_prints_what_is_shown(command: str, output: str, shipped_service: LiveService) -> None:
    here = command.replace("localhost:8000", shipped_service.url.removeprefix("http://"))
    ran = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=True)
    assert REQUEST_ID.sub("", ran.stdout.strip()) == REQUEST_ID.sub("", output)


def test_check_prints_what_is_shown(shipped_folder: Path) -> None:
    shown = re.search(r"```text\n(ok.*?)\n```", README, re.S)
    assert shown is not None
    ran = subprocess.run(
        [sys.executable, "-m", "tipgraph", "check"],
        cwd=ROOT,
        env={**os.environ, "TIPGRAPH_SNAPSHOT_DIR": str(shipped_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    # How many files there are, and whether the source text is at hand, may differ.
    ours = [
        line
        for line in shown.group(1).splitlines()
        if not re.match(r"\S+ +(files|passages|leaks)", line)
    ]
    assert set(ours) <= set(ran.stdout.splitlines())


def test_validate_prints_what_is_shown() -> None:
    shown = re.search(
        r"```sh\n\S+/(tipgraph validate .*?)\n```\n.*?```text\n(.*?)\n```", README, re.S
    )
    assert shown is not None
    ran = subprocess.run(
        [sys.executable, "-m", *shown.group(1).split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout.strip(), ran.returncode) == (shown.group(2), 1)


def test_the_python_example_runs(
    shipped_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIPGRAPH_SNAPSHOT_DIR", str(shipped_folder))
    example = re.search(r"```python\n(.*?)```", README, re.S)
    assert example is not None
    exec(example.group(1), {})  # noqa: S102  # the README's own lines
    assert capsys.readouterr().out == "True\n"
