"""Fixtures for all tests: a clean environment, the shipped graph's snapshot, a working copy."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.working_copy import WorkingCopy
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore, open_store


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the tests of one file in one process; all that load a service; all with a browser."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePath(nodeid.partition("::")[0])
        if "browser" in path.parts:
            return "browser"
        return "service" if {"server", "store"} & set(path.parts) else str(path)


def pytest_configure() -> None:
    """No test fails because the machine is slow: time is no expectation."""
    settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tests")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    """Choose how tests are dealt out to processes."""
    return _ByFile(config, log)


def pytest_collection_finish() -> None:
    """Leave modules and tests out of collections: looking through them doubles the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have set tipgraph up for themselves."""
    for name in [name for name in os.environ if name.startswith("TIPGRAPH_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def shipped_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of snapshots that holds the shipped graph's, built once for all tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # One folder for all processes: they wait for each other's build.
        folder = folder.parent
    build(Inputs(), folder / "snapshots")
    return folder / "snapshots"


@pytest.fixture(scope="session")
def shipped_snapshot(shipped_folder: Path) -> Snapshot:
    """The snapshot of the shipped graph."""
    return build(Inputs(), shipped_folder).snapshot


@pytest.fixture(scope="session")
def shipped_store(shipped_snapshot: Snapshot) -> Iterator[EmbeddedStore]:
    """A store that answers over the shipped graph."""
    with open_store(shipped_snapshot) as store:
        yield store


@pytest.fixture
def rivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkingCopy:
    """A working copy of the project with the small graph of tests/cases/rivers as its own."""
    return WorkingCopy(tmp_path / "project", monkeypatch)
