"""Results say where in a text the triple at fault is written."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import shacl
from hypothesis import assume, given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from tests.turtle_texts import documents
from tipgraph.errors import InputError
from tipgraph.namespaces import RDF
from tipgraph.syntax import Position
from tipgraph.validation.positions import Sought, locate
from tipgraph.validation.spans import Numbering, Span, Term, spans

BASE = "http://example.org/dir/file.ttl?q"
TURTLE, TRIG = RdfFormat.TURTLE, RdfFormat.TRIG
N_TRIPLES, N_QUADS = RdfFormat.N_TRIPLES, RdfFormat.N_QUADS
EX = "http://example.org/"
RDF_TYPE, RDF_NIL = NamedNode(f"{RDF}type"), NamedNode(f"{RDF}nil")
RDF_FIRST, RDF_REST = NamedNode(f"{RDF}first"), NamedNode(f"{RDF}rest")
W3C = Path(__file__).parents[2] / "shared/w3c"
FORMATS = {".ttl": (TURTLE, TRIG), ".trig": (TRIG,), ".nt": (N_TRIPLES, N_QUADS), ".nq": (N_QUADS,)}


def node(name: str) -> NamedNode:
    return NamedNode(EX + name)


def read(text: str, rdf_format: RdfFormat) -> list[Triple]:
    numbering = Numbering()
    quads = parse(text, rdf_format, base_iri=BASE)
    return [numbering.triple(quad.triple) for quad in quads]


def accepted(text: str, rdf_format: RdfFormat) -> bool:
    try:
        read(text, rdf_format)
    except SyntaxError:
        return False
    return True


# Spans


@given(documents())
def test_spans_are_the_triples_of_the_parser_in_its_order(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece for _, piece in pieces)
    assume(accepted(text, TURTLE))
    for rdf_format in (TURTLE, TRIG):
        assert [span.triple for span in spans(text, rdf_format, BASE)] == read(text, rdf_format)


@given(documents(graphs=True))
def test_spans_follow_graphs(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece for _, piece in pieces)
    assume(accepted(text, TRIG))
    assert [span.triple for span in spans(text, TRIG, BASE)] == read(text, TRIG)


@given(documents())
def test_a_term_is_written_where_its_span_says(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece for _, piece in pieces)
    assume(accepted(text, TURTLE))
    for span in spans(text, TURTLE, BASE):
        directives, reached = "", 0
        for directive, piece in pieces:
            if span.subject < reached + len(piece):
                break
            reached += len(piece)
            directives += directive + "\n"
        for term, start in written_terms(span):
            rest = text[start:]
            if term == RDF_TYPE and rest[0] == "a":
                assert re.match(r"a[\s<:#p]", rest)
            elif isinstance(term, BlankNode):
                assert rest[0] in "[(" or rest.startswith(("_:", "<<", "{|", "~"))
            elif isinstance(term, Triple) or rest.startswith("<<"):
                assert is_implied(span) or rest.startswith("<<")
            else:
                assert first_object(rest, directives) == term


def written_terms(span: Span) -> list[tuple[Term, int]]:
    """The terms of a triple that stand in the text: a list's own nodes don't."""
    terms: list[tuple[Term, int]] = []
    if span.triple.predicate not in (RDF_FIRST, RDF_REST):
        terms.append((span.triple.subject, span.subject))
    if not is_implied(span):
        terms.append((span.triple.predicate, span.predicate))
    if span.triple.predicate != RDF_REST:
        terms.append((span.triple.object, span.object))
    return [(term, start) for term, start in terms if term != RDF_NIL]


def is_implied(span: Span) -> bool:
    return span.subject == span.predicate


def first_object(written: str, directives: str) -> Term | None:
    """The term that a text begins with."""
    quads = parse(f"{directives}<x:s> <x:p> {written}", TURTLE, base_iri=BASE)
    while True:
        try:
            quad = next(quads, None)
        except SyntaxError:
            continue
        if quad is None or quad.predicate == NamedNode("x:p"):
            return quad.object if quad else None


@pytest.mark.skipif(not W3C.is_dir(), reason="the suites are not at hand in ../shared/w3c")
def test_spans_of_the_files_of_the_w3c() -> None:
    read_files = 0
    for path in sorted(W3C.rglob("*")):
        for rdf_format in FORMATS.get(path.suffix, ()):
            text = path.read_bytes().decode("utf-8-sig")
            if accepted(text, rdf_format):
                found = [span.triple for span in spans(text, rdf_format, BASE)]
                assert found == read(text, rdf_format), path
                read_files += 1
    assert read_files > 500


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param('("x")', id="string, end of list"),
        pytest.param('("x" 2 "y")', id="string, number"),
        pytest.param("((((1)) 2) () [])", id="lists first in lists"),
        pytest.param("((([:b ([:b 1])])))", id="properties in lists"),
        pytest.param('"x" {| :b "y" {| :b ("z") |}, "w" |} ~ {| :b 1 |} ~ :r ~', id="annotations"),
        pytest.param('<<:a :b <<:c :d "x"~_:r>> ~>> {| :b <<( :a :b "y" )>> |}', id="reifiers"),
        pytest.param("1.5e3,.5,-1,true,:c.d.e,:c\\.\\,x,1.e5", id="full stops"),
    ],
)
def test_spans_in_the_order_of_the_parser(statement: str) -> None:
    text = f"PREFIX : <{EX}>\n:a :b {statement} . [:b {statement}] . ( {statement[:0]} ) :b :c."
    for written, rdf_format in ((text, TURTLE), (text, TRIG)):
        found = [span.triple for span in spans(written, rdf_format)]
        assert found == read(written, rdf_format)


def test_spans_are_of_texts_that_parse() -> None:
    with pytest.raises(InputError, match="only a text that parses"):
        list(spans("<x:a> <x:b>", TURTLE))


@pytest.mark.parametrize("of_shapes", [0, 1, 3])
def test_blank_nodes_are_numbered_as_the_fast_engine_numbers_them(of_shapes: int) -> None:
    properties = ", ".join(["[ sh:path :b ; sh:maxCount 1 ]"] * of_shapes)
    shapes = shacl.Shapes.from_turtle(
        f"""PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX : <{EX}>
        :S a sh:NodeShape ; sh:targetSubjectsOf :b ; sh:nodeKind sh:IRI
        {f"; sh:property {properties}" if of_shapes else ""} ."""
    )
    text = (
        f"PREFIX : <{EX}> :z :q _:k . _:g {{ _:m :q ( 1 _:x ), [ :q [ :b 2 ] ] }}"
        " GRAPH _:h { [ :b 3 ] :q () . _:x :b 4 . _:g :b 5 }"
    )
    labels = [result.focus_node for result in shapes.validate_text(text, format="trig").results]
    numbers = [int(label.removeprefix("_:0_b")) - of_shapes + 1 for label in labels]
    subjects = {
        span.triple.subject for span in spans(text, TRIG) if span.triple.predicate == node("b")
    }
    assert {BlankNode(f"b{number}") for number in numbers} == subjects


# Positions


def positions(
    text: str, sought: Iterable[Sought], rdf_format: RdfFormat = TURTLE
) -> list[str | None]:
    wanted = list(sought)
    found = locate(text, rdf_format, "data", wanted, base_iri=BASE)
    return [str(found[each]) if each in found else None for each in wanted]


NARRATIVE = """@prefix : <http://example.org/> .
:a :p :b, :c ;
   :q "one", "two" ;
   :r [ :p "inner" ] .
:d :p :e, :c .
:a :s :f .
"""


@pytest.mark.parametrize(
    ("sought", "position"),
    [
        pytest.param(Sought(node("a")), "data:2:1", id="focus node"),
        pytest.param(Sought(node("a"), node("q")), "data:3:4", id="predicate"),
        pytest.param(Sought(node("a"), node("q"), Literal("two")), "data:3:14", id="value"),
        pytest.param(Sought(node("a"), node("s"), node("f")), "data:6:7", id="later statement"),
        pytest.param(Sought(node("a"), None, node("c")), "data:2:11", id="value on a path"),
        pytest.param(Sought(node("a"), None, Literal("none")), "data:2:1", id="no such value"),
        pytest.param(Sought(node("a"), node("q"), node("x")), "data:3:4", id="computed value"),
        pytest.param(Sought(node("a"), node("t")), "data:2:1", id="no such triple"),
        pytest.param(Sought(node("e"), node("p")), "data:5:7", id="an object only"),
        pytest.param(Sought(node("c")), "data:2:11", id="an object first elsewhere"),
        pytest.param(Sought(Literal("two")), "data:3:14", id="a literal"),
        pytest.param(Sought(BlankNode("b1"), node("p")), "data:4:9", id="a blank node"),
        pytest.param(Sought(node("a"), node("r"), BlankNode("b1")), "data:4:7", id="blank value"),
        pytest.param(Sought(node("z")), None, id="nowhere"),
    ],
)
def test_position_of_what_a_result_is_about(sought: Sought, position: str | None) -> None:
    assert positions(NARRATIVE, [sought]) == [position]
    for other in (Sought(BlankNode("b1")), Sought(node("d")), Sought(node("a"), node("t"))):
        assert positions(NARRATIVE, [sought, other])[0] == position


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(end: str) -> None:
    text = NARRATIVE.replace("\n", end)
    sought = Sought(node("a"), node("q"), Literal("two"))
    position = locate(text, TURTLE, "data", [sought])[sought]
    assert position == Position("data", 3, 14, '   :q "one", "two" ;')
    last = Sought(node("a"), node("s"))
    assert locate(text, TURTLE, "data", [last])[last] == Position("data", 6, 4, ":a :s :f .")


def test_columns_are_code_points_and_a_byte_order_mark_is_none() -> None:
    text = '\ufeff<http://example.org/a> <x:p> "\U0001f600", <x:\U0001d4b3> .'
    sought = Sought(node("a"), None, NamedNode("x:\U0001d4b3"))
    assert positions(text, [sought]) == ["data:1:35"]


def test_positions_in_lines_of_n_quads() -> None:
    text = (
        "# <http://example.org/a> is not <here>\r\n"
        '<http://example.org/a> <x:p> "1" <x:g> .\n\n'
        "  _:x<x:p><http://example.org/b>.# <http://example.org/c>\r"
        '<http://example.org/\\u0061> <x:p>\t"2 <x:q>"@en _:g .'
    )
    sought = [
        Sought(node("a")),
        Sought(node("a"), None, Literal("2 <x:q>", language="en")),
        Sought(BlankNode("b1"), NamedNode("x:p")),
        Sought(node("b")),
        Sought(node("c")),
        Sought(Literal("1")),
    ]
    found = ["data:2:1", "data:5:35", "data:4:6", "data:4:11", None, "data:2:30"]
    assert positions(text, sought, N_QUADS) == found


def test_a_long_text_keeps_its_prefixes_and_blank_nodes_apart() -> None:
    parts = [
        f"@prefix : <{EX}{part}/> .\n"
        + "".join(f':n{n} :p [ :q {n} ] ; :label "{n}. of \\"{part}\\"" .\n' for n in range(700))
        for part in ("one", "two")
    ]
    sought = [
        Sought(node("two/n650"), node("two/label")),
        Sought(BlankNode("b1351"), node("two/q")),
        Sought(Literal('699. of "two"')),
    ]
    assert positions("".join(parts), sought) == ["data:1353:23", "data:1353:12", "data:1402:30"]


def test_deep_nesting_has_positions() -> None:
    depth = 3000
    text = f"PREFIX : <{EX}> :a :p {'[ :p ' * depth}1{' ]' * depth} . :b :p 2 ."
    assert positions(text, [Sought(node("b"), node("p"), Literal(2))])[0] is not None
    assert positions(text, [Sought(BlankNode("b1"))]) == [f"data:1:{text.rindex('[') + 1}"]


@pytest.mark.parametrize(
    ("name", "text", "rdf_format", "position"),
    [
        ("x/a", f'<rdf:RDF>\n <x rdf:about="{EX}x/a"/>', RdfFormat.RDF_XML, "data:2:16"),
        ("x/a", "<rdf:RDF>\n <x rdf:ID='a'/>", RdfFormat.RDF_XML, "data:2:13"),
        ("x#a", "<rdf:RDF>\n <x rdf:about='#a'/>", RdfFormat.RDF_XML, "data:2:16"),
        ("a?b&c", '<x rdf:about="a?b&amp;c"/>', RdfFormat.RDF_XML, "data:1:15"),
        ("x/a", '{"@id": "ex:a"}', RdfFormat.JSON_LD, "data:1:10"),
        ("x/a", '{"@id": "ex:about", "name": "a b"}', RdfFormat.JSON_LD, None),
    ],
)
def test_positions_in_other_formats(
    name: str, text: str, rdf_format: RdfFormat, position: str | None
) -> None:
    assert positions(text, [Sought(node(name))], rdf_format) == [position]


def test_a_text_that_does_not_parse_has_no_positions() -> None:
    assert positions("<http://example.org/a> <x:p>", [Sought(node("a"))]) == [None]


def ranked(found: list[Span], sought: Sought) -> int | None:
    """The rules of `locate`, by looking at every triple."""
    stated = [span for span in found if span.triple.subject == sought.focus_node]
    same = [span for span in stated if span.triple.predicate == sought.predicate]
    places = [
        span.object
        for span in (same if sought.predicate else stated)
        if sought.value is not None and span.triple.object == sought.value
    ]
    places += [span.predicate for span in same] + [span.subject for span in stated]
    places += [span.object for span in found if span.triple.object == sought.focus_node]
    return places[0] if places else None


TERMS: st.SearchStrategy[Term] = st.sampled_from(
    [
        *(node("a"), node("n/a"), node("n/b"), NamedNode(BASE.partition("?")[0])),
        *(RDF_NIL, RDF_TYPE, BlankNode("b1"), BlankNode("b3"), Literal("a"), Literal(1)),
    ]
)


def some_sought(draw: st.DataObject, found: list[Span]) -> list[Sought]:
    spans_drawn = st.sampled_from(found) if found else st.nothing()
    result = []
    for _ in range(draw.draw(st.integers(1, 4))):
        one, other = draw.draw(spans_drawn).triple, draw.draw(spans_drawn).triple
        focus_node = draw.draw(
            st.one_of(st.sampled_from([one.subject, other.subject, one.object]), TERMS)
        )
        predicate = draw.draw(st.sampled_from([None, one.predicate, other.predicate]))
        value = draw.draw(st.sampled_from([None, one.object, other.object, other.subject]))
        result.append(Sought(focus_node, predicate, value))
    return result


def same_places(text: str, rdf_format: RdfFormat, data: st.DataObject) -> None:
    found = list(spans(text, rdf_format, BASE))
    assume(found)
    sought = some_sought(data, found)
    located = locate(text, rdf_format, "data", sought, base_iri=BASE)
    expected = {each: ranked(found, each) for each in sought}
    assert set(located) == {each for each, start in expected.items() if start is not None}
    for each, position in located.items():
        lines = re.split(r"\r\n|\n|\r", text[: expected[each]])
        assert (position.line, position.column) == (len(lines), len(lines[-1]) + 1)


@given(documents(graphs=True), st.data())
def test_positions_are_those_of_all_spans(
    pieces: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "".join(piece for _, piece in pieces)
    assume(accepted(text, TRIG))
    same_places(text, TURTLE if accepted(text, TURTLE) else TRIG, data)


@given(documents(graphs=True), st.sampled_from(["\n", "\r\n", "\r", "\n# <x> . _:c\n"]), st.data())
def test_positions_in_lines_are_those_of_all_spans(
    pieces: list[tuple[str, str]], end: str, data: st.DataObject
) -> None:
    text = "".join(piece for _, piece in pieces)
    assume(accepted(text, TRIG))
    quads = parse(text, TRIG, base_iri=BASE)
    written = serialize(quads, format=N_QUADS)
    assert written is not None
    same_places(written.decode().replace("\n", end), N_QUADS, data)
