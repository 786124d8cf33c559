"""A store elsewhere: any SPARQL 1.1 Protocol endpoint that holds the graph."""

from tipgraph.store.remote.store import RemoteStore, open_remote

__all__ = ["RemoteStore", "open_remote"]
