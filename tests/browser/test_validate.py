"""The page for validating in a browser: texts, report, places, files, and how it is all stopped."""

import json
import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, Scheme, Visitor, is_too_wide
from tests.server.test_validate import ENDLESS, NUMBERS
from tests.service import LiveService, wait_until
from tipgraph.validation.formats import REPORT_FORMATS

# What stands after the marked text is not to be selected.
DATA: Final = """@prefix ex: <http://example.org/> .
ex:cor a ex:River ; ex:name "🌊" ; ex:length "far away" .
ex:bly a ex:Lake ; ex:length "deep" .
"""
SHAPES: Final = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
ex:RiverShape a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ; sh:message "long"@en , "lang"@de ] .
ex:LakeShape a sh:NodeShape ; sh:targetClass ex:Lake ;
  sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ] .
"""
MALFORMED: Final = "The RDF cannot be parsed"
VIOLATIONS: Final = "The data does not conform: 2 violations."


def fill(page: Page, data: str = DATA, shapes: str = SHAPES) -> None:
    page.get_by_label("Data", exact=True).fill(data)
    page.get_by_label("Shapes", exact=True).fill(shapes)


def open_file(page: Page, label: str, name: str, content: bytes) -> None:
    """Open a file by the button above a text box."""
    box = page.locator(".box").filter(has=page.get_by_label(label, exact=True))
    with page.expect_file_chooser() as chooser:
        box.get_by_role("button", name="Open a file").click()
    chooser.value.set_files({"name": name, "mimeType": "", "buffer": content})


def validate(page: Page) -> None:
    page.get_by_role("button", name="Validate").click()


def expect_outcome(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("main").get_by_role("status")).to_have_text(text)


def marked(page: Page, name: str) -> list[str]:
    """The numbers of the marked lines of a text."""
    return page.locator(f".lines:has(#{name}) .marked").all_inner_texts()


def selected(page: Page) -> tuple[str, str]:
    """The text box that has the focus, and what is selected in it."""
    name, text = page.evaluate(
        """() => {
          const { id, value, selectionStart, selectionEnd } = document.activeElement;
          return [id, value?.slice(selectionStart, selectionEnd)];
        }"""
    )
    return name, text


def test_the_report_leads_to_the_places_in_both_texts(visitor: Visitor) -> None:
    page = visitor.open("/validate")
    fill(page)
    validate(page)
    expect_outcome(page, VIOLATIONS)
    assert (marked(page, "data"), marked(page, "shapes")) == (["2", "3"], ["4", "6"])
    page.get_by_role("button", name="data:2:45").click()
    assert selected(page) == ("data", '"far away"')
    place = page.get_by_role("button", name="shapes:6:37")
    place.focus()
    page.keyboard.press("Enter")
    assert selected(page) == ("shapes", "sh:nodeKind")
    page.get_by_label("Data", exact=True).press("End")
    page.keyboard.type(" ")
    expect(page.locator("#report")).to_contain_text("The texts have changed since.")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_reports_and_problems_have_no_barriers(visitor: Visitor, scheme: Scheme) -> None:
    visitor.expect_refusal("/validate")
    for width in (1280, NARROW):
        page = visitor.open("/validate?example", scheme=scheme, width=width)
        validate(page)
        expect_outcome(page, VIOLATIONS)
        page.get_by_text("The report as a file").click()
        assert barriers(page) == []
        assert not is_too_wide(page)
        fill(page, "@prefix : <a:> .\n:a :b ", "")
        validate(page)
        expect_outcome(page, MALFORMED)
        assert barriers(page) == []
        assert not is_too_wide(page)


def test_a_problem_is_at_its_line_and_nothing_is_lost(visitor: Visitor) -> None:
    visitor.expect_refusal("/validate")
    page = visitor.open("/validate")
    broken = DATA.replace('"deep" .', '"deep')
    fill(page, broken)
    validate(page)
    expect_outcome(page, MALFORMED)
    expect(page.locator("#report h3")).to_have_text(MALFORMED)
    assert marked(page, "data") == ["3"]
    page.locator("#report .place").click()
    assert selected(page)[0] == "data"
    assert page.get_by_label("Data", exact=True).input_value() == broken
    fill(page, shapes=SHAPES.replace("sh:path ex:length", "sh:in 1"))
    validate(page)
    expect_outcome(page, "The shapes have no defined meaning")
    assert set(marked(page, "shapes")) == {"4", "6"}


def test_without_scripts_texts_and_choices_stay(visitor: Visitor) -> None:
    visitor.expect_refusal("/validate")
    page = visitor.open("/validate", javascript=False)
    fill(page)
    page.get_by_label("Shape", exact=True).fill("ex:LakeShape")
    page.get_by_label("Entailment").select_option("rdfs")
    page.get_by_label("Format of data").select_option("trig")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    for data, told in ((DATA, "does not conform: 1 violation."), ("<", MALFORMED)):
        page.get_by_label("Data", exact=True).fill(data)
        validate(page)
        expect(page.locator("#report")).to_contain_text(told)
        assert page.get_by_label("Data", exact=True).input_value() == data
        assert page.get_by_label("Shapes", exact=True).input_value() == SHAPES
        expect(page.get_by_label("Shape", exact=True)).to_have_value("ex:LakeShape")
        expect(page.get_by_label("Entailment")).to_have_value("rdfs")
        expect(page.get_by_label("Format of data")).to_have_value("trig")


def test_shape_focus_node_and_language(visitor: Visitor) -> None:
    visitor.expect_refusal("/validate")
    page = visitor.open("/validate")
    fill(page)
    page.get_by_label("Language").fill("de")
    page.get_by_label("Shape", exact=True).fill("ex:RiverShape")
    validate(page)
    expect_outcome(page, "The data does not conform: 1 violation.")
    expect(page.locator("#report")).to_contain_text("lang")
    page.get_by_label("Focus node").fill("ex:bly ex:cor")
    validate(page)
    expect_outcome(page, VIOLATIONS)
    page.get_by_label("Focus node").fill("ex:blyy")
    validate(page)
    near = "did you mean <http://example.org/bly>?"
    expect(page.locator("#report")).to_contain_text(near)


@pytest.mark.parametrize("way", ["open", "drop", "paste"])
def test_a_file_is_read_and_places_name_it(visitor: Visitor, way: str) -> None:
    page = visitor.open("/validate")
    fill(page, "")
    e = "http://example.org/"
    content = f"<{e}a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{e}River> .\n"
    content += f'<{e}a> <{e}length> "far" .\n'
    if way == "open":
        open_file(page, "Data", "far.nt", content.encode())
    else:
        page.evaluate(
            """([way, content]) => {
              const given = new DataTransfer();
              given.items.add(new File([content], "far.nt"));
              const common = { bubbles: true, cancelable: true };
              const event = way === "drop"
                ? new DragEvent("drop", { ...common, dataTransfer: given })
                : new ClipboardEvent("paste", { ...common, clipboardData: given });
              document.getElementById("data").dispatchEvent(event);
            }""",
            [way, content],
        )
    expect_outcome(page, "far.nt was opened.")
    expect(page.get_by_label("Format of data")).to_have_value("nt")
    validate(page)
    expect_outcome(page, re.compile("^The data does not conform"))
    expect(page.get_by_role("button", name="far.nt:2:")).to_be_visible()
    assert marked(page, "data") == ["2"]


def test_a_file_that_is_no_text_changes_nothing(visitor: Visitor) -> None:
    page = visitor.open("/validate?example")
    before = page.get_by_label("Shapes", exact=True).input_value()
    open_file(page, "Shapes", "shapes.ttl", b"\x89PNG\xff\xfe")
    expect_outcome(page, re.compile("is not a text in UTF-8"))
    assert page.get_by_label("Shapes", exact=True).input_value() == before


def test_the_report_as_a_file_in_each_format(visitor: Visitor) -> None:
    page = visitor.open("/validate?example")
    validate(page)
    page.get_by_text("The report as a file").click()
    # What is changed after the report was made is not in its files.
    page.get_by_label("Data", exact=True).fill(DATA)
    names = [each.name for each in REPORT_FORMATS]
    assert page.locator(".downloads button").all_inner_texts() == names
    for name in names:
        with page.expect_download() as download:
            page.locator(f'.downloads button[value="{name}"]').click()
        file = download.value
        assert file.suggested_filename.startswith("report.")
        text = file.path().read_text()
        assert "route1" in text or name == "sarif"
        if name == "sarif":
            places = [each["locations"] for each in json.loads(text)["runs"][0]["results"]]
            assert len(places) == 2


def test_what_takes_long_can_be_cancelled(visitor: Visitor, service: LiveService) -> None:
    page = visitor.open("/validate")
    fill(page, "", ENDLESS)
    open_file(page, "Data", "numbers.ttl", NUMBERS.encode())
    expect_outcome(page, "numbers.ttl was opened.")
    page.get_by_label("Data", exact=True).press("Control+Enter")
    expect_outcome(page, "Validating …")
    wait_until(lambda: bool(service.validations()))
    page.get_by_role("button", name="Cancel").click()
    expect_outcome(page, "It was cancelled. Nothing was changed.")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    wait_until(lambda: not service.validations())
    assert page.get_by_label("Data", exact=True).input_value() == NUMBERS


def test_the_example_asks_before_it_replaces_texts(visitor: Visitor) -> None:
    page = visitor.open("/validate")
    fill(page)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("link", name="Fill in an example").click()
    assert page.get_by_label("Data", exact=True).input_value() == DATA
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Fill in an example").click()
    validate(page)
    expect_outcome(page, VIOLATIONS)


def test_a_long_text_has_numbers_where_it_is_seen(visitor: Visitor) -> None:
    page = visitor.open("/validate")
    lines = "".join(f"ex:r{number} a ex:Stream .\n" for number in range(20_000))
    data = f"@prefix ex: <http://example.org/> .\n{lines}ex:last a ex:River ; ex:length 'x' .\n"
    fill(page, "")
    open_file(page, "Data", "data", data.encode())
    validate(page)
    expect_outcome(page, "The data does not conform: 1 violation.")
    assert marked(page, "data") == []
    page.get_by_role("button", name="data:20002:").click()
    assert selected(page) == ("data", "'x'")
    assert marked(page, "data") == ["20002"]
    assert page.locator(".lines:has(#data) .gutter > div").count() < 100


def test_our_own_shapes_apply_where_none_are_given(visitor: Visitor) -> None:
    page = visitor.open("/validate")
    fill(page, "@prefix tip: <https://w3id.org/tipgraph/ontology#> .\n<a:b> a tip:Route .", "")
    validate(page)
    expect_outcome(page, re.compile("^The data does not conform"))
    expect(page.get_by_role("button", name="data:2:1").first).to_be_visible()
