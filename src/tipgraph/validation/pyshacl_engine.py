"""The reference SHACL engine: the only module that imports pyshacl."""

from collections.abc import Iterable

import pyshacl
import rdflib
from pyoxigraph import Quad, Triple
from pyparsing import ParseException
from pyshacl.errors import ReportableRuntimeError

from tipgraph.errors import TipgraphError
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.validation.report import ValidationReport


def validate(data: Iterable[Triple | Quad], shapes: Iterable[Triple | Quad]) -> ValidationReport:
    """Validate data against shapes (SHACL Core and SHACL-SPARQL), without any inference.

    Args:
        data: The data graph; the graph names of quads are disregarded.
        shapes: The shapes graph, likewise.

    Raises:
        TipgraphError: The engine failed, for instance on an ill-formed shape or query.
    """
    # Both graphs are made for this one call: pyshacl adds triples to the graphs it is given.
    try:
        _, report, _ = pyshacl.validate(
            to_rdflib(data), shacl_graph=to_rdflib(shapes), inplace=True, do_owl_imports=False
        )
    except (ReportableRuntimeError, ParseException) as error:
        raise TipgraphError(f"validation failed: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise TipgraphError(f"validation failed: {report}")
    return ValidationReport.from_triples(from_rdflib(report))
