"""`/validate` calls nothing, whatever data and shapes point at."""

import socket
from typing import Final

import httpx
import pytest

from tests.listener import listener
from tests.server.test_never_hurt import REACHING
from tests.service import LiveService

PREFIXES: Final = (
    "@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> ."
    "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)
DATA: Final = "ex:a a ex:River ; ex:length 7 ."
SHAPES: Final = "ex:S sh:targetClass ex:River ; sh:property [ sh:path ex:length ; sh:minCount 1 ] ."
# What points elsewhere, with {} for the address.
POINTING: Final = (
    """<> a owl:Ontology ; owl:imports <{}> ; sh:shapesGraph <{}> ; rdfs:seeAlso <{}> .
    ex:a a <{}> ; rdfs:isDefinedBy <{}> ; <{}> <{}> . <{}> a owl:Ontology .""",
    """<> a owl:Ontology ; owl:imports <{}> ; sh:shapesGraph <{}> .
    <> sh:suggestedShapesGraph <{}> ; rdfs:isDefinedBy <{}> . <{}> owl:imports <{}> .
    ex:S sh:prefixes <{}> ; sh:class <{}> ; sh:targetNode <{}> .
    ex:S sh:js [ sh:jsLibrary [ sh:jsLibraryURL '{}' ] ; sh:jsFunctionName 'f' ] .""",
)
HARMLESS: Final = (
    "SELECT * {{ GRAPH <{url}> {{ ?s ?p ?o }} }}",
    "SELECT (IRI('{url}') AS ?x) {{}}",
)
REFUSED: Final = [each for each in REACHING if each not in HARMLESS]


def post(
    service: LiveService, data: tuple[str, str], shapes: str, **parameters: str
) -> httpx.Response:
    files = [
        ("data", ("data", data[0], data[1])),
        ("shapes", ("shapes.ttl", PREFIXES + shapes, "text/turtle")),
    ]
    return service.post("/validate", files=files, params={"format": "json", **parameters})


def turtle(text: str) -> tuple[str, str]:
    return PREFIXES + text, "text/turtle"


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize("regime", ["none", "owl-rl"])
def test_what_graphs_point_at(service: LiveService, regime: str, engine: str) -> None:
    with listener() as (port, heard):
        data, shapes = (each.replace("{}", f"http://127.0.0.1:{port}/x") for each in POINTING)
        response = post(
            service, turtle(DATA + data), SHAPES + shapes, engine=engine, entailment=regime
        )
        assert response.status_code == 200, response.text
    assert heard == []


def select(template: str, port: int) -> str:
    """A constraint whose query reaches for an address."""
    query = template.format(url=f"http://127.0.0.1:{port}/x")
    quote = "'''" if '"' in query else '"""'
    return f"ex:S sh:sparql [ sh:select {quote}{query}{quote} ] .\n"


def test_queries_of_shapes_that_are_refused(service: LiveService) -> None:
    with listener() as (port, heard):
        shapes = "".join(select(each, port) for each in REFUSED)
        response = post(service, turtle(DATA), shapes)
        assert response.json()["type"] == "/problems/shapes-not-well-formed"
        lines = {fault["line"] for fault in response.json()["faults"]}
        assert len(lines) == len(REFUSED), response.text
    assert heard == []


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_other_queries_of_shapes(service: LiveService, engine: str) -> None:
    with listener() as (port, heard):
        for template in HARMLESS:
            response = post(service, turtle(DATA), SHAPES + select(template, port), engine=engine)
            assert response.status_code in (200, 500), response.text
    assert heard == []


@pytest.mark.parametrize("prefix", ["SERVICEex", "SERVICESILENTex"])
def test_a_prefix_that_reads_as_service_where_it_is_not_declared(
    service: LiveService, prefix: str
) -> None:
    query = f"SELECT $this {{ $this ?p ?x . {prefix}:x {{ ?x ?q ?y }} }}"
    with listener() as (port, heard):
        shapes = (
            f"ex:Ours sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://127.0.0.1:{port}/' ] ."
            f"ex:Theirs sh:declare [ sh:prefix '{prefix}' ; sh:namespace 'http://example.org/' ] ."
            "ex:S sh:targetClass ex:River ; sh:sparql"
            f" [ sh:prefixes ex:Ours ; sh:select '{query}' ] ."
        )
        response = post(service, turtle(DATA), shapes)
        assert response.status_code in (400, 422), response.text
    assert heard == []


@pytest.mark.parametrize(
    "context",
    ['"{}"', '["{}"]', '{{"@import": "{}"}}', '{{"p": {{"@id": "a:p", "@context": "{}"}}}}'],
)
def test_contexts_of_json_ld(service: LiveService, context: str) -> None:
    with listener() as (port, heard):
        url = f"http://127.0.0.1:{port}/x"
        data = f'{{"@context": {context.format(url)}, "@id": "a:b", "p": {{"q": 1}}}}'
        response = post(service, (data, "application/ld+json"), SHAPES)
        assert response.status_code in (400, 422), response.text
    assert heard == []


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x SYSTEM "{}">',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "{}">]>',
        '<!DOCTYPE x [<!ENTITY % e SYSTEM "{}"> %e;]>',
        '<?xml-stylesheet href="{}"?>',
    ],
)
def test_entities_of_xml(service: LiveService, head: str) -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    with listener() as (port, heard):
        head = head.format(f"http://127.0.0.1:{port}/x")
        data = f'{head}<r:RDF xmlns:r="{rdf}" xmlns:e="a:"><e:a e:p="&e;"/></r:RDF>'
        response = post(service, (data, "application/rdf+xml"), SHAPES)
        assert response.status_code == 400
        data = data.replace("&e;", "")
        assert post(service, (data, "application/rdf+xml"), SHAPES).status_code in (200, 400)
    assert heard == []


@pytest.mark.parametrize("name", ["data-graph-uri", "shapes-graph-uri", "shape", "focus"])
def test_parameters(service: LiveService, name: str) -> None:
    with listener() as (port, heard):
        response = post(service, turtle(DATA), SHAPES, **{name: f"http://127.0.0.1:{port}/x"})
        assert response.status_code in (400, 404)
    assert heard == []


def test_the_listener_hears_whoever_calls() -> None:
    with listener() as (port, heard), socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /x HTTP/1.1\r\n\r\n")
        connection.recv(100)
        assert heard == [b"GET /x HTTP/1.1\r\n\r\n"]
