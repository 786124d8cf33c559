"""What tests read off responses: the links of their headers, and pages."""

import re
from html.parser import HTMLParser
from typing import Final

import httpx

PAGE: Final = "text/html"
BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def links(response: httpx.Response) -> list[tuple[str, str, str]]:
    """The links of a response: relation, target, media type; one row for each relation."""
    found = []
    for target, parameters in re.findall(r"<([^>]*)>((?:;[^,<]*)*)", response.headers["link"]):
        values = dict(re.findall(r'(\w+)="([^"]*)"', parameters))
        found += [(each, target, values.get("type", "")) for each in values["rel"].split()]
    return found


def targets(response: httpx.Response, relation: str) -> list[str]:
    return [target for each, target, _ in links(response) if each == relation]


class Page(HTMLParser):
    """The links, ids, texts and data blocks of a page, which has no script inside of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.languages: list[str] = []
        self.data = ""
        self._in_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if href := values.get("href"):
            self.hrefs.append(href)
        if name := values.get("id"):
            self.ids.append(name)
        if language := values.get("lang"):
            self.languages.append(language)
        self._in_data = tag == "script" and values.get("type") == "application/ld+json"
        assert tag != "script" or self._in_data or "src" in values

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data
        elif data.strip():
            self.texts.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


def section(text: str, heading: str) -> Page:
    """The part of a page under a heading, up to the next one of the same rank or a higher one."""
    (part,) = re.findall(
        rf"<h2[^>]*>(?:<[^>]*>)*{re.escape(heading)}.*?(?=<h2|</main>)", text, re.DOTALL
    )
    return Page(part)
