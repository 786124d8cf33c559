"""Validation in a process of its own, so that other work can go on beside it."""

import subprocess
import sys
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import Final, Self

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from tipgraph.errors import TipgraphError
from tipgraph.validation.report import ValidationReport

SHAPES: Final = NamedNode("urn:shapes")


class PendingReport:
    """A validation that has begun; leaving the context ends it if it is not wanted any more.

    Args:
        data: The data graph.
        shapes: The shapes graph.
    """

    def __init__(self, data: Iterable[Triple], shapes: Iterable[Triple]) -> None:
        quads = [Quad(triple.subject, triple.predicate, triple.object) for triple in data]
        quads += [Quad(each.subject, each.predicate, each.object, SHAPES) for each in shapes]
        with TemporaryFile() as given:
            serialize(quads, given, RdfFormat.N_QUADS)
            given.seek(0)
            self._process = subprocess.Popen(  # our own module
                [sys.executable, "-m", "tipgraph.validation"],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )

    def report(self) -> ValidationReport:
        """Wait for the report.

        Raises:
            TipgraphError: The engine failed.
        """
        written, failure = self._process.communicate()
        if self._process.returncode:
            raise TipgraphError(failure.decode(errors="replace").strip())
        triples = [quad.triple for quad in parse(written, RdfFormat.N_TRIPLES)]
        return ValidationReport.from_triples(triples)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
