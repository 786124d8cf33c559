"""The parts of the service that answer from the data, and which of them answers a path."""

from collections.abc import Sequence

from tipgraph.namespaces import GRAPH_DATA
from tipgraph.questions import questions
from tipgraph.search import LabelSearch, SearchIndex
from tipgraph.server.answers import AnswerCache, Answers
from tipgraph.server.crawlers import Crawlers
from tipgraph.server.documents import Documents
from tipgraph.server.exchange import Service
from tipgraph.server.gsp import GraphStore
from tipgraph.server.home import Home
from tipgraph.server.linked_data import LinkedData
from tipgraph.server.lookup import Lookup
from tipgraph.server.question_catalogue import QuestionCatalogue
from tipgraph.server.questions import Questions
from tipgraph.server.reading import Part
from tipgraph.server.results_page import AnswerDisplay, ResultsPage
from tipgraph.server.routes import Routes
from tipgraph.server.service_description import ServiceDescription
from tipgraph.server.sources import Sources
from tipgraph.server.sparql import SparqlEndpoint
from tipgraph.server.statistics import Statistics
from tipgraph.server.targets import LinkTargets
from tipgraph.settings import Settings
from tipgraph.store import Store


class Parts:
    """Finds the part that answers a path.

    Parts keep what they found out. Of a snapshot that holds for good; an endpoint's data may change
    at any moment, so there it holds for one request.

    Args:
        service: What all exchanges share.
        store: Answers queries.
        settings: Limits, base IRI and public address.
        others: Parts that keep nothing of the data.
        targets: Where links lead.
        index: Knows how many things of each kind there are.
    """

    def __init__(
        self,
        service: Service,
        store: Store,
        settings: Settings,
        others: Sequence[Part],
        *,
        targets: LinkTargets,
        index: SearchIndex | LabelSearch,
    ) -> None:
        self._service = service
        self._store = store
        self._settings = settings
        self._others = others
        self._targets = targets
        self._index = index
        shipped = GRAPH_DATA.value in store.manifest.graphs
        self._catalogue = QuestionCatalogue(
            questions() if shipped else (),
            base_iri=settings.base_iri,
            root=targets.root,
        )
        fixed = store.manifest.is_fixed
        self._cache = AnswerCache(settings.cache_bytes if fixed else 0, service.metrics)
        self._kept = self._made() if fixed else None

    def find(self, path: str) -> Part | None:
        """The part that answers a path; None when it is another's."""
        made = self._made() if self._kept is None else self._kept
        return next((part for part in made if part.has(path)), None)

    def _made(self) -> Sequence[Part]:
        service, store, settings = self._service, self._store, self._settings
        manifest, targets = store.manifest, self._targets
        answers = Answers(store, self._cache, service.metrics)
        sources = Sources(store, targets)
        lookup = Lookup(store, settings.base_iri)
        display = AnswerDisplay(lookup, targets)
        catalogue = self._catalogue
        return (
            SparqlEndpoint(
                service,
                answers,
                settings,
                digest=manifest.digest,
                description=ServiceDescription(manifest, settings),
                page=ResultsPage(service.templates, display, root=targets.root),
            ),
            GraphStore(service, answers, store, settings.base_iri),
            Questions(
                service,
                answers,
                catalogue,
                sources=sources,
                display=display,
                lookup=lookup,
                settings=settings,
            ),
            LinkedData(
                service, store, sources, targets, cache=self._cache, metrics=service.metrics
            ),
            Documents(service, sources, settings, targets),
            Home(service, sources, self._index, catalogue=catalogue, targets=targets),
            Routes(service, lookup, sources, targets),
            Statistics(service, sources, display),
            Crawlers(
                service,
                sources.select,
                manifest=manifest,
                catalogue=catalogue,
                settings=settings,
                documents=targets.documents,
            ),
            *self._others,
        )
