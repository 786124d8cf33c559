"""A report as RDF: the graph that SHACL defines and nothing else."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, serialize

from tipgraph.errors import NotAcceptableError
from tipgraph.formats import JSON_LD, N_TRIPLES, TURTLE, Format, media_types
from tipgraph.namespaces import PREFIXES
from tipgraph.representable import fits, keep_carriage_returns
from tipgraph.turtle import write_turtle
from tipgraph.validation.formats.wording import clipped, visible_line

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

# Results; the canonical layout of more takes long.
_READABLE: Final = 1_000
_NAMESPACES: Final = re.compile(r"(?: xmlns:[^=]+=\"[^\"]*\")+")


def report_turtle(report: "ValidationReport", _language: str = "en") -> str:
    """Write a report as Turtle: in canonical layout, or plainly if nobody will read all of it."""
    if len(report.results) <= _READABLE:
        return write_turtle(report.triples)
    head: list[str] = []
    body: list[str] = []
    for line in _serialized(report, RdfFormat.TURTLE).splitlines(keepends=True):
        (head if line.startswith("@prefix ") and not body else body).append(line)
    # The engine declares prefixes in another order each time.
    return "".join([*sorted(head), "\n", *body])


def report_n_triples(report: "ValidationReport", _language: str = "en") -> str:
    """Write a report as N-Triples."""
    return _serialized(report, RdfFormat.N_TRIPLES)


def report_json_ld(report: "ValidationReport", _language: str = "en") -> str:
    """Write a report as JSON-LD.

    Raises:
        NotAcceptableError: It has a triple term, which JSON-LD cannot hold.
    """
    _check(report, RdfFormat.JSON_LD, (TURTLE, N_TRIPLES))
    return _serialized(report, RdfFormat.JSON_LD)


def report_rdf_xml(report: "ValidationReport", _language: str = "en") -> str:
    """Write a report as RDF/XML.

    Raises:
        NotAcceptableError: It has a text or a property that RDF/XML cannot hold.
    """
    _check(report, RdfFormat.RDF_XML, (TURTLE, JSON_LD, N_TRIPLES))
    body = keep_carriage_returns(_serialized(report, RdfFormat.RDF_XML).encode()).decode()
    # The engine declares namespaces in another order each time.
    return _NAMESPACES.sub(
        lambda found: " " + " ".join(sorted(found.group().split())),
        body,
        count=1,
    )


def _serialized(report: "ValidationReport", rdf_format: RdfFormat) -> str:
    body = serialize(sorted(report.triples, key=str), format=rdf_format, prefixes=dict(PREFIXES))
    assert body is not None  # noqa: S101  # it was not to be written to a file
    return body.decode()


def _check(report: "ValidationReport", rdf_format: RdfFormat, others: Sequence[Format]) -> None:
    for triple in report.triples:
        if not fits(triple, rdf_format):
            shown = clipped(visible_line(str(triple)))
            raise NotAcceptableError(f"{rdf_format.name} cannot hold {shown}", media_types(others))
