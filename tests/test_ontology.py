"""The ontology against the rows of the quality list, each row named in its test's id.

The rows are those of FOOPS! (E), of the OOPS! pitfalls (O) and our own (R). What shapes can say is
said in the style guide; the cases of tests/cases/shapes show that each of its shapes can fail.
R4 is in tests/reasoning, the rows on the data (D) in test_shapes, test_questions and test_build.
"""

from functools import cache
from itertools import combinations
from typing import Final

import pytest
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
    serialize,
)
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from tests.owl_profile import DATATYPES, short, undeclared, violations
from tipgraph.api import validate
from tipgraph.dataset import read_quads, read_shipped, shipped_files
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY, GRAPH_SHAPES, PREFIXES, TIP
from tipgraph.rdflib_terms import to_rdflib
from tipgraph.reasoning import infer
from tipgraph.store import EmbeddedStore, Solutions
from tipgraph.validation import ValidationReport

ONTOLOGY: Final = URIRef("https://w3id.org/tipgraph/ontology")
LICENCE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")
TERMS: Final = Namespace(TIP)
VANN: Final = Namespace("http://purl.org/vocab/vann/")
AXIOMS: Final = (
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    RDFS.domain,
    RDFS.range,
    OWL.inverseOf,
    OWL.equivalentClass,
    OWL.members,
)

# Rows that the style guide's shapes check, and by which of them.
BY_SHAPES: Final = {
    "E1": ("OntologyShape-title", "OntologyShape-description", "OntologyShape-creator"),
    "E2": ("OntologyShape-version", "OntologyShape-created", "OntologyShape-citation"),
    "E3": ("OntologyShape-publisher", "OntologyShape-source", "OntologyShape-issued"),
    "E4": ("OntologyShape-licence",),
    "E5": ("OntologyShape-creator", "OntologyShape-created", "OntologyShape-publisher"),
    "E7": ("OntologyShape-versionIri",),
    "E12": ("TermShape-label",),
    "E13": ("TermShape-definition",),
    "E14": ("TermShape-label", "TermShape-uniqueLabel", "TermShape-status", "TermShape-defined"),
    "O2": ("ClassShape-acyclic", "PropertyShape-acyclic", "PropertyShape-swapped"),
    "O3": ("TermShape-label", "TermShape-definition"),
    "O4": ("ClassShape-disjoint",),
    "O5": ("PropertyShape-domain", "PropertyShape-range"),
    "O6": ("InverseShape",),
    "O7": ("PropertyShape-domain", "PropertyShape-range"),
    "O8": ("TermShape-definition",),
    "O9": ("TermShape-name",),
    "O10": ("TermShape-name",),
    "O12": ("PropertyShape-swapped", "PropertyShape-sameEnds"),
    "O13": ("PropertyShape-sameEnds",),
    "O14": ("TermShape-defined",),
    "O15": ("TermShape-namespace", "ForeignTermShape-unchanged"),
}

# Rows, or parts of one, that nothing on this machine can decide.
NOT_APPLICABLE: Final = {
    "E3-doi": "no DOI has been registered; bibo:doi is only for one that exists",
    "E3-logo": "there is no logo; foaf:logo is only for one that exists",
    "E3-prior-version": "1.0.0 is the first version: owl:priorVersion would point to nothing",
    "E4-resolves": "whether the licence's IRI answers is for its host to say",
    "E7-resolves": "w3id.org answers only after a registration there, an outside act",
    "E8-resolves": "w3id.org answers only after a registration there, an outside act",
    "E9-negotiation": "what the ontology's IRI answers is the service's part, not the files'",
    "E10-registries": "prefix.cc, LOV and search engines list an ontology only on submission",
    "O15-on-the-web": "terms answer on the web only after the registration at w3id.org",
}

# Classes without a member in the shipped data.
UNUSED_CLASSES: Final = {
    "PreventionResponse": "the third of the three P's, kept beside prosecution and protection",
}

# Datatypes in the data that OWL 2 does not know; RDF does, and the shapes check their values.
OUTSIDE_OWL: Final = {
    XSD.date: "days that bound a period, as DCAT asks",
    XSD.gYear: "years of laws and campaigns",
    XSD.duration: "the period of a rate",
}

KNOWN_TEXTS: Final = {
    "dcterms": "http://purl.org/dc/terms/",
    "vann": "http://purl.org/vocab/vann/",
    "bibo": "http://purl.org/ontology/bibo/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}


@cache
def ontology() -> Graph:
    """The ontology with its lists and alignments, without the prefixes, which are SHACL."""
    return to_rdflib(
        quad
        for path in shipped_files(GRAPH_ONTOLOGY)
        if path.name != "prefixes.ttl"
        for quad in read_quads(path)
    )


@cache
def data() -> Graph:
    return to_rdflib(read_shipped(GRAPH_DATA))


@cache
def style_report() -> ValidationReport:
    return validate(read_shipped(GRAPH_ONTOLOGY), read_shipped(GRAPH_SHAPES))


def is_own(term: Node) -> bool:
    return isinstance(term, URIRef) and term in TERMS


def own(kind: URIRef) -> list[URIRef]:
    """The ontology's own terms of a kind."""
    found = ontology().subjects(RDF.type, kind)
    return sorted(term for term in found if isinstance(term, URIRef) and term in TERMS)


def properties() -> list[URIRef]:
    return own(OWL.ObjectProperty) + own(OWL.DatatypeProperty)


def defined_classes() -> dict[URIRef, BNode]:
    """Classes with a sufficient condition, and the condition."""
    graph = ontology()
    found: dict[URIRef, BNode] = {}
    for name in own(OWL.Class):
        for condition in (
            *graph.subjects(RDFS.subClassOf, name),
            *graph.objects(name, OWL.equivalentClass),
        ):
            if isinstance(condition, BNode):
                found[name] = condition
    return found


def reached(node: Node) -> set[Node]:
    """The IRIs and literals in a class expression."""
    if not isinstance(node, BNode):
        return {node}
    found: set[Node] = set()
    for value in ontology().objects(node):
        found |= reached(value)
    return found


def one(predicate: URIRef) -> Literal | URIRef:
    """The one value that the ontology gives of itself."""
    (value,) = ontology().objects(ONTOLOGY, predicate)
    assert isinstance(value, Literal | URIRef)
    return value


@pytest.mark.parametrize("row", BY_SHAPES)
def test_row_by_the_style_guide(row: str) -> None:
    shapes = {f"{PREFIXES['shape']}{name}" for name in BY_SHAPES[row]}
    known = {
        q.subject.value for q in read_shipped(GRAPH_SHAPES) if isinstance(q.subject, NamedNode)
    }
    assert shapes <= known
    assert style_report().conforms, str(style_report())


@pytest.mark.parametrize("row", NOT_APPLICABLE)
def test_row_not_applicable(row: str) -> None:
    pytest.skip(NOT_APPLICABLE[row])


def test_e4_the_licence_is_cc_by() -> None:
    assert one(DCTERMS.license) == LICENCE


def test_e3_the_status_is_published() -> None:
    status = one(URIRef("http://purl.org/ontology/bibo/status"))
    assert status == URIRef("http://purl.org/ontology/bibo/status/published")


def test_e5_creator_and_publisher_are_named() -> None:
    for role in (DCTERMS.creator, DCTERMS.publisher):
        assert list(ontology().objects(one(role), RDFS.label))


def test_e6_the_iri_is_under_a_persistent_name() -> None:
    assert ONTOLOGY.startswith("https://w3id.org/")


def test_e7_the_version_iri_is_the_iri_with_the_version() -> None:
    assert one(OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{one(OWL.versionInfo)}")


def test_e8_one_ontology_whose_iri_is_its_namespace() -> None:
    assert list(ontology().subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY]
    assert str(one(VANN.preferredNamespaceUri)) == f"{ONTOLOGY}#" == TIP


@pytest.mark.parametrize(
    "syntax",
    [RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD],
    ids=lambda syntax: syntax.file_extension,
)
def test_e9_every_syntax_carries_the_same_graph(syntax: RdfFormat) -> None:
    triples = [quad.triple for quad in read_shipped(GRAPH_ONTOLOGY)]
    written = serialize(triples, format=syntax)
    assert written is not None
    there, back = Dataset(Quad(*triple) for triple in triples), Dataset(parse(written, syntax))
    for dataset in (there, back):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert there == back


def test_e10_the_prefix_is_declared() -> None:
    assert PREFIXES[str(one(VANN.preferredNamespacePrefix))] == TIP


def test_e11_described_and_aligned_with_known_vocabularies() -> None:
    described = [str(predicate) for predicate in ontology().predicates(ONTOLOGY)]
    for prefix in ("dcterms", "vann"):
        assert any(iri.startswith(PREFIXES[prefix]) for iri in described), prefix
    aligned = {
        str(value)
        for predicate in (RDFS.subClassOf, RDFS.subPropertyOf)
        for value in ontology().objects(None, predicate)
        if isinstance(value, URIRef) and not is_own(value)
    }
    for prefix in ("prov", "oa", "schema", "eli", "skos"):
        assert any(iri.startswith(PREFIXES[prefix]) for iri in aligned), prefix


@pytest.mark.parametrize("prefix", KNOWN_TEXTS)
def test_e15_prefixes_mean_what_they_mean_elsewhere(prefix: str) -> None:
    assert PREFIXES[prefix] == KNOWN_TEXTS[prefix]


def test_o1_every_term_is_connected() -> None:
    graph = ontology()
    connected = {node for p in AXIOMS for pair in graph.subject_objects(p) for node in pair}
    for members in graph.objects(None, OWL.members):
        connected |= set(Collection(graph, members))
    # Open to anything at both ends, it is connected by the chains of hasIndicator.
    connected |= {
        n for c in graph.objects(None, OWL.propertyChainAxiom) for n in Collection(graph, c)
    }
    assert [short(t) for t in own(OWL.Class) + properties() if t not in connected] == []


def test_o4_all_top_classes_are_disjoint_from_each_other() -> None:
    graph = ontology()
    tops = {
        c for c in own(OWL.Class) if not any(is_own(p) for p in graph.objects(c, RDFS.subClassOf))
    }
    groups = [set(Collection(graph, members)) for members in graph.objects(None, OWL.members)]
    apart = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
    assert [pair for pair in combinations(sorted(tops), 2) if frozenset(pair) not in apart] == []


def test_o11_no_class_defines_itself() -> None:
    for name, condition in defined_classes().items():
        operands = list(ontology().objects(condition, OWL.intersectionOf))
        assert operands
        assert all(name not in reached(operand) for operand in operands), short(name)


def test_o15_the_namespace_ends_without_a_file_extension() -> None:
    assert "." not in ONTOLOGY.rpartition("/")[2]


def test_r1_owl_2_rl_and_dl() -> None:
    assert violations(ontology()) == []


def test_r1_everything_used_is_declared() -> None:
    assert undeclared(ontology() + data()) == []


def test_r1_literals_have_datatypes_of_owl_or_a_reason() -> None:
    used = {o.datatype for o in (ontology() + data()).objects() if isinstance(o, Literal)}
    own_codes = set(own(RDFS.Datatype))
    assert used - {None} <= DATATYPES | own_codes | set(OUTSIDE_OWL)


def test_r1_annotations_carry_no_axiom() -> None:
    """An annotation property with a chain, an inverse or a kind would be outside OWL 2 DL."""
    for name in own(OWL.AnnotationProperty):
        assert set(ontology().predicates(name)) & set(AXIOMS) == set(), short(name)


def test_r2_the_ontology_alone_is_consistent() -> None:
    assert infer(read_shipped(GRAPH_ONTOLOGY), []).statements == ()


def _members(store: EmbeddedStore, where: str) -> set[str]:
    answer = store.query(f"SELECT DISTINCT ?class WHERE {{ {where} }}")
    assert isinstance(answer, Solutions)
    return {row["class"].value for row in answer}


def test_r3_every_class_has_a_member_or_a_reason(shipped_store: EmbeddedStore) -> None:
    used = _members(shipped_store, "?member a ?class")
    unused = {short(name) for name in own(OWL.Class) if str(name) not in used}
    assert unused == set(UNUSED_CLASSES)


def test_r3_every_defined_class_has_an_inferred_member(shipped_store: EmbeddedStore) -> None:
    inferred = _members(
        shipped_store, "GRAPH <https://w3id.org/tipgraph/graph/inferred> { ?member a ?class }"
    )
    assert [short(name) for name in defined_classes() if str(name) not in inferred] == []


def test_marks_agree_with_the_axioms() -> None:
    """What is left to the reasoner it can fill, and nothing asks for a claim of it."""
    graph = ontology()
    for name in properties():
        is_inferred = Literal(True) in graph.objects(name, TERMS.inferredOnly)
        fillable = list(graph.objects(name, OWL.inverseOf)) + list(
            graph.objects(name, OWL.propertyChainAxiom)
        )
        assert not is_inferred or fillable, short(name)
        assert not (is_inferred and Literal(True) in graph.objects(name, TERMS.traced)), short(name)


def test_codes_of_other_standards_stand_once_in_a_list() -> None:
    graph = ontology()
    codes = [
        (scheme, notation)
        for concept, notation in graph.subject_objects(SKOS.notation)
        for scheme in graph.objects(concept, SKOS.inScheme)
        if isinstance(notation, Literal) and notation.datatype != TERMS.isicSection
    ]
    assert len(codes) == len(set(codes)) > 0


def test_the_eleven_indicators_of_forced_labour() -> None:
    listed = set(ontology().subjects(SKOS.inScheme, TERMS.indicatorScheme))
    assert len(listed) == 11
    assert listed == set(ontology().subjects(RDF.type, TERMS.ForcedLabourIndicator))
    assert set(ontology().objects(None, TERMS.indicates)) <= listed
