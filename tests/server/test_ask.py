"""The page on which people ask, as the service sends it: it works by itself, and loses nothing."""

import json
import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.service import serving
from tests.web import BROWSER

FAULTY = "SELECT ?x WHERE {\n  ?x a tip:Route\n}"
MARKUP = 'SELECT ?x {{ </textarea></script><script>alert("&")</script>'
PERSON = {"accept": BROWSER}


def query_in(page: str) -> str:
    """What is in the text field."""
    field = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert field is not None
    return unescape(field[1])


def problem_in(page: str) -> dict[str, object]:
    """The problem document that scripts of the page read."""
    block = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert block is not None
    found: dict[str, object] = json.loads(block[1])
    return found


def test_the_plain_form_asks_and_posts(client: httpx.Client) -> None:
    page = client.get("/sparql", headers=PERSON).text
    form = re.search(r"<form id=\"ask\"[^>]*>", page)
    assert form is not None
    assert 'action="/sparql" method="get"' in form[0]
    assert re.search(r'<button[^>]* formmethod="post"', page)
    answer = client.post("/sparql", headers=PERSON, data={"query": query_in(page)})
    assert answer.status_code == 200
    assert '<h2 id="answer">' in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_that_fails_comes_back_to_who_typed_it(client: httpx.Client, method: str) -> None:
    given = {"query": FAULTY}
    page = client.request(
        method,
        "/sparql",
        headers=PERSON,
        params=given if method == "GET" else None,
        data=given if method == "POST" else None,
    )
    assert page.status_code == 400
    assert query_in(page.text) == FAULTY
    for said in ("The query is not SPARQL", "line 2, column 8", "Put this before the query"):
        assert said in page.text


def test_scripts_find_the_problem_in_the_page(client: httpx.Client) -> None:
    asked = {"query": FAULTY}
    shown = problem_in(client.get("/sparql", headers=PERSON, params=asked).text)
    problem = client.get("/sparql", params=asked).json()
    assert {**problem, "instance": shown["instance"]} == shown
    assert (shown["line"], shown["column"]) == (2, 8)


def test_markup_in_a_query_stays_text(client: httpx.Client) -> None:
    page = client.get("/sparql", headers=PERSON, params={"query": MARKUP}).text
    assert query_in(page) == MARKUP
    assert "<script>alert" not in page
    assert MARKUP in str(problem_in(page)["excerpt"])


def test_other_refusals_keep_the_query_too(client: httpx.Client) -> None:
    asked = {"query": "ASK {}", "format": "morse"}
    page = client.get("/sparql", headers=PERSON, params=asked)
    assert (page.status_code, query_in(page.text)) == (400, "ASK {}")
    assert problem_in(page.text)["type"] == "/problems/bad-parameter"


def test_without_the_library_the_page_says_that_it_is_the_plain_form(
    snapshot_path: Path, tmp_path: Path
) -> None:
    with (
        serving(snapshot_path, workers=1, web_dir=tmp_path) as live,
        live.client(headers=PERSON) as client,
    ):
        page = client.get("/sparql").text
        assert "the editor was not installed" in page
        assert "ask.js" not in page
        answer = client.get("/sparql", params={"query": query_in(page)}).text
        assert '<h2 id="answer">' in answer
