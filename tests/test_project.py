"""The project's own files agree with each other."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tipgraph

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def test_one_version(project: dict[str, Any]) -> None:
    version = project["project"]["version"]
    assert tipgraph.__version__ == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) in (version, "Unreleased")


def test_every_dependency_is_locked_and_has_its_line(project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]
    declared = names(project["project"]["dependencies"]).union(
        *(names(groups[name]) for name in ("build", "test", "lint"))
    )
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    assert declared <= locked
    assert declared <= {canonicalize_name(name) for name in documented()}


def documented() -> set[str]:
    """The packages that have a line in the document."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return {name for row in rows for name in row.split(", ")}


@pytest.mark.parametrize("folder", ["web", "benchmarks"])
def test_every_package_from_npm_is_locked_and_has_its_line(folder: str) -> None:
    package, lock = (
        json.loads((ROOT / folder / name).read_text(encoding="utf-8"))
        for name in ("package.json", "package-lock.json")
    )
    declared = package["dependencies"]
    assert declared == lock["packages"].pop("")["dependencies"]
    assert declared.keys() <= documented()
    assert all("integrity" in each and "resolved" not in each for each in lock["packages"].values())


def test_the_lock_file_names_no_host_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|--index|--find-links", lock)
    pinned = re.findall(r"^[\w.-]+==.*(?:\n    --hash=\S+.*)*", lock, re.MULTILINE)
    assert all("--hash=sha256:" in each for each in pinned)


def test_every_import_of_the_package_is_a_declared_dependency(project: dict[str, Any]) -> None:
    required = project["project"]["dependencies"]
    declared = names([*required, *project["project"]["optional-dependencies"]["notebook"]])
    distributions = packages_distributions()
    undeclared = set()
    for path in (ROOT / "src" / "tipgraph").rglob("*.py"):
        for module in imported(path):
            if module in sys.stdlib_module_names or module == "tipgraph":
                continue
            # FastAPI's users may import its Starlette: the two are released for each other.
            if module != "starlette" and not declared & {
                canonicalize_name(name) for name in distributions[module]
            }:
                undeclared.add(module)
    assert undeclared == set()


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_make_alone_shows_what_there_is() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets is not None
    for target in targets.group(1).split():
        assert re.search(rf"^  {target} +\w+", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ([], []),
        (["PORT=8001"], ["--port", "8001"]),
        (["HOST=::1", "PORT=8001"], ["--host", "::1", "--port", "8001"]),
    ],
)
def test_make_leaves_the_address_to_the_settings_unless_it_is_told(
    given: list[str], arguments: list[str]
) -> None:
    environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    shown = subprocess.run(
        ["make", "--dry-run", "serve", *given],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.splitlines()[-1].split() == [".venv/bin/tipgraph", "serve", *arguments]


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    result = subprocess.run(
        ["make", "test", "PYTHON=false"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "tipgraph needs Python 3.11 or later; 'false' is not." in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_modules_stay_small() -> None:
    for path in (ROOT / "src" / "tipgraph").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
