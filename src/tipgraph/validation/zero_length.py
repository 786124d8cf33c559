"""Whether queries of shapes follow paths of no length from nodes that are not in the data.

In SPARQL 1.1 such a path leads from a term to itself wherever the term is from
(https://www.w3.org/TR/sparql11-query/#defn_PropertyPathExpr); the fast engine looks for it in the
data, where a node that `sh:targetNode` names may be missing.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tipgraph.namespaces import SH
from tipgraph.store.tokens import Token, tokens
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.shapes_triples import ShapesTriples

_ZERO_LENGTH: Final = (f"{SH}zeroOrMorePath", f"{SH}zeroOrOnePath")


def leaves_from_absent_nodes(data: RdfGraph, shapes: ShapesTriples) -> bool:
    """Whether a query may follow a path of no length from a node that is not in the data.

    Args:
        data: The data graph.
        shapes: The shapes graph.

    Raises:
        InputSyntaxError: A text of the data breaks the grammar of its format.
    """
    absent: set[object] = {node for _, node in shapes.pairs(f"{SH}targetNode")}
    if not absent or not _queries_with_such_paths(shapes):
        return False
    for triple in data.scan():
        absent -= {triple.subject, triple.object}
        if not absent:
            return False
    return True


def _queries_with_such_paths(shapes: ShapesTriples) -> bool:
    in_shapes = any(True for name in _ZERO_LENGTH for _ in shapes.pairs(name))
    for form in ("select", "ask"):
        for _, text in shapes.pairs(f"{SH}{form}"):
            query = list(tokens(text.value))
            if _has_such_path(query):
                return True
            if in_shapes and any(token.text[1:] == "PATH" for token in query):
                return True
    return False


def _has_such_path(query: Sequence[Token]) -> bool:
    """Whether an IRI or a group has a quantifier behind it that allows for nothing."""
    return any(
        second.text in ("*", "?") and (first.kind in ("iri", "name") or first.text in (")", "a"))
        for first, second in pairwise(query)
    )
