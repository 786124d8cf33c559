"""Own data that is in named graphs alone: what a client sees of it."""

from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.service import serving
from tests.web import BROWSER
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import ID

DESCRIBE: Final = f"DESCRIBE <{ID}road>"
# Triple terms as deep as this are more than calls in Python can be nested.
DEEP: Final = f"{f'<<( <{ID}a> <{ID}to> ' * 600}<{ID}b>{' )>>' * 600}"
TRIG: Final = f"""
<{ID}first> {{ <{ID}road> <http://www.w3.org/2000/01/rdf-schema#label> "long road" }}
<{ID}second> {{ <{ID}road> <{ID}to> <{ID}town> . <{ID}deep> <{ID}to> {DEEP} }}
"""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("named")
    (folder / "own.trig").write_text(TRIG)
    snapshot = build(Inputs((folder / "own.trig",)), folder / "built").snapshot
    with serving(snapshot.path, workers=1) as live, live.client() as client:
        yield client


def test_pages_and_data_say_what_named_graphs_say(named: httpx.Client) -> None:
    assert "long road" in named.get("/page/id/road", headers={"accept": BROWSER}).text
    assert f"<{ID}road> <{ID}to> <{ID}town> ." in named.get("/data/id/road.nt").text


@pytest.mark.parametrize(
    "query", [DESCRIBE, "SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"]
)
def test_who_finds_nothing_in_the_default_graph_is_told_that_it_is_empty(
    named: httpx.Client, query: str
) -> None:
    answer = named.get("/sparql", params={"query": query})
    assert answer.status_code == 200
    assert "--union-default-graph" in answer.headers["tipgraph-hint"]
    page = named.get("/sparql", params={"query": query}, headers={"accept": BROWSER})
    assert "the default graph is empty" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "ASK { GRAPH ?g { ?s a ?o } }",
        f"DESCRIBE ?s FROM <{ID}first> {{ ?s <{ID}to> ?o }}",
        "SELECT * FROM NAMED <a:b> { GRAPH ?g { ?s ?p ?o } }",
    ],
)
def test_who_names_graphs_is_not(named: httpx.Client, query: str) -> None:
    hint = named.get("/sparql", params={"query": query}).headers.get("tipgraph-hint", "")
    assert "default graph" not in hint


def test_who_gets_something_is_not(named: httpx.Client) -> None:
    given = {"query": DESCRIBE, "default-graph-uri": f"{ID}first"}
    answer = named.get("/sparql", params=given)
    assert "long road" in answer.text
    assert "tipgraph-hint" not in answer.headers


@pytest.mark.parametrize("name", ["ttl", "trig", "nt", "nq"])
def test_deep_triple_terms_are_written(named: httpx.Client, name: str) -> None:
    answer = named.get(f"/data/id/deep.{name}")
    assert answer.status_code == 200
    assert answer.text.count("<<(") >= 600
