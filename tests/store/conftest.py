"""Stores over one small dataset for all tests here: embedded, and at endpoints of two makers."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.endpoints import oxigraph, virtuoso
from tests.service import rivers, write_snapshot
from tipgraph.errors import EndpointAwayError
from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore, open_store
from tipgraph.store.remote import RemoteStore, Writer, open_remote

ENDPOINTS = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(scope="package")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return write_snapshot(tmp_path_factory.mktemp("snapshots") / "rivers", rivers())


@pytest.fixture(scope="package")
def embedded(snapshot: Snapshot) -> Iterator[EmbeddedStore]:
    with open_store(snapshot, Settings(workers=2)) as store:
        yield store


@pytest.fixture
def endpoints_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoints for writing are away before an update, after it, and then there, by turns."""
    # An answer that does not come leaves open whether the update was made.
    monkeypatch.setattr(time, "sleep", lambda _: None)
    update, calls = Writer.update, list[str]()

    def sometimes(writer: Writer, text: str) -> None:
        calls.append(text)
        if len(calls) % 3 == 1:
            raise EndpointAwayError("before it was made")
        update(writer, text)
        if len(calls) % 3 == 2:
            raise EndpointAwayError("after it was made")

    monkeypatch.setattr(Writer, "update", sometimes)


class Endpoints:
    """The endpoints, each started when it is first asked for."""

    def __init__(self, folders: pytest.TempPathFactory, stack: ExitStack) -> None:
        self._folders = folders
        self._stack = stack
        self._addresses: dict[str, str] = {}

    def address(self, name: str) -> str:
        """Where an endpoint is."""
        if name not in self._addresses:
            folder = self._folders.mktemp(name) / "data"
            serving = ENDPOINTS[name](rivers(), folder)
            self._addresses[name] = self._stack.enter_context(serving)
        return self._addresses[name]


@pytest.fixture(scope="package")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    with ExitStack() as stack:
        yield Endpoints(tmp_path_factory, stack)


Opener = Callable[..., EmbeddedStore | RemoteStore]


def opener_of(kind: str, snapshot: Snapshot, endpoints: Endpoints) -> Opener:
    """Opens a kind of store with settings."""

    def opened(**given: Any) -> EmbeddedStore | RemoteStore:
        settings = Settings(workers=2, **given)
        if kind == "embedded":
            return open_store(snapshot, settings)
        return open_remote(settings.model_copy(update={"store_url": endpoints.address(kind)}))

    return opened


@pytest.fixture(scope="package", params=("embedded", *ENDPOINTS))
def opener(request: pytest.FixtureRequest, snapshot: Snapshot, endpoints: Endpoints) -> Opener:
    """Opens each kind of store in turn, with settings."""
    return opener_of(request.param, snapshot, endpoints)


@pytest.fixture(params=("embedded", *ENDPOINTS))
def brief_opener(
    request: pytest.FixtureRequest, snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opener]:
    """The same, of endpoints that end with the test: Oxigraph goes on with most queries for ever.

    Neither that nobody waits any more nor its own time limit stops them, and all other tests would
    have a processor less.
    """
    with ExitStack() as stack:
        yield opener_of(request.param, snapshot, Endpoints(tmp_path_factory, stack))


@pytest.fixture(scope="package")
def oxigraph_store(endpoints: Endpoints) -> Iterator[RemoteStore]:
    with open_remote(Settings(workers=2, store_url=endpoints.address("oxigraph"))) as store:
        yield store


@pytest.fixture(scope="package")
def virtuoso_store(endpoints: Endpoints) -> Iterator[RemoteStore]:
    with open_remote(Settings(workers=2, store_url=endpoints.address("virtuoso"))) as store:
        yield store


@pytest.fixture(scope="package")
def store(opener: Opener) -> Iterator[EmbeddedStore | RemoteStore]:
    """Each store in turn."""
    with opener() as store:
        yield store
