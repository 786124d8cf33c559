"""`python -m tipgraph.validation`: what `PendingReport` runs as a process of its own.

Reads N-Quads from standard input, the shapes in the graph named SHAPES and all else as data, and
writes the report to standard output as N-Triples.
"""

import sys

from pyoxigraph import RdfFormat, parse, serialize

from tipgraph.errors import TipgraphError
from tipgraph.validation.process import SHAPES
from tipgraph.validation.pyshacl_engine import validate


def main() -> None:
    """Validate what standard input holds."""
    quads = list(parse(sys.stdin.buffer, RdfFormat.N_QUADS))
    shapes = [quad for quad in quads if quad.graph_name == SHAPES]
    data = [quad for quad in quads if quad.graph_name != SHAPES]
    try:
        report = validate(data, shapes)
    except TipgraphError as error:
        sys.exit(str(error))
    serialize(report.triples, sys.stdout.buffer, RdfFormat.N_TRIPLES)


if __name__ == "__main__":
    main()
