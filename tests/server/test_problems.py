"""Errors by RFC 9457: where the query breaks, what may mend it, and pages that explain."""

import re
from pathlib import Path

import httpx
import pytest

from tests.service import EX
from tipgraph.server.problem_types import PROBLEMS

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "sparql.md"


def problem(client: httpx.Client, query: str) -> dict[str, object]:
    response = client.post(
        "/sparql", content=query.encode(), headers={"content-type": "application/sparql-query"}
    )
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert isinstance(found, dict)
    return found


def test_line_and_column_count_code_points_from_one(client: httpx.Client) -> None:
    found = problem(client, "SELECT *\nWHERE {\n  ?s ?p '북한 𝄞' foo:bar }")
    assert (found["line"], found["column"]) == (3, 16)
    assert found["excerpt"] == "  ?s ?p '북한 𝄞' foo:bar }\n" + " " * 15 + "^"


def test_a_known_prefix_comes_with_its_line(client: httpx.Client) -> None:
    found = problem(client, "SELECT * { ?s skos:prefLabel ?o }")
    assert found["detail"] == "the prefix skos: is not declared"
    assert found["hints"] == [
        "Put this before the query: PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    ]


def test_a_misspelt_term_in_a_broken_query_is_named(client: httpx.Client) -> None:
    found = problem(client, "SELECT * { ?c a tip:AffirmdClaim }")
    assert any("ontology#AffirmedClaim" in hint for hint in found["hints"])  # type: ignore[attr-defined]


def test_a_valid_query_with_an_unknown_term_is_answered_with_a_hint(client: httpx.Client) -> None:
    query = f"SELECT * {{ ?s a <{EX}Watter> }}"
    response = client.get("/sparql", params={"query": query})
    assert response.status_code == 200
    assert response.headers["tipgraph-hint"] == (
        f"nothing here uses <{EX}Watter>; did you mean <{EX}Water>?"
    )


def test_a_hint_about_a_term_beyond_ascii_is_percent_encoded(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": f"ASK {{ <{EX}flüsse> ?p ?o }}"})
    assert response.headers["tipgraph-hint"] == f"nothing here uses <{EX}fl%C3%BCsse>"


def test_terms_that_are_known_give_no_hint(client: httpx.Client) -> None:
    query = f"ASK {{ <{EX}river> <{EX}flowsInto> <{EX}river> }}"
    assert "tipgraph-hint" not in client.get("/sparql", params={"query": query}).headers


def test_hints_are_on_pages_too(client: httpx.Client) -> None:
    query = f"SELECT * {{ ?s a <{EX}Watter> }}"
    response = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
    assert "did you mean" in response.text


def test_browsers_get_a_page_with_the_same_facts(client: httpx.Client) -> None:
    response = client.get(
        "/sparql", params={"query": "SELECT * { ?s foaf:x ?o }"}, headers={"accept": "text/html"}
    )
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "line 1, column 15" in response.text
    assert "PREFIX foaf: &lt;http://xmlns.com/foaf/0.1/&gt;" in response.text


@pytest.mark.parametrize("slug", PROBLEMS)
def test_each_type_has_its_page(client: httpx.Client, slug: str) -> None:
    response = client.get(f"/problems/{slug}")
    assert response.status_code == 200
    assert PROBLEMS[slug].title in response.text


@pytest.mark.parametrize(
    ("slug", "member"),
    [
        ("not-found", "near"),
        ("not-acceptable", "available"),
        ("malformed-rdf", "source"),
        ("shapes-not-well-formed", "faults"),
        ("gone", "replacedBy"),
        ("bad-parameter", "values"),
    ],
)
def test_the_page_of_a_type_names_what_its_json_has(
    client: httpx.Client, slug: str, member: str
) -> None:
    assert f"<code>{member}</code>" in client.get(f"/problems/{slug}").text


def test_a_page_that_finds_nothing_does_not_speak_of_its_json(client: httpx.Client) -> None:
    page = client.get("/nothing", headers={"accept": "text/html"}).text
    assert "There is nothing here" in page
    assert "`" not in page


@pytest.mark.parametrize("path", ["/nothing", "/problems/nothing", "/gsp/x", "/sparql/"])
def test_what_is_not_there_is_a_problem_as_well(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


def test_wrong_methods_elsewhere_are_problems_as_well(client: httpx.Client) -> None:
    response = client.post("/livez")
    assert (response.status_code, response.json()["type"]) == (405, "/problems/method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_problem_names_its_request(client: httpx.Client) -> None:
    response = client.get("/nothing", headers={"x-request-id": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    assert response.json()["instance"] == "urn:tipgraph:request:mine-1"


def test_the_documentation_lists_every_type_under_its_status() -> None:
    rows = re.findall(
        r"^\| (\d{3}) \| (.+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    stated = {
        slug: int(status) for status, slugs in rows for slug in re.findall(r"`([\w-]+)`", slugs)
    }
    assert stated == {slug: problem.status for slug, problem in PROBLEMS.items()}
