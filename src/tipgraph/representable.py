"""What formats can hold of RDF, where that is not everything; the engine writes it nevertheless."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pyoxigraph import Literal, RdfFormat, Triple

_XML_NAME: Final = re.compile(r"[^\W\d][\w.-]*\Z")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BYTES_NOT_IN_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def fits(triple: Triple, rdf_format: RdfFormat) -> bool:
    """Whether a format can hold a triple.

    JSON-LD has no triple terms. In RDF/XML the property has to end as an XML name does, and texts
    have XML's characters only; the engine writes what no parser reads where they do not.
    """
    if rdf_format == RdfFormat.JSON_LD:
        return not isinstance(triple.object, Triple)
    if rdf_format != RdfFormat.RDF_XML:
        return True
    terms = _parts(triple)
    return not any(
        _NOT_IN_XML.search(term.value)
        if isinstance(term, Literal)
        else isinstance(term, Triple) and not _XML_NAME.search(term.predicate.value)
        for term in terms
    )


def _parts(triple: Triple) -> Iterator[Any]:
    """A triple, its object, and likewise where that is a triple."""
    part: Any = triple
    while isinstance(part, Triple):
        yield part
        part = part.object
    yield part


def is_xml_text(text: bytes) -> bool:
    """Whether a text in UTF-8 has only characters that XML has."""
    return not _BYTES_NOT_IN_XML.search(text)


def keep_carriage_returns(xml: bytes) -> bytes:
    """Write carriage returns as references: parsers take them for line feeds (XML 1.0, 2.11)."""
    return xml.replace(b"\r", b"&#xD;")
