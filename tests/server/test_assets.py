"""The files that pages load: addresses that name their content, media types, what may be kept."""

import os
import re
from pathlib import Path

import httpx
import pytest

from tests.service import serving
from tests.web import BROWSER, Page
from tipgraph.server.libraries import LIBRARIES, LibraryFile

WEB = Path(__file__).parents[2] / "web"
KEPT = "public, max-age=31536000, immutable"


def loaded(client: httpx.Client, path: str = "/") -> list[str]:
    """The addresses of the files that a page loads."""
    page = client.get(path, headers={"accept": BROWSER})
    return [href for href in Page(page.text).hrefs if "/static/" in href]


def test_pages_load_files_that_may_be_kept(client: httpx.Client) -> None:
    addresses = loaded(client)
    assert addresses
    for address in addresses:
        file = client.get(address)
        assert file.status_code == 200
        assert file.headers["cache-control"] == KEPT
        assert file.headers["vary"] == "Accept-Encoding"
        assert client.head(address).headers["content-length"] == file.headers["content-length"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("site.css", "text/css; charset=utf-8"), ("favicon.svg", "image/svg+xml")],
)
def test_files_say_what_they_are(client: httpx.Client, name: str, media_type: str) -> None:
    file = client.get(f"/static/{name}")
    assert file.headers["content-type"] == media_type
    assert file.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_under_the_present_digest_is_asked_for_again(client: httpx.Client) -> None:
    [present] = [each for each in loaded(client) if each.endswith("site.css")]
    for address in ("/static/site.css", "/static/0123456789ab/site.css"):
        file = client.get(address)
        assert file.headers["cache-control"] == "public, no-cache"
        assert file.content == client.get(present).content


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_a_file_that_is_known_is_not_sent_again(client: httpx.Client, coding: str) -> None:
    asked = {"accept-encoding": coding}
    file = client.get("/static/site.css", headers=asked)
    assert file.headers.get("content-encoding", "identity") == coding
    assert file.text == client.get("/static/site.css").text
    tag = file.headers["etag"]
    again = client.get("/static/site.css", headers={**asked, "if-none-match": tag})
    assert again.status_code == 304
    assert again.headers["etag"] == tag
    assert not again.content


def test_each_coding_has_a_tag_of_its_own(client: httpx.Client) -> None:
    tags = {
        client.get("/static/site.css", headers={"accept-encoding": coding}).headers["etag"]
        for coding in ("identity", "gzip", "br", "zstd")
    }
    assert len(tags) == 4


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/nothing.css",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/0123456789ab/../../app.py",
        "/static/__init__.py",
    ],
)
def test_there_is_nothing_else(client: httpx.Client, path: str) -> None:
    # A URL object given as bytes keeps the path as it is written.
    url = client.base_url.copy_with(raw_path=path.encode())
    answer = client.get(url, headers={"accept": "application/problem+json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_icon_is_where_browsers_look_unasked(client: httpx.Client) -> None:
    icon = client.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.content == client.get("/static/favicon.svg").content


def test_under_a_prefix_addresses_have_it(snapshot_path: Path) -> None:
    with (
        serving(snapshot_path, workers=1, public_url="https://example.org/graph") as live,
        live.client() as client,
    ):
        addresses = loaded(client)
        assert addresses
        for address in addresses:
            assert re.match("/graph/static/[0-9a-f]{12}/", address)
            assert client.get(address).headers["cache-control"] == KEPT


@pytest.fixture(scope="module")
def libraries() -> None:
    """The libraries of the pages, which `make` installs where npm is."""
    if not (WEB / "node_modules" / "installed").exists():
        assert os.environ.get("CI") != "true", "the libraries of the pages are not installed"
        pytest.skip("the libraries of the pages are not installed; make test does that")


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("file", [file for files in LIBRARIES.values() for file in files])
def test_libraries_are_given_out(client: httpx.Client, file: LibraryFile) -> None:
    answer = client.get(f"/static/lib/{file.name}")
    assert answer.status_code == 200
    assert len(answer.content) > 1000
    # A browser knows no names of packages.
    assert not re.search(rb"""(?:^|;)(?:import|export)[^;"']*from ?["'][^./]""", answer.content)


def test_pages_do_without_libraries(snapshot_path: Path, tmp_path: Path) -> None:
    with (
        serving(snapshot_path, workers=1, web_dir=tmp_path) as live,
        live.client() as client,
    ):
        assert client.get("/static/lib/yasqe.js").status_code == 404
        for path in ("/", "/sparql", "/validate"):
            page = client.get(path, headers={"accept": BROWSER})
            assert page.status_code == 200
            assert "/lib/" not in page.text
