"""A working copy of the project with a small graph of its own, for tests that spoil its files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import tipgraph

RIVERS = Path(__file__).parent / "cases" / "rivers"


class WorkingCopy:
    """A copy of the package beside the graph of tests/cases/rivers, run as processes.

    Args:
        root: Its top folder, which must not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = root.parent / "cache"
        shutil.copytree(RIVERS, root)
        package = Path(tipgraph.__file__).parent
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(package, root / "src" / "tipgraph", ignore=ignored)

    def path(self, name: str) -> Path:
        """A file of the working copy."""
        return self.root / name

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a file's text."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")

    def run(
        self, *arguments: str | Path, variables: Mapping[str, str] | None = None, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `tipgraph` with the working copy's own package and graph, and wait for it."""
        return subprocess.run(
            [sys.executable, "-m", "tipgraph", *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.root,
            env=self.environment(variables),
        )

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Run `tipgraph` without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "tipgraph", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.root,
            env=self.environment(),
        )

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment for a process that is to find this package and this cache."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.root / "src"),
            "TIPGRAPH_SNAPSHOT_DIR": str(self.cache),
            **(variables or {}),
        }
