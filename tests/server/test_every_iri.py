"""Every IRI of the shipped graph answers, to a crawler and to the clients that people use."""

import html
import http.client
import json
import re
import subprocess
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle
from typing import Final, cast

import httpx
import pytest
import signposting
from pyld import jsonld
from pyoxigraph import NamedNode, RdfFormat
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from tests.isomorphism import read
from tests.node import install_clients
from tests.service import LiveService, serving
from tipgraph.formats import GRAPH_FORMATS, JSON_LD, TURTLE
from tipgraph.namespaces import BASE, CLAIM, ID, TIP
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore

_OCCURRING: Final = (
    "SELECT DISTINCT ?iri { { GRAPH ?g { ?iri ?p ?o } } UNION { GRAPH ?g { ?s ?iri ?o } } "
    "UNION { GRAPH ?g { ?s ?p ?iri } } "
    f"FILTER(isIRI(?iri) && STRSTARTS(STR(?iri), '{BASE}')) }}"
)


@pytest.fixture(scope="module")
def shipped(shipped_snapshot: Snapshot) -> Iterator[LiveService]:
    with serving(shipped_snapshot.path) as live:
        yield live


@pytest.fixture(scope="module")
def client(shipped: LiveService) -> Iterator[httpx.Client]:
    with shipped.client(follow_redirects=True) as client:
        yield client


@pytest.fixture(scope="module")
def iris(shipped_store: EmbeddedStore) -> dict[str, list[str]]:
    """Every IRI of the base in any graph, as a path below it, by its first step."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in shipped_store.query(_OCCURRING):  # type: ignore[union-attr]
        path = cast(NamedNode, row["iri"]).value.removeprefix(BASE)
        found[re.split(r"[/#]", path)[0]].append(path)
    return found


class TestThings:
    @pytest.mark.parametrize("kind", ["id", "claim", "doc", "inferred"])
    def test_each_leads_to_the_same_graph_in_the_formats_by_turns(
        self, client: httpx.Client, iris: dict[str, list[str]], kind: str
    ) -> None:
        paths = sorted({path.partition("#")[0] for path in iris[kind]})
        assert len(paths) > 50
        # Conclusions stand in none of the files; some of them do for all.
        others = cycle(form for form in GRAPH_FORMATS if form is not TURTLE)
        for path, form in zip(paths[:: 20 if kind == "inferred" else 1], others, strict=False):
            expected = read(self.followed(client, path, "text/turtle"), RdfFormat.TURTLE)
            found = read(self.followed(client, path, form.media_type), form.engine)  # type: ignore[arg-type]
            assert found == expected, (path, form.name)
            page = self.followed(client, path, "text/html").decode()
            assert read(embedded(page).encode(), RdfFormat.JSON_LD) == expected, path

    @staticmethod
    def followed(client: httpx.Client, path: str, accept: str) -> bytes:
        response = client.get(f"/{path}", headers={"accept": accept})
        assert response.status_code == 200, path
        assert [each.status_code for each in response.history] == [303], path
        assert response.headers["content-type"].partition(";")[0] == accept, path
        return response.content


def embedded(page: str) -> str:
    """The block of JSON-LD in a page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found.group(1))


class BaseMapped(urllib.request.BaseHandler):
    """Sends requests for IRIs of the base to a running service, as the registry of the base does.

    Args:
        service: The service.
    """

    handler_order = 100

    def __init__(self, service: LiveService) -> None:
        self._service = service

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        assert request.full_url.startswith(BASE), "nothing else may be fetched"
        address = f"{self._service.url}/{request.full_url.removeprefix(BASE)}"
        mapped = urllib.request.Request(address, headers=dict(request.header_items()))  # noqa: S310
        opened: http.client.HTTPResponse = self.parent.open(mapped)
        return opened


class TestRdflib:
    @pytest.fixture(autouse=True)
    def base_mapped(self, shipped: LiveService) -> Iterator[None]:
        handler = urllib.request.ProxyHandler({})
        urllib.request.install_opener(urllib.request.build_opener(handler, BaseMapped(shipped)))
        yield
        urllib.request.install_opener(urllib.request.build_opener())

    @pytest.mark.parametrize(
        "iri", [f"{ID}dprk", f"{CLAIM}s21-01", f"{BASE}doc/nk/s21", f"{BASE}doc/nk"]
    )
    def test_an_iri_is_all_it_needs(self, iri: str) -> None:
        graph = Graph().parse(iri)
        assert (URIRef(iri), None, None) in graph

    def test_a_claim_leads_to_its_passage(self) -> None:
        graph = Graph().parse(f"{CLAIM}s21-01")
        derived = URIRef("http://www.w3.org/ns/prov#wasDerivedFrom")
        passage = graph.value(URIRef(f"{CLAIM}s21-01"), derived)
        assert (passage, URIRef(f"{TIP}sentenceNumber"), None) in Graph().parse(str(passage))


class TestJsonLd:
    @pytest.mark.parametrize("path", ["id/dprk", "claim/nk/s21-01", "doc/nk/s21"])
    def test_another_processor_reads_the_block_in_the_page(
        self, client: httpx.Client, path: str
    ) -> None:
        document = client.get(f"/page/{path}").text
        quads = jsonld.to_rdf(
            jsonld.expand(json.loads(embedded(document))),
            {"format": "application/n-quads"},
        )
        found = Graph().parse(data=quads, format="nt")
        expected = Graph().parse(data=client.get(f"/data/{path}.nt").text, format="nt")
        assert isomorphic(found, expected)


class TestSignposting:
    def test_a_page_is_signposted(self, shipped: LiveService) -> None:
        found = signposting.find_signposting_http(f"{shipped.url}/page/id/dprk")
        assert found.citeAs is not None
        assert found.citeAs.target == f"{ID}dprk"
        assert found.license is not None
        assert found.license.target == "https://creativecommons.org/licenses/by/4.0/"
        described = {str(each.target): each.type for each in found.describedBy}
        assert described[f"{shipped.url}/data/id/dprk.jsonld"] == JSON_LD.media_type
        assert [each.target for each in found.linksets] == [f"{shipped.url}/data/id/dprk.linkset"]
        assert f"{TIP}State" in {each.target for each in found.types}
        assert found.collection is not None

    def test_the_page_itself_says_the_same(self, shipped: LiveService) -> None:
        address = f"{shipped.url}/page/id/dprk"
        headers = signposting.find_signposting_http(address)
        inside = signposting.find_signposting_html(address)
        assert {str(each.target) for each in inside.signposts} == {
            str(each.target) for each in headers.signposts
        }

    def test_the_linkset_is_read(self, shipped: LiveService) -> None:
        address = f"{shipped.url}/data/id/dprk.linkset"
        found = signposting.find_signposting_linkset(address)
        page = found.for_context(f"{BASE}page/id/dprk")
        assert page.citeAs is not None
        assert page.citeAs.target == f"{ID}dprk"


class TestLinkTraversal:
    def test_from_a_state_to_the_passages_on_a_victim_group(self, shipped: LiveService) -> None:
        clients = install_clients("@comunica/query-sparql-link-traversal")
        state = f"{ID}dprk"
        query = f"""
            PREFIX tip: <{TIP}>
            PREFIX prov: <http://www.w3.org/ns/prov#>
            SELECT DISTINCT ?passage ?number {{
              ?group tip:hasOriginState <{state}> .
              ?claim tip:claimSubject ?group ; prov:wasDerivedFrom ?passage .
              ?passage tip:sentenceNumber ?number
            }}"""
        ended = subprocess.run(
            ["node", "traverse.mjs", BASE, f"{shipped.url}/", state, query],
            capture_output=True,
            check=False,
            cwd=clients,
        )
        assert ended.returncode == 0, ended.stderr.decode()
        found = {row["passage"] for row in json.loads(ended.stdout)}
        response = shipped.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
        assert found == {line.split(",")[0] for line in response.text.splitlines()[1:]}
        assert found
