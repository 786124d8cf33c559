"""The evidence on pages: beside each statement, conflicts in pairs, what is not affirmed apart."""

import re
from collections import defaultdict

import httpx
import pytest

from tests.hostile import CLAIMS, LABELS
from tests.web import Page, section
from tipgraph.namespaces import BASE, PREFIXES

SAID = "What is said of it"
NOT_AFFIRMED = "Denied, doubted or not known"
CONFLICTS = "Claims that cannot both be right"
_LARGEST = 60_000


def select(client: httpx.Client, query: str) -> list[dict[str, str]]:
    """The rows of a query's answer, by variable."""
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    headers = {"accept": "application/sparql-results+json"}
    answer = client.get("/sparql", params={"query": prefixes + query}, headers=headers)
    rows = answer.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def page_of(client: httpx.Client, iri: str) -> str:
    response = client.get(f"/page/{iri.removeprefix(BASE)}")
    assert response.status_code == 200
    return response.text


def words(page: Page) -> str:
    return " ".join(" ".join(page.texts).split())


class TestStatements:
    def test_a_claim_stands_beside_what_it_says(self, shipped: httpx.Client) -> None:
        said = words(section(page_of(shipped, f"{BASE}id/dprk"), SAID))
        assert re.search(
            r"is not party to UN TIP Protocol Affirmed Asserted by the document "
            r"The DPRK stands outside the UN TIP Protocol Says who: The document itself, in its "
            r"own voice \. Rests on Sentence 61 \.",
            said,
        )

    def test_hedges_are_said_and_what_goes_without_saying_is_not(
        self, shipped: httpx.Client
    ) -> None:
        rows = select(
            shipped,
            "SELECT ?s ?label { ?c tip:force tip:possible ; tip:claimSubject ?s ;"
            " rdfs:label ?label ; a tip:AffirmedClaim ; tip:evidentiality tip:reported } LIMIT 1",
        )
        text = words(section(page_of(shipped, rows[0]["s"]), SAID))
        assert f"Affirmed Reported Possible {rows[0]['label']}" in text
        for unsaid in (" Fact ", " Endorsed "):
            assert unsaid not in text

    def test_what_was_inferred_says_why_and_from_what(self, shipped: httpx.Client) -> None:
        page = section(page_of(shipped, f"{BASE}id/dprk"), SAID)
        assert re.search(
            r"has leader Kim Jong-un Inferred Asserted by the document Inferred, because "
            r"has leader is the inverse of is leader of , from: Kim Jong-un has led the DPRK "
            r"since 2011 Affirmed Asserted by the document Sentence 33",
            words(page),
        )
        assert {"/claim/nk/s33-01", "/doc/nk/s33", "/ontology#leaderOf"} <= set(page.hrefs)

    def test_every_rule_in_use_has_words_of_its_own(self, shipped: httpx.Client) -> None:
        rows = select(
            shipped, "SELECT ?rule (MIN(?s) AS ?one) { ?s tip:ruleName ?rule } GROUP BY ?rule"
        )
        assert len(rows) >= 7
        for row in rows:
            why = words(section(page_of(shipped, row["one"]), "What is stated"))
            assert re.search(r"Inferred, (in the last step )?because .+, from: ", why), row
            assert "the axiom of" not in why, row

    def test_a_conclusion_is_never_shown_surer_than_its_premises(
        self, shipped: httpx.Client
    ) -> None:
        rows = select(
            shipped,
            "SELECT ?s ?claim { ?s a tip:InferredStatement ; tip:evidentiality tip:reported ;"
            " prov:wasDerivedFrom ?claim . ?claim tip:evidentiality tip:reported } LIMIT 1",
        )
        text = page_of(shipped, rows[0]["s"])
        assert (
            'class="badge inferred">Inferred</span> <span class="evidence" data-strength="3"'
            in (text)
        )

    def test_several_claims_for_one_value_open_on_request(self, hostile: httpx.Client) -> None:
        text = page_of(hostile, f"{BASE}id/valued")
        assert re.search(r"<summary>\d+ more</summary>", text)

    def test_further_pages_of_claims_are_announced(self, hostile: httpx.Client) -> None:
        first = words(Page(page_of(hostile, f"{BASE}id/valued")))
        assert "the evidence goes on on the pages that follow" in first
        second = words(Page(page_of(hostile, f"{BASE}id/valued?page=2")))
        assert "Claims in which it is named" in second

    def test_classification_without_a_claim_claims_nothing(self, shipped: httpx.Client) -> None:
        text = page_of(shipped, f"{BASE}id/dprk")
        assert re.search(r'<dd><a href="http://www.wikidata.org/entity/Q423">', text)


class TestNotAffirmed:
    def test_it_is_apart_on_the_page_of_what_it_is_about(self, shipped: httpx.Client) -> None:
        rows = select(
            shipped,
            "SELECT ?subject ?label ?status { VALUES (?class ?status) { "
            "(tip:DeniedClaim 'Denied') (tip:DoubtedClaim 'Doubted') "
            "(tip:UnestablishedClaim 'Unestablished') } "
            "?c a ?class ; tip:claimSubject ?subject ; rdfs:label ?label }",
        )
        assert {row["status"] for row in rows} == {"Denied", "Doubted", "Unestablished"}
        about = defaultdict(list)
        for row in rows:
            about[row["subject"]].append(row)
        for subject, claims in about.items():
            text = page_of(shipped, subject)
            apart = words(section(text, NOT_AFFIRMED))
            for claim in claims:
                assert re.search(rf"{claim['status']} .{{0,60}}{re.escape(claim['label'])}", apart)
                if f"<h2>{SAID}" in text:
                    assert claim["label"] not in words(section(text, SAID))

    def test_it_says_in_words_what_is_denied_and_by_whom(self, shipped: httpx.Client) -> None:
        text = words(section(page_of(shipped, f"{BASE}id/dprk"), NOT_AFFIRMED))
        assert "What is denied: Democratic People's Republic of Korea → has problem →" in text
        assert "Not endorsed : The document passes the statement on and contradicts it." in text
        assert "Says who: Government of the DPRK" in text

    def test_what_is_passed_on_with_distance_is_among_it(self, shipped: httpx.Client) -> None:
        rows = select(
            shipped,
            "SELECT ?subject ?label { ?c tip:endorsement tip:distanced ; "
            "tip:claimSubject ?subject ; rdfs:label ?label }",
        )
        assert rows
        for row in rows:
            apart = words(section(page_of(shipped, row["subject"]), NOT_AFFIRMED))
            assert row["label"] in apart
            assert "Distanced" in apart

    def test_a_denied_claim_says_so_before_its_triple(self, shipped: httpx.Client) -> None:
        stated = words(section(page_of(shipped, f"{BASE}claim/nk/s21-03"), "What is stated"))
        assert stated.index("What is denied:") < stated.index("duly convicted")
        assert "negative property assertion" in stated
        other = page_of(shipped, f"{BASE}claim/nk/s37-02")
        assert "negative property assertion" not in other

    def test_what_is_unknown_has_a_question_mark_for_an_object(self, shipped: httpx.Client) -> None:
        stated = words(section(page_of(shipped, f"{BASE}claim/nk/s13-01"), "What is stated"))
        assert "What is not known:" in stated
        assert re.search("→ .+ → \\?", stated)

    def test_a_statement_of_no_known_class_is_not_taken_for_affirmed(
        self, hostile: httpx.Client
    ) -> None:
        text = page_of(hostile, f"{BASE}claim/hostile/004")
        assert "Status not stated" in text
        assert "Affirmed" not in words(section(text, "What is stated"))


class TestConflicts:
    def test_both_sides_are_there_once(self, shipped: httpx.Client) -> None:
        text = page_of(shipped, f"{BASE}id/q-earnings")
        sides = section(text, CONFLICTS)
        for name in ("s35-01", "s35-03"):
            assert sides.hrefs.count(f"/claim/nk/{name}") == 1
        assert sides.texts.count("conflicts with") == 1
        assert "Says who: First of two unnamed sources on earnings" in words(sides)

    @pytest.mark.parametrize("name", ["s37-02", "s01-01", "s39-01"])
    def test_a_contradiction_is_on_the_pages_of_both_claims(
        self, shipped: httpx.Client, name: str
    ) -> None:
        sides = section(page_of(shipped, f"{BASE}claim/nk/{name}"), CONFLICTS)
        assert sides.texts.index("Denied") < sides.texts.index("is contradicted by")
        assert {"/claim/nk/s37-02", f"/claim/nk/{name}"} <= set(sides.hrefs)

    def test_it_is_on_the_page_of_a_thing_that_one_side_is_about(
        self, shipped: httpx.Client
    ) -> None:
        sides = section(page_of(shipped, f"{BASE}id/vg-from-dprk"), CONFLICTS)
        assert {"/claim/nk/s37-02", "/claim/nk/s01-01"} <= set(sides.hrefs)
        assert "Not endorsed" in sides.texts


class TestClaims:
    def test_what_qualifies_it_and_what_it_qualifies(self, shipped: httpx.Client) -> None:
        text = page_of(shipped, f"{BASE}claim/nk/s51-01")
        assert "/claim/nk/s51-02" in section(text, "Is qualified by").hrefs
        text = page_of(shipped, f"{BASE}claim/nk/s51-02")
        assert "/claim/nk/s51-01" in section(text, "Qualifies").hrefs

    def test_its_hedges_are_explained(self, shipped: httpx.Client) -> None:
        stated = words(section(page_of(shipped, f"{BASE}claim/nk/s51-02"), "What is stated"))
        assert "Reported : The document passes on a report without judging it." in stated
        assert "Possible : The claim is put forward as possible" in stated

    def test_notes_of_the_editors_stand_out(self, shipped: httpx.Client) -> None:
        text = page_of(shipped, f"{BASE}claim/nk/s35-01")
        assert re.search(r'<p class="note"><b>Note on our reading:</b> <bdi>Whether 2016', text)

    def test_what_was_inferred_from_it(self, shipped: httpx.Client) -> None:
        inferred = section(page_of(shipped, f"{BASE}claim/nk/s21-01"), "What was inferred from it")
        assert "/ontology#estimatesQuantity" in inferred.hrefs


class TestPassages:
    @pytest.mark.parametrize(
        ("name", "sides"),
        [
            ("s21", [("prev", "s20"), ("next", "s22")]),
            ("s01", [("next", "s02")]),
            ("s61", [("prev", "s60")]),
            ("sec-2", [("prev", "sec-1"), ("next", "sec-3")]),
        ],
    )
    def test_it_leads_to_its_neighbours(
        self, shipped: httpx.Client, name: str, sides: list[tuple[str, str]]
    ) -> None:
        text = page_of(shipped, f"{BASE}doc/nk/{name}")
        found = re.findall(r'<a rel="(prev|next)" href="/doc/nk/([\w-]+)">', text)
        assert found == sides

    def test_the_claims_that_rest_on_it(self, shipped: httpx.Client) -> None:
        text = page_of(shipped, f"{BASE}doc/nk/s21")
        assert "/claim/nk/s21-01" in section(text, "Claims that rest on it").hrefs
        assert "/claim/nk/s21-03" in section(text, NOT_AFFIRMED).hrefs

    def test_a_document_lists_its_passages_with_their_claims(self, shipped: httpx.Client) -> None:
        text = page_of(shipped, f"{BASE}doc/nk")
        rows = re.findall(
            r'<tr data-start="(\d+)" data-end="(\d+)" data-sha256="[0-9a-f]{64}">'
            r'.*?href="/doc/nk/([\w-]+)".*?<td class="number">(\d+)</td></tr>',
            text,
        )
        assert len(rows) == 86
        places = [(int(start), -int(end)) for start, end, *_ in rows]
        assert places == sorted(places)
        assert [name for _, _, name, _ in rows[:3]] == ["sec-0", "p01", "s01"]
        for kind, step in (("sec-", "/tip:inSection"), ("p", "/tip:inParagraph"), ("s", "")):
            counts = sum(int(n) for *_, name, n in rows if re.fullmatch(rf"{kind}\d+", name))
            (total,) = select(
                shipped,
                "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?c ?x "
                f"{{ ?c a tip:Claim ; prov:wasDerivedFrom{step} ?x }} }}",
            )
            assert counts == int(total["n"])


class TestAnyData:
    @pytest.mark.parametrize(
        "name", ["id/dprk", "id/document-narrator", "doc/nk", "claim/nk/s22-01"]
    )
    def test_pages_stay_small(self, shipped: httpx.Client, name: str) -> None:
        headers = {"accept-encoding": "gzip"}
        with shipped.stream("GET", f"/page/{name}", headers=headers) as response:
            assert response.headers["content-encoding"] == "gzip"
            assert sum(map(len, response.iter_raw())) < _LARGEST

    def test_labels_are_texts_and_nothing_else(self, hostile: httpx.Client) -> None:
        names = [f"id/{name}" for name in (*LABELS, "valued")]
        names += [f"claim/hostile/{number:03}" for number in range(0, CLAIMS, 13)]
        for name in names:
            text = page_of(hostile, f"{BASE}{name}")
            tags = Page(text.partition("<main")[2]).tags
            assert tags
            assert not {"script", "img"} & set(tags), name
            assert not re.search(r"<[^>]*\son\w+=", text)
            assert "{{ 7*7 }}" in text or "quotes" not in name

    def test_the_direction_of_a_value_is_its_own(self, hostile: httpx.Client) -> None:
        text = page_of(hostile, f"{BASE}id/valued")
        assert f'<bdi lang="ar">{LABELS["rtl"]}</bdi>' in text
        assert f"<bdi>{LABELS['override']}</bdi>" in text
