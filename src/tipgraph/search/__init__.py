"""Search over labels and definitions: in the index of a snapshot, or by asking the store.

The index is one SQLite file beside the store of a snapshot: `write_index` makes it, `SearchIndex`
reads it. An endpoint has none, so `LabelSearch` asks it each time.
"""

from tipgraph.search.index import MOST_HITS, Found, Hit, Kind, SearchIndex, Text
from tipgraph.search.labels import LabelSearch
from tipgraph.search.words import Wanted
from tipgraph.search.writer import write_index
from tipgraph.settings import Settings
from tipgraph.store import Solutions, Store

__all__ = [
    "MOST_HITS",
    "Found",
    "Hit",
    "Kind",
    "LabelSearch",
    "SearchIndex",
    "Text",
    "Wanted",
    "search_of",
    "write_index",
]


def search_of(store: Store, settings: Settings) -> SearchIndex | LabelSearch:
    """What searches a store.

    Args:
        store: The store.
        settings: How long one search may take.
    """
    if store.snapshot is not None:
        return SearchIndex(store.snapshot.search_path, seconds=settings.query_timeout)

    def select(query: str) -> Solutions:
        solutions = store.query(query)
        assert isinstance(solutions, Solutions)  # noqa: S101  # it was a SELECT
        return solutions

    return LabelSearch(select, merged=bool(store.manifest.default_graph))
