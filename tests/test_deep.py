"""RDF that is nested too deeply for the engine, which would end the process, is refused by name."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from tests.working_copy import WorkingCopy
from tipgraph.errors import InputError
from tipgraph.nesting import Shallow

COMMANDS = (("build", "--data"), ("infer",), ("validate", "--no-coverage"))


def terms(depth: int, space: str = " ") -> str:
    return f"<a:s> <a:p> {'<<( <a:s> <a:p> ' * depth}1{f'{space})>>' * depth} .\n"


def objects(depth: int) -> str:
    return "".join(['{"a:p":' * depth, '{"a:p":"{"}', "}" * depth])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", terms(20_000)),
        ("a.nt", terms(20_000, "").replace("1", '"1"')),
        ("a.trig", terms(20_000, " \n\t ")),
        ("a.jsonld", objects(5000)),
    ],
)
def test_it_is_refused(rivers: WorkingCopy, command: list[str], name: str, text: str) -> None:
    rivers.path(name).write_text(text, encoding="utf-8")
    result = rivers.run(*command, name)
    assert result.exit_code == 3
    assert result.stderr.strip().startswith(f"error: {name}: more than ")


def test_it_is_refused_where_it_is_compressed_or_only_lines_are_read(rivers: WorkingCopy) -> None:
    rivers.path("a.nt.gz").write_bytes(gzip.compress(terms(20_000).replace("1", '"1"').encode()))
    for option in ((), ("--skip-errors",)):
        result = rivers.run("build", "--data", "a.nt.gz", *option)
        assert result.exit_code == 3
        assert "within each other" in result.stderr


def test_it_is_not_put_into_layout(rivers: WorkingCopy) -> None:
    rivers.path("a.ttl").write_text(terms(20_000), encoding="utf-8")
    assert rivers.run("format", "a.ttl").exit_code == 3


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("name", "text"), [("a.ttl", terms(3000)), ("a.jsonld", objects(900))])
def test_what_can_be_read_is(rivers: WorkingCopy, command: list[str], name: str, text: str) -> None:
    rivers.path(name).write_text(text, encoding="utf-8")
    assert rivers.run(*command, name).exit_code == 0


class Pieces:
    """A stream that gives a text in pieces of some size."""

    def __init__(self, text: str, size: int) -> None:
        self._left, self._size = text.encode(), size

    def read(self, _: int = -1, /) -> bytes:
        piece, self._left = self._left[: self._size], self._left[self._size :]
        return piece


def is_refused(text: str, form: RdfFormat, size: int) -> bool:
    content = Shallow(Pieces(text, size), form, "text")
    try:
        while content.read():
            pass
    except InputError:
        return True
    return False


@given(size=st.integers(1, 50), text=st.text('\\"{}a\n', max_size=30))
def test_braces_within_texts_of_json_do_not_count(size: int, text: str) -> None:
    written = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    for depth, refused in ((990, False), (1010, True)):
        json = objects(depth).replace('"{"', f'"{written}"')
        assert is_refused(json, RdfFormat.JSON_LD, size) is refused


@given(size=st.integers(1, 50), space=st.text(" \t\n", max_size=3))
def test_triple_terms_are_counted_across_pieces(size: int, space: str) -> None:
    assert not is_refused(terms(5000, space) * 2, RdfFormat.TURTLE, 50 * size)
    assert is_refused(terms(5001, space), RdfFormat.TURTLE, 50 * size)


def test_a_format_that_can_hold_it_is_written(rivers: WorkingCopy) -> None:
    rivers.path("a.ttl").write_text(terms(3000), encoding="utf-8")
    result = rivers.run("dump", "--data", "a.ttl", "--graph", "default", "--format", "rdf")
    assert result.exit_code == 0
    assert result.stdout.count('rdf:parseType="Triple"') == 3000
