"""The service's description of itself, in RDF, and as a page with a form for people.

SPARQL 1.1 Service Description: what `/sparql` answers without a query. All of it is read off the
running configuration and the manifest of the dataset.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, serialize

from tipgraph.catalogue import MOST_GRAPHS
from tipgraph.errors import NotAcceptableError
from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format, media_types
from tipgraph.namespaces import (
    DATASET,
    DCTERMS,
    GRAPH_INFERRED,
    GRAPH_META,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SD,
    VOID,
    XSD,
)
from tipgraph.server.exchange import Exchange
from tipgraph.server.negotiation import HTML, negotiate
from tipgraph.server.once import Once
from tipgraph.settings import Settings
from tipgraph.snapshot import Manifest

_SIMPLE: Final = NamedNode("http://www.w3.org/ns/entailment/Simple")
_OWL_RL: Final = NamedNode("http://www.w3.org/ns/owl-profile/RL")
_RDF_BASED: Final = NamedNode("http://www.w3.org/ns/entailment/OWL-RDF-Based")

_PREFIXES: Final = ("dcterms", "graph", "owl", "rdfs", "sd", "void")
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")

# How many bodies are kept: they differ by format, and by the address that a client uses.
_MOST: Final = 16

Value = NamedNode | BlankNode | Literal


class ServiceDescription:
    """Describes the service to whoever asks.

    Args:
        manifest: What the dataset holds.
        settings: The limits in force.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self._manifest = manifest
        self._settings = settings
        self._bodies: Once[bytes] = Once(_MOST)

    async def send(self, exchange: Exchange) -> None:
        """Answer a request that has no query.

        Raises:
            NotAcceptableError: Neither a graph nor a page is acceptable.
        """
        chosen = negotiate(exchange.accept_text, (*GRAPH_FORMATS, HTML))
        if chosen is None:
            available = (*media_types(GRAPH_FORMATS), HTML.media_type)
            raise NotAcceptableError("this is the service's description of itself", available)
        if isinstance(chosen, Format):
            endpoint = self._endpoint(exchange)
            content_type = chosen.content_type
            body = await self._bodies.get(
                (chosen.name, endpoint), lambda: self._serialised(endpoint, chosen)
            )
        else:
            content_type = "text/html; charset=utf-8"
            body = exchange.service.templates.render("sparql.html", query=None)
        await exchange.send_document([(b"content-type", content_type.encode())], body)

    async def _serialised(self, endpoint: NamedNode, chosen: Format) -> bytes:
        body = await asyncio.to_thread(
            serialize,
            describe_service(self._manifest, self._settings, endpoint),
            format=chosen.engine,  # type: ignore[arg-type]
            prefixes={name: PREFIXES[name] for name in _PREFIXES},
        )
        assert body is not None  # noqa: S101  # it was not to be written to a file
        return body

    def _endpoint(self, exchange: Exchange) -> NamedNode:
        """The address of the endpoint, which clients that read the description will call."""
        address = self._settings.public_url
        if address is None:
            host = exchange.host.decode("latin-1")
            known = host if _HOST.fullmatch(host) else f"localhost:{self._settings.port}"
            address = f"http://{known}"
        return NamedNode(f"{address.rstrip('/')}/sparql")


def describe_service(
    manifest: Manifest, settings: Settings, endpoint: NamedNode
) -> Iterator[Triple]:
    """The triples of the description."""
    service, dataset = BlankNode("service"), BlankNode("dataset")
    yield _typed(service, "Service")
    yield _sd(service, "endpoint", endpoint)
    for language in ("SPARQL10Query", "SPARQL11Query"):
        yield _sd(service, "supportedLanguage", NamedNode(SD + language))
    for each in (*RESULTS_FORMATS, *GRAPH_FORMATS):
        yield _sd(service, "resultFormat", NamedNode(each.iri))
    if settings.service_allow:
        yield _sd(service, "feature", NamedNode(f"{SD}BasicFederatedQuery"))
    yield _sd(service, "defaultEntailmentRegime", _SIMPLE)
    yield _sd(service, "defaultDataset", dataset)
    yield Triple(service, NamedNode(f"{RDFS}comment"), Literal(_limits(settings), language="en"))
    yield _typed(dataset, "Dataset")
    yield Triple(dataset, NamedNode(f"{DCTERMS}isVersionOf"), DATASET)
    yield Triple(dataset, NamedNode(f"{OWL}versionInfo"), Literal(manifest.dataset_version))
    yield Triple(DATASET, NamedNode(f"{VOID}sparqlEndpoint"), endpoint)
    if GRAPH_META.value in manifest.graphs:
        # The statistics of all graphs, in VoID, are in this one.
        yield Triple(service, NamedNode(f"{RDFS}seeAlso"), GRAPH_META)
    yield from _default_graph(dataset, manifest)
    for number, name in enumerate(sorted(manifest.largest_graphs(MOST_GRAPHS))):
        named, graph = BlankNode(f"named{number}"), BlankNode(f"graph{number}")
        yield _sd(dataset, "namedGraph", named)
        yield _typed(named, "NamedGraph")
        yield _sd(named, "name", NamedNode(name))
        yield _sd(named, "graph", graph)
        if name == GRAPH_INFERRED.value:
            yield _sd(named, "entailmentRegime", _RDF_BASED)
            yield _sd(named, "supportedEntailmentProfile", _OWL_RL)
        else:
            yield _sd(named, "entailmentRegime", _SIMPLE)
        yield from _graph(graph, manifest.graphs[name])


def _default_graph(dataset: BlankNode, manifest: Manifest) -> Iterator[Triple]:
    graph = BlankNode("default")
    yield _sd(dataset, "defaultGraph", graph)
    yield from _graph(graph, manifest.default_graph_triples)
    if manifest.default_graph:
        merged = " ".join(f"<{name}>" for name in manifest.default_graph)
        text = f"The merge of {merged}. FROM and default-graph-uri choose other graphs."
        yield Triple(graph, NamedNode(f"{DCTERMS}description"), Literal(text, language="en"))


def _graph(graph: BlankNode, triples: int | None) -> Iterator[Triple]:
    yield _typed(graph, "Graph")
    if triples is not None:
        count = Literal(str(triples), datatype=NamedNode(f"{XSD}integer"))
        yield Triple(graph, NamedNode(f"{VOID}triples"), count)


def _limits(settings: Settings) -> str:
    return (
        f"Queries run for at most {settings.query_timeout:g} seconds, which the parameter timeout "
        f"can lower, with {settings.worker_memory} bytes of memory; an answer has at most "
        f"{settings.result_bytes} bytes. What goes past a limit is refused as a whole."
    )


def _typed(node: BlankNode, name: str) -> Triple:
    return Triple(node, NamedNode(f"{RDF}type"), NamedNode(SD + name))


def _sd(node: BlankNode, name: str, value: Value) -> Triple:
    return Triple(node, NamedNode(SD + name), value)
