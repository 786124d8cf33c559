"""Answers on the page on which people ask: looked at, sorted, taken away and asked for again."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import ROUTES, answer, cells, editor, run, type_query
from tests.browser.visiting import Visitor, is_too_wide
from tests.hostile import LABELS
from tipgraph.namespaces import RDFS

MANY: Final = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10000"


class TestAnswer:
    def test_things_are_called_by_their_labels_and_lead_to_their_pages(
        self, visitor: Visitor
    ) -> None:
        page = visitor.open("/sparql")
        run(page, ROUTES)
        expect(answer(page)).to_contain_text(re.compile(r"Answer\d+ rows in [\d.]+ s, "))
        expect(page.locator("#said")).to_contain_text(" rows in ")
        page.get_by_label("Show IRIs, too").check()
        expect(answer(page).locator("tbody")).to_contain_text("id:mongolia")
        answer(page).get_by_role("link", name="Mongolia", exact=True).click()
        expect(page.locator("h1")).to_contain_text("Mongolia")

    def test_the_address_asks_the_same_again(self, visitor: Visitor) -> None:
        first = visitor.open("/sparql")
        run(first, ROUTES)
        expect(answer(first).get_by_role("row")).not_to_have_count(0)
        rows = answer(first).get_by_role("row").count()
        path = first.url.removeprefix(first.url.split("/sparql")[0])
        again = visitor.open(path)
        expect(editor(again)).to_contain_text("?route a tip:Route ; tip:routeDestination ?to .")
        expect(again.get_by_role("group", name="The answer").get_by_role("row")).to_have_count(rows)
        plain = visitor.open(path, javascript=False)
        expect(plain.get_by_role("textbox", name="Query")).to_have_value(ROUTES)
        expect(plain.locator("section.result").get_by_role("row")).to_have_count(rows)

    @pytest.mark.parametrize("query", [ROUTES, "ASK {}", "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"])
    def test_every_format_can_be_taken_away(self, visitor: Visitor, query: str) -> None:
        page = visitor.open("/sparql")
        run(page, query)
        links = answer(page).get_by_text("The whole answer:").get_by_role("link")
        expect(links.first).to_be_visible()
        for link in links.all():
            file = page.request.get(link.get_attribute("href") or "")
            assert file.status == 200
            assert "html" not in file.headers["content-type"]
            assert file.body()

    def test_it_can_be_asked_again_with_curl(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, 'SELECT ("it\'s" AS ?said) {}')
        page.get_by_text("Link to it, or ask it with curl").click()
        command = page.get_by_label("For a shell").inner_text()
        assert command.startswith(f"curl -s '{page.url.split('?')[0]}'")
        assert "'query=SELECT (\"it'\\''s\" AS ?said) {}'" in command

    def test_on_paper_the_query_stands_above_its_answer(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, ROUTES)
        query = answer(page).get_by_text("SELECT ?route ?to WHERE")
        expect(answer(page)).to_contain_text(" rows in ")
        expect(query.first).to_be_hidden()
        page.emulate_media(media="print")
        expect(query.first).to_be_visible()
        expect(editor(page)).to_be_hidden()
        for name in ("route", "to"):
            head = answer(page).get_by_role("columnheader", name=name, exact=True)
            expect(head.get_by_text(name)).to_be_visible()

    def test_a_query_too_long_for_an_address_is_posted(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, f"# {'long ' * 1000}\n{ROUTES}")
        expect(answer(page)).to_contain_text(" rows in ")
        expect(page).to_have_url(re.compile("/sparql$"))
        page.get_by_text("Link to it, or ask it with curl").click()
        expect(answer(page)).to_contain_text("too long for a link")
        with page.expect_download() as download:
            answer(page).get_by_role("button", name="csv").click()
        assert download.value.path().read_text(encoding="utf-8").startswith("route,to")

    def test_yes_or_no(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, "ASK { ?s ?p ?o }")
        expect(answer(page)).to_contain_text("AnswerYes; answered in ")
        run(page, "ASK { FILTER(false) }")
        expect(answer(page)).to_contain_text("AnswerNo; answered in ")

    def test_triples_are_a_table_and_turtle(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, "CONSTRUCT WHERE { <https://w3id.org/tipgraph/id/mongolia> a ?class }")
        heads = answer(page).get_by_role("columnheader")
        expect(heads).to_have_text(["subject", "predicate", "object"])
        page.get_by_text("As Turtle", exact=True).click()
        expect(page.get_by_label("Turtle")).to_contain_text("id:mongolia a tip:")

    def test_triples_may_have_a_triple_for_their_object(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        inner = '<<( _:inner <x:p> "a )>> b"@en )>>'
        run(page, f"CONSTRUCT {{ <x:s> <x:says> <<( <x:s> <x:denies> {inner} )>> }} WHERE {{}}")
        cells = answer(page).get_by_role("cell")
        expect(cells).to_have_text(
            [
                "x:s",
                "x:says",
                re.compile(
                    r"^<<\( x:s x:denies <<\( _:\w+ x:p \"a \)>> b\" en \)>> \)>>$",
                ),
            ]
        )

    def test_what_triple_terms_name_is_called_by_its_label_and_leads_on(
        self, visitor: Visitor
    ) -> None:
        page = visitor.open("/sparql")
        term = "<<( <https://w3id.org/tipgraph/id/mongolia> a <x:Country> )>>"
        run(page, f"SELECT ({term} AS ?said) WHERE {{}}")
        expect(answer(page).get_by_role("cell")).to_have_text("<<( Mongolia type x:Country )>>")
        page.get_by_label("Show IRIs, too").check()
        expect(answer(page).locator("tbody")).to_contain_text("id:mongolia")
        answer(page).get_by_role("link", name="Mongolia", exact=True).click()
        expect(page.locator("h1")).to_contain_text("Mongolia")

    def test_what_finds_nothing_says_why_it_may(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, ROUTES.replace("tip:Route ", "tip:Routes "))
        expect(answer(page)).to_contain_text("0 rows in ")
        expect(answer(page).locator(".note")).to_contain_text("did you mean")

    def test_values_say_what_they_are(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, 'SELECT ("chat"@fr AS ?word) (2 AS ?number) (<mailto:a@b> AS ?thing) ?none {}')
        expect(answer(page).get_by_role("cell")).to_have_text(
            ["chat fr", "2 integer", "mailto:a@b", ""]
        )
        expect(answer(page).locator("[lang=fr]")).to_have_text("chat")

    def test_long_values_are_shown_when_somebody_wants_them(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, f'SELECT ("{"x" * 5000}" AS ?long) {{}}')
        cell = answer(page).get_by_role("cell")
        expect(cell).to_have_text(re.compile(r"^x{600}…All 5,000 characters"))
        cell.get_by_role("button").click()
        expect(cell).to_have_text("x" * 5000)


def test_hostile_labels_and_values_stay_text(hostile: Visitor) -> None:
    page = hostile.open("/sparql")
    filtered = "FILTER(CONTAINS(STR(?thing), '/id/'))"
    run(page, f"SELECT ?thing ?label {{ ?thing <{RDFS}label> ?label {filtered} }}")
    for name, label in LABELS.items():
        shown = label if len(label) <= 600 else f"{label[:600]}…"
        link = page.locator(f"a[href$='/id/{name}']")
        row = answer(page).get_by_role("row").filter(has=link)
        expect(row.get_by_role("cell").last).to_contain_text(shown)
    right_to_left = answer(page).get_by_text(LABELS["rtl"]).last
    assert right_to_left.evaluate("(text) => getComputedStyle(text).direction") == "rtl"
    expect(page).to_have_title(re.compile("^Ask"))
    assert not is_too_wide(page)
    # What such a thing is called is shown when it is offered, and stays out of the query.
    type_query(page, "SELECT * WHERE { ?thing ?property ")
    page.keyboard.type("onmouseover")
    offered = page.get_by_role("option").first
    expect(offered).to_contain_text(LABELS["quotes"])
    offered.click()
    expect(editor(page)).to_contain_text("?property <https://w3id.org/tipgraph/claim/hostile/")
    expect(editor(page)).not_to_contain_text("onmouseover")


class TestManyRows:
    @pytest.fixture
    def page(self, visitor: Visitor) -> Page:
        page = visitor.open("/sparql")
        run(page, MANY)
        expect(answer(page)).to_contain_text("10,000 rows")
        return page

    def test_they_come_in_pages(self, page: Page) -> None:
        place = answer(page).get_by_role("navigation").get_by_role("status")
        expect(place).to_have_text("1 to 100 of 10,000 rows")
        expect(answer(page).locator("tbody tr")).to_have_count(100)
        page.get_by_role("button", name="Last").click()
        expect(place).to_have_text("9,901 to 10,000 of 10,000 rows")
        page.get_by_label("Rows a page").select_option("500")
        expect(place).to_have_text("9,501 to 10,000 of 10,000 rows")
        expect(page.get_by_role("button", name="Next")).to_be_disabled()
        assert not is_too_wide(page)

    def test_they_are_sorted_up_down_and_back(self, page: Page) -> None:
        unsorted = cells(page, 1)
        head = answer(page).get_by_role("columnheader", name="s", exact=True)
        for order in ("ascending", "descending"):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", order)
            expect(answer(page).locator("tbody td").first).not_to_have_text(unsorted[0])
            shown = cells(page, 1)
            assert shown != unsorted
            assert shown == page.evaluate(
                """([texts, order]) => {
                  const { compare } = new Intl.Collator(navigator.languages, { numeric: true });
                  return texts.toSorted((a, b) => (order === "ascending" ? 1 : -1) * compare(a, b));
                }""",
                [shown, order],
            )
            unsorted = shown
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", "none")


def test_numbers_are_sorted_by_size_and_nothing_goes_last(visitor: Visitor) -> None:
    page = visitor.open("/sparql")
    run(page, 'SELECT * { VALUES ?n { 10 9.5 UNDEF -1 "text" 1e2 } }')
    sort = answer(page).get_by_role("columnheader").get_by_role("button")
    sort.click()
    expect(answer(page).get_by_role("cell").first).to_contain_text("-1")
    assert [each.split("\n")[0].split(" ")[0] for each in cells(page, 1)] == [
        "-1",
        "9.5",
        "10",
        "100",
        "text",
        "",
    ]
    sort.click()
    expect(answer(page).get_by_role("cell").first).to_contain_text("text")
    assert cells(page, 1)[-1] == ""
