"""Queries checked for an engine elsewhere, and its answers written in the formats of ours.

Workers run this, so it imports pyoxigraph, its sibling and the standard library alone.
"""

import re
import time
from collections.abc import Iterable
from typing import Any, Final

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from tipgraph.store.serialiser import GRAPH, RESULTS, write_graph, write_results

# Virtuoso gives a blank node the form of an IRI, and a truth value that of a table.
_BLANK_NODE: Final = re.compile(rb'("bnode"\s*,\s*"value"\s*:\s*")nodeID://')
_TRUTH: Final = "__ASK_RETVAL"


class MalformedError(Exception):
    """An answer that is not what it should be; says what it is instead."""


class Transcriber:
    """Checks queries, and reads the answers that another engine gave to them.

    Args:
        prefixes: Prefixes for formats that have them.
    """

    def __init__(self, *, prefixes: dict[str, str]) -> None:
        self._prefixes = prefixes
        self._nothing = Store()

    def evaluate(self, request: tuple[Any, ...]) -> tuple[int, bytes, float]:
        """Check a query, or write an answer.

        Args:
            request: Query and base IRI; or whether a truth value was asked for (None when a graph
                was), the body and its media type, the media type that is wanted, and the limit in
                bytes.

        Returns:
            Kind of answer, its bytes (none for a query), and the time at which it was read.

        Raises:
            MalformedError: The body is not what it should be.
        """
        if len(request) == 2:
            text, base_iri = request
            # Over nothing, so that it is parsed and planned and finds nothing.
            answer = self._nothing.query(text, base_iri=base_iri)
            return GRAPH if isinstance(answer, QueryTriples) else RESULTS, b"", time.perf_counter()
        truth, body, media_type, wanted, limit = request
        try:
            if truth is None:
                triples = _triples(body, media_type)
                ready = time.perf_counter()
                return GRAPH, write_graph(triples, wanted, limit, self._prefixes), ready
            results = _results(body, truth)
            ready = time.perf_counter()
            return RESULTS, write_results(results, wanted, limit), ready
        except SyntaxError as error:
            raise MalformedError(error.msg) from error


def _triples(body: bytes, media_type: str) -> Iterable[Triple]:
    """The triples of a graph, each once."""
    quads = parse(body, format=RdfFormat.from_media_type(media_type))
    return dict.fromkeys(quad.triple for quad in quads)


def _results(body: bytes, truth: bool) -> QueryBoolean | QuerySolutions:
    json = QueryResultsFormat.JSON
    results = parse_query_results(_BLANK_NODE.sub(rb"\1", body), format=json)
    if isinstance(results, QuerySolutions):
        if not truth:
            return results
        if [variable.value for variable in results.variables] != [_TRUTH]:
            raise MalformedError("a truth value was asked for, and it holds solutions")
        found = b"true" if list(results) else b"false"
        results = parse_query_results(b'{"head":{},"boolean":%s}' % found, format=json)
    elif not truth:
        raise MalformedError("solutions were asked for, and it holds a truth value")
    return results
