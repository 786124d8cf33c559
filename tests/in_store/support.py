"""A server that tests fill, and the reports on what it holds."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import httpx
import pytest
from pyoxigraph import Quad, RdfFormat, Triple, serialize
from typer.testing import CliRunner

import tipgraph
from tests.manifest import rows
from tests.service import NO_CERTIFICATES, PATIENCE
from tests.test_shacl_suite import FOLDER
from tipgraph.cli import app
from tipgraph.store.remote import RemoteStore
from tipgraph.syntax import parse_rdf
from tipgraph.validation import ValidationReport, ValidationResult

G: Final = "http://example.org/graph"


class Server:
    """An Oxigraph server, with one graph that each test fills anew.

    Args:
        endpoint: Its address for queries.
    """

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def fill(self, triples: Iterable[Triple | Quad]) -> None:
        answer = httpx.put(
            self.endpoint.removesuffix("/query") + "/store",
            params={"graph": G},
            content=serialize(
                (each.triple if isinstance(each, Quad) else each for each in triples),
                format=RdfFormat.N_TRIPLES,
            ),
            headers={"Content-Type": "application/n-triples"},
            timeout=PATIENCE,
            verify=NO_CERTIFICATES,
        )
        assert answer.is_success, answer.text


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    result = CliRunner().invoke(app, ["validate", *arguments])
    return result.exit_code, result.stdout, result.stderr


def results(
    found: Iterable[ValidationResult], *, messages: bool = True
) -> Counter[tuple[object, ...]]:
    """All that results say, with their causes; blank nodes count as equal.

    Args:
        found: The results.
        messages: Whether the messages count; where shapes have none, engines make their own.
    """
    return Counter(
        (
            *next(iter(rows(ValidationReport(False, (result,), ())))),
            result.result_message if messages else None,
            result.shape_position,
            frozenset(results(result.detail, messages=messages).items()),
        )
        for result in found
    )


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the suite is not at hand in ../shared/w3c")
@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
def compare(server: Server, store: RemoteStore, data: str, shapes: str) -> ValidationReport:
    """The report on a store of what a file gives the same results for."""
    triples = list(parse_rdf(data, RdfFormat.TURTLE, "data"))
    asked = list(parse_rdf(shapes, RdfFormat.TURTLE, "shapes"))
    server.fill(triples)
    found = tipgraph.validate(store, asked, graph=G)
    assert results(found.results) == results(tipgraph.validate(triples, asked).results)
    return found
