"""Views of answers: which are offered, what they draw, the same in words, and what can be saved."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, Scheme, Visitor, is_too_wide
from tests.crossings import write_crossings
from tests.hostile import LABELS
from tests.service import LiveService, serving
from tipgraph.snapshot import Snapshot

GRAPH: Final = "/query/who-exploits-whom"
CHART: Final = "/query/which-figures-are-given"
BARS: Final = "/query/how-many-claims-does-each-section-hold"
MAP: Final = "/query/which-routes-lead-where"
TIMELINE: Final = "/query/which-statements-are-dated"
# Of each view: a question that it fits, what is a mark of it, and what is the same in words.
VIEWS: Final = {
    "Graph": (GRAPH, ".link", ".words li"),
    "Chart": (CHART, ".mark-rule.role-mark line", ".words tbody tr"),
    "Map": (MAP, "a.line", ".words ul:last-child li"),
    "Timeline": (TIMELINE, ".entry", ".words ol li"),
}
_ELEMENTS: Final = """text => {
  const saved = new DOMParser().parseFromString(text, "image/svg+xml");
  return saved.querySelector("parsererror") ? 0 : saved.querySelectorAll("svg *").length;
}"""
views = pytest.mark.parametrize("name", VIEWS)


@pytest.fixture(scope="module")
def crossings_service(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveService]:
    snapshot = write_crossings(tmp_path_factory.mktemp("crossings") / "snapshot")
    with serving(snapshot.path, workers=1) as live:
        yield live


@pytest.fixture
def crossings_visitor(browser: Browser, crossings_service: LiveService) -> Iterator[Visitor]:
    with Visitor(browser, crossings_service.url) as visitor:
        yield visitor
        assert visitor.faults == []


def chosen(page: Page, name: str) -> Locator:
    """The panel of a view, once it is drawn."""
    page.get_by_role("tab", name=name).click()
    panel = page.get_by_role("tabpanel", name=name)
    expect(panel.locator(".drawing svg, .note").first).to_be_visible()
    return panel


def asked(query: str) -> str:
    return "/sparql?" + urlencode({"query": query})


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (GRAPH, ["Table", "Graph"]),
        (BARS, ["Table", "Chart"]),
        (MAP, ["Table", "Graph", "Map"]),
        (TIMELINE, ["Table", "Timeline"]),
        # The number of a sentence counts nothing.
        ("/query/which-provisions-penalise-victims", ["Table", "Graph"]),
    ],
)
def test_those_that_fit_an_answer_are_offered(
    visitor: Visitor, path: str, names: list[str]
) -> None:
    page = visitor.open(path)
    expect(page.get_by_role("tab")).to_have_text(names)
    expect(page.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("table")).to_be_visible()


def test_an_address_can_name_one(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.get_by_role("link", name="what is dated on a timeline").click()
    expect(page.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Timeline").locator("svg")).to_be_in_viewport()


def test_an_answer_that_only_a_table_fits_stays_as_it_was(visitor: Visitor) -> None:
    page = visitor.open("/query/what-work-are-people-forced-to-do")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("tab")).to_have_count(0)
    expect(page.get_by_role("table")).to_be_visible()


@views
def test_each_says_in_words_as_much_as_it_draws(visitor: Visitor, name: str) -> None:
    path, mark, words = VIEWS[name]
    panel = chosen(visitor.open(path), name)
    panel.get_by_text("The same").click()
    drawn = panel.locator(mark).count()
    assert drawn > 5
    assert panel.locator(words).count() == drawn
    expect(panel.locator(words).last).to_be_visible()


@views
@pytest.mark.parametrize("scheme", SCHEMES)
def test_none_has_barriers(visitor: Visitor, name: str, scheme: Scheme) -> None:
    page = visitor.open(VIEWS[name][0], scheme=scheme)
    chosen(page, name).get_by_text("The same").click()
    assert barriers(page) == []


@views
def test_all_fit_a_narrow_screen(visitor: Visitor, name: str) -> None:
    page = visitor.open(VIEWS[name][0], width=NARROW)
    chosen(page, name)
    assert not is_too_wide(page)
    assert barriers(page) == []


@views
def test_pictures_are_saved_as_they_are(visitor: Visitor, name: str, tmp_path: Path) -> None:
    path = VIEWS[name][0]
    page = visitor.open(path)
    panel = chosen(page, name)
    with page.expect_download() as saved:
        panel.get_by_role("button", name="Save as SVG").click()
    assert saved.value.suggested_filename == f"{path.rpartition('/')[2]}-{name.lower()}.svg"
    saved.value.save_as(tmp_path / "picture.svg")
    text = (tmp_path / "picture.svg").read_text(encoding="utf-8")
    assert "var(--" not in text
    # A ground is added to what the page shows, so that dark colours stay readable.
    assert page.evaluate(_ELEMENTS, text) == panel.locator(".drawing svg *").count() + 1
    with page.expect_download() as saved:
        panel.get_by_role("button", name="Save as PNG").click()
    saved.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_the_keyboard_chooses_and_goes_through_a_picture(visitor: Visitor) -> None:
    page = visitor.open(GRAPH)
    page.get_by_role("tab", name="Table").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Graph")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Table")).to_be_visible()
    page.keyboard.press("Enter")
    panel = page.get_by_role("tabpanel", name="Graph")
    expect(panel.locator("svg")).to_be_visible()
    page.keyboard.press("Tab")
    expect(panel.locator(".drawing")).to_be_focused()
    page.keyboard.press("Tab")
    focused = page.locator("svg a:focus")
    expect(focused).to_have_attribute("href", "/id/brokers")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Brokers")


def test_links_say_the_triples_that_the_graph_has(visitor: Visitor) -> None:
    panel = chosen(visitor.open(GRAPH), "Graph")
    panel.get_by_text("The same").click()
    said = panel.locator(".words li").filter(has_text="Brokers")
    expect(said).to_have_count(1)
    expect(said).to_contain_text(
        re.compile("^Brokers . perpetrates pattern . Trafficking of women through several hands$")
    )


def test_bounds_that_are_not_given_are_not_drawn(visitor: Visitor) -> None:
    panel = chosen(visitor.open(CHART), "Chart")
    expect(panel.locator("figcaption")).to_contain_text("3 rows have no such number")
    expect(panel.locator("figcaption")).to_contain_text(
        "Each of the 4 units has a scale of its own"
    )
    axes = panel.locator(".role-axis-title text")
    expect(axes).to_have_text(["Person", "Country", "Percent", "Pound sterling"])


def test_of_several_columns_of_numbers_one_is_chosen(visitor: Visitor) -> None:
    panel = chosen(
        visitor.open("/query/how-many-destinations-does-each-kind-of-route-reach"), "Chart"
    )
    title = panel.locator(".role-axis-title text")
    expect(title).to_have_text("destinations")
    panel.get_by_label("Numbers").select_option("states")
    expect(title).to_have_text("states")
    panel.get_by_text("The same").click()
    expect(panel.locator(".words tbody tr")).to_have_count(3)


def test_what_has_no_date_is_listed(visitor: Visitor) -> None:
    panel = chosen(visitor.open(TIMELINE), "Timeline")
    expect(panel.locator("figcaption")).to_contain_text("11 entries have no date")
    panel.get_by_text("The same").click()
    expect(panel.locator(".words ul li")).to_have_count(11)
    # From 2011 on, without an end.
    since = panel.locator(".entry").filter(has_text="Since 2011 the number of workers abroad")
    expect(since.locator("path.open")).to_have_count(1)


def test_charts_take_the_colours_that_the_visitor_prefers(visitor: Visitor) -> None:
    page = visitor.open(BARS)
    bar = chosen(page, "Chart").locator(".mark-rect.role-mark path").first
    light = bar.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    expect(bar).not_to_have_attribute("fill", light or "")


def test_a_picture_that_nobody_could_read_is_not_drawn(visitor: Visitor) -> None:
    page = visitor.open(asked("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3000"))
    panel = chosen(page, "Graph")
    expect(panel.locator(".note")).to_contain_text("more than 500 things")
    expect(panel.locator("svg")).to_have_count(0)


def test_without_scripts_there_is_the_table(visitor: Visitor) -> None:
    page = visitor.open(MAP, javascript=False)
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)


def test_without_libraries_it_is_said(
    browser: Browser, shipped_snapshot: Snapshot, tmp_path: Path
) -> None:
    with (
        serving(shipped_snapshot.path, workers=1, web_dir=tmp_path) as live,
        Visitor(browser, live.url) as visitor,
    ):
        page = visitor.open(GRAPH)
        panel = chosen(page, "Graph")
        expect(panel.locator(".note")).to_contain_text("not installed on the service")
        assert any("cytoscape.js" in fault for fault in visitor.faults)
        page.get_by_role("tab", name="Table").click()
        expect(page.get_by_role("table")).to_be_visible()


@pytest.mark.parametrize("name", ["Graph", "Map"])
def test_labels_that_mean_ill_are_drawn_as_text(crossings_visitor: Visitor, name: str) -> None:
    path = asked("SELECT ?route ?from ?to { ?route ?any ?from ; ?other ?to }")
    page = crossings_visitor.open(path)
    title = page.title()
    panel = chosen(page, name)
    panel.get_by_text("The same").click()
    expect(panel.locator(".words")).to_contain_text(LABELS["markup"])
    assert page.title() == title
    assert panel.locator("img, script").count() == 0
    assert not is_too_wide(page)
    longest = panel.locator("svg text").evaluate_all(
        "all => Math.max(...all.map(one => one.textContent.length))"
    )
    assert longest < 60


class TestByScript:
    """What scripts of other pages do with an answer of theirs."""

    SHOW: Final = """async (given) => {
      const entry = document.querySelector('script[src$="enhance.js"]').src;
      const { show } = await import(new URL("views.js", entry).href);
      const container = document.createElement("div");
      container.id = "shown";
      document.querySelector("main").replaceChildren(container);
      window.shown = await show(container, given);
      return window.shown.views;
    }"""

    def test_an_answer_is_shown_and_taken_away(self, visitor: Visitor) -> None:
        page = visitor.open(GRAPH)
        rows = [
            {
                "place": {"type": "literal", "value": code, "datatype": "https://x.example/#m49"},
                "year": {"type": "literal", "value": year},
                "share": {
                    "type": "literal",
                    "value": share,
                    "datatype": "http://www.w3.org/2001/XMLSchema#decimal",
                },
            }
            for code, year, share in (("156", "1999", "0.5"), ("643", "2004", "-0.25"))
        ]
        given = {
            "results": {"head": {"vars": ["place", "year", "share"]}, "results": {"bindings": rows}}
        }
        assert page.evaluate(self.SHOW, given) == ["table", "chart", "map", "timeline"]
        for name in ("Chart", "Map", "Timeline"):
            panel = chosen(page, name)
            expect(panel.locator("svg")).to_be_visible()
        expect(page.locator("#shown .state")).to_have_count(2)
        page.evaluate("window.shown.close()")
        assert page.locator("#shown").inner_html() == ""

    @pytest.mark.parametrize(
        ("given", "names"),
        [
            ({"results": {"head": {}, "boolean": True}}, ["table"]),
            ({"results": {"head": {"vars": []}, "results": {"bindings": []}}}, ["table"]),
            ({"ntriples": ""}, ["table"]),
            (
                {
                    "ntriples": "# two\n<http://x.example/a> <http://x.example/p> _:b .\n"
                    '_:b <http://x.example/q> "\\u00e9\\n\\"x\\""@en .\r\n'
                    "_:b <http://x.example/p> <http://x.example/a> .\n"
                },
                ["table", "graph"],
            ),
        ],
    )
    def test_every_kind_of_answer_is_taken(
        self, visitor: Visitor, given: dict[str, object], names: list[str]
    ) -> None:
        assert visitor.open(GRAPH).evaluate(self.SHOW, json.loads(json.dumps(given))) == names


def test_terms_that_have_no_page_here_lead_to_what_is_said_of_them(
    crossings_visitor: Visitor,
) -> None:
    query = "SELECT ?property { <https://w3id.org/tipgraph/id/crew> ?property ?route }"
    page = crossings_visitor.open(f"/sparql?{urlencode({'query': query})}")
    term = page.locator("table.answer").get_by_role("link", name="takesRoute")
    expect(term).to_be_visible()
    term.click()
    expect(page).to_have_url(re.compile("DESCRIBE.*takesRoute"))
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
