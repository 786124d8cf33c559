"""Searching where there is no index: labels and definitions are asked of the store each time.

What fits and in which order is told here as the index tells it. A store compares letters as they
are, though, but for their case: a word is not found when it is written without its accents.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode, QuerySolution

from tipgraph.errors import QueryTimeoutError
from tipgraph.namespaces import GRAPH_INFERRED, GRAPH_SHAPES, RDF, expand
from tipgraph.search.drafts import CLASS, LABEL, NAME, TEXT
from tipgraph.search.index import MOST_HITS, Found, Hit, Kind, Match, Text, make_hit
from tipgraph.search.words import Wanted, key, local_name, spaced, words
from tipgraph.search.writer import PROPERTIES
from tipgraph.store import Solutions

_SORTS: Final = {name: sort for sort, properties in PROPERTIES for name in properties}
_TYPE: Final = f"<{RDF}type>"
_MOST_KINDS: Final = 500
# Seconds for which the list of classes is shown as it was.
_KINDS_KEPT: Final = 60.0
# The best first.
_MATCHES: Final[tuple[Match, ...]] = ("label", "label-prefix", "label-words", "words", "kind")

Said = dict[int, list[Text]]


class LabelSearch:
    """Search by SPARQL; several threads may use it.

    Args:
        select: Answers a SELECT query.
        merged: Whether the default graph only repeats what the named graphs hold.
    """

    def __init__(self, select: Callable[[str], Solutions], *, merged: bool) -> None:
        self._select = select
        self._merged = merged
        self._kinds: tuple[float, list[Kind]] | None = None

    def search(self, text: str, *, kind: str = "", offset: int = 0, limit: int = 20) -> Found:
        """Find things; see `SearchIndex.search`.

        Raises:
            QueryError: The store does not answer, or takes too long.
        """
        if kind and not _is_iri(kind):
            return Found(0, True, ())
        wanted = Wanted(text)
        matches, exact = self._matches(text.strip(), wanted, kind)
        things = list(matches)[offset : offset + limit]
        said = self._said_of(things)
        hits = (self._hit(thing, matches[thing], wanted, said.get(thing, {})) for thing in things)
        return Found(min(len(matches), MOST_HITS), exact, tuple(hits))

    def kinds(self) -> list[Kind]:
        """The classes; see `SearchIndex.kinds`. None where it takes too long to count them."""
        now = time.monotonic()
        if self._kinds is None or now - self._kinds[0] > _KINDS_KEPT:
            self._kinds = (now, self._counted_kinds())
        return self._kinds[1]

    def kind(self, iri: str) -> Kind | None:
        """A class by its IRI; None when no named thing is of it."""
        return next((kind for kind in self.kinds() if kind.iri == iri), None)

    def near(self, text: str) -> list[tuple[str, int]]:
        """What to look for instead of something that is not found: its words alone."""
        alone = Wanted(text).words
        found = ((word, len(self._matches(word, Wanted(word), "")[0])) for word in alone)
        return [each for each in found if each[1]] if len(alone) > 1 else []

    def _matches(self, text: str, wanted: Wanted, kind: str) -> tuple[dict[str, Match], bool]:
        """The things that fit and what fits, the best first; and whether these are all."""
        iri = text.removeprefix("<").removesuffix(">")
        for name in dict.fromkeys((iri, expand(iri))):
            if _is_iri(name) and self._is_there(name, kind):
                return {name: "iri"}, True
        if text and not wanted.words:
            return {}, True
        rows = self._select(self._pattern(text, kind))
        fitting: dict[str, tuple[int, bool, int, str, Match]] = {}
        inferred = {row["thing"] for row in rows if row["g"] == GRAPH_INFERRED}
        inferred -= {row["thing"] for row in rows if row["g"] != GRAPH_INFERRED}
        for row in rows:
            thing = row["thing"].value
            for sort, said in _said(row):
                match = _match(sort, said, wanted)
                if match is not None:
                    last = row["thing"] in inferred
                    place = (_MATCHES.index(match), last, len(said), said, match)
                    fitting[thing] = min(fitting.get(thing, place), place)
        ordered = sorted(fitting.items(), key=lambda item: (item[1], item[0]))
        return {thing: place[-1] for thing, place in ordered}, len(rows) <= MOST_HITS

    def _pattern(self, text: str, kind: str) -> str:
        """A query for what may fit: each thing with a property and a text of it."""
        sorts = (LABEL, NAME, TEXT) if text else (LABEL,)
        properties = [name for name, sort in _SORTS.items() if sort in sorts]
        written = [Literal(word) for word in _written(text)]
        in_text, in_name = (
            " && ".join(f"CONTAINS(LCASE(STR({variable})), {word})" for word in written) or "true"
            for variable in ("?text", "?thing")
        )
        of_kind = self._anywhere(f"?thing {_TYPE} <{kind}>", "?h") if kind else ""
        return (
            "SELECT DISTINCT ?g ?thing ?property ?text { "
            f"VALUES ?property {{ {_iris((*properties, f'{RDF}type'))} }} "
            f"{self._anywhere('?thing ?property ?text')} {of_kind} FILTER(isIRI(?thing) && "
            f"(isLiteral(?text) && {in_text} || {in_name})) }} LIMIT {MOST_HITS + 1}"
        )

    def _is_there(self, iri: str, kind: str) -> bool:
        of_kind = self._anywhere(f"?thing {_TYPE} <{kind}>", "?h") if kind else ""
        properties = _iris((*_SORTS, f"{RDF}type"))
        return bool(
            self._select(
                f"SELECT ?thing {{ VALUES ?thing {{ <{iri}> }} VALUES ?property {{ {properties} }} "
                f"{self._anywhere('?thing ?property ?text')} {of_kind} }} LIMIT 1"
            )
        )

    def _said_of(self, things: Iterable[str]) -> dict[str, Said]:
        """Labels, other names, definitions and classes of things."""
        given = _iris(things)
        if not given:
            return {}
        properties = _iris((*_SORTS, f"{RDF}type"))
        rows = self._select(
            f"SELECT DISTINCT ?thing ?property ?text {{ VALUES ?thing {{ {given} }} "
            f"VALUES ?property {{ {properties} }} {self._anywhere('?thing ?property ?text')} }}"
        )
        said: dict[str, Said] = {}
        places = list(_SORTS)
        for row in sorted(rows, key=lambda row: _place(row, places)):
            sort = _SORTS.get(row["property"].value, CLASS)
            if isinstance(row["text"], NamedNode if sort == CLASS else Literal):
                text = Text(row["text"].value, getattr(row["text"], "language", None) or "")
                said.setdefault(row["thing"].value, {}).setdefault(sort, []).append(text)
        return said

    def _hit(self, thing: str, match: Match, wanted: Wanted, said: Said) -> Hit:
        counted = {kind.iri: kind for kind in self.kinds()}
        classes = [
            counted.get(iri) or Kind(iri, spaced(local_name(iri)), 0)
            for iri, _ in said.get(CLASS, ())
        ]
        return make_hit(
            thing,
            match,
            # Of the classes of a thing that of the fewest things says most.
            min(classes, key=lambda kind: (kind.things, kind.iri), default=None),
            wanted,
            said.get(LABEL) or [Text(spaced(local_name(thing)), "")],
            said.get(NAME, ()),
            said.get(TEXT, ()),
        )

    def _counted_kinds(self) -> list[Kind]:
        try:
            rows = self._select(
                f"SELECT ?kind (COUNT(DISTINCT ?thing) AS ?things) {{ "
                f"{self._anywhere(f'?thing {_TYPE} ?kind')} FILTER(isIRI(?thing) && isIRI(?kind)) "
                f"}} GROUP BY ?kind ORDER BY DESC(?things) LIMIT {_MOST_KINDS}"
            )
        except QueryTimeoutError:
            return []
        counts = {row["kind"].value: int(row["things"].value) for row in rows}
        said = self._said_of(counts)
        kinds = []
        for iri, things in counts.items():
            labels = said.get(iri, {}).get(LABEL) or [Text(spaced(local_name(iri)), "")]
            kinds.append(Kind(iri, labels[0].text, things))
        return sorted(kinds, key=lambda kind: (-kind.things, kind.label, kind.iri))

    def _anywhere(self, pattern: str, graph: str = "?g") -> str:
        # Shapes are called as the classes are for which they speak.
        named = f"GRAPH {graph} {{ {pattern} }} FILTER({graph} != {GRAPH_SHAPES})"
        return named if self._merged else f"{{ {{ {pattern} }} UNION {{ {named} }} }}"


def _said(row: QuerySolution) -> Iterator[tuple[int, str]]:
    """What a row says of its thing, and what the thing's IRI does, each with its sort."""
    name = local_name(row["thing"].value)
    yield NAME, name
    yield NAME, spaced(name)
    if isinstance(row["text"], Literal):
        yield _SORTS.get(row["property"].value, TEXT), row["text"].value


def _match(sort: int, said: str, wanted: Wanted) -> Match | None:
    """What of a text fits; None when not all words are there."""
    if not wanted.words:
        return "kind"
    if wanted.number_in(said) < len(wanted.words):
        return None
    if sort == TEXT:
        return "words"
    folded = key(said)
    if folded == wanted.key:
        return "label"
    return "label-prefix" if folded.startswith(wanted.key) else "label-words"


def _place(row: QuerySolution, places: Sequence[str]) -> tuple[object, ...]:
    """Where a text stands among those of its sort: by property, English first."""
    name, language = row["property"].value, getattr(row["text"], "language", None) or ""
    place = places.index(name) if name in places else len(places)
    return place, language not in ("en", ""), language, row["text"].value


def _written(text: str) -> list[str]:
    """The words of a text in lower case, with their accents."""
    return [text[word.start : word.end].lower() for word in words(text)]


def _iris(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def _is_iri(name: str) -> bool:
    try:
        NamedNode(name)
    except ValueError:
        return False
    return True
