"""The Turtle formatter and writer, through `format_turtle` and `write_turtle`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from tipgraph.dataset import read_text, turtle_files
from tipgraph.errors import InputSyntaxError
from tipgraph.syntax import parse_rdf
from tipgraph.turtle import format_turtle, write_trig, write_turtle

XSD = "http://www.w3.org/2001/XMLSchema#"
EX = "@prefix ex: <http://example.org/> .\n\n"


def graph(text: str) -> Dataset:
    """A canonical dataset: two are equal exactly when their graphs are isomorphic."""
    found = Dataset(parse_rdf(text, RdfFormat.TURTLE, "test"))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def dataset(triples: list[Triple]) -> Dataset:
    found = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


iris = st.sampled_from(
    [
        NamedNode(f"http://example.org/{name}")
        for name in ("a", "b", "a.b", "a.", "é", "a/b", "", "-a", "1", "a,b", "%20", "a'b", "ex:a")
    ]
)
blank_nodes = st.sampled_from([BlankNode(label) for label in ("b0", "b1", "b2", "b3", "x.y")])
texts = st.text(
    st.one_of(
        st.sampled_from("\"\\\n\r\t'abc \u2028\ufeff\x00\x7f€😀"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=12,
)
lexical_forms = st.sampled_from(
    [
        "1",
        "01",
        "+1",
        "-0",
        "1.",
        ".5",
        "1.0",
        "1.50",
        "1e0",
        "1.e5",
        ".5E-3",
        "true",
        "1 ",
        "",
        "x",
    ]
)
datatypes = st.sampled_from(
    [NamedNode(f"{XSD}{n}") for n in ("integer", "decimal", "double", "boolean", "date", "string")]
)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda form, kind: Literal(form, datatype=kind), lexical_forms, datatypes),
    st.builds(lambda t, tag: Literal(t, language=tag), texts, st.sampled_from(["en", "en-gb"])),
)
predicates = st.sampled_from(
    [
        NamedNode(iri)
        for iri in (
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#first",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest",
            "http://www.w3.org/2000/01/rdf-schema#label",
            "http://example.org/p",
        )
    ]
)
nil = st.just(NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil"))
graphs = st.lists(
    st.builds(
        Triple,
        st.one_of(iris, blank_nodes),
        predicates,
        st.one_of(iris, blank_nodes, literals, nil),
    ),
    max_size=12,
)


@given(graphs)
def test_writing_keeps_the_graph_and_is_the_same_for_the_same_graph(triples: list[Triple]) -> None:
    written = write_turtle(triples, {"ex": "http://example.org/"})
    assert graph(written) == dataset(triples)
    assert write_turtle(reversed(triples), {"ex": "http://example.org/"}) == written


graph_names = st.one_of(
    st.just(DefaultGraph()), st.sampled_from([NamedNode(f"http://example.org/{n}") for n in "gh"])
)


@given(st.lists(st.tuples(graphs, graph_names), max_size=4))
def test_writing_trig_keeps_triples_in_their_graphs(
    parts: list[tuple[list[Triple], DefaultGraph | NamedNode]],
) -> None:
    quads = [
        Quad(t.subject, t.predicate, t.object, name) for triples, name in parts for t in triples
    ]
    expected = Dataset(quads)
    expected.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    written = write_trig(quads, {"ex": "http://example.org/"})
    found = Dataset(parse_rdf(written, RdfFormat.TRIG, "test"))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected
    assert write_trig(reversed(quads), {"ex": "http://example.org/"}) == written


@given(graphs)
def test_formatting_keeps_the_graph_and_is_idempotent(triples: list[Triple]) -> None:
    engine_written = (serialize(triples, format=RdfFormat.TURTLE) or b"").decode()
    formatted = format_turtle(engine_written, "test")
    assert graph(formatted) == dataset(triples)
    assert format_turtle(formatted, "test") == formatted
    assert graph(format_turtle(write_turtle(triples), "test")) == dataset(triples)


@given(texts)
def test_comments_survive_whatever_they_hold(text: str) -> None:
    comment = "".join(text.split())
    source = f"{EX}#{comment}\nex:a ex:b ex:c .\n#{comment}\n"
    formatted = format_turtle(source, "test")
    assert formatted.count(f"#{comment}\n") >= 2
    assert format_turtle(formatted, "test") == formatted


WRITTEN_BY_HAND = """\
# A header,
#   of two lines.
PREFIX unused: <http://example.org/unused/>
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

# == Second things first ==
# about b
ex:b rdfs:label "b"@en-GB ; ex:p ex:z , ex:y;
  a ex:C .


# == Then ==


# about a
ex:a ex:p [ ex:q ( 1 01.0 true ) ; a ex:D ], "x", [ ] .
[ ex:p "anonymous" ] a ex:C .
(1 2) ex:p () .
# the end
"""

CANONICAL = """\
# A header,
#   of two lines.

@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

# == Second things first ==
# about b
ex:b a ex:C ;
    rdfs:label "b"@en-GB ;
    ex:p ex:y, ex:z .

# == Then ==

# about a
ex:a ex:p "x", [ a ex:D ; ex:q ( 1 01.0 true ) ], [] .

[] a ex:C ;
    ex:p "anonymous" .

( 1 2 ) ex:p () .

# the end
"""


def test_layout() -> None:
    assert format_turtle(WRITTEN_BY_HAND, "test") == CANONICAL


def test_canonical_layout_stays() -> None:
    assert format_turtle(CANONICAL, "test") == CANONICAL


def test_long_lines_are_opened_up() -> None:
    name = "x" * 60
    source = f'{EX}ex:a ex:p ex:{name}, ex:{name}2 ;\n ex:q [ ex:p ex:{name} ; ex:q "{name}" ] .'
    assert format_turtle(source, "test") == (
        f"{EX}ex:a ex:p\n        ex:{name},\n        ex:{name}2 ;\n"
        f'    ex:q [\n        ex:p ex:{name} ;\n        ex:q "{name}"\n    ] .\n'
    )


def test_prefixes_declared_halfway_are_moved_to_the_top_and_their_comments_kept() -> None:
    source = (
        "@prefix ex: <http://example.org/> .\nex:a ex:p ex:b .\n"
        "# about z\n@prefix z: <http://example.com/> .\nz:a ex:p z:b .\n"
    )
    assert format_turtle(source, "test") == (
        "@prefix ex: <http://example.org/> .\n@prefix z: <http://example.com/> .\n\n"
        "ex:a ex:p ex:b .\n\n# about z\nz:a ex:p z:b .\n"
    )


def test_a_prefix_declared_anew_means_what_it_meant_where_it_was_used() -> None:
    source = (
        "@prefix e: <http://example.org/> . e:a e:p e:b .\n"
        "@base <http://example.com/> . @prefix e: <x/> . e:a e:p <b> .\n"
    )
    assert graph(format_turtle(source, "test")) == graph(source)


@pytest.mark.parametrize("text", ["", "\n\n", "@prefix ex: <http://example.org/> .\n"])
def test_nothing_stays_nothing(text: str) -> None:
    assert format_turtle(text, "test") == ""


def test_comments_alone_stay() -> None:
    assert format_turtle("\n# one\n\n\n\n# two\r\n", "test") == "# one\n\n# two\n"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("ex:a ex:p # why\n ex:b .", 3),
        ("ex:a ex:p ex:b ;\n# why\n ex:q ex:c .", 4),
        ("ex:a ex:p ex:b . # why", 3),
        ("ex:a ex:p [\n\n# why\n] .", 5),
    ],
)
def test_a_comment_that_cannot_be_kept_is_an_error_that_names_its_line(
    body: str, line: int
) -> None:
    with pytest.raises(InputSyntaxError, match="cannot be kept") as caught:
        format_turtle(EX + body, "test.ttl")
    assert caught.value.line == line


def test_a_comment_among_the_prefixes_joins_the_header() -> None:
    source = (
        "# one\n@prefix ex: <http://example.org/> .\n# two\n@prefix : <http://x/> .\nex:a : ex:b ."
    )
    assert format_turtle(source, "test").startswith("# one\n\n# two\n\n@prefix")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(InputSyntaxError, match="nested more than 100 deep"):
        format_turtle(f"{EX}ex:a ex:p {'[ ex:p ' * 101}1{']' * 101} .", "test")


RDF_12 = """@prefix ex: <http://example.org/> .

ex:a
    ex:p
        "سد"@ar--rtl,
        "x"@ar,
        <<( ex:s ex:p <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> )>>,
        <<( ex:s ex:p <<( _:c14n0 ex:p 1 )>> )>> .

_:c14n0 ex:q "a node that a triple term names, and no other statement" .
"""


def test_triple_terms_and_directions_of_rdf_12_are_kept() -> None:
    quads = parse_rdf(RDF_12, RdfFormat.TURTLE, "test")
    assert graph(write_turtle(quads)) == graph(RDF_12)
    assert graph(format_turtle(RDF_12, "test")) == graph(RDF_12)
    in_graph = [Quad(q.subject, q.predicate, q.object, NamedNode("http://g/")) for q in quads]
    found = Dataset(parse(write_trig(in_graph), RdfFormat.TRIG))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    expected = Dataset(in_graph)
    expected.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected


def test_every_shipped_file_keeps_its_graph() -> None:
    for path in turtle_files():
        text = read_text(path)
        assert graph(format_turtle(text, str(path))) == graph(text), path
