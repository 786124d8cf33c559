"""The formats tipgraph offers, in order of preference: one table for results, one for graphs.

Media types and extensions are pyoxigraph's, `QueryResultsFormat` and `RdfFormat`; what is ours is
which of them are offered, under which short name (`?format=`), and which further media types ask
for the same thing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is offered.

    Args:
        name: Its short name, as in `?format=`, which is also its file extension.
        media_type: Its registered media type.
        engine: The engine's own name of it.
        aliases: Further media types that ask for it and are answered with `media_type`.
        names: Further names in `?format=`, as clients send them.
        charset: Whether the media type needs a `charset` parameter to be read as UTF-8.
        empty_endings: How an answer without any solution or triple ends, if that tells it.
    """

    name: str
    media_type: str
    engine: QueryResultsFormat | RdfFormat
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    charset: bool = False
    empty_endings: tuple[bytes, ...] = ()

    @property
    def iri(self) -> str:
        """The format's IRI at W3C, as used in service descriptions."""
        return self.engine.iri

    @property
    def content_type(self) -> str:
        """The value of a Content-Type field."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type

    def is_empty(self, body: bytes) -> bool:
        """Whether a body holds no solution, no triple, or the answer `false`."""
        if isinstance(self.engine, RdfFormat):
            return not body or body.endswith(self.empty_endings)
        if self.empty_endings:
            return body.endswith(self.empty_endings)
        return body == b"false" or body.count(b"\n", 0, 4096) == 1


JSON: Final = Format(
    "json",
    "application/sparql-results+json",
    QueryResultsFormat.JSON,
    ("application/json",),
    empty_endings=(b'"bindings":[]}}', b"false}"),
)
XML: Final = Format(
    "xml",
    "application/sparql-results+xml",
    QueryResultsFormat.XML,
    ("application/xml", "text/xml"),
    empty_endings=(b"<results></results></sparql>", b"<boolean>false</boolean></sparql>"),
)
CSV: Final = Format("csv", "text/csv", QueryResultsFormat.CSV, charset=True)
TSV: Final = Format("tsv", "text/tab-separated-values", QueryResultsFormat.TSV, charset=True)

RESULTS_FORMATS: Final = (JSON, XML, CSV, TSV)

TURTLE: Final = Format(
    "ttl",
    "text/turtle",
    RdfFormat.TURTLE,
    ("application/x-turtle",),
    ("turtle", "n3"),
    charset=True,
)
N_TRIPLES: Final = Format(
    "nt", "application/n-triples", RdfFormat.N_TRIPLES, ("text/plain",), ("ntriples", "n-triples")
)
JSON_LD: Final = Format(
    "jsonld",
    "application/ld+json",
    RdfFormat.JSON_LD,
    ("application/json",),
    ("json-ld", "json"),
    empty_endings=(b"[]",),
)
RDF_XML: Final = Format(
    "rdf",
    "application/rdf+xml",
    RdfFormat.RDF_XML,
    ("application/xml", "text/xml"),
    ("rdf+xml", "rdfxml", "xml"),
    empty_endings=(b'">\n</rdf:RDF>',),
)
TRIG: Final = Format(
    "trig", "application/trig", RdfFormat.TRIG, ("application/x-trig",), charset=True
)
N_QUADS: Final = Format(
    "nq", "application/n-quads", RdfFormat.N_QUADS, ("text/x-nquads",), ("nquads", "n-quads")
)

GRAPH_FORMATS: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS)


def find_format(name: str, offered: Iterable[Format]) -> Format | None:
    """Find the offered format with a short name, media type or W3C format IRI."""
    wanted = name.strip().lower()
    for candidate in offered:
        known = (candidate.name, *candidate.names, candidate.media_type, *candidate.aliases)
        if wanted in known or wanted == candidate.iri.lower():
            return candidate
    return None


def media_types(offered: Iterable[Format]) -> tuple[str, ...]:
    """The media types of formats, in their order."""
    return tuple(each.media_type for each in offered)
