"""The evidence on pages in a browser: beside a statement or beneath it, and hostile labels."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, WIDE, Scheme, Visitor, is_too_wide
from tests.hostile import LABELS


def are_side_by_side(one: Locator, other: Locator) -> bool:
    left, right = one.bounding_box(), other.bounding_box()
    assert left is not None
    assert right is not None
    return right["x"] >= left["x"] + left["width"] and abs(right["y"] - left["y"]) < left["height"]


@pytest.mark.parametrize(("width", "beside"), [(WIDE, True), (NARROW, False)])
def test_evidence_is_beside_a_statement_or_beneath_it(
    visitor: Visitor, width: int, beside: bool
) -> None:
    page = visitor.open("/page/id/dprk", width=width)
    statement = page.locator(".statements > .beside").filter(has_text="UN TIP Protocol").first
    value, rail = statement.locator("> div").all()
    expect(rail).to_contain_text("Affirmed")
    assert are_side_by_side(value, rail) is beside


@pytest.mark.parametrize(("width", "beside"), [(WIDE, True), (NARROW, False)])
def test_two_claims_that_conflict_are_side_by_side(
    visitor: Visitor, width: int, beside: bool
) -> None:
    page = visitor.open("/page/id/q-earnings", width=width)
    pair = page.locator(".pair")
    expect(pair).to_have_count(1)
    claim, other = pair.locator(".card").all()
    assert are_side_by_side(claim, other) is beside


def test_evidence_leads_to_the_passage_it_rests_on(visitor: Visitor) -> None:
    page = visitor.open("/page/id/dprk")
    statement = page.locator(".statements > .beside").filter(has_text="UN TIP Protocol").last
    statement.get_by_role("link", name="Sentence 61").click()
    expect(page).to_have_url("/page/doc/nk/s61")
    expect(
        page.get_by_role("link", name="The DPRK stands outside the UN TIP Protocol").first
    ).to_be_visible()
    page.get_by_role("navigation", name="Passages").get_by_role("link", name="Sentence 60").click()
    expect(page.locator("h1")).to_have_text("Sentence 60")


def test_on_paper_the_evidence_is_there(visitor: Visitor) -> None:
    page = visitor.open("/page/id/dprk")
    page.emulate_media(media="print")
    expect(page.locator(".rail").first).to_be_visible()


HOSTILE = [*(f"/page/id/{name}" for name in LABELS), "/page/id/valued", "/page/claim/hostile/004"]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("path", HOSTILE)
def test_no_label_breaks_the_page_or_runs(hostile: Visitor, path: str, width: int) -> None:
    page = hostile.open(path, width=width)
    assert not is_too_wide(page)
    assert "run" not in page.title().split()
    expect(page.locator("main img, main script")).to_have_count(0)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", ["/page/id/valued", "/page/claim/hostile/004"])
def test_hostile_labels_are_no_barrier(hostile: Visitor, path: str, scheme: Scheme) -> None:
    page = hostile.open(path, scheme=scheme)
    for summary in page.locator("summary").all():
        summary.click()
    assert barriers(page) == []
