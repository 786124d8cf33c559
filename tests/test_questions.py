"""The competency questions: their answers, what they are made of, and their loader."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, QuerySolution
from rdflib.query import ResultRow

from tests.terms import subjects, unknown_terms
from tipgraph import dataset
from tipgraph.errors import InputError, InputSyntaxError, UsageError
from tipgraph.formats import N_TRIPLES, TSV
from tipgraph.namespaces import (
    BASE,
    GRAPH_DATA,
    GRAPH_ONTOLOGY,
    ID,
    QUERY,
    SCHEMA,
    SH,
    shorten,
)
from tipgraph.questions import MARKS, THEMES, Question, by_theme, questions, read_question
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.store import EmbeddedStore, QueryRequest, Solutions, Triples

QUESTIONS: Final = questions()
SELECTS: Final = [question for question in QUESTIONS if question.kind == "select"]
BY_SLUG: Final = {question.slug: question for question in QUESTIONS}
FOLDER: Final = dataset.resources() / dataset.QUERIES_FOLDER
DOCUMENT: Final = Path(__file__).parent.parent / "docs" / "questions.md"

# What a query does beyond matching: aggregates, rounding, absence, paths of any length,
# comparison by size, subtraction and division.
COMPUTATION: Final = re.compile(
    r"\b(GROUP BY|COUNT|MIN|MAX|SUM|AVG|SAMPLE|ROUND|NOT EXISTS)\b"
    r"|[\w:][*+](?=[\s/])| [<>]=? | [-/] \?"
)

each_question = pytest.mark.parametrize(
    "question", QUESTIONS, ids=[question.slug for question in QUESTIONS]
)
each_with_parameters = pytest.mark.parametrize(
    "question", [each for each in QUESTIONS if each.parameters], ids=lambda each: each.slug
)
each_select = pytest.mark.parametrize(
    "question", SELECTS, ids=[question.slug for question in SELECTS]
)


@each_question
def test_the_answer_is_the_expected_one(
    question: Question, shipped_store: EmbeddedStore, tmp_path: Path
) -> None:
    answer = shipped_store.query(question.query)
    if not question.is_answered_by(answer):
        assert isinstance(question.expected, Path), f"the answer is {answer}"
        actual = tmp_path / question.expected.name
        actual.write_bytes(_serialised(question, shipped_store))
        pytest.fail(f"if the new answer is right: cp {actual} {question.expected}")


@each_question
def test_inference_is_marked_where_the_answer_needs_it(
    question: Question, shipped_store: EmbeddedStore
) -> None:
    asserted = (GRAPH_DATA.value, GRAPH_ONTOLOGY.value)
    answer = shipped_store.query(question.query, default_graphs=asserted, named_graphs=asserted)
    assert ("inference" in question.keywords) is not question.is_answered_by(answer)


@each_question
def test_computation_is_marked_where_the_query_computes(question: Question) -> None:
    assert ("computation" in question.keywords) is bool(COMPUTATION.search(question.body))


@each_select
def test_the_order_of_the_rows_is_total(question: Question, shipped_store: EmbeddedStore) -> None:
    answer = shipped_store.query(question.query)
    assert isinstance(answer, Solutions)
    assert len(answer) > 0, "a question without an answer teaches nothing"
    keys = re.findall(r"\?(\w+)", question.body.rpartition("ORDER BY")[2])
    assert keys
    rows = Counter(tuple(str(row[key]) for key in keys) for row in answer)
    assert [row for row, count in rows.items() if count > 1] == []


@each_question
def test_only_declared_terms_and_known_things_are_used(question: Question) -> None:
    assert unknown_terms(question.body) == set()
    assert {parameter.default for parameter in question.parameters} <= subjects()


@each_question
def test_the_query_is_short_and_repeats_no_prefix(question: Question) -> None:
    assert "PREFIX" not in question.body
    assert len(question.body.splitlines()) <= 12
    assert max(map(len, question.body.splitlines())) <= 100


@each_question
def test_an_independent_engine_gives_the_same_answer(
    question: Question, shipped_store: EmbeddedStore, rdflib_graph: rdflib.Graph
) -> None:
    if "GRAPH" in question.body:
        pytest.skip("rdflib warns of its own deprecations when it queries named graphs")
    answer, other = shipped_store.query(question.query), rdflib_graph.query(question.query)
    if isinstance(answer, bool):
        assert other.askAnswer is answer
    elif isinstance(answer, Triples):
        assert isinstance(other.graph, rdflib.Graph)
        assert set(from_rdflib(other.graph)) == set(answer)
    else:
        rows = [row for row in other if isinstance(row, ResultRow)]
        assert Counter(map(_plain, rows)) == Counter(map(_plain, answer))


@each_question
def test_the_question_is_well_described(question: Question) -> None:
    path = FOLDER / f"{question.slug}.ttl"
    said = {(quad.predicate.value, quad.object) for quad in dataset.read_quads(path)}
    assert question.iri == f"{QUERY}{question.slug}"
    assert question.text.endswith("?")
    assert set(question.keywords) & set(THEMES)
    assert set(question.keywords) <= THEMES.keys() | MARKS.keys()
    assert (f"{SCHEMA}target", NamedNode(f"{BASE}sparql")) in said
    assert (f"{SH}prefixes", NamedNode(f"{BASE}ontology")) in said
    assert all(f"?{parameter.name} " in question.body for parameter in question.parameters)


def test_there_are_enough_questions_on_every_theme() -> None:
    themes = Counter(keyword for question in QUESTIONS for keyword in question.keywords)
    assert len(QUESTIONS) >= 66
    assert all(themes[theme] >= 10 for theme in THEMES), themes
    assert sum(bool(MARKS.keys() & set(question.keywords)) for question in QUESTIONS) >= 18
    assert sum(bool(question.parameters) for question in QUESTIONS) >= 5


def test_no_two_questions_ask_the_same() -> None:
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question.body for question in QUESTIONS}) == len(QUESTIONS)


def test_every_file_of_expected_rows_belongs_to_a_question() -> None:
    expected = {question.expected for question in QUESTIONS} - {True, False}
    assert {*FOLDER.glob("*.tsv"), *FOLDER.glob("*.nt")} == expected


def test_a_parameter_takes_another_value(shipped_store: EmbeddedStore) -> None:
    question = BY_SLUG["who-is-trafficked-to-a-state"]
    russia = question.query_with({"state": NamedNode(f"{ID}russia")})
    answer = shipped_store.query(russia)
    assert isinstance(answer, Solutions)
    assert list(answer) == []
    assert not question.is_answered_by(answer)


@each_with_parameters
def test_the_values_that_have_an_answer_are_found(
    question: Question, shipped_store: EmbeddedStore
) -> None:
    names = [parameter.name for parameter in question.parameters]
    found = shipped_store.query(question.values_query)
    assert isinstance(found, Solutions)
    rows = [tuple(row[name] for name in names) for row in found]
    assert tuple(parameter.default for parameter in question.parameters) in rows
    for row in rows[:: max(1, len(rows) // 5)]:
        asked = question.query_with(dict(zip(names, row, strict=True)))
        answer = shipped_store.query(asked)
        assert isinstance(answer, Solutions | Triples)
        assert len(answer) > 0


@each_with_parameters
def test_the_default_of_a_parameter_is_of_its_class(
    question: Question, shipped_store: EmbeddedStore
) -> None:
    for parameter in question.parameters:
        if parameter.of_class is not None:
            assert shipped_store.query(f"ASK {{ {parameter.default} a {parameter.of_class} }}")


@pytest.mark.parametrize(
    ("text", "iri"),
    [(f"{ID}russia", f"{ID}russia"), ("id:russia", f"{ID}russia"), ("urn:x:y", "urn:x:y")],
)
def test_a_value_is_an_iri_or_a_prefixed_name(text: str, iri: str) -> None:
    (parameter,) = BY_SLUG["who-is-trafficked-to-a-state"].parameters
    assert parameter.read(text) == NamedNode(iri)


@pytest.mark.parametrize(
    "text",
    ["", "China", "/id/china", "http://a/> } #", 'http://a/"', "id:a b", "http://a/{}", "<urn:x>"],
)
def test_what_is_no_iri_is_no_value(text: str) -> None:
    (parameter,) = BY_SLUG["who-is-trafficked-to-a-state"].parameters
    with pytest.raises(UsageError, match=r"state: .* is not an absolute IRI"):
        parameter.read(text)


@each_question
def test_the_terms_of_a_query_are_found(question: Question) -> None:
    assert all(term.startswith(("http://", "https://")) for term in question.terms)
    shortened = [shorten(term) for term in question.terms]
    assert all(name in question.body for name in shortened)
    assert set(re.findall(r"\btip:\w+", question.body)) <= set(shortened)


def test_a_parameter_that_is_not_there_is_refused() -> None:
    question = BY_SLUG["who-is-trafficked-to-a-state"]
    with pytest.raises(UsageError, match="who-is-trafficked-to-a-state has no parameter country"):
        question.query_with({"country": NamedNode(f"{ID}russia")})


def test_other_rows_or_another_order_are_not_the_expected_answer(
    shipped_store: EmbeddedStore,
) -> None:
    question = BY_SLUG["which-routes-lead-where"]
    answer = shipped_store.query(question.query)
    assert isinstance(answer, Solutions)
    rows: list[QuerySolution] = list(answer)
    assert question.is_answered_by(Solutions(answer.variables, rows))
    assert not question.is_answered_by(Solutions(answer.variables, rows[::-1]))
    assert not question.is_answered_by(Solutions(answer.variables, rows[1:]))
    assert not question.is_answered_by(Solutions(answer.variables[::-1], rows))
    assert not question.is_answered_by(True)


def test_other_triples_or_another_truth_value_are_not_the_expected_answer(
    shipped_store: EmbeddedStore,
) -> None:
    graph, truth = BY_SLUG["who-exploits-whom"], BY_SLUG["is-any-law-said-to-protect-men"]
    triples = shipped_store.query(graph.query)
    assert isinstance(triples, Triples)
    assert not graph.is_answered_by(Triples(list(triples)[1:]))
    assert not truth.is_answered_by(True)
    assert not truth.is_answered_by(triples)


QUERY_FILE: Final = """
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix query: <https://w3id.org/tipgraph/query/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
query:what a sh:SPARQLExecutable ; rdfs:comment "What?"@en ; sh:ask "ASK { ?x ?y ?least }" ;
  mf:result true ;
  sh:parameter [ sh:path query:least ; sh:defaultValue 7 ; sh:description "Least." ] .
"""


def test_a_question_is_read_from_its_file(tmp_path: Path) -> None:
    question = read_question(_written(tmp_path, QUERY_FILE))
    assert (question.slug, question.text, question.kind) == ("what", "What?", "ask")
    assert question.expected is True
    assert question.query.splitlines()[-1] == (
        'VALUES (?least) { ("7"^^<http://www.w3.org/2001/XMLSchema#integer>) }'
    )
    assert '{ ("8.5") }' in question.query_with({"least": Literal("8.5")})


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("a sh:SPARQLExecutable", "a sh:Shape", "expected one sh:SPARQLExecutable, found 0"),
        ('rdfs:comment "What?"@en', 'rdfs:label "What?"', r"expected one <.*comment>, found 0"),
        ('"What?"@en', "query:why", r"expected a text as <.*comment>"),
        ("sh:ask", "sh:update", "expected one of sh:select, sh:ask and sh:construct"),
        ("mf:result true", "mf:result _:x", "expected a truth value or an IRI as mf:result"),
        ("sh:path query:least", "sh:path _:x", "expected an IRI as sh:path and a term"),
    ],
    ids=["no-executable", "no-comment", "comment-no-text", "no-query", "no-result", "no-path"],
)
def test_a_file_that_is_no_question_is_named_with_the_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    path = _written(tmp_path, QUERY_FILE.replace(old, new))
    with pytest.raises(InputError, match=rf"what\.ttl: not a question: {reason}"):
        read_question(path)


def test_a_file_that_is_no_turtle_is_named_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(InputSyntaxError, match=r"what\.ttl:6:"):
        read_question(_written(tmp_path, QUERY_FILE.replace("a sh:SPARQL", "a a sh:SPARQL")))


def test_the_documentation_lists_every_question(tmp_path: Path) -> None:
    now = DOCUMENT.read_text(encoding="utf-8")
    written = tmp_path / DOCUMENT.name
    head = now.partition(f"\n## {next(iter(THEMES.values()))}\n")[0]
    written.write_text(head + _catalogue(), encoding="utf-8")
    assert now == head + _catalogue(), f"to bring it up to date: cp {written} {DOCUMENT}"
    assert f"The {len(QUESTIONS)} questions" in head


def _catalogue() -> str:
    """What docs/questions.md ends with: the questions, each under its theme."""
    lines: list[str] = []
    for theme, first in by_theme(QUESTIONS).items():
        lines += ["", f"## {THEMES[theme]}", "", *map(_line, first)]
    return "\n".join(lines) + "\n"


def _line(question: Question) -> str:
    marks = ", ".join(keyword for keyword in question.keywords if keyword in MARKS)
    chosen = ", ".join(parameter.name for parameter in question.parameters)
    link = f"- [{question.text}](../queries/{question.slug}.ttl)"
    return link + (f" *{marks}*" if marks else "") + (f" ({chosen})" if chosen else "")


@pytest.fixture(scope="module")
def rdflib_graph(shipped_store: EmbeddedStore) -> rdflib.Graph:
    """The default graph, in rdflib."""
    triples = shipped_store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert isinstance(triples, Triples)
    return to_rdflib(triples)


def _plain(row: Iterable[object]) -> tuple[object, ...]:
    """A row's terms as text, and numbers as numbers, since engines write decimals differently."""
    return tuple(map(_plain_term, row))


def _plain_term(term: object) -> object:
    text = getattr(term, "value", str(term)) if isinstance(term, Literal | NamedNode) else term
    try:
        return None if text is None else float(str(text))
    except ValueError:
        return str(text)


def _written(folder: Path, text: str) -> Path:
    path = folder / "what.ttl"
    path.write_text(text, encoding="utf-8")
    return path


def _serialised(question: Question, store: EmbeddedStore) -> bytes:
    """The answer as the file of expected rows or triples would hold it."""
    request = QueryRequest(question.query, results_format=TSV, graph_format=N_TRIPLES)
    body = store.answer(request).body
    return body if question.kind == "select" else b"".join(sorted(body.splitlines(True)))
