"""Syntax errors name the real place: file, 1-based line and column in code points."""

import pytest
from pyoxigraph import RdfFormat

from tipgraph.errors import InputError, InputSyntaxError
from tipgraph.syntax import decode, parse_rdf, tokens

PREFIX = "@prefix ex: <http://example.org/> .\n"
RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        pytest.param('ex:a ex:p "ü€😀" , un:d .', 2, 19, "prefix un: ", id="unknown prefix"),
        pytest.param("ex:a ex:p ex:b\nex:c ex:p ex:d .", 2, 15, "after ex:b, found ex:c", id="dot"),
        pytest.param(
            "ex:a ex:p ex:b # why; here\n\n\nex:c ex:p ex:d .",
            2,
            15,
            "after ex:b",
            id="dot, comment",
        ),
        pytest.param(
            'ex:a ex:p "a # b"\nex:c ex:p ex:d .', 2, 18, 'after "a # b"', id="dot, string"
        ),
        pytest.param("ex:a ex:p ex:b", 2, 15, "the text ends", id="end"),
        pytest.param('ex:a ex:p "b .\n', 2, 11, "never closed", id="open string"),
        pytest.param('ex:a ex:p """b\n .\n', 2, 11, "never closed", id="open long string"),
        pytest.param("ex:a ex:p ( 1 2 .", 2, 17, "not a valid RDF object", id="open list"),
        pytest.param("ex:a ex:p <a b> .", 2, 11, "Invalid IRI", id="space in IRI"),
        pytest.param("ex:a ex:p ex:b .\n}", 3, 1, "not a valid subject", id="stray bracket"),
    ],
)
def test_turtle(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(InputSyntaxError, match=r"file\.ttl") as caught:
        parse_rdf(PREFIX + text, RdfFormat.TURTLE, "file.ttl")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in caught.value.reason


def test_the_message_shows_the_line_with_a_caret() -> None:
    with pytest.raises(InputSyntaxError) as caught:
        parse_rdf(f"{PREFIX}\tex:a ex:p\tun:d .\n", RdfFormat.TURTLE, "file.ttl")
    assert str(caught.value) == (
        "file.ttl:2:12: The prefix un: has not been declared\n"
        "  \tex:a ex:p\tun:d .\n"
        "  \t         \t^"
    )


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (f'{RDF_XML}<rdf:Description rdf:about="http://a/b"></rdf:RDF>', 2, 43),
        (
            f'{RDF_XML}<rdf:Description rdf:about="http://a/b"><x:y/></rdf:Description></rdf:RDF>',
            2,
            41,
        ),
        (f'{RDF_XML}<rdf:Description rdf:about="b c"/></rdf:RDF>', 2, 29),
        (f"{RDF_XML}<rdf:li/></rdf:RDF>", 2, 5),
        (f'{RDF_XML}<rdf:Description rdf:nodeID="1 a"/></rdf:RDF>', 2, 18),
    ],
)
def test_rdf_xml(text: str, line: int, column: int) -> None:
    with pytest.raises(InputSyntaxError) as caught:
        parse_rdf(text, RdfFormat.RDF_XML, "file.rdf")
    assert (caught.value.line, caught.value.column) == (line, column)


def test_json_ld() -> None:
    with pytest.raises(InputSyntaxError) as caught:
        parse_rdf('{\n "@id": "http://a/b",\n}', RdfFormat.JSON_LD, "file.jsonld")
    assert (caught.value.line, caught.value.column) == (3, 1)


def test_a_remote_json_ld_context_is_refused_where_it_stands() -> None:
    text = '{\n "@context": "http://127.0.0.1:9/context.jsonld", "name": "x"}'
    with pytest.raises(InputSyntaxError, match="never fetched") as caught:
        parse_rdf(text, RdfFormat.JSON_LD, "file.jsonld")
    assert (caught.value.line, caught.value.column) == (2, 2)


def test_n_triples_without_a_dot() -> None:
    line = "<http://a/s> <http://a/p> <http://a/o>"
    with pytest.raises(InputSyntaxError) as caught:
        parse_rdf(f"{line}\n{line} .", RdfFormat.N_TRIPLES, "file.nt")
    assert (caught.value.line, caught.value.column) == (1, len(line) + 1)


def test_bytes_that_are_not_utf_8_are_named_with_their_line() -> None:
    with pytest.raises(InputError, match=r"file\.ttl: not UTF-8: byte 0xff on line 2"):
        decode(b"one\ntwo \xff", "file.ttl")


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(b"\xef\xbb\xbfone", "file.ttl") == "one"


def test_tokens_of_every_kind() -> None:
    text = 'ex:a.b <http://x/#y> "a # \\" b"@en-GB , -1.5e3, 7 . # end'
    assert [(token.kind, token.text) for token in tokens(text)] == [
        ("word", "ex:a.b"),
        ("iri", "<http://x/#y>"),
        ("string", '"a # \\" b"'),
        ("at", "@en-GB"),
        ("mark", ","),
        ("number", "-1.5e3"),
        ("mark", ","),
        ("number", "7"),
        ("mark", "."),
        ("comment", "# end"),
    ]


WHOLE = f"""{RDF_XML}<!-- > --><rdf:Description rdf:about="http://a/b">
<p xmlns="http://a/">c</p><p xmlns="http://a/"><![CDATA[d]]></p></rdf:Description></rdf:RDF>
"""


def test_xml_that_was_cut_short_at_any_place_is_no_graph() -> None:
    assert len(parse_rdf(WHOLE, RdfFormat.RDF_XML, "file.rdf")) == 2
    for place in range(len(WHOLE) - 1):
        with pytest.raises(InputSyntaxError):
            parse_rdf(WHOLE[:place], RdfFormat.RDF_XML, "file.rdf")


def test_where_xml_was_cut_short_is_said() -> None:
    with pytest.raises(InputSyntaxError, match="cut short") as caught:
        parse_rdf(WHOLE[: WHOLE.index("<p ")], RdfFormat.RDF_XML, "file.rdf")
    assert (caught.value.line, caught.value.column) == (2, 51)
