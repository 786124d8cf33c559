"""Pages opened in a real browser, and everything that goes wrong in them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.service import PATIENCE

Scheme = Literal["light", "dark"]

SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
NARROW: Final = 320
WIDE: Final = 1280
_HEIGHT: Final = 900
_MILLISECONDS: Final = PATIENCE * 1000
_REFUSED: Final = "Failed to load resource"
# The same browser without windows of its own to draw takes far less; either does.
_PROGRAMS: Final = ("chromium-headless-shell", "chromium")


def has_chromium() -> bool:
    """Whether there is a browser."""
    return any(map(shutil.which, _PROGRAMS))


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    path = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    assert path is not None, "this needs chromium, which is not here"
    expect.set_options(timeout=_MILLISECONDS)
    with sync_playwright() as playwright:
        # Debian's has pages drawn by a processor for graphics, which is played by software here.
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Opens pages of one service, and notes what goes wrong in them.

    Errors of scripts, what the browser complains of in its console (what goes against a policy is
    among it), answers that are refusals, and any request to another host: all these are faults.

    Args:
        browser: The browser.
        url: The address of the service, without a slash at its end.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.faults: list[str] = []
        self._browser = browser
        self._url = url
        self._contexts: list[BrowserContext] = []
        self._refusals: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for context in self._contexts:
            context.close()

    def expect_refusal(self, path: str) -> None:
        """Count answers at a path that are refusals as none of the faults."""
        self._refusals.add(path)

    def open(
        self,
        path: str = "/",
        *,
        scheme: Scheme = "light",
        width: int = WIDE,
        javascript: bool = True,
    ) -> Page:
        """Open a page, in a window of its own that knows nothing of earlier ones.

        Args:
            path: Its path and query.
            scheme: The colours that the visitor prefers.
            width: The width of the window, in CSS pixels.
            javascript: Whether scripts run.
        """
        context = self._browser.new_context(
            base_url=self._url,
            color_scheme=scheme,
            viewport={"width": width, "height": _HEIGHT},
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        context.set_default_timeout(_MILLISECONDS)
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        page = context.new_page()
        page.goto(path)
        return page

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and not request.url.startswith(f"{self._url}/"):
            self.faults.append(f"request to another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not self._is_expected(response.url):
            self.faults.append(f"status {response.status}: {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        address = message.location["url"]
        if not (message.text.startswith(_REFUSED) and self._is_expected(address)):
            self.faults.append(f"console: {message.text} ({address})")

    def _is_expected(self, address: str) -> bool:
        return urlsplit(address).path in self._refusals


def is_too_wide(page: Page) -> bool:
    """Whether the page as a whole scrolls sideways."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth > innerWidth"))
