"""The namespaces tipgraph uses, and PREFIXES, the one prefix list.

A test holds PREFIXES equal to the `sh:declare` entries of `ontology/prefixes.ttl`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

BASE: Final = "https://w3id.org/tipgraph/"

TIP: Final = f"{BASE}ontology#"
ID: Final = f"{BASE}id/"
CLAIM: Final = f"{BASE}claim/nk/"
DOC: Final = f"{BASE}doc/nk/"
SHAPES: Final = f"{BASE}shapes#"
QUERY: Final = f"{BASE}query/"
GRAPH: Final = f"{BASE}graph/"

BIBO: Final = "http://purl.org/ontology/bibo/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCTERMS: Final = "http://purl.org/dc/terms/"
ELI: Final = "http://data.europa.eu/eli/ontology#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
OA: Final = "http://www.w3.org/ns/oa#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
PROV: Final = "http://www.w3.org/ns/prov#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA: Final = "https://schema.org/"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
VANN: Final = "http://purl.org/vocab/vann/"
VOID: Final = "http://rdfs.org/ns/void#"
VS: Final = "http://www.w3.org/2003/06/sw-vocab-status/ns#"
WD: Final = "http://www.wikidata.org/entity/"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final = MappingProxyType(
    {
        "tip": TIP,
        "id": ID,
        "claim": CLAIM,
        "doc": DOC,
        "shape": SHAPES,
        "query": QUERY,
        "graph": GRAPH,
        "bibo": BIBO,
        "dcat": DCAT,
        "dcterms": DCTERMS,
        "eli": ELI,
        "foaf": FOAF,
        "oa": OA,
        "owl": OWL,
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
        "schema": SCHEMA,
        "sd": SD,
        "sh": SH,
        "skos": SKOS,
        "vann": VANN,
        "void": VOID,
        "vs": VS,
        "wd": WD,
        "xsd": XSD,
    }
)

GRAPH_DATA: Final = NamedNode(f"{GRAPH}data")
GRAPH_ONTOLOGY: Final = NamedNode(f"{GRAPH}ontology")
GRAPH_SHAPES: Final = NamedNode(f"{GRAPH}shapes")
GRAPH_INFERRED: Final = NamedNode(f"{GRAPH}inferred")
GRAPH_META: Final = NamedNode(f"{GRAPH}meta")
# The graphs whose merge is the default graph of a snapshot.
GRAPHS_MERGED: Final = (GRAPH_DATA, GRAPH_ONTOLOGY, GRAPH_INFERRED)
DATASET: Final = NamedNode(f"{BASE}dataset")

_PLAIN_LOCAL_NAME: Final = re.compile(r"(?:[A-Za-z0-9_](?:[\w.\-]*[\w\-])?)?", re.ASCII)


def shorten(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Write an IRI as Turtle does: `prefix:name` by the longest fitting namespace, or `<IRI>`.

    Args:
        iri: An absolute IRI.
        prefixes: Prefix to namespace IRI.
    """
    fitting = [
        (len(namespace), prefix)
        for prefix, namespace in prefixes.items()
        if iri.startswith(namespace) and _PLAIN_LOCAL_NAME.fullmatch(iri, len(namespace))
    ]
    if not fitting:
        return f"<{iri}>"
    length, prefix = max(fitting)
    return f"{prefix}:{iri[length:]}"


def expand(name: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """The IRI that a prefixed name stands for; whatever has no known prefix stays as it is.

    Args:
        name: As in `tip:Route`, without escapes.
        prefixes: Prefix to namespace IRI.
    """
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local if prefix in prefixes else name
