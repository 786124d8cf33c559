"""Graph Store HTTP Protocol, its reading half: one named graph, or the default graph, as it is.

SPARQL 1.1 Graph Store HTTP Protocol, sections 4 and 5.2.
"""

from typing import Final

from tipgraph.errors import NotAcceptableError, RequestError
from tipgraph.formats import GRAPH_FORMATS, Format, find_format, media_types
from tipgraph.server.answers import Answers, ask
from tipgraph.server.bodies import choose_coding
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.lookup import has_graph
from tipgraph.server.negotiation import negotiate
from tipgraph.server.parameters import Parameters
from tipgraph.server.reading import Reading
from tipgraph.store import QueryRequest, Store

_WHOLE_GRAPH: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


class GraphStore(Reading):
    """An ASGI application that gives out graphs.

    Args:
        service: What all exchanges share.
        answers: Sends answers.
        store: Says which graphs there are.
        base_iri: What the paths of graphs are resolved against.
    """

    def __init__(self, service: Service, answers: Answers, store: Store, base_iri: str) -> None:
        super().__init__(service)
        self._answers = answers
        self._store = store
        self._base_iri = base_iri

    def has(self, path: str) -> bool:
        """Whether a path is that of the protocol, or of a graph's own IRI."""
        return path == "/gsp" or self._base_iri + path[1:] in self._store.manifest.graphs

    async def answer(self, exchange: Exchange, scope: Scope) -> None:  # noqa: D102
        parameters = Parameters(exchange.query_string)
        request = QueryRequest(
            _WHOLE_GRAPH,
            await self._graph(exchange, parameters),
            graph_format=_chosen_format(exchange, parameters),
        )
        coding = choose_coding(exchange.accept_encoding.decode("latin-1"))
        await self._answers.send(exchange, ask(request, coding, self._store.manifest.digest))

    async def _graph(self, exchange: Exchange, parameters: Parameters) -> tuple[str, ...] | None:
        """The graph asked for, as the default graph of a query; None for the default graph."""
        if exchange.path != "/gsp":
            return (self._base_iri + exchange.path[1:],)
        named, default = parameters.all("graph"), parameters.all("default")
        if len(named) + len(default) != 1:
            raise RequestError("bad-parameter", "name one graph: either ?graph=IRI or ?default")
        if default:
            return None
        (iri,) = parameters.graph_iris("graph") or ()
        if not await has_graph(self._store, iri, exchange.client):
            raise RequestError("not-found", f"there is no graph <{iri}>")
        return (iri,)


def _chosen_format(exchange: Exchange, parameters: Parameters) -> Format:
    name = parameters.single("format")
    if name is None:
        chosen = negotiate(exchange.accept_text, GRAPH_FORMATS)
    else:
        chosen = find_format(name, GRAPH_FORMATS)
    if chosen is None:
        raise NotAcceptableError("this is a graph", media_types(GRAPH_FORMATS))
    return chosen
