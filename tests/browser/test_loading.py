"""What it takes to load a page: how much is transferred, and what moves while it comes."""

from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.kinds import KINDS
from tests.browser.visiting import NARROW, WIDE, Visitor

# Bytes, compressed, with header fields; without the libraries, which are for pictures and editor.
LARGEST: Final = 60_000
# Every term and every shape on one page; the editor, with all views once there is an answer.
LARGER: Final = ("ontology", "shapes", "answer")
# A hundredth part of what the Web Vitals call good: nothing that one would see.
MOST_SHIFTED: Final = 0.001
_TRANSFERRED: Final = """() =>
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])"""
_SHIFTED: Final = """() => new Promise((resolve) => {
  let shifted = 0;
  const add = (list) => {
    for (const { value } of list.getEntries()) shifted += value;
  };
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  // What is buffered comes before the next but one frame.
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(shifted)));
})"""


def opened(visitor: Visitor, kind: str, width: int) -> Page:
    """A page once all that it loads is there."""
    page = visitor.open(KINDS[kind], width=width)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("kind", [each for each in KINDS if each not in LARGER])
def test_pages_are_light(visitor: Visitor, kind: str) -> None:
    page = opened(visitor, kind, NARROW)
    own = {path: size for path, size in page.evaluate(_TRANSFERRED) if "/lib/" not in path}
    assert own[urlsplit(page.url).path] > 500
    assert sum(own.values()) < LARGEST, own


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("kind", ["home", "ask", "question", "routes", "validate", "passage"])
def test_nothing_moves_while_a_page_comes(visitor: Visitor, kind: str, width: int) -> None:
    assert opened(visitor, kind, width).evaluate(_SHIFTED) < MOST_SHIFTED


def test_what_moves_is_noticed(visitor: Visitor) -> None:
    page = visitor.open()
    page.evaluate("document.querySelector('main').prepend(document.createElement('textarea'))")
    assert page.evaluate(_SHIFTED) > MOST_SHIFTED
