"""Statistics at /statistics: what queries may name, with counts and labels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import Quad, RdfFormat, Store, parse

from tests.service import EX, serving, write_snapshot
from tipgraph import void
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import PREFIXES

OF_ONE_S_OWN = f"""
PREFIX vann: <http://purl.org/vocab/vann/>
PREFIX graph: <https://w3id.org/tipgraph/graph/>
graph:ontology {{
  <{EX}> vann:preferredNamespacePrefix "lake", "tip" ; vann:preferredNamespaceUri "{EX}" .
}}
graph:data {{ <{EX}x> a <{EX}Lake>, <{EX}not/plain> ; <{EX}depth> 7, 8 }}
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a service over data whose ontology names a prefix for itself."""
    snapshot = write_snapshot(tmp_path / "own", list(parse(OF_ONE_S_OWN, RdfFormat.TRIG)))
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        yield client


def statistics(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/statistics")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def counts(client: httpx.Client, query: str) -> dict[str, int]:
    """What a query counts, by IRI."""
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    return {row["term"]["value"]: int(row["n"]["value"]) for row in rows}


def test_every_class_and_property_is_counted_as_queries_count_it(client: httpx.Client) -> None:
    found = statistics(client)
    for kind, counted, query in (
        ("classes", "entities", "SELECT ?term (COUNT(DISTINCT ?s) AS ?n) { ?s a ?term }"),
        ("properties", "triples", "SELECT ?term (COUNT(*) AS ?n) { ?s ?term ?o }"),
    ):
        given = {each["iri"]: each[counted] for each in found[kind]}
        assert given == counts(client, f"{query} GROUP BY ?term")
        assert f"{EX}Water" in given or f"{EX}flowsInto" in given


def test_the_most_used_come_first(client: httpx.Client) -> None:
    found = statistics(client)
    for kind, counted in (("classes", "entities"), ("properties", "triples")):
        numbers = [each[counted] for each in found[kind]]
        assert numbers == sorted(numbers, reverse=True)
    assert found["properties"][0]["iri"] == f"{EX}number"


def test_terms_have_their_labels_or_none(client: httpx.Client) -> None:
    found = statistics(client)
    labels = {each["iri"]: each["label"] for each in found["classes"] + found["properties"]}
    assert labels[f"{EX}Water"] == "water"
    assert labels[f"{EX}flowsInto"] == "flows into"
    assert labels[f"{EX}length"] is None


@pytest.mark.parametrize("union", [True, False])
def test_what_a_build_counted_is_what_queries_count(tmp_path: Path, union: bool) -> None:
    data = tmp_path / "own.trig"
    data.write_text(f"{OF_ONE_S_OWN} <{EX}y> a <{EX}Sea> ; <{EX}depth> 7 .", encoding="utf-8")
    snapshot = build(Inputs((data,), union_default_graph=union), tmp_path / "cache").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        counted = statistics(client)
    assert len(counted["classes"]) == (3 if union else 1)
    snapshot.statistics_path.unlink()
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        assert statistics(client) == counted


def test_what_a_build_counted_is_not_counted_again(tmp_path: Path) -> None:
    data = list(parse(f"<{EX}x> a <{EX}Lake> .", RdfFormat.TURTLE))
    snapshot = write_snapshot(tmp_path / "own", data)
    other = Store()
    other.extend([*data, *(Quad(each.object, each.predicate, each.object) for each in data)])
    void.write_description(other, void.count(other), snapshot.statistics_path)
    with serving(snapshot.path, workers=1, base_iri=EX) as live, live.client() as client:
        found = statistics(client)["classes"]
    assert [(each["iri"], each["entities"]) for each in found] == [(f"{EX}Lake", 2)]


def test_names_can_be_put_into_a_query(own: httpx.Client) -> None:
    found = statistics(own)
    names = {each["name"]: each["entities"] for each in found["classes"]}
    assert names == {"lake:Lake": 1, f"<{EX}not/plain>": 1}
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in found["prefixes"].items())
    for name, number in names.items():
        query = f"{prologue}SELECT ?term (COUNT(*) AS ?n) {{ ?x a {name}, ?term }} GROUP BY ?term"
        assert set(counts(own, query).values()) == {number}


def test_prefixes_known_here_win_over_those_of_the_data(own: httpx.Client) -> None:
    prefixes = statistics(own)["prefixes"]
    assert prefixes == {**PREFIXES, "lake": EX}


def test_what_did_not_change_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/statistics")
    again = client.get("/statistics", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/statistics").headers["content-length"] == first.headers["content-length"]


def test_other_methods_are_refused(client: httpx.Client) -> None:
    refused = client.post("/statistics", content=b"x")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS"
