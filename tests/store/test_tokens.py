"""The scanner knows code from text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipgraph.errors import ReadOnlyError
from tipgraph.store.tokens import decode_code, query_form, read_prologue, tokens

TEXTS = st.text(alphabet="abSERVICE <>{}()\"'\\#\n?$:.@^u0049_-~é𝄞", max_size=60)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?a $b", [("variable", "?a"), ("variable", "$b")]),
        ("<http://a/b>", [("iri", "<http://a/b>")]),
        (
            "?a<?b && ?c>?d",
            [
                ("variable", "?a"),
                ("mark", "<"),
                ("variable", "?b"),
                ("mark", "&&"),
                ("variable", "?c"),
                ("mark", ">"),
                ("variable", "?d"),
            ],
        ),
        ("a:b.c. :x", [("name", "a:b.c"), ("mark", "."), ("name", ":x")]),
        (r"ex:a\,b%20c", [("name", r"ex:a\,b%20c")]),
        ("'it''s'", [("string", "'it'"), ("string", "'s'")]),
        (r"'a\'b'", [("string", r"'a\'b'")]),
        ('"""a "quoted" \n b"""', [("string", '"""a "quoted" \n b"""')]),
        ("'a # b' # c\n1", [("string", "'a # b'"), ("number", "1")]),
        ('"x"@en-GB', [("string", '"x"'), ("tag", "@en-GB")]),
        ("_:b1 1.5e3", [("blank", "_:b1"), ("number", "1.5e3")]),
        ("SELECT*", [("word", "SELECT"), ("mark", "*")]),
    ],
)
def test_terminals(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@given(TEXTS)
def test_nothing_but_space_and_comments_is_lost(text: str) -> None:
    end = 0
    for token in tokens(text):
        between = text[end : token.start]
        assert all(
            not part.strip() or part.lstrip().startswith("#") for part in between.split("\n")
        )
        assert text[token.start : token.end] == token.text
        end = token.end


@given(TEXTS)
def test_code_is_decoded_and_then_stays_the_same(text: str) -> None:
    decoded = decode_code(text)
    if "\\u" not in text and "\\U" not in text:
        assert decoded == text


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        (r"SEL\u0045CT", "SELECT"),
        (r"\U00000041SK", "ASK"),
        (r"'\u0041' \u0041", r"'\u0041' A"),
        (r"<a\u0041> \u0041", r"<a\u0041> A"),
        (r"# \u0041", r"# \u0041"),
        (r"\uD800 \U00110000", r"\uD800 \U00110000"),
    ],
)
def test_escapes_are_decoded_in_code_alone(text: str, decoded: str) -> None:
    assert decode_code(text) == decoded


def test_the_prologue_resolves_names() -> None:
    terminals = list(tokens("BASE <http://a/x/> PREFIX e: <../y#> PREFIX : <z> ASK { e:b :c <d> }"))
    prologue = read_prologue(terminals)
    names = [token for token in terminals[prologue.size :] if token.kind in ("name", "iri")]
    assert [prologue.resolve(token) for token in names] == [
        "http://a/y#b",
        "http://a/x/zc",
        "http://a/x/d",
    ]


@pytest.mark.parametrize("keyword", ["insert", "DELETE", "Load", "CLEAR", "WITH <a:b> DELETE"])
def test_updates_are_known_as_such(keyword: str) -> None:
    with pytest.raises(ReadOnlyError, match="nothing was changed"):
        query_form(list(tokens(f"PREFIX insert: <a:> {keyword} x")))


def test_the_form_is_that_of_the_query_not_of_its_names() -> None:
    text = "PREFIX describe: <a:select> CONSTRUCT { describe:x ?select 'ASK' } {}"
    assert query_form(list(tokens(text))) == "CONSTRUCT"
