"""The package's own queries: read from files beside the code, run on an in-memory store."""

from collections.abc import Mapping
from importlib.resources import files

from pyoxigraph import QuerySolutions, Store


def read_queries(folder: str) -> Mapping[str, str]:
    """The queries of a folder of this package: file name without extension to text, sorted."""
    paths = (files(__package__) / folder).iterdir()
    named = {p.name.removesuffix(".rq"): p for p in paths if p.name.endswith(".rq")}
    return {name: named[name].read_text(encoding="utf-8") for name in sorted(named)}


def select(store: Store, text: str) -> QuerySolutions:
    """The rows of a SELECT query."""
    rows = store.query(text)
    if not isinstance(rows, QuerySolutions):
        raise TypeError("not a SELECT query")
    return rows
