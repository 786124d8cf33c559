"""The one prefix list, the same in the package and in RDF, and the short form of IRIs by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_ONTOLOGY, PREFIXES, SH, TIP, shorten

ONTOLOGY = NamedNode("https://w3id.org/tipgraph/ontology")


def _values(quads: list[Quad], predicate: str) -> dict[object, str]:
    return {
        quad.subject: quad.object.value
        for quad in quads
        if quad.predicate == NamedNode(f"{SH}{predicate}") and isinstance(quad.object, Literal)
    }


def test_prefixes_are_those_declared_on_the_ontology() -> None:
    quads = read_shipped(GRAPH_ONTOLOGY)
    prefixes, namespaces = _values(quads, "prefix"), _values(quads, "namespace")
    declared = [
        quad.object
        for quad in quads
        if quad.subject == ONTOLOGY and quad.predicate == NamedNode(f"{SH}declare")
    ]
    assert {prefixes[node]: namespaces[node] for node in declared} == dict(PREFIXES)
    assert len(declared) == len(PREFIXES)


def test_no_two_prefixes_mean_the_same() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (f"{TIP}VictimGroup", "tip:VictimGroup"),
        ("https://w3id.org/tipgraph/claim/nk/s02-04", "claim:s02-04"),
        (TIP, "tip:"),
        ("https://example.org/a", "<https://example.org/a>"),
        (f"{TIP}a/b", f"<{TIP}a/b>"),
        (f"{TIP}a.", f"<{TIP}a.>"),
    ],
)
def test_shorten(iri: str, short: str) -> None:
    assert shorten(iri) == short


def test_shorten_takes_the_longest_namespace() -> None:
    nested = {"a": "https://example.org/", "b": "https://example.org/b/"}
    assert shorten("https://example.org/b/c", nested) == "b:c"


@given(st.sampled_from(list(PREFIXES.values())), st.text(st.characters(codec="ascii"), max_size=8))
def test_the_short_form_is_turtle_for_the_same_iri(namespace: str, name: str) -> None:
    iri = f"{namespace}{name}"
    short = shorten(iri)
    if short.startswith("<"):
        assert short == f"<{iri}>"
        return
    declared = "".join(f"@prefix {p}: <{i}> .\n" for p, i in PREFIXES.items())
    (quad,) = parse(f"{declared}{short} a {short} .", RdfFormat.TURTLE)
    assert quad.triple == Triple(
        NamedNode(iri),
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        NamedNode(iri),
    )
