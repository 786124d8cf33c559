"""Where triples live and SPARQL is answered: the Store protocol, and what keeps to it.

`EmbeddedStore` answers over a snapshot, `remote.RemoteStore` asks an endpoint.
"""

from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store.base import QueryAnswer, QueryRequest, Store, Timings, whole_answer
from tipgraph.store.embedded import EmbeddedStore
from tipgraph.store.results import Solutions, Triples

__all__ = [
    "EmbeddedStore",
    "QueryAnswer",
    "QueryRequest",
    "Solutions",
    "Store",
    "Timings",
    "Triples",
    "open_store",
    "whole_answer",
]


def open_store(snapshot: Snapshot, settings: Settings | None = None) -> EmbeddedStore:
    """Open the store that answers over a snapshot.

    Args:
        snapshot: The snapshot.
        settings: Workers and limits; the defaults when not given.
    """
    return EmbeddedStore(snapshot, settings or Settings.from_environment())
