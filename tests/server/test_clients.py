"""Clients that people use, told nothing but the address, get right answers."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pandas
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)

from tests.node import install_clients
from tests.service import EX, LiveService

LENGTH = f"SELECT ?n WHERE {{ <{EX}river> <{EX}length> ?n }}"
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "sparql.md"


def converted(wrapper: SPARQLWrapper) -> Any:
    """The answer in whatever form the wrapper makes of it."""
    return wrapper.queryAndConvert()


class TestSparqlWrapper:
    @pytest.fixture
    def wrapper(self, service: LiveService) -> SPARQLWrapper:
        return SPARQLWrapper(service.sparql)

    @pytest.mark.parametrize("method", ["GET", POST])
    def test_json(self, wrapper: SPARQLWrapper, method: str) -> None:
        wrapper.setMethod(method)
        wrapper.setReturnFormat(JSON)
        wrapper.setQuery(LENGTH)
        bindings = converted(wrapper)["results"]["bindings"]
        assert [row["n"]["value"] for row in bindings] == ["120"]

    def test_direct_post_and_xml(self, wrapper: SPARQLWrapper) -> None:
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(POSTDIRECTLY)
        wrapper.setReturnFormat(XML)
        wrapper.setQuery(LENGTH)
        assert "120" in converted(wrapper).toxml()

    def test_csv(self, wrapper: SPARQLWrapper) -> None:
        wrapper.setReturnFormat(CSV)
        wrapper.setQuery(LENGTH)
        assert converted(wrapper) == b"n\r\n120\r\n"

    def test_construct(self, wrapper: SPARQLWrapper) -> None:
        wrapper.setReturnFormat(TURTLE)
        wrapper.setQuery(f"CONSTRUCT WHERE {{ <{EX}river> <{EX}length> ?n }}")
        graph = Graph().parse(data=converted(wrapper), format="turtle")
        assert list(graph.objects()) == [Literal(120)]

    def test_tsv(self, wrapper: SPARQLWrapper) -> None:
        wrapper.setReturnFormat(TSV)
        wrapper.setQuery(LENGTH)
        assert converted(wrapper) == b"?n\n120\n"

    @pytest.mark.parametrize("returned", [RDFXML, JSONLD])
    def test_graphs_by_two_names(self, wrapper: SPARQLWrapper, returned: str) -> None:
        wrapper.setReturnFormat(returned)
        wrapper.setQuery(f"CONSTRUCT WHERE {{ <{EX}river> <{EX}length> ?n }}")
        # What it makes of these by itself is of a class that rdflib has deprecated.
        answer = wrapper.query()
        media_type = RdfFormat.from_media_type(answer.info()["content-type"])
        (triple,) = parse(answer.response.read(), media_type)
        assert triple.object.value == "120"

    def test_a_dataset(self, wrapper: SPARQLWrapper) -> None:
        wrapper.addParameter("default-graph-uri", "https://w3id.org/tipgraph/graph/meta")
        wrapper.setReturnFormat(JSON)
        wrapper.setQuery("SELECT ?s { ?s ?p ?o }")
        bindings = converted(wrapper)["results"]["bindings"]
        assert [row["s"]["value"] for row in bindings] == [f"{EX}dataset"]


@pytest.mark.parametrize("returned", ["xml", "json", "csv", "tsv"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_sparql_store(service: LiveService, returned: str, method: str) -> None:
    graph = Graph(SPARQLStore(service.sparql, returnFormat=returned, method=method))
    (row,) = graph.query(LENGTH)
    assert str(row[0]) == "120"  # type: ignore[index]  # a row of a SELECT
    if returned in ("xml", "json"):
        # rdflib reads no truth values in CSV and TSV, which have none by their standard.
        assert (URIRef(f"{EX}river"), URIRef(f"{EX}flowsInto"), URIRef(f"{EX}lake")) in graph
        assert graph.query("ASK {}").askAnswer is True


def test_the_notebook_snippet_of_the_documentation(service: LiveService) -> None:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    *lines, last = found.group(1).replace("http://localhost:8000", service.url).strip().split("\n")
    names: dict[str, object] = {}
    exec("\n".join([*lines, f"frame = {last}"]), names)  # noqa: S102  # it is our own text
    frame = names["frame"]
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["s", "p", "o"]
    assert len(frame) == 10


@pytest.fixture(scope="module")
def comunica() -> Path:
    """The script that asks through Comunica."""
    return install_clients("@comunica") / "ask.mjs"


class TestComunica:
    def ask(self, comunica: Path, service: LiveService, query: str) -> object:
        ended = subprocess.run(
            ["node", str(comunica), service.sparql, query],
            capture_output=True,
            check=False,
            timeout=120,
            cwd=comunica.parent,
        )
        assert ended.returncode == 0, ended.stderr.decode()
        return json.loads(ended.stdout)

    def test_select(self, comunica: Path, service: LiveService) -> None:
        assert self.ask(comunica, service, LENGTH) == [{"n": "120"}]

    def test_ask(self, comunica: Path, service: LiveService) -> None:
        assert self.ask(comunica, service, f"ASK {{ <{EX}river> ?p ?o }}") is True

    def test_construct(self, comunica: Path, service: LiveService) -> None:
        query = f"CONSTRUCT WHERE {{ <{EX}river> <{EX}length> ?n }}"
        assert self.ask(comunica, service, query) == [[f"{EX}river", f"{EX}length", "120"]]
