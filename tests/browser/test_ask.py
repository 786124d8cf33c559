"""Asking in a browser: a query that is mended, cancelled, kept, or chosen from the catalogue."""

import re
from typing import Final

import pytest
from playwright.sync_api import Route, expect

from tests.browser.asking import ROUTES, answer, editor, run, type_query
from tests.browser.axe import COLOUR_RULES, barriers
from tests.browser.kinds import KINDS
from tests.browser.visiting import NARROW, SCHEMES, Scheme, Visitor, is_too_wide
from tests.service import LiveService, wait_until

FAULTY: Final = "SELECT ?route WHERE {\n  ?route a tip:Route\n}"
SLOW: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def gauge(service: LiveService, name: str) -> float:
    """A number that the service counts."""
    text = service.get("/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found is not None
    return float(found[1])


class TestProblem:
    def test_it_is_marked_at_its_line_and_mended_by_a_press(self, visitor: Visitor) -> None:
        visitor.expect_refusal("/sparql")
        page = visitor.open("/sparql")
        run(page, FAULTY)
        problem = page.get_by_role("region", name="The query is not SPARQL")
        expect(problem).to_contain_text("The prefix tip: is not declared.")
        expect(page.locator("#said")).to_contain_text("line 2, column 12")
        expect(page.locator(".problem-line")).to_have_text(re.compile(r"\?route a tip:Route$"))
        expect(page.locator(".problem-mark")).to_have_text("tip:Route")
        expect(editor(page)).to_have_attribute("aria-invalid", "true")
        assert barriers(page) == []
        problem.get_by_role("button", name="Put this before the query").click()
        expect(page.locator(".problem-line")).to_have_count(0)
        expect(editor(page)).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(answer(page)).to_contain_text(" rows in ")

    def test_a_word_nearly_right_is_put_right(self, visitor: Visitor) -> None:
        visitor.expect_refusal("/sparql")
        page = visitor.open("/sparql")
        run(page, "SELCT * WHERE { ?s ?p ?o } LIMIT 1")
        page.get_by_role("button", name="Write SELECT").click()
        expect(editor(page)).to_contain_text("SELECT * WHERE")

    def test_it_leads_to_its_place(self, visitor: Visitor) -> None:
        visitor.expect_refusal("/sparql")
        page = visitor.open("/sparql")
        # Columns are counted in code points, of which an editor has two for this letter.
        run(page, '# \U0001d49c\nSELECT ("\U0001d49c" AS ?x) nonsense {}')
        page.get_by_role("button", name=re.compile("Go to line 2, column 20")).click()
        page.keyboard.type("#")
        expect(editor(page)).to_contain_text("#nonsense")

    def test_an_address_with_a_faulty_query_shows_both(self, visitor: Visitor) -> None:
        visitor.expect_refusal("/sparql")
        page = visitor.open(f"/sparql?query={FAULTY.replace(' ', '+').replace(chr(10), '%0A')}")
        expect(editor(page)).to_contain_text("?route a tip:Route")
        expect(page.locator(".problem-mark")).to_have_text("tip:Route")

    def test_a_service_that_is_gone_is_said_to_be(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        page.route("**/sparql?query=*", lambda route: route.abort("connectionrefused"))
        visitor.expect_refusal("/sparql")
        run(page, ROUTES)
        expect(page.get_by_role("region", name="The service cannot be reached")).to_be_visible()


def test_cancelling_stops_the_query(visitor: Visitor, service: LiveService) -> None:
    abandoned = 'tipgraph_worker_ends_total{reason="abandoned"}'
    before = gauge(service, abandoned)
    page = visitor.open("/sparql")
    run(page, SLOW)
    wait_until(lambda: gauge(service, "tipgraph_workers_busy") == 1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#said")).to_have_text("Cancelled: the query was stopped.")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    wait_until(lambda: gauge(service, "tipgraph_workers_busy") == 0)
    assert gauge(service, abandoned) == before + 1
    run(page, ROUTES)
    expect(answer(page)).to_contain_text(" rows in ")


@pytest.mark.parametrize("script", ["ask.js", "yasqe.js"])
def test_what_is_typed_before_the_editor_is_there_is_in_it(visitor: Visitor, script: str) -> None:
    page = visitor.open("about:blank")
    waiting: list[Route] = []
    page.route(f"**/{script}", lambda route: waiting.append(route))
    with page.expect_request(f"**/{script}"):
        page.goto("/sparql", wait_until="commit")
        page.locator("textarea#query").fill("ASK {}")
    page.keyboard.press("ArrowLeft")
    waiting[0].continue_()
    expect(page.locator(".CodeMirror-focused")).to_be_visible()
    page.keyboard.type(" FILTER(1 < 2) ")
    page.keyboard.press("Control+Enter")
    expect(answer(page)).to_contain_text("Yes")
    expect(editor(page)).to_contain_text("ASK { FILTER(1 < 2) }")


def test_everything_is_there_for_the_keyboard(visitor: Visitor) -> None:
    page = visitor.open("/sparql")
    expect(editor(page)).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#panel') !== null"):
            break
    expect(editor(page)).to_be_focused()
    type_query(page, ROUTES)
    page.keyboard.press("Tab")
    run_button = page.get_by_role("button", name="Run", exact=True)
    expect(run_button).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(run_button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Answer")).to_be_focused()


class TestQueries:
    def test_each_is_in_a_tab_and_kept(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        run(page, f"# Where to\n{ROUTES}")
        expect(answer(page)).to_be_visible()
        page.get_by_role("button", name="New query").click()
        expect(answer(page)).to_have_count(0)
        type_query(page, "ASK { ?this ?is ?kept }")
        tabs = page.get_by_role("tablist", name="Queries").get_by_role("tab")
        expect(tabs).to_have_text(["Where to", "Query 2"])
        page.goto("/sparql")
        expect(tabs).to_have_text(["Where to", "Query 2"])
        expect(editor(page)).to_have_value("ASK { ?this ?is ?kept }")
        tabs.nth(1).focus()
        page.keyboard.press("ArrowLeft")
        expect(tabs.nth(0)).to_be_focused()
        expect(editor(page)).to_have_value(f"# Where to\n{ROUTES}")
        page.get_by_role("button", name="Close this query").click()
        expect(tabs).to_have_text(["Query 1"])
        expect(editor(page)).to_have_value("ASK { ?this ?is ?kept }")

    def test_what_was_typed_can_be_undone_after_a_look_at_another(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        type_query(page, "ASK {}")
        page.get_by_role("button", name="New query").click()
        page.get_by_role("tab", name="Query 1").click()
        editor(page).focus()
        for _ in range(3):
            page.keyboard.press("Control+Z")
        expect(editor(page)).to_contain_text("?subject ?predicate ?object")

    def test_a_question_of_the_catalogue_is_put_into_the_editor(self, visitor: Visitor) -> None:
        page = visitor.open("/sparql")
        page.get_by_label("Words in it, or a keyword").fill("trafficked where")
        question = page.get_by_role("button", name="Who is trafficked").first
        words = question.inner_text()
        question.click()
        expect(editor(page)).to_contain_text(f"# {words}")
        page.keyboard.press("Control+Enter")
        expect(answer(page)).to_contain_text(" rows in ")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_there_are_no_barriers(visitor: Visitor, scheme: Scheme) -> None:
    visitor.expect_refusal("/sparql")
    page = visitor.open("/sparql", scheme=scheme)
    run(page, f'# A comment\n{ROUTES}\nORDER BY ?route # 7 "text"')
    expect(answer(page)).to_be_visible()
    page.get_by_text("Link to it, or ask it with curl").click()
    assert barriers(page, () if scheme == "light" else COLOUR_RULES) == []
    run(page, FAULTY)
    expect(page.locator(".problem-mark")).to_be_visible()
    assert barriers(page, COLOUR_RULES) == []


def test_on_a_narrow_screen_nothing_scrolls_sideways(visitor: Visitor) -> None:
    page = visitor.open("/sparql", width=NARROW)
    run(page, ROUTES)
    expect(answer(page)).to_be_visible()
    assert not is_too_wide(page)
    assert barriers(page) == []


def test_without_scripts_there_is_the_plain_form(visitor: Visitor) -> None:
    visitor.expect_refusal("/sparql")
    page = visitor.open("/sparql", javascript=False)
    expect(page.get_by_text("With JavaScript, there is an editor here")).to_be_visible()
    expect(page.get_by_text("completes, Tab and Esc")).to_be_hidden()
    page.get_by_label("Query", exact=True).fill(FAULTY)
    page.get_by_role("button", name="Run a long query, by POST").click()
    expect(page.get_by_role("region", name="The query is not SPARQL")).to_be_visible()
    page.get_by_label("Query", exact=True).fill(ROUTES)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("link", name="Route from the DPRK to China").first).to_be_visible()


def test_the_editor_is_loaded_by_those_alone_who_go_to_it(visitor: Visitor) -> None:
    loaded = (
        "performance.getEntriesByType('resource').some(({ name }) => name.includes('yasqe.js'))"
    )
    for path in KINDS.values():
        assert not visitor.open(path).evaluate(loaded), path
    page = visitor.open("/sparql")
    editor(page).hover()
    expect(page.locator(".CodeMirror")).to_be_visible()
    assert page.evaluate(loaded)
