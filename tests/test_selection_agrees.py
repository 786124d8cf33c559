"""Validations of parts make up the whole, on generated graphs, with both engines."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, reject, settings
from pyoxigraph import NamedNode, RdfFormat, Triple

import tipgraph
from tests.test_engines_agree import EX, PREFIXES, data, results, shapes
from tipgraph.errors import UsageError
from tipgraph.syntax import parse_rdf
from tipgraph.validation import ValidationReport
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import TARGET_NODE

# rdflib warns of the ill-typed literal.
pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:rdflib"),
    # Only said of generated shapes that are long.
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]
common = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def validated(
    data: list[Triple], shapes: list[Triple], engine: str, *, shape: str = "", focus: str = ""
) -> ValidationReport:
    try:
        return tipgraph.validate(
            data,
            shapes,
            engine=engine,
            shape=[shape] if shape else [],
            focus=[focus] if focus else [],
        )
    except UsageError as error:
        if "cannot do this" not in str(error):
            raise
        # It declines what it may get wrong; a test of each reason is in test_engines.py.
        reject()


def parsed(shapes: str) -> list[Triple]:
    return [quad.triple for quad in parse_rdf(PREFIXES + shapes, RdfFormat.TURTLE, "shapes")]


@common
@given(data=data(), shapes=shapes())
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_shape_by_shape(data: list[Triple], shapes: str, engine: str) -> None:
    graph = parsed(shapes)
    whole = results(validated(data, graph, engine).results)
    parts: Counter[tuple[object, ...]] = Counter()
    for name in {triple.subject for triple in graph}:
        if isinstance(name, NamedNode) and name.value.startswith(f"{EX}S"):
            parts += results(validated(data, graph, engine, shape=name.value).results)
    assert parts == whole


@common
@given(data=data(), shapes=shapes())
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_focus_node_by_focus_node(data: list[Triple], shapes: str, engine: str) -> None:
    graph = parsed(shapes)
    targeted = [node for _, node in ShapesTriples(graph).pairs(TARGET_NODE)]
    nodes = {node for triple in data for node in (triple.subject, triple.object)} | {*targeted}
    if any(not isinstance(node, NamedNode) for node in targeted):
        reject()
    parts: Counter[tuple[object, ...]] = Counter()
    for node in nodes:
        if isinstance(node, NamedNode):
            parts += results(validated(data, graph, engine, focus=node.value).results)
    whole = results(validated(data, graph, engine).results)
    # Results of literals and blank nodes have no part: they cannot be chosen.
    assert not parts - whole
    assert all(
        not isinstance(each[0], NamedNode) or parts[each] == count for each, count in whole.items()
    )
