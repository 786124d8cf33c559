"""The page of what a search found, and searches for whatever anybody may write."""

import re
from html import unescape
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile import LABELS
from tests.waters import page, search
from tests.web import BROWSER, Page


def test_words_are_marked_and_kinds_lead_on(waters: httpx.Client) -> None:
    text = page(waters, "cor")
    assert '<a href="/id/cor-mouth" dir="auto"><mark>Cor</mark> mouth</a>' in text
    assert "joins the <mark>Cor</mark> below" in text
    assert "4 things for" in text
    kinds = {unescape(href) for href in Page(text).hrefs if "kind=" in href}
    assert kinds == {
        f"/search?kind={quote(f'http://example.org/{n}', '')}" for n in ("River", "Mouth")
    }
    for href in kinds:
        assert "thing" in waters.get(href, headers={"accept": BROWSER}).text


def test_other_languages_are_said(waters: httpx.Client) -> None:
    assert '<a href="/id/strasse" lang="de" dir="auto">' in page(waters, "strasse")


def test_markup_stays_text(waters: httpx.Client) -> None:
    for text in ("bold", "alert", '"><script>x</script>', "<b>", "{{ 7*7 }}"):
        assert "<script>" not in page(waters, text)
    assert "&lt;b&gt;<mark>Bold</mark>&lt;/b&gt; &amp;" in page(waters, "bold")


def test_what_was_asked_stays_in_the_form(waters: httpx.Client) -> None:
    text = page(waters, 'a "b" <c>', kind="http://example.org/Town")
    assert 'value="a &#34;b&#34; &lt;c&gt;"' in text
    assert '<option value="http://example.org/Town" selected>' in text


def test_nothing_found_says_what_to_try(waters: httpx.Client) -> None:
    for text in ("olt cor", "old zzz", "cor mouht"):
        tries = [href for href in Page(page(waters, text)).hrefs if "search?q=" in href]
        assert tries, text
        for href in tries:
            assert waters.get(unescape(href)).json()["total"] > 0, href
    assert "no word in that" in page(waters, "?!")


def test_long_texts_are_cut_around_what_was_found(waters: httpx.Client) -> None:
    for text in ("pebble", "boulder"):
        (label,) = re.findall(r'<a href="/id/long" dir="auto">(.*?)</a>', page(waters, text))
        assert f"<mark>{text}</mark>" in label
        assert "…" in label
        assert 200 < len(unescape(re.sub("<[^>]+>", "", label))) < 260


def test_pages_lead_on_and_back(waters: httpx.Client) -> None:
    first = Page(page(waters, "stone"))
    (onward,) = {href for href in first.hrefs if "offset=20" in href}
    second = Page(waters.get(onward, headers={"accept": BROWSER}).text)
    assert "/search?q=stone" in second.hrefs
    assert "There is nothing after these." in page(waters, "cor", offset=9000)


def test_hostile_labels_stay_text(hostile: httpx.Client) -> None:
    whole = page(hostile, kind="tip:Thing", limit=100)
    assert whole.count("<li>\n<h3>") == len(LABELS)
    for text in ("script", "onmouseover", "begins", "one two", LABELS["rtl"]):
        shown = page(hostile, text)
        assert "<mark>" in shown
        assert not re.search(r"<(?:img|script>)", shown)
        assert ' onmouseover="' not in shown


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.text(alphabet="\"*^(){}:+-NEARORANDT cor\x00'\\", max_size=60),
        st.lists(
            st.sampled_from(["cor", "OR", "AND", "NOT", "NEAR(", '"', "*", "^", "label:"])
        ).map(" ".join),
    )
)
def test_whatever_is_looked_for_is_words(waters: httpx.Client, text: str) -> None:
    found = search(waters, text)
    assert len(found["hits"]) == min(found["total"], found["limit"])
    assert found["totalIsExact"] or found["total"] == 10_000
    assert page(waters, text).count("<li>\n<h3>") == len(found["hits"])


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(query=st.binary(max_size=80))
def test_whatever_is_sent_is_answered(waters: httpx.Client, query: bytes) -> None:
    answer = waters.get(f"/search?q={quote(query)}")
    assert answer.status_code in (200, 400)
