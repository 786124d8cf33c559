"""Answers written in the formats of the engine, each whole and within a limit.

Workers run this, so it imports pyoxigraph, what formats can hold and the standard library alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pyoxigraph import QueryResultsFormat, RdfFormat, Triple, serialize

from tipgraph.representable import fits, is_xml_text, keep_carriage_returns

(RESULTS, GRAPH) = range(2)

_WITH_PREFIXES: Final = ("text/turtle", "application/trig", "application/rdf+xml")
_PREFIX_LINES: Final = re.compile(rb"\A(?:@prefix [^\n]*\n)+")
_PREFIX_NAME: Final = re.compile(rb"@prefix ([^:]*:)")


class TooLargeError(Exception):
    """The answer grew past the limit."""


class NotAcceptableError(Exception):
    """No format that the request accepts can hold the answer.

    Args:
        kind: The kind of answer that the query has.
        reason: Why the format cannot hold it, or nothing when there is none for this kind.
    """

    def __init__(self, kind: int, reason: str = "") -> None:
        super().__init__(reason)
        self.kind = kind


class Spool:
    """A binary writer that keeps what is written, up to a limit in bytes."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Keep a part; raises TooLargeError past the limit."""
        self._room -= len(part)
        if self._room < 0:
            raise TooLargeError
        self._parts.append(part)
        return len(part)

    def flush(self) -> None:
        """Do nothing: parts are kept at once."""

    def content(self) -> bytes:
        """Everything written."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


def write_results(results: Any, media_type: str | None, limit: int) -> bytes:
    """Write the answer to a SELECT or an ASK.

    Args:
        results: What pyoxigraph gave.
        media_type: The format; None when none is acceptable.
        limit: Bytes the answer may have.

    Raises:
        NotAcceptableError: No format is acceptable, or XML cannot hold the results.
        TooLargeError: It is larger.
    """
    if media_type is None:
        raise NotAcceptableError(RESULTS)
    spool, results_format = Spool(limit), QueryResultsFormat.from_media_type(media_type)
    results.serialize(spool, results_format)
    if results_format != QueryResultsFormat.XML:
        return spool.content()
    if not is_xml_text(spool.content()):
        raise NotAcceptableError(RESULTS, "XML cannot hold a character of these results")
    return keep_carriage_returns(spool.content())


def write_graph(
    triples: Iterable[Triple], media_type: str | None, limit: int, prefixes: Mapping[str, str]
) -> bytes:
    """Write the answer to a CONSTRUCT or a DESCRIBE.

    Args:
        triples: What is to be written.
        media_type: The format; None when none is acceptable.
        limit: Bytes the answer may have.
        prefixes: Prefixes for formats that have them.

    Raises:
        NotAcceptableError: No format is acceptable, or it cannot hold the triples.
        TooLargeError: It is larger.
    """
    if media_type is None:
        raise NotAcceptableError(GRAPH)
    spool, rdf_format = Spool(limit), RdfFormat.from_media_type(media_type)
    if rdf_format in (RdfFormat.RDF_XML, RdfFormat.JSON_LD):
        triples = _checked(triples, rdf_format)
    if media_type not in _WITH_PREFIXES:
        serialize(triples, spool, rdf_format)  # type: ignore[arg-type]
        return spool.content()
    serialize(triples, spool, rdf_format, prefixes=dict(prefixes))  # type: ignore[arg-type]
    if rdf_format == RdfFormat.RDF_XML:
        return keep_carriage_returns(spool.content())
    return _PREFIX_LINES.sub(_used_prefixes, spool.content(), count=1)


def _checked(triples: Iterable[Triple], rdf_format: RdfFormat) -> Iterator[Triple]:
    for triple in triples:
        if not fits(triple, rdf_format):
            raise NotAcceptableError(GRAPH, f"{rdf_format.name} cannot hold {triple}")
        yield triple


def _used_prefixes(lines: re.Match[bytes]) -> bytes:
    """Keep the prefixes that may be used, sorted, since the engine's order is not stable."""
    used = [
        line
        for line in sorted(lines.group().splitlines(keepends=True))
        if (name := _PREFIX_NAME.match(line)) and lines.string.find(name.group(1), lines.end()) >= 0
    ]
    return b"".join(used)
