"""Reading the search index of a snapshot: what is called so, begins so, or is described so.

The ranks are looked up one after the other and each comes in the order in which things are
numbered, so that no search ever sorts all that it finds.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple
from unicodedata import normalize
from urllib.parse import quote

from tipgraph.errors import QueryTimeoutError, UsageError
from tipgraph.namespaces import expand
from tipgraph.search.words import Wanted

# No search counts or leads further than this.
MOST_HITS: Final = 10_000
Match = Literal["iri", "label", "label-prefix", "label-words", "words", "kind"]

_MOST_KINDS: Final = 500
_MOST_NEAR: Final = 2000
_NEAR_CUTOFF: Final = 0.7
# Instructions of SQLite's engine between two looks at the clock.
_INSTRUCTIONS: Final = 10_000
_AFTER_ALL: Final = "\U0010ffff"

# The kinds of a thing stand between spaces, so that a space is in those of each.
_EXACT: Final = """
SELECT number FROM name JOIN thing ON number = name.thing
WHERE name.key = :key AND instr(kinds, :kind) ORDER BY number
"""
_PREFIX: Final = """
SELECT number FROM
  (SELECT thing FROM name WHERE key > :key AND key < :key || :last LIMIT :most) AS names
  JOIN thing ON number = names.thing
WHERE instr(kinds, :kind) ORDER BY number
"""
_LABEL_WORDS: Final = "SELECT rowid FROM words WHERE words MATCH :label_words ORDER BY rowid"
_WORDS: Final = "SELECT rowid FROM words WHERE words MATCH :words ORDER BY rowid"
_COUNT: Final = "SELECT COUNT(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
_LISTED: Final = """
SELECT number FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?) AS members
  JOIN thing ON number = members.rowid
ORDER BY key, number
"""
_ALL: Final = """
SELECT number FROM (SELECT number, key FROM thing ORDER BY number LIMIT ?) ORDER BY key, number
"""
_NAMED: Final = "SELECT number FROM thing WHERE iri IN (?, ?) AND instr(kinds, ?)"
_KIND: Final = "SELECT number FROM kind WHERE iri = ?"
_THING: Final = """
SELECT thing.iri, labels, names, texts, kind.iri, kind.label, kind.things
FROM thing LEFT JOIN kind ON kind.number = thing.kind WHERE thing.number = ?
"""
_NEAR: Final = """
SELECT DISTINCT term FROM vocabulary
WHERE term >= :first AND term < :first || :last AND col != 'kind'
  AND length(term) BETWEEN :length - 2 AND :length + 2
LIMIT :most
"""


class Text(NamedTuple):
    """A label or a definition.

    Args:
        text: What it says.
        language: Its language tag; empty when it has none.
    """

    text: str
    language: str


class Kind(NamedTuple):
    """A class as search names it.

    Args:
        iri: Its IRI.
        label: What it is called.
        things: How many named things are of it.
    """

    iri: str
    label: str
    things: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found.

    Args:
        iri: Its IRI.
        match: What fits: the IRI, a whole label, the beginning of one, all words in labels, all
            words in labels and definitions, or nothing but the kind.
        kind: The class that says most about it; None when it has none.
        label: Its label, of several the one that fits best.
        alternative: Another name of it, if that fits better than its label.
        definition: Its definition or a note on it, of several the one that fits best.
    """

    iri: str
    match: Match
    kind: Kind | None
    label: Text
    alternative: Text | None
    definition: Text | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Args:
        total: How many things fit.
        exact: Whether these are all; if not, there are more.
        hits: Those that were asked for, the best first.
    """

    total: int
    exact: bool
    hits: tuple[Hit, ...]


class SearchIndex:
    """The search index of a snapshot; several threads may use it.

    Args:
        path: Its file.
        seconds: How long one search may take.
    """

    def __init__(self, path: Path, *, seconds: float) -> None:
        self._address = f"file:{quote(str(path))}?mode=ro&immutable=1"
        self._seconds = seconds

    def search(self, text: str, *, kind: str = "", offset: int = 0, limit: int = 20) -> Found:
        """Find things.

        Args:
            text: Words that labels, other names or definitions have, the last one perhaps not to
                its end; or an IRI or prefixed name; empty for all things, by label.
            kind: IRI of a class of which they are; empty for any.
            offset: How many are passed over.
            limit: How many are given at most.

        Raises:
            UsageError: The graph has no such class.
            QueryTimeoutError: It takes too long.
        """
        with self._open() as index:
            number = _number(index, _KIND, kind) if kind else 0
            if number is None:
                if _number(index, _NAMED, kind, kind, _among_kinds(0)) is None:
                    raise UsageError(f"kind: there is no class {kind!r} here")
                return Found(0, True, ())
            wanted = Wanted(text)
            ranked, total, exact = _lookup(index, text.strip(), wanted, number)
            shown = islice(ranked, offset, offset + limit)
            hits = tuple(_hit(index, wanted, each, match) for each, match in shown)
            return Found(total, exact, hits)

    def kinds(self) -> list[Kind]:
        """The classes with the most named things, at most some hundred, the largest first."""
        with self._open() as index:
            rows = index.execute(
                "SELECT iri, label, things FROM kind ORDER BY things DESC, label, iri LIMIT ?",
                (_MOST_KINDS,),
            )
            return [Kind(*row) for row in rows]

    def kind(self, iri: str) -> Kind | None:
        """A class by its IRI; None when no named thing is of it."""
        with self._open() as index:
            rows = index.execute("SELECT iri, label, things FROM kind WHERE iri = ?", (iri,))
            return next((Kind(*row) for row in rows), None)

    def near(self, text: str) -> list[tuple[str, int]]:
        """What to look for instead of something that is not found.

        Returns:
            The same with words that are spelt alike, then each word alone; only what is found, with
            the number of things that are found by it.
        """
        with self._open() as index:
            words = Wanted(text).words
            if not words:
                return []
            alone = {word: _count(index, _query((word,), 0))[0] for word in words}
            spelt = " ".join(word if alone[word] else _spelt_like(index, word) for word in words)
            tried = {spelt: _count(index, _query(tuple(spelt.split()), 0))[0], **alone}
            tried.pop(" ".join(words), None)
            return [(normalize("NFC", each), total) for each, total in tried.items() if total]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the index for one search, which ends when its time is over."""
        end = time.monotonic() + self._seconds
        with closing(sqlite3.connect(self._address, uri=True)) as index:
            index.set_progress_handler(lambda: time.monotonic() > end, _INSTRUCTIONS)
            try:
                yield index
            except sqlite3.OperationalError as error:
                if time.monotonic() <= end:
                    raise
                raise QueryTimeoutError(
                    f"the search took more than {self._seconds:g} seconds"
                ) from error


def _lookup(
    index: sqlite3.Connection, text: str, wanted: Wanted, kind: int
) -> tuple[Iterator[tuple[int, Match]], int, bool]:
    """The numbers of the things that fit with what fits, how many, and whether that is exact."""
    if not text:
        return _listed(index, kind)
    named = _named(index, text, kind)
    if named is not None:
        return iter([(named, "iri")]), 1, True
    if not wanted.words:
        return iter(()), 0, True
    total, exact = _count(index, _query(wanted.words, kind))
    return _ranked(index, wanted, kind), total, exact


def _listed(index: sqlite3.Connection, kind: int) -> tuple[Iterator[tuple[int, Match]], int, bool]:
    """All things, or all of a kind, by label."""
    if kind:
        rows = index.execute(_LISTED, (_of_kind(kind), MOST_HITS))
        total = index.execute("SELECT things FROM kind WHERE number = ?", (kind,)).fetchone()[0]
    else:
        rows = index.execute(_ALL, (MOST_HITS,))
        total = index.execute("SELECT MAX(number) FROM thing").fetchone()[0] or 0
    return ((number, "kind") for (number,) in rows), total, True


def _ranked(index: sqlite3.Connection, wanted: Wanted, kind: int) -> Iterator[tuple[int, Match]]:
    """The numbers of the things that fit, the best first, each once."""
    ranks: tuple[tuple[Match, str], ...] = (
        ("label", _EXACT),
        ("label-prefix", _PREFIX),
        ("label-words", _LABEL_WORDS),
        ("words", _WORDS),
    )
    values = {
        "key": wanted.key,
        "last": _AFTER_ALL,
        "kind": _among_kinds(kind),
        "label_words": _query(wanted.words, kind, "label name"),
        "words": _query(wanted.words, kind),
        "most": MOST_HITS,
    }
    seen: set[int] = set()
    for match, query in ranks:
        for (number,) in index.execute(query, values):
            if number not in seen:
                seen.add(number)
                yield number, match


def _query(words: Sequence[str], kind: int, columns: str = "label name text") -> str:
    """A full-text query for all of some words, the last one perhaps not to its end."""
    phrases = " ".join(f'"{word}"' for word in words)
    found = f"{{{columns}}} : ({phrases} *)"
    return f"{_of_kind(kind)} AND {found}" if kind else found


def _of_kind(kind: int) -> str:
    return f'kind : "k{kind}"'


def _among_kinds(kind: int) -> str:
    return f" {kind} " if kind else " "


def _count(index: sqlite3.Connection, query: str) -> tuple[int, bool]:
    """How many things a full-text query finds, and whether these are all."""
    total = index.execute(_COUNT, (query, MOST_HITS + 1)).fetchone()[0]
    return min(total, MOST_HITS), total <= MOST_HITS


def _named(index: sqlite3.Connection, text: str, kind: int) -> int | None:
    """The number of the thing that a text names by its IRI."""
    iri = text.removeprefix("<").removesuffix(">")
    return _number(index, _NAMED, iri, expand(iri), _among_kinds(kind))


def _number(index: sqlite3.Connection, query: str, *values: str) -> int | None:
    for (number,) in index.execute(query, values):
        return int(number)
    return None


def _hit(index: sqlite3.Connection, wanted: Wanted, number: int, match: Match) -> Hit:
    iri, *values, kind, kind_label, things = index.execute(_THING, (number,)).fetchone()
    labels, names, texts = ([Text(*each) for each in json.loads(value)] for value in values)
    found = Kind(kind, kind_label, things) if kind else None
    return make_hit(iri, match, found, wanted, labels, names, texts)


def make_hit(
    iri: str,
    match: Match,
    kind: Kind | None,
    wanted: Wanted,
    labels: Sequence[Text],
    names: Sequence[Text],
    texts: Sequence[Text],
) -> Hit:
    """A hit with those of its labels (at least one), other names and definitions that fit best."""
    label = _best(wanted, labels)
    assert label is not None  # noqa: S101  # there is one at least
    name = _best(wanted, names)
    if name is not None and wanted.number_in(name.text) <= wanted.number_in(label.text):
        name = None
    return Hit(iri, match, kind, label, name, _best(wanted, texts))


def _best(wanted: Wanted, texts: Sequence[Text]) -> Text | None:
    """The text that has most of the wanted words, of several such the first."""
    return max(texts, key=lambda each: wanted.number_in(each.text), default=None)


def _spelt_like(index: sqlite3.Connection, word: str) -> str:
    """A word in the index that is spelt nearly like one that is not there, if there is any."""
    values = {"first": word[0], "last": _AFTER_ALL, "length": len(word), "most": _MOST_NEAR}
    terms = [term for (term,) in index.execute(_NEAR, values)]
    alike = get_close_matches(word, terms, n=1, cutoff=_NEAR_CUTOFF)
    return alike[0] if alike else word
