"""The home page: what it counts is what is there, and all of it leads on."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final

import httpx
import pytest
from pyoxigraph import NamedNode, Quad

from tests.service import EX, serving, write_snapshot
from tests.waters import search
from tests.web import BROWSER, Page
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import BASE, RDFS, TIP

RIVERS: Final = Path(__file__).parents[1] / "cases" / "rivers" / "data" / "rivers.ttl"


def count(client: httpx.Client, pattern: str) -> int:
    """How many things match a pattern, asked in SPARQL."""
    query = f"PREFIX tip: <{BASE}ontology#> SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}"
    answer = client.get("/sparql", params={"query": query, "format": "json"}).json()
    return int(answer["results"]["bindings"][0]["n"]["value"])


def table(page: str) -> list[list[tuple[int, str]]]:
    """The numbers of the table of claims by row, each with where it leads."""
    body = page[page.index("<table") : page.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)[1:]
    cell = re.compile(r'<td class="number">(?:<a href="([^"]+)">)?(\d+)')
    return [[(int(n), unescape(href)) for href, n in cell.findall(row)] for row in rows]


def test_the_doors_say_how_many_things_they_lead_to(shipped: httpx.Client) -> None:
    page = shipped.get("/").text
    doors = re.findall(r'<h3><a href="([^"]+)">(\w+)</a></h3>\s*<p class="count">(\d+)', page)
    assert [title for _, title, _ in doors] == [
        "Victims",
        "Traffickers",
        "Routes",
        "States",
        "Laws",
    ]
    for href, title, number in doors:
        found = shipped.get(f"{unescape(href)}&limit=100").json()
        assert found["total"] == len(found["hits"]) == int(number) > 0, title
        kind = found["kind"]
        assert int(number) == count(shipped, f"?x a <{kind}> FILTER(isIRI(?x))")


def test_every_number_of_claims_leads_to_as_many(shipped: httpx.Client) -> None:
    rows = table(shipped.get("/").text)
    assert len(rows) == 8
    assert all(len(row) == 5 for row in rows)
    *kinds, totals = rows
    for row in kinds:
        assert sum(number for number, _ in row[:-1]) == row[-1][0]
        for number, href in row:
            assert bool(number) == bool(href)
            if href:
                answer = shipped.get(href, headers={"accept": "application/sparql-results+json"})
                assert len(answer.json()["results"]["bindings"]) == number
    for place, (number, href) in enumerate(totals):
        assert shipped.get(href).json()["total"] == number
        assert sum(row[place][0] for row in kinds) >= number
    assert totals[-1][0] == count(shipped, "?x a tip:Claim")


def test_no_status_and_no_kind_of_evidence_is_left_out(shipped: httpx.Client) -> None:
    rows = table(shipped.get("/").text)
    counted = count(
        shipped, "?c a tip:Claim ; tip:evidentiality ?e BIND(CONCAT(STR(?c), STR(?e)) AS ?x)"
    )
    assert sum(row[-1][0] for row in rows[:-1]) == counted
    assert len(rows) - 1 == count(shipped, "?c a tip:Claim ; tip:evidentiality ?x")


def test_three_questions_and_all_links_lead_somewhere(shipped: httpx.Client) -> None:
    page = shipped.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    hrefs = {unescape(href) for href in Page(page.text).hrefs}
    questions = {href for href in hrefs if href.startswith("/query/")}
    assert len(questions - {"/query/which-statements-are-dated#timeline"}) == 3
    for href in hrefs:
        if href.startswith("/"):
            answer = shipped.get(href, headers={"accept": BROWSER})
            assert answer.status_code == 200, href


def test_it_is_small_and_known_again(shipped: httpx.Client) -> None:
    page = shipped.get("/", headers={"accept-encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < 60_000
    assert page.headers["etag"]
    again = shipped.get(
        "/", headers={"accept-encoding": "gzip", "if-none-match": page.headers["etag"]}
    )
    assert again.status_code == 304
    assert shipped.head("/").status_code == 200
    assert shipped.post("/").status_code == 405


@pytest.fixture(scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    snapshot = build(Inputs((RIVERS,)), tmp_path_factory.mktemp("own")).snapshot
    with (
        serving(snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client


def test_with_data_of_ones_own_it_counts_classes(own_data: httpx.Client) -> None:
    page = own_data.get("/").text
    assert "trafficking" not in page
    answer = own_data.get("/gsp?default", headers={"accept": "application/n-triples"})
    assert f"A graph of {len(answer.text.splitlines())} triples" in page
    rows = re.findall(
        r'<code>([^<]+)</code></small></th><td class="number"><a href="([^"]+)">(\d+)', page
    )
    assert len(rows) > 3
    for kind, href, number in rows:
        assert own_data.get(unescape(href)).json()["total"] == int(number)
        assert count(own_data, f"?x a <{kind}> FILTER(isIRI(?x))") == int(number)


def test_with_data_of_ones_own_it_can_be_asked(own_data: httpx.Client) -> None:
    links = re.findall(r'class="run" href="([^"]+)"', own_data.get("/").text)
    assert len(links) == 3
    for link in links:
        answer = own_data.get(unescape(link), headers={"accept": BROWSER})
        assert answer.status_code == 200
        assert re.search(r"<p>\d+ rows?\.", answer.text)
    assert search(own_data, "cor")["hits"]


def test_data_without_classes_has_a_home_page(tmp_path: Path) -> None:
    mine = NamedNode(f"{EX}mine")
    snapshot = write_snapshot(tmp_path / "own", [Quad(mine, NamedNode(f"{EX}says"), mine, mine)])
    with serving(snapshot.path, workers=1) as live:
        page = live.get("/").text
        assert "there is 1 named graph" in page
        assert "Nothing that has an IRI has a class here." in page


def test_what_is_found_in_data_of_ones_own_leads_somewhere(tmp_path: Path) -> None:
    names = (f"{TIP}Route", f"{BASE}mine", f"{BASE}id/mine", f"{EX}mine")
    text = "".join(f"<{name}> <{RDFS}label> 'mine' .\n" for name in names)
    (tmp_path / "own.ttl").write_text(text)
    snapshot = build(Inputs((tmp_path / "own.ttl",)), tmp_path / "built").snapshot
    with serving(snapshot.path, workers=1) as live, live.client(follow_redirects=True) as client:
        hits = search(client, "mine")["hits"]
        assert {hit["iri"] for hit in hits} == set(names)
        for hit in hits:
            page = client.get(hit["address"], headers={"accept": BROWSER})
            assert page.status_code == 200, hit
            assert "mine" in page.text
