"""For programs that look around: robots.txt, the sitemap, /llms.txt."""

import re
import xml.etree.ElementTree as ET
from typing import Final
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import httpx
import pytest

NAMESPACE: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_robots_may_read_pages_but_not_run_queries(shipped: httpx.Client) -> None:
    robots = RobotFileParser()
    robots.parse(shipped.get("/robots.txt").text.splitlines())
    for path in ("/", "/ontology", "/page/id/dprk", "/dumps/", "/data/id/dprk.ttl"):
        assert robots.can_fetch("anybody", path), path
    for path in ("/sparql?query=ASK%7B%7D", "/gsp?default", "/validate"):
        assert not robots.can_fetch("anybody", path), path
    assert robots.site_maps() == [f"{str(shipped.base_url).rstrip('/')}/sitemap.xml"]


def test_every_address_of_the_sitemap_is_a_page_of_this_host(shipped: httpx.Client) -> None:
    sitemap = ET.fromstring(shipped.get("/sitemap.xml").content)  # noqa: S314  # our own
    addresses = [loc.text or "" for loc in sitemap.iter(f"{NAMESPACE}loc")]
    assert len(addresses) == len(set(addresses)) > 500
    assert f"{str(shipped.base_url).rstrip('/')}/page/id/dprk" in addresses
    for address in addresses:
        assert address.startswith(str(shipped.base_url))
        response = shipped.get(urlsplit(address).path, headers={"accept": "text/html"})
        assert response.status_code == 200, address
        assert response.headers["content-type"].startswith("text/html"), address


def test_there_is_no_further_part(shipped: httpx.Client) -> None:
    assert shipped.get("/sitemap-1.xml").status_code == 200
    assert shipped.get("/sitemap-2.xml").status_code == 404


def test_every_link_for_agents_arrives(shipped: httpx.Client) -> None:
    response = shipped.get("/llms.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("# tipgraph\n\n> ")
    links = re.findall(r"\]\(([^)]+)\)", response.text)
    assert len(links) > 5
    for link in links:
        assert shipped.get(link).status_code == 200, link


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/robots.txt", "Sitemap: http://example.org/sitemap.xml"),
        ("/sitemap.xml", "<loc>http://example.org/ontology</loc>"),
        ("/llms.txt", "(http://example.org/sparql)"),
    ],
)
def test_they_say_the_address_that_was_asked(shipped: httpx.Client, path: str, words: str) -> None:
    assert words in shipped.get(path, headers={"host": "example.org"}).text
