"""The reference SHACL engine: the only module that imports pyshacl."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import pyshacl
import rdflib
from pyoxigraph import Quad, Store, Triple
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from tipgraph.errors import TipgraphError
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.extensions import extension_components
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.shapes_triples import ShapesTriples


class _DataGraph(rdflib.Graph):
    """A data graph that parses each query once.

    pyshacl asks the same text again for every focus node, and parsing is most of what that costs.
    """

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        graph = to_rdflib(triples)
        super().__init__(store=graph.store, identifier=graph.identifier)
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> Result:
        if isinstance(query_object, str):
            if query_object not in self._prepared:
                _check_syntax(query_object)
                self._prepared[query_object] = prepareQuery(query_object)
            query_object = self._prepared[query_object]
        return super().query(query_object, *args, **options)


def _check_syntax(query: str) -> None:
    """Refuse a query that is not SPARQL: rdflib tells an undeclared prefix by a bare Exception."""
    try:
        Store().query(query)
    except SyntaxError as error:
        reason = f"the query of a shape is not SPARQL: {error.msg}"
        raise TipgraphError(f"validation failed: {reason}") from error


def engine_name() -> str:
    """The engine's name and version."""
    return f"pyshacl {version('pyshacl')}"


def validate(data: RdfGraph, shapes: RdfGraph) -> ValidationReport:
    """Validate data against shapes (SHACL Core and SHACL-SPARQL), without any inference.

    Args:
        data: The data graph.
        shapes: The shapes graph.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
        TipgraphError: The engine failed, for instance on an ill-formed shape or query.
    """
    # Both graphs are made for this one call: pyshacl adds triples to the graphs it is given.
    graph = ShapesTriples(shapes.triples)
    relative, components = graph.relative_prefixes(), extension_components(graph)
    usable = [
        triple
        for triple in shapes.triples
        if triple.object not in relative and triple.subject not in components
    ]
    graphs = _DataGraph(data.triples), to_rdflib(usable)
    try:
        _, report, _ = pyshacl.validate(
            graphs[0], shacl_graph=graphs[1], inplace=True, do_owl_imports=False
        )
    except (MemoryError, TipgraphError):
        raise
    except Exception as error:
        # pyshacl fails on values that cannot be compared by a TypeError, and RDFLib on a query with
        # a GRAPH by a bare Exception.
        raise TipgraphError(f"validation failed: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise TipgraphError(f"validation failed: {report}")
    return ValidationReport.from_triples(from_rdflib(report), engine=engine_name())
