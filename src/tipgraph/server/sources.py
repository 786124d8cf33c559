"""Where documents come from: the graphs in the store, and what a running service adds to them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple, serialize

from tipgraph import void
from tipgraph.catalogue import Catalogue
from tipgraph.formats import JSON, N_QUADS, N_TRIPLES, TRIG, TURTLE, Format
from tipgraph.namespaces import DCTERMS, FOAF, OWL, PREFIXES, RDFS, VANN, VOID, shorten
from tipgraph.server.citations import Source
from tipgraph.server.once import Once
from tipgraph.server.targets import DOCUMENT_GRAPHS, LinkTargets
from tipgraph.snapshot import Manifest
from tipgraph.store import QueryRequest, Solutions, Store, Triples, whole_answer
from tipgraph.store.results import read_graph, read_results
from tipgraph.turtle import write_trig, write_turtle
from tipgraph.wording import Statements

_WHOLE_GRAPH: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
# How many documents are kept: the dataset's differ by the address that a client uses.
_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says of itself.

    Args:
        iri: Its IRI.
        description: What it is.
        namespace: The namespace of its terms; empty when it has none.
        prefix: The prefix for that.
        modified: When it was last changed, as an XML Schema date.
        source: What its citations name.
    """

    iri: NamedNode
    description: str
    namespace: str
    prefix: str
    modified: str
    source: Source


@dataclass(frozen=True, slots=True)
class Document:
    """A document in its current version.

    Args:
        name: Its name.
        triples: What it says.
        graph: The graph that says it.
        header: What it says of itself.
    """

    name: str
    triples: Sequence[Triple]
    graph: NamedNode
    header: Header

    @property
    def version(self) -> str:
        """Its version."""
        return self.header.source.version


class Sources:
    """Gets documents, each of which is asked for once and kept.

    Args:
        store: Holds the graphs.
        targets: The base of IRIs, and which documents there are.
    """

    def __init__(self, store: Store, targets: LinkTargets) -> None:
        self._store = store
        self._base = targets.base
        self._there = targets.documents
        self.manifest: Manifest = store.manifest
        self.default_graph = NamedNode(f"{self._base}dataset#default-graph")
        self._graphs: Once[list[Triple]] = Once(len(DOCUMENT_GRAPHS))
        self._documents: Once[Document] = Once(_MOST)
        self._counted: Once[list[Triple] | None] = Once(1)

    def has(self, name: str) -> bool:
        """Whether there is a document of a name."""
        return name in self._there

    async def document(self, name: str, address: str) -> Document:
        """Get a document.

        Args:
            name: Its name.
            address: Where clients reach the service: the dataset's says where to call.
        """
        here = address if name == "dataset" else ""
        return await self._documents.get((name, here), lambda: self._read(name, address))

    async def _read(self, name: str, address: str) -> Document:
        triples = await self._graphs.get(name, lambda: self._triples(name))
        return await asyncio.to_thread(self._made, name, triples, address)

    def _made(self, name: str, triples: Sequence[Triple], address: str) -> Document:
        if name == "dataset":
            catalogue = Catalogue(self.manifest, self._base)
            triples = list(dict.fromkeys([*triples, *catalogue.triples(address)]))
        iri = NamedNode(self._base + name)
        graph = NamedNode(self._graph(name) or iri.value)
        return Document(name, triples, graph, self._header(iri, triples))

    async def counted(self) -> Statements | None:
        """What the build counted in the default graph; None where it did not count that apart."""
        triples = await self._counted.get(None, self._read_counted)
        if triples is None:
            return None
        # What is said of its parts has their IRIs, which begin with its own.
        here = self.default_graph.value
        return await asyncio.to_thread(
            Statements, (each for each in triples if str(each.subject)[1:].startswith(here))
        )

    async def select(self, query: str, graphs: tuple[str, ...] | None) -> Solutions:
        """Answer a SELECT query over some graphs, or over the default graph."""
        found = read_results(await self._answer(QueryRequest(query, graphs, results_format=JSON)))
        assert isinstance(found, Solutions)  # noqa: S101  # it was a SELECT
        return found

    async def _triples(self, name: str) -> list[Triple]:
        graph = self._graph(name)
        if graph is None:
            return await self._counted.get(None, self._read_counted) or []
        request = QueryRequest(_WHOLE_GRAPH, (graph,), graph_format=N_TRIPLES)
        found = read_graph(await self._answer(request))
        assert isinstance(found, Triples)  # noqa: S101  # it was a CONSTRUCT
        return sorted(found, key=str)

    async def _read_counted(self) -> list[Triple] | None:
        """What the build counted in data that does not describe itself."""
        snapshot = self._store.snapshot
        if snapshot is None or not snapshot.statistics_path.is_file():
            return None
        dataset = NamedNode(f"{self._base}dataset")
        return await asyncio.to_thread(void.read_description, snapshot.statistics_path, dataset)

    async def _answer(self, request: QueryRequest) -> bytes:
        return (await whole_answer(self._store.submit(request))).body

    def _graph(self, name: str) -> str | None:
        graph = f"{self._base}graph/{DOCUMENT_GRAPHS[name]}"
        return graph if graph in self.manifest.graphs else None

    def _header(self, iri: NamedNode, triples: Sequence[Triple]) -> Header:
        known = Statements(triples)
        version = known.text(iri, f"{OWL}versionInfo") or self.manifest.dataset_version
        source = Source(
            f"{iri.value}/{version}",
            known.text(iri, f"{DCTERMS}title", f"{RDFS}label") or shorten(iri.value),
            version,
            creators=tuple(_named(known, iri, "creator")),
            publisher=", ".join(name for _, name in _named(known, iri, "publisher")),
            issued=known.text(iri, f"{DCTERMS}issued"),
            licence=", ".join(node for node, _ in _named(known, iri, "license")),
        )
        return Header(
            iri,
            known.text(iri, f"{DCTERMS}description", f"{RDFS}comment"),
            known.text(iri, f"{VANN}preferredNamespaceUri"),
            known.text(iri, f"{VANN}preferredNamespacePrefix"),
            known.text(iri, f"{DCTERMS}modified", f"{DCTERMS}issued"),
            source,
        )


def partitions(
    known: Statements, graph: NamedNode, kind: str, counted: str
) -> list[tuple[NamedNode, int]]:
    """The terms of a graph with how often each is used, the most used first.

    Args:
        known: A description in VoID.
        graph: The graph.
        kind: `class` or `property`.
        counted: What is counted of each: `entities` or `triples`.
    """
    found = [
        (term, int(known.text(partition, f"{VOID}{counted}")))
        for partition in known.objects(graph, f"{VOID}{kind}Partition")
        for term in known.objects(partition, f"{VOID}{kind}")
        if isinstance(term, NamedNode)
    ]
    return sorted(found, key=lambda item: (-item[1], item[0].value))


def _named(known: Statements, iri: NamedNode, predicate: str) -> list[tuple[str, str]]:
    """IRI and name of what a document points at."""
    return [
        (node.value, known.text(node, f"{FOAF}name", f"{RDFS}label") or node.value)
        for node in known.objects(iri, DCTERMS + predicate)
        if isinstance(node, NamedNode)
    ]


def serialise(triples: Sequence[Triple], form: Format, graph: NamedNode) -> bytes:
    """A graph in a format; those that can name graphs name it."""
    if form is TURTLE:
        return write_turtle(triples).encode()
    quads = [Quad(each.subject, each.predicate, each.object, graph) for each in triples]
    if form is TRIG:
        return write_trig(quads).encode()
    statements = quads if form is N_QUADS else triples
    body = serialize(statements, format=form.engine, prefixes=dict(PREFIXES))  # type: ignore[arg-type]
    assert body is not None  # noqa: S101  # it was not to be written to a file
    return body
