"""What every store has to do, held against each: the same answers and the same errors."""

from xml.etree import ElementTree

import pytest
from pyoxigraph import Literal, NamedNode

from tests.service import EX
from tests.store.conftest import Opener
from tipgraph.errors import (
    EngineError,
    FederationError,
    NotAcceptableError,
    QueryError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadOnlyError,
    ResultTooLargeError,
)
from tipgraph.formats import (
    CSV,
    GRAPH_FORMATS,
    JSON,
    N_TRIPLES,
    RDF_XML,
    RESULTS_FORMATS,
    TURTLE,
    XML,
    Format,
)
from tipgraph.store import QueryRequest, Solutions, Store, Triples

GRAPH = "https://w3id.org/tipgraph/graph/"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def select(store: Store, text: str, **dataset: tuple[str, ...]) -> list[dict[str, str]]:
    solutions = store.query(text, **dataset)  # type: ignore[arg-type]
    assert isinstance(solutions, Solutions)
    return [
        {name: row[name].value for name in solutions.variables if row[name] is not None}
        for row in solutions
    ]


def test_a_select_gives_rows_of_terms(store: Store) -> None:
    solutions = store.query(
        f"SELECT ?l ?n {{ <{EX}river> rdfs:label ?l ; <{EX}length> ?n }}".replace(
            "rdfs:label", "<http://www.w3.org/2000/01/rdf-schema#label>"
        )
    )
    assert isinstance(solutions, Solutions)
    assert [tuple(row) for row in solutions] == [(Literal("river", language="en"), Literal(120))]
    assert solutions.variables == ("l", "n")


def test_an_ask_gives_a_truth_value(store: Store) -> None:
    assert store.query(f"ASK {{ <{EX}river> a <{EX}Water> }}") is True
    assert store.query(f"ASK {{ <{EX}river> a <{EX}Desert> }}") is False


def test_a_construct_gives_triples_each_once(store: Store) -> None:
    triples = store.query(f"CONSTRUCT {{ ?w a <{EX}W> }} {{ ?w a <{EX}Water> ; ?p ?o }}")
    assert isinstance(triples, Triples)
    assert {triple.subject for triple in triples} == {
        NamedNode(f"{EX}river"),
        NamedNode(f"{EX}lake"),
    }
    assert len(triples) == 2


@pytest.mark.parametrize("form", RESULTS_FORMATS, ids=lambda form: form.name)
def test_results_come_in_each_format(store: Store, form: Format) -> None:
    answer = store.answer(QueryRequest("SELECT ?x { VALUES ?x { 7 } }", results_format=form))
    assert answer.format is form
    assert b"7" in answer.body
    assert not answer.is_empty


@pytest.mark.parametrize("form", (*RESULTS_FORMATS, *GRAPH_FORMATS), ids=lambda form: form.name)
def test_an_empty_answer_is_known_as_one_in_each_format(store: Store, form: Format) -> None:
    for query in ("SELECT ?x { ?x <tag:none> ?y }", "ASK { ?x <tag:none> ?y }"):
        if form in GRAPH_FORMATS:
            query = "CONSTRUCT WHERE { ?x <tag:none> ?y }"
        request = QueryRequest(query, results_format=form, graph_format=form)
        assert store.answer(request).is_empty, query


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_a_small_graph_is_not_taken_for_empty(store: Store, form: Format) -> None:
    query = f"CONSTRUCT {{ <{EX}a> <{EX}b> 1 }} {{}}"
    assert not store.answer(QueryRequest(query, graph_format=form)).is_empty


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT ?x { VALUES ?x { 'a\\r\\nb' } }", XML),
        (f"CONSTRUCT {{ <{EX}a> <{EX}b> 'a\\r\\nb' }} {{}}", RDF_XML),
    ],
    ids=["results", "graph"],
)
def test_line_ends_in_texts_survive_in_xml(store: Store, query: str, form: Format) -> None:
    body = store.answer(QueryRequest(query, results_format=form, graph_format=form)).body
    assert "a\r\nb" in list(ElementTree.fromstring(body).itertext())  # noqa: S314


def test_what_xml_cannot_hold_is_not_acceptable(store: Store) -> None:
    query = "SELECT ?x { VALUES ?x { 'a\\u0001' } }"
    with pytest.raises(NotAcceptableError, match="XML cannot hold"):
        store.answer(QueryRequest(query, results_format=XML))


def test_turtle_has_the_prefixes_it_uses_and_no_others(store: Store) -> None:
    query = (
        "CONSTRUCT { <https://w3id.org/tipgraph/id/x> a <http://www.w3.org/2002/07/owl#Thing> } {}"
    )
    body = store.answer(QueryRequest(query, graph_format=TURTLE)).body.decode()
    assert [line.split()[1] for line in body.splitlines() if line.startswith("@prefix")] == [
        "id:",
        "owl:",
    ]


class TestDataset:
    """SPARQL 1.1 Protocol, 2.1.4, on named graphs of one snapshot."""

    everything = "SELECT DISTINCT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"

    def test_the_default_graph_is_the_merge_with_each_triple_once(self, store: Store) -> None:
        assert select(store, f"SELECT ?o {{ <{EX}river> <{EX}reaches> ?o }}") == [
            {"o": f"{EX}lake"}
        ]
        assert select(store, f"SELECT ?o {{ <{EX}river> a ?o }}") == [{"o": f"{EX}Water"}]

    def test_graphs_outside_the_merge_are_not_in_the_default_graph(self, store: Store) -> None:
        assert store.query(f"ASK {{ <{EX}dataset> ?p ?o }}") is False
        assert store.query(f"ASK {{ GRAPH ?g {{ <{EX}dataset> ?p ?o }} }}") is True

    def test_named_graphs_are_all_there(self, store: Store) -> None:
        rows = select(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
        assert [row["g"] for row in rows] == [
            f"{GRAPH}{name}" for name in ("data", "inferred", "meta", "ontology")
        ]

    def test_from_chooses_the_default_graph(self, store: Store) -> None:
        query = f"SELECT ?s FROM <{GRAPH}meta> {{ ?s ?p ?o }}"
        assert select(store, query) == [{"s": f"{EX}dataset"}]

    def test_the_request_wins_over_from(self, store: Store) -> None:
        query = f"SELECT ?s FROM <{GRAPH}data> {{ ?s ?p ?o }}"
        assert select(store, query, default_graphs=(f"{GRAPH}meta",)) == [{"s": f"{EX}dataset"}]

    def test_two_default_graphs_are_merged(self, store: Store) -> None:
        rows = select(
            store,
            f"SELECT ?s {{ ?s ?p ?o FILTER(?s IN (<{EX}dataset>, <{EX}river>)) }}",
            default_graphs=(f"{GRAPH}meta", f"{GRAPH}inferred"),
        )
        assert sorted(row["s"] for row in rows) == [f"{EX}dataset", f"{EX}river"]

    def test_default_graphs_alone_leave_no_named_graph(self, store: Store) -> None:
        query = "SELECT ?g { GRAPH ?g { ?s ?p ?o } }"
        assert select(store, query, default_graphs=(f"{GRAPH}meta",)) == []

    def test_named_graphs_alone_leave_the_default_graph_empty(self, store: Store) -> None:
        assert select(store, self.everything, named_graphs=(f"{GRAPH}meta",)) == [
            {"s": f"{EX}dataset"}
        ]

    def test_an_unknown_graph_is_empty(self, store: Store) -> None:
        assert select(store, self.everything, default_graphs=(f"{EX}nothing",)) == []


class TestDescribe:
    def describe(self, store: Store, query: str) -> set[tuple[str, str, str]]:
        triples = store.query(query)
        assert isinstance(triples, Triples)
        return {(str(t.subject), str(t.predicate), str(t.object)) for t in triples}

    def test_it_holds_the_claims_about_a_resource_and_labels(self, store: Store) -> None:
        found = self.describe(store, f"DESCRIBE <{EX}river>")
        label = "<http://www.w3.org/2000/01/rdf-schema#label>"
        assert (f"<{EX}claim1>", label, '"the river is long"@en') in found
        assert (f"<{EX}lake>", label, '"lake"@en') in found
        assert (f"<{EX}flowsInto>", label, '"flows into"@en') in found
        assert not any(subject == f"<{EX}lake>" for subject, name, _ in found if name != label)

    def test_blank_nodes_are_followed(self, store: Store) -> None:
        found = self.describe(store, f"DESCRIBE <{EX}lake>")
        surveys = [o for _, p, o in found if p == f"<{EX}survey>"]
        assert surveys == [s for s, p, _ in found if p == f"<{EX}year>"]

    def test_variables_and_constants_are_described_together(self, store: Store) -> None:
        found = self.describe(
            store, f"PREFIX ex: <{EX}> DESCRIBE ex:kim ?w WHERE {{ ?w a ex:Water }} LIMIT 10"
        )
        subjects = {subject for subject, _, _ in found}
        assert {f"<{EX}kim>", f"<{EX}river>", f"<{EX}lake>"} <= subjects

    def test_a_constant_is_described_though_the_pattern_finds_nothing(self, store: Store) -> None:
        assert self.describe(store, f"DESCRIBE <{EX}kim> ?x {{ ?x <{EX}none> 1 }}")

    def test_everything_found_is_described_by_a_star(self, store: Store) -> None:
        found = self.describe(store, f"DESCRIBE * {{ ?x <{EX}flowsInto> ?y }}")
        assert {f"<{EX}river>", f"<{EX}lake>"} <= {subject for subject, _, _ in found}

    def test_from_limits_what_is_said(self, store: Store) -> None:
        found = self.describe(store, f"DESCRIBE <{EX}river> FROM <{GRAPH}inferred>")
        assert found == {(f"<{EX}river>", f"<{EX}reaches>", f"<{EX}lake>")}

    def test_the_word_in_a_string_changes_nothing(self, store: Store) -> None:
        assert store.query("ASK { FILTER('DESCRIBE' = 'DESCRIBE') }") is True


class TestFailures:
    @pytest.mark.parametrize(
        ("query", "error"),
        [
            ("SELECT * {", QuerySyntaxError),
            ("INSERT DATA { <a:a> <a:b> 1 }", ReadOnlyError),
            ("LOAD <http://127.0.0.1/x>", ReadOnlyError),
            ("CLEAR ALL", ReadOnlyError),
            ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", FederationError),
        ],
    )
    def test_each_has_its_own_error(
        self, store: Store, query: str, error: type[QueryError]
    ) -> None:
        with pytest.raises(error):
            store.query(query)

    def test_a_format_that_does_not_fit_is_not_acceptable(self, store: Store) -> None:
        with pytest.raises(NotAcceptableError) as caught:
            store.answer(QueryRequest("CONSTRUCT WHERE { ?s ?p ?o }", results_format=JSON))
        assert "text/turtle" in caught.value.available
        with pytest.raises(NotAcceptableError) as caught:
            store.answer(QueryRequest("ASK {}", graph_format=N_TRIPLES))
        assert "text/csv" in caught.value.available

    def test_a_request_may_lower_the_timeout_and_not_raise_it(self, brief_opener: Opener) -> None:
        with brief_opener(query_timeout=1) as store:
            with pytest.raises(QueryTimeoutError, match=r"0\.1 seconds"):
                store.query(ENDLESS, timeout=0.1)
            with pytest.raises(QueryTimeoutError, match="1 seconds"):
                store.query(ENDLESS, timeout=60)

    def test_a_crash_costs_only_its_own_query(self, store: Store) -> None:
        deep = "SELECT * { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }"
        with pytest.raises(EngineError, match="nested too deeply"):
            store.query(deep)
        assert store.query("ASK {}") is True

    def test_an_answer_past_the_limit_is_refused_whole(self, opener: Opener) -> None:
        with opener(result_bytes=2048) as store:
            for query in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
                with pytest.raises(ResultTooLargeError, match="LIMIT"):
                    store.query(query)
            assert store.query("ASK {}") is True


def test_a_store_can_be_opened_again(opener: Opener) -> None:
    store = opener()
    for _ in range(2):
        assert store.query("ASK {}") is True
        store.close()


def test_rows_become_a_data_frame(store: Store) -> None:
    solutions = store.query(
        f"SELECT ?w ?n ?l {{ ?w a <{EX}Water> OPTIONAL {{ ?w <{EX}length> ?n }} "
        "OPTIONAL { ?w <http://www.w3.org/2000/01/rdf-schema#label> ?l } } ORDER BY ?w"
    )
    assert isinstance(solutions, Solutions)
    frame = solutions.to_pandas()
    assert list(frame.columns) == ["w", "n", "l"]
    assert list(frame["l"]) == ["lake", "river"]
    assert frame["n"].sum() == 120


def test_results_show_themselves_as_escaped_tables(store: Store) -> None:
    solutions = store.query(f"SELECT ?l {{ <{EX}kim> ?p ?l }}")
    assert "Kim &lt;&amp;&gt; &quot;K&quot;" in solutions._repr_html_()  # type: ignore[union-attr]
    triples = store.query(f"CONSTRUCT WHERE {{ <{EX}kim> ?p ?l }}")
    assert "rdfs:label" in triples._repr_html_()  # type: ignore[union-attr]
    assert "1000 rows" in repr(store.query(f"SELECT * {{ ?s <{EX}number> ?n }}"))


def test_csv_is_as_the_standard_has_it(store: Store) -> None:
    query = f"SELECT ?l {{ <{EX}kim> <http://www.w3.org/2000/01/rdf-schema#label> ?l }}"
    answer = store.answer(QueryRequest(query, results_format=CSV))
    assert answer.body == b'l\r\n"Kim <&> ""K"""\r\n'
