"""One Oxigraph server for each file of tests, and a store that asks it."""

from collections.abc import Iterator

import pytest

import tipgraph
from tests.endpoints import oxigraph
from tests.in_store.support import Server
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore
from tipgraph.store.remote import RemoteStore


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph([], tmp_path_factory.mktemp("oxigraph") / "server") as endpoint:
        yield Server(endpoint)


@pytest.fixture(scope="module")
def store(server: Server) -> Iterator[EmbeddedStore | RemoteStore]:
    with tipgraph.open(settings=Settings.from_environment(store_url=server.endpoint)) as opened:
        yield opened
