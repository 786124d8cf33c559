"""What every response carries: entity tags, compression, CORS, ids, timings, counters."""

import gzip
import re

import brotli
import httpx
import pytest
import zstandard

from tests.service import EX, LiveService, rivers, serving, write_snapshot

MANY = f"SELECT * {{ ?s <{EX}number> ?n }} ORDER BY ?n"
PATHS = ("/", "/docs", "/livez", "/metrics", "/openapi.json", "/nothing", "/gsp?default", "/sparql")


def get(client: httpx.Client, query: str = MANY, **headers: str) -> httpx.Response:
    return client.get(
        "/sparql",
        params={"query": query},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


class TestEntityTags:
    def test_a_known_answer_is_not_sent_again(self, client: httpx.Client) -> None:
        first = get(client, accept="text/csv")
        again = get(client, accept="text/csv", if_none_match=first.headers["etag"])
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["vary"] == first.headers["vary"] == "Accept, Accept-Encoding"

    def test_it_is_not_even_evaluated(self, client: httpx.Client) -> None:
        endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
        asked = {"query": endless, "timeout": "0.3"}
        tag = get(client, "SELECT (1 AS ?n) {}").headers["etag"]
        assert get(client, "SELECT (1 AS ?n) {}", if_none_match=f'"x", W/{tag}').status_code == 304
        assert (
            client.get("/sparql", params=asked, headers={"if-none-match": tag}).status_code == 503
        )

    def test_tags_differ_by_format_coding_query_and_dataset(self, client: httpx.Client) -> None:
        tags = [
            get(client, accept="text/csv", accept_encoding="identity").headers["etag"],
            get(client, accept="text/csv", accept_encoding="gzip").headers["etag"],
            get(client, accept="text/csv", accept_encoding="br").headers["etag"],
            get(client, accept="text/tab-separated-values").headers["etag"],
            get(client, MANY + " LIMIT 900", accept="text/csv").headers["etag"],
            client.get("/sparql", params={"query": MANY, "default-graph-uri": f"{EX}none"}).headers[
                "etag"
            ],
        ]
        assert len(set(tags)) == len(tags)
        assert all(re.fullmatch(r'"[0-9a-f]{32}(-\w+)?"', tag) for tag in tags)

    def test_another_dataset_has_other_tags(
        self, client: httpx.Client, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("other") / "snapshot"
        snapshot = write_snapshot(folder, rivers(), digest="1" * 64)
        with serving(snapshot.path, workers=1) as other:
            tag = other.get("/sparql", params={"query": MANY}).headers["etag"]
        assert get(client).headers["etag"] != tag

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT (NOW() AS ?now) {}",
            "SELECT (rand () AS ?n) {}",
            "SELECT (STRUUID() AS ?u) {}",
            "SELECT (Uuid # a new one\n() AS ?u) {}",
            r"SELECT (R\u0041ND() AS ?n) {}",
            "CONSTRUCT { [] <a:b> ?o } { ?s <http://example.org/length> ?o }",
        ],
    )
    def test_what_differs_each_time_is_neither_tagged_nor_kept(
        self, client: httpx.Client, query: str
    ) -> None:
        first, second = get(client, query), get(client, query)
        assert first.status_code == 200
        assert "etag" not in first.headers
        assert first.headers["cache-control"] == "no-store"
        if "now" not in query.lower():
            assert first.text != second.text

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/docs",
            "/openapi.json",
            "/sparql",
            "/gsp?default",
            "/sparql?query=ASK%7B%7D",
        ],
    )
    def test_documents_have_them_too(self, client: httpx.Client, path: str) -> None:
        tag = client.get(path).headers["etag"]
        for known in (tag, f'"other", W/{tag}', "*"):
            assert client.get(path, headers={"if-none-match": known}).status_code == 304
        assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200

    @pytest.mark.parametrize(
        "path", ["/", "/sparql", "/gsp?default", "/sparql?query=ASK%7B%7D", "/static/site.css"]
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_what_is_expected_is_there_or_nothing_is_sent(
        self, client: httpx.Client, method: str, path: str
    ) -> None:
        tag = client.get(path).headers["etag"]
        for expected in (tag, f'"other", {tag}', "*"):
            found = client.request(method, path, headers={"if-match": expected})
            assert found.status_code == 200
        for other in ('"other"', f"W/{tag}"):
            for more in ({}, {"if-none-match": tag}):
                refused = client.request(method, path, headers={"if-match": other, **more})
                assert refused.status_code == 412
                assert refused.headers["etag"] == tag
                assert refused.headers["cache-control"] == "no-store"


class TestCompression:
    @pytest.mark.parametrize(
        ("accepted", "used"),
        [
            ("gzip", "gzip"),
            ("br", "br"),
            ("zstd", "zstd"),
            ("gzip, br, zstd", "zstd"),
            ("gzip, br;q=0.5, zstd;q=0.1", "gzip"),
            ("*", "zstd"),
            ("zstd;q=0, *", "br"),
            ("gzip;q=0", None),
            ("identity", None),
            ("lzma", None),
            ("", None),
            ("gzip;q=nonsense", None),
        ],
    )
    def test_coding_is_negotiated(
        self, client: httpx.Client, accepted: str, used: str | None
    ) -> None:
        request = client.build_request("GET", "/sparql", params={"query": MANY})
        request.headers["accept-encoding"] = accepted
        response = client.send(request, stream=True)
        raw = b"".join(response.iter_raw())
        assert response.headers.get("content-encoding") == used
        assert decoded(raw, used).count(b"uri") >= 1000
        assert response.headers["content-length"] == str(len(raw))

    def test_small_answers_are_left_as_they_are(self, client: httpx.Client) -> None:
        response = get(client, "ASK {}", accept_encoding="gzip, br, zstd")
        assert "content-encoding" not in response.headers


def decoded(raw: bytes, coding: str | None) -> bytes:
    if coding == "gzip":
        return gzip.decompress(raw)
    if coding == "br":
        return bytes(brotli.decompress(raw))
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompress(raw, 1 << 24)
    return raw


class TestEveryResponse:
    @pytest.mark.parametrize("path", PATHS)
    def test_cors_is_open_and_without_credentials(self, client: httpx.Client, path: str) -> None:
        response = client.get(path, headers={"origin": "https://other.example"})
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers
        exposed = response.headers["access-control-expose-headers"]
        for name in ("ETag", "Retry-After", "Tipgraph-Hint", "X-Request-Id"):
            assert name in exposed

    @pytest.mark.parametrize("path", PATHS)
    def test_there_is_an_id_and_the_dataset_version(self, client: httpx.Client, path: str) -> None:
        first, second = client.get(path), client.get(path)
        assert first.headers["x-request-id"] != second.headers["x-request-id"]
        assert first.headers["tipgraph-dataset-version"] == "1.2.3"
        assert first.headers["vary"]

    @pytest.mark.parametrize("path", PATHS)
    def test_head_has_the_fields_of_get(self, client: httpx.Client, path: str) -> None:
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head.headers["content-type"] == get.headers["content-type"]
        if path not in ("/metrics", "/nothing"):
            assert head.headers["content-length"] == get.headers["content-length"]
            assert head.headers["etag"] == get.headers["etag"]

    @pytest.mark.parametrize("path", PATHS)
    def test_options_are_answered(self, client: httpx.Client, path: str) -> None:
        response = client.options(path)
        assert response.status_code == 204
        assert "GET" in response.headers["access-control-allow-methods"]

    def test_an_id_that_is_no_token_is_replaced(self, client: httpx.Client) -> None:
        response = client.get("/livez", headers={"x-request-id": 'a"b c'})
        assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", response.headers["x-request-id"])


def test_the_time_spent_is_said(client: httpx.Client) -> None:
    query = f"SELECT * {{ ?s <{EX}number> 77 }} # only asked here"
    names = [part.split(";")[0] for part in get(client, query).headers["server-timing"].split(", ")]
    assert names == ["queue", "prepare", "evaluate"]
    assert get(client, query).headers["server-timing"] == "cache;desc=hit"


def test_a_raw_path_beyond_ascii_is_answered(service: LiveService) -> None:
    with service.connect() as connection:
        connection.sendall("GET /id/북한 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 404")


def test_kept_answers_are_bounded_in_bytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    snapshot = write_snapshot(tmp_path_factory.mktemp("cache") / "snapshot", rivers())
    with serving(snapshot.path, workers=1, cache_bytes=100_000) as service:
        for number in range(30):
            query = f"SELECT * {{ ?s <{EX}number> ?n }} LIMIT {100 + number}"
            assert service.get("/sparql", params={"query": query}).status_code == 200
        whole = service.get("/sparql", params={"query": MANY})
        assert len(whole.content) > 50_000
        metrics = service.get("/metrics").text
        found = re.search(r"^tipgraph_cache_bytes (\S+)$", metrics, re.MULTILINE)
        assert found is not None
        assert 0 < float(found.group(1)) <= 100_000
