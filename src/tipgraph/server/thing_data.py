"""The data of a thing: its description in each RDF format, and what is said of that document."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, serialize

from tipgraph.describe import Description
from tipgraph.errors import NotAcceptableError
from tipgraph.formats import GRAPH_FORMATS, Format, media_types
from tipgraph.namespaces import DCTERMS, FOAF, PREFIXES, RDF, VOID, XSD
from tipgraph.representable import fits, keep_carriage_returns
from tipgraph.turtle import write_trig, write_turtle

_HYDRA_NEXT: Final = "http://www.w3.org/ns/hydra/core#next"
_NAMESPACES: Final = re.compile(rb"(?: xmlns:[^=]+=\"[^\"]*\")+")


def document_quads(
    description: Description, document: str, *, dataset: str, licence: str
) -> Iterator[Quad]:
    """What is said of the document that holds a description, in the default graph.

    How many nodes point at the thing is said of a part of the dataset: the triples that do so.

    Args:
        description: What the document holds.
        document: Its IRI, without a suffix.
        dataset: IRI of the dataset that it is taken from.
        licence: IRI of the licence; empty when none is stated.
    """
    number = f"?page={description.page}" if description.page > 1 else ""
    node = NamedNode(document + number)
    yield _says(node, f"{RDF}type", NamedNode(f"{FOAF}Document"))
    yield _says(node, f"{FOAF}primaryTopic", description.iri)
    yield _says(node, f"{VOID}inDataset", NamedNode(dataset))
    if licence:
        yield _says(node, f"{DCTERMS}license", NamedNode(licence))
    if description.page < description.pages:
        following = NamedNode(f"{document}?page={description.page + 1}")
        yield _says(node, _HYDRA_NEXT, following)
    if description.links:
        yield from _links(description, NamedNode(f"{document}#links"), NamedNode(dataset))


def _links(description: Description, links: NamedNode, dataset: NamedNode) -> Iterator[Quad]:
    title = Literal("The triples that point at this thing", language="en")
    yield _says(dataset, f"{VOID}subset", links)
    yield _says(links, f"{RDF}type", NamedNode(f"{VOID}Dataset"))
    yield _says(links, f"{DCTERMS}title", title)
    yield _says(links, f"{VOID}triples", _integer(sum(description.links.values())))
    for number, (name, count) in enumerate(description.links.items()):
        partition = BlankNode(f"partition{number}")
        yield _says(links, f"{VOID}propertyPartition", partition)
        yield _says(partition, f"{VOID}property", name)
        yield _says(partition, f"{VOID}triples", _integer(count))


def write_quads(quads: Sequence[Quad], form: Format) -> bytes:
    """Write a description: the merge of all graphs and, where these can be named, each of them.

    As at the SPARQL endpoint, the default graph holds what is in the others: clients that prefer
    formats with named graphs, and there are such, mostly look no further than the default graph.

    Raises:
        NotAcceptableError: The format cannot hold these triples, as RDF/XML and JSON-LD cannot
            hold some.
    """
    if form.engine == RdfFormat.TURTLE:
        return write_turtle(quads).encode()
    merged = {Quad(quad.subject, quad.predicate, quad.object) for quad in quads}
    if form.engine == RdfFormat.TRIG:
        return write_trig(merged.union(quads)).encode()
    if form.engine == RdfFormat.N_QUADS:
        merged = merged.union(quads)
    return _serialised(sorted(merged, key=str), form)


def _serialised(quads: Sequence[Quad], form: Format) -> bytes:
    assert isinstance(form.engine, RdfFormat)  # noqa: S101  # it is a format of graphs
    if not all(fits(quad.triple, form.engine) for quad in quads):
        others = [each for each in GRAPH_FORMATS if each is not form]
        raise NotAcceptableError(
            f"{form.engine.name} cannot hold all of these triples", media_types(others)
        )
    statements = quads if form.engine == RdfFormat.N_QUADS else [quad.triple for quad in quads]
    body = serialize(statements, format=form.engine, prefixes=dict(PREFIXES))
    assert body is not None  # noqa: S101  # it was not to be written to a file
    if form.engine != RdfFormat.RDF_XML:
        return body
    # The engine declares namespaces in another order each time.
    return _NAMESPACES.sub(
        lambda found: b" " + b" ".join(sorted(found.group().split())),
        keep_carriage_returns(body),
        count=1,
    )


def _says(node: NamedNode | BlankNode, name: str, value: NamedNode | BlankNode | Literal) -> Quad:
    return Quad(node, NamedNode(name), value, DefaultGraph())


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(f"{XSD}integer"))
