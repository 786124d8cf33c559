"""Looking things up in the store without waiting for it, and keeping what does not change."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Final, TypeVar

from pyoxigraph import Literal, NamedNode, Quad

from tipgraph.describe import Candidate, Describer, Description, Plan, Standing
from tipgraph.formats import JSON
from tipgraph.server.citations import Source, read_source
from tipgraph.server.once import Once
from tipgraph.server.route_data import find_routes
from tipgraph.server.surroundings import Surroundings, find_surroundings
from tipgraph.store import QueryRequest, Solutions, Store, whole_answer
from tipgraph.store.results import read_results

Made = TypeVar("Made")

_REMEMBERED: Final = 10_000
_KEPT: Final = 64
# Bytes of descriptions: texts in them may be long.
_KEPT_BYTES: Final = 1 << 25
_NEAR: Final = 5
_CUTOFF: Final = 0.6
_LABEL_LANGUAGES: Final = (
    "SELECT DISTINCT ?language { { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o } UNION "
    "{ ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } BIND(LANG(?o) AS ?language) }"
)


class Lookup:
    """Looks things up.

    Args:
        store: Answers the queries.
        base_iri: The base of the IRIs of things.
    """

    def __init__(self, store: Store, base_iri: str) -> None:
        self._store = store
        self._base = base_iri
        self._describer = Describer(merged=bool(store.manifest.default_graph))
        self._standings: Once[Standing] = Once(_REMEMBERED)
        self._descriptions: Once[Description] = Once(_KEPT, most_bytes=_KEPT_BYTES, size=_size)
        self._candidates: Once[tuple[Candidate, ...]] = Once(_KEPT)
        self._source: Once[Source] = Once(1)
        self._languages: Once[tuple[str, ...]] = Once(1)

    async def standing(self, iri: NamedNode, client: str) -> Standing:
        """Whether an IRI is known, and whether it is retired."""
        plan = partial(self._describer.standing, iri)
        return await self._standings.get(iri, lambda: self._carry_out(plan(), client))

    async def description(self, iri: NamedNode, page: int, client: str) -> Description:
        """A page of what the graph says of a thing; the latest are kept for other formats."""
        plan = partial(self._describer.description, iri, page)
        return await self._descriptions.get((iri, page), lambda: self._carry_out(plan(), client))

    async def surroundings(self, description: Description, client: str) -> Surroundings:
        """What stands around a description, for its page."""
        return await self._carry_out(find_surroundings(self._describer, description), client)

    async def tombstone(self, iri: NamedNode, client: str) -> Description:
        """What is left of a retired thing."""
        return await self._carry_out(self._describer.tombstone(iri), client)

    async def labels(self, things: Iterable[NamedNode]) -> set[Quad]:
        """The labels of things, all of them."""
        return await self._carry_out(self._describer.labels((), *things), "")

    async def called(self, texts: Iterable[Literal]) -> set[tuple[NamedNode, Literal]]:
        """The things that have some texts as labels, each with the text."""
        return await self._carry_out(self._describer.called(texts), "")

    async def source(self) -> Source:
        """How the dataset is cited."""
        plan = partial(read_source, self._store.manifest, self._base)
        return await self._source.get(None, lambda: self._carry_out(plan(), ""))

    async def languages(self) -> tuple[str, ...]:
        """The languages that labels are in."""
        return await self._languages.get(None, self._find_languages)

    async def routes(self) -> tuple[Quad, ...]:
        """What the graph says of routes and of the places that a map can show."""
        return await self._carry_out(find_routes(self._describer), "")

    async def near(self, iri: NamedNode, client: str) -> Sequence[Candidate]:
        """The known things whose names or labels are like the name of an unknown one."""
        kind = iri.value.removeprefix(self._base).partition("/")[0]
        namespace = f"{self._base}{kind}/"
        plan = partial(self._describer.candidates, namespace)
        candidates = await self._candidates.get(kind, lambda: self._carry_out(plan(), client))
        wanted = iri.value.removeprefix(namespace)
        return await asyncio.to_thread(nearest, wanted, namespace, candidates)

    async def _find_languages(self) -> tuple[str, ...]:
        solutions = await self._select(_LABEL_LANGUAGES, "")
        found = (row["language"].value for row in solutions if row["language"])
        return tuple(sorted(name for name in found if name))

    async def _carry_out(self, plan: Plan[Made], client: str) -> Made:
        try:
            query = next(plan)
            while True:
                query = plan.send(await self._select(query, client))
        except StopIteration as stop:
            made: Made = stop.value
            return made

    async def _select(self, query: str, client: str) -> Solutions:
        pending = self._store.submit(QueryRequest(query, results_format=JSON), client=client)
        solutions = read_results((await whole_answer(pending)).body)
        assert isinstance(solutions, Solutions)  # noqa: S101  # it was a SELECT
        return solutions


def _size(description: Description) -> int:
    """How many bytes a description takes, about."""
    return sum(len(str(quad)) for quad in description.quads)


async def has_graph(store: Store, iri: str, client: str) -> bool:
    """Whether a store has a named graph, also one that an endpoint has had only for a while.

    Args:
        store: Answers queries.
        iri: The graph's IRI.
        client: Who asks.
    """
    if iri in store.manifest.graphs or store.manifest.is_fixed:
        return iri in store.manifest.graphs
    request = QueryRequest("ASK { ?s ?p ?o }", (iri,), results_format=JSON)
    answer = await whole_answer(store.submit(request, client=client))
    return read_results(answer.body) is True


def nearest(wanted: str, namespace: str, candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """The candidates whose names or labels are most like a name, the best first."""
    named: dict[str, Candidate] = {}
    for candidate in candidates:
        named.setdefault(candidate.iri.removeprefix(namespace).lower(), candidate)
    for candidate in candidates:
        named.setdefault(_slug(candidate.label), candidate)
    name = wanted.lower()
    found = get_close_matches(name, named, n=2 * _NEAR, cutoff=_CUTOFF)
    # A suffix too many, or a slash at the end, makes a short name look far from itself.
    bare = re.sub(r"(?:\.\w+|/)$", "", name)
    found = [bare, *found] if bare in named else found
    distinct = {named[each].iri: named[each] for each in found}
    return list(distinct.values())[:_NEAR]


def _slug(label: str) -> str:
    return re.sub(r"[^\w]+", "-", label.lower()).strip("-")
