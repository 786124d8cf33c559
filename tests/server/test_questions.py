"""The question catalogue over HTTP: the list, each question at its own IRI, and its answers."""

import re
from html import unescape
from pathlib import Path
from typing import Final

import httpx
import pytest
from pyoxigraph import NamedNode, Quad, QueryResultsFormat, RdfFormat, parse, parse_query_results

from tests.isomorphism import canonical, read
from tests.service import serving, write_snapshot
from tests.web import BROWSER, PAGE, Page, links, targets
from tipgraph.formats import GRAPH_FORMATS, N_TRIPLES, RESULTS_FORMATS, TURTLE, Format
from tipgraph.namespaces import BASE, ID, MF, QUERY
from tipgraph.questions import MARKS, Question, questions
from tipgraph.store.results import read_graph, read_results

QUESTIONS: Final = questions()
BY_SLUG: Final = {question.slug: question for question in QUESTIONS}
SELECT: Final = "which-routes-lead-where"
ASK: Final = "is-any-law-said-to-protect-men"
CONSTRUCT: Final = "who-exploits-whom"
CHOICE: Final = "who-is-trafficked-to-a-state"
CHINA: Final = f"{ID}china"

each_question = pytest.mark.parametrize(
    "question", QUESTIONS, ids=[question.slug for question in QUESTIONS]
)
each_results_format = pytest.mark.parametrize("form", RESULTS_FORMATS, ids=lambda each: each.name)
each_graph_format = pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda each: each.name)


def page(client: httpx.Client, path: str, **parameters: str | list[str]) -> Page:
    response = client.get(path, params=parameters, headers={"accept": BROWSER})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def listed(client: httpx.Client, **parameters: str | list[str]) -> list[str]:
    """Slugs of the questions that a search finds."""
    found = client.get("/query.json", params=parameters).json()
    assert found["count"] == len(found["questions"])
    assert found["total"] == len(QUESTIONS)
    return [each["address"].removeprefix("/query/") for each in found["questions"]]


def questions_on(found: Page) -> list[str]:
    prefix = "/query/"
    return [href.removeprefix(prefix) for href in found.hrefs if href.startswith(prefix)]


class TestAnswers:
    @each_question
    def test_every_question_gives_its_answer(
        self, shipped: httpx.Client, question: Question
    ) -> None:
        is_graph = question.kind == "construct"
        form = N_TRIPLES if is_graph else RESULTS_FORMATS[0]
        response = shipped.get(f"/query/{question.slug}.{form.name}")
        assert response.headers["content-type"] == form.content_type
        reader = read_graph if is_graph else read_results
        assert question.is_answered_by(reader(response.content))

    @each_question
    def test_every_question_has_a_page_with_its_answer(
        self, shipped: httpx.Client, question: Question
    ) -> None:
        response = shipped.get(f"/query/{question.slug}", headers={"accept": BROWSER})
        assert response.status_code == 200
        text = unescape(response.text)
        assert f"<h1>{question.text}</h1>" in text
        assert question.query in text
        assert "This is the answer that the question is published with." in text
        data = re.search(r'<section class="result" data-result-url="([^"]+)">', response.text)
        assert data is not None
        answer = shipped.get(unescape(data[1]))
        assert answer.headers["content-type"] in (
            "application/sparql-results+json",
            "application/n-triples",
        )

    @pytest.mark.parametrize("slug", [SELECT, ASK])
    @each_results_format
    def test_results_come_in_every_format(
        self, shipped: httpx.Client, slug: str, form: Format
    ) -> None:
        by_suffix = shipped.get(f"/query/{slug}.{form.name}")
        by_accept = shipped.get(f"/query/{slug}", headers={"accept": form.media_type})
        by_name = shipped.get(f"/query/{slug}", params={"format": form.name})
        asked = shipped.get("/sparql", params={"query": BY_SLUG[slug].query, "format": form.name})
        assert by_suffix.content == by_accept.content == by_name.content == asked.content
        for response in (by_suffix, by_accept, by_name):
            assert response.headers["content-type"] == form.content_type
            assert response.headers["content-location"] == f"/query/{slug}.{form.name}"

    @each_graph_format
    def test_graphs_come_in_every_format(self, shipped: httpx.Client, form: Format) -> None:
        by_suffix = shipped.get(f"/query/{CONSTRUCT}.{form.name}")
        by_name = shipped.get(f"/query/{CONSTRUCT}", params={"format": form.name})
        assert by_suffix.headers["content-type"] == form.content_type
        assert by_suffix.content == by_name.content
        assert isinstance(form.engine, RdfFormat)
        expected = shipped.get(f"/query/{CONSTRUCT}.nt").content
        assert read(by_suffix.content, form.engine) == read(expected, RdfFormat.N_TRIPLES)

    @pytest.mark.parametrize("path", [f"/query/{SELECT}.csv", f"/query/{SELECT}"])
    def test_a_client_s_copy_is_confirmed(self, shipped: httpx.Client, path: str) -> None:
        first = shipped.get(path, headers={"accept": BROWSER})
        assert first.headers["etag"].startswith('"')
        assert "Accept" in first.headers["vary"]
        second = shipped.get(
            path, headers={"accept": BROWSER, "if-none-match": first.headers["etag"]}
        )
        assert second.status_code == 304
        assert second.headers["etag"] == first.headers["etag"]

    @pytest.mark.parametrize(
        "path", ["/query", f"/query/{SELECT}", f"/query/{SELECT}.csv", f"/data/query/{SELECT}.ttl"]
    )
    def test_head_is_get_without_a_body(self, shipped: httpx.Client, path: str) -> None:
        head, get = (shipped.request(method, path) for method in ("HEAD", "GET"))
        assert head.status_code == 200
        assert head.content == b""
        for name in ("content-type", "content-length", "etag", "link", "content-location"):
            assert head.headers[name] == get.headers[name]

    @pytest.mark.parametrize("path", ["/query", f"/query/{SELECT}"])
    def test_only_reading_is_allowed(self, shipped: httpx.Client, path: str) -> None:
        assert shipped.options(path).headers["allow"] == "GET, HEAD, OPTIONS"
        assert shipped.post(path).status_code == 405

    def test_the_deadline_can_be_lowered(self, shipped: httpx.Client) -> None:
        assert shipped.get(f"/query/{SELECT}.csv?timeout=5").status_code == 200
        assert shipped.get(f"/query/{SELECT}.csv?timeout=soon").status_code == 400

    def test_an_answer_can_be_cited(self, shipped: httpx.Client) -> None:
        found = page(shipped, f"/query/{CHOICE}", state="id:russia")
        (citation,) = (text for text in found.texts if "In: tipgraph" in text)
        iri = f"{QUERY}{CHOICE}?state=https%3A%2F%2Fw3id.org%2Ftipgraph%2Fid%2Frussia"
        assert citation.endswith(f"version 1.0.0. {iri}")
        assert BY_SLUG[CHOICE].text in citation
        assert iri in found.hrefs

    def test_labels_lead_to_what_is_called_so(self, shipped: httpx.Client) -> None:
        found = page(shipped, f"/query/{SELECT}")
        assert {"/ontology#DeportationRoute", "/id/china"} <= set(found.hrefs)
        found = page(shipped, f"/query/{CONSTRUCT}")
        assert {"/ontology#exploits", "/id/dprk-government"} <= set(found.hrefs)
        assert "Government of the DPRK" in found.texts

    def test_an_answer_says_what_else_there_is(self, shipped: httpx.Client) -> None:
        answer = shipped.get(f"/query/{CHOICE}.csv?state=id:china")
        expected = f"/query/{CHOICE}.json?state=https%3A%2F%2Fw3id.org%2Ftipgraph%2Fid%2Fchina"
        assert ("alternate", expected, RESULTS_FORMATS[0].media_type) in links(answer)
        assert ("describedby", f"/data/query/{CHOICE}.ttl", "text/turtle") in links(answer)
        assert targets(answer, "collection") == ["/query"]
        for target in targets(answer, "alternate") + targets(answer, "describedby"):
            assert shipped.get(target).status_code == 200


class TestDescription:
    @pytest.mark.parametrize("slug", [SELECT, ASK, CONSTRUCT, CHOICE])
    @each_graph_format
    def test_the_iri_leads_to_what_its_file_says(
        self, shipped: httpx.Client, slug: str, form: Format
    ) -> None:
        by_accept = shipped.get(f"/query/{slug}", headers={"accept": form.media_type})
        by_suffix = shipped.get(f"/data/query/{slug}.{form.name}")
        assert by_accept.headers["content-type"] == form.content_type
        assert by_accept.headers["content-location"] == f"/data/query/{slug}.{form.name}"
        assert by_accept.content == by_suffix.content
        assert isinstance(form.engine, RdfFormat)
        assert read(by_suffix.content, form.engine) == canonical(BY_SLUG[slug].triples)
        assert targets(by_suffix, "describes") == [f"{QUERY}{slug}"]

    def test_who_names_no_format_gets_turtle(self, shipped: httpx.Client) -> None:
        for path in (f"/query/{SELECT}", f"/data/query/{SELECT}", "/query"):
            response = shipped.get(path)
            assert response.headers["content-type"] == TURTLE.content_type

    def test_results_in_json_are_the_answer_and_json_ld_the_description(
        self, shipped: httpx.Client
    ) -> None:
        for accept, member in (("application/json", "results"), ("application/ld+json", "@id")):
            response = shipped.get(f"/query/{SELECT}", headers={"accept": accept})
            assert member in response.text

    def test_every_expected_answer_is_where_its_question_says(self, shipped: httpx.Client) -> None:
        for slug in (SELECT, CONSTRUCT):
            expected = BY_SLUG[slug].expected
            (address,) = (
                triple.object.value
                for triple in BY_SLUG[slug].triples
                if triple.predicate.value == f"{MF}result" and isinstance(triple.object, NamedNode)
            )
            answer = shipped.get("/" + address.removeprefix(BASE))
            assert not isinstance(expected, bool)
            if slug == CONSTRUCT:
                assert set(answer.content.splitlines()) == set(expected.read_bytes().splitlines())
            else:
                assert answer.content == expected.read_bytes()


class TestCatalogue:
    def test_the_page_lists_every_question_once(self, shipped: httpx.Client) -> None:
        found = questions_on(page(shipped, "/query"))
        assert sorted(found) == sorted(BY_SLUG)

    def test_the_list_for_programs_says_what_each_takes(self, shipped: httpx.Client) -> None:
        found = shipped.get("/query", headers={"accept": "application/json"}).json()
        assert [each["iri"] for each in found["questions"]] == [each.iri for each in QUESTIONS]
        choice = next(each for each in found["questions"] if each["iri"].endswith(CHOICE))
        assert choice["parameters"] == [
            {
                "name": "state",
                "description": "The state they are trafficked to.",
                "default": CHINA,
            }
        ]
        assert choice["query"] == BY_SLUG[CHOICE].query
        assert shipped.get(choice["address"]).status_code == 200

    @each_graph_format
    def test_the_list_is_a_graph(self, shipped: httpx.Client, form: Format) -> None:
        response = shipped.get("/query", headers={"accept": form.media_type})
        assert response.headers["content-type"] == form.content_type
        assert response.content == shipped.get(f"/query.{form.name}").content
        assert isinstance(form.engine, RdfFormat)
        triples = {quad.triple for quad in parse(response.content, form.engine)}
        parts = {each.object for each in triples if each.predicate.value.endswith("hasPart")}
        assert parts == {NamedNode(question.iri) for question in QUESTIONS}
        said = {triple for question in QUESTIONS for triple in question.triples}
        assert len(triples) == len(said) + len(QUESTIONS) + 1

    @pytest.mark.parametrize("keyword", ["routes", "inference"])
    def test_keywords_choose(self, shipped: httpx.Client, keyword: str) -> None:
        expected = [each.slug for each in QUESTIONS if keyword in each.keywords]
        assert listed(shipped, keyword=keyword) == expected
        assert sorted(questions_on(page(shipped, "/query", keyword=keyword))) == sorted(expected)

    def test_all_keywords_have_to_hold(self, shipped: httpx.Client) -> None:
        both = listed(shipped, keyword=["routes", "inference"])
        assert both
        assert all({"routes", "inference"} <= set(BY_SLUG[slug].keywords) for slug in both)

    @pytest.mark.parametrize(
        "term", [f"{BASE}ontology#conflictsWith", "tip:conflictsWith", "CONFLICTS with"]
    )
    def test_questions_are_found_by_the_term_they_use(
        self, shipped: httpx.Client, term: str
    ) -> None:
        expected = [each.slug for each in QUESTIONS if "tip:conflictsWith" in each.body]
        assert expected
        assert listed(shipped, term=term) == expected

    def test_questions_are_found_by_a_thing_they_name(self, shipped: httpx.Client) -> None:
        found = listed(shipped, term="id:vg-men-from-dprk")
        assert ASK in found
        assert all("id:vg-men-from-dprk" in BY_SLUG[slug].body for slug in found)

    def test_every_word_has_to_occur(self, shipped: httpx.Client) -> None:
        found = listed(shipped, q="Trafficked STATE given")
        assert CHOICE in found
        assert all("trafficked" in BY_SLUG[slug].text.lower() for slug in found)
        assert len(found) < len(listed(shipped, q="state"))

    def test_a_search_that_finds_nothing_says_so(self, shipped: httpx.Client) -> None:
        assert listed(shipped, q="submarine") == []
        assert listed(shipped, term="tip:noSuchTerm") == []
        found = page(shipped, "/query", q="submarine")
        assert f"0 of {len(QUESTIONS)} questions" in found.texts
        assert questions_on(found) == []

    def test_a_search_can_be_had_in_other_formats(self, shipped: httpx.Client) -> None:
        found = page(shipped, "/query", q="routes", keyword="inference")
        alternatives = [href for href in found.hrefs if href.startswith("/query.json")]
        assert alternatives[0] == "/query.json?q=routes&keyword=inference"
        parts = re.findall("hasPart", shipped.get("/query.nt?keyword=laws").text)
        assert len(parts) == sum("laws" in each.keywords for each in QUESTIONS)

    def test_the_form_keeps_what_was_asked(self, shipped: httpx.Client) -> None:
        parameters = {"q": '"><b>', "keyword": "laws", "term": "<i>"}
        text = shipped.get("/query", params=parameters, headers={"accept": BROWSER}).text
        assert 'value="&#34;&gt;&lt;b&gt;"' in text
        assert 'value="laws" checked' in text
        assert "<b>" not in text
        assert "<i>" not in text

    def test_marks_and_choices_stand_beside_a_question(self, shipped: httpx.Client) -> None:
        text = shipped.get("/query", headers={"accept": BROWSER}).text
        item = text[text.index(f'href="/query/{CHOICE}"') :].partition("</li>")[0]
        badges = re.findall(r'<span class="badge[^"]*">([^<]+)</span>', item)
        assert badges == [*sorted(MARKS), "choose state"]

    def test_unknown_parameters_are_refused(self, shipped: httpx.Client) -> None:
        assert shipped.get("/query?keywords=laws").json()["type"] == "/problems/bad-parameter"


class TestNothingThere:
    def test_an_unknown_question_is_answered_with_those_like_it(
        self, shipped: httpx.Client
    ) -> None:
        response = shipped.get("/query/who-is-traficked-to-a-state")
        assert response.status_code == 404
        assert f"/query/{CHOICE}" in [each["href"] for each in response.json()["near"]]
        shown = shipped.get("/query/who-is-traficked-to-a-state", headers={"accept": PAGE})
        assert f'href="/query/{CHOICE}"' in shown.text

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            (f"/query/{SELECT}.pdf", 404),
            (f"/query/{SELECT}.ttl", 404),
            (f"/query/{CONSTRUCT}.csv", 404),
            (f"/query/{SELECT}?format=pdf", 400),
            (f"/data/query/{SELECT}.csv", 404),
            ("/data/query/nothing", 404),
            ("/query.pdf", 404),
            ("/query?format=pdf", 400),
        ],
    )
    def test_an_unknown_format_is_answered_with_those_there_are(
        self, shipped: httpx.Client, path: str, status: int
    ) -> None:
        response = shipped.get(path)
        assert response.status_code == status
        problem = response.json()
        assert "near" in problem or re.search(r"is none of \w+, ", problem["detail"])

    def test_a_graph_that_is_no_answer_leads_to_the_description(
        self, shipped: httpx.Client
    ) -> None:
        detail = shipped.get(f"/query/{SELECT}.ttl").json()["detail"]
        address = re.search(r"/data/query/\S+", detail)
        assert address is not None
        assert shipped.get(address[0]).headers["content-type"] == TURTLE.content_type

    def test_nothing_acceptable_is_said(self, shipped: httpx.Client) -> None:
        for path in ("/query", f"/query/{SELECT}", f"/data/query/{SELECT}"):
            response = shipped.get(path, headers={"accept": "image/png"})
            assert response.status_code == 406
            assert "text/turtle" in response.json()["available"]

    def test_other_data_has_no_questions(self, tmp_path: Path) -> None:
        node = NamedNode("http://example.org/lake")
        other = write_snapshot(tmp_path / "other", [Quad(node, node, node)])
        with serving(other.path, workers=1) as live:
            for path in ("/query", f"/query/{SELECT}.csv", f"/data/query/{SELECT}"):
                response = live.get(path)
                assert response.status_code == 404
                assert "other data" in response.json()["detail"]


def test_results_are_read_by_another_reader(shipped: httpx.Client) -> None:
    for form, engine in (("xml", QueryResultsFormat.XML), ("tsv", QueryResultsFormat.TSV)):
        body = shipped.get(f"/query/{SELECT}.{form}").content
        solutions = parse_query_results(body, format=engine)
        assert len(list(solutions)) == shipped.get(f"/query/{SELECT}.csv").text.count("\n") - 1  # type: ignore[arg-type]
