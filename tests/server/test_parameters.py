"""Parameters are decoded as forms are, once."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipgraph.errors import RequestError
from tipgraph.server.parameters import Parameters

NAMES = st.sampled_from(["query", "a b", "ü", "x="])


@given(st.lists(st.tuples(NAMES, st.text()), max_size=5))
def test_what_was_encoded_is_decoded(pairs: list[tuple[str, str]]) -> None:
    parameters = Parameters(urlencode(pairs).encode())
    for name in {name for name, _ in pairs}:
        assert parameters.all(name) == [value for key, value in pairs if key == name]


@given(st.text(alphabet="ab=&+%2533 \r\n", max_size=40))
def test_it_agrees_with_the_standard_library(text: str) -> None:
    try:
        parameters = Parameters(text.encode())
    except RequestError:
        return
    for name, value in parse_qsl(text, keep_blank_values=True):
        assert value in parameters.all(name)


@pytest.mark.parametrize("text", [b"query=%", b"query=%4", b"query=%zz", b"query=a%-1", b"%=a"])
def test_a_broken_escape_is_an_error(text: bytes) -> None:
    with pytest.raises(RequestError, match="begins no escape"):
        Parameters(text)
