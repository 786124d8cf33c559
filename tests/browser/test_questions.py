"""Questions in a browser: finding one, choosing a value, taking the answer away."""

import re

from playwright.sync_api import expect

from tests.browser.axe import COLOUR_RULES, barriers
from tests.browser.visiting import NARROW, Visitor, is_too_wide

CHOICE = "/query/who-is-trafficked-to-a-state"


def test_a_question_is_found_and_answered(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Questions").click()
    page.get_by_label("Words").fill("given state")
    page.get_by_role("checkbox", name="routes").check()
    page.get_by_role("button", name="Find questions").click()
    expect(page.get_by_label("Words")).to_have_value("given state")
    expect(page.get_by_role("checkbox", name="routes")).to_be_checked()
    page.get_by_role("link", name="Who is trafficked to a given state").click()
    expect(page.locator("h1")).to_contain_text("Who is trafficked to a given state")
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["victims", "sentence", "evidentiality"])
    table.get_by_role("link", name="Women and girls from the DPRK").first.click()
    expect(page).to_have_url(re.compile("/page/id/vg-women-girls-china$"))


def test_a_value_is_chosen_without_scripts(visitor: Visitor) -> None:
    page = visitor.open(CHOICE, javascript=False)
    expect(page.get_by_label("The state")).to_have_value(re.compile("/id/china$"))
    page.get_by_label("The state").select_option(label="Russia")
    page.get_by_role("button", name="Show the answer").click()
    expect(page.get_by_label("The state")).to_have_value(re.compile("/id/russia$"))
    expect(page.get_by_text("That is not to say that it is not so")).to_be_visible()
    page.get_by_role("listitem").get_by_role("link", name="China", exact=True).click()
    expect(page.get_by_role("table")).to_be_visible()


def test_a_value_is_typed_by_what_it_is_called(visitor: Visitor) -> None:
    page = visitor.open("/query/what-is-said-of-a-thing")
    page.get_by_label("The thing").fill("Mongolia")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("thing=Mongolia"))
    expect(page.get_by_role("table")).to_contain_text("Mongolia")


def test_a_value_that_is_none_is_refused_with_those_that_are(visitor: Visitor) -> None:
    visitor.expect_refusal("/query/what-is-said-of-a-thing")
    page = visitor.open("/query/what-is-said-of-a-thing")
    page.get_by_label("The thing").fill("Atlantis")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("'Atlantis' is neither an absolute IRI nor")
    assert barriers(page) == []
    page.get_by_role("link", name="Mongolia", exact=True).click()
    expect(page.get_by_label("The thing")).to_have_value("Mongolia")


def test_the_answer_can_be_taken_away(visitor: Visitor) -> None:
    page = visitor.open(CHOICE)
    address = page.get_by_role("link", name="csv", exact=True).get_attribute("href")
    assert address == f"{CHOICE}.csv"
    assert page.request.get(address).text().startswith("victims,sentence,evidentiality\r\n")


def test_the_query_can_be_opened_in_the_editor(visitor: Visitor) -> None:
    page = visitor.open(CHOICE)
    page.get_by_role("link", name="Open in the editor").click()
    expect(page).to_have_url(re.compile(r"/sparql\?query="))
    expect(page.locator("main")).to_contain_text("tip:traffickedTo")


def test_every_part_of_a_form_can_be_used_by_everybody(visitor: Visitor) -> None:
    path = "/query/why-is-a-statement-inferred"
    for name in ("Who or what it is about", "The property", "Its value"):
        expect(visitor.open(path).get_by_label(name)).to_be_visible()
    assert barriers(visitor.open(path)) == []
    assert barriers(visitor.open(f"{path}?subject=id:china", scheme="dark"), COLOUR_RULES) == []
    assert not is_too_wide(visitor.open(path, width=NARROW))
