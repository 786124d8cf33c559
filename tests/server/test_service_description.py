"""The service description is true to what runs."""

from pathlib import Path

import httpx
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, parse

from tests.service import LiveService, serving
from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format

PREFIXES = """
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def description(client: httpx.Client) -> Store:
    response = client.get("/sparql", headers={"accept": "text/turtle"})
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    store = Store()
    store.extend(parse(response.text, RdfFormat.TURTLE))
    return store


def values(store: Store, query: str) -> set[str]:
    return {row[0].value for row in store.query(PREFIXES + query)}  # type: ignore[union-attr]


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_it_comes_in_each_format(client: httpx.Client, form: Format) -> None:
    response = client.get("/sparql", headers={"accept": form.media_type})
    assert response.status_code == 200
    assert response.headers["content-type"] == form.content_type
    assert list(parse(response.content, form.engine))  # type: ignore[arg-type]


def test_people_get_a_form(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"accept": "text/html"})
    assert "<form" in response.text


def test_nothing_else_is_acceptable(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"accept": "text/csv"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


ENDPOINT = "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }"


def test_the_endpoint_is_where_the_client_asked(client: httpx.Client, service: LiveService) -> None:
    assert values(description(client), ENDPOINT) == {service.sparql}


@pytest.mark.parametrize("host", ["x.example:8", "a b", "<evil>", "", "[::1]:8000"])
def test_a_host_is_believed_only_if_it_is_one(client: httpx.Client, host: str) -> None:
    response = client.get("/sparql", headers={"accept": "text/turtle", "host": host})
    store = Store()
    store.extend(parse(response.text, RdfFormat.TURTLE))
    (endpoint,) = values(store, ENDPOINT)
    known = host in ("x.example:8", "[::1]:8000")
    assert (endpoint == f"http://{host}/sparql") is known


def test_the_public_address_is_a_setting(snapshot_path: Path) -> None:
    with (
        serving(snapshot_path, workers=1, public_url="https://graph.example/") as service,
        service.client() as client,
    ):
        assert values(description(client), ENDPOINT) == {"https://graph.example/sparql"}


def test_it_lists_the_formats_that_are_offered(client: httpx.Client) -> None:
    found = values(description(client), "SELECT ?f { ?s sd:resultFormat ?f }")
    assert found == {each.iri for each in (*RESULTS_FORMATS, *GRAPH_FORMATS)}


def test_each_named_graph_has_its_real_number_of_triples(client: httpx.Client) -> None:
    rows = description(client).query(
        PREFIXES + "SELECT ?n ?t { ?d sd:namedGraph [ sd:name ?n ; sd:graph/void:triples ?t ] }"
    )
    stated = {row["n"].value: int(row["t"].value) for row in rows}  # type: ignore[union-attr]
    counted = client.get(
        "/sparql",
        params={"query": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"},
        headers={"accept": "text/csv"},
    )
    rows_counted = [line.split(",") for line in counted.text.split()[1:]]
    assert stated == {name: int(number) for name, number in rows_counted}


def test_the_default_graph_has_its_real_number_of_triples(client: httpx.Client) -> None:
    (stated,) = values(description(client), "SELECT ?t { ?d sd:defaultGraph/void:triples ?t }")
    counted = client.get(
        "/sparql",
        params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"},
        headers={"accept": "text/csv"},
    )
    assert counted.text.split()[1] == stated


def test_only_inferred_statements_have_an_entailment_regime_of_their_own(
    client: httpx.Client,
) -> None:
    rows = description(client).query(
        PREFIXES + "SELECT ?n ?r { ?g sd:name ?n ; sd:entailmentRegime ?r }"
    )
    regimes = {row["n"].value.rpartition("/")[2]: row["r"].value for row in rows}  # type: ignore[union-attr]
    simple = "http://www.w3.org/ns/entailment/Simple"
    assert regimes.pop("inferred") == "http://www.w3.org/ns/entailment/OWL-RDF-Based"
    assert set(regimes.values()) == {simple}


def test_limits_are_those_in_force(snapshot_path: Path) -> None:
    with (
        serving(snapshot_path, workers=1, query_timeout=3.5, result_bytes=4321) as service,
        service.client() as client,
    ):
        store = description(client)
    (text,) = values(store, "SELECT ?c { ?s a sd:Service ; rdfs:comment ?c }")
    assert "3.5 seconds" in text
    assert "4321 bytes" in text


def test_federation_is_described_only_where_it_is_allowed(
    client: httpx.Client, snapshot_path: Path
) -> None:
    federated = (
        None,
        NamedNode("http://www.w3.org/ns/sparql-service-description#feature"),
        NamedNode("http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery"),
        DefaultGraph(),
    )
    assert not list(description(client).quads_for_pattern(*federated))
    with (
        serving(snapshot_path, workers=1, service_allow="https://a.example/") as service,
        service.client() as other,
    ):
        assert list(description(other).quads_for_pattern(*federated))


def test_it_leads_to_the_dataset_and_its_statistics(client: httpx.Client) -> None:
    store = description(client)
    assert values(store, "SELECT ?d { ?d void:sparqlEndpoint ?e }") == {
        "https://w3id.org/tipgraph/dataset"
    }
    assert values(store, "SELECT ?g { ?s a sd:Service ; rdfs:seeAlso ?g }") == {
        "https://w3id.org/tipgraph/graph/meta"
    }
    assert Literal("1.2.3") in {quad.object for quad in store}
