"""What the search index holds of each thing, drafted before the things are in order.

Much is drafted by two processes, half of the things each: Python computes on one core at a time.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Final, NamedTuple

from tipgraph.search.words import key, local_name, spaced

# What a row of `said` says of a thing.
LABEL, NAME, TEXT, CLASS = range(4)
# Of one thing this many values of a sort are searched.
_MOST_VALUES: Final = 1000
_LONGEST_KEY: Final = 200
_CLASSES_KEPT: Final = 10_000
# So many things are written by one call.
_AT_ONCE: Final = 10_000

TABLES: Final = """
CREATE TABLE drafts.draft (id INTEGER PRIMARY KEY, iri TEXT, inferred INTEGER, label TEXT, key TEXT,
  labels TEXT, names TEXT, texts TEXT, kind INTEGER, kinds TEXT,
  label_words TEXT, name_words TEXT, text_words TEXT, kind_words TEXT);
CREATE TABLE drafts.called (id INTEGER, key TEXT);
"""
# Nobody reads these files before they are whole. What is read in another order is mapped into
# memory, as far as there is some, rather than copied page by page.
PRAGMAS: Final = """
PRAGMA {0}.journal_mode = OFF;
PRAGMA {0}.synchronous = OFF;
PRAGMA {0}.cache_size = -65536;
PRAGMA {0}.mmap_size = 2147483648;
"""
_BY_THING: Final = """
SELECT iri, sort, place, language, text FROM said WHERE iri >= ? AND (iri < ? OR ?2 IS NULL)
ORDER BY iri, sort, place, language NOT IN ('en', ''), language, text
"""
_DRAFT: Final = "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_CALLED: Final = "INSERT INTO called VALUES (?, ?)"
# The first number in the other process, which no count of things reaches.
_OTHERS: Final = 1 << 40
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)

Row = tuple[str, int, int, str, str]


class _Kind(NamedTuple):
    """A class: its number, how many things are of it, and whether it has a label of its own."""

    number: int
    things: int
    labelled: bool


def write_drafts(
    index: sqlite3.Connection,
    *,
    first: str = "",
    end: str | None = None,
    number: int = 0,
) -> None:
    """Write what the index holds of things, from the tables `said` and `kind`.

    Args:
        index: A database with these tables and those of `TABLES`.
        first: The IRI from which on things are drafted.
        end: The IRI before which that ends.
        number: The first number that is given to a thing.
    """

    @lru_cache(_CLASSES_KEPT)
    def kind(iri: str) -> _Kind:
        found = index.execute("SELECT number, things, label FROM kind WHERE iri = ?", (iri,))
        of_class, things, label = found.fetchone()
        return _Kind(of_class, things, label is not None)

    rows = index.execute(_BY_THING, (first, end))
    things = enumerate(groupby(rows, key=itemgetter(0)), start=number)
    drafts = (_draft(each, iri, said, kind) for each, (iri, said) in things)
    while some := list(islice(drafts, _AT_ONCE)):
        index.executemany(_DRAFT, (draft for draft, _ in some))
        index.executemany(_CALLED, ((draft[0], key) for draft, keys in some for key in keys))
    index.commit()


def _draft(
    number: int, iri: str, rows: Iterable[Row], kind: Callable[[str], _Kind]
) -> tuple[tuple[object, ...], set[str]]:
    """What the index holds of a thing, and what it is called, folded."""
    values = _by_sort(rows)
    local = local_name(iri)
    labels = list(values[LABEL]) or [(spaced(local), "")]
    kinds = {kind(each): inferred for (each, _), inferred in values[CLASS].items()}
    called = [key(text) for text, _ in labels]
    also = [*(key(text) for text, _ in values[NAME]), key(local)]
    numbers = [str(each.number) for each in kinds]
    draft = (
        number,
        iri,
        int(all(kinds.values())) if kinds else 0,
        labels[0][0],
        called[0],
        _json(labels),
        _json(values[NAME]),
        _json(values[TEXT]),
        _closest(kinds),
        f" {' '.join(numbers)} ",
        " ".join(called),
        " ".join((*also, key(spaced(local)))),
        " ".join(key(text) for text, _ in values[TEXT]),
        " ".join(f"k{each}" for each in numbers),
    )
    return draft, {each[:_LONGEST_KEY].rstrip() for each in (*called, *also)} - {""}


def _by_sort(rows: Iterable[Row]) -> list[dict[tuple[str, str], int]]:
    """The values of each sort with their languages, each once, and the place of each."""
    values: list[dict[tuple[str, str], int]] = [{} for _ in range(CLASS + 1)]
    for _, sort, place, language, text in rows:
        if len(values[sort]) < _MOST_VALUES:
            values[sort].setdefault((text, language), place)
    return values


def _closest(kinds: dict[_Kind, int]) -> int | None:
    """Of the classes of a thing the one that says most: asserted, with a label, of few things."""
    if len(kinds) == 1:
        return next(iter(kinds)).number
    ranked = ((inferred, not k.labelled, k.things, k.number) for k, inferred in kinds.items())
    return min(ranked, default=(None,))[-1]


def _json(values: Collection[tuple[str, str]]) -> str:
    # Most things have no other names and no texts.
    return _ENCODER.encode([*values]) if values else "[]"


def main() -> None:
    """Draft the second half: the arguments are the index, its rows, a new file, the first thing.

    Standard input is a pipe of the build's, which is closed however that ends.
    """
    path, said, drafts, first = sys.argv[1:]
    threading.Thread(target=_end_with_the_build, daemon=True).start()
    with closing(sqlite3.connect(path)) as index:
        index.execute("ATTACH ? AS said", (said,))
        index.execute("ATTACH ? AS drafts", (drafts,))
        index.executescript(PRAGMAS.format("drafts") + TABLES)
        write_drafts(index, first=first, number=_OTHERS)


def _end_with_the_build() -> None:
    # Not by `sys.stdin`, whose lock would be held when all is done.
    os.read(0, 1)
    os._exit(1)
