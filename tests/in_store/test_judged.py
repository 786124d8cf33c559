"""Queries of shapes that only tell whether nodes conform to them are evaluated in the store."""

from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple

import tipgraph
from tests.in_store.support import G, Server, compare, results
from tests.reports import EX, PREFIXES
from tests.test_engines_agree import PATH_QUERIES, QUERIES, classes, names, plain_paths, sparql
from tests.test_engines_agree import PREFIXES as GENERATED
from tests.test_engines_agree import data as generated_data
from tests.test_engines_agree import targets as generated_targets
from tipgraph.errors import UsageError
from tipgraph.store.remote import RemoteStore
from tipgraph.syntax import parse_rdf

LISTS: Final = ("and", "or", "xone")
OF_NODES: Final = st.one_of(
    st.sampled_from(QUERIES).map(sparql), classes.map("sh:class {}".format)
).map("[ {} ]".format)
# A store knows no path of no length from a node that is not in its data.
OF_PROPERTIES: Final = st.builds(
    "[ sh:path {} ; {} ]".format,
    plain_paths.filter(lambda path: "sh:zeroOr" not in path),
    st.sampled_from([*PATH_QUERIES, *QUERIES]).map(sparql),
)


def referring(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Shapes that refer to others; pySHACL does not take property shapes for sh:node."""
    either = st.one_of(inner, OF_PROPERTIES)
    return st.one_of(
        either.map("[ sh:not {} ]".format),
        inner.map("[ sh:node {} ]".format),
        OF_PROPERTIES.map("[ sh:property {} ]".format),
        st.builds("[ sh:property [ sh:path {} ; sh:node {} ] ]".format, names, inner),
        st.builds("[ sh:{} ( {} {} ) ]".format, st.sampled_from(LISTS), either, either),
        st.builds(
            "[ sh:property [ sh:path {} ; sh:qualifiedValueShape {} ; sh:{} 1 ] ]".format,
            names,
            inner,
            st.sampled_from(["qualifiedMinCount", "qualifiedMaxCount"]),
        ),
    )


JUDGED: Final = st.builds(
    "{} ; sh:{} {}".format,
    generated_targets,
    st.sampled_from(["node", "not"]),
    st.recursive(OF_NODES, referring, max_leaves=4),
)


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("sh:node ex:Quiet", 1),
        ("sh:not ex:Quiet", 2),
        ("sh:property [ sh:path ex:to ; sh:node ex:Quiet ]", 3),
        ("sh:property [ sh:path ex:to ; sh:not ex:Quiet ]", 2),
        ("sh:property [ sh:path ex:to ; sh:node [ sh:property ex:Named ] ]", 2),
        ("sh:property [ sh:path ex:to ; sh:node ex:Named ]", 2),
        ("sh:property [ sh:path ex:to ; sh:or ( ex:Quiet [ sh:nodeKind sh:Literal ] ) ]", 2),
        ("sh:property [ sh:path ex:to ; sh:or ( ex:Named [ sh:class ex:Sea ] ) ]", 2),
        ("sh:property [ sh:path ex:to ; sh:xone ( ex:Quiet ex:Named ) ]", 4),
        ("sh:property [ sh:path ex:to ; sh:and ( ex:Quiet ex:Named ) ]", 3),
        (
            "sh:property [ sh:path ex:to ; sh:qualifiedValueShape ex:Quiet ;"
            " sh:qualifiedMinCount 1 ]",
            1,
        ),
        (
            "sh:property [ sh:path ex:to ; sh:qualifiedValueShape ex:Named ;"
            " sh:qualifiedMaxCount 0 ]",
            2,
        ),
        ("sh:property [ sh:path ( ex:to ex:to ) ; sh:node [ sh:node ex:Quiet ] ]", 4),
        ("sh:property [ sh:path ex:to ; sh:deactivated true ; sh:node ex:Quiet ]", 0),
        ("sh:node [ sh:deactivated true ; sh:node ex:Quiet ]", 0),
        ("sh:node [ sh:not [ sh:not ex:Named ] ]", 1),
        ("sh:property [ sh:path ex:to ; sh:node ex:Quiet, ex:Short ]", 7),
    ],
)
def test_queries_that_tell_whether_nodes_conform(
    server: Server, store: RemoteStore, shape: str, count: int
) -> None:
    text = (
        f'{PREFIXES} ex:cor a ex:River ; ex:name "Cor" ; ex:to ex:bly , ex:dun .'
        'ex:bly a ex:River ; ex:name "BLY", "B" ; ex:to ex:cor , "NO" .'
        'ex:dun a ex:River ; ex:name "Dun" ; ex:to ex:bly .'
    )
    shapes = (
        f"{PREFIXES} ex:RiverShape sh:targetClass ex:River ; {shape} .\n"
        'ex:Quiet sh:sparql [ sh:message "{$this} is told as {?value}" ; sh:select '
        f'"SELECT $this ?value {{ $this <{EX}name> ?value FILTER(UCASE(?value) = ?value) }}" ] ,'
        '[ sh:message "no text" ; sh:select "SELECT $this { FILTER(isLiteral($this)) }" ] .'
        "ex:Short sh:severity sh:Warning ; sh:sparql [ sh:select "
        f'"SELECT $this ?value {{ $this <{EX}name> ?value FILTER(STRLEN(?value) = 3) }}" ] .'
        'ex:Named sh:path ex:name ; sh:sparql [ sh:message "Do not shout {?value}" ; sh:select '
        '"SELECT $this ?value { $this $PATH ?value FILTER(UCASE(?value) = ?value) }" ] .'
    )
    assert len(compare(server, store, text, shapes).results) == count


def test_a_shape_that_is_applied_and_judged_by(server: Server, store: RemoteStore) -> None:
    text = f"{PREFIXES} ex:cor a ex:River ; ex:name 'C' . ex:bly a ex:River ."
    shapes = (
        f"{PREFIXES} ex:RiverShape sh:targetClass ex:River ; sh:property ex:Named ;"
        " sh:not ex:Named ;"
        " sh:or ( [ sh:sparql ex:Told ] [ sh:sparql ex:Told ; sh:not [ sh:sparql ex:Told ] ] ) ."
        "ex:Named sh:path ex:name ; sh:sparql ex:Told ."
        f'ex:Told sh:select "SELECT $this {{ FILTER NOT EXISTS {{ $this <{EX}name> ?name }} }}" .'
    )
    assert len(compare(server, store, text, shapes).results) == 3


def test_nodes_without_names_cannot_be_told_apart(server: Server, store: RemoteStore) -> None:
    server.fill(parse_rdf(f"{PREFIXES} ex:cor a ex:River ; ex:to [ ] .", RdfFormat.TURTLE, "data"))
    text = (
        f"{PREFIXES} ex:RiverShape sh:targetClass ex:River ; "
        "sh:property [ sh:path ex:to ; sh:not [ sh:sparql ex:Told ] ] ."
        f'ex:Told sh:select "SELECT $this {{ FILTER NOT EXISTS {{ $this <{EX}name> ?name }} }}" .'
    )
    with pytest.raises(UsageError, match="Told> of the shape without a name finds nodes"):
        tipgraph.validate(store, list(parse_rdf(text, RdfFormat.TURTLE, "shapes")), graph=G)


@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=generated_data(), shapes=st.lists(JUDGED, min_size=1, max_size=2))
def test_on_generated_graphs(
    server: Server, store: RemoteStore, data: list[Triple], shapes: list[str]
) -> None:
    text = "\n".join(f"ex:S{number} {each} ." for number, each in enumerate(shapes))
    quads = list(parse_rdf(GENERATED + text, RdfFormat.TURTLE, "shapes"))
    server.fill(data)
    try:
        found = tipgraph.validate(store, quads, graph=G)
    except UsageError as error:
        assert "finds nodes without names" in str(error)
        return
    expected = tipgraph.validate(data, quads)
    compared = (results(each.results, messages=False) for each in (found, expected))
    assert next(compared) == next(compared)
