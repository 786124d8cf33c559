"""`/why`: the proof of an inferred triple, as a page, as JSON and as RDF."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from tests.reasoning.support import plain
from tests.service import EX, PATIENCE, serving, serving_endpoint, wait_until
from tests.store.misbehaving import Misbehaving, Request, misbehaving, response, waiting, well
from tests.web import BROWSER, Page, links
from tipgraph import dataset
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import (
    GRAPH_DATA,
    GRAPH_INFERRED,
    GRAPH_ONTOLOGY,
    ID,
    PROV,
    RDF,
    TIP,
)

INMATES = {
    "subject": f"{ID}vg-prison-camp-inmates",
    "predicate": f"{RDF}type",
    "object": f"{PROV}Agent",
}
ASKED = Triple(*map(NamedNode, INMATES.values()))
OWN = f"""
@prefix : <http://example.org/> .
@prefix tip: <{TIP}> .
:work tip:restDaysPerYear 2 .
"""


def triple(members: dict[str, Any]) -> Triple:
    subject, predicate, value = (members[name] for name in ("subject", "predicate", "object"))
    ends = NamedNode(subject["value"]), NamedNode(predicate["value"])
    if value["type"] == "uri":
        return Triple(*ends, NamedNode(value["value"]))
    if "xml:lang" in value:
        return Triple(*ends, Literal(value["value"], language=value["xml:lang"]))
    return Triple(*ends, Literal(value["value"], datatype=NamedNode(value["datatype"])))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service over somebody's data with what follows from it."""
    folder = tmp_path_factory.mktemp("own")
    file = folder / "own.ttl"
    file.write_text(OWN, encoding="utf-8")
    snapshot = build(Inputs((file,), infer=True), folder / "snapshots").snapshot
    with (
        serving(snapshot.path, workers=1) as live,
        live.client() as client,
    ):
        yield client


class TestProof:
    def test_json_leads_down_to_what_was_asserted(self, shipped: httpx.Client) -> None:
        asserted = plain(dataset.read_shipped(GRAPH_DATA)) | plain(
            dataset.read_shipped(GRAPH_ONTOLOGY)
        )
        answer = shipped.get("/why", params=INMATES)
        assert answer.headers["content-type"] == "application/json"
        steps = answer.json()["steps"]
        conclusions = [triple(step["conclusion"]) for step in steps]
        assert conclusions[0] == ASKED
        for step in steps:
            assert step["rule"]
            assert step["axiom"]["value"].startswith(TIP)
            for premise in step["premises"]:
                assert (triple(premise) in conclusions) == premise["inferred"]
                assert (triple(premise) in asserted) != premise["inferred"]

    @pytest.mark.parametrize(
        ("name", "rdf_format"),
        [
            ("ttl", RdfFormat.TURTLE),
            ("nt", RdfFormat.N_TRIPLES),
            ("jsonld", RdfFormat.JSON_LD),
            ("rdf", RdfFormat.RDF_XML),
            ("trig", RdfFormat.TRIG),
            ("nq", RdfFormat.N_QUADS),
        ],
    )
    def test_each_graph_format_has_the_same_triples(
        self, shipped: httpx.Client, name: str, rdf_format: RdfFormat
    ) -> None:
        steps = shipped.get("/why", params=INMATES).json()["steps"]
        stated = [
            triple(each) for step in steps for each in (step["conclusion"], *step["premises"])
        ]
        answer = shipped.get("/why", params={**INMATES, "format": name})
        assert answer.headers["content-type"].partition(";")[0] == rdf_format.media_type
        quads = list(parse(answer.content, rdf_format))
        assert plain(quads) == set(stated)
        if rdf_format.supports_datasets and name != "jsonld":
            inferred = plain(quad for quad in quads if quad.graph_name == GRAPH_INFERRED)
            assert inferred == {triple(step["conclusion"]) for step in steps}

    def test_somebody_s_own_data(self, own: httpx.Client) -> None:
        asked = {
            "subject": "http://example.org/work",
            "predicate": f"{RDF}type",
            "object": f"{TIP}WorkingCondition",
        }
        (step,) = own.get("/why", params=asked).json()["steps"]
        assert step["rule"] == "prp-dom"
        (premise,) = step["premises"]
        assert premise["object"] == {
            "type": "literal",
            "value": "2",
            "datatype": "http://www.w3.org/2001/XMLSchema#integer",
        }

    @pytest.mark.parametrize(
        ("literal", "words"),
        [
            ("'2'^^xsd:integer", "was asserted, not inferred"),
            ('"2"^^<http://www.w3.org/2001/XMLSchema#integer>', "was asserted, not inferred"),
            ('"3"^^xsd:integer', "does not follow by any rule"),
            ('"""zwei"""@de', "does not follow by any rule"),
        ],
    )
    def test_literals_are_written_as_in_turtle(
        self, own: httpx.Client, literal: str, words: str
    ) -> None:
        asked = {
            "subject": "http://example.org/work",
            "predicate": f"{TIP}restDaysPerYear",
            "object": literal,
        }
        answer = own.get("/why", params=asked)
        assert answer.status_code == 404
        assert words in answer.json()["detail"]


class TestPage:
    def test_it_says_each_step_in_words(self, shipped: httpx.Client) -> None:
        answer = shipped.get("/why", params=INMATES, headers={"accept": BROWSER})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        page = Page(answer.text)
        said = " ".join(" ".join(page.texts).split())
        assert "Why Inmates of prison camps → is one of → prov:Agent" in said
        assert "Because every Agent is also agent" in said
        steps = shipped.get("/why", params=INMATES).json()["steps"]
        for number in range(1, len(steps) + 1):
            assert f'id="step-{number}"' in answer.text
        inside = [href for href in page.hrefs if href.startswith("#step-")]
        assert set(inside) == {f"#step-{number}" for number in range(2, len(steps) + 1)}
        assert "/id/vg-prison-camp-inmates" in page.hrefs

    def test_what_is_inferred_on_a_page_leads_to_its_proof(self, shipped: httpx.Client) -> None:
        page = Page(shipped.get("/page/id/dprk").text)
        found = [href for href in page.hrefs if href.startswith("/why?")]
        assert len(found) > 10
        for href in found:
            assert shipped.get(href).status_code == 200

    def test_what_has_its_evidence_beside_it_does_not(self, shipped: httpx.Client) -> None:
        leader = {
            "subject": f"{ID}dprk",
            "predicate": f"{TIP}hasLeader",
            "object": f"{ID}kim-jong-un",
        }
        assert shipped.get("/why", params=leader).status_code == 200
        linked = [
            dict(httpx.URL(href).params)
            for href in Page(shipped.get("/page/id/dprk").text).hrefs
            if href.startswith("/why?")
        ]
        assert leader.keys() == linked[0].keys()
        assert leader not in linked
        of_a_conclusion = Page(shipped.get("/page/inferred/28a26c388f8ddf62").text)
        assert not [href for href in of_a_conclusion.hrefs if href.startswith("/why")]


class TestProtocol:
    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            ("*/*", "application/json"),
            ("application/json", "application/json"),
            ("text/turtle", "text/turtle"),
            (BROWSER, "text/html"),
        ],
    )
    def test_accept_chooses(self, shipped: httpx.Client, accept: str, media_type: str) -> None:
        answer = shipped.get("/why", params=INMATES, headers={"accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == media_type
        others = [kind for relation, _, kind in links(answer) if relation == "alternate"]
        assert media_type not in others
        assert {media_type, *others} >= {"application/json", "text/turtle", "text/html"}

    def test_a_proof_that_is_known_is_not_sent_again(self, shipped: httpx.Client) -> None:
        tag = shipped.get("/why", params=INMATES).headers["etag"]
        again = shipped.get("/why", params=INMATES, headers={"if-none-match": tag})
        assert again.status_code == 304
        head = shipped.head("/why", params=INMATES)
        assert (head.status_code, head.content) == (200, b"")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"subject": None}, "subject: is missing"),
            ({"object": None}, "object: is missing"),
            ({"predicate": "type"}, "'type' is not an absolute IRI"),
            ({"subject": "http://a b"}, "is not an absolute IRI"),
            ({"object": "agent"}, "'agent' is not an absolute IRI"),
            ({"object": '"open'}, "never closed"),
            ({"object": '"one", "two"'}, "give one literal"),
            ({"object": '"one" . <x:a> <x:b> <x:c>'}, "give one literal"),
            ({"format": "png"}, "'png' is none of json, ttl"),
        ],
    )
    def test_parameters_that_cannot_be_used(
        self, shipped: httpx.Client, changes: dict[str, str | None], words: str
    ) -> None:
        given = {name: each for name, each in {**INMATES, **changes}.items() if each is not None}
        answer = shipped.get("/why", params=given)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert words in answer.json()["detail"]

    def test_what_has_no_proof_is_not_found(self, shipped: httpx.Client) -> None:
        absent = shipped.get("/why", params={**INMATES, "object": f"{TIP}Route"})
        assert absent.status_code == 404
        assert "does not follow by any rule" in absent.json()["detail"]
        asserted = shipped.get("/why", params={**INMATES, "object": f"{TIP}VictimGroup"})
        assert asserted.status_code == 404
        assert "was asserted, not inferred" in asserted.json()["detail"]
        page = shipped.get(
            "/why", params={**INMATES, "object": f"{TIP}Route"}, headers={"accept": BROWSER}
        )
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")

    def test_what_follows_by_no_rule_though_it_is_among_the_inferred(
        self, client: httpx.Client
    ) -> None:
        asked = {"subject": f"{EX}river", "predicate": f"{EX}reaches", "object": f"{EX}lake"}
        answer = client.get("/why", params=asked)
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/no-proof-found"

    def test_data_without_conclusions_says_how_to_have_them(self, tmp_path: Path) -> None:
        file = tmp_path / "own.ttl"
        file.write_text(OWN, encoding="utf-8")
        snapshot = build(Inputs((file,)), tmp_path / "snapshots").snapshot
        with serving(snapshot.path, workers=1) as live:
            answer = live.get("/why", params=INMATES)
        assert answer.status_code == 404
        assert "build it with --infer" in answer.json()["detail"]

    def test_it_is_documented(self, shipped: httpx.Client) -> None:
        described = shipped.get("/openapi.json").json()["paths"]["/why"]["get"]
        named = {each["name"] for each in described["parameters"]}
        assert named == {"subject", "predicate", "object", "format"}


def inferring(connection: socket.socket, request: Request) -> None:
    """Answers as an endpoint that holds conclusions, until it is asked about them."""
    if "GROUP BY ?g" in request.query:
        term = f'{{"type":"uri","value":"{GRAPH_INFERRED.value}"}}'
        number = '{"type":"literal","value":"1"}'
        row = f'{{"g":{term},"n":{number}}}'
        connection.sendall(
            response(f'{{"head":{{"vars":["g","n"]}},"results":{{"bindings":[{row}]}}}}')
        )
    elif "?inferred" in request.query:
        waiting()(connection, request)
    else:
        well(connection, request)


@pytest.fixture
def slow() -> Iterator[Misbehaving]:
    with misbehaving() as server:
        server.behaviour = inferring
        yield server


def test_the_deadline_ends_it(slow: Misbehaving) -> None:
    with serving_endpoint(slow.url, workers=1, query_timeout=1) as live:
        answer = live.get("/why", params=INMATES)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/query-timeout"


def test_nothing_is_asked_for_a_client_that_went_away(slow: Misbehaving) -> None:
    with serving_endpoint(slow.url, workers=1) as live:
        with live.connect() as connection:
            target = httpx.URL("/why", params=INMATES)
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait_until(lambda: slow.was_sent("?inferred"))
        assert slow.left.wait(PATIENCE)
        assert live.get("/livez").status_code == 200
