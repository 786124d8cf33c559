"""Splitting of texts into passages, through `source.split`."""

import re
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode

from tests.working_copy import RIVERS
from tipgraph import dataset, source
from tipgraph.namespaces import GRAPH_DATA
from tipgraph.source import Passage, SourceText

texts = st.text(st.sampled_from('aB .!?”’"(\n1“é😀'), max_size=400).map(
    lambda text: text.replace("a", "a word and ")
)


def words(text: str, passage: Passage) -> str:
    return text[passage.start : passage.end]


@pytest.fixture(scope="module")
def shipped_text() -> str:
    path = dataset.sibling_source()
    if path is None:
        # The source text is not part of the project: it is not ours to give away.
        pytest.skip("the source text is not at hand in ../shared/source")
    return dataset.read_text(path)


def test_a_text_of_our_own() -> None:
    text = (RIVERS / "source.txt").read_text(encoding="utf-8")
    split = source.split(text)
    assert [words(text, passage) for passage in split.of_kind("sentence")[:4]] == [
        "The Ane flows into lake Bly.",
        "Is it long?",
        "Nobody says.",
        "Lake Bly drains into the Cor “by a narrow channel.”",
    ]
    assert words(text, split.of_kind("sentence")[4]).endswith("all year.")
    assert [(p.name, p.line, p.section) for p in split.of_kind("paragraph")] == [
        ("p01", 3, 0),
        ("p02", 8, 1),
    ]
    sections = split.of_kind("section")
    assert [words(text, section).split("\n")[0] for section in sections] == [
        "The Ane flows into lake Bly. Is it long? Nobody says.",
        "Lakes",
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("In 3.5 years. No more.", ["In 3.5 years.", "No more."]),
        ("They say (e.g. here) so. And on.", ["They say (e.g. here) so.", "And on."]),
        ("“Why?” they asked. “So.” Yes!", ["“Why?” they asked.", "“So.”", "Yes!"]),
        ("Wait... What?! Yes.", ["Wait...", "What?!", "Yes."]),
        ("No end" + " of words" * 20, ["No end" + " of words" * 20]),
        ("A full stop. A tail" + " of words" * 20, ["A full stop.", "A tail" + " of words" * 20]),
        ("Heading\n\nText.\r\n", ["Text."]),
        ("  Indented. Twice.  ", ["Indented.", "Twice."]),
        ("", []),
        ("Only a heading", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    split = source.split(text)
    assert [words(text, passage) for passage in split.of_kind("sentence")] == sentences


@given(texts)
def test_passages_are_nested_and_disjoint_and_their_digests_right(text: str) -> None:
    split = source.split(text)
    for passage in split.passages:
        assert passage.sha256 == sha256(words(text, passage).encode()).hexdigest()
        assert words(text, passage) == words(text, passage).strip()
        assert text.count("\n", 0, passage.start) == passage.line - 1
    for kind in ("section", "paragraph", "sentence"):
        spans = [(p.start, p.end) for p in split.of_kind(kind)]
        assert all(start < end for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
    for sentence in split.of_kind("sentence"):
        paragraph = split.of_kind("paragraph")[(sentence.paragraph or 0) - 1]
        section = split.of_kind("section")[sentence.section]
        assert section.start <= paragraph.start <= sentence.start
        assert sentence.end <= paragraph.end <= section.end


@given(texts)
def test_nothing_but_white_space_lies_between_the_sentences_of_a_paragraph(text: str) -> None:
    split = source.split(text)
    for paragraph in split.of_kind("paragraph"):
        inside = [s for s in split.of_kind("sentence") if s.paragraph == paragraph.number]
        joined = "".join(words(text, sentence) for sentence in inside)
        assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", words(text, paragraph))


def test_the_shipped_document_splits_as_the_graph_says(shipped_text: str) -> None:
    split = source.split(shipped_text)
    assert [len(split.of_kind(kind)) for kind in ("section", "paragraph", "sentence")] == [
        7,
        18,
        61,
    ]
    data = dataset.read_shipped(GRAPH_DATA)
    assert source.is_shipped_document(split, data)
    assert min(source.claims_per_sentence(split, data).values()) >= 1


def test_another_text_is_not_the_shipped_document() -> None:
    data = dataset.read_shipped(GRAPH_DATA)
    split = source.split("A text of our own.")
    assert not source.is_shipped_document(split, data)
    assert source.claims_per_sentence(split, data) == {"s01": 0}


def test_rows_hold_the_words_only_on_request() -> None:
    text = "A sentence of our own."
    split: SourceText = source.split(text)
    assert "text" not in source.rows(split, None, None)[0]
    assert source.rows(split, {"s01": 3}, text)[-1]["text"] == text
    assert source.rows(split, {"s01": 3}, None)[-1]["claims"] == 3


def test_passages_as_rdf() -> None:
    split = source.split((RIVERS / "source.txt").read_text(encoding="utf-8"))
    said = {
        (quad.predicate, str(quad.object))
        for quad in dataset.read_quads(RIVERS / "data" / "rivers.ttl")
        if not isinstance(quad.object, BlankNode)
    }
    made = {
        (triple.predicate, str(triple.object))
        for triple in source.to_triples(split, "nk")
        if not isinstance(triple.object, BlankNode)
    }
    assert made <= said
