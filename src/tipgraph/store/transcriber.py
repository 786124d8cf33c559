"""Queries checked for an engine elsewhere, and its answers written in the formats of ours.

Workers run this, so it imports pyoxigraph, its sibling and the standard library alone.
"""

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    parse_query_results,
)

from tipgraph.store.serialiser import GRAPH, RESULTS, write_graph, write_results

# Begins an IRI that stands for a variable in the template of a CONSTRUCT; its number follows.
PLACEHOLDER: Final = "urn:tipgraph:variable:"

# Virtuoso gives a blank node the form of an IRI, a boolean that of a number, and the answer to an
# ASK that of a table.
_BLANK_NODE: Final = re.compile(rb'("bnode"\s*,\s*"value"\s*:\s*")nodeID://')
_BOOLEAN: Final = re.compile(
    rb'("typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": ")([01])"'
)
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
            request: Query and base IRI; or answers in the JSON format of results (more than one
                for a graph alone), whether they are to be truth values, the template that their
                rows fill with the names of its variables (None when the rows are the answer), its
                base IRI, the media type that is wanted, and the limit in bytes.

        Returns:
            Kind of answer, its bytes (none for a query), and the time at which it was read.

        Raises:
            MalformedError: The answer is not what it should be.
        """
        if len(request) == 2:
            text, base_iri = request
            # Over nothing, so that it is parsed and planned and finds nothing.
            answer = self._nothing.query(text, base_iri=base_iri)
            return GRAPH if isinstance(answer, QueryTriples) else RESULTS, b"", time.perf_counter()
        bodies, truth, template, base_iri, media_type, limit = request
        answers = [read_answer(body, truth) for body in bodies]
        ready = time.perf_counter()
        try:
            if template is None:
                return RESULTS, write_results(answers[0], media_type, limit), ready
            # Each triple once, as in any graph.
            triples = dict.fromkeys(self._filled(template, base_iri, answers))
            return GRAPH, write_graph(triples, media_type, limit, self._prefixes), ready
        except SyntaxError as error:
            raise MalformedError(error.msg) from error

    def _filled(
        self, template: tuple[str, Sequence[str]], base_iri: str, answers: Sequence[Any]
    ) -> Iterator[Triple]:
        """The triples that a template makes of the rows of answers."""
        text, variables = template
        pattern: list[Any] = list(self._nothing.query(text, base_iri=base_iri))  # type: ignore[arg-type]
        for number, rows in enumerate(answers):
            # A label names the same blank node in one answer, and another one in the next.
            suffix = f"x{number}" if len(answers) > 1 else ""
            for row in rows:
                filler = _Filler(row, variables, suffix)
                for triple in pattern:
                    try:
                        yield filler.filled(triple)
                    except TypeError:
                        # A variable is unbound, or its value cannot stand there: SPARQL, 16.2.
                        continue


class _Filler:
    """Puts the values of a row into a template, whose blank nodes are new ones in each row.

    Args:
        row: The row.
        variables: Names of the variables, by the number of their placeholder.
        suffix: Comes after the labels of blank nodes in the row.
    """

    def __init__(self, row: QuerySolution, variables: Sequence[str], suffix: str) -> None:
        self._row = row
        self._variables = variables
        self._suffix = suffix
        self._blank: dict[str, BlankNode] = {}

    def filled(self, term: Any) -> Any:
        """A term, or a triple, of the template with the values of the row."""
        if isinstance(term, Triple):
            return Triple(*(self.filled(part) for part in term))
        if isinstance(term, NamedNode) and term.value.startswith(PLACEHOLDER):
            number = int(term.value.removeprefix(PLACEHOLDER))
            value = self._row[self._variables[number]]
            if self._suffix and isinstance(value, BlankNode):
                return BlankNode(value.value + self._suffix)
            return value
        if isinstance(term, BlankNode):
            return self._blank.setdefault(term.value, BlankNode())
        return term


def read_answer(body: bytes, truth: bool = False) -> QueryBoolean | QuerySolutions:
    """Read an answer in the JSON format of results.

    Args:
        body: The answer.
        truth: Whether it is to be a truth value.

    Raises:
        MalformedError: It is not what it should be.
    """
    json = QueryResultsFormat.JSON
    try:
        body = _BOOLEAN.sub(_as_boolean, _BLANK_NODE.sub(rb"\1", body))
        results = parse_query_results(body, format=json)
    except SyntaxError as error:
        raise MalformedError(error.msg) from error
    if isinstance(results, QuerySolutions):
        if not truth:
            return results
        if [variable.value for variable in results.variables] != [_TRUTH]:
            raise MalformedError("a truth value was asked for, and it holds solutions")
        found = b"true" if list(results) else b"false"
        return parse_query_results(b'{"head":{},"boolean":%s}' % found, format=json)
    if not truth:
        raise MalformedError("solutions were asked for, and it holds a truth value")
    return results


def _as_boolean(found: re.Match[bytes]) -> bytes:
    return found.group(1) + (b'true"' if found.group(2) == b"1" else b'false"')
