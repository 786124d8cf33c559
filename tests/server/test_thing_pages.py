"""The pages of things, how these are cited, and the service behind a proxy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, Triple, parse

from tests.isomorphism import read
from tests.lakes import THINGS
from tests.service import serving
from tests.web import BROWSER, PAGE, Page, targets
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import ID, RDF, RDFS, TIP


class TestPages:
    @pytest.mark.parametrize("name", THINGS)
    def test_the_graph_is_inside(self, lakes: httpx.Client, name: str) -> None:
        page = Page(lakes.get(f"/page/{name}").text)
        embedded = read(page.data.encode(), RdfFormat.JSON_LD)
        assert embedded == read(lakes.get(f"/data/{name}.ttl").content, RdfFormat.TURTLE)

    def test_texts_are_escaped_and_scripts_are_no_links(self, lakes: httpx.Client) -> None:
        response = lakes.get("/page/id/lake")
        page = Page(response.text)
        assert 'Lake <Ane> & "shore"' in page.texts
        assert not [href for href in page.hrefs if href.startswith("javascript:")]
        assert "script" not in Page(response.text.partition("<main")[2]).tags

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
        loaded = re.findall(r'(?:src|<link rel="(?:stylesheet|icon)" href|url\()="?([^"]+)', text)
        assert loaded
        assert all(address.startswith("/static/") for address in loaded)


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


@pytest.fixture(scope="module")
def prefixed(lakes_path: Path) -> Iterator[httpx.Client]:
    """The service under a path prefix of another host, behind a proxy."""
    with (
        serving(lakes_path, workers=1, public_url="https://data.example/tg/") as live,
        live.client() as client,
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
        for name in THINGS:
            here, there = (each.get(f"/data/{name}.ttl") for each in (prefixed, lakes))
            assert here.content == there.content

    def test_near_matches_are_linked_below_the_prefix(self, prefixed: httpx.Client) -> None:
        near = prefixed.get("/id/lak").json()["near"]
        assert near[0]["href"] == "/tg/id/lake"


def test_blank_nodes_of_every_kind_have_pages(tmp_path: Path) -> None:
    members = " ".join(f'"member {number}"' for number in range(300))
    text = f"""PREFIX e: <http://e.org/> PREFIX id: <{ID}>
        id:list e:has ( {members} ) . id:circle e:has _:a . _:a e:has _:b . _:b e:has _:a ; e:n 7 .
        id:deep e:has {"[ e:in " * 60} 1 {"]" * 60} ."""
    path = tmp_path / "own.ttl"
    path.write_text(text, encoding="utf-8")
    snapshot = build(Inputs((path,)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path) as live, live.client() as client:
        listed = Page(client.get("/page/id/list").text).texts
        assert [each for each in listed if each.startswith("member ")] == [
            f"member {number}" for number in range(300)
        ]
        circle = Page(client.get("/page/id/circle").text).texts
        assert {"7", "the node that this is part of"} < set(circle)
        assert client.get("/page/id/deep").status_code == 200


def test_triple_terms_are_in_the_formats_that_can_hold_them(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(f"<{ID}a> <tag:p> <<( <{ID}b> <tag:p> 'x' )>> .", encoding="utf-8")
    snapshot = build(Inputs((path,)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path) as live, live.client() as client:
        for form, suffix in ((RdfFormat.TURTLE, "ttl"), (RdfFormat.N_TRIPLES, "nt")):
            found = list(parse(client.get(f"/data/id/a.{suffix}").content, form))
            assert any(isinstance(each.object, Triple) for each in found)
        assert client.get("/page/id/a").status_code == 200
        refused = client.get("/data/id/a.jsonld")
        assert (refused.status_code, refused.json()["type"]) == (406, "/problems/not-acceptable")
        query = {"query": "CONSTRUCT WHERE { ?s ?p ?o }", "format": "jsonld"}
        assert client.get("/sparql", params=query).status_code == 406


TRIPLE_TERMS = f"""
PREFIX tip: <{TIP}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX id: <{ID}>
id:report rdfs:label "Report" ; tip:says
  <<( id:river tip:flowsInto <<( id:lake tip:depth 7 )>> )>> ,
  <<( id:lake tip:called "Ane <b> \\"See\\""@de )>> , <<( _:one tip:knows _:two )>> .
id:river rdfs:label "River" . id:lake rdfs:label "Lake" . tip:flowsInto rdfs:label "flows into" .
_:one rdfs:label "somebody" .
"""


@pytest.mark.parametrize(
    ("path", "called"),
    [("/page/id/report", "called"), (f"/sparql?query=DESCRIBE <{ID}report>", "tip:called")],
)
def test_triple_terms_are_shown_with_links(tmp_path: Path, path: str, called: str) -> None:
    (tmp_path / "own.ttl").write_text(TRIPLE_TERMS, encoding="utf-8")
    snapshot = build(Inputs((tmp_path / "own.ttl",)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        answer = client.get(path, headers={"accept": BROWSER})
    assert answer.status_code == 200
    page = Page(answer.text)
    words = " ".join(page.texts)
    assert "<<( River flows into <<( Lake " in words
    assert f'<<( Lake {called} "Ane <b> "See"" )>>' in words
    assert {"/id/river", "/id/lake"} < set(page.hrefs)
    assert "b" not in page.tags


def test_triple_terms_within_many_others_are_left_to_the_data(tmp_path: Path) -> None:
    term = "<tag:inmost>"
    for _ in range(500):
        term = f"<<( <{ID}b> <tag:p> {term} )>>"
    (tmp_path / "own.ttl").write_text(f"<{ID}a> <tag:p> {term} .", encoding="utf-8")
    snapshot = build(Inputs((tmp_path / "own.ttl",)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        for path in ("/page/id/a", f"/sparql?query=DESCRIBE <{ID}a>"):
            answer = client.get(path, headers={"accept": BROWSER})
            assert answer.status_code == 200
            texts = Page(answer.text).texts
            assert "more is in the data" in texts
            assert "inmost" not in texts


def test_triple_terms_that_would_overflow_the_stack_end_no_service(tmp_path: Path) -> None:
    deep = f"{f'<<( <{ID}b> <tag:p> ' * 5000}'x'{' )>>' * 5000}"
    (tmp_path / "own.ttl").write_text(f"<{ID}a> <tag:p> {deep} .", encoding="utf-8")
    snapshot = build(Inputs((tmp_path / "own.ttl",)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        for path in ("/page/id/a", "/data/id/a.nt", f"/sparql?query=DESCRIBE <{ID}a>"):
            refused = client.get(path, headers={"accept": PAGE})
            assert refused.status_code == 413
            assert "nested" in refused.text
        assert client.get("/readyz").status_code == 200


def test_what_was_inferred_is_inside_once(tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    file.write_text(f"<{ID}here> a <{TIP}State> .", encoding="utf-8")
    snapshot = build(Inputs((file,), infer=True), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1) as live:
        page = Page(httpx.get(f"{live.url}/page/id/here").text)
    (here,) = (node for node in json.loads(page.data) if node["@id"] == f"{ID}here")
    types = [value["@id"] for value in here[f"{RDF}type"]]
    assert f"{TIP}Place" in types
    assert len(set(types)) == len(types)


def test_what_was_inferred_from_ones_own_data_is_marked_and_leads_to_its_proof(
    tmp_path: Path,
) -> None:
    file = tmp_path / "own.trig"
    file.write_text(
        f"""<{ID}here> a <{TIP}State>, <tag:A> ; <{RDFS}label> "here" .
        GRAPH <tag:g> {{ <{ID}here> a <tag:B> }}"""
    )
    snapshot = build(Inputs((file,), infer=True), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        answer = client.get("/page/id/here")
        (kinds,) = re.findall(r"<p>(.*tag:B.*?)</p>", answer.text, re.DOTALL)
        marked = {part for part in kinds.split("; ") if "(inferred)" in part}
        stated = {f"{TIP}State", "tag:A", "tag:B"}
        assert {part.count("(inferred)") for part in kinds.split("; ")} == {0, 1}
        assert len(kinds.split("; ")) - len(marked) == len(stated)
        assert stated < set(targets(answer, "type"))
        assert f"{TIP}Place" not in targets(answer, "type")
        (why,) = (
            h for h in Page(answer.text).hrefs if h.startswith("/why") and "ontology%23Place" in h
        )
        assert client.get(why, headers={"accept": BROWSER}).status_code == 200
        (hit,) = client.get("/search", params={"q": "here", "format": "json"}).json()["hits"]
        assert hit["kind"]["iri"] in stated


def test_a_text_that_is_too_long_for_a_page_is_said_to_be_too_large(tmp_path: Path) -> None:
    path = tmp_path / "own.nt"
    path.write_text(f'<{ID}long> <tag:p> "{"x" * 9_000_000}" .', encoding="utf-8")
    snapshot = build(Inputs((path,)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        for name in ("/page/id/long", "/data/id/long.ttl"):
            refused = client.get(name)
            assert (refused.status_code, refused.json()["type"]) == (
                413,
                "/problems/result-too-large",
            )
        query = {"query": f"SELECT ?text {{ <{ID}long> ?p ?text }}", "format": "csv"}
        assert len(client.get("/sparql", params=query).text) > 9_000_000


def test_memory_does_not_grow_with_the_texts_of_things(tmp_path: Path) -> None:
    path = tmp_path / "own.nt"
    text = "x" * 4_000_000
    path.write_text("".join(f'<{ID}long{n}> <tag:p> "{text}" .\n' for n in range(50)))
    snapshot = build(Inputs((path,)), tmp_path / "snapshots").snapshot
    with serving(snapshot.path, workers=1, cache_bytes=0) as live, live.client() as client:
        for number in range(50):
            assert client.get(f"/data/id/long{number}.nt").status_code == 200
            if number == 15:
                before = live.resident_bytes()
        # Without a limit it would be 136 MB more.
        assert live.resident_bytes() - before < 68_000_000
