"""IRIs of one's own data that hold a query, encoded octets or empty steps have pages and data."""

import http.client
import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.service import LiveService, serving
from tests.web import BROWSER
from tipgraph.build import build
from tipgraph.inputs import Inputs

MINE: Final = "https://example.org/mine/"
ODD: Final = (
    "id/plain?x=1&y=2",
    "id/plain?format=nt",
    "id/plain?page=2",
    "id/plain?x=1&x=2",
    "id/a%20b",
    "id/a?b",
    "id/a%3Fb",
    "id/a%2Fb",
    "id/a//b",
    "id/100%25",
    "id/x%2e",
    "id/%c3%a9",
    "id/%C3%BC",
    "id/%FF",
    "id/\u00f6%20\u00f6?q=\u00f6",
    "id/a%20%C3%A9",
    "id/with.ttl?a",
    "claim/?1",
    "id/" + "\u00f6" * 600,
)
# No client sends these as they are: links lead to what is said of them in another way.
UNSENT: Final = ("id/", "id", "id/a/%2E", "id/plain#part", f"id/{'x' * 5000}")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    folder = tmp_path_factory.mktemp("odd")
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    named = "".join(
        f'<{iri}> {label} "{iri}" . <id/plain> <near> <{iri}> .\n' for iri in (*ODD, *UNSENT)
    )
    plain = f'<id/plain> {label} "plain" ; <near> <{MINE}/evil.example/> .\n'
    (folder / "odd.ttl").write_text(f"BASE <{MINE}>\n{plain}{named}", encoding="utf-8")
    snapshot = build(Inputs((folder / "odd.ttl",)), folder / "built").snapshot
    with serving(snapshot.path, workers=1, base_iri=MINE) as live:
        yield live


def get(live: LiveService, target: str, accept: str) -> tuple[int, dict[str, str], str]:
    """Get what is at a target, sent as it is, where other clients would normalise it."""
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=120)
    connection.request("GET", target, headers={"Accept": accept})
    response = connection.getresponse()
    answer = response.read().decode()
    connection.close()
    return response.status, {k.lower(): v for k, v in response.getheaders()}, answer


def as_sent(path: str) -> str:
    return "/" + quote(path, safe=bytes(range(128)))


@pytest.mark.parametrize("path", ODD)
class TestOddIris:
    def test_lead_to_their_page(self, odd: LiveService, path: str) -> None:
        status, fields, _ = get(odd, as_sent(path), BROWSER)
        assert (status, fields["location"][:6]) == (303, "/page/")
        status, fields, page = get(odd, fields["location"], BROWSER)
        assert status == 200
        assert path in re.findall("<h1[^>]*>(.*?)</h1>", unescape(page), re.DOTALL)[0]

    def test_lead_to_their_data(self, odd: LiveService, path: str) -> None:
        status, fields, _ = get(odd, as_sent(path), "application/n-triples")
        assert (status, fields["location"][:6]) == (303, "/data/")
        status, found, data = get(odd, fields["location"], "application/n-triples")
        assert (status, found["content-location"]) == (200, fields["location"])
        assert f'<{MINE}{path}> <http://www.w3.org/2000/01/rdf-schema#label> "{path}"' in data

    def test_have_links_between_their_documents(self, odd: LiveService, path: str) -> None:
        location = get(odd, as_sent(path), BROWSER)[1]["location"]
        linked = re.findall('<(/[^>]*)>; rel="[^"]*"', get(odd, location, BROWSER)[1]["link"])
        assert len(linked) > 5
        assert {get(odd, target, "*/*")[0] for target in linked} == {200}


class TestOthers:
    def test_links_to_what_no_client_can_ask_for_lead_to_what_is_said_of_it(
        self, odd: LiveService
    ) -> None:
        page = get(odd, "/page/id/plain", BROWSER)[2]
        hrefs = {unescape(href) for href in re.findall('href="([^"]*)"', page)}
        others = [path for path in UNSENT if "#" not in path]
        asked = {f"/sparql?{urlencode({'query': f'DESCRIBE <{MINE}{path}>'})}" for path in others}
        assert asked <= hrefs
        assert "/page/id/plain%23part" in hrefs
        status, _, part = get(odd, "/page/id/plain%23part", BROWSER)
        assert (status, "id/plain#part" in unescape(part)) == (200, True)

    @pytest.mark.parametrize("path", ["/id/plain?" + "x" * 9000, "/id/" + "x" * 9000 + "?y"])
    def test_no_more_is_looked_up_than_an_iri_may_have(self, odd: LiveService, path: str) -> None:
        assert get(odd, path, BROWSER)[0] in (303, 414)

    def test_what_is_no_part_of_an_iri_is_a_parameter(self, odd: LiveService) -> None:
        _, fields, _ = get(odd, "/id/plain?format=ttl", BROWSER)
        assert fields["location"] == "/data/id/plain.ttl"
        assert get(odd, "/id/plain?page=0", BROWSER)[0] == 400

    def test_links_on_pages_lead_to_them(self, odd: LiveService) -> None:
        page = get(odd, "/page/id/plain", BROWSER)[2]
        hrefs = {unescape(href) for href in re.findall('href="([^"]*)"', page)}
        assert {f"/{path}" for path in ODD} <= hrefs

    def test_no_link_leads_to_another_host_in_the_name_of_this_one(self, odd: LiveService) -> None:
        page = get(odd, "/page/id/plain", BROWSER)[2]
        hrefs = {unescape(href) for href in re.findall('href="([^"]*)"', page)}
        assert not [href for href in hrefs if not urlsplit(href).scheme and urlsplit(href).netloc]
