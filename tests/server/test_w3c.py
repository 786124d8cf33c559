"""The W3C's SPARQL 1.1 suites, asked over HTTP of one live service.

Each data file is a named graph of one snapshot, and each test names the graphs of its dataset by
`default-graph-uri` and `named-graph-uri`, so that the protocol is under test as well.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple, parse

from tests.service import LiveService, free_port, serving, write_snapshot
from tests.w3c_sparql import (
    BASE,
    SUITE,
    SparqlCase,
    canonical_graph,
    canonical_result_set,
    canonical_results,
    file_of,
    parse_file,
    read_cases,
)

MANIFESTS = (
    "manifest-sparql11-query.ttl",
    "manifest-sparql11-results.ttl",
    "manifest-sparql11-fed.ttl",
)
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "sparql.md"
# Endpoints that the suite names and nobody runs: calls to them fail, as the tests want it.
UNREACHABLE = ("http://invalid.endpoint.org/sparql", f"{BASE}syntax-fed/g")
EMPTY = f"{BASE}no-graph-of-this-name"
RESULT_FORMATS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}

_ZERO_LENGTH = "the engine finds no zero-length path at a term that is not in the graph"
_LANGUAGE = "the engine's GROUP_CONCAT keeps no language tag"
_BY_VALUE = (
    "the engine keeps numbers by value: 1.0E6 and derived integer types come out in one form"
)
_FENCED = "SERVICE with a variable is refused, since what it calls cannot be known beforehand"
SKIPPED = {
    "aggregates/agg-empty-group-count-graph": "the engine groups within GRAPH ?g over all graphs",
    "aggregates/agg-groupconcat-04": _LANGUAGE,
    "aggregates/agg-groupconcat-06": _LANGUAGE,
    "bindings/graph": "the engine lets VALUES within GRAPH bind the variable of GRAPH",
    "csv-tsv-res/csv03": _BY_VALUE,
    "csv-tsv-res/tsv03": _BY_VALUE,
    "functions/bnode01": "the engine makes a new blank node for each call of BNODE in a solution",
    "negation/graph-minus": "the engine takes MINUS within GRAPH ?g to share the variable ?g",
    "property-path/zero_or_more_set_start": _ZERO_LENGTH,
    "property-path/zero_or_more_set_end": _ZERO_LENGTH,
    "property-path/zero_or_one_set_start": _ZERO_LENGTH,
    "property-path/zero_or_one_set_end": _ZERO_LENGTH,
    "service/service5": _FENCED,
}

CASES = [case for manifest in MANIFESTS for case in read_cases(manifest)] if SUITE.is_dir() else []
EVALUATED = [case for case in CASES if case.kind.endswith(("EvaluationTest", "ResultFormatTest"))]
PARSED = [case for case in CASES if "SyntaxTest" in case.kind]

pytestmark = pytest.mark.skipif(
    not SUITE.is_dir(), reason="the W3C suites are not at hand (../shared/w3c)"
)


@pytest.fixture(scope="module")
def w3c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    """A service over the data of all tests, which may call itself as a remote endpoint."""
    files = {iri for case in EVALUATED for iri in (*case.data, *case.graph_data)}
    files |= {iri for case in EVALUATED for _, data in case.services for iri in data}
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(iri))
        for iri in sorted(files)
        for triple in parse_file(iri)
    ]
    snapshot = write_snapshot(tmp_path_factory.mktemp("w3c") / "snapshot", quads)
    port = free_port()
    endpoints = {remote(port, data) for case in CASES for _, data in case.services}
    with serving(
        snapshot.path,
        port=port,
        workers=3,
        service_allow=" ".join([*endpoints, *UNREACHABLE]),
        service_private=True,
    ) as service:
        yield service


def remote(port: int, data: tuple[str, ...]) -> str:
    """An endpoint with some data: the service itself, with these graphs as its dataset."""
    graphs = "&".join(f"default-graph-uri={quote(iri, safe='')}" for iri in data or (EMPTY,))
    return f"http://127.0.0.1:{port}/sparql?{graphs}"


def ask(service: LiveService, case: SparqlCase, accept: str = "*/*") -> httpx.Response:
    query = f"BASE <{case.query}>\n" + file_of(case.query).read_text(encoding="utf-8")
    for iri, data in case.services:
        query = query.replace(f"<{iri}>", f"<{remote(service.port, data)}>")
    graphs = [("default-graph-uri", iri) for iri in case.data]
    graphs += [("named-graph-uri", iri) for iri in case.graph_data]
    if "FROM" in query:
        # The query names its dataset itself, which parameters would win over.
        graphs = []
    elif not graphs:
        graphs = [("default-graph-uri", EMPTY)]
    return service.post(
        "/sparql",
        params=httpx.QueryParams(tuple(graphs)),
        content=query.encode(),
        headers={"content-type": "application/sparql-query", "accept": accept},
    )


def identify(case: SparqlCase) -> str:
    return f"{case.suite}/{case.name}"


def skip_if_listed(case: SparqlCase) -> None:
    if identify(case) in SKIPPED:
        pytest.skip(SKIPPED[identify(case)])


@pytest.mark.parametrize("case", EVALUATED, ids=identify)
def test_evaluation(w3c: LiveService, case: SparqlCase) -> None:
    skip_if_listed(case)
    assert case.result is not None
    expected = file_of(case.result)
    if expected.suffix == ".csv":
        response = ask(w3c, case, "text/csv")
        assert response.status_code == 200, response.text
        assert csv_rows(response.text) == csv_rows(expected.read_text(encoding="utf-8"))
    elif expected.suffix in RESULT_FORMATS:
        form = RESULT_FORMATS[expected.suffix]
        response = ask(w3c, case, form.media_type.partition(";")[0])
        assert response.status_code == 200, response.text
        assert canonical_results(response.content, form) == canonical_results(
            expected.read_bytes(), form
        )
    else:
        compare_graph(w3c, case, parse_file(case.result))


def compare_graph(w3c: LiveService, case: SparqlCase, expected: list[Triple]) -> None:
    """Compare with a graph, which may be one of solutions."""
    response = ask(w3c, case, "application/n-triples, application/sparql-results+json")
    assert response.status_code == 200, response.text
    if response.headers["content-type"] == "application/sparql-results+json":
        found = canonical_results(response.content, QueryResultsFormat.JSON)
        assert found == canonical_result_set(expected)
    else:
        triples = [quad.triple for quad in parse(response.content, RdfFormat.N_TRIPLES)]
        assert canonical_graph(triples) == canonical_graph(expected)


def csv_rows(text: str) -> Counter[frozenset[tuple[str, str]]]:
    """The rows of a CSV result, whatever their order and however blank nodes are called."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return Counter(
        frozenset((name, re.sub(r"^_:\w+$", "_:", value)) for name, value in row.items())
        for row in rows
    )


@pytest.mark.parametrize("case", PARSED, ids=identify)
def test_syntax(w3c: LiveService, case: SparqlCase) -> None:
    skip_if_listed(case)
    response = ask(w3c, case)
    if case.kind.startswith("Positive") and response.status_code != 200:
        # It was parsed, which is what is tested.
        assert response.json()["type"] in ("/problems/unknown-function", "/problems/service-failed")
    elif case.kind.startswith("Positive"):
        assert response.status_code == 200
    else:
        assert response.status_code == 400
        assert response.json()["type"] == "/problems/malformed-query"
        assert response.json()["line"] >= 1


def test_the_table_in_the_documentation_is_true() -> None:
    """Each row of the table: suite, tests, passed, skipped."""
    tests = Counter(case.suite for case in CASES)
    skipped = Counter(identify.partition("/")[0] for identify in SKIPPED)
    rows = re.findall(
        r"^\| `([\w-]+)` \| (\d+) \| (\d+) \| (\d+) \|$",
        DOCUMENT.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    stated = [(name, int(all_), int(passed), int(left)) for name, all_, passed, left in rows]
    assert stated == [
        (suite, number, number - skipped[suite], skipped[suite])
        for suite, number in sorted(tests.items())
    ]


def test_every_skipped_case_exists_and_is_explained_in_the_documentation() -> None:
    assert SKIPPED.keys() <= {identify(case) for case in CASES}
    document = DOCUMENT.read_text(encoding="utf-8")
    for case, reason in SKIPPED.items():
        assert f"`{case.partition('/')[2]}`" in document, case
        assert reason in document, reason
