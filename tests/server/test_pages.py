"""The pages: the home page's queries run on a click, each problem explains itself."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from tests.service import serving
from tipgraph.build import Inputs, build
from tipgraph.snapshot import Snapshot


@pytest.fixture(scope="module")
def shipped(shipped_snapshot: Snapshot) -> Iterator[httpx.Client]:
    with serving(shipped_snapshot.path) as live, httpx.Client(base_url=live.url) as client:
        yield client


@pytest.fixture(scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("own")
    data = folder / "lakes.trig"
    data.write_text("PREFIX ex: <http://example.org/> ex:a a ex:Lake . ex:g { ex:b a ex:Lake }")
    snapshot = build(Inputs((data,)), folder / "snapshots").snapshot
    with serving(snapshot.path) as live, httpx.Client(base_url=live.url) as client:
        yield client


@pytest.mark.parametrize("whose", ["shipped", "own_data"])
def test_the_three_queries_run_on_a_click(whose: str, request: pytest.FixtureRequest) -> None:
    client: httpx.Client = request.getfixturevalue(whose)
    home = client.get("/", headers={"Accept": "text/html"})
    links = re.findall(r'<a class="run" href="([^"]+)"', home.text)
    assert len(links) == 3
    for link in links:
        answer = client.get(unescape(link), headers={"Accept": "text/csv"})
        assert answer.status_code == 200
        assert len(answer.text.splitlines()) > 1


def test_the_home_page_says_what_the_shipped_graph_is(shipped: httpx.Client) -> None:
    home = shipped.get("/").text
    assert "trafficking in North Korea" in home
    assert "Who is trafficked where" in home


def test_the_home_page_says_nothing_of_the_narrative_over_own_data(own_data: httpx.Client) -> None:
    assert "trafficking" not in own_data.get("/").text
