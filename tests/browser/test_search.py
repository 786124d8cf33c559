"""Searching in a browser: suggestions by keyboard and pointer, and what is found."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, WIDE, Scheme, Visitor, is_too_wide


def box(page: Page) -> Locator:
    return page.locator("header").get_by_role("combobox", name="Search the graph")


def options(page: Page) -> Locator:
    return page.locator("header").get_by_role("option")


def suggested(page: Page, text: str) -> Locator:
    """Write something and wait for what is suggested."""
    box(page).press_sequentially(text)
    expect(options(page).first).to_be_visible()
    return options(page)


def chosen(page: Page) -> Locator:
    """The option that the field says is the active one."""
    return page.locator(f"[id='{box(page).get_attribute('aria-activedescendant')}']")


def test_a_thing_is_found_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.open()
    suggested(page, "chin")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("China")
    expect(chosen(page)).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/page/id/china")


def test_arrows_go_round_by_way_of_the_field(visitor: Visitor) -> None:
    page = visitor.open()
    found = suggested(page, "route")
    last = found.count() - 1
    page.keyboard.press("ArrowUp")
    expect(found.nth(last)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert box(page).get_attribute("aria-activedescendant") is None
    expect(page.locator("header [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(found.first).to_have_attribute("aria-selected", "true")
    expect(page.locator("header [aria-selected=true]")).to_have_count(1)


def test_escape_closes_and_keeps_what_was_written(visitor: Visitor) -> None:
    page = visitor.open()
    suggested(page, "chin")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(options(page).first).to_be_hidden()
    expect(box(page)).to_have_value("chin")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    assert box(page).get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()


def test_enter_without_a_choice_searches(visitor: Visitor) -> None:
    page = visitor.open()
    suggested(page, "chin")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search?q=chin")
    expect(page.locator(".hits mark").first).to_have_text("China")


def test_a_suggestion_can_be_pressed_and_leaving_closes(visitor: Visitor) -> None:
    page = visitor.open()
    suggested(page, "chin")
    page.locator("h1").click()
    expect(options(page).first).to_be_hidden()
    box(page).fill("")
    suggested(page, "chinese auth").first.click()
    expect(page).to_have_url("/page/id/cn-authorities")


def test_how_many_there_are_is_said(visitor: Visitor) -> None:
    page = visitor.open()
    status = page.locator("header").get_by_role("status")
    suggested(page, "chin")
    expect(status).to_contain_text("8 of ")
    box(page).fill("chin zzz")
    expect(status).to_have_text("No suggestions")
    expect(options(page)).to_have_count(0)


def test_what_was_asked_before_is_given_up(visitor: Visitor) -> None:
    page = visitor.open()
    held: list[Route] = []
    page.route("**/search?q=chi&*", lambda route: held.append(route))
    with page.expect_request("**/search?q=chi&*"):
        box(page).press_sequentially("chi")
    with page.expect_event("requestfailed") as failed:
        box(page).press_sequentially("na")
    assert "q=chi&" in failed.value.url
    expect(options(page).first).to_contain_text("China")


def test_without_an_answer_the_form_still_searches(visitor: Visitor) -> None:
    visitor.expect_refusal("/search")
    page = visitor.open()
    page.route("**/search?*format=json*", lambda route: route.abort())
    with page.expect_request("**/search?*format=json*"):
        box(page).press_sequentially("china")
    expect(options(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search?q=china")


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_suggestions_are_no_barrier(visitor: Visitor, scheme: Scheme, width: int) -> None:
    page = visitor.open(scheme=scheme, width=width)
    suggested(page, "wom")
    page.keyboard.press("ArrowDown")
    assert not is_too_wide(page)
    assert barriers(page) == []
    expect(options(page).first).to_be_in_viewport(ratio=1)


def test_hits_lead_on_and_narrow_down(visitor: Visitor) -> None:
    page = visitor.open("/search?q=women")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("ol.hits")).to_have_attribute("start", "21")
    page.get_by_label("Kind of thing").select_option(label="Victim group (22)")
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page).to_have_url(
        "/search?q=women&kind=https%3A%2F%2Fw3id.org%2Ftipgraph%2Fontology%23VictimGroup"
    )
    expect(page.locator(".hits .about").first).to_contain_text("Victim group")


def test_what_is_not_found_leads_to_what_is(visitor: Visitor) -> None:
    page = visitor.open("/search?q=trafficing", javascript=False)
    page.locator(".note").get_by_role("link", name="trafficking").click()
    expect(page.locator(".hits li").first).to_be_visible()


@pytest.mark.parametrize("text", ["script", "onmouse", "begins", "donau", "one two"])
def test_no_label_breaks_suggestions_or_hits(hostile: Visitor, text: str) -> None:
    page = hostile.open(width=NARROW)
    suggested(page, text)
    assert not is_too_wide(page)
    expect(page.locator("header img, header script")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".hits mark").first).to_be_visible()
    assert not is_too_wide(page)
    expect(page.locator("main img, main script")).to_have_count(0)
    assert "run" not in page.title().split()
