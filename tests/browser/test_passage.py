"""Checking one's own copy of a document in the browser: what is compared, found and said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pyoxigraph import Literal, NamedNode, Quad, Triple

from tests.browser.axe import barriers
from tests.browser.visiting import NARROW, SCHEMES, Scheme, Visitor, is_too_wide
from tests.service import LiveService, serving, write_snapshot
from tipgraph import dataset, source
from tipgraph.namespaces import BASE, GRAPH_DATA, PROV, RDF, RDFS, TIP

TEXT: Final = (
    "A survey of lakes\n\n"
    "Lake Bly 🏞 is caf\u00e9-brown and deep. Nobody 🏊 swims in it! Its <b>shore</b> is long.\n\n"
    "The mill by the lake is closed.\n"
)
SENTENCE: Final = "Nobody 🏊 swims in it!"
PASSAGE: Final = "/page/doc/lakes/s02"
SAME: Final = "it is the document, byte for byte."
OTHER: Final = "it is another version of the document, or another text."
IN_PLACE: Final = "The passage is where the graph says, and its digest is the same."


def document() -> list[Quad]:
    """The passages of a text of our own, and a claim that rests on one of them."""
    claim = NamedNode(f"{BASE}claim/lakes/s02-01")
    says = (
        (f"{RDF}type", NamedNode(f"{TIP}AffirmedClaim")),
        (f"{RDFS}label", Literal("The lake has no swimmers", language="en")),
        (f"{TIP}claimSubject", NamedNode(f"{BASE}id/lake")),
        (f"{TIP}claimPredicate", NamedNode(f"{TIP}swimmers")),
        (f"{PROV}wasDerivedFrom", NamedNode(f"{BASE}doc/lakes/s02")),
    )
    triples = [
        *source.to_triples(source.split(TEXT), "lakes"),
        *(Triple(claim, NamedNode(name), value) for name, value in says),
    ]
    return [Quad(each.subject, each.predicate, each.object, GRAPH_DATA) for each in triples]


@pytest.fixture(scope="module")
def lakes(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    snapshot = write_snapshot(tmp_path_factory.mktemp("document") / "snapshot", document())
    with serving(snapshot.path, workers=1) as live:
        yield live


@pytest.fixture
def reader(browser: Browser, lakes: LiveService) -> Iterator[Visitor]:
    """Somebody with a copy of the document; the test fails when anything went wrong."""
    with Visitor(browser, lakes.url) as visitor:
        yield visitor
        assert visitor.faults == []


def choose(page: Page, content: bytes, name: str = "copy.txt") -> None:
    page.get_by_label("Check your own copy of the document").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content}
    )


def check(page: Page, content: bytes) -> list[str]:
    """What is said of a copy."""
    choose(page, content)
    said = page.locator("output p")
    expect(said.first).not_to_contain_text("Comparing")
    return said.all_inner_texts()


@pytest.mark.parametrize(
    ("copy", "verdict"),
    [
        (TEXT.encode(), SAME),
        (b"\xef\xbb\xbf" + TEXT.encode(), "but it begins with a byte order mark."),
        (TEXT.replace("\n", "\r\n").encode(), "but its lines end otherwise."),
        (TEXT.encode("utf-16"), "but it is in UTF-16, and it begins with a byte order mark."),
        (
            "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"),
            "but it is in UTF-16, and it begins with a byte order mark.",
        ),
        (TEXT.rstrip().encode(), "but the end of the file is not the same."),
        (TEXT.replace("é", "e\u0301").encode(), "but its letters are composed otherwise."),
    ],
)
def test_a_copy_is_compared_with_the_document(reader: Visitor, copy: bytes, verdict: str) -> None:
    page = reader.open(PASSAGE)
    whole, passage = check(page, copy)
    assert whole.endswith(verdict)
    assert passage == IN_PLACE
    expect(page.locator("output mark")).to_have_text(SENTENCE)


@pytest.mark.parametrize(
    ("copy", "place"),
    [
        ("🙂 More.\n" + TEXT, "8 code points after"),
        (TEXT.replace("Lake Bly", "Bly"), "5 code points before"),
        (TEXT.replace("mill", "inn"), "where the graph says"),
    ],
)
def test_in_another_version_the_passage_is_looked_for(
    reader: Visitor, copy: str, place: str
) -> None:
    page = reader.open(PASSAGE)
    whole, passage = check(page, copy.encode())
    assert whole.endswith(OTHER)
    assert place in passage
    expect(page.locator("output mark")).to_have_text(SENTENCE)
    expect(page.locator("output blockquote")).to_contain_text("<b>shore</b>")


@pytest.mark.parametrize(
    ("copy", "said"),
    [
        (TEXT.replace("swims", "swam").encode(), "The passage is not in your copy"),
        (b"x", "The passage is not in your copy"),
        (b"", "The file is empty."),
        (bytes(range(256)), "The file is no text in an encoding known here"),
        (TEXT.replace("🏊 ", "").replace("🏞 ", "").encode("cp1252"), "it is in Windows-1252"),
    ],
)
def test_what_cannot_be_found_is_said_plainly(reader: Visitor, copy: bytes, said: str) -> None:
    page = reader.open(PASSAGE)
    assert said in " ".join(check(page, copy))
    expect(page.locator("output mark")).to_have_count(0)


def test_a_file_too_large_is_not_read(reader: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    page = reader.open(PASSAGE)
    page.locator(".copy input").set_input_files(large)
    expect(page.locator("output")).to_contain_text("more than 50 MB")


def test_a_copy_may_be_dropped(reader: Visitor) -> None:
    page = reader.open(PASSAGE)
    page.evaluate(
        """(text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "dropped.txt"));
          document.querySelector(".copy").dispatchEvent(
            new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        TEXT,
    )
    expect(page.locator("output")).to_contain_text(f"dropped.txt: {SAME}")


def test_the_copy_goes_nowhere(reader: Visitor) -> None:
    page = reader.open(PASSAGE)
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    check(page, TEXT.encode())
    assert requests == []


def test_the_next_passage_knows_the_copy_until_it_is_forgotten(reader: Visitor) -> None:
    page = reader.open(PASSAGE)
    forget = page.get_by_role("button", name="Forget my copy")
    expect(forget).to_be_hidden()
    check(page, TEXT.encode())
    page.goto("/page/claim/lakes/s02-01")
    expect(page.locator("output")).to_contain_text(f"copy.txt: {SAME}")
    expect(page.locator("output mark")).to_have_text(SENTENCE)
    forget.click()
    expect(page.locator("output")).to_have_text("Your copy is forgotten.")
    page.goto(PASSAGE)
    expect(page.locator("output")).to_be_empty()
    expect(forget).to_be_hidden()


def test_all_passages_of_a_document_are_checked_at_once(reader: Visitor) -> None:
    page = reader.open("/page/doc/lakes")
    assert check(page, TEXT.encode())[-1] == (
        "Of 7 passages 7 are in their place, 0 elsewhere, and 0 were not found."
    )
    expect(page.locator("table.passages td:text('in its place')")).to_have_count(7)
    moved = "More. " + TEXT.replace("closed", "shut")
    assert check(page, moved.encode())[-1] == (
        "Of 7 passages 0 are in their place, 4 elsewhere, and 3 were not found."
    )


def test_without_digests_the_browser_gives_the_command(
    browser: Browser, lakes: LiveService
) -> None:
    """Browsers have no digests on pages that come over plain HTTP from another computer."""

    def fetch(route: Route) -> None:
        local = route.request.url.replace("http://lakes.example", lakes.url)
        route.fulfill(response=route.fetch(url=local))

    page = browser.new_page()
    page.route("http://lakes.example/**", fetch)
    page.goto(f"http://lakes.example{PASSAGE}")
    expect(page.locator("output")).to_contain_text("The command on this page does the same.")
    expect(page.locator(".copy input")).to_be_disabled()
    expect(page.locator("pre")).to_contain_text("python3 -c")
    page.close()


def test_without_scripts_there_is_the_command_alone(reader: Visitor) -> None:
    page = reader.open(PASSAGE, javascript=False)
    expect(page.locator(".copy")).to_be_hidden()
    expect(page.locator("pre")).to_contain_text("python3 -c")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", [PASSAGE, "/page/doc/lakes"])
def test_what_is_said_is_no_barrier(reader: Visitor, path: str, scheme: Scheme) -> None:
    page = reader.open(path, scheme=scheme, width=NARROW)
    check(page, TEXT.encode())
    assert barriers(page) == []
    assert not is_too_wide(page)


def test_the_shipped_document_is_found_whole(visitor: Visitor) -> None:
    path = dataset.sibling_source()
    if path is None:
        # The source text is not part of the project: it is not ours to give away.
        pytest.skip("the source text is not at hand in ../shared/source")
    page = visitor.open("/page/doc/nk")
    whole, passages = check(page, path.read_bytes())
    assert whole.endswith(SAME)
    assert passages == "Of 86 passages 86 are in their place, 0 elsewhere, and 0 were not found."
