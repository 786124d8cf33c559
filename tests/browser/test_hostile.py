"""Hostile texts on every kind of page: shown as texts, inside of the screen, and never run."""

import re
from typing import Final
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect
from pyoxigraph import Literal

from tests.browser.asking import answer, run
from tests.browser.axe import barriers
from tests.browser.test_validate import fill, validate
from tests.browser.visiting import NARROW, WIDE, Visitor, is_too_wide
from tests.hostile import LABELS

# All markup, and of every other text the beginning: search takes no more than 500 characters.
_BEGINNINGS: Final = (text if "<" in text else text[:30] for text in LABELS.values())
TEXT: Final = " ".join([*_BEGINNINGS, "x" * 80])
# Where it stands in addresses that answer, and in those that refuse and say what.
ANSWERED: Final = (
    "/search?q={}",
    "/query?q={}",
    "/query?keyword={}",
    "/query?term={}",
    "/ontology?{}",
    "/validate?example={}",
)
REFUSED: Final = (
    "/{}",
    "/search?kind={}",
    "/search?offset={}",
    "/page/id/valued?page={}",
    "/problems/{}",
    "/query/{}",
    "/query/what-is-said-of-a-thing?thing={}",
    "/sparql?query={}",
    "/sparql?query=ASK%20%7B%7D&default-graph-uri={}",
    "/sparql?query=ASK%20%7B%7D&timeout={}",
    "/dumps/{}",
    "/static/{}",
)
EVERYTHING: Final = """PREFIX tip: <https://w3id.org/tipgraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?label ?thing ?other ?year (STRLEN(?label) AS ?length) WHERE {
  ?thing a tip:Thing ; rdfs:label ?label .
  ?other tip:relatedTo ?thing .
  BIND("2020"^^xsd:gYear AS ?year)
} ORDER BY ?thing"""
DATA: Final = "".join(
    f"<http://example.org/{name}> a <http://example.org/Hostile> ;\n"
    f"  <http://example.org/says> {Literal(text)} .\n"
    for name, text in LABELS.items()
)
SHAPES: Final = f"""@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
ex:HostileShape a sh:NodeShape ; sh:targetClass ex:Hostile ; sh:property [
  sh:path ex:says ; sh:nodeKind sh:IRI ; sh:message {Literal(LABELS["attribute"])} ] .
"""
_VECTORS: Final = (
    "script:not([src], [type]), img, [onload], [onerror], [onmouseover], a[href^=java]"
)


def expect_harmless(visitor: Visitor, page: Page) -> None:
    """Nothing of a text is markup, nothing runs, and the page is as wide as the screen."""
    expect(page.locator("main h1")).to_be_visible()
    assert not is_too_wide(page)
    assert "run" not in page.title().split()
    assert page.locator(_VECTORS).count() == 0
    assert visitor.faults == []


@pytest.mark.parametrize("address", ANSWERED)
def test_what_an_address_asks_for_is_text(hostile: Visitor, address: str) -> None:
    page = hostile.open(address.format(quote(TEXT, safe="")), width=NARROW)
    expect_harmless(hostile, page)


@pytest.mark.parametrize("address", REFUSED)
def test_what_an_address_is_refused_for_is_text(hostile: Visitor, address: str) -> None:
    address = address.format(quote(TEXT, safe=""))
    hostile.expect_refusal(urlsplit(address).path)
    page = hostile.open(address, width=NARROW)
    expect(page.locator("main")).to_contain_text("<svg onload=document.title=")
    expect_harmless(hostile, page)


def test_what_an_iri_is_made_of_is_text(hostile: Visitor) -> None:
    path = f"/id/onload='alert(1)'&lt;{'x' * 500}"
    hostile.expect_refusal(path)
    page = hostile.open(path, width=NARROW)
    expect(page.locator("main")).to_contain_text(path)
    expect_harmless(hostile, page)


@pytest.mark.parametrize("path", ["/", "/ontology", "/dataset", "/routes", "/page/id/valued"])
def test_what_stands_in_the_data_is_text(hostile: Visitor, path: str) -> None:
    page = hostile.open(path, width=NARROW)
    expect_harmless(hostile, page)


class TestAnswer:
    @pytest.mark.parametrize("width", [NARROW, WIDE])
    def test_in_a_table_and_in_pictures(self, hostile: Visitor, width: int) -> None:
        page = hostile.open("/sparql", width=width)
        run(page, EVERYTHING)
        table = answer(page).get_by_role("table")
        expect(table.locator("tbody tr")).to_have_count(len(LABELS))
        page.get_by_label("Show IRIs, too").check()
        longer = table.get_by_role("button", name=re.compile("^All [0-9,]+ characters$"))
        while longer.count():
            longer.first.click()
        for text in LABELS.values():
            expect(table).to_contain_text(text)
        assert barriers(page) == []
        tabs = answer(page).get_by_role("tab")
        expect(tabs).to_have_text(["Table", "Graph", "Chart", "Timeline"])
        for tab in tabs.all():
            tab.click()
            panel = answer(page).locator(f"#{tab.get_attribute('aria-controls')}")
            expect(panel.locator("tbody, .drawing svg").first).to_be_visible()
            expect_harmless(hostile, page)

    def test_without_scripts(self, hostile: Visitor) -> None:
        address = f"/sparql?query={quote(EVERYTHING)}"
        page = hostile.open(address, width=NARROW, javascript=False)
        for text in LABELS.values():
            expect(page.get_by_role("table")).to_contain_text(text)
        assert not is_too_wide(page)

    def test_many_rows_without_scripts(self, visitor: Visitor) -> None:
        query = quote("SELECT * WHERE { ?s ?p ?o } LIMIT 10000")
        page = visitor.open(f"/sparql?query={query}", width=NARROW, javascript=False)
        told = "10,000 rows, of which the first 1,000 are shown. The whole answer: json"
        expect(page.locator("section.result > p")).to_contain_text(told)
        expect(page.get_by_role("table").locator("tbody tr")).to_have_count(1000)
        assert not is_too_wide(page)
        link = page.locator("section.result").get_by_role("link", name="csv", exact=True)
        whole = page.request.get(link.get_attribute("href") or "")
        assert len(whole.text().splitlines()) > 10_000


@pytest.mark.parametrize("has_scripts", [True, False])
def test_what_is_validated_is_text(hostile: Visitor, has_scripts: bool) -> None:
    page = hostile.open("/validate", width=NARROW, javascript=has_scripts)
    fill(page, DATA, SHAPES)
    validate(page)
    report = page.locator("#report")
    expect(report).to_contain_text(f"{len(LABELS)} violations")
    for text in (LABELS["markup"], LABELS["attribute"]):
        expect(report).to_contain_text(text)
    assert page.get_by_label("Data", exact=True).input_value() == DATA
    assert not is_too_wide(page)
    if has_scripts:
        expect_harmless(hostile, page)
        assert barriers(page) == []
