"""Writing the search index of a snapshot: every named thing that has a label or a class.

SQLite sorts on disk what the store says, once by thing and once by the length of labels, so that
the memory this takes does not grow with the data. Things are numbered in the latter order, inferred
ones last: whatever is looked for, the shortest labels come first without being sorted again. What
is sorted stands in other files, which are removed, so that the index is written once and in order.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from pyoxigraph import Literal, NamedNode, Store

from tipgraph.describe import LABELS
from tipgraph.errors import CacheError
from tipgraph.namespaces import DCTERMS, GRAPH_INFERRED, GRAPH_SHAPES, RDF, RDFS, SCHEMA, SKOS
from tipgraph.search.drafts import CLASS, LABEL, NAME, PRAGMAS, TABLES, TEXT, Row, write_drafts
from tipgraph.search.words import local_name, spaced

# What a row says of a thing, by which properties, the best first.
PROPERTIES: Final = (
    (LABEL, LABELS),
    (NAME, (f"{SKOS}altLabel", f"{SCHEMA}alternateName", f"{SKOS}hiddenLabel")),
    (TEXT, (f"{SKOS}definition", f"{DCTERMS}description", f"{RDFS}comment", f"{SKOS}scopeNote")),
)
# Of each text this many characters are searched.
_LONGEST_TEXT: Final = 10_000
# From so many rows on it pays to start a second process.
_MANY: Final = 50_000
_SECOND: Final = "from tipgraph.search.drafts import main; main()"
# What SQLite says where it cannot write on.
_NO_ROOM: Final = ("database or disk is full", "disk I/O error")
# Every so many rows one is looked at to find the middle.
_SAMPLED: Final = 1000

# `detail` and `columnsize` leave out what only other ways of ranking would need.
_TABLES: Final = """
CREATE TABLE said.said (iri TEXT, sort INTEGER, place INTEGER, language TEXT, text TEXT);
CREATE TABLE drafts.numbered (number INTEGER PRIMARY KEY, id INTEGER);
CREATE TABLE kind (number INTEGER PRIMARY KEY, iri TEXT UNIQUE, label TEXT, things INTEGER);
CREATE TABLE thing (number INTEGER PRIMARY KEY, iri TEXT, key TEXT, labels TEXT,
  names TEXT, texts TEXT, kind INTEGER, kinds TEXT);
CREATE TABLE name (key TEXT, thing INTEGER, PRIMARY KEY (key, thing)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (label, name, text, kind,
  content = '', detail = column, columnsize = 0, prefix = '1 2 3', tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, col);
"""
_MIDDLE: Final = """
WITH some AS (SELECT iri FROM said WHERE rowid % ? = 0)
SELECT iri FROM some ORDER BY iri LIMIT 1 OFFSET (SELECT COUNT(*) / 2 FROM some)
"""
# Each table is filled in its own order, which takes the least time. `hashsize` is how many bytes of
# words are gathered before they are written: the fewer pieces, the less there is to merge.
_IN_ORDER: Final = """
INSERT INTO numbered
SELECT row_number() OVER (ORDER BY inferred, length(label), label, iri), id FROM draft;
INSERT INTO thing SELECT number, iri, key, labels, names, texts, kind, kinds
FROM numbered CROSS JOIN draft USING (id) ORDER BY number;
CREATE UNIQUE INDEX thing_iri ON thing (iri);
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
INSERT INTO words (rowid, label, name, text, kind)
SELECT number, label_words, name_words, text_words, kind_words
FROM numbered CROSS JOIN draft USING (id) ORDER BY number;
INSERT INTO words (words) VALUES ('optimize');
CREATE UNIQUE INDEX drafts.number_of ON numbered (id, number);
INSERT INTO name SELECT key, number FROM called JOIN numbered USING (id) ORDER BY key, number;
"""


def write_index(store: Store, path: Path, *, merged: bool) -> None:
    """Write the search index of a store.

    Args:
        store: The store.
        path: The file, which must not be there yet.
        merged: Whether the default graph only repeats what the named graphs hold.

    Raises:
        CacheError: It cannot be written.
    """
    try:
        with (
            TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent) as folder,
            closing(sqlite3.connect(path)) as index,
        ):
            _write(index, path, Path(folder), _said(store, merged))
    except (OSError, sqlite3.OperationalError) as error:
        raise _unwritten(str(error)) from error


def _write(index: sqlite3.Connection, path: Path, folder: Path, rows: Iterator[Row]) -> None:
    for name in ("said", "drafts"):
        index.execute(f"ATTACH ? AS {name}", (str(folder / name),))
        index.executescript(PRAGMAS.format(name))
    index.executescript(PRAGMAS.format("main") + TABLES + _TABLES)
    said = index.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?)", rows).rowcount
    _write_kinds(index)
    index.commit()
    if said < _MANY:
        write_drafts(index)
    else:
        _draft_by_halves(index, path, folder)
    unlabelled = index.execute("SELECT iri FROM kind WHERE label IS NULL").fetchall()
    index.executemany(
        "UPDATE kind SET label = ? WHERE iri = ?",
        ((spaced(local_name(iri)), iri) for (iri,) in unlabelled),
    )
    index.commit()
    index.executescript(f"BEGIN; {_IN_ORDER} COMMIT;")


def _unwritten(reason: str) -> CacheError:
    """The error where there is no room, or for a SQLite that has no full-text search, say."""
    advice = "; make room, or choose another folder with TIPGRAPH_SNAPSHOT_DIR"
    return CacheError(
        f"the search index cannot be written: {reason}{advice if reason in _NO_ROOM else ''}"
    )


def _draft_by_halves(index: sqlite3.Connection, path: Path, folder: Path) -> None:
    (middle,) = index.execute(_MIDDLE, (_SAMPLED,)).fetchone()
    said, others = folder / "said", folder / "others"
    # Nothing is imported from the working folder.
    command = [sys.executable, "-P", "-c", _SECOND, path, said, others, middle]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as second:  # noqa: S603
        write_drafts(index, end=middle)
        assert second.stderr is not None  # noqa: S101  # it is a pipe
        # Its standard input stays open meanwhile: it ends with that.
        errors = second.stderr.read()
    if second.returncode:
        reason = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise _unwritten(reason.removeprefix("sqlite3.OperationalError: "))
    index.execute("ATTACH ? AS others", (str(others),))
    for table in ("draft", "called"):
        index.execute(f"INSERT INTO drafts.{table} SELECT * FROM others.{table}")  # noqa: S608
    index.commit()


def _said(store: Store, merged: bool) -> Iterator[Row]:
    """What is said of named things, a row each; what several graphs say comes as often."""
    for sort, properties in PROPERTIES:
        for place, predicate in enumerate(properties):
            for iri, value, _ in _pairs(store, predicate, merged):
                # Each look at a term makes a new string.
                if isinstance(value, Literal) and (text := value.value).strip():
                    yield iri, sort, place, value.language or "", _cut(text)
    # The default graph of anybody's data repeats what was inferred.
    repeats = not merged and bool(store.query(f"ASK {{ GRAPH {GRAPH_INFERRED} {{ ?s ?p ?o }} }}"))
    for iri, value, asserted in _pairs(store, f"{RDF}type", merged, repeats=repeats):
        if isinstance(value, NamedNode):
            yield iri, CLASS, int(not asserted), "", value.value


def _pairs(
    store: Store, predicate: str, merged: bool, *, repeats: bool = False
) -> Iterator[tuple[str, object, bool]]:
    """Named subjects and the objects of a predicate, and whether that was asserted."""
    said = f"?s <{predicate}> ?o"
    if not merged:
        inferred = f"EXISTS {{ GRAPH {GRAPH_INFERRED} {{ {said} }} }}" if repeats else "false"
        query = f"SELECT ?s ?o ({inferred} AS ?inferred) {{ {said} }}"
        for subject, value, repeated in _select(store, query):
            if isinstance(subject, NamedNode):
                yield subject.value, value, repeated.value == "false"
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


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
