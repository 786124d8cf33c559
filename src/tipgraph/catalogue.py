"""The description of the dataset that is served, in DCAT 3 and VoID.

What the dataset states of itself and what the build counted stand in the graph `meta`. Added to it
here is what only a finished snapshot and a running service know: the version, the graphs, the
dumps with their checksums (they hold `meta` themselves), and the endpoint.

https://www.w3.org/TR/vocab-dcat-3/, https://www.w3.org/TR/void/
"""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.formats import GRAPH_FORMATS, find_format
from tipgraph.namespaces import DCAT, DCTERMS, RDF, RDFS, VOID, XSD
from tipgraph.snapshot import Dump, Manifest

# Thousands of graphs would make megabytes of every description; a query lists them all.
MOST_GRAPHS: Final = 1000
MEDIA_TYPES: Final = {"gz": "application/gzip", "zst": "application/zstd"}

_IANA: Final = "https://www.iana.org/assignments/media-types/"
_SPDX: Final = "http://spdx.org/rdf/terms#"

Value = NamedNode | Literal


class Catalogue:
    """Describes the dataset of a service.

    Args:
        manifest: What the snapshot holds.
        base_iri: The public base of the service's IRIs.
    """

    def __init__(self, manifest: Manifest, base_iri: str) -> None:
        self._manifest = manifest
        self._base = base_iri
        self.dataset = NamedNode(f"{base_iri}dataset")
        self.version = NamedNode(f"{self.dataset.value}/{manifest.dataset_version}")

    def triples(self, address: str) -> Iterator[Triple]:
        """What is to be added to the graph `meta`.

        Args:
            address: Where clients reach the service; things are named by the base IRI wherever
                that is.
        """
        yield from _typed(self.dataset, f"{DCAT}Dataset", f"{VOID}Dataset")
        yield _says(self.dataset, f"{DCAT}hasCurrentVersion", self.version)
        yield _says(self.dataset, f"{DCAT}hasVersion", self.version)
        yield from self._version()
        yield from self._graphs()
        for each in GRAPH_FORMATS:
            yield _says(self.dataset, f"{VOID}feature", NamedNode(each.iri))
        yield from self._service(NamedNode(f"{address}sparql"))
        for dump in self._manifest.dumps:
            yield from self._dump(dump, address)

    def _version(self) -> Iterator[Triple]:
        stated = Literal(self._manifest.dataset_version)
        yield from _typed(self.version, f"{DCAT}Dataset")
        yield _says(self.dataset, f"{DCAT}version", stated)
        yield _says(self.version, f"{DCAT}version", stated)
        yield _says(self.version, f"{DCAT}isVersionOf", self.dataset)
        if self._manifest.is_fixed:
            digest = Literal(f"sha256:{self._manifest.digest}")
            yield _says(self.version, f"{DCTERMS}identifier", digest)

    def _graphs(self) -> Iterator[Triple]:
        graphs = self._manifest.graphs
        for name in self._manifest.largest_graphs(MOST_GRAPHS):
            yield _says(self.dataset, f"{VOID}subset", NamedNode(name))
            yield from _typed(NamedNode(name), f"{DCAT}Dataset", f"{VOID}Dataset")
            triples = graphs[name]
            if triples is not None:
                yield _says(NamedNode(name), f"{VOID}triples", _integer(triples))
        if len(graphs) > MOST_GRAPHS:
            text = (
                f"Of {len(graphs)} named graphs the {MOST_GRAPHS} largest are described here; "
                f"{all_graphs(self._manifest)} lists all."
            )
            yield _says(self.dataset, f"{RDFS}comment", Literal(text, language="en"))

    def _service(self, endpoint: NamedNode) -> Iterator[Triple]:
        service = NamedNode(f"{self._base}sparql")
        catalogue = NamedNode(f"{self.dataset.value}#catalogue")
        protocol = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
        yield from _typed(catalogue, f"{DCAT}Catalog")
        yield _says(catalogue, f"{DCTERMS}title", Literal("tipgraph", language="en"))
        yield _says(catalogue, f"{DCAT}dataset", self.dataset)
        yield _says(catalogue, f"{DCAT}service", service)
        yield from _typed(service, f"{DCAT}DataService")
        yield _says(service, f"{DCTERMS}title", Literal("SPARQL endpoint", language="en"))
        yield _says(service, f"{DCAT}endpointURL", endpoint)
        # Without a query the endpoint answers with its own description.
        yield _says(service, f"{DCAT}endpointDescription", endpoint)
        yield _says(service, f"{DCTERMS}conformsTo", protocol)
        yield _says(service, f"{DCAT}servesDataset", self.dataset)
        yield _says(self.dataset, f"{VOID}sparqlEndpoint", endpoint)

    def _dump(self, dump: Dump, address: str) -> Iterator[Triple]:
        local = f"dumps/{self._manifest.dataset_version}/{dump.name}"
        node, download = NamedNode(self._base + local), NamedNode(address + local)
        _, extension, compression = dump.name.rsplit(".", 2)
        form = find_format(extension, GRAPH_FORMATS)
        yield from _typed(node, f"{DCAT}Distribution")
        yield _says(node, f"{DCTERMS}title", Literal(dump.title, language="en"))
        yield _says(node, f"{DCAT}downloadURL", download)
        yield _says(node, f"{DCAT}byteSize", _integer(dump.size, "nonNegativeInteger"))
        compressed = NamedNode(_IANA + MEDIA_TYPES[compression])
        yield _says(node, f"{DCAT}compressFormat", compressed)
        if form is not None:
            yield _says(node, f"{DCAT}mediaType", NamedNode(_IANA + form.media_type))
            yield _says(node, f"{DCTERMS}format", NamedNode(form.iri))
        yield from self._checksum(node, dump)
        for held in [NamedNode(dump.graph)] if dump.graph else [self.dataset, self.version]:
            yield _says(held, f"{DCAT}distribution", node)
            yield _says(held, f"{VOID}dataDump", download)

    def _checksum(self, node: NamedNode, dump: Dump) -> Iterator[Triple]:
        checksum = NamedNode(f"{self.dataset.value}#sha256-{dump.name}")
        algorithm = NamedNode(f"{_SPDX}checksumAlgorithm_sha256")
        digest = Literal(dump.sha256, datatype=NamedNode(f"{XSD}hexBinary"))
        yield from _typed(checksum, f"{_SPDX}Checksum")
        yield _says(node, f"{_SPDX}checksum", checksum)
        yield _says(checksum, f"{_SPDX}algorithm", algorithm)
        yield _says(checksum, f"{_SPDX}checksumValue", digest)


def all_graphs(manifest: Manifest) -> str:
    """The query that lists all named graphs of a dataset."""
    # By the first the engine of snapshots reads no triples; others may not know it.
    pattern = "" if manifest.is_fixed else "?s ?p ?o "
    return f"SELECT DISTINCT ?graph {{ GRAPH ?graph {{ {pattern}}} }}"


def _typed(node: NamedNode, *classes: str) -> Iterator[Triple]:
    for name in classes:
        yield _says(node, f"{RDF}type", NamedNode(name))


def _says(node: NamedNode, predicate: str, value: Value) -> Triple:
    return Triple(node, NamedNode(predicate), value)


def _integer(number: int, datatype: str = "integer") -> Literal:
    return Literal(str(number), datatype=NamedNode(f"{XSD}{datatype}"))
