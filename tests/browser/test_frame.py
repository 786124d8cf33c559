"""What all pages have in common: a frame to find one's way in, for everybody, on every screen."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import COLOUR_RULES, WIDTH_RULES, barriers
from tests.browser.kinds import KINDS
from tests.browser.visiting import NARROW, SCHEMES, Visitor, is_too_wide
from tests.service import LiveService, wait_until


@pytest.mark.parametrize("kind", KINDS)
def test_pages_have_no_barriers(visitor: Visitor, kind: str) -> None:
    assert barriers(visitor.open(KINDS[kind])) == []


@pytest.mark.parametrize("kind", KINDS)
def test_pages_can_be_read_in_the_dark(visitor: Visitor, kind: str) -> None:
    assert barriers(visitor.open(KINDS[kind], scheme="dark"), COLOUR_RULES) == []


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_narrow_screen_no_page_scrolls_sideways(visitor: Visitor, kind: str) -> None:
    page = visitor.open(KINDS[kind], width=NARROW)
    assert not is_too_wide(page)
    assert barriers(page, WIDTH_RULES) == []


def test_colours_follow_what_the_visitor_prefers(visitor: Visitor) -> None:
    light, dark = (
        visitor.open(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in SCHEMES
    )
    assert light != dark


def test_the_keyboard_skips_the_header(visitor: Visitor) -> None:
    page = visitor.open()
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Skip to the content")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_navigation_says_where_one_is(visitor: Visitor) -> None:
    page = visitor.open()
    current = page.get_by_role("navigation", name="Main").locator("[aria-current=page]")
    expect(current).to_have_text("Home")
    page.get_by_role("link", name="Validate").first.click()
    expect(current).to_have_text("Validate")
    page.get_by_role("link", name="Data", exact=True).click()
    expect(current).to_have_text("Data")


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_whole_without_scripts(visitor: Visitor, kind: str) -> None:
    page = visitor.open(KINDS[kind], javascript=False)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_count(7)


def test_the_header_searches_without_scripts(visitor: Visitor) -> None:
    page = visitor.open(javascript=False)
    page.locator("header").get_by_role("searchbox").fill("route")
    page.locator("header").get_by_role("button", name="Search").click()
    expect(page).to_have_url("/search?q=route")


def test_on_paper_there_is_nothing_to_press(visitor: Visitor) -> None:
    page = visitor.open(scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    for pressed in ("header nav", "button"):
        expect(page.locator(pressed).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("setTimeout(() => { throw new Error('broken') })", "script: "),
        ("console.error('complaint')", "console: complaint"),
        ("fetch('/nothing')", "status 404"),
        ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')", "console: "),
        ("fetch('http://127.0.0.1:9/').catch(() => null)", "console: "),
        ("void (location.href = 'http://127.0.0.1:9/')", "request to another host"),
    ],
)
def test_what_goes_wrong_in_a_page_is_noticed(
    browser: Browser, service: LiveService, script: str, fault: str
) -> None:
    with Visitor(browser, service.url) as visitor:
        page = visitor.open()
        page.evaluate(script)

        def is_noticed() -> bool:
            page.wait_for_timeout(20)  # in which what the browser says is taken in
            return any(each.startswith(fault) for each in visitor.faults)

        wait_until(is_noticed)


def test_barriers_are_noticed(visitor: Visitor) -> None:
    page = visitor.open()
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button>')")
    assert any("button-name" in each for each in barriers(page))
