"""Answers as pages show them: by label, with links that lead on."""

import re
from html import unescape

import httpx

from tests.service import EX
from tipgraph.namespaces import RDFS, TIP

LABEL = f"<{RDFS}label>"


def cells(client: httpx.Client, query: str) -> list[tuple[str, str]]:
    """Address and text of each cell; an empty address where it leads nowhere."""
    response = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
    assert response.status_code == 200
    return [
        ("".join(re.findall(r'href="([^"]*)"', cell)), unescape(re.sub(r"<[^>]+>", "", cell)))
        for cell in re.findall(r"<td[^>]*>(.*?)</td>", response.text)
    ]


def test_things_are_shown_by_label_and_lead_to_what_is_said_of_them(client: httpx.Client) -> None:
    found = cells(
        client, f"SELECT ?s ?c {{ ?s <{EX}length> 120 BIND(<{TIP}AffirmedClaim> AS ?c) }}"
    )
    assert found == [(f"{EX}river", "river"), ("/ontology#AffirmedClaim", "affirmed claim")]


def test_things_without_a_label_are_shown_by_their_short_iri(client: httpx.Client) -> None:
    found = cells(client, f"SELECT ?p ?x {{ <{EX}river> ?p 120 BIND(<urn:nowhere> AS ?x) }}")
    assert found == [(f"{EX}length", f"{EX}length"), ("", "urn:nowhere")]


def test_a_text_that_one_thing_is_called_by_leads_there(client: httpx.Client) -> None:
    assert cells(client, f"SELECT ?l {{ <{EX}lake> {LABEL} ?l }}") == [(f"{EX}lake", "lake")]


def test_other_texts_and_numbers_lead_nowhere(client: httpx.Client) -> None:
    found = cells(client, 'SELECT ?a ?b ?c ?d { VALUES (?a ?b ?c ?d) { ("lake" "x"@en 7 UNDEF) } }')
    assert found == [("", "lake"), ("", "x"), ("", "7"), ("", "")]


def test_no_address_but_that_of_a_page_becomes_a_link(client: httpx.Client) -> None:
    found = cells(client, "SELECT ?x { VALUES ?x { <javascript:alert(1)> <mailto:a@b.c> } }")
    assert found == [("", "javascript:alert(1)"), ("", "mailto:a@b.c")]


def test_graphs_are_shown_by_label_too(client: httpx.Client) -> None:
    query = f"CONSTRUCT {{ ?s <{EX}flowsInto> ?o }} WHERE {{ ?s <{EX}flowsInto> ?o }}"
    assert cells(client, query) == [
        (f"{EX}river", "river"),
        (f"{EX}flowsInto", "flows into"),
        (f"{EX}lake", "lake"),
    ]
    page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"}).text
    assert "1 triple." in page


def test_scripts_find_the_answer_in_a_format_they_read(client: httpx.Client) -> None:
    for query, media_type in (
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", "application/sparql-results+json"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", "application/n-triples"),
    ):
        page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
        address = re.search(r'data-result-url="([^"]+)"', page.text)
        assert address is not None
        answer = client.get(unescape(address[1]))
        assert answer.headers["content-type"] == media_type
