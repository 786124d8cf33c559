"""Statistics over HTTP: `/statistics`, the classes and properties that plain queries meet.

In JSON, for editors that complete what is typed: what the VoID description of the dataset says of
each graph, for the default graph as a whole, with labels and the prefixes known here. Of anybody's
files the build has counted that. The default graph of the shipped dataset, a merge of some thousand
triples, and that of an endpoint, which may change, are asked.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from tipgraph.namespaces import PREFIXES, VANN, shorten
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.once import Once
from tipgraph.server.reading import Reading
from tipgraph.server.results_page import AnswerDisplay
from tipgraph.server.sources import Sources, partitions

_PATH: Final = "/statistics"
# No editor offers more, and the build counts no more; the most used come first.
_MOST: Final = 2000
# The default graph has each triple once, so that triples of a kind count as what they say.
_CLASSES: Final = f"""SELECT ?term (COUNT(*) AS ?count) {{ ?s a ?term FILTER(isIRI(?term)) }}
GROUP BY ?term ORDER BY DESC(?count) ?term LIMIT {_MOST}"""
_PROPERTIES: Final = f"""SELECT ?term (COUNT(*) AS ?count) {{ ?s ?term ?o }}
GROUP BY ?term ORDER BY DESC(?count) ?term LIMIT {_MOST}"""
_NAMESPACES: Final = f"""SELECT DISTINCT ?prefix ?namespace {{
  ?ontology <{VANN}preferredNamespacePrefix> ?prefix ; <{VANN}preferredNamespaceUri> ?namespace
}} ORDER BY ?prefix ?namespace"""

# Terms with how often each is used.
Uses = Sequence[tuple[NamedNode, int]]


class Statistics(Reading):
    """An ASGI application that says what the default graph holds.

    Args:
        service: What all exchanges share.
        sources: Answers queries.
        display: Finds labels.
    """

    def __init__(self, service: Service, sources: Sources, display: AnswerDisplay) -> None:
        super().__init__(service)
        self._sources = sources
        self._display = display
        self._body: Once[bytes] = Once(1)

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return path == _PATH

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request."""
        body = await self._body.get(None, self._made)
        await exchange.send_document([(b"content-type", b"application/json")], body)

    async def _made(self) -> bytes:
        prefixes = await self._prefixes()
        classes, properties = await self._counted()
        members = {
            "prefixes": prefixes,
            "classes": await self._terms(classes, "entities", prefixes),
            "properties": await self._terms(properties, "triples", prefixes),
        }
        return await asyncio.to_thread(_written, members)

    async def _counted(self) -> tuple[Uses, Uses]:
        """Classes and properties, from what the build counted or else by queries."""
        known = await self._sources.counted()
        if known is None:
            return await self._count(_CLASSES), await self._count(_PROPERTIES)
        graph = self._sources.default_graph
        return (
            partitions(known, graph, "class", "entities"),
            partitions(known, graph, "property", "triples"),
        )

    async def _count(self, query: str) -> Uses:
        return [
            (term, int(count.value))
            for term, count in await self._sources.select(query, None)
            if isinstance(term, NamedNode) and isinstance(count, Literal)
        ]

    async def _prefixes(self) -> Mapping[str, str]:
        """The prefixes known here, and those that ontologies in the graph prefer for themselves."""
        found = await self._sources.select(_NAMESPACES, None)
        preferred = {
            prefix.value: namespace.value
            for prefix, namespace in found
            if isinstance(prefix, Literal) and isinstance(namespace, Literal | NamedNode)
        }
        return {**preferred, **PREFIXES}

    async def _terms(
        self, uses: Uses, counted: str, prefixes: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """Terms with their labels and how often they are used, the most used first."""
        shown = await self._display.terms(term for term, _ in uses)
        return [
            {
                "iri": term.value,
                "name": shorten(term.value, prefixes),
                "label": shown[term].text if shown[term].text != _name(term) else None,
                counted: count,
            }
            for term, count in uses
        ]


def _name(term: NamedNode) -> str:
    """What pages call a thing that has no label."""
    return shorten(term.value).strip("<>")


def _written(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"
