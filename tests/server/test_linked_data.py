"""What is answered for the IRIs of things, for their pages and their data."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from tests.isomorphism import read
from tests.lakes import BOATS, write_lakes
from tests.service import LiveService, serving
from tipgraph.formats import GRAPH_FORMATS

ROWS = ("id/lake", "claim/lakes/s1-01", "doc/lakes/s1", "inferred/1", "id/only-mentioned")
PAGE = "text/html"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VARY = {"/id/": "Accept", "/data/": "Accept, Accept-Encoding"}


@pytest.fixture(scope="module")
def lakes_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lakes(tmp_path_factory.mktemp("lakes") / "snapshot").path


@pytest.fixture(scope="module")
def lakes_service(lakes_path: Path) -> Iterator[LiveService]:
    with serving(lakes_path, workers=2) as live:
        yield live


@pytest.fixture(scope="module")
def lakes(lakes_service: LiveService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=lakes_service.url) as client:
        client.headers["accept"] = "*/*"
        yield client


def links(response: httpx.Response) -> list[tuple[str, str, str]]:
    """The links of a response: relation, target, media type; one row for each relation."""
    found = []
    for target, parameters in re.findall(r"<([^>]*)>((?:;[^,<]*)*)", response.headers["link"]):
        values = dict(re.findall(r'(\w+)="([^"]*)"', parameters))
        found += [(each, target, values.get("type", "")) for each in values["rel"].split()]
    return found


def targets(response: httpx.Response, relation: str) -> list[str]:
    return [target for each, target, _ in links(response) if each == relation]


class Page(HTMLParser):
    """The links, texts and data blocks of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.languages: list[str] = []
        self.data = ""
        self._in_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if href := values.get("href"):
            self.hrefs.append(href)
        if language := values.get("lang"):
            self.languages.append(language)
        self._in_data = tag == "script" and values.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data
        elif data.strip():
            self.texts.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


class TestThings:
    @pytest.mark.parametrize("name", ROWS)
    @pytest.mark.parametrize(
        ("accept", "location"),
        [
            (None, "/data/{}.ttl"),
            ("*/*", "/data/{}.ttl"),
            (BROWSER, "/page/{}"),
            ("application/ld+json", "/data/{}.jsonld"),
            ("application/rdf+xml;q=0.5, application/trig", "/data/{}.trig"),
            ("application/x-bibtex", "/data/{}.bib"),
            ("application/vnd.citationstyles.csl+json", "/data/{}.csl"),
            ("application/linkset+json", "/data/{}.linkset"),
        ],
    )
    def test_a_thing_leads_to_what_describes_it(
        self, lakes: httpx.Client, name: str, accept: str | None, location: str
    ) -> None:
        request = lakes.build_request("GET", f"/{name}")
        if accept is None:
            del request.headers["accept"]
        else:
            request.headers["accept"] = accept
        response = lakes.send(request)
        assert response.status_code == 303
        assert response.headers["location"] == location.format(name)
        assert "Accept" in response.headers["vary"]
        described = lakes.send(request, follow_redirects=True)
        assert described.status_code == 200

    def test_a_parameter_names_the_format_as_well(self, lakes: httpx.Client) -> None:
        response = lakes.get("/id/lake?format=rdf&page=2", headers={"accept": PAGE})
        assert response.headers["location"] == "/data/id/lake.rdf?page=2"
        assert lakes.get("/id/lake?format=docx").status_code == 400

    def test_all_that_describes_it_is_linked(self, lakes: httpx.Client) -> None:
        response = lakes.get("/id/lake")
        described = targets(response, "describedby")
        assert {"/page/id/lake", *(f"/data/id/lake.{f.name}" for f in GRAPH_FORMATS)} < set(
            described
        )
        assert targets(response, "linkset") == ["/data/id/lake.linkset"]

    def test_the_text_of_a_document_leads_to_what_is_known_of_it(self, lakes: httpx.Client) -> None:
        assert lakes.get("/doc/lakes.txt").headers["location"] == "/data/doc/lakes.ttl"
        assert lakes.get("/doc/rivers.txt").status_code == 404

    @pytest.mark.parametrize(
        ("path", "location"),
        [
            ("/id/m%C3%BChle", "/data/id/m%C3%BChle.ttl"),
            ("/id/caf%C3%A9", "/data/id/caf%C3%A9.ttl"),
            ("/id/v1.ttl", "/data/id/v1.ttl.ttl"),
        ],
    )
    def test_any_iri_can_be_followed(self, lakes: httpx.Client, path: str, location: str) -> None:
        response = lakes.get(path)
        assert response.headers["location"] == location
        followed = lakes.get(path, follow_redirects=True)
        assert "rdfs:label" in followed.text
        assert lakes.get(f"/page{path}").status_code == 200
        assert lakes.get(f"/data{path}").headers["content-location"] == location


class TestData:
    @pytest.mark.parametrize("name", ROWS)
    def test_every_format_holds_the_same_graph(self, lakes: httpx.Client, name: str) -> None:
        expected = read(lakes.get(f"/data/{name}.ttl").content, RdfFormat.TURTLE)
        assert expected
        for form in GRAPH_FORMATS:
            by_suffix = lakes.get(f"/data/{name}.{form.name}")
            assert by_suffix.headers["content-type"] == form.content_type
            assert read(by_suffix.content, form.engine) == expected  # type: ignore[arg-type]
            by_accept = lakes.get(f"/data/{name}", headers={"accept": form.media_type})
            assert by_accept.content == by_suffix.content
            assert by_accept.headers["etag"] == by_suffix.headers["etag"]
            assert by_accept.headers["content-location"] == f"/data/{name}.{form.name}"

    def test_trig_keeps_what_is_inferred_apart(self, lakes: httpx.Client) -> None:
        quads = list(parse(lakes.get("/data/id/canal.trig").content, RdfFormat.TRIG))
        graphs = {
            str(quad.graph_name).rpartition("/")[2].rstrip(">")
            for quad in quads
            if "fedBy" in quad.predicate.value
        }
        assert graphs == {"inferred", "DEFAULT"}

    def test_the_document_says_what_it_is_and_what_it_counted(self, lakes: httpx.Client) -> None:
        text = lakes.get("/data/id/lake.ttl").text
        assert "foaf:primaryTopic id:lake" in text
        assert f"void:property tip:floatsOn ; void:triples {BOATS}" in text
        assert "<http://www.w3.org/ns/hydra/core#next>" in text
        assert "dcterms:license <https://creativecommons.org/licenses/by/4.0/>" in text

    def test_many_who_ask_at_once_all_get_it(self, lakes: httpx.Client) -> None:
        with ThreadPoolExecutor(16) as pool:
            responses = list(pool.map(lakes.get, ["/data/id/boat-007.ttl"] * 48))
        assert {each.status_code for each in responses} == {200}
        assert len({each.content for each in responses}) == 1

    def test_links_are_followed_page_by_page(self, lakes: httpx.Client) -> None:
        boats, address, steps = set(), "/data/id/lake.nt", 0
        while address:
            response = lakes.get(address)
            boats |= set(re.findall(r"<(\S+)> <\S+#floatsOn> <", response.text))
            address = next(iter(targets(response, "next")), "")
            steps += 1
        assert len(boats) == BOATS
        assert steps == 3
        assert targets(response, "prev") == ["/data/id/lake.nt?page=2"]
        assert targets(response, "first") == ["/data/id/lake.nt"]

    @pytest.mark.parametrize(
        ("query", "status"),
        [("page=4", 404), ("page=0", 400), ("page=x", 400), ("page=1&page=2", 400)],
    )
    def test_pages_that_are_not_there(self, lakes: httpx.Client, query: str, status: int) -> None:
        response = lakes.get(f"/data/id/lake.ttl?{query}")
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"

    def test_what_a_format_cannot_write_is_not_acceptable_in_it(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/odd.rdf")
        assert response.status_code == 406
        assert "text/turtle" in response.json()["available"]
        assert lakes.get("/data/id/odd.nt").status_code == 200


class TestHeaders:
    @pytest.mark.parametrize("path", ["/page/id/lake", "/data/id/lake.ttl"])
    def test_links_by_the_book(self, lakes: httpx.Client, path: str) -> None:
        response = lakes.get(path)
        base = "https://w3id.org/tipgraph"
        assert targets(response, "cite-as") == [f"{base}/id/lake"]
        assert targets(response, "canonical") == [base + path]
        assert targets(response, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
        assert targets(response, "collection") == ["/dataset"]
        assert targets(response, "up") == ["/dataset"]
        assert targets(response, "linkset") == ["/data/id/lake.linkset"]
        assert set(targets(response, "author")) == {f"{base}/id/surveyor", f"{base}/id/helper"}
        for relation, target, media_type in links(response):
            if relation in ("alternate", "describedby", "linkset", "next"):
                linked = lakes.get(target, headers={"accept": media_type or "*/*"})
                assert linked.status_code == 200
                assert linked.headers["content-type"].startswith(media_type)

    def test_a_page_is_described_by_data_and_data_describes_the_thing(
        self, lakes: httpx.Client
    ) -> None:
        page, data = lakes.get("/page/id/lake"), lakes.get("/data/id/lake.ttl")
        assert "/data/id/lake.ttl" in targets(page, "describedby")
        assert targets(data, "describes") == ["https://w3id.org/tipgraph/id/lake"]
        assert "https://schema.org/AboutPage" in targets(page, "type")
        assert "https://w3id.org/tipgraph/ontology#Lake" in targets(page, "type")

    def test_up_leads_from_a_claim_to_its_passage_and_on(self, lakes: httpx.Client) -> None:
        assert targets(lakes.get("/page/claim/lakes/s1-01"), "up") == ["/doc/lakes/s1"]
        assert targets(lakes.get("/page/doc/lakes/s1"), "up") == ["/doc/lakes/sec-1"]

    def test_the_linkset_says_the_same(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.linkset")
        assert response.headers["content-type"] == "application/linkset+json"
        base = "https://w3id.org/tipgraph/"
        contexts = {each.pop("anchor"): each for each in response.json()["linkset"]}
        page = contexts[f"{base}page/id/lake"]
        assert page["cite-as"] == [{"href": f"{base}id/lake"}]
        assert {"href": f"{base}data/id/lake.ttl", "type": "text/turtle"} in page["describedby"]
        turtle = contexts[f"{base}data/id/lake.ttl"]
        assert turtle["describes"] == [{"href": f"{base}id/lake"}]

    @pytest.mark.parametrize(
        "path",
        [
            "/id/lake",
            "/page/id/lake",
            "/data/id/lake.ttl",
            "/data/id/lake",
            "/data/id/lake.bib",
            "/id/nothing",
            "/id/pond",
            "/id/lake?page=x",
        ],
    )
    def test_head_is_get_without_a_body(self, lakes: httpx.Client, path: str) -> None:
        differing = ("date", "x-request-id", "server-timing")
        got, head = lakes.get(path), lakes.head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        kept = [
            {name: value for name, value in each.headers.items() if name not in differing}
            for each in (got, head)
        ]
        if "id/nothing" not in path and "=x" not in path and "pond" not in path:
            assert kept[0] == kept[1]
        assert list(kept[0]) == list(kept[1])

    @pytest.mark.parametrize(
        ("path", "accept", "vary"),
        [
            ("/id/lake", "*/*", "Accept"),
            ("/id/nothing", "*/*", "Accept"),
            ("/id/lake", "image/png", "Accept"),
            ("/data/id/lake", "text/turtle", "Accept-Encoding"),
            ("/page/id/lake", PAGE, "Accept-Language"),
            ("/id/pond", PAGE, "Accept"),
        ],
    )
    def test_whatever_was_negotiated_says_so(
        self, lakes: httpx.Client, path: str, accept: str, vary: str
    ) -> None:
        response = lakes.get(path, headers={"accept": accept})
        assert vary in response.headers["vary"].split(", ")

    def test_what_the_client_has_is_not_sent_again(self, lakes: httpx.Client) -> None:
        for path in ("/data/id/lake.ttl", "/page/id/lake", "/data/id/lake.linkset"):
            tag = lakes.get(path).headers["etag"]
            assert re.fullmatch(r'"[0-9a-f]{32}(-\w+)?"', tag)
            again = lakes.get(path, headers={"if-none-match": tag})
            assert again.status_code == 304
            assert again.content == b""

    def test_other_methods_are_refused(self, lakes: httpx.Client) -> None:
        for path in ("/id/lake", "/page/id/lake", "/data/id/lake.ttl"):
            response = lakes.put(path, content=b"")
            assert response.status_code == 405
            assert response.headers["allow"] == "GET, HEAD, OPTIONS"
            options = lakes.options(path)
            assert options.status_code == 204
            assert options.headers["access-control-allow-origin"] == "*"


class TestNotAcceptable:
    @pytest.mark.parametrize("path", ["/id/lake", "/page/id/lake", "/data/id/lake"])
    @pytest.mark.parametrize("accept", ["image/png", "*/*;q=0, text/html;q=0"])
    def test_the_alternatives_are_named(self, lakes: httpx.Client, path: str, accept: str) -> None:
        response = lakes.get(path, headers={"accept": accept})
        assert response.status_code == 406
        assert response.headers["content-type"] == "application/problem+json"
        assert "text/turtle" in response.json()["available"]
        assert ("alternate", "/data/id/lake.ttl", "text/turtle") in links(response)
        assert ("alternate", "/page/id/lake", PAGE) in links(response)

    def test_a_suffix_names_the_format_whatever_else_is_accepted(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.jsonld", headers={"accept": "text/turtle"})
        assert response.headers["content-type"] == "application/ld+json"

    @pytest.mark.parametrize(
        ("path", "accept", "location"),
        [
            ("/page/id/lake?page=2", "text/turtle", "/data/id/lake.ttl?page=2"),
            ("/data/id/lake?page=2", PAGE, "/page/id/lake?page=2"),
            ("/data/id/lake.html", "*/*", "/page/id/lake"),
        ],
    )
    def test_whoever_took_the_other_address_is_led_on(
        self, lakes: httpx.Client, path: str, accept: str, location: str
    ) -> None:
        response = lakes.get(path, headers={"accept": accept})
        assert response.status_code == 303
        assert response.headers["location"] == location


class TestUnknown:
    @pytest.mark.parametrize(
        ("path", "near"),
        [
            ("/id/lak", "/id/lake"),
            ("/id/LAKE", "/id/lake"),
            ("/id/lake/", "/id/lake"),
            ("/id/lake.ttl", "/id/lake"),
            ("/id/old-canal", "/id/canal"),
            ("/claim/lakes/s1-1", "/claim/lakes/s1-01"),
            ("/data/id/lake.xyz", "/id/lake"),
            ("/page/doc/lakes/s2", "/doc/lakes/s1"),
        ],
    )
    def test_what_is_near_is_named(self, lakes: httpx.Client, path: str, near: str) -> None:
        response = lakes.get(path)
        assert response.status_code == 404
        assert near in [each["href"] for each in response.json()["near"]]
        page = Page(lakes.get(path, headers={"accept": PAGE}).text)
        assert near in page.hrefs

    def test_nothing_near_is_made_up(self, lakes: httpx.Client) -> None:
        assert lakes.get("/id/zzzzzzzz").json()["near"] == []

    def test_an_unknown_suffix_is_told_the_known_ones(self, lakes: httpx.Client) -> None:
        assert "jsonld" in lakes.get("/data/id/lake.xyz").json()["detail"]


class TestRetired:
    def test_a_program_gets_the_tombstone(self, lakes: httpx.Client) -> None:
        response = lakes.get("/id/pond", headers={"accept": "text/turtle"})
        assert response.status_code == 410
        assert response.headers["content-type"].startswith("text/turtle")
        assert "dcterms:isReplacedBy id:lake" in response.text
        assert targets(response, "successor-version") == ["/id/lake"]

    @pytest.mark.parametrize("path", ["/id/pond", "/page/id/pond"])
    def test_a_person_gets_a_page(self, lakes: httpx.Client, path: str) -> None:
        response = lakes.get(path, headers={"accept": BROWSER})
        assert response.status_code == 410
        page = Page(response.text)
        assert "/id/lake" in page.hrefs
        assert "It was the same as the lake." in page.texts

    def test_data_answers_the_same(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/pond.nt")
        assert response.status_code == 410
        assert "isReplacedBy" in response.text
        problem = lakes.get("/data/id/pond.nt", headers={"accept": "application/problem+json"})
        assert problem.json()["replacedBy"] == ["/id/lake"]
        assert lakes.get("/problems/gone").status_code == 200


class TestPages:
    @pytest.mark.parametrize("name", ROWS)
    def test_the_graph_is_inside(self, lakes: httpx.Client, name: str) -> None:
        page = Page(lakes.get(f"/page/{name}").text)
        embedded = read(page.data.encode(), RdfFormat.JSON_LD)
        assert embedded == read(lakes.get(f"/data/{name}.ttl").content, RdfFormat.TURTLE)

    def test_texts_are_escaped_and_scripts_are_no_links(self, lakes: httpx.Client) -> None:
        response = lakes.get("/page/id/lake")
        page = Page(response.text)
        assert 'Lake <Ane> & "shore"' in page.texts
        assert not [href for href in page.hrefs if href.startswith("javascript:")]
        assert page.tags.count("script") == 1

    def test_own_things_are_linked_by_local_path(self, lakes: httpx.Client) -> None:
        page = Page(lakes.get("/page/claim/lakes/s1-01").text)
        assert {"/id/lake", "/id/canal", "/doc/lakes/s1", "/claim/lakes/s1-02"} < set(page.hrefs)
        assert "/ontology#DeniedClaim" in page.hrefs

    def test_a_claim_shows_its_triple_its_hedges_and_its_passage(self, lakes: httpx.Client) -> None:
        texts = Page(lakes.get("/page/claim/lakes/s1-01").text).texts
        for text in ("Denied claim", "feeds", "Reported", "The surveyor", "Sentence 1", "10"):
            assert text in texts
        assert "The lake feeds the canal" in texts

    def test_a_passage_shows_offsets_digest_section_and_claims(self, lakes: httpx.Client) -> None:
        text = lakes.get("/page/doc/lakes/s1").text
        texts = Page(text).texts
        for expected in ("10", "cd", "Section 1", "The lake feeds the canal"):
            assert expected in texts
        assert "[10:42]" in text

    def test_what_is_inferred_is_marked(self, lakes: httpx.Client) -> None:
        texts = Page(lakes.get("/page/id/canal").text).texts
        assert "(inferred)" in texts

    def test_pages_of_links_lead_to_each_other(self, lakes: httpx.Client) -> None:
        page = Page(lakes.get("/page/id/lake?page=2").text)
        assert {"/page/id/lake", "/page/id/lake?page=3"} < set(page.hrefs)

    @pytest.mark.parametrize(
        ("accepted", "heading"),
        [
            ("de", "Ane-See"),
            ("de-AT, en;q=0.5", "Ane-See"),
            ("fr, ko;q=0.8, en;q=0.9", 'Lake <Ane> & "shore"'),
            ("ko", "호수"),
            ("fr", 'Lake <Ane> & "shore"'),
            ("*", 'Lake <Ane> & "shore"'),
            ("nonsense;;;", 'Lake <Ane> & "shore"'),
        ],
    )
    def test_labels_are_in_the_language_asked_for(
        self, lakes: httpx.Client, accepted: str, heading: str
    ) -> None:
        response = lakes.get("/page/id/lake", headers={"accept-language": accepted})
        page = Page(response.text)
        assert page.texts[0].startswith(heading)
        assert "Ane-See" in page.data

    def test_what_is_in_another_language_says_so(self, lakes: httpx.Client) -> None:
        response = lakes.get("/page/id/lake", headers={"accept-language": "ko"})
        assert "ko" in Page(response.text).languages
        assert response.headers["content-language"] == "en"

    def test_nothing_is_fetched_from_elsewhere(self, lakes: httpx.Client) -> None:
        text = lakes.get("/page/id/lake").text
        assert not re.search(r"<(?:img|iframe|script[^>]*src|link rel=\"stylesheet)", text)


class TestCitations:
    def test_bibtex(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.bib")
        assert response.headers["content-type"] == "application/x-bibtex; charset=utf-8"
        entry = response.text
        assert entry.startswith("@misc{tipgraph-id-lake,")
        assert r"title = {{Lake <Ane> \& " in entry
        assert "author = {{A. Helper} and {Survey Office}}" in entry
        assert r"Lakes \& canals\_100\%" in entry
        assert "url = {https://w3id.org/tipgraph/id/lake}" in entry
        assert entry.count("{") - entry.count(r"\{") == entry.count("}") - entry.count(r"\}")

    def test_csl_json(self, lakes: httpx.Client) -> None:
        (item,) = json.loads(lakes.get("/data/id/lake.csl").content)
        assert item["title"] == 'Lake <Ane> & "shore"'
        assert item["URL"] == "https://w3id.org/tipgraph/id/lake"
        assert item["author"] == [{"literal": "A. Helper"}, {"literal": "Survey Office"}]
        assert item["issued"] == {"date-parts": [[2026, 11, 25]]}
        assert item["version"] == "1.2.3"

    def test_the_page_cites_it(self, lakes: httpx.Client) -> None:
        text = " ".join(Page(lakes.get("/page/id/lake").text).texts)
        assert "In: Lakes & canals_100%, version 1.2.3" in text


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "status", "problem"),
        [
            (b"/id/a%2Fb", 400, "bad-path"),
            (b"/id/a%5Cb", 400, "bad-path"),
            (b"/id/../lake", 400, "bad-path"),
            (b"/id/%2e%2e/lake", 400, "bad-path"),
            (b"/id/./lake", 400, "bad-path"),
            (b"/id//lake", 400, "bad-path"),
            (b"/page//evil.example/", 400, "bad-path"),
            (b"/id/%3Cscript%3E", 400, "bad-path"),
            (b"/id/a%20b", 400, "bad-path"),
            (b"/id/a%00b", 400, "bad-path"),
            (b"/id/a%0d%0aset-cookie:x", 400, "bad-path"),
            (b"/id/%FF", 400, "bad-encoding"),
            (b"/id/%zz", 400, "bad-encoding"),
            (b"/id/%", 400, "bad-encoding"),
            (b"/id/" + b"a" * 4000, 414, "uri-too-long"),
            (b"/id/", 404, "not-found"),
            (b"/ids/lake", 404, "not-found"),
            (b"/page/lake", 404, "not-found"),
            (b"/data/query/lake.ttl", 404, "not-found"),
            (b"/data/id/lake.ttl.gz", 404, "not-found"),
            (b"//id/lake", 404, "not-found"),
        ],
    )
    def test_it_is_a_problem_of_the_right_kind(
        self, lakes_service: LiveService, path: bytes, status: int, problem: str
    ) -> None:
        with lakes_service.connect() as connection:
            connection.sendall(
                b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            response = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = response.partition(b"\r\n\r\n")
        assert int(head.split()[1]) == status
        assert json.loads(body)["type"] == f"/problems/{problem}"
        assert b"location:" not in head.lower()
        assert b"Traceback" not in body

    def test_a_redirect_never_leaves_the_service(self, lakes: httpx.Client) -> None:
        for path in ("/id/lake?format=//evil.example", "/id/lake?page=//evil.example"):
            assert lakes.get(path).status_code == 400
        location = lakes.get("/id/lake?next=http://evil.example").headers["location"]
        assert location == "/data/id/lake.ttl"

    def test_a_range_is_passed_over(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.ttl", headers={"range": "bytes=5-1"})
        assert response.status_code == 200


@pytest.fixture(scope="module")
def prefixed(lakes_path: Path) -> Iterator[httpx.Client]:
    """The service under a path prefix of another host, behind a proxy."""
    with (
        serving(lakes_path, workers=1, public_url="https://data.example/tg/") as live,
        httpx.Client(base_url=live.url) as client,
    ):
        yield client


class TestElsewhere:
    """The service under another host, and under a path prefix behind a proxy."""

    @pytest.mark.parametrize("kept", ["", "/tg"])
    def test_links_begin_with_the_prefix(self, prefixed: httpx.Client, kept: str) -> None:
        response = prefixed.get(f"{kept}/id/lake", headers={"accept": PAGE})
        assert response.headers["location"] == "/tg/page/id/lake"
        page = prefixed.get(f"{kept}/page/id/lake")
        assert page.status_code == 200
        assert targets(page, "collection") == ["/tg/dataset"]
        assert targets(page, "cite-as") == ["https://w3id.org/tipgraph/id/lake"]
        own = [href for href in Page(page.text).hrefs if href.startswith("/")]
        assert own
        assert all(href.startswith("/tg/") for href in own)

    def test_rdf_is_the_same_everywhere(self, prefixed: httpx.Client, lakes: httpx.Client) -> None:
        for name in ROWS:
            here, there = (each.get(f"/data/{name}.ttl") for each in (prefixed, lakes))
            assert here.content == there.content

    def test_near_matches_are_linked_below_the_prefix(self, prefixed: httpx.Client) -> None:
        near = prefixed.get("/id/lak").json()["near"]
        assert near[0]["href"] == "/tg/id/lake"
