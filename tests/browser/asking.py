"""The page on which people ask, as they use it."""

from typing import Final

from playwright.sync_api import Locator, Page

ROUTES: Final = """PREFIX tip: <https://w3id.org/tipgraph/ontology#>
SELECT ?route ?to WHERE {
  ?route a tip:Route ; tip:routeDestination ?to .
}"""
_PASTE: Final = """(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const options = { clipboardData, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def editor(page: Page) -> Locator:
    """The editor, which takes the place of the plain field."""
    return page.get_by_role("tabpanel", name="Query").get_by_role("textbox", name="Query")


def type_query(page: Page, text: str) -> None:
    """Put a query in the place of what is in the editor, by pasting it."""
    editor(page).focus()
    # The editor comes to those who go to the text field.
    page.locator(".CodeMirror-focused").wait_for()
    page.keyboard.press("Control+A")
    page.evaluate(_PASTE, text)


def run(page: Page, text: str) -> None:
    type_query(page, text)
    page.keyboard.press("Control+Enter")


def answer(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer")


def cells(page: Page, column: int) -> list[str]:
    """What is in a column of the answer, counted from 1, of the rows that are shown."""
    return answer(page).locator(f"tbody td:nth-child({column})").all_inner_texts()
