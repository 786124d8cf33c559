"""What a query gives a Python program: solutions, a truth value or triples, as pyoxigraph terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from tipgraph.errors import ResultTooLargeError
from tipgraph.frames import data_frame
from tipgraph.namespaces import PREFIXES, XSD

if TYPE_CHECKING:
    import pandas

_SHOWN: Final = 100
_CONVERSIONS: Final[dict[str, type]] = {
    f"{XSD}integer": int,
    f"{XSD}nonNegativeInteger": int,
    f"{XSD}positiveInteger": int,
    f"{XSD}int": int,
    f"{XSD}long": int,
    f"{XSD}decimal": float,
    f"{XSD}double": float,
    f"{XSD}float": float,
}
# How triple terms end, in JSON and in N-Triples, that are nested a thousand deep; somewhat deeper
# ones overflow the stack of whoever reads them, which ends the process.
_DEEP: Final = (b"}}" * 1000, b" )>>" * 1000)
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


class Solutions(Sequence[QuerySolution]):
    """The solutions of a SELECT query, in order: rows of pyoxigraph terms.

    >>> [row["group"] for row in store.query("SELECT ?group WHERE { ... }")]  # doctest: +SKIP
    """

    def __init__(self, variables: Sequence[str], rows: Sequence[QuerySolution]) -> None:
        self.variables = tuple(variables)
        self._rows = tuple(rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame: numbers and booleans as such, IRIs and texts as str.

        Raises:
            UsageError: pandas is not installed.
        """
        rows = [[_value(term) for term in row] for row in self._rows]
        return data_frame(rows, self.variables)

    def __repr__(self) -> str:
        return f"<Solutions of {', '.join(self.variables)}: {len(self)} rows>"

    def _repr_html_(self) -> str:
        rows = ([shown(term) for term in row] for row in self._rows[:_SHOWN])
        return _table(self.variables, rows, len(self))


class Triples(Sequence[Triple]):
    """The triples that a CONSTRUCT or DESCRIBE query makes, each once."""

    def __init__(self, triples: Sequence[Triple]) -> None:
        self._triples = tuple(triples)

    def __getitem__(self, index: Any) -> Any:
        return self._triples[index]

    def __len__(self) -> int:
        return len(self._triples)

    def __repr__(self) -> str:
        return f"<Triples: {len(self)}>"

    def _repr_html_(self) -> str:
        rows = ([shown(term) for term in triple] for triple in self._triples[:_SHOWN])
        return _table(("subject", "predicate", "object"), rows, len(self))


def read_results(body: bytes) -> Solutions | bool:
    """Read an answer in the JSON results format.

    Raises:
        ResultTooLargeError: A text in it is too long for the engine's parser, or triple terms are
            nested too deeply.
    """
    with _readable(body):
        answer = parse_query_results(body, format=QueryResultsFormat.JSON)
        if isinstance(answer, QueryBoolean):
            return bool(answer)
        assert isinstance(answer, QuerySolutions)  # noqa: S101  # the only other kind
        return Solutions([variable.value for variable in answer.variables], list(answer))


def read_graph(body: bytes) -> Triples:
    """Read an answer in N-Triples.

    Raises:
        ResultTooLargeError: A text in it is too long for the engine's parser, or triple terms are
            nested too deeply.
    """
    with _readable(body):
        quads = parse(body, format=RdfFormat.N_TRIPLES)
        return Triples(list(dict.fromkeys(quad.triple for quad in quads)))


@contextmanager
def _readable(body: bytes) -> Iterator[None]:
    """Say what is wrong where the parser's buffer, of 16 MiB, or its stack would not do."""
    if any(end in body for end in _DEEP):
        raise ResultTooLargeError("triple terms in the answer are nested too deeply to be read")
    try:
        yield
    except MemoryError as error:
        raise ResultTooLargeError(
            "a text in the answer is too long to be read for this; as CSV, or in the dumps, it can "
            "be had"
        ) from error


def _value(term: Any) -> object:
    """A term as a plain Python value; None where a row has no value."""
    if not isinstance(term, Literal):
        return None if term is None else getattr(term, "value", str(term))
    if term.datatype.value == f"{XSD}boolean":
        return _BOOLEANS.get(term.value, term.value)
    convert = _CONVERSIONS.get(term.datatype.value)
    try:
        return convert(term.value) if convert else term.value
    except ValueError:
        return term.value


def shown(term: Any) -> str:
    """A term as people write it: prefixed names, bare text."""
    if isinstance(term, NamedNode):
        for prefix, namespace in PREFIXES.items():
            if term.value.startswith(namespace):
                return f"{prefix}:{term.value[len(namespace) :]}"
        return f"<{term.value}>"
    if isinstance(term, Literal):
        return f"{term.value}@{term.language}" if term.language else term.value
    return "" if term is None else str(term)


def _table(head: Sequence[str], rows: Iterator[list[str]], total: int) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    more = f"<p>{total - _SHOWN} more rows</p>" if total > _SHOWN else ""
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{more}"
