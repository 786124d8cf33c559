"""`/validate` over HTTP: ways in, formats out, refusals, and limits that hold."""

import gzip
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from tests.service import LiveService, serving, wait_until
from tipgraph.validation import ValidationReport
from tipgraph.validation.formats import REPORT_FORMATS

PREFIXES = "@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
DATA = f'{PREFIXES}ex:r a ex:River ;\n  ex:length "far" .\n'
SHAPES = f"""{PREFIXES}ex:S a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ; sh:message "far"@en , "weit"@de ] .
"""
TURTLE = {"content-type": "text/turtle"}
# Every pair of numbers is looked at, over and over.
ENDLESS = f"""{PREFIXES}ex:S a sh:NodeShape ; sh:targetClass ex:River ; sh:sparql [ sh:select
  "SELECT $this {{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . ?g ?s ?h . FILTER(?b + ?d + ?f + ?h < 0) }}" ] .
"""
NUMBERS = PREFIXES + "ex:r a ex:River .\n" + "".join(f"ex:n ex:p {n} .\n" for n in range(3000))


@pytest.fixture(scope="module")
def service(snapshot_path: Path) -> Iterator[LiveService]:
    with serving(snapshot_path, validation_bytes=300_000) as live:
        yield live


@pytest.fixture
def client(service: LiveService) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


def files(data: str = DATA, shapes: str = SHAPES) -> list[tuple[str, tuple[str, str, str]]]:
    return [
        ("data", ("mine.ttl", data, "text/turtle")),
        ("shapes", ("shapes.ttl", shapes, "text/turtle")),
    ]


class TestWaysIn:
    def test_parts_with_the_names_of_their_files(self, client: httpx.Client) -> None:
        response = client.post("/validate", files=files(), headers={"accept": "application/json"})
        assert response.status_code == 200
        report = response.json()
        [result] = report["results"]
        assert not report["conforms"]
        assert response.headers["tipgraph-conforms"] == "false"
        assert result["data"] == {"source": "mine.ttl", "line": 3, "column": 13}
        assert result["shape"]["source"] == "shapes.ttl"
        assert report["coverage"]["focusNodes"] == {"http://example.org/S": 1}

    def test_several_documents_of_several_formats(self, client: httpx.Client) -> None:
        more = ("data", ("more.nt", '<a:b> <http://example.org/length> "x" .', ""))
        typed = ("data", ("t.jsonld", '{"@id":"a:b","@type":"http://example.org/River"}', ""))
        response = client.post("/validate?format=json", files=[*files(), more, typed])
        sources = [result["data"]["source"] for result in response.json()["results"]]
        assert sorted(sources) == ["mine.ttl", "more.nt"]

    def test_a_raw_body_against_our_own_shapes(self, client: httpx.Client) -> None:
        tip = "@prefix tip: <https://w3id.org/tipgraph/ontology#> ."
        response = client.post(
            "/validate?format=json", content=f"{tip} <a:b> a tip:VictimGroup .", headers=TURTLE
        )
        report = response.json()
        assert response.status_code == 200
        assert any("shapes#" in result["sourceShape"]["value"] for result in report["results"])
        assert report["results"][0]["shape"]["source"].startswith("tipgraph:shapes/")

    def test_the_form_of_the_page(self, client: httpx.Client) -> None:
        form = {"data": DATA.replace("far", "<b>far</b>"), "shapes": SHAPES, "data-format": "ttl"}
        response = client.post("/validate", data=form, headers={"accept": "text/html"})
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "The data does not conform" in response.text
        assert "<b>far</b>" not in response.text
        assert "<textarea" in response.text

    def test_graphs_of_the_service(self, client: httpx.Client) -> None:
        graph = "https://w3id.org/tipgraph/graph/data"
        shapes = ("shapes", ("s.ttl", SHAPES.replace("ex:River", "ex:Water"), "text/turtle"))
        response = client.post(f"/validate?format=json&data-graph-uri={graph}", files=[shapes])
        values = [result["value"]["value"] for result in response.json()["results"]]
        assert values == ["120"]

    def test_entailment_and_limit(self, client: httpx.Client) -> None:
        data = DATA + "".join(f'ex:s{n} a ex:Stream ; ex:length "x" .\n' for n in range(3))
        data += "ex:Stream <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:River ."
        address = "/validate?format=json&entailment=rdfs&limit=2"
        response = client.post(address, files=files(data))
        assert len(response.json()["results"]) == 2
        assert response.headers["tipgraph-omitted"] == "2"


class TestSelection:
    DATA = f"{DATA}ex:s a ex:Sea ; ex:length 'x' .\n"
    SHAPES = f"""{SHAPES}ex:T sh:targetClass ex:Sea ; sh:property [
        sh:path ex:length ; sh:nodeKind sh:IRI ; sh:severity sh:Warning ] ."""

    def post(self, client: httpx.Client, **parameters: list[str] | str) -> httpx.Response:
        given = {"format": "json", **parameters}
        return client.post("/validate", files=files(self.DATA, self.SHAPES), params=given)

    @pytest.mark.parametrize(
        ("parameters", "focus_nodes"),
        [
            ({"shape": ""}, "rs"),
            ({"shape": "http://example.org/S"}, "r"),
            ({"shape": ["ex:S", "ex:T"]}, "rs"),
            ({"focus": "ex:s"}, "s"),
            ({"shape": "ex:S", "focus": ["ex:s", "ex:r"]}, "rs"),
        ],
    )
    def test_shapes_and_focus_nodes(
        self, client: httpx.Client, parameters: dict[str, str], focus_nodes: str
    ) -> None:
        results = self.post(client, **parameters).json()["results"]
        assert "".join(sorted(each["focusNode"]["value"][-1] for each in results)) == focus_nodes

    @pytest.mark.parametrize(("name", "what"), [("shape", "shape"), ("focus", "focus node")])
    def test_what_is_not_there(self, client: httpx.Client, name: str, what: str) -> None:
        response = self.post(client, **{name: "ex:none"})
        assert (response.status_code, response.json()["type"]) == (400, "/problems/bad-parameter")
        assert response.json()["detail"] == f"there is no {what} ex:none"

    @pytest.mark.parametrize(
        ("fail_on", "shape", "fails"),
        [
            ("", "ex:T", "true"),
            ("info", "ex:T", "true"),
            ("warning", "ex:T", "true"),
            ("violation", "ex:T", "false"),
            ("violation", "ex:S", "true"),
        ],
    )
    def test_the_least_severity_that_fails(
        self, client: httpx.Client, fail_on: str, shape: str, fails: str
    ) -> None:
        response = self.post(client, shape=shape, failOn=fail_on)
        assert response.headers["tipgraph-fails"] == fails
        assert response.headers["tipgraph-conforms"] == "false"
        assert response.status_code == 200


class TestReports:
    @pytest.mark.parametrize("name", [each.name for each in REPORT_FORMATS])
    def test_each_format_by_name_and_by_accept(self, client: httpx.Client, name: str) -> None:
        form = next(each for each in REPORT_FORMATS if each.name == name)
        named = client.post(f"/validate?format={name}", files=files())
        accepted = client.post("/validate", files=files(), headers={"accept": form.media_type})
        for response in (named, accepted):
            assert response.status_code == 200
            assert response.headers["content-type"].partition(";")[0] == form.media_type
            assert "Accept" in response.headers["vary"]
            assert response.headers["cache-control"] == "no-store"
            # What a form asks for in a format is saved by a browser, which keeps the form.
            is_saved = "attachment" in response.headers.get("content-disposition", "")
            assert is_saved is (name != "html")

    def test_turtle_unless_something_else_is_asked_for(self, client: httpx.Client) -> None:
        response = client.post("/validate", files=files())
        triples = [quad.triple for quad in parse(response.content, RdfFormat.TURTLE)]
        assert len(ValidationReport.from_triples(triples).results) == 1

    def test_the_language_of_messages(self, client: httpx.Client) -> None:
        german = client.post(
            "/validate?format=text", files=files(), headers={"accept-language": "de-AT, en;q=0.5"}
        )
        assert "weit" in german.text

    def test_a_page_with_an_example_that_can_be_tried(self, client: httpx.Client) -> None:
        page = client.get("/validate?example", headers={"accept": "text/html"})
        assert page.status_code == 200
        assert "ex:RouteShape" in page.text
        assert client.head("/validate").status_code == 200
        assert client.options("/validate").headers["allow"] == "GET, HEAD, POST, OPTIONS"


class TestRefusals:
    @pytest.mark.parametrize(
        ("headers", "body", "status", "problem"),
        [
            (TURTLE, "", 400, "bad-parameter"),
            (TURTLE, "<a:a> <a:b> ", 400, "malformed-rdf"),
            (TURTLE, b'<a:a> <a:b> "\xff" .', 400, "bad-encoding"),
            ({"content-type": "image/png"}, "x", 415, "unsupported-media-type"),
            ({"content-type": "application/zip"}, "PK\x03\x04", 415, "unsupported-media-type"),
            ({"content-type": "multipart/form-data"}, "x", 400, "bad-encoding"),
            ({"content-type": "multipart/form-data; boundary=b"}, "x", 400, "bad-encoding"),
            (
                {"content-type": "application/ld+json"},
                '{"@context":"http://127.0.0.1:9/"}',
                422,
                "remote-context",
            ),
            (
                {**TURTLE, "content-encoding": "gzip"},
                gzip.compress(b" " * 10**7),
                413,
                "request-too-large",
            ),
            (
                {"content-type": "application/x-www-form-urlencoded"},
                "shapes=x",
                400,
                "bad-parameter",
            ),
            ({**TURTLE, "accept": "image/png"}, "<a:a> <a:b> 1 .", 406, "not-acceptable"),
        ],
    )
    def test_of_bodies(
        self,
        client: httpx.Client,
        headers: dict[str, str],
        body: str | bytes,
        status: int,
        problem: str,
    ) -> None:
        response = client.post("/validate", content=body, headers=headers)
        assert response.status_code == status, response.text
        assert response.json()["type"] == f"/problems/{problem}"

    @pytest.mark.parametrize("cut", [b"--b--\r\n", b"--\r\n"])
    def test_a_body_that_was_cut_short_is_not_validated_without_its_shapes(
        self, client: httpx.Client, cut: bytes
    ) -> None:
        parts = ((name, text) for name, (_, text, _) in files())
        body = b"".join(
            f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
            for name, text in parts
        )
        headers = {"content-type": "multipart/form-data; boundary=b", "accept": "text/csv"}
        whole = body + b"--b--\r\n"
        report = client.post("/validate", content=whole, headers=headers)
        assert report.headers["tipgraph-conforms"] == "false"
        response = client.post("/validate", content=whole.removesuffix(cut), headers=headers)
        assert (response.status_code, response.json()["type"]) == (400, "/problems/bad-encoding")

    def test_a_file_that_is_neither_data_nor_shapes(self, client: httpx.Client) -> None:
        sent = [("data", ("mine.ttl", DATA)), ("shape", ("shapes.ttl", SHAPES))]
        response = client.post("/validate", files=sent)
        assert (response.status_code, response.json()["type"]) == (400, "/problems/bad-parameter")
        assert "shapes" in response.json()["detail"]

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("format=pdf", 400),
            ("limit=0", 400),
            ("entailment=swrl", 400),
            ("engine=other", 400),
            ("failOn=error", 400),
            ("data-graph-uri=http://example.org/none", 404),
            ("data-graph-uri=none", 400),
        ],
    )
    def test_of_parameters(self, client: httpx.Client, query: str, status: int) -> None:
        assert client.post(f"/validate?{query}", files=files()).status_code == status

    def test_a_syntax_error_has_its_place(self, client: httpx.Client) -> None:
        shapes = f"{PREFIXES}ex:S ex:p 1\n ex:q"
        problem = client.post("/validate", files=files(shapes=shapes)).json()
        assert (problem["source"], problem["line"], problem["column"]) == ("shapes.ttl", 2, 12)
        assert problem["excerpt"].endswith("^")

    def test_shapes_without_a_meaning_are_listed(self, client: httpx.Client) -> None:
        shapes = f"{PREFIXES}ex:S a sh:NodeShape ; sh:node ex:S ;\n  sh:property [ sh:in 1 ] ."
        response = client.post("/validate", files=files(shapes=shapes))
        assert response.status_code == 400
        assert response.json()["type"] == "/problems/shapes-not-well-formed"
        faults = response.json()["faults"]
        assert {fault["line"] for fault in faults} == {2, 3}
        assert all(fault["source"] == "shapes.ttl" for fault in faults)

    def test_entities_of_xml_do_not_grow(self, client: httpx.Client) -> None:
        entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
        body = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x xmlns="a:">&e9;</x>'
        response = client.post(
            "/validate", content=body, headers={"content-type": "application/rdf+xml"}
        )
        assert response.status_code == 400

    def test_deep_nesting_costs_only_itself(self, client: httpx.Client) -> None:
        depth = 10_000
        for data in (
            f"{PREFIXES}ex:r a ex:River ; ex:p {'(' * depth}{')' * depth} .",
            f"{PREFIXES}ex:r a ex:River ; ex:p {'[ ex:p ' * depth}1{' ]' * depth} .",
        ):
            response = client.post("/validate?format=json", files=files(data))
            assert response.status_code in (200, 400, 500, 503)
            assert client.get("/livez").status_code == 200
        nested = f"{'[ sh:not ' * depth}[]{' ]' * depth}"
        shapes = f"{PREFIXES}ex:S sh:targetClass ex:River ; sh:not {nested} ."
        response = client.post("/validate?format=json", files=files(shapes=shapes))
        assert response.status_code in (400, 413, 422, 500, 503)
        assert response.json()["type"].startswith("/problems/")


class TestLimits:
    def test_what_runs_for_ever_is_stopped(self, snapshot_path: Path) -> None:
        with serving(snapshot_path, validation_timeout=1) as live, live.client() as client:
            response = client.post("/validate", files=files(NUMBERS, ENDLESS))
            wait_until(lambda: not live.validations())
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/validation-timeout"
        assert response.headers["retry-after"] == "5"

    def test_others_are_served_meanwhile(self, client: httpx.Client, service: LiveService) -> None:
        with endless(service):
            assert client.post("/validate", files=files()).status_code == 200
            assert len(service.validations()) == 1

    def test_a_client_that_leaves_stops_its_validation(self, service: LiveService) -> None:
        with endless(service):
            pass
        assert service.validations() == []

    def test_a_process_that_dies_costs_only_its_validation(
        self, client: httpx.Client, service: LiveService
    ) -> None:
        with ThreadPoolExecutor(1) as threads:
            dying = threads.submit(client.post, "/validate", files=files(NUMBERS, ENDLESS))
            wait_until(lambda: bool(service.validations()))
            for process in service.validations():
                os.kill(process, signal.SIGKILL)
            response = dying.result()
        assert (response.status_code, response.json()["type"]) == (500, "/problems/engine-failure")
        assert client.post("/validate", files=files()).status_code == 200

    def test_too_many_at_a_time_are_refused_at_once(self, snapshot_path: Path) -> None:
        with (
            serving(snapshot_path, validations=1, validation_queue=1) as live,
            live.client() as client,
            ThreadPoolExecutor(4) as threads,
        ):
            with endless(live):
                posted = [threads.submit(client.post, "/validate", files=files()) for _ in range(4)]
                wait_until(lambda: sum(each.done() for each in posted) == 3)
                for each in posted:
                    if each.done():
                        assert each.result().json()["type"] == "/problems/overloaded"
            # The fourth waited, and has its turn.
            statuses = sorted(each.result().status_code for each in posted)
            assert statuses == [200, 503, 503, 503]


@contextmanager
def endless(service: LiveService) -> Iterator[None]:
    """A validation whose client leaves when the block ends; it has ended after the block."""
    body = (
        b'--b\r\ncontent-disposition: form-data; name="data"\r\n\r\n'
        + NUMBERS.encode()
        + b'\r\n--b\r\ncontent-disposition: form-data; name="shapes"\r\n\r\n'
        + ENDLESS.encode()
        + b"\r\n--b--\r\n"
    )
    with service.connect() as connection:
        connection.sendall(
            b"POST /validate HTTP/1.1\r\nHost: x\r\ncontent-length: %d\r\n"
            b"content-type: multipart/form-data; boundary=b\r\n\r\n" % len(body) + body
        )
        wait_until(lambda: bool(service.validations()))
        yield
    wait_until(lambda: not service.validations())
