"""The pages of the documents: ontology, shapes and dataset, for people, with the graph inside."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final

from markupsafe import Markup
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, serialize

from tipgraph.catalogue import all_graphs
from tipgraph.namespaces import (
    DCTERMS,
    GRAPH_DATA,
    VOID,
    shorten,
)
from tipgraph.questions import Question, questions
from tipgraph.representable import fits
from tipgraph.server.sources import Document, Sources, partitions
from tipgraph.server.targets import LinkTargets
from tipgraph.server.templates import Templates
from tipgraph.server.uses import find_uses
from tipgraph.vocabulary import Vocabulary
from tipgraph.wording import Statements

_LABELS: Final = (
    "SELECT ?thing ?label { ?thing <http://www.w3.org/2000/01/rdf-schema#label>|"
    "<http://www.w3.org/2004/02/skos/core#prefLabel> ?label FILTER(isIRI(?thing)) }"
)
# How many rows each table on the page of the dataset has; the document has more.
_MOST_ROWS: Final = 200
_PARTS: Final = frozenset(
    f"{VOID}{name}" for name in ("classPartition", "propertyPartition", "subset")
)


class Pages:
    """Makes the pages.

    Args:
        templates: Their templates.
        sources: The documents and what the data says of their terms.
        targets: Where links lead.
    """

    def __init__(self, templates: Templates, sources: Sources, targets: LinkTargets) -> None:
        self._templates = templates
        self._sources = sources
        self._targets = targets

    async def page(self, document: Document, address: str) -> bytes:
        """The page of a document.

        Args:
            document: The document.
            address: Where clients reach the service.
        """
        if document.name == "dataset":
            document = await asyncio.to_thread(self._bounded, document)
            values = await asyncio.to_thread(self._dataset, document)
        else:
            ontology, shapes = [
                (await self._sources.document(name, address)).triples
                if self._sources.has(name)
                else ()
                for name in ("ontology", "shapes")
            ]
            if document.name == "ontology":
                values = await self._ontology(ontology, shapes)
            else:
                values = self._shapes(ontology, shapes)
        return await asyncio.to_thread(
            self._templates.render,
            f"{document.name}.html",
            json_ld=embedded(document.triples),
            header=document.header,
            **values,
        )

    async def _ontology(
        self, ontology: Sequence[Triple], shapes: Sequence[Triple]
    ) -> dict[str, Any]:
        catalogue = self._questions()
        vocabulary = Vocabulary(
            ontology,
            shapes,
            await find_uses(self._sources.select),
            [(question.slug, question.body) for question in catalogue.values()],
        )
        return {
            "vocabulary": vocabulary,
            "questions": catalogue,
            "links": self._links("ontology", await self._labels(), vocabulary.labels()),
            "prefixes": _prefixes(ontology),
        }

    def _shapes(self, ontology: Sequence[Triple], shapes: Sequence[Triple]) -> dict[str, Any]:
        vocabulary = Vocabulary(ontology, shapes)
        return {"vocabulary": vocabulary, "links": self._links("shapes", vocabulary.labels())}

    def _bounded(self, document: Document) -> Document:
        """The dataset's document without what it says of graphs that its page leaves out."""
        manifest = self._sources.manifest
        shown = set(manifest.largest_graphs())
        left_out = {NamedNode(name) for name in manifest.graphs if name not in shown}
        return replace(document, triples=_without(document.triples, left_out))

    def _dataset(self, document: Document) -> dict[str, Any]:
        known, manifest = Statements(document.triples), self._sources.manifest
        shown = manifest.largest_graphs()
        graphs = [NamedNode(name) for name in shown]
        if known.objects(self._sources.default_graph, f"{VOID}triples"):
            graphs.insert(0, self._sources.default_graph)
        return {
            "manifest": manifest,
            "graphs": [_graph(known, graph) for graph in graphs],
            "most_rows": _MOST_ROWS,
            "all_graphs": all_graphs(manifest) if len(shown) < len(manifest.graphs) else "",
            "linksets": sorted(_linksets(known), key=lambda link: -link[2]),
            "links": self._links("dataset"),
        }

    def _links(self, page: str, *labels: Mapping[NamedNode, str]) -> "Links":
        merged: dict[NamedNode, str] = {}
        for each in labels:
            merged.update(each)
        return Links(merged, self._targets.base + page, self._targets)

    async def _labels(self) -> dict[NamedNode, str]:
        found: dict[NamedNode, str] = {}
        for thing, label in await self._sources.select(_LABELS, None):
            found.setdefault(thing, label.value)
        return found

    def _questions(self) -> dict[str, Question]:
        if GRAPH_DATA.value not in self._sources.manifest.graphs:
            return {}
        return {question.slug: question for question in questions()}


class Links:
    """What things are called on a page, and where links to them lead.

    Args:
        labels: Their labels.
        page: The IRI of the page itself.
        targets: Where links lead.
    """

    def __init__(self, labels: Mapping[NamedNode, str], page: str, targets: LinkTargets) -> None:
        self._labels = labels
        self._page = f"{page}#"
        self._targets = targets

    def label(self, node: NamedNode) -> str:
        """What a thing is called."""
        return self._labels.get(node) or shorten(node.value).strip("<>")

    def address(self, node: NamedNode) -> str:
        """Where a link to it leads; nowhere for what may not be linked to."""
        if node.value.startswith(self._page):
            return "#" + self.anchor(node)
        return self._targets.address(node.value)

    def anchor(self, node: NamedNode | BlankNode) -> str:
        """The fragment of its IRI; empty when it has none."""
        return node.value.partition("#")[2] if isinstance(node, NamedNode) else ""


@dataclass(frozen=True, slots=True)
class GraphStatistics:
    """What is counted in a graph.

    Args:
        iri: The graph.
        title: What it is called.
        description: What it holds.
        counts: Number of triples, subjects, and so on, by name; empty where nothing was counted.
        classes: Each class with its number of entities.
        properties: Each property with its number of triples.
    """

    iri: NamedNode
    title: str
    description: str
    counts: Mapping[str, str]
    classes: Sequence[tuple[NamedNode, int]]
    properties: Sequence[tuple[NamedNode, int]]


def _graph(known: Statements, graph: NamedNode) -> GraphStatistics:
    names = ("triples", "distinctSubjects", "distinctObjects", "classes", "properties")
    return GraphStatistics(
        graph,
        known.text(graph, f"{DCTERMS}title") or shorten(graph.value),
        known.text(graph, f"{DCTERMS}description"),
        {name: known.text(graph, f"{VOID}{name}") for name in names},
        partitions(known, graph, "class", "entities"),
        partitions(known, graph, "property", "triples"),
    )


def _without(triples: Sequence[Triple], graphs: AbstractSet[object]) -> list[Triple]:
    """Triples but those that speak of some graphs or of parts of them."""
    parts = {t.object for t in triples if t.subject in graphs and t.predicate.value in _PARTS}
    gone = graphs | parts
    return [t for t in triples if t.subject not in gone and t.object not in gone]


def _linksets(known: Statements) -> Iterable[tuple[NamedNode, str, int]]:
    for linkset in known.typed(f"{VOID}Linkset"):
        for predicate in known.objects(linkset, f"{VOID}linkPredicate"):
            for target in known.objects(linkset, f"{VOID}objectsTarget"):
                if isinstance(predicate, NamedNode):
                    place = known.text(target, f"{VOID}uriSpace")
                    yield predicate, place, int(known.text(linkset, f"{VOID}triples"))


def _prefixes(triples: Sequence[Triple]) -> list[tuple[str, str]]:
    """The namespaces that the ontology declares."""
    known = Statements(triples)
    sh = "http://www.w3.org/ns/shacl#"
    found = [
        (known.text(node, f"{sh}prefix"), known.text(node, f"{sh}namespace"))
        for node in known.predicates
        if known.objects(node, f"{sh}namespace")
    ]
    return sorted(found)


def embedded(triples: Iterable[Triple]) -> Markup:
    """A graph, as far as JSON-LD can hold it, as it may stand in a `script` element of a page."""
    # A triple may stand in several graphs, and the engine would write each.
    held = (triple for triple in dict.fromkeys(triples) if fits(triple, RdfFormat.JSON_LD))
    written = serialize(held, format=RdfFormat.JSON_LD) or b""
    # What could end the element, or begin a comment in it, is written as JSON escapes.
    safe = written.decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704  # escaped right above
