"""The application: a FastAPI app, with the SPARQL endpoint met before its routing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from tipgraph import __version__
from tipgraph.namespaces import GRAPH_DATA
from tipgraph.search import search_of
from tipgraph.server.addresses import below
from tipgraph.server.assets import AssetFiles, Assets
from tipgraph.server.dumps import Dumps, NoDumps
from tipgraph.server.envelope import Application, Envelope, add_problem_handlers
from tipgraph.server.exchange import Exchange, Receive, Scope, Send, Service
from tipgraph.server.libraries import web_folder
from tipgraph.server.metrics import Metrics
from tipgraph.server.openapi import reading_paths, sparql_paths, validate_paths
from tipgraph.server.operations import operations_router
from tipgraph.server.pages import pages_router
from tipgraph.server.parts import Parts
from tipgraph.server.search import Search
from tipgraph.server.targets import LinkTargets
from tipgraph.server.templates import Templates
from tipgraph.server.validate import ValidationEndpoint
from tipgraph.server.validations import Validations
from tipgraph.server.why import Why
from tipgraph.settings import Settings
from tipgraph.store import Store

TITLE = "tipgraph"


class TipgraphApp(FastAPI):
    """A FastAPI app that hands requests on as they are to the parts that answer from the data.

    FastAPI's own handling of parameters hides repeated ones and answers 422 to wrong ones, where
    SPARQL 1.1 Protocol asks for 400.
    """

    store: Store
    service: Service
    parts: Parts
    envelope: Envelope
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
        return self.parts.find(path) or self.envelope

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


def create_app(store: Store, settings: Settings) -> TipgraphApp:
    """Make the application.

    Args:
        store: Answers queries; started and stopped with the application.
        settings: Limits, base IRI, trusted proxies.
    """
    targets = LinkTargets(settings, store.manifest.graphs)
    files = AssetFiles(root=targets.root, web=web_folder(settings))
    service = _service(store, settings, files, targets)
    app = TipgraphApp(
        title=TITLE, version=__version__, lifespan=_running, docs_url=None, redoc_url=None
    )
    app.prefix = targets.root.rstrip("/")
    app.store = store
    app.service = service
    app.validations = Validations(settings)
    app.parts = _parts(service, store, settings, targets, files=files, validations=app.validations)
    add_problem_handlers(app)
    app.envelope = Envelope(super(TipgraphApp, app).__call__, service)
    app.include_router(operations_router(service.metrics, store))
    app.include_router(pages_router(app, service.templates))
    return app


@asynccontextmanager
async def _running(app: TipgraphApp) -> AsyncIterator[None]:
    """Have the store started for as long as the application runs."""
    await app.store.start()
    try:
        yield
    finally:
        await app.validations.stop()
        await app.store.stop()


def _service(store: Store, settings: Settings, files: AssetFiles, targets: LinkTargets) -> Service:
    """What all exchanges share."""
    manifest = store.manifest
    templates = Templates(
        title=TITLE,
        dataset_version=manifest.dataset_version,
        root=targets.root,
        shipped=GRAPH_DATA.value in manifest.graphs,
        base_iri=targets.base,
        answered=sorted(targets.answered),
        documents=targets.documents,
        asset=files.address,
        has_library=files.has_library,
    )
    return Service(
        manifest.dataset_version,
        trusted_proxies=settings.trusted_proxies,
        log_queries=settings.log_queries,
        body_seconds=settings.body_seconds,
        metrics=Metrics(store.pool, store.endpoint),
        templates=templates,
    )


def _parts(
    service: Service,
    store: Store,
    settings: Settings,
    targets: LinkTargets,
    *,
    files: AssetFiles,
    validations: Validations,
) -> Parts:
    """What answers from the data, and beside it."""
    index = search_of(store, settings)
    others = (
        ValidationEndpoint(service, store, settings, validations=validations),
        Dumps(service, store.snapshot, root=targets.root) if store.snapshot else NoDumps(service),
        Search(service, index, targets),
        Why(service, store, settings, targets),
        Assets(service, files),
    )
    return Parts(service, store, settings, others, targets=targets, index=index)
