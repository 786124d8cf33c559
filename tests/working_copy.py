"""A working copy of the project with a small graph of its own, for tests that spoil its files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import tipgraph
from tipgraph import dataset
from tipgraph.cli import app

RIVERS = Path(__file__).parent / "cases" / "rivers"


class WorkingCopy:
    """The graph of tests/cases/rivers as the shipped one, and the current folder.

    Args:
        root: Its top folder, which must not exist yet.
        monkeypatch: Undoes everything after the test.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.cache = root.parent / "cache"
        shutil.copytree(RIVERS, root)
        monkeypatch.setattr(dataset, "resources", lambda: root)
        monkeypatch.setenv("TIPGRAPH_SNAPSHOT_DIR", str(self.cache))
        monkeypatch.chdir(root)

    def path(self, name: str) -> Path:
        """A file of the working copy."""
        return self.root / name

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a file's text."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str | Path, given: str = "") -> Result:
        """Run the command `tipgraph` in this process."""
        return CliRunner().invoke(app, [str(each) for each in arguments], input=given)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Begin the command `tipgraph` in a process of its own, from a copy of the package."""
        package = self.root / "src" / "tipgraph"
        if not package.exists():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(Path(tipgraph.__file__).parent, package, ignore=ignored)
        return subprocess.Popen(
            [sys.executable, "-m", "tipgraph", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(package.parent)},
        )
