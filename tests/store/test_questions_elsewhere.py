"""The question catalogue, asked of the shipped graph at endpoints of two makers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from pyoxigraph import Store as Engine

from tests.endpoints import oxigraph, virtuoso
from tipgraph.namespaces import XSD
from tipgraph.questions import Question, questions
from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore, Solutions
from tipgraph.store.remote import RemoteStore, open_remote

NUMBERS = {f"{XSD}{name}" for name in ("boolean", "decimal", "integer")}
QUESTIONS = pytest.mark.parametrize("question", questions(), ids=lambda each: each.slug)


@pytest.fixture(scope="module")
def quads(shipped_snapshot: Snapshot) -> list[Quad]:
    """The named graphs of the shipped dataset."""
    engine = Engine.read_only(str(shipped_snapshot.store_path))
    return [quad for quad in engine if isinstance(quad.graph_name, NamedNode)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shipped")


@pytest.fixture(scope="module")
def at_oxigraph(quads: list[Quad], folder: Path) -> Iterator[RemoteStore]:
    with oxigraph(quads, folder / "oxigraph") as url, opened(url) as store:
        yield store


@pytest.fixture(scope="module")
def at_virtuoso(quads: list[Quad], folder: Path) -> Iterator[RemoteStore]:
    with virtuoso(quads, folder / "virtuoso") as url, opened(url) as store:
        yield store


def opened(url: str) -> RemoteStore:
    return open_remote(Settings(store_url=url, workers=2))


def test_the_graph_is_known_for_what_it_is(
    at_oxigraph: RemoteStore, at_virtuoso: RemoteStore, shipped_snapshot: Snapshot
) -> None:
    expected = shipped_snapshot.manifest
    for store in (at_oxigraph, at_virtuoso):
        assert store.manifest.graphs == expected.graphs
        assert set(store.manifest.default_graph) == set(expected.default_graph)
        assert store.manifest.default_graph_triples == expected.default_graph_triples
        assert store.manifest.dataset_version == expected.dataset_version


@QUESTIONS
def test_oxigraph_answers_as_expected(question: Question, at_oxigraph: RemoteStore) -> None:
    assert question.is_answered_by(at_oxigraph.query(question.query))


@QUESTIONS
def test_virtuoso_answers_but_for_order_repeats_and_numbers(
    question: Question, at_virtuoso: RemoteStore, shipped_store: EmbeddedStore
) -> None:
    answer = at_virtuoso.query(question.query)
    if isinstance(answer, Solutions):
        expected = shipped_store.query(question.query)
        assert isinstance(expected, Solutions)
        assert answer.variables == expected.variables
        assert without_numbers(answer) == without_numbers(expected)
    else:
        assert question.is_answered_by(answer)


def without_numbers(answer: Solutions) -> set[tuple[object, ...]]:
    """The rows, with one and the same thing in the place of every number and truth value."""
    return {tuple("a number" if is_number(term) else term for term in row) for row in answer}


def is_number(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype.value in NUMBERS
