"""Search: what is found, in which order, and how it is asked for over HTTP."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from tests.service import serving
from tests.waters import STONES, names, page, search, write_waters
from tests.web import BROWSER, Page
from tipgraph.errors import CacheError
from tipgraph.namespaces import GRAPH_DATA, ID, RDFS
from tipgraph.search import SearchIndex, Wanted, write_index
from tipgraph.snapshot import Snapshot


class TestWhatIsFound:
    def test_labels_come_before_words_and_these_before_definitions(
        self, waters: httpx.Client
    ) -> None:
        found = search(waters, "cor")
        assert names(found) == ["cor", "cor-mouth", "old-cor", "ane"]
        matches = [hit["match"] for hit in found["hits"]]
        assert matches == ["label", "label-prefix", "label-words", "words"]
        assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3, 4]
        assert found["total"] == 4

    def test_a_hit_says_what_it_is(self, waters: httpx.Client) -> None:
        (hit,) = search(waters, "ane")["hits"]
        assert hit == {
            "rank": 1,
            "match": "label",
            "iri": f"{ID}ane",
            "label": "Ane",
            "language": "en",
            "alternative": None,
            "kind": {"iri": "http://example.org/River", "label": "river"},
            "definition": "The Ane joins the Cor below the two mills.",
            "address": "/id/ane",
        }

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("ORVAR", "orvar"),
            ("órvár", "orvar"),
            ("o\u0301rva", "orvar"),
            ("grosse strasse", "strasse"),
            ("GROẞE", "strasse"),
            ("서울", "seoul"),
            ("서우", "seoul"),
            ("江", "long-river"),
            ("长", ""),
            ("черная", "long-river"),
            ("نهر", "arabic"),
            ("\uff43\uff4f\uff52 mouth", "cor-mouth"),
        ],
    )
    def test_case_and_diacritics_do_not_count(
        self, waters: httpx.Client, text: str, name: str
    ) -> None:
        assert names(search(waters, text))[:1] == ([name] if name else [])

    def test_only_the_last_word_may_be_cut_short(self, waters: httpx.Client) -> None:
        assert names(search(waters, "old c")) == ["old-cor"]
        assert names(search(waters, "ol cor")) == []
        assert names(search(waters, "mou cor")) == []
        assert names(search(waters, "mouth cor")) == ["cor-mouth"]

    def test_the_label_that_fits_is_shown(self, waters: httpx.Client) -> None:
        (hit,) = search(waters, "anna")["hits"]
        assert (hit["label"], hit["language"], hit["match"]) == ("Anna", "de", "label")
        (hit,) = search(waters, "slow")["hits"]
        assert (hit["label"], hit["alternative"]) == ("Ane", "The Slow One")
        (hit,) = search(waters, "herons")["hits"]
        assert hit["definition"] == "A note that speaks of herons."

    @pytest.mark.parametrize("text", ["id:ane", f"{ID}ane", f"<{ID}ane>", f"  {ID}ane ", "ane"])
    def test_things_are_found_by_their_iris(self, waters: httpx.Client, text: str) -> None:
        found = search(waters, text)
        assert names(found) == ["ane"]
        assert found["total"] == 1

    def test_what_has_no_label_is_found_by_its_name(self, waters: httpx.Client) -> None:
        for text in ("no label at all", "noLabelAtAll", "nolabelatall"):
            assert names(search(waters, text)) == ["noLabelAtAll"]
        assert search(waters, "no label")["hits"][0]["label"] == "no label at all"

    def test_what_is_elsewhere_leads_to_what_is_said_here(self, waters: httpx.Client) -> None:
        (hit,) = search(waters, "elsewhere")["hits"]
        assert hit["address"].startswith("/sparql?query=DESCRIBE")
        assert "Elsewhere" in waters.get(hit["address"], headers={"accept": "text/turtle"}).text

    def test_blank_nodes_and_shapes_are_not_found(self, waters: httpx.Client) -> None:
        assert search(waters, "nameless")["total"] == 0
        assert names(search(waters, "river"))[0] == "River"
        assert "RiverShape" not in names(search(waters, "river"))

    def test_what_is_inferred_comes_after_what_is_asserted(self, waters: httpx.Client) -> None:
        # Its label is the shortest of all that begin so.
        assert names(search(waters, "c")) == ["cor", "cor-mouth", "1", "old-cor", "ane"]


class TestKinds:
    def test_things_of_a_kind_by_label(self, waters: httpx.Client) -> None:
        found = search(waters, kind="http://example.org/River")
        assert names(found) == ["ane", "cor", "noLabelAtAll", "old-cor", "long-river"]
        assert found["total"] == 5
        assert {hit["match"] for hit in found["hits"]} == {"kind"}

    def test_inferred_classes_count_and_asserted_ones_are_shown(self, waters: httpx.Client) -> None:
        found = search(waters, "cor", kind="http://example.org/Water")
        assert names(found) == ["cor", "cor-mouth", "ane"]
        assert [hit["kind"]["label"] for hit in found["hits"]] == ["river", "Mouth", "river"]

    def test_a_class_without_things_finds_nothing_and_what_is_none_is_refused(
        self, waters: httpx.Client
    ) -> None:
        assert search(waters, kind="http://example.org/Lake")["total"] == 0
        for kind in ("ex:River", "tip:Rout", "x y"):
            answer = waters.get("/search", params={"kind": kind})
            assert answer.status_code == 400
            assert "there is no class" in answer.json()["detail"]

    def test_every_kind_has_as_many_things_as_sparql_counts(self, shipped: httpx.Client) -> None:
        query = (
            "SELECT ?kind (COUNT(DISTINCT ?thing) AS ?n) { ?thing a ?kind "
            "FILTER(isIRI(?thing) && isIRI(?kind)) } GROUP BY ?kind"
        )
        answer = shipped.get("/sparql", params={"query": query, "format": "json"}).json()
        counts = {
            row["kind"]["value"]: int(row["n"]["value"]) for row in answer["results"]["bindings"]
        }
        assert len(counts) > 100
        for kind, number in counts.items():
            if kind.startswith("https://w3id.org/"):
                assert search(shipped, kind=kind, limit=1)["total"] == number, kind


class TestEverything:
    def test_every_label_of_the_data_finds_its_thing(self, shipped: httpx.Client) -> None:
        query = f"SELECT ?thing ?label {{ ?thing <{RDFS}label> ?label FILTER(isIRI(?thing)) }}"
        graph = {"default-graph-uri": GRAPH_DATA.value}
        answer = shipped.get("/sparql", params={"query": query, "format": "json", **graph})
        rows = answer.json()["results"]["bindings"]
        assert len(rows) > 500
        for row in rows:
            found = search(shipped, row["label"]["value"], limit=100)
            matches = {hit["iri"]: hit["match"] for hit in found["hits"]}
            assert matches[row["thing"]["value"]] == "label", row

    def test_pages_of_hits_make_the_whole(self, shipped: httpx.Client) -> None:
        first = search(shipped, "women", limit=7)
        found, address = first["hits"], first["next"]
        while address:
            answer = shipped.get(address).json()
            assert (answer["total"], answer["offset"]) == (first["total"], len(found))
            found += answer["hits"]
            address = answer["next"]
        assert len({hit["iri"] for hit in found}) == len(found) == first["total"] > 14
        assert [hit["rank"] for hit in found] == list(range(1, len(found) + 1))
        assert answer["prev"]
        assert found[:100] == search(shipped, "women", limit=100)["hits"]

    def test_more_than_can_be_counted_is_said_to_be_more(self, waters: httpx.Client) -> None:
        found = search(waters, "ston", limit=100, offset=9950)
        assert (found["total"], found["totalIsExact"]) == (10_000, False)
        assert len(found["hits"]) == 100
        assert found["next"] is None
        assert "More than 10,000 things" in page(waters, "ston")
        everything = search(waters)
        assert (everything["totalIsExact"], everything["total"]) == (True, STONES + 19)


class TestProtocol:
    @pytest.mark.parametrize(
        ("accept", "named", "expected"),
        [
            (None, None, "application/json"),
            ("*/*", None, "application/json"),
            (BROWSER, None, "text/html; charset=utf-8"),
            (BROWSER, "json", "application/json"),
            ("application/json", "html", "text/html; charset=utf-8"),
        ],
    )
    def test_the_form_is_negotiated(
        self, waters: httpx.Client, accept: str | None, named: str | None, expected: str
    ) -> None:
        answer = waters.get(
            "/search",
            params={"q": "cor"} | ({"format": named} if named else {}),
            headers={"accept": accept} if accept else {},
        )
        assert answer.headers["content-type"] == expected
        assert answer.headers["vary"] == "Accept, Accept-Encoding"
        assert answer.headers["access-control-allow-origin"] == "*"
        tag = answer.headers["etag"]
        again = waters.get(answer.url, headers={"if-none-match": tag, "accept": accept or "*/*"})
        assert again.status_code == 304
        head = waters.head(answer.url, headers={"accept": accept or "*/*"})
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)

    def test_what_is_neither_is_not_acceptable(self, waters: httpx.Client) -> None:
        answer = waters.get("/search?q=cor", headers={"accept": "text/turtle"})
        assert answer.status_code == 406
        assert answer.json()["available"] == ["application/json", "text/html"]

    @pytest.mark.parametrize(
        "query",
        [
            "q=a&q=b",
            "q=" + "x" * 501,
            "q=" + "x" * 10_000,
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=ten",
            "offset=10000",
            "offset=1.5",
            "offset=",
            "format=xml",
            "q=%ff",
            "q=%zz",
        ],
    )
    def test_what_cannot_be_used_is_refused(self, waters: httpx.Client, query: str) -> None:
        for accept, media_type in (("*/*", "application/problem+json"), (BROWSER, "text/html")):
            answer = waters.get(f"/search?{query}", headers={"accept": accept})
            assert answer.status_code == 400
            assert answer.headers["content-type"].startswith(media_type)

    def test_other_methods_are_refused(self, waters: httpx.Client) -> None:
        answer = waters.post("/search", data={"q": "cor"})
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"

    def test_links_say_what_comes_before_and_after(self, shipped: httpx.Client) -> None:
        answer = shipped.get("/search", params={"q": "women", "offset": 20})
        assert re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"]) == [
            ("/search?q=women", "prev"),
            ("/search?q=women&offset=40", "next"),
        ]

    def test_it_is_described(self, waters: httpx.Client) -> None:
        operation = waters.get("/openapi.json").json()["paths"]["/search"]["get"]
        content = operation["responses"]["200"]["content"]
        described = content["application/json"]["schema"]["properties"]
        found = search(waters, "ane")
        assert described.keys() == found.keys()
        assert described["hits"]["items"]["properties"].keys() == found["hits"][0].keys()
        named = {each["name"] for each in operation["parameters"]}
        assert named == {"q", "kind", "offset", "limit", "format"}

    def test_crawlers_keep_away(self, waters: httpx.Client) -> None:
        assert "Disallow: /search\n" in waters.get("/robots.txt").text

    def test_many_at_a_time_get_the_same(self, waters: httpx.Client) -> None:
        texts = ["cor", "old c", "ston", "zzz"] * 25
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda text: json.dumps(search(waters, text)), texts))
        assert len(set(found)) == 4


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    snapshot = write_waters(tmp_path / "snapshot")
    with serving(snapshot.path, workers=1, query_timeout=1e-6) as live:
        answer = live.get("/search", params={"limit": 100})
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/query-timeout"
        assert answer.headers["retry-after"]


def test_an_index_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CacheError, match="the search index cannot be written"):
        write_index(Store(), tmp_path / "no folder" / "search.sqlite", merged=False)


@given(st.text(st.characters(max_codepoint=127)))
def test_words_are_the_same_whatever_script_stands_beside_them(text: str) -> None:
    assert Wanted(f"{text} é").key.split() == [*Wanted(text).key.split(), "e"]


def test_only_the_index_stays(tmp_path: Path) -> None:
    write_index(Store(), tmp_path / "search.sqlite", merged=False)
    assert [path.name for path in tmp_path.iterdir()] == ["search.sqlite"]


def test_of_many_things_each_is_found(tmp_path: Path) -> None:
    # So many that they are drafted by two processes.
    store, count = Store(), 50_000
    store.bulk_load(
        "".join(f'<{ID}{number}> <{RDFS}label> "Ford {number}" .\n' for number in range(count)),
        RdfFormat.N_TRIPLES,
    )
    write_index(store, tmp_path / "search.sqlite", merged=False)
    index = SearchIndex(tmp_path / "search.sqlite", seconds=10)
    for number in (0, 4, 24_999, 25_000, 37_777, count - 1):
        (hit,) = index.search(f"ford {number}", limit=1).hits
        assert (hit.iri, hit.match) == (f"{ID}{number}", "label")


def test_below_a_prefix_addresses_have_it(shipped_snapshot: Snapshot) -> None:
    with (
        serving(shipped_snapshot.path, workers=1, public_url="https://example.org/tip") as live,
        live.client() as client,
    ):
        found = search(client, "china", limit=1)
        assert found["hits"][0]["address"] == "/tip/id/china"
        assert found["next"].startswith("/tip/search?")
        for href in Page(page(client, "china")).hrefs:
            assert href.startswith(("/tip/", "#", "http")), href
