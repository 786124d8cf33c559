"""Where there is no thing: unknown, retired, not acceptable, not even an address."""

import json

import httpx
import pytest

from tests.service import LiveService
from tests.web import BROWSER, PAGE, Page, links, targets


class TestNotAcceptable:
    @pytest.mark.parametrize("path", ["/id/lake", "/page/id/lake", "/data/id/lake"])
    @pytest.mark.parametrize("accept", ["image/png", "*/*;q=0, text/html;q=0"])
    def test_the_alternatives_are_named(self, lakes: httpx.Client, path: str, accept: str) -> None:
        response = lakes.get(path, headers={"accept": accept})
        assert response.status_code == 406
        assert response.headers["content-type"] == "application/problem+json"
        assert "text/turtle" in response.json()["available"]
        assert ("alternate", "/data/id/lake.ttl", "text/turtle") in links(response)
        assert ("alternate", "/page/id/lake", PAGE) in links(response)

    def test_a_suffix_names_the_format_whatever_else_is_accepted(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.jsonld", headers={"accept": "text/turtle"})
        assert response.headers["content-type"] == "application/ld+json"

    @pytest.mark.parametrize(
        ("path", "accept", "location"),
        [
            ("/page/id/lake?page=2", "text/turtle", "/data/id/lake.ttl?page=2"),
            ("/data/id/lake?page=2", PAGE, "/page/id/lake?page=2"),
            ("/data/id/lake.html", "*/*", "/page/id/lake"),
        ],
    )
    def test_whoever_took_the_other_address_is_led_on(
        self, lakes: httpx.Client, path: str, accept: str, location: str
    ) -> None:
        response = lakes.get(path, headers={"accept": accept})
        assert response.status_code == 303
        assert response.headers["location"] == location


class TestUnknown:
    @pytest.mark.parametrize(
        ("path", "near"),
        [
            ("/id/lak", "/id/lake"),
            ("/id/LAKE", "/id/lake"),
            ("/id/lake/", "/id/lake"),
            ("/id/lake.ttl", "/id/lake"),
            ("/id/old-canal", "/id/canal"),
            ("/claim/lakes/s1-1", "/claim/lakes/s1-01"),
            ("/data/id/lake.xyz", "/id/lake"),
            ("/page/doc/lakes/s2", "/doc/lakes/s1"),
        ],
    )
    def test_what_is_near_is_named(self, lakes: httpx.Client, path: str, near: str) -> None:
        response = lakes.get(path)
        assert response.status_code == 404
        assert near in [each["href"] for each in response.json()["near"]]
        page = Page(lakes.get(path, headers={"accept": PAGE}).text)
        assert near in page.hrefs

    def test_nothing_near_is_made_up(self, lakes: httpx.Client) -> None:
        assert lakes.get("/id/zzzzzzzz").json()["near"] == []

    def test_an_unknown_suffix_is_told_the_known_ones(self, lakes: httpx.Client) -> None:
        assert "jsonld" in lakes.get("/data/id/lake.xyz").json()["detail"]


class TestRetired:
    def test_a_program_gets_the_tombstone(self, lakes: httpx.Client) -> None:
        response = lakes.get("/id/pond", headers={"accept": "text/turtle"})
        assert response.status_code == 410
        assert response.headers["content-type"].startswith("text/turtle")
        assert "dcterms:isReplacedBy id:lake" in response.text
        assert targets(response, "successor-version") == ["/id/lake"]

    @pytest.mark.parametrize("path", ["/id/pond", "/page/id/pond"])
    def test_a_person_gets_a_page(self, lakes: httpx.Client, path: str) -> None:
        response = lakes.get(path, headers={"accept": BROWSER})
        assert response.status_code == 410
        page = Page(response.text)
        assert "/id/lake" in page.hrefs
        assert "It was the same as the lake." in page.texts

    def test_data_answers_the_same(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/pond.nt")
        assert response.status_code == 410
        assert "isReplacedBy" in response.text
        problem = lakes.get("/data/id/pond.nt", headers={"accept": "application/problem+json"})
        assert problem.json()["replacedBy"] == ["/id/lake"]
        assert lakes.get("/problems/gone").status_code == 200


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "status", "problem"),
        [
            (b"/id/a%2Fb", 400, "bad-path"),
            (b"/id/a%5Cb", 400, "bad-path"),
            (b"/id/../lake", 400, "bad-path"),
            (b"/id/%2e%2e/lake", 400, "bad-path"),
            (b"/id/./lake", 400, "bad-path"),
            (b"/id//lake", 400, "bad-path"),
            (b"/page//evil.example/", 400, "bad-path"),
            (b"/id/%3Cscript%3E", 400, "bad-path"),
            (b"/id/a%20b", 400, "bad-path"),
            (b"/id/a%00b", 400, "bad-path"),
            (b"/id/a%0d%0aset-cookie:x", 400, "bad-path"),
            (b"/id/%FF", 400, "bad-encoding"),
            (b"/id/%zz", 400, "bad-encoding"),
            (b"/id/%", 400, "bad-encoding"),
            (b"/id/" + b"a" * 4000, 414, "uri-too-long"),
            (b"/id/", 404, "not-found"),
            (b"/ids/lake", 404, "not-found"),
            (b"/page/lake", 404, "not-found"),
            (b"/data/query/lake.ttl", 404, "not-found"),
            (b"/data/id/lake.ttl.gz", 404, "not-found"),
            (b"//id/lake", 404, "not-found"),
        ],
    )
    def test_it_is_a_problem_of_the_right_kind(
        self, lakes_service: LiveService, path: bytes, status: int, problem: str
    ) -> None:
        with lakes_service.connect() as connection:
            connection.sendall(
                b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            response = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = response.partition(b"\r\n\r\n")
        assert int(head.split()[1]) == status
        assert json.loads(body)["type"] == f"/problems/{problem}"
        assert b"location:" not in head.lower()
        assert b"Traceback" not in body

    def test_a_redirect_never_leaves_the_service(self, lakes: httpx.Client) -> None:
        for path in ("/id/lake?format=//evil.example", "/id/lake?page=//evil.example"):
            assert lakes.get(path).status_code == 400
        location = lakes.get("/id/lake?next=http://evil.example").headers["location"]
        assert location == "/data/id/lake.ttl"

    def test_a_range_is_passed_over(self, lakes: httpx.Client) -> None:
        response = lakes.get("/data/id/lake.ttl", headers={"range": "bytes=5-1"})
        assert response.status_code == 200
