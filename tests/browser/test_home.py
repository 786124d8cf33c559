"""The home page in a browser: from there to an answer, on every screen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, Scheme, Visitor, is_too_wide
from tests.service import serving
from tipgraph.build import build
from tipgraph.inputs import Inputs

RIVERS: Final = Path(__file__).parents[1] / "cases" / "rivers" / "data" / "rivers.ttl"


def test_a_door_leads_to_a_thing_and_its_evidence(visitor: Visitor) -> None:
    page = visitor.open()
    door = page.locator(".doors .card").filter(has_text="States")
    number = door.locator(".count").inner_text()
    # Anywhere on the card will do.
    door.click()
    expect(page.locator("h1")).to_have_text("State")
    expect(page.locator(".hits > li")).to_have_count(int(number))
    page.get_by_role("link", name="Mongolia").click()
    expect(page.locator("h1")).to_have_text("Mongolia")


def test_a_number_leads_to_its_claims(visitor: Visitor) -> None:
    page = visitor.open()
    row = page.get_by_role("row").filter(has_text="Credible reports")
    number = row.get_by_role("link", name="14").first
    number.click()
    expect(page.locator("main")).to_contain_text("14 rows")


def test_a_question_leads_to_its_answer(visitor: Visitor) -> None:
    page = visitor.open()
    page.get_by_role("link", name="Which statements conflict").click()
    expect(page.locator("h1")).to_contain_text("Which statements conflict")


def test_the_bars_are_as_long_as_the_shares(visitor: Visitor) -> None:
    page = visitor.open()
    bars = page.locator(".sureness .bar rect")
    widths = [bar.bounding_box() for bar in bars.all()]
    whole = page.locator(".sureness .bar").first.bounding_box()
    assert whole is not None
    shares = [box["width"] / whole["width"] for box in widths if box is not None]
    assert len(shares) == 7
    assert shares[0] > 0.5
    assert sum(shares) == pytest.approx(1, abs=0.02)


@pytest.fixture(scope="module")
def own_data(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    snapshot = build(Inputs((RIVERS,)), tmp_path_factory.mktemp("own")).snapshot
    with serving(snapshot.path, workers=1) as live, Visitor(browser, live.url) as visitor:
        yield visitor
        assert visitor.faults == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_data_of_ones_own_it_is_no_barrier(own_data: Visitor, scheme: Scheme) -> None:
    page = own_data.open(scheme=scheme, width=NARROW)
    assert barriers(page) == []
    assert not is_too_wide(page)


def test_with_data_of_ones_own_a_class_leads_to_its_things(own_data: Visitor) -> None:
    page = own_data.open(javascript=False)
    row = page.get_by_role("row").nth(1)
    number = row.get_by_role("link").inner_text()
    row.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text(f"{number} things")
