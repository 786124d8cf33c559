"""SPARQL 1.1 Protocol, query operations, as requests on the wire."""

import gzip
import zlib
from urllib.parse import quote, urlencode

import httpx
import pytest

from tests.service import EX, LiveService
from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format

GRAPH = "https://w3id.org/tipgraph/graph/"
LENGTH = f"SELECT ?n WHERE {{ <{EX}river> <{EX}length> ?n }}"
SUBJECTS = "SELECT DISTINCT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}
CSV = {"accept": "text/csv"}


def csv_rows(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return response.text.split("\r\n")[1:-1]


class TestOperations:
    def test_get(self, client: httpx.Client) -> None:
        response = client.get("/sparql", params={"query": LENGTH}, headers=CSV)
        assert csv_rows(response) == ["120"]

    def test_form_post(self, client: httpx.Client) -> None:
        assert csv_rows(client.post("/sparql", data={"query": LENGTH}, headers=CSV)) == ["120"]

    def test_direct_post(self, client: httpx.Client) -> None:
        response = client.post("/sparql", content=LENGTH, headers={**DIRECT, **CSV})
        assert csv_rows(response) == ["120"]

    def test_direct_post_with_charset_and_byte_order_mark(self, client: httpx.Client) -> None:
        headers = {"content-type": 'application/sparql-query; charset="UTF-8"', **CSV}
        response = client.post("/sparql", content=LENGTH.encode("utf-8-sig"), headers=headers)
        assert csv_rows(response) == ["120"]

    def test_http_query(self, client: httpx.Client) -> None:
        response = client.request("QUERY", "/sparql", content=LENGTH, headers={**DIRECT, **CSV})
        assert csv_rows(response) == ["120"]

    def test_head_is_get_without_its_body(self, client: httpx.Client) -> None:
        get = client.get("/sparql", params={"query": LENGTH}, headers=CSV)
        head = client.head("/sparql", params={"query": LENGTH}, headers=CSV)
        assert head.status_code == 200
        assert head.content == b""
        for name in ("content-length", "content-type", "etag", "vary"):
            assert head.headers[name] == get.headers[name]

    def test_options_says_what_can_be_done(self, client: httpx.Client) -> None:
        response = client.options("/sparql", headers={"access-control-request-headers": "x-a"})
        assert response.status_code == 204
        assert response.headers["allow"] == "GET, HEAD, POST, QUERY, OPTIONS"
        assert response.headers["accept-query"] == "application/sparql-query"
        assert response.headers["access-control-allow-headers"] == "x-a"

    def test_parameters_may_stand_in_the_address_of_a_form_post(self, client: httpx.Client) -> None:
        address = "/sparql?" + urlencode({"default-graph-uri": f"{GRAPH}meta"})
        response = client.post(address, data={"query": SUBJECTS}, headers=CSV)
        assert csv_rows(response) == [f"{EX}dataset"]

    def test_parameters_stand_in_the_address_of_a_direct_post(self, client: httpx.Client) -> None:
        address = "/sparql?" + urlencode({"named-graph-uri": f"{GRAPH}meta"})
        response = client.post(address, content=SUBJECTS, headers={**DIRECT, **CSV})
        assert csv_rows(response) == [f"{EX}dataset"]

    def test_a_request_is_decoded_once(self, client: httpx.Client) -> None:
        query = "SELECT ('100%2520+%41' AS ?text) {}"
        by_get = client.get("/sparql?query=" + quote(query, safe=""), headers=CSV)
        by_form = client.post("/sparql", data={"query": query}, headers=CSV)
        assert csv_rows(by_get) == csv_rows(by_form) == ["100%2520+%41"]

    def test_text_beyond_ascii_comes_through(self, client: httpx.Client) -> None:
        query = "SELECT ('북한 ü 𝄞' AS ?text) {}"
        for response in (
            client.get("/sparql", params={"query": query}, headers=CSV),
            client.post("/sparql", content=query.encode(), headers={**DIRECT, **CSV}),
        ):
            assert csv_rows(response) == ["북한 ü 𝄞"]

    @pytest.mark.parametrize(
        ("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
    )
    def test_bodies_may_be_compressed(
        self, client: httpx.Client, coding: str, compress: type[bytes]
    ) -> None:
        headers = {**DIRECT, **CSV, "content-encoding": coding}
        response = client.post("/sparql", content=compress(LENGTH.encode()), headers=headers)
        assert csv_rows(response) == ["120"]

    def test_relative_iris_are_resolved_against_the_public_base(self, client: httpx.Client) -> None:
        query = "SELECT ?s FROM <graph/meta> { ?s ?p ?o }"
        assert csv_rows(client.get("/sparql", params={"query": query}, headers=CSV)) == [
            f"{EX}dataset"
        ]


class TestDataset:
    def rows(self, client: httpx.Client, query: str, *parameters: tuple[str, str]) -> list[str]:
        pairs = httpx.QueryParams([("query", query), *parameters])
        return sorted(csv_rows(client.get("/sparql", params=pairs, headers=CSV)))

    def test_default_graph_uri_wins_over_from(self, client: httpx.Client) -> None:
        query = f"SELECT ?s FROM <{GRAPH}data> {{ ?s ?p ?o }}"
        assert self.rows(client, query, ("default-graph-uri", f"{GRAPH}meta")) == [f"{EX}dataset"]

    def test_named_graph_uri_wins_over_from_named(self, client: httpx.Client) -> None:
        query = f"SELECT DISTINCT ?g FROM NAMED <{GRAPH}data> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
        assert self.rows(client, query, ("named-graph-uri", f"{GRAPH}meta")) == [f"{GRAPH}meta"]

    def test_several_graphs_of_each_kind(self, client: httpx.Client) -> None:
        query = f"""SELECT ?s ?g {{
            {{ ?s ?p ?o FILTER(?s IN (<{EX}dataset>, <{EX}river>)) }}
            UNION {{ GRAPH ?g {{ ?s <{EX}depth> ?o }} }} }}"""
        rows = self.rows(
            client,
            query,
            ("default-graph-uri", f"{GRAPH}meta"),
            ("default-graph-uri", f"{GRAPH}inferred"),
            ("named-graph-uri", f"{GRAPH}data"),
            ("named-graph-uri", f"{GRAPH}ontology"),
        )
        assert rows == [f"{EX}dataset,", f"{EX}lake,{GRAPH}data", f"{EX}river,"]


class TestRefusals:
    """Each wrong request has its own status and problem type, and says what is wrong."""

    @pytest.mark.parametrize(
        ("method", "target", "headers", "content", "status", "problem"),
        [
            ("POST", "", FORM, "", 400, "missing-query"),
            ("POST", "", FORM, "query=", 400, "missing-query"),
            ("POST", "", DIRECT, "", 400, "missing-query"),
            ("GET", "?query=", {}, "", 400, "missing-query"),
            ("GET", "?query=ASK%7B%7D&query=ASK%7B%7D", {}, "", 400, "repeated-parameter"),
            ("POST", "?query=ASK%7B%7D", FORM, "query=ASK%7B%7D", 400, "repeated-parameter"),
            ("POST", "?query=ASK%7B%7D", DIRECT, "ASK{}", 400, "repeated-parameter"),
            ("GET", "?query=ASK%7B%7D&format=csv&format=tsv", {}, "", 400, "repeated-parameter"),
            ("GET", "?query=ASK%7B%7D&timeout=1&timeout=1", {}, "", 400, "repeated-parameter"),
            ("GET", "?query=ASK%7B%7D&timeout=soon", {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D&timeout=-1", {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D&timeout=inf", {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D&format=yaml", {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D&default-graph-uri=data", {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D&named-graph-uri=", {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D" + "&a=b" * 2000, {}, "", 400, "bad-parameter"),
            ("GET", "?query=ASK%7B%7D%FF", {}, "", 400, "bad-encoding"),
            ("POST", "", FORM, "query=ASK%7B%7D%FF", 400, "bad-encoding"),
            ("POST", "", DIRECT, b"ASK {} #\xff", 400, "bad-encoding"),
            ("POST", "", {**DIRECT, "content-encoding": "gzip"}, "ASK {}", 400, "bad-encoding"),
            ("GET", "?query=SELECT", {}, "", 400, "malformed-query"),
            ("POST", "", {}, "ASK {}", 415, "unsupported-media-type"),
            ("POST", "", {"content-type": "text/plain"}, "ASK {}", 415, "unsupported-media-type"),
            ("QUERY", "", FORM, "query=ASK%7B%7D", 415, "unsupported-media-type"),
            (
                "POST",
                "",
                {"content-type": "application/sparql-query; charset=utf-16"},
                "ASK {}".encode("utf-16"),
                415,
                "unsupported-media-type",
            ),
            ("POST", "", {**DIRECT, "content-encoding": "br"}, "x", 415, "unsupported-media-type"),
            ("PUT", "", {}, "", 405, "method-not-allowed"),
            ("DELETE", "?query=ASK%7B%7D", {}, "", 405, "method-not-allowed"),
            ("GET", "?query=ASK%7B%7D", {"accept": "image/png"}, "", 406, "not-acceptable"),
            ("GET", "?query=ASK%7B%7D", {"accept": "text/turtle"}, "", 406, "not-acceptable"),
            (
                "GET",
                "?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D",
                {"accept": "text/csv"},
                "",
                406,
                "not-acceptable",
            ),
            ("GET", "?update=CLEAR%20ALL", {}, "", 403, "read-only"),
            ("POST", "", FORM, "update=CLEAR%20ALL", 403, "read-only"),
            (
                "POST",
                "",
                {"content-type": "application/sparql-update"},
                "CLEAR ALL",
                403,
                "read-only",
            ),
            ("POST", "", DIRECT, "INSERT DATA { <a:a> <a:b> 1 }", 403, "read-only"),
            ("POST", "", DIRECT, "ASK {} #" + "x" * 2_000_000, 413, "request-too-large"),
            (
                "POST",
                "",
                {**DIRECT, "content-encoding": "gzip"},
                gzip.compress(b"ASK {} #" + b"x" * 50_000_000),
                413,
                "request-too-large",
            ),
        ],
    )
    def test_wrong_requests(
        self,
        client: httpx.Client,
        method: str,
        target: str,
        headers: dict[str, str],
        content: str | bytes,
        status: int,
        problem: str,
    ) -> None:
        response = client.request(method, f"/sparql{target}", headers=headers, content=content)
        assert (response.status_code, response.json()["type"]) == (status, f"/problems/{problem}")
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == status
        assert response.json()["detail"]
        assert response.headers["access-control-allow-origin"] == "*"

    def test_405_lists_the_methods(self, client: httpx.Client) -> None:
        assert client.put("/sparql").headers["allow"] == "GET, HEAD, POST, QUERY, OPTIONS"

    @pytest.mark.parametrize(
        "statement",
        ["<http://example.org/s> <http://example.org/1> 2", '<a:s> <a:p> "\\u0001"'],
    )
    def test_what_rdf_xml_cannot_hold_is_refused_and_not_written_ill_formed(
        self, client: httpx.Client, statement: str
    ) -> None:
        query = {"query": f"CONSTRUCT {{ {statement} }} {{}}"}
        refused = client.get("/sparql", params=query, headers={"accept": "application/rdf+xml"})
        assert refused.status_code == 406
        assert "RDF/XML cannot hold" in refused.json()["detail"]
        assert client.get("/sparql", params=query).status_code == 200

    def test_406_lists_what_can_be_sent(self, client: httpx.Client) -> None:
        response = client.get(
            "/sparql", params={"query": "ASK {}"}, headers={"accept": "text/turtle"}
        )
        assert response.json()["available"] == [each.media_type for each in RESULTS_FORMATS]

    def test_a_body_of_no_stated_length_is_limited_too(self, service: LiveService) -> None:
        with service.connect() as connection:
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            chunk = b"%x\r\n%s\r\n" % (65536, b"x" * 65536)
            try:
                for _ in range(100):
                    connection.sendall(chunk)
            except ConnectionError:
                pass
            assert connection.recv(100).startswith(b"HTTP/1.1 413")


class TestFormats:
    @pytest.mark.parametrize("form", RESULTS_FORMATS, ids=lambda form: form.name)
    def test_results(self, client: httpx.Client, form: Format) -> None:
        for query in (LENGTH, "ASK {}"):
            response = client.get(
                "/sparql", params={"query": query}, headers={"accept": form.media_type}
            )
            assert response.status_code == 200
            assert response.headers["content-type"] == form.content_type

    @pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
    def test_graphs(self, client: httpx.Client, form: Format) -> None:
        for query in ("CONSTRUCT WHERE { ?s a ?o }", f"DESCRIBE <{EX}river>"):
            response = client.get(
                "/sparql", params={"query": query}, headers={"accept": form.media_type}
            )
            assert response.status_code == 200
            assert response.headers["content-type"] == form.content_type

    def test_the_format_parameter_wins_over_accept(self, client: httpx.Client) -> None:
        parameters = {"query": LENGTH, "format": "csv"}
        response = client.get("/sparql", params=parameters, headers={"accept": "text/turtle"})
        assert csv_rows(response) == ["120"]

    def test_several_accept_lines_count_as_one(self, client: httpx.Client) -> None:
        lines = [("accept", "image/png"), ("accept", "text/csv;q=0.5")]
        response = client.get("/sparql", params={"query": LENGTH}, headers=lines)
        assert csv_rows(response) == ["120"]

    def test_a_browser_gets_a_page(self, client: httpx.Client) -> None:
        query = f"SELECT * {{ <{EX}kim> ?p ?o }}"
        response = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "Kim &lt;&amp;&gt; &#34;K&#34;" in response.text
        for name in ("json", "xml", "csv", "tsv"):
            assert f"format={name}" in response.text

    def test_a_page_says_how_much_it_leaves_out(self, client: httpx.Client) -> None:
        query = f"SELECT * {{ ?s <{EX}number> ?n . VALUES ?x {{ 1 2 }} }}"
        response = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
        assert "2,000 rows, of which the first 1,000 are shown" in response.text

    def test_pages_show_truth_and_graphs(self, client: httpx.Client) -> None:
        for query, text in (("ASK {}", "Yes"), (f"DESCRIBE <{EX}river>", "predicate")):
            response = client.get(
                "/sparql", params={"query": query}, headers={"accept": "text/html"}
            )
            assert text in response.text
