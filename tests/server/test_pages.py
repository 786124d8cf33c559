"""Pages that people open first."""

import re
from html import unescape

import httpx


def test_the_home_page_has_three_queries_that_run_on_a_click(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    links = re.findall(r'class="run" href="([^"]+)"', page.text)
    assert len(links) == 3
    for link in links:
        answer = client.get(unescape(link), headers={"accept": "text/html"})
        assert answer.status_code == 200
        assert re.search(r"<p>\d+ rows?\.", answer.text)


def test_pages_load_nothing_from_elsewhere(client: httpx.Client) -> None:
    for path in ("/", "/docs", "/problems/not-found"):
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', client.get(path).text)


def test_the_documentation_lists_every_path(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    page = client.get("/docs").text
    assert {"/sparql", "/livez", "/readyz", "/metrics"} <= described.keys()
    for path in described:
        assert path in page
