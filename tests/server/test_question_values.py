"""Questions whose asker chooses values: what may be chosen, and what is refused."""

import re
from html import unescape
from typing import Final

import httpx
import pytest

from tests.web import BROWSER, Page
from tipgraph.namespaces import ID
from tipgraph.questions import questions
from tipgraph.store.results import read_results

BY_SLUG: Final = {question.slug: question for question in questions()}
SELECT: Final = "which-routes-lead-where"
CHOICE: Final = "who-is-trafficked-to-a-state"
CHINA: Final = f"{ID}china"


@pytest.mark.parametrize("value", [CHINA, "id:china", "China", " china "])
def test_a_value_is_an_iri_or_what_it_is_called(shipped: httpx.Client, value: str) -> None:
    response = shipped.get(f"/query/{CHOICE}.json", params={"state": value})
    assert BY_SLUG[CHOICE].is_answered_by(read_results(response.content))


def test_an_address_with_values_is_that_of_an_answer(shipped: httpx.Client) -> None:
    """Whereas the bare address is that of the question, which is described."""
    for slug, value, media_type in (
        (CHOICE, "state=id:china", "application/sparql-results+json"),
        ("how-was-a-sentence-turned-into-claims", "sentence=doc:s51", "text/turtle; charset=utf-8"),
    ):
        response = shipped.get(f"/query/{slug}?{value}")
        assert response.headers["content-type"] == media_type
        assert "SPARQLExecutable" not in response.text
        assert "SPARQLExecutable" in shipped.get(f"/query/{slug}").text


def test_another_value_has_another_answer(shipped: httpx.Client) -> None:
    rows = [
        shipped.get("/query/what-does-a-sentence-say.csv", params={"sentence": f"doc:{name}"}).text
        for name in ("s01", "s02")
    ]
    assert rows[0] != rows[1]
    assert all(text.count("\n") > 1 for text in rows)


def test_the_form_offers_the_states_by_name(shipped: httpx.Client) -> None:
    text = shipped.get(f"/query/{CHOICE}", headers={"accept": BROWSER}).text
    assert f'<option value="{CHINA}" selected>China</option>' in text
    with_answer, without = re.findall(r"<optgroup.*?</optgroup>", text, re.DOTALL)
    assert re.findall(r">([^<\n]+)</option>", with_answer) == ["China"]
    assert "Russia" in re.findall(r">([^<\n]+)</option>", without)


def test_sentences_are_in_the_order_of_their_numbers(shipped: httpx.Client) -> None:
    text = shipped.get("/query/what-does-a-sentence-say", headers={"accept": BROWSER}).text
    offered = re.findall(r"Sentence (\d+)</option>", text)
    assert offered == [str(number + 1) for number in range(len(offered))]
    assert len(offered) > 50


def test_many_values_are_typed_with_completion(shipped: httpx.Client) -> None:
    text = shipped.get("/query/what-is-said-of-a-thing", headers={"accept": BROWSER}).text
    assert 'name="thing" value="China" list="value-thing-choices"' in text
    assert f'<option value="{ID}dprk">' in text


def test_any_iri_can_be_asked_for(shipped: httpx.Client) -> None:
    response = shipped.get(
        f"/query/{CHOICE}", params={"state": "urn:nowhere"}, headers={"accept": BROWSER}
    )
    assert response.status_code == 200
    assert "0 rows" in response.text
    assert "Nothing in the graph answers this" in response.text
    assert '<option value="urn:nowhere" selected>' in response.text
    assert "The answer that the question" not in response.text


def test_values_that_have_an_answer_are_suggested(shipped: httpx.Client) -> None:
    path = "/query/why-is-a-statement-inferred"
    found = Page(
        shipped.get(
            path,
            params={"subject": f"{ID}dprk-government", "object": "urn:nowhere"},
            headers={"accept": BROWSER},
        ).text
    )
    assert "Values that have an answer" in found.texts
    suggested = [href for href in found.hrefs if href.startswith(f"{path}?")]
    assert 0 < len(suggested) <= 10
    assert f"subject={ID.replace(':', '%3A').replace('/', '%2F')}dprk-government" in suggested[0]
    for href in suggested:
        text = shipped.get(href, headers={"accept": BROWSER}).text
        assert not re.search(r"<p>0 rows", text)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Atlantis",
        "/id/china",
        "id:china) } UNION { ?s ?p ?o",
        f"{CHINA}> }} #",
        f'{CHINA}"',
        f"{CHINA}\\u003e",
        "http://a/\n> SERVICE <http://b>",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "a" * 5000,
        "\u202eanihc\u0000",
    ],
)
def test_what_is_no_value_is_refused_with_those_that_are(shipped: httpx.Client, value: str) -> None:
    response = shipped.get(f"/query/{CHOICE}", params={"state": value})
    assert response.status_code == 400
    problem = response.json()
    assert problem["type"] == "/problems/bad-parameter"
    assert problem["detail"].startswith("state: ")
    assert {"iri": CHINA, "label": "China"}.items() <= problem["values"][0].items()
    shown = shipped.get(f"/query/{CHOICE}", params={"state": value}, headers={"accept": BROWSER})
    assert shown.status_code == 400
    assert "<script>alert" not in shown.text
    assert problem["values"][0]["href"] in unescape(shown.text)


def test_no_value_becomes_part_of_the_query(shipped: httpx.Client) -> None:
    """Braces and quotes that an IRI may hold percent-encoded stay inside of it."""
    value = "http://a/%3E%20%7D%20UNION%20%7B%20?s'%22#x;y(z)&w"
    response = shipped.get(f"/query/{CHOICE}.json", params={"state": value})
    assert response.json()["results"]["bindings"] == []


def test_a_parameter_that_is_none_is_refused(shipped: httpx.Client) -> None:
    for path in (f"/query/{CHOICE}.csv?country=id:china", f"/query/{SELECT}.csv?state=x"):
        problem = shipped.get(path).json()
        assert problem["type"] == "/problems/bad-parameter"
        assert re.search("no parameter '(country|state)'; there are format", problem["detail"])


def test_a_value_given_twice_is_refused(shipped: httpx.Client) -> None:
    response = shipped.get(f"/query/{CHOICE}.csv?state=id:china&state=id:russia")
    assert response.json()["type"] == "/problems/repeated-parameter"
