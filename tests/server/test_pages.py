"""What all pages have in common, and the documentation of paths."""

import re
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode, Quad

from tests.service import EX, serving, write_snapshot
from tests.web import BROWSER, Page


def test_pages_load_nothing_from_elsewhere(client: httpx.Client) -> None:
    for path in ("/", "/docs", "/problems/not-found"):
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', client.get(path).text)


def test_the_documentation_lists_every_path(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    page = client.get("/docs").text
    assert {"/sparql", "/livez", "/readyz", "/metrics"} <= described.keys()
    for path in described:
        assert path in page


PAGES = (
    "/",
    "/docs",
    "/dataset",
    "/dumps/",
    "/id/river",
    "/page/id/river",
    "/problems/not-found",
    "/routes",
    "/search?q=lake",
    "/search?q=nowhere",
    "/query",
    "/query/who-is-trafficked-where",
    "/query/nothing",
    "/sparql",
    "/sparql?query=ASK%20%7B%7D",
    "/sparql?query=nonsense",
    "/validate",
    "/nothing",
    "/id/nothing",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_say_what_they_may_load_and_tell_nobody_else(lakes: httpx.Client, path: str) -> None:
    page = lakes.get(path, headers={"accept": BROWSER}, follow_redirects=False)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in page.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    for directive in ("script-src", "style-src", "connect-src", "form-action"):
        assert policy[directive] == "'self'"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_in_a_page_goes_against_its_policy(lakes: httpx.Client, path: str) -> None:
    page = lakes.get(path, headers={"accept": BROWSER}).text
    assert not re.search(r"<style|<base|\sstyle=|\son[a-z]+=|javascript:", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all(re.search(r' src="/|type="application/(ld\+)?json"', each) for each in scripts)


def test_what_is_no_page_says_nothing_of_pages(lakes: httpx.Client) -> None:
    for path in ("/openapi.json", "/data/id/river.ttl", "/static/site.css", "/livez"):
        assert "content-security-policy" not in lakes.get(path).headers


def test_under_a_prefix_all_local_links_have_it(lakes_path: Path) -> None:
    with (
        serving(lakes_path, workers=1, public_url="https://example.org/graph/") as live,
        live.client() as client,
    ):
        for path in PAGES:
            page = client.get(path, headers={"accept": BROWSER}, follow_redirects=True)
            local = [
                address
                for address in re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
                if not address.startswith("/graph/")
            ]
            assert local == [], path


def test_with_data_of_ones_own_the_frame_leads_to_what_there_is(tmp_path: Path) -> None:
    mine = NamedNode(f"{EX}mine")
    snapshot = write_snapshot(tmp_path / "own", [Quad(mine, NamedNode(f"{EX}says"), mine, mine)])
    with (
        serving(snapshot.path, workers=1) as live,
        live.client(headers={"accept": BROWSER}) as client,
    ):
        hrefs = set(Page(client.get("/").text).hrefs)
        assert {"/sparql", "/validate", "/dataset"} <= hrefs
        for href in hrefs:
            if href.startswith("/"):
                assert client.get(href).status_code == 200, href
