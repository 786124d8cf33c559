"""Statistics of the graphs in the VoID vocabulary (https://www.w3.org/TR/void/#statistics)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.namespaces import BASE, DATASET, DCAT, OWL, RDF, RDFS, SCHEMA, SKOS, VOID, XSD

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
    yield from _partitions(name, "class", "entities", classes)
    yield from _partitions(name, "property", "triples", properties)
    yield from _linksets(name, triples)


def _partitions(
    name: NamedNode, kind: str, counted: str, counts: Mapping[NamedNode, int]
) -> Iterator[Triple]:
    graph = name.value.rpartition("/")[2]
    for number, term in enumerate(sorted(counts, key=lambda term: term.value), start=1):
        partition = NamedNode(f"{DATASET.value}#{graph}-{kind}-{number}")
        yield Triple(name, NamedNode(f"{VOID}{kind}Partition"), partition)
        yield Triple(partition, NamedNode(f"{VOID}{kind}"), term)
        yield _count(partition, counted, counts[term])


def _linksets(name: NamedNode, triples: Iterable[Triple]) -> Iterator[Triple]:
    """The links to things elsewhere, by predicate and place (https://www.w3.org/TR/void/#linkset)."""
    links = Counter(
        (triple.predicate, place)
        for triple in triples
        if triple.predicate.value in _LINKS and (place := _elsewhere(triple))
    )
    graph = name.value.rpartition("/")[2]
    order = sorted(links, key=lambda link: (link[0].value, link[1]))
    for number, (predicate, place) in enumerate(order, start=1):
        linkset = NamedNode(f"{DATASET.value}#{graph}-linkset-{number}")
        target = NamedNode(f"{DATASET.value}#at-{urlsplit(place).netloc}")
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
