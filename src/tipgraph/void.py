"""Statistics of the graphs in the VoID vocabulary (https://www.w3.org/TR/void/#statistics)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.namespaces import DATASET, DCAT, RDF, VOID, XSD

_TYPE: Final = NamedNode(f"{RDF}type")
_INTEGER: Final = NamedNode(f"{XSD}integer")


def describe(graphs: Mapping[NamedNode, Iterable[Triple]]) -> list[Triple]:
    """Describe the dataset and each of its graphs, a `void:subset` of it.

    Per graph: triples, distinct subjects and objects, classes, properties, and how many entities
    each class and how many triples each property has. Partitions get IRIs under the dataset's.

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


def _partitions(
    name: NamedNode, kind: str, counted: str, counts: Mapping[NamedNode, int]
) -> Iterator[Triple]:
    graph = name.value.rpartition("/")[2]
    for number, term in enumerate(sorted(counts, key=lambda term: term.value), start=1):
        partition = NamedNode(f"{DATASET.value}#{graph}-{kind}-{number}")
        yield Triple(name, NamedNode(f"{VOID}{kind}Partition"), partition)
        yield Triple(partition, NamedNode(f"{VOID}{kind}"), term)
        yield _count(partition, counted, counts[term])


def _count(subject: NamedNode, name: str, number: int) -> Triple:
    return Triple(subject, NamedNode(f"{VOID}{name}"), Literal(str(number), datatype=_INTEGER))
