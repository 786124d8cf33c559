"""The map of routes: lines, their evidence, regions, and how one gets to the claims."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, Scheme, Visitor, is_too_wide
from tests.crossings import write_crossings
from tests.hostile import LABELS
from tests.service import LiveService, serving
from tipgraph.snapshot import Snapshot


def opened(visitor: Visitor, *, scheme: Scheme = "light", width: int = 1280) -> Page:
    """The page, once its map is drawn."""
    page = visitor.open("/routes", scheme=scheme, width=width)
    expect(page.locator("#map .drawing svg")).to_be_visible()
    return page


def test_each_route_has_a_line_for_each_kind_of_evidence(
    visitor: Visitor, service: LiveService
) -> None:
    routes = service.get("/routes.json").json()["routes"]
    expected = {
        (f"{route['label']}: {line['evidentiality']}", line["section"])
        for route in routes
        for line in route["lines"]
    }
    lines = opened(visitor).locator("a.line")
    found = lines.evaluate_all(
        "all => all.map(a => [a.getAttribute('aria-label'), a.getAttribute('href')])"
    )
    assert {(label.rpartition(",")[0], address) for label, address in found} == expected
    assert len(found) == len(expected)


def test_a_line_leads_to_its_claims_by_the_keyboard(visitor: Visitor) -> None:
    page = opened(visitor)
    line = page.get_by_role("link", name="Route from the DPRK to China: Reported, 1 claim")
    line.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#route-rt-dprk-china--reported$"))
    heading = page.locator(":target")
    expect(heading).to_have_text("Reported")
    expect(heading).to_be_in_viewport()
    claim = page.get_by_role("link", name="NGOs report that North Koreans leave for China")
    expect(claim).to_be_in_viewport()
    claim.click()
    expect(page).to_have_url(re.compile("/page/claim/nk/s51-06$"))


def test_kinds_of_evidence_differ_by_colour_and_by_dashes(visitor: Visitor) -> None:
    page = opened(visitor)
    legend = page.get_by_role("list", name="Legend").get_by_role("listitem")
    expect(legend).to_have_text(["Asserted by the document", "Reported", "State", "Region"])
    looks = page.locator(".legend .way").evaluate_all(
        "all => all.map(getComputedStyle).map(one => [one.stroke, one.strokeDasharray])"
    )
    (colour, dashes), (other_colour, other_dashes) = looks
    assert colour != other_colour
    assert dashes != other_dashes


def test_regions_are_areas_of_several_countries(visitor: Visitor) -> None:
    page = opened(visitor)
    regions = page.locator("#map .drawing .region")
    names = {each.locator("title").text_content() for each in regions.all()}
    assert names == {
        "Central and Eastern Europe",
        "Countries in Africa",
        "East and Southeast Asia",
        "Middle East",
    }
    assert all(each.locator("path").count() > 10 for each in regions.all())
    expect(page.locator("#map .drawing .state")).to_have_count(4)
    expect(page.locator("#map circle")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("which states in them are meant is not said")


def test_it_is_enlarged_and_reduced_inside_its_box(visitor: Visitor) -> None:
    page = opened(visitor)
    drawing = page.locator("#map .drawing svg")
    before = float(drawing.get_attribute("width") or 0)
    page.get_by_role("button", name="Larger").click()
    expect(drawing).not_to_have_attribute("width", f"{before:.0f}")
    assert float(drawing.get_attribute("width") or 0) > before
    assert not is_too_wide(page)
    for _ in range(2):
        page.get_by_role("button", name="Smaller").click()
    assert float(drawing.get_attribute("width") or 0) < before


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [NARROW, 1280])
def test_there_are_no_barriers(visitor: Visitor, scheme: Scheme, width: int) -> None:
    page = opened(visitor, scheme=scheme, width=width)
    assert barriers(page) == []
    assert not is_too_wide(page)


def test_the_map_is_saved(visitor: Visitor, tmp_path: Path) -> None:
    page = opened(visitor)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG").click()
    assert saved.value.suggested_filename == "routes.svg"
    saved.value.save_as(tmp_path / "routes.svg")
    text = (tmp_path / "routes.svg").read_text(encoding="utf-8")
    assert len(re.findall("<title>[^<]*: Asserted by the document, ", text)) == 8
    assert f'href="{page.url}#route-rt-dprk-china--reported"' in text
    assert "var(--" not in text


def test_without_scripts_the_table_has_every_route(visitor: Visitor) -> None:
    page = visitor.open("/routes", javascript=False)
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(8)
    page.get_by_role("row", name="Recruitment route").get_by_role("link", name="1 claim").click()
    expect(page.locator(":target")).to_be_in_viewport()


def test_without_libraries_there_is_no_map(
    browser: Browser, shipped_snapshot: Snapshot, tmp_path: Path
) -> None:
    with (
        serving(shipped_snapshot.path, workers=1, web_dir=tmp_path) as live,
        Visitor(browser, live.url) as visitor,
    ):
        page = visitor.open("/routes")
        expect(page.get_by_role("table").locator("tbody tr")).to_have_count(8)
        expect(page.locator("#map")).to_have_count(0)
        assert visitor.faults == []


class TestOfOtherData:
    @pytest.fixture
    def page(self, browser: Browser, tmp_path: Path) -> Iterator[Page]:
        snapshot = write_crossings(tmp_path / "snapshot")
        with (
            serving(snapshot.path, workers=1) as live,
            Visitor(browser, live.url) as visitor,
        ):
            yield opened(visitor)
            assert visitor.faults == []

    def test_what_has_no_claims_or_no_ends_is_told(self, page: Page) -> None:
        legend = page.get_by_role("list", name="Legend").get_by_role("listitem")
        expect(legend).to_have_text(
            ["Believed", "Evidence not stated", "Reported", "No claim", "State", "Region"]
        )
        expect(page.locator("#map figcaption")).to_contain_text("1 route has no ends")
        # From the coast by the bay, which lies inside the strait, to the south.
        ferry = page.get_by_role("link", name="Ferry: Reported, 1 claim")
        assert (ferry.locator(".way").get_attribute("d") or "").count("Q") == 2

    def test_labels_that_mean_ill_are_drawn_as_text(self, page: Page) -> None:
        titles = page.locator("#map a.line title").all_text_contents()
        assert any(title.startswith(LABELS["markup"]) for title in titles)
        assert page.title().startswith("Routes")
        assert page.locator("#map img, #map script").count() == 0
        assert not is_too_wide(page)
        assert barriers(page) == []
