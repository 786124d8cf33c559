"""The embedded store's own: its workers come, are killed and replaced, and go."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from tests.loops import run
from tests.server.test_never_hurt import DEEP
from tests.service import wait_until
from tests.store.test_compliance import ENDLESS
from tipgraph.errors import EngineError, MemoryLimitError, QueryTimeoutError
from tipgraph.formats import RESULTS_FORMATS
from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot, open_snapshot
from tipgraph.store import EmbeddedStore, QueryRequest, open_store, whole_answer

HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c"


def test_memory_is_limited(snapshot: Snapshot) -> None:
    settings = Settings(workers=1, worker_memory=256 * 1024 * 1024)
    with open_store(snapshot, settings) as store:
        with pytest.raises(MemoryLimitError):
            store.query(HUNGRY)
        assert store.query("ASK {}") is True


def test_workers_do_not_outlive_the_store(snapshot: Snapshot) -> None:
    store = open_store(snapshot, Settings(workers=2))
    assert store.query("ASK {}") is True
    assert store.pool.ready
    store.close()
    assert not store.pool.ready


def test_a_damaged_store_is_said_at_the_start(snapshot: Snapshot, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    (damaged / "store").mkdir(parents=True)
    (damaged / "store" / "CURRENT").write_text("nonsense\n")
    (damaged / "manifest.json").write_text(snapshot.manifest.to_json())
    shutil.copy(snapshot.search_path, damaged)
    with pytest.raises(EngineError, match=r"could not open .*damaged/store: .* remove"):
        open_store(open_snapshot(damaged)).query("ASK {}")


def test_a_killed_worker_is_replaced_at_once(embedded: EmbeddedStore) -> None:
    before = embedded.pool.kills["timeout"]
    with pytest.raises(QueryTimeoutError):
        embedded.query(ENDLESS, timeout=0.2)
    assert embedded.query("ASK {}") is True
    assert embedded.pool.kills["timeout"] == before + 1
    wait_until(lambda: embedded.pool.busy == 0)


def _request(query: str) -> QueryRequest:
    return QueryRequest(query, results_format=RESULTS_FORMATS[0])


@pytest.mark.parametrize("harm", [DEEP, ENDLESS], ids=["deep", "endless"])
def test_what_was_taken_back_too_late_harms_nobody(snapshot: Snapshot, harm: str) -> None:
    """A worker begins a query in the moment in which it is taken back: no other is blamed."""
    settings = Settings(workers=1, queue_size=1, queue_seconds=20, query_timeout=2)
    store = EmbeddedStore(snapshot, settings)

    async def answered() -> list[bytes]:
        await store.start()
        try:
            first = store.submit(_request("ASK {}"), client="first")
            store.submit(_request(harm), client="second").cancel()
            # What is sent is sent; then the loop is held up, while the worker gets on with it.
            await asyncio.sleep(0)
            time.sleep(0.2)
            # There is room for this since nobody waits for the query before it.
            last = store.submit(_request("ASK { FILTER(false) }"), client="third")
            return [(await whole_answer(pending)).body for pending in (first, last)]
        finally:
            await store.stop()

    assert [b"true" in body for body in run(answered())] == [True, False]
