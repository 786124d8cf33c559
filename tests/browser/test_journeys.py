"""From the home page to an answer one can cite: a researcher, a program's author, a validator."""

import json
import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from rdflib import Graph, URIRef

from tests.browser.asking import answer, editor, type_query
from tests.browser.visiting import Visitor
from tests.service import LiveService

BASE: Final = "https://w3id.org/tipgraph"
CLAIM: Final = "NGOs report that North Koreans leave for China"
QUESTION: Final = "Who is trafficked to a given state"
BROKEN: Final = 'ex:length "far"'
MENDED: Final = "ex:length 900 ; ex:destination ex:there"


@pytest.fixture(params=["with-scripts", "without-scripts"])
def has_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "with-scripts")


class TestResearcher:
    """Looks for who is trafficked to a state, and wants the figures and where they are from."""

    @pytest.fixture
    def page(self, visitor: Visitor, has_scripts: bool) -> Page:
        """The question's page, its answer for another state than the one it begins with."""
        page = visitor.open(javascript=has_scripts)
        page.get_by_role("link", name=re.compile("^All [0-9]+ questions$")).click()
        page.get_by_label("Words").fill("given state")
        page.get_by_role("button", name="Find questions").click()
        page.get_by_role("link", name=QUESTION).click()
        page.get_by_label("The state").select_option(label="Russia")
        page.get_by_role("button", name="Show the answer").click()
        expect(page.locator("main")).to_contain_text("That is not to say that it is not so.")
        page.get_by_role("listitem").get_by_role("link", name="China", exact=True).click()
        expect(page.get_by_role("table")).to_contain_text("Women and girls from the DPRK")
        return page

    def test_the_answer_is_cited_with_its_value_and_version(self, page: Page) -> None:
        cited = page.locator("#cite + p").inner_text()
        assert f"“{QUESTION}" in cited
        assert re.search(r"In: tipgraph dataset .*, version \d+\.\d+\.\d+\.", cited)
        iri = cited.rpartition(" ")[2]
        assert iri.startswith(f"{BASE}/query/who-is-trafficked-to-a-state")
        rows = page.get_by_role("table").locator("tbody tr").count()
        page.goto(iri.removeprefix(BASE))
        expect(page.get_by_label("The state")).to_have_value(f"{BASE}/id/china")
        expect(page.get_by_role("table").locator("tbody tr")).to_have_count(rows)

    def test_the_query_is_changed_and_its_answer_taken_away(
        self, page: Page, service: LiveService, has_scripts: bool
    ) -> None:
        rows = page.get_by_role("table").locator("tbody tr").count()
        query = page.locator("#query + pre").inner_text().strip()
        changed = query.replace("VALUES", "LIMIT 1 VALUES")
        page.get_by_role("link", name="Open in the editor").click()
        if has_scripts:
            expect(editor(page)).to_contain_text("tip:traffickedTo")
            type_query(page, changed)
        else:
            written = page.get_by_role("textbox", name="Query")
            assert written.input_value().strip() == query
            written.fill(changed)
        page.get_by_role("button", name="Run", exact=True).click()
        shown = answer(page) if has_scripts else page.locator("section.result")
        expect(shown).to_contain_text("1 row")
        assert rows > 1
        file = page.request.get(shown.get_by_role("link", name="csv").get_attribute("href") or "")
        names, first, *rest = file.text().splitlines()
        assert names == "victims,sentence,evidentiality"
        assert first.startswith("Women and girls from the DPRK ")
        assert rest == []
        if has_scripts:
            page.get_by_text("Link to it, or ask it with curl").click()
            address = page.get_by_label("Link to this query and its answer").inner_text()
            assert address == page.url
        again = page.context.new_page()
        again.goto(page.url)
        expect(again.get_by_role("table").locator("tbody tr")).to_have_count(1)
        again.get_by_role("link", name="licence, citation and downloads").click()
        entry = again.get_by_role("link", name="BibTeX").get_attribute("href") or ""
        assert f"url = {{{BASE}/dataset/" in again.request.get(entry).text()


class TestLinkedDataConsumer:
    """Looks for a place, asks why the graph says what it does of it, and takes the triples."""

    @pytest.fixture
    def page(self, visitor: Visitor, has_scripts: bool) -> Page:
        """The passage that a claim about the place rests on."""
        page = visitor.open(javascript=has_scripts)
        search = page.get_by_label("Search for groups, places, laws")
        if has_scripts:
            search.press_sequentially("chin")
            expect(page.get_by_role("option", name="China").first).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        else:
            search.fill("china")
            page.keyboard.press("Enter")
            page.get_by_role("link", name="China", exact=True).first.click()
        expect(page.locator("h1")).to_have_text("China")
        page.get_by_role("link", name="Route from the DPRK to China").first.click()
        evidence = page.locator(".rail").filter(has_text="Reported").first
        evidence.get_by_role("link", name=CLAIM).first.click()
        expect(page.locator("h1")).to_have_text(re.compile(CLAIM))
        expect(page.locator("main")).to_contain_text("Affirmed")
        page.locator("main").get_by_role("link", name=re.compile("^Sentence 51$")).first.click()
        expect(page.locator("h1")).to_have_text("Sentence 51")
        return page

    def test_the_triples_of_the_page_hold_the_claim(self, page: Page) -> None:
        page.get_by_role("link", name=CLAIM).first.click()
        claim = URIRef(page.locator("h1 + p > code").inner_text())
        page.go_back()
        link = page.locator("main").get_by_role("link", name="Turtle", exact=True)
        file = page.request.get(link.get_attribute("href") or "")
        assert file.headers["content-type"].startswith("text/turtle")
        graph = Graph().parse(data=file.text(), format="turtle")
        passage = URIRef(page.locator("h1 + p > code").inner_text())
        assert (claim, URIRef("http://www.w3.org/ns/prov#wasDerivedFrom"), passage) in graph
        cited = page.locator("section").filter(has_text="Cite and use").inner_text()
        assert str(passage) in cited
        # The address of the data is in the page for programs, too.
        alternate = page.locator('link[rel~="alternate"][type="text/turtle"]').get_attribute("href")
        assert alternate == link.get_attribute("href")


class TestValidator:
    """Has data of their own, and shapes, and wants a file for their tools."""

    def test_data_is_mended_until_it_conforms(self, visitor: Visitor, has_scripts: bool) -> None:
        page = visitor.open(javascript=has_scripts)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Validate").click()
        page.get_by_role("link", name="Fill in an example").click()
        data = page.get_by_label("Data", exact=True)
        expect(data).to_have_value(re.compile(BROKEN))
        submit = page.locator("#validation").get_by_role("button", name="Validate", exact=True)
        report = page.locator("#report")
        submit.click()
        expect(report).to_contain_text("does not conform: 2 violations.")
        expect(report).to_contain_text("Say where it leads.")
        expect(report).to_contain_text("data:5:13")
        if has_scripts:
            assert page.locator(".lines:has(#data) .marked").all_inner_texts() == ["3", "5"]
        page.get_by_text("The report as a file").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="sarif").click()
        results = json.loads(download.value.path().read_text())["runs"][0]["results"]
        places = {
            each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in results
        }
        assert places == {3, 5}
        data.fill(data.input_value().replace(BROKEN, MENDED))
        submit.click()
        expect(report).to_contain_text("The data conforms")
        page.get_by_text("The report as a file").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="sarif").click()
        assert json.loads(download.value.path().read_text())["runs"][0]["results"] == []
