"""Statistics of the graphs in the VoID vocabulary (https://www.w3.org/TR/void/#statistics)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast
from urllib.parse import quote, urlsplit

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple, parse, serialize

from tipgraph.namespaces import (
    BASE,
    DATASET,
    DCAT,
    DCTERMS,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    VOID,
    XSD,
)

_TYPE: Final = NamedNode(f"{RDF}type")
_INTEGER: Final = NamedNode(f"{XSD}integer")
# The predicates by which a thing of ours points at the same or a like thing elsewhere.
_LINKS: Final = frozenset(
    (
        f"{OWL}equivalentClass",
        f"{OWL}equivalentProperty",
        f"{OWL}sameAs",
        f"{RDFS}seeAlso",
        f"{RDFS}subClassOf",
        f"{RDFS}subPropertyOf",
        f"{SCHEMA}sameAs",
        f"{SKOS}broadMatch",
        f"{SKOS}closeMatch",
        f"{SKOS}exactMatch",
        f"{SKOS}narrowMatch",
        f"{SKOS}relatedMatch",
    )
)

# Of anybody's data the largest graphs are described, each by the terms that it uses most; these
# share a number of terms, so that the description stays of a size that can be sent.
_MOST_GRAPHS: Final = 100
_MOST_TERMS: Final = 2000
_MOST_TERMS_IN_ALL: Final = 20_000
_SUMS: Final = """SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
(COUNT(DISTINCT ?o) AS ?objects) { ?s ?p ?o }"""
_CLASSES: Final = (
    "SELECT ?term (COUNT(*) AS ?count) { ?s a ?term FILTER(isIRI(?term)) } GROUP BY ?term"
)
_PROPERTIES: Final = "SELECT ?term (COUNT(*) AS ?count) { ?s ?term ?o } GROUP BY ?term"
# A link leads to another origin than that of its subject.
_PLACES: Final = r"""SELECT ?place (COUNT(*) AS ?count) {{ ?s {predicate} ?o
  FILTER(isIRI(?s) && isIRI(?o) && REGEX(STR(?o), "^https?://[^/?#@]"))
  BIND(REPLACE(STR(?o), "^(https?://[^/?#]+).*$", "$1/") AS ?place)
  FILTER(!STRSTARTS(STR(?s), ?place)) }} GROUP BY ?place"""
DEFAULT_GRAPH: Final = NamedNode(f"{DATASET.value}#default-graph")

Key = TypeVar("Key")
# A graph, and what the IRIs of its parts begin with.
Part = tuple[NamedNode, str]


def describe(graphs: Mapping[NamedNode, Iterable[Triple]]) -> list[Triple]:
    """Describe the dataset and each of its graphs, a `void:subset` of it.

    Per graph: triples, distinct subjects and objects, classes, properties, how many entities each
    class and how many triples each property has, and the links to each other place on the Web by
    each predicate. Partitions and linksets get IRIs under the dataset's.

    Args:
        graphs: Graph name to its distinct triples.

    Returns:
        The description, the same for the same graphs.
    """
    described = [
        Triple(DATASET, _TYPE, NamedNode(f"{VOID}Dataset")),
        Triple(DATASET, _TYPE, NamedNode(f"{DCAT}Dataset")),
    ]
    total = 0
    for name, graph in graphs.items():
        triples = list(graph)
        total += len(triples)
        described.append(Triple(DATASET, NamedNode(f"{VOID}subset"), name))
        described.extend(_describe_graph(name, triples))
    return [*described, _count(DATASET, "triples", total)]


class Counts(NamedTuple):
    """How many triples there are.

    Args:
        graphs: In each named graph, by its IRI.
        default_graph: In the default graph.
    """

    graphs: Mapping[str, int]
    default_graph: int


def count(store: Store) -> Counts:
    """Count the triples of each graph of a store."""
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    sizes = {row[0]: int(row[1].value) for row in _rows(store, query)}
    graphs = {name.value: size for name, size in sizes.items() if isinstance(name, NamedNode)}
    # The engine counts all there is without reading it.
    return Counts(graphs, len(store) - sum(sizes.values()))


def write_description(store: Store, counts: Counts, path: Path, *, union: bool = False) -> None:
    """Describe what a store holds, as `describe` does, from queries and beside the data.

    The default graph is `DEFAULT_GRAPH`. A graph's links are those to another origin than their
    subject's. Of many graphs or terms only the largest and most used are described.

    Args:
        store: The store.
        counts: How many triples it has.
        path: The N-Triples file that is written.
        union: Whether the default graph has all that the named graphs hold.
    """
    serialize(_describe_store(store, counts, union=union), str(path), RdfFormat.N_TRIPLES)


def read_description(path: Path, dataset: NamedNode) -> list[Triple]:
    """Read what `write_description` wrote.

    Args:
        path: The file.
        dataset: What the dataset is called where it is served.

    Returns:
        The description, of that dataset.
    """
    written = path.read_bytes().replace(f"<{DATASET.value}".encode(), f"<{dataset.value}".encode())
    return [quad.triple for quad in parse(written, RdfFormat.N_TRIPLES)]


def _describe_store(store: Store, counts: Counts, *, union: bool) -> Iterator[Triple]:
    # A graph may be named by a blank node.
    total = counts.default_graph if union else len(store)
    yield Triple(DATASET, _TYPE, NamedNode(f"{VOID}Dataset"))
    yield _count(DATASET, "triples", total)
    if counts.default_graph:
        yield Triple(DATASET, NamedNode(f"{VOID}subset"), DEFAULT_GRAPH)
        title = Literal("The default graph", language="en")
        yield Triple(DEFAULT_GRAPH, NamedNode(f"{DCTERMS}title"), title)
        yield from _describe_stored(
            store, DEFAULT_GRAPH, "default-graph", DefaultGraph(), _MOST_TERMS
        )
    largest = nlargest(_MOST_GRAPHS, counts.graphs, key=lambda name: (counts.graphs[name], name))
    most = min(_MOST_TERMS, _MOST_TERMS_IN_ALL // max(len(largest), 1))
    for number, name in enumerate(map(NamedNode, largest), start=1):
        yield Triple(DATASET, NamedNode(f"{VOID}subset"), name)
        yield from _describe_stored(store, name, f"graph-{number}", name, most)


def _describe_stored(
    store: Store, name: NamedNode, local: str, graph: NamedNode | DefaultGraph, most: int
) -> Iterator[Triple]:
    ((triples, subjects, objects),) = _rows(store, _SUMS, graph)
    classes, properties = (
        {term: int(count.value) for term, count in _rows(store, query, graph)}
        for query in (_CLASSES, _PROPERTIES)
    )
    yield Triple(name, _TYPE, NamedNode(f"{VOID}Dataset"))
    yield _count(name, "triples", int(triples.value))
    yield _count(name, "distinctSubjects", int(subjects.value))
    yield _count(name, "distinctObjects", int(objects.value))
    yield _count(name, "classes", len(classes))
    yield _count(name, "properties", len(properties))
    part = (name, local)
    yield from _partitions(part, "class", "entities", _most_used(classes, most))
    yield from _partitions(part, "property", "triples", _most_used(properties, most))
    links = {
        (predicate, place.value): int(count.value)
        for predicate in properties
        if predicate.value in _LINKS
        for place, count in _rows(store, _PLACES.format(predicate=predicate), graph)
    }
    yield from _linksets(part, _most_used(links, most))


def _rows(store: Store, query: str, graph: NamedNode | DefaultGraph | None = None) -> Iterator[Any]:
    return cast("Iterator[Any]", store.query(query, default_graph=graph))


def _most_used(counts: Mapping[Key, int], most: int) -> dict[Key, int]:
    used = nlargest(most, counts, key=lambda key: (counts[key], str(key)))
    return {key: counts[key] for key in used}


def _describe_graph(name: NamedNode, triples: list[Triple]) -> Iterator[Triple]:
    entities: dict[NamedNode, set[object]] = defaultdict(set)
    for triple in triples:
        if triple.predicate == _TYPE and isinstance(triple.object, NamedNode):
            entities[triple.object].add(triple.subject)
    properties = Counter(triple.predicate for triple in triples)
    yield Triple(name, _TYPE, NamedNode(f"{VOID}Dataset"))
    yield _count(name, "triples", len(triples))
    yield _count(name, "distinctSubjects", len({triple.subject for triple in triples}))
    yield _count(name, "distinctObjects", len({triple.object for triple in triples}))
    yield _count(name, "classes", len(entities))
    yield _count(name, "properties", len(properties))
    classes = {found: len(members) for found, members in entities.items()}
    part = (name, name.value.rpartition("/")[2])
    yield from _partitions(part, "class", "entities", classes)
    yield from _partitions(part, "property", "triples", properties)
    links = Counter(
        (triple.predicate, place)
        for triple in triples
        if triple.predicate.value in _LINKS and (place := _elsewhere(triple))
    )
    yield from _linksets(part, links)


def _partitions(
    part: Part, kind: str, counted: str, counts: Mapping[NamedNode, int]
) -> Iterator[Triple]:
    name, local = part
    for number, term in enumerate(sorted(counts, key=lambda term: term.value), start=1):
        partition = NamedNode(f"{DATASET.value}#{local}-{kind}-{number}")
        yield Triple(name, NamedNode(f"{VOID}{kind}Partition"), partition)
        yield Triple(partition, NamedNode(f"{VOID}{kind}"), term)
        yield _count(partition, counted, counts[term])


def _linksets(part: Part, links: Mapping[tuple[NamedNode, str], int]) -> Iterator[Triple]:
    """The links to things elsewhere, by predicate and place (https://www.w3.org/TR/void/#linkset)."""
    name, local = part
    order = sorted(links, key=lambda link: (link[0].value, link[1]))
    for number, (predicate, place) in enumerate(order, start=1):
        linkset = NamedNode(f"{DATASET.value}#{local}-linkset-{number}")
        target = NamedNode(f"{DATASET.value}#at-{quote(urlsplit(place).netloc, safe=':')}")
        yield Triple(name, NamedNode(f"{VOID}subset"), linkset)
        yield Triple(linkset, _TYPE, NamedNode(f"{VOID}Linkset"))
        yield Triple(linkset, NamedNode(f"{VOID}linkPredicate"), predicate)
        yield Triple(linkset, NamedNode(f"{VOID}subjectsTarget"), name)
        yield Triple(linkset, NamedNode(f"{VOID}objectsTarget"), target)
        yield _count(linkset, "triples", links[predicate, place])
        yield Triple(target, _TYPE, NamedNode(f"{VOID}Dataset"))
        yield Triple(target, NamedNode(f"{VOID}uriSpace"), Literal(place))


def _elsewhere(triple: Triple) -> str:
    """The origin of the object, when a thing of ours is linked to one elsewhere; else nothing."""
    subject, value = triple.subject, triple.object
    if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode):
        return ""
    if not subject.value.startswith(BASE) or value.value.startswith(BASE):
        return ""
    parts = urlsplit(value.value)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""


def _count(subject: NamedNode, name: str, number: int) -> Triple:
    return Triple(subject, NamedNode(f"{VOID}{name}"), Literal(str(number), datatype=_INTEGER))
