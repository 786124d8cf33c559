"""The application: a FastAPI app, with the SPARQL endpoint met before its routing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from tipgraph import __version__
from tipgraph.namespaces import GRAPH_DATA
from tipgraph.questions import questions
from tipgraph.search import SearchIndex
from tipgraph.server.addresses import below, local_root
from tipgraph.server.answers import AnswerCache, Answers
from tipgraph.server.assets import AssetFiles, Assets
from tipgraph.server.crawlers import Crawlers
from tipgraph.server.documents import Documents
from tipgraph.server.dumps import Dumps
from tipgraph.server.envelope import Application, Envelope, add_problem_handlers
from tipgraph.server.exchange import Exchange, Receive, Scope, Send, Service
from tipgraph.server.gsp import GraphStore
from tipgraph.server.home import Home
from tipgraph.server.libraries import web_folder
from tipgraph.server.linked_data import LinkedData
from tipgraph.server.lookup import Lookup
from tipgraph.server.metrics import Metrics
from tipgraph.server.openapi import reading_paths, sparql_paths, validate_paths
from tipgraph.server.operations import operations_router
from tipgraph.server.pages import pages_router
from tipgraph.server.question_catalogue import QuestionCatalogue
from tipgraph.server.questions import Questions
from tipgraph.server.reading import Reading
from tipgraph.server.results_page import AnswerDisplay, ResultsPage
from tipgraph.server.routes import Routes
from tipgraph.server.search import Search
from tipgraph.server.service_description import ServiceDescription
from tipgraph.server.sources import Sources
from tipgraph.server.sparql import SparqlEndpoint
from tipgraph.server.statistics import Statistics
from tipgraph.server.templates import Templates
from tipgraph.server.validate import ValidationEndpoint
from tipgraph.server.validations import Validations
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore

TITLE = "tipgraph"


class TipgraphApp(FastAPI):
    """A FastAPI app that hands requests for `/sparql` and for graphs on as they are.

    FastAPI's own handling of parameters hides repeated ones and answers 422 to wrong ones, where
    SPARQL 1.1 Protocol asks for 400.
    """

    service: Service
    sparql: SparqlEndpoint
    graph_store: GraphStore
    parts: Sequence[Reading] = ()
    envelope: Envelope
    validate: ValidationEndpoint
    validations: Validations
    prefix: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if self.prefix and path.startswith(f"{self.prefix}/"):
            # Some proxies keep the prefix under which they publish the service, some drop it.
            path, scope = path.removeprefix(self.prefix), below(scope, self.prefix)
        try:
            await self._part(path)(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            await Exchange(self.service, scope, receive, send).refuse_unforeseen()

    def _part(self, path: str) -> Application:
        """What answers on a path."""
        if path == "/sparql":
            return self.sparql
        if path == "/validate":
            return self.validate
        if path == "/gsp" or self.graph_store.has(path):
            return self.graph_store
        return next((each for each in self.parts if each.has(path)), self.envelope)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description of all routes."""
        schema = super().openapi()
        schema["paths"] = {
            **sparql_paths(),
            **validate_paths(),
            **reading_paths(),
            **schema["paths"],
        }
        return schema


def create_app(store: EmbeddedStore, settings: Settings) -> FastAPI:
    """Make the application.

    Args:
        store: Answers queries; started and stopped with the application.
        settings: Limits, base IRI, trusted proxies.
    """
    manifest = store.manifest
    metrics = Metrics(store.pool)
    root = local_root(settings)
    shipped = GRAPH_DATA.value in manifest.graphs
    files = AssetFiles(root=root, web=web_folder(settings))
    templates = Templates(
        title=TITLE,
        dataset_version=manifest.dataset_version,
        root=root,
        shipped=shipped,
        base_iri=settings.base_iri,
        asset=files.address,
        has_library=files.has_library,
    )
    service = Service(
        manifest.dataset_version,
        trusted_proxies=settings.trusted_proxies,
        base_iri=settings.base_iri,
        log_queries=settings.log_queries,
        metrics=metrics,
        templates=templates,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await store.start()
        try:
            yield
        finally:
            await app.validations.stop()
            await store.stop()

    app = TipgraphApp(
        title=TITLE, version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.service = service
    app.prefix = root.rstrip("/")
    cache = AnswerCache(settings.cache_bytes, metrics)
    answers = Answers(store, cache, metrics)
    app.graph_store = GraphStore(service, answers, manifest, settings.base_iri)
    sources = Sources(store, settings)
    lookup = Lookup(store, settings.base_iri)
    display = AnswerDisplay(lookup, settings)
    catalogue = QuestionCatalogue(
        questions() if shipped else (), base_iri=settings.base_iri, root=root
    )
    index = SearchIndex(store.snapshot.search_path, seconds=settings.query_timeout)
    app.parts = (
        Questions(
            service,
            answers,
            catalogue,
            sources=sources,
            display=display,
            lookup=lookup,
            settings=settings,
        ),
        LinkedData(service, store, sources, settings, cache=cache, metrics=metrics),
        Documents(service, sources, settings),
        Dumps(service, store.snapshot, root=root),
        Search(service, index, settings),
        Home(service, sources, index, catalogue=catalogue, settings=settings),
        Routes(service, lookup, sources, settings),
        Statistics(service, sources, display),
        Assets(service, files),
        Crawlers(
            service, sources.select, manifest=manifest, catalogue=catalogue, settings=settings
        ),
    )
    app.validations = Validations(settings)
    app.validate = ValidationEndpoint(
        service, store, manifest, settings, validations=app.validations
    )
    app.sparql = SparqlEndpoint(
        service,
        answers,
        settings,
        digest=manifest.digest,
        description=ServiceDescription(manifest, settings),
        page=ResultsPage(templates, display, root=root),
    )
    add_problem_handlers(app)
    app.envelope = Envelope(super(TipgraphApp, app).__call__, service)
    app.include_router(operations_router(metrics, store.pool))
    app.include_router(pages_router(app, templates))
    return app
