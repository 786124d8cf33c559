"""A store elsewhere: any SPARQL 1.1 Protocol endpoint that holds the graph."""

from tipgraph.store.remote.store import RemoteStore, open_remote
from tipgraph.store.remote.writer import Writer

__all__ = ["RemoteStore", "Writer", "open_remote"]
