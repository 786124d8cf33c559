"""One small snapshot and one service over it for all tests of the HTTP face."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.hostile import write_hostile
from tests.lakes import write_lakes
from tests.service import LiveService, rivers, serving, write_snapshot
from tests.waters import write_waters
from tipgraph.snapshot import Snapshot


@pytest.fixture(scope="session")
def snapshot_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_snapshot(tmp_path_factory.mktemp("snapshots") / "rivers", rivers()).path


@pytest.fixture(scope="session")
def service(snapshot_path: Path) -> Iterator[LiveService]:
    with serving(snapshot_path, workers=2) as live:
        yield live


@pytest.fixture(scope="session")
def client(service: LiveService) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture(scope="session")
def lakes_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lakes(tmp_path_factory.mktemp("lakes") / "snapshot").path


@pytest.fixture(scope="session")
def lakes_service(lakes_path: Path) -> Iterator[LiveService]:
    with serving(lakes_path, workers=2) as live:
        yield live


@pytest.fixture(scope="session")
def lakes(lakes_service: LiveService) -> Iterator[httpx.Client]:
    with lakes_service.client() as client:
        client.headers["accept"] = "*/*"
        yield client


@pytest.fixture(scope="session")
def shipped(shipped_snapshot: Snapshot) -> Iterator[httpx.Client]:
    """A client of a service over the shipped graph."""
    with (
        serving(shipped_snapshot.path, workers=2) as live,
        live.client() as client,
    ):
        client.headers["accept"] = "*/*"
        yield client


@pytest.fixture(scope="session")
def waters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    snapshot = write_waters(tmp_path_factory.mktemp("waters") / "snapshot")
    with (
        serving(snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service over hostile labels."""
    snapshot = write_hostile(tmp_path_factory.mktemp("hostile") / "snapshot")
    with (
        serving(snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client
