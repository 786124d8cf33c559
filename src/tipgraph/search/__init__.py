"""Search over the labels and definitions of a snapshot, in an index that the build writes.

The index is one SQLite file beside the store: `write_index` makes it, `SearchIndex` reads it.
"""

from tipgraph.search.index import MOST_HITS, Found, Hit, Kind, SearchIndex, Text
from tipgraph.search.words import Wanted
from tipgraph.search.writer import write_index

__all__ = [
    "MOST_HITS",
    "Found",
    "Hit",
    "Kind",
    "SearchIndex",
    "Text",
    "Wanted",
    "write_index",
]
