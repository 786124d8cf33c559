"""Negotiation by RFC 9110, 12.5.1, and with what real clients send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS
from tipgraph.server.negotiation import HTML, MediaType, media_ranges, negotiate
from tipgraph.server.sparql import formats_accepted

JSON_RESULTS = "application/sparql-results+json"
XML_RESULTS = "application/sparql-results+xml"

# What clients send, as their sources and captured requests have it.
CLIENTS = {
    "Jena, SELECT": (
        "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
        "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, "
        "application/xml;q=0.2, */*;q=0.1"
    ),
    "Jena, CONSTRUCT": (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
        "application/rdf+xml;q=0.7,*/*;q=0.3"
    ),
    "RDF4J, SELECT": (
        "application/sparql-results+xml;q=0.8, application/xml;q=0.8, "
        "application/x-binary-rdf-results-table, application/sparql-results+json;q=0.8, "
        "application/json;q=0.8, text/csv;q=0.8, text/tab-separated-values;q=0.8"
    ),
    "RDF4J, CONSTRUCT": (
        "application/n-triples, text/plain;q=0.8, application/rdf+xml;q=0.5, "
        "application/xml;q=0.5, text/turtle, application/x-turtle, text/n3;q=0.5, "
        "application/trig;q=0.5, application/ld+json;q=0.7, application/n-quads;q=0.5"
    ),
    "rdflib SPARQLStore": "application/sparql-results+xml",
    "rdflib, graphs": (
        "application/rdf+xml, text/rdf+n3;q=0.9, text/turtle;q=0.95, application/ld+json;q=0.8"
    ),
    "SPARQLWrapper, JSON": (
        "application/sparql-results+json,application/json,text/javascript,application/javascript"
    ),
    "SPARQLWrapper, default": (
        "application/sparql-results+xml,application/rdf+xml,application/xml,text/xml,*/*"
    ),
    "Comunica, bindings": (
        "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7,"
        "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
        "application/n-triples;q=0.8,text/turtle;q=0.6"
    ),
    "YASGUI, SELECT": "application/sparql-results+json,*/*;q=0.9",
    "YASGUI, CONSTRUCT": "application/n-triples,*/*;q=0.9",
    "Protégé": (
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; "
        "q=0.09"
    ),
    "Firefox": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Chrome": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
        "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
    ),
    "curl": "*/*",
}
# The names of the formats they get for results and for graphs, and whether they get a page.
EXPECTED = {
    "Jena, SELECT": ("json", "jsonld", False),
    "Jena, CONSTRUCT": ("json", "ttl", False),
    "RDF4J, SELECT": ("json", "jsonld", False),
    "RDF4J, CONSTRUCT": ("xml", "ttl", False),
    "rdflib SPARQLStore": ("xml", None, False),
    "rdflib, graphs": (None, "rdf", False),
    "SPARQLWrapper, JSON": ("json", "jsonld", False),
    "SPARQLWrapper, default": ("xml", "rdf", False),
    "Comunica, bindings": ("json", "nq", False),
    "YASGUI, SELECT": ("json", "ttl", False),
    "YASGUI, CONSTRUCT": ("json", "nt", False),
    "Protégé": ("xml", "rdf", False),
    "Firefox": ("json", "nt", True),
    "Chrome": ("json", "nt", True),
    "curl": ("json", "ttl", False),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_real_clients_get_what_they_can_use(client: str) -> None:
    chosen = formats_accepted(CLIENTS[client])
    names = tuple(each and each.name for each in (chosen.results, chosen.graph))
    assert (*names, chosen.page) == EXPECTED[client]


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "json"),
        ("", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6", "tsv"),
        ("text/*", "csv"),
        ("text/*;q=0.5, text/csv", "csv"),
        ("*/*, text/csv", "csv"),
        ("*/*;q=0.1, text/csv;q=0", "json"),
        ("text/csv;q=0, text/*", "tsv"),
        ("application/sparql-results+json;q=0, application/json", None),
        ("application/json;q=0, */*", "xml"),
        ("text/csv;q=0", None),
        ("image/png", None),
        ("image/png, text/csv;q=0.001", "csv"),
        ("*/*;q=0", None),
        ("text/csv; charset=UTF-8", "csv"),
        ('text/csv; charset="utf-8"; q=0.3', "csv"),
        ("text/csv;charset=iso-8859-1", None),
        ("text/csv;header=absent", None),
        ("application/json", "json"),
        ("application/sparql-results+json;version=1.1", "json"),
        # Not well-formed: such elements are passed over, and a field of them counts as none.
        ("text/csv;q=2, text/tab-separated-values", "tsv"),
        ("text/csv;q=high, text/tab-separated-values", "tsv"),
        ("csv", "json"),
        (",,;;//,", "json"),
        ("*", "json"),
        ("*/csv, text/tab-separated-values", "tsv"),
        ('text/csv;x="a,b";q=0.1, text/tab-separated-values;q=0.05', "tsv"),
    ],
)
def test_accept_fields(accept: str | None, name: str | None) -> None:
    chosen = negotiate(accept, RESULTS_FORMATS)
    assert (chosen and chosen.name) == name


def test_a_page_comes_only_to_those_who_prefer_it() -> None:
    offers = (*GRAPH_FORMATS, HTML)
    assert negotiate("text/turtle, text/html;q=0.9", offers) is not HTML
    assert negotiate("text/html", offers) is HTML
    assert negotiate("*/*", offers) is not HTML


TYPES = st.sampled_from(
    [
        *(each.media_type for each in (*RESULTS_FORMATS, *GRAPH_FORMATS)),
        "text/*",
        "application/*",
        "*/*",
        "image/png",
    ]
)
QUALITIES = st.sampled_from(["0", "0.001", "0.3", "0.5", "0.999", "1", "1.0"])
ELEMENTS = st.tuples(TYPES, QUALITIES)


@given(st.text(max_size=80))
def test_any_text_at_all_gets_an_answer_or_none(accept: str) -> None:
    assert negotiate(accept, RESULTS_FORMATS) in (*RESULTS_FORMATS, None)


@given(st.lists(ELEMENTS, min_size=1, max_size=6, unique_by=lambda element: element[0]))
def test_nothing_wanted_more_is_passed_over(elements: list[tuple[str, str]]) -> None:
    accept = ", ".join(f"{name};q={quality}" for name, quality in elements)
    wanted = dict(elements)

    def quality(media_type: str) -> float:
        ranges = (media_type, media_type.partition("/")[0] + "/*", "*/*")
        return float(next((wanted[name] for name in ranges if name in wanted), "0"))

    offers = [MediaType(each.media_type) for each in (*RESULTS_FORMATS, *GRAPH_FORMATS)]
    chosen = negotiate(accept, offers)
    best = max(quality(offer.media_type) for offer in offers)
    if best == 0:
        assert chosen is None
    else:
        assert chosen is not None
        assert quality(chosen.media_type) == best


@given(st.lists(ELEMENTS, min_size=1, max_size=6, unique_by=lambda e: e[0]), st.randoms())
def test_the_order_of_elements_does_not_matter(
    elements: list[tuple[str, str]], random: st.DataObject
) -> None:
    shuffled = list(elements)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    fields = [", ".join(f"{n};q={q}" for n, q in order) for order in (elements, shuffled)]
    assert negotiate(fields[0], RESULTS_FORMATS) is negotiate(fields[1], RESULTS_FORMATS)


def test_ranges_are_read_with_their_parameters() -> None:
    (only,) = media_ranges('Text/Turtle ; Profile="a;b" ; q=0.25')
    assert (only.type, only.subtype, only.quality) == ("text", "turtle", 0.25)
    assert only.parameters == (("profile", "a;b"),)


def test_an_alias_is_answered_with_the_registered_type() -> None:
    chosen = negotiate("application/json", RESULTS_FORMATS)
    assert chosen is not None
    assert chosen.media_type == JSON_RESULTS
    chosen = negotiate("application/xml", RESULTS_FORMATS)
    assert chosen is not None
    assert chosen.media_type == XML_RESULTS
