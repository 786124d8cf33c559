"""For programs that look around: robots.txt (RFC 9309), sitemaps, and /llms.txt for agents.

https://www.sitemaps.org/protocol.html, https://llmstxt.org/
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.errors import RequestError
from tipgraph.namespaces import GRAPH_DATA
from tipgraph.server.addresses import service_address
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.question_catalogue import QuestionCatalogue
from tipgraph.server.reading import Reading
from tipgraph.server.targets import DOCUMENT_GRAPHS
from tipgraph.server.uses import Ask
from tipgraph.settings import Settings
from tipgraph.snapshot import Manifest

_PATH: Final = re.compile(r"/(?:robots\.txt|llms\.txt|sitemap(?:-(?P<number>[1-9]\d{0,5}))?\.xml)")
_THINGS: Final = "SELECT DISTINCT ?thing { ?thing ?property ?value FILTER(isIRI(?thing)) }"
# How many addresses a sitemap may hold.
_MOST: Final = 50_000
_DOCUMENTS: Final = ("", "ontology", "shapes", "dataset", "query", "routes", "dumps/", "docs")


class Crawlers(Reading):
    """An ASGI application that says what there is and what to keep away from.

    Args:
        service: What all exchanges share.
        ask: Answers a SELECT query.
        manifest: What the dataset holds.
        catalogue: The questions, each of which has a page.
        settings: Base IRI and public address.
        documents: Which documents there are.
    """

    def __init__(
        self,
        service: Service,
        ask: Ask,
        *,
        manifest: Manifest,
        catalogue: QuestionCatalogue,
        settings: Settings,
        documents: Collection[str],
    ) -> None:
        super().__init__(service)
        self._ask = ask
        self._settings = settings
        self._questions = [f"query/{slug}" for slug in catalogue.by_slug]
        self._shipped = GRAPH_DATA.value in manifest.graphs
        self._documents = [
            path
            for path in _DOCUMENTS
            if (path != "query" or self._questions)
            and (path != "routes" or self._shipped)
            and (path != "dumps/" or manifest.is_fixed)
            and (path not in DOCUMENT_GRAPHS or path in documents)
        ]
        self._paths: Sequence[str] | None = None

    def has(self, path: str) -> bool:
        """Whether a path is one of those answered here."""
        return _PATH.fullmatch(path) is not None

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request."""
        address = service_address(exchange, self._settings)
        if exchange.path.endswith(".xml"):
            body = await self._sitemap(exchange, address)
            content_type = b"application/xml; charset=utf-8"
        else:
            body = self.service.templates.render(
                exchange.path[1:], address=address, documents=self._documents, shipped=self._shipped
            )
            content_type = b"text/plain; charset=utf-8"
        await exchange.send_document([(b"content-type", content_type)], body)

    async def _sitemap(self, exchange: Exchange, address: str) -> bytes:
        """All pages; if they are too many for one sitemap, the list of several, or one of these."""
        if self._paths is None:
            self._paths = await self._pages()
        match = _PATH.fullmatch(exchange.path)
        number = int((match and match["number"]) or 0)
        parts = -(-len(self._paths) // _MOST)
        if number > parts:
            raise RequestError("not-found", f"there are {parts} parts of the sitemap")
        if number == 0 and parts > 1:
            names = [f"{address}sitemap-{each}.xml" for each in range(1, parts + 1)]
            return self.service.templates.render("sitemap_index.xml", addresses=names)
        first = max(number - 1, 0) * _MOST
        addresses = [address + path for path in self._paths[first : first + _MOST]]
        return self.service.templates.render("sitemap.xml", addresses=addresses)

    async def _pages(self) -> Sequence[str]:
        """The local addresses of all pages, without their first slash."""
        base = self._settings.base_iri
        graphs = (GRAPH_DATA.value,) if self._shipped else None
        found = {
            thing.value.removeprefix(base)
            for (thing,) in await self._ask(_THINGS, graphs)
            if isinstance(thing, NamedNode) and thing.value.startswith(base)
        }
        # A page of its own has what is not part of one of the documents.
        things = sorted(path for path in found if "#" not in path and path not in self._documents)
        return [*self._documents, *self._questions, *(f"page/{path}" for path in things)]
