"""What checkers of findable, accessible, interoperable and reusable ontologies look for.

The rows of FOOPS! (https://w3id.org/foops/) that can be asked of a running service; registers on
the Web (prefix.cc, Linked Open Vocabularies) and a DOI need the outside world.
"""

from typing import Final

import httpx
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from tests.isomorphism import read
from tipgraph.namespaces import BASE, BIBO, TIP, VANN

ONTOLOGY: Final = rdflib.URIRef(f"{BASE}ontology")
RDF_TYPES: Final = {
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
}


@pytest.fixture(scope="module")
def served(shipped: httpx.Client) -> rdflib.Graph:
    """The ontology as a client of another make reads it."""
    content = shipped.get("/ontology", headers={"accept": "text/turtle"}).text
    return rdflib.Graph().parse(data=content, format="turtle", publicID=ONTOLOGY)


# RDFLib's own JSON-LD parser calls what RDFLib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("media_type", RDF_TYPES)
def test_the_ontology_answers_at_its_own_address_in_each_format(
    shipped: httpx.Client, served: rdflib.Graph, media_type: str
) -> None:
    response = shipped.get("/ontology", headers={"accept": media_type})
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (
        200,
        media_type,
    )
    found = rdflib.Graph().parse(data=response.content, format=RDF_TYPES[media_type])
    assert isomorphic(found, served)


def test_it_has_documentation_for_people(shipped: httpx.Client) -> None:
    response = shipped.get("/ontology", headers={"accept": "text/html"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")


def test_the_address_is_the_ontology_in_the_file(served: rdflib.Graph) -> None:
    assert ONTOLOGY in set(served.subjects(RDF.type, OWL.Ontology))


@pytest.mark.parametrize(
    "predicate",
    [
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.license,
        OWL.versionIRI,
        DCTERMS.creator,
        rdflib.URIRef(f"{VANN}preferredNamespaceUri"),
        rdflib.URIRef(f"{VANN}preferredNamespacePrefix"),
        OWL.versionInfo,
        DCTERMS.created,
        DCTERMS.bibliographicCitation,
        DCTERMS.publisher,
        rdflib.URIRef(f"{BIBO}status"),
        DCTERMS.source,
        DCTERMS.issued,
    ],
)
def test_it_states_its_metadata(served: rdflib.Graph, predicate: rdflib.URIRef) -> None:
    assert list(served.objects(ONTOLOGY, predicate))


@pytest.mark.parametrize("name", ["ontology", "shapes"])
def test_the_version_has_an_address_of_its_own_that_answers(
    shipped: httpx.Client, name: str
) -> None:
    graph = rdflib.Graph().parse(data=shipped.get(f"/{name}").text, format="turtle")
    (version,) = graph.objects(rdflib.URIRef(BASE + name), OWL.versionIRI)
    assert str(version) != BASE + name
    path = str(version).removeprefix(BASE)
    response = shipped.get(f"/{path}", headers={"accept": "application/n-triples"})
    assert response.status_code == 200
    assert read(response.content, RdfFormat.N_TRIPLES) == read(
        shipped.get(f"/{name}.nt").content, RdfFormat.N_TRIPLES
    )


def test_every_term_has_a_label_and_a_definition(served: rdflib.Graph) -> None:
    terms = {
        term
        for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, SKOS.Concept)
        for term in served.subjects(RDF.type, kind)
        if str(term).startswith(TIP)
    }
    assert len(terms) > 400
    for term in terms:
        assert list(served.objects(term, RDFS.label)) or list(served.objects(term, SKOS.prefLabel))
        assert list(served.objects(term, SKOS.definition)), term
