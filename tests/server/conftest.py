"""One small snapshot and one service over it for all tests of the HTTP face."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service import LiveService, rivers, serving, write_snapshot


@pytest.fixture(scope="session")
def snapshot_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_snapshot(tmp_path_factory.mktemp("snapshots") / "rivers", rivers()).path


@pytest.fixture(scope="session")
def service(snapshot_path: Path) -> Iterator[LiveService]:
    """A service whose queries may run for two seconds."""
    with serving(snapshot_path, query_timeout=2, workers=2) as live:
        yield live


@pytest.fixture(scope="session")
def client(service: LiveService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url) as client:
        yield client
