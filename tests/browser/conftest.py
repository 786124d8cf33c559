"""One browser and one service over the shipped graph for all tests of pages in a browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visiting import Visitor, chromium, has_chromium
from tests.hostile import write_hostile
from tests.service import LiveService, serving
from tipgraph.snapshot import Snapshot


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not has_chromium() and os.environ.get("CI") != "true":
        pytest.skip("this needs chromium, which is not here")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def service(browser: Browser, shipped_snapshot: Snapshot) -> Iterator[LiveService]:
    with serving(shipped_snapshot.path, workers=2) as live:
        yield live


@pytest.fixture
def visitor(browser: Browser, service: LiveService) -> Iterator[Visitor]:
    """Somebody with a browser; the test fails when anything went wrong in a page they saw."""
    with Visitor(browser, service.url) as visitor:
        yield visitor
        assert visitor.faults == []


@pytest.fixture(scope="module")
def hostile(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Somebody who sees pages over hostile labels."""
    snapshot = write_hostile(tmp_path_factory.mktemp("hostile") / "snapshot")
    with serving(snapshot.path, workers=1) as live, Visitor(browser, live.url) as visitor:
        yield visitor
        assert visitor.faults == []
