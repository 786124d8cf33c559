"""A store over one small snapshot for all tests here."""

from collections.abc import Iterator

import pytest

from tests.service import rivers, write_snapshot
from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore, open_store


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return write_snapshot(tmp_path_factory.mktemp("snapshots") / "rivers", rivers())


@pytest.fixture(scope="session")
def store(snapshot: Snapshot) -> Iterator[EmbeddedStore]:
    """Two workers, and queries that may run for a second."""
    with open_store(snapshot, Settings(workers=2, query_timeout=1)) as store:
        yield store
