"""Syntax errors point at the very token at fault."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from tests.w3c_sparql import SUITE
from tipgraph.errors import QuerySyntaxError
from tipgraph.store.grammar import find_fault
from tipgraph.store.syntax import explain
from tipgraph.store.tokens import tokens


def error(query: str) -> QuerySyntaxError:
    with pytest.raises(SyntaxError) as caught:
        Store().query(query, base_iri="http://example.org/")
    return explain(query, str(caught.value))


@pytest.mark.parametrize(
    ("query", "line", "column", "reason"),
    [
        # The arrow stands before the token at fault.
        ("SELECT * WHERE { ?a ?b ->}", 1, 24, "found }, expected"),
        ("SELECT * WHERE {\n  ?a ?b ?c .\n  FILTER(UCASE(?a) = ->) }", 3, 22, "found ), expected"),
        ("->SELCT * {}", 1, 1, "found SELCT, expected"),
        ("SELECT ?a ->WHER { ?a ?b ?c }", 1, 11, "found WHER, expected"),
        ("SELECT * { ?a ?b ?c } LIMIT ->ten", 1, 29, "found ten, expected a number"),
        ("PREFIX ->ex <http://a/> ASK {}", 1, 8, "expected a prefix such as ex:"),
        ("SELECT (COUNT(?x) ->?n) { ?x ?y ?z }", 1, 19, "found ?n, expected"),
        ("CONSTRUCT { ?s ?p ->} WHERE { ?s ?p ?o }", 1, 19, "found }, expected"),
        ("ASK { ?s ?p ->'北한 }", 1, 13, "never closed"),
        ("ASK { '𝄞𝄞' ?p ->x:y }", 1, 15, "the prefix x: is not declared"),
        ("ASK ->{ ?s ?p ?o", 1, 5, "{ is never closed"),
        ("ASK { ?s ?p ?o }->}", 1, 17, "this } closes nothing that is open"),
        ("ASK { FILTER->(1 = 1 }", 1, 13, "( is not closed"),
        ("->", 1, 1, "the query ends too early"),
        ("ASK->", 1, 4, "the query ends too early"),
        ("->SELECT ?a ?b { ?a ?c ?d } GROUP BY ?a", 1, 1, "neither grouped by nor aggregated"),
        ("ASK { ?s ?p ?o FILTER(->COUNT(?o) > 1) }", 1, 23, "FILTER cannot have an aggregate"),
        (
            "SELECT ?s { ?s ?p ?o { SELECT ?o { ?o ?q ?r } GROUP BY ?o HAVING(MAX(?r) > 1) }\n"
            "  BIND(->count(?o) AS ?n) }",
            2,
            8,
            "BIND cannot have an aggregate such as COUNT",
        ),
        ("ASK { OPTIONAL { ?s ?p ?o }\n BIND(1 AS ->?o) }", 2, 12, "BIND gives a value to ?o"),
        ("ASK { { ?s ?p ?o BIND(1 AS ->$o) } UNION { ?s ?p ?o } }", 1, 28, "which has one already"),
        ("->SELECT (1 AS ?x) (2 AS ?x) {}", 1, 1, "names the same variable twice"),
        ("->SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 1, "SELECT has to name its variables"),
        ("SELECT->\u00a0* { ?s ?p ?o }", 1, 7, "found U+00A0 (NO-BREAK SPACE), expected"),
        ("ASK {->\u200b ?s ?p ?o }", 1, 6, "found U+200B (ZERO WIDTH SPACE), expected"),
        ("SELECT * { ?s ->a:b ?o }", 1, 15, "the prefix a: is not declared"),
    ],
)
def test_places(query: str, line: int, column: int, reason: str) -> None:
    found = error(query.replace("->", ""))
    assert (found.line, found.column) == (line, column)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("SELCT * {}", "Did you mean SELECT?"),
        ("ASK { ?a ?b ?c FILTR(?a) }", "Did you mean FILTER?"),
        ("ASK { FILTER(UCSE('a') = 'A') }", "Did you mean UCASE?"),
        (
            "ASK { ?s skos:prefLabel ?o }",
            "Put this before the query: PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
        ),
        ("ASK { ?s ?p ?o FILTER(COUNT(?o) > 1) }", "Put the condition in HAVING"),
        ("ASK { ?s ?p ?o BIND(1 AS ?o) }", "To compare the two, write FILTER(?o = ...)"),
        ("ASK { ?s skoss:prefLabel ?o }", "Known here: PREFIX skos: <http"),
    ],
)
def test_hints(query: str, hint: str) -> None:
    assert any(each.startswith(hint) for each in error(query).hints)


def test_the_message_shows_the_line_with_a_caret() -> None:
    assert str(error("ASK {\n\t?s x:y ?o }")) == (
        "query:2:5: the prefix x: is not declared\n  \t?s x:y ?o }\n  \t   ^"
    )


def test_very_deep_queries_are_left_to_the_engine() -> None:
    query = "ASK { FILTER(" + "(" * 100 + "1" + ")" * 100 + ") }"
    assert find_fault(list(tokens(query))) is None


@pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C suites are not at hand (../shared/w3c)")
def test_the_grammar_takes_what_the_engine_takes() -> None:
    """Of the queries of the W3C, none that the engine takes is at fault by our grammar."""
    store, taken = Store(), 0
    for path in sorted(Path(SUITE).rglob("*.rq")):
        query = path.read_text(encoding="utf-8")
        try:
            store.query(query, base_iri="http://example.org/")
        except SyntaxError:
            continue
        except (OSError, RuntimeError):
            # It was taken, and only its evaluation failed: SERVICE, or an unknown function.
            pass
        taken += 1
        assert find_fault(list(tokens(query))) is None, path
    assert taken > 250
