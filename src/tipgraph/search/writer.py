"""Writing the search index of a snapshot: every named thing that has a label or a class.

SQLite sorts on disk what the store says, once by thing and once by the length of labels, so that
the memory this takes does not grow with the data. Things are numbered in the latter order, inferred
ones last: whatever is looked for, the shortest labels come first without being sorted again. What
is sorted stands in a second file, which is removed, so that the index is written once and in order.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from pyoxigraph import Literal, NamedNode, Store

from tipgraph.describe import LABELS
from tipgraph.errors import CacheError
from tipgraph.namespaces import DCTERMS, GRAPH_INFERRED, GRAPH_SHAPES, RDF, RDFS, SCHEMA, SKOS
from tipgraph.search.words import key, local_name, spaced

# What a row says of a thing, and by which properties, the best first.
LABEL, NAME, TEXT, CLASS = range(4)
PROPERTIES: Final = (
    (LABEL, LABELS),
    (NAME, (f"{SKOS}altLabel", f"{SCHEMA}alternateName", f"{SKOS}hiddenLabel")),
    (TEXT, (f"{SKOS}definition", f"{DCTERMS}description", f"{RDFS}comment", f"{SKOS}scopeNote")),
)
# Of one thing this many values of a sort are searched, and this many characters of each.
_MOST_VALUES: Final = 1000
_LONGEST_TEXT: Final = 10_000
_LONGEST_KEY: Final = 200
_CLASSES_KEPT: Final = 10_000

# So many things are written by one call.
_AT_ONCE: Final = 10_000

# `detail` and `columnsize` leave out what only other ways of ranking would need.
_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE drafts.said (iri TEXT, sort INTEGER, place INTEGER, language TEXT, text TEXT);
CREATE TABLE drafts.draft (id INTEGER PRIMARY KEY, iri TEXT, inferred INTEGER, label TEXT, key TEXT,
  labels TEXT, names TEXT, texts TEXT, kind INTEGER, kinds TEXT,
  label_words TEXT, name_words TEXT, text_words TEXT, kind_words TEXT);
CREATE TABLE drafts.called (id INTEGER, key TEXT);
CREATE TABLE drafts.numbered (number INTEGER PRIMARY KEY, id INTEGER);
CREATE TABLE kind (number INTEGER PRIMARY KEY, iri TEXT UNIQUE, label TEXT, things INTEGER);
CREATE TABLE thing (number INTEGER PRIMARY KEY, iri TEXT UNIQUE, key TEXT, labels TEXT,
  names TEXT, texts TEXT, kind INTEGER, kinds TEXT);
CREATE TABLE name (key TEXT, thing INTEGER, PRIMARY KEY (key, thing)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (label, name, text, kind,
  content = '', detail = column, columnsize = 0, prefix = '1 2 3', tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, col);
"""
_BY_THING: Final = """
SELECT iri, sort, place, language, text FROM said
ORDER BY iri, sort, place, language NOT IN ('en', ''), language, text
"""
_DRAFT: Final = "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_CALLED: Final = "INSERT INTO called VALUES (?, ?)"
# Each table is filled in its own order, which takes the least time. `hashsize` is how many bytes of
# words are gathered before they are written: the fewer pieces, the less there is to merge.
_IN_ORDER: Final = """
INSERT INTO numbered
SELECT row_number() OVER (ORDER BY inferred, length(label), label, iri), id FROM draft;
INSERT INTO thing SELECT number, iri, key, labels, names, texts, kind, kinds
FROM numbered CROSS JOIN draft USING (id) ORDER BY number;
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
INSERT INTO words (rowid, label, name, text, kind)
SELECT number, label_words, name_words, text_words, kind_words
FROM numbered CROSS JOIN draft USING (id) ORDER BY number;
INSERT INTO words (words) VALUES ('optimize');
CREATE UNIQUE INDEX drafts.number_of ON numbered (id, number);
INSERT INTO name SELECT key, number FROM called JOIN numbered USING (id) ORDER BY key, number;
"""

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)

Row = tuple[str, int, int, str, str]


class _Kind(NamedTuple):
    """A class: its number, how many things are of it, and whether it has a label of its own."""

    number: int
    things: int
    labelled: bool


def write_index(store: Store, path: Path, *, merged: bool) -> None:
    """Write the search index of a store.

    Args:
        store: The store.
        path: The file, which must not be there yet.
        merged: Whether the default graph only repeats what the named graphs hold.

    Raises:
        CacheError: It cannot be written.
    """
    drafts = path.with_name(f"{path.name}.drafts")
    try:
        with closing(sqlite3.connect(path)) as index:
            index.execute("ATTACH ? AS drafts", (str(drafts),))
            _write(index, _said(store, merged))
    except sqlite3.OperationalError as error:
        # No space, say, or a SQLite that was made without its full-text search.
        raise CacheError(f"the search index cannot be written: {error}") from error
    finally:
        drafts.unlink(missing_ok=True)


def _write(index: sqlite3.Connection, said: Iterator[Row]) -> None:
    index.executescript(_TABLES)
    index.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?)", said)
    _write_kinds(index)
    _write_drafts(index)
    unlabelled = index.execute("SELECT iri FROM kind WHERE label IS NULL").fetchall()
    index.executemany(
        "UPDATE kind SET label = ? WHERE iri = ?",
        ((spaced(local_name(iri)), iri) for (iri,) in unlabelled),
    )
    index.commit()
    index.executescript(f"BEGIN; {_IN_ORDER} COMMIT;")


def _said(store: Store, merged: bool) -> Iterator[Row]:
    """What is said of named things, a row each; what several graphs say comes as often."""
    for sort, properties in PROPERTIES:
        for place, predicate in enumerate(properties):
            for iri, value, _ in _pairs(store, predicate, merged):
                if isinstance(value, Literal) and value.value.strip():
                    yield iri, sort, place, value.language or "", _cut(value.value)
    for iri, value, asserted in _pairs(store, f"{RDF}type", merged):
        if isinstance(value, NamedNode):
            yield iri, CLASS, int(not asserted), "", value.value


def _pairs(store: Store, predicate: str, merged: bool) -> Iterator[tuple[str, object, bool]]:
    """Named subjects and the objects of a predicate, and whether that was asserted."""
    said = f"?s <{predicate}> ?o"
    if not merged:
        for subject, value in _select(store, f"SELECT ?s ?o {{ {said} }}"):
            if isinstance(subject, NamedNode):
                yield subject.value, value, True
    for subject, value, graph in _select(store, f"SELECT ?s ?o ?g {{ GRAPH ?g {{ {said} }} }}"):
        # Shapes are called as the classes are for which they speak.
        if isinstance(subject, NamedNode) and graph != GRAPH_SHAPES:
            yield subject.value, value, graph != GRAPH_INFERRED


def _select(store: Store, query: str) -> Iterator[Any]:
    # Rows of a query take less time than quads, of which each part is made anew.
    return cast("Iterator[Any]", store.query(query))


def _write_kinds(index: sqlite3.Connection) -> None:
    """Number the classes, and say of each what it is called and how many named things it has."""
    index.execute(
        "INSERT INTO kind (iri, things) SELECT text, COUNT(DISTINCT iri) FROM said "
        "WHERE sort = ? GROUP BY text ORDER BY text",
        (CLASS,),
    )
    labels = index.execute(
        "SELECT iri, text FROM said WHERE sort = ? AND iri IN (SELECT iri FROM kind) "
        "ORDER BY place DESC, language IN ('en', ''), language DESC, text DESC",
        (LABEL,),
    )
    # The best label comes last and stays.
    index.executemany("UPDATE kind SET label = ?2 WHERE iri = ?1", labels.fetchall())


def _write_drafts(index: sqlite3.Connection) -> None:
    """Write what the index holds of each thing, before the things are in order."""

    @lru_cache(_CLASSES_KEPT)
    def kind(iri: str) -> _Kind:
        found = index.execute("SELECT number, things, label FROM kind WHERE iri = ?", (iri,))
        number, things, label = found.fetchone()
        return _Kind(number, things, label is not None)

    rows = index.execute(_BY_THING)
    things = enumerate(groupby(rows, key=itemgetter(0)))
    drafts = (_draft(number, iri, said, kind) for number, (iri, said) in things)
    while some := list(islice(drafts, _AT_ONCE)):
        index.executemany(_DRAFT, (draft for draft, _ in some))
        index.executemany(_CALLED, ((draft[0], key) for draft, keys in some for key in keys))


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
    ranked = sorted((inferred, not k.labelled, k.things, k.number) for k, inferred in kinds.items())
    return ranked[0][-1] if ranked else None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def _json(values: Iterable[tuple[str, str]]) -> str:
    return _ENCODER.encode([*values])
