"""What may be wrong with a valid query that finds nothing: terms that the store does not know."""

import time
from collections.abc import Awaitable, Callable, Sequence
from difflib import get_close_matches
from math import inf
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.errors import QueryError, QueryTimeoutError
from tipgraph.namespaces import PREFIXES
from tipgraph.store.results import Solutions
from tipgraph.store.tokens import Prologue, Token, read_prologue, tokens

_TERMS: Final = 50
_CANDIDATES: Final = 5000
_KEPT: Final = 16
# Seconds.
_AGAIN: Final = 60
EMPTY_DEFAULT_GRAPH: Final = (
    "the default graph is empty, and all triples are in named graphs: name these by FROM, or by "
    "GRAPH in the pattern, or serve the data with --union-default-graph"
)
_USES: Final = "{ ?term ?p ?o } UNION { ?s ?term ?o } UNION { ?s ?p ?term }"

Select = Callable[[str], Awaitable[Solutions]]


class Hints:
    """Says which terms of queries a store does not know, and which known ones are near.

    What is near is found by going through all things of a class, so the names found are kept.

    Args:
        select: Answers a SELECT query over the whole store, in a short time or not at all.
        fixed: Whether what the store holds does not change.
    """

    def __init__(self, select: Select, *, fixed: bool) -> None:
        self._select = select
        # With each the time from which they are looked for again.
        self._kept: dict[str, tuple[list[str], float]] = {}
        self._most = _KEPT if fixed else 0

    async def unknown_terms(self, query: str, base: str | None) -> tuple[str, ...]:
        """Say which IRIs of a query occur nowhere in the store, and which known ones are near.

        Args:
            query: The query, valid or not.
            base: What its relative IRIs are resolved against.

        Returns:
            One sentence for each unknown term; none when there is not the time for it.
        """
        terminals = list(tokens(query))
        prologue = read_prologue(terminals, base)
        named = named_iris(terminals, prologue)[:_TERMS]
        if not named:
            return ()
        values = " ".join(f"<{iri}>" for iri in named)
        try:
            unknown = await self._terms(
                f"SELECT ?term {{ VALUES ?term {{ {values} }} "
                f"FILTER NOT EXISTS {{ {_USES} UNION {{ GRAPH ?g {{ {_USES} }} }} "
                "UNION { GRAPH ?term { ?s ?p ?o } } } }"
            )
            return tuple([await self._sentence(iri) for iri in unknown])
        except QueryError:
            # A hint is a courtesy: without the time for it, there is none.
            return ()

    async def _sentence(self, iri: str) -> str:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        namespace, local = iri[:cut], iri[cut:]
        near = get_close_matches(local, await self._locals(namespace), n=1, cutoff=0.75)
        if near:
            return f"nothing here uses <{iri}>; did you mean <{namespace}{near[0]}>?"
        return f"nothing here uses <{iri}>"

    async def _locals(self, namespace: str) -> list[str]:
        """What follows a namespace in the IRIs of things of a class."""
        kept, until = self._kept.get(namespace, ([], 0.0))
        if time.monotonic() < until:
            return kept
        until = inf
        try:
            known = await self._terms(
                "SELECT DISTINCT ?term "
                f"{{ ?term a ?type FILTER(STRSTARTS(STR(?term), '{namespace}')) }} "
                f"LIMIT {_CANDIDATES}"
            )
        except QueryTimeoutError:
            # It would most likely be too long the next time as well.
            known, until = [], time.monotonic() + _AGAIN
        found = [term.removeprefix(namespace) for term in known]
        self._kept[namespace] = found, until
        while len(self._kept) > self._most:
            # The one kept for longest.
            del self._kept[next(iter(self._kept))]
        return found

    async def _terms(self, query: str) -> list[str]:
        rows = await self._select(query)
        return [row["term"].value for row in rows if isinstance(row["term"], NamedNode)]


def reads_default_graph(query: str) -> bool:
    """Whether a query names no graph, so that it reads the default graph alone."""
    return not any(token.is_word("FROM") or token.is_word("GRAPH") for token in tokens(query))


def named_iris(terminals: Sequence[Token], prologue: Prologue) -> list[str]:
    """The IRIs that a query names in its pattern, each once; not datatypes, nor functions."""
    found: dict[str, None] = {}
    body = terminals[prologue.size :]
    after = [*body[1:], Token("end", "", 0)]
    before = [Token("start", "", 0), *body[:-1]]
    known = Prologue({**PREFIXES, **prologue.prefixes}, prologue.base, 0)
    for token, left, right in zip(body, before, after, strict=True):
        if token.kind not in ("iri", "name") or left.text == "^^" or right.text == "(":
            continue
        iri = known.resolve(token)
        if iri is not None and _is_valid(iri):
            found[iri] = None
    return list(found)


def _is_valid(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return "'" not in iri and "\\" not in iri
