"""What the editor offers while somebody types: terms and things of the graph itself."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import answer, editor, type_query
from tests.browser.axe import barriers
from tests.browser.visiting import Visitor


@pytest.fixture
def page(visitor: Visitor) -> Page:
    page = visitor.open("/sparql")
    type_query(page, "SELECT ?thing WHERE {")
    page.keyboard.press("Enter")
    return page


def option(page: Page, name: str) -> Locator:
    return page.get_by_role("option", name=name)


def test_classes_are_offered_with_their_numbers(page: Page) -> None:
    page.keyboard.type("?thing a rout")
    expect(option(page, "tip:Route Route, ")).to_contain_text(re.compile(r"\d+ things"))
    page.keyboard.press("Enter")
    expect(editor(page)).to_contain_text("?thing a tip:Route")
    expect(editor(page)).to_contain_text("PREFIX tip: <https://w3id.org/tipgraph/ontology#>")
    page.keyboard.type(" }")
    page.keyboard.press("Control+Enter")
    expect(answer(page)).to_contain_text("Route from the DPRK to China")


def test_properties_are_offered_by_their_labels(page: Page) -> None:
    page.keyboard.type("?thing destin")
    expect(option(page, "tip:routeDestination ")).to_contain_text("has destination")


def test_things_are_offered_by_their_names(page: Page) -> None:
    page.keyboard.type("?thing ?property mongol")
    option(page, "id:mongolia Mongolia, State").click()
    expect(editor(page)).to_contain_text("?thing ?property id:mongolia")
    expect(editor(page)).to_contain_text("PREFIX id: <https://w3id.org/tipgraph/id/>")


def test_known_prefixes_declare_themselves(page: Page) -> None:
    page.keyboard.type("?thing rdfs:")
    expect(editor(page)).to_contain_text("PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>")
    expect(option(page, "rdfs:label")).to_be_visible()


def test_variables_of_the_query_are_offered(page: Page) -> None:
    page.keyboard.type("?th")
    expect(page.get_by_role("option")).to_have_text(["?thing"])


def test_whoever_asks_is_offered_something_anywhere(page: Page) -> None:
    page.keyboard.press("Control+Space")
    expect(page.get_by_role("option").first).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(editor(page)).to_be_focused()


def test_nothing_is_offered_inside_texts_and_comments(page: Page) -> None:
    page.keyboard.type('?thing rdfs:label "rdfs:label # rdfs:label')
    expect(page.get_by_role("option")).to_have_count(0)
