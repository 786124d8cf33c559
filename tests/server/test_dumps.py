"""Dumps over HTTP: whole, in parts, checked, and streamed in memory that does not grow."""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.service import LiveService, rivers, serving, wait_until, write_snapshot
from tipgraph.snapshot import DUMPS_NAME, MANIFEST_NAME, Dump, Snapshot

CONTENT: Final = bytes(range(256)) * 4
LARGE: Final = 1 << 28
NAME: Final = "all.nq.zst"
DUMP: Final = f"/dumps/1.2.3/{NAME}"
TAG: Final = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


def with_dump(snapshot: Snapshot, dump: Dump) -> Path:
    """Give a snapshot a dump, and return where its content goes."""
    manifest = replace(snapshot.manifest, dumps=(dump,))
    (snapshot.path / MANIFEST_NAME).write_text(manifest.to_json())
    (snapshot.path / DUMPS_NAME).mkdir()
    return snapshot.path / DUMPS_NAME / dump.name


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    snapshot = write_snapshot(tmp_path_factory.mktemp("dumped") / "snapshot", rivers())
    digest = hashlib.sha256(CONTENT).hexdigest()
    with_dump(snapshot, Dump(NAME, "Everything", len(CONTENT), digest)).write_bytes(CONTENT)
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        yield client


def test_a_whole_dump(dumped: httpx.Client) -> None:
    response = dumped.get(DUMP)
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response.headers["etag"] == TAG
    assert response.headers["content-type"] == "application/zstd"
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in response.headers


def test_head_says_the_same(dumped: httpx.Client) -> None:
    got, head = dumped.get(DUMP), dumped.head(DUMP, headers={"range": "bytes=0-1"})
    ignored = {"date", "x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in got.headers.items() if k not in ignored
    }
    assert head.content == b""


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=1000-", 1000, 1024),
        ("bytes=1000-999999", 1000, 1024),
        ("bytes=-24", 1000, 1024),
        ("bytes=-99999", 0, 1024),
        ("bytes = 3 - 7", 3, 8),
    ],
)
def test_a_part(dumped: httpx.Client, asked: str, first: int, end: int) -> None:
    response = dumped.get(DUMP, headers={"range": asked})
    assert (response.status_code, response.content) == (206, CONTENT[first:end])
    assert response.headers["content-range"] == f"bytes {first}-{end - 1}/1024"
    assert response.headers["content-length"] == str(end - first)


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-4", "bytes=-", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", "", f"bytes={'9' * 5000}-"],
)
def test_what_is_no_range_is_passed_over(dumped: httpx.Client, asked: str) -> None:
    response = dumped.get(DUMP, headers={"range": asked})
    assert (response.status_code, response.content) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=99999-100000", "bytes=-0"])
def test_a_part_that_is_not_there(dumped: httpx.Client, asked: str) -> None:
    response = dumped.get(DUMP, headers={"range": asked})
    assert response.status_code == 416
    assert response.json()["type"] == "/problems/range-not-satisfiable"
    assert response.headers["content-range"] == "bytes */1024"


def test_a_part_only_of_the_same_file(dumped: httpx.Client) -> None:
    same = dumped.get(DUMP, headers={"range": "bytes=0-1", "if-range": TAG})
    other = dumped.get(DUMP, headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert other.content == CONTENT


def test_a_known_dump_is_not_sent_again(dumped: httpx.Client) -> None:
    response = dumped.get(DUMP, headers={"if-none-match": TAG})
    assert (response.status_code, response.content) == (304, b"")


def test_a_dump_that_is_not_the_expected_one_is_not_sent(dumped: httpx.Client) -> None:
    for asked in ({}, {"range": "bytes=0-1"}):
        refused = dumped.get(DUMP, headers={"if-match": '"other"', **asked})
        assert refused.status_code == 412
        assert dumped.get(DUMP, headers={"if-match": TAG, **asked}).status_code in (200, 206)


def test_checksums(dumped: httpx.Client) -> None:
    listed = dumped.get("/dumps/1.2.3/SHA256SUMS").text
    assert listed == f"{hashlib.sha256(CONTENT).hexdigest()}  {NAME}\n"


@pytest.mark.parametrize("path", ["/dumps", "/dumps/", "/dumps/1.2.3", "/dumps/1.2.3/"])
def test_the_list_leads_to_the_dump(dumped: httpx.Client, path: str) -> None:
    page = dumped.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'href="{DUMP}"' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/9.9.9/all.nq.zst",
        "/dumps/1.2.3/none.ttl.gz",
        "/dumps/1.2.3/..%2f..%2fmanifest.json",
        "/dumps/1.2.3/all.nq.zst/more",
    ],
)
def test_what_is_not_there(dumped: httpx.Client, path: str) -> None:
    response = dumped.get(path)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


def test_nothing_can_be_written(dumped: httpx.Client) -> None:
    response = dumped.put(DUMP, content=b"")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    snapshot = write_snapshot(tmp_path_factory.mktemp("large") / "snapshot", rivers())
    path = with_dump(snapshot, Dump(NAME, "Everything", LARGE, "0" * 64))
    path.touch()
    os.truncate(path, LARGE)  # without a byte of it on the disk
    with serving(snapshot.path, workers=1) as live:
        yield live


class TestALargeDump:
    def test_it_streams_in_flat_memory(self, large: LiveService) -> None:
        before, most, received = large.resident_bytes(), 0, 0
        with large.client() as client, client.stream("GET", DUMP) as response:
            for number, chunk in enumerate(response.iter_raw()):
                received += len(chunk)
                if number % 500 == 0:
                    most = max(most, large.resident_bytes())
        assert received == LARGE
        assert most - before < 32 * 1024 * 1024

    def test_a_client_that_does_not_read_costs_no_memory(self, large: LiveService) -> None:
        before, descriptors = large.resident_bytes(), large.descriptors()
        with large.connect() as connection:
            connection.sendall(f"GET {DUMP} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
            time.sleep(1)  # in which a server that does not wait would read on
            assert large.resident_bytes() - before < 32 * 1024 * 1024
        wait_until(lambda: large.descriptors() <= descriptors)

    def test_it_resumes_near_its_end(self, large: LiveService) -> None:
        response = large.get(DUMP, headers={"range": f"bytes={LARGE - 7}-"})
        assert (response.status_code, response.content) == (206, bytes(7))
