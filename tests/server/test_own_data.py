"""The pages over somebody's own data: whatever they link to is there."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import urldefrag, urlsplit

import httpx
import pytest

from tests.service import EX, serving
from tests.web import BROWSER, Page
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import BASE, ID, PREFIXES, TIP

# What the shipped ontology and shapes have IRIs for, as own data may speak of them.
TRIG: Final = (
    "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    + f"""
PREFIX ex: <{EX}>
BASE <{BASE}>
<id/road> a tip:Route, ex:Road ; rdfs:label "road" ; tip:routeDestination <id/town> ;
  tip:evidentiality tip:Reported ; rdfs:seeAlso <shapes#RouteShape>, <mine>, <> ;
  rdfs:isDefinedBy <ontology> ; ex:near ex:place .
<id/town> a tip:Place ; rdfs:label "town" .
<mine> rdfs:label "mine" .
<graph/roads> {{ <id/road> ex:length 3 }}
"""
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.trig").write_text(TRIG)
    snapshot = build(Inputs((folder / "own.trig",)), folder / "built").snapshot
    with serving(snapshot.path, workers=1) as live, live.client(follow_redirects=True) as client:
        client.headers["accept"] = BROWSER
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/page/id/road",
        "/dataset",
        "/validate",
        "/search?q=road",
        "/sparql?query=SELECT * { ?s ?p ?o }",
        "/sparql?query=SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    ],
)
def test_what_pages_link_to_is_there(own: httpx.Client, path: str) -> None:
    page = own.get(path)
    assert page.status_code == 200
    hrefs = (unescape(href) for href in re.findall(r'href="([^"]*)"', page.text))
    for href in {urldefrag(href).url for href in hrefs}:
        if href and not urlsplit(href).scheme:
            assert own.get(href).status_code == 200, href


def test_terms_of_an_ontology_that_is_not_there_lead_to_what_is_said_of_them(
    own: httpx.Client,
) -> None:
    (address,) = (
        href for href in Page(own.get("/page/id/road").text).hrefs if "routeDestination" in href
    )
    assert dict(httpx.URL(address).params) == {"query": f"DESCRIBE <{TIP}routeDestination>"}


def test_things_and_graphs_that_are_there_have_their_own_addresses(own: httpx.Client) -> None:
    answer = own.get("/sparql", params={"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }"})
    assert {"/id/road", "/graph/roads", f"{EX}length"} < set(Page(answer.text).hrefs)
    assert f'data-base="{ID.removesuffix("id/")}"' in answer.text
