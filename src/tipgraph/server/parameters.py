"""Parameters of requests, decoded once and checked one by one."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import parse_qsl

from tipgraph.errors import RequestError

_MAXIMUM_PARAMETERS: Final = 1000
_ABSOLUTE_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")

Parameters = list[tuple[str, str]]


def parse_parameters(encoded: bytes) -> Parameters:
    """Decode form-encoded parameters, once.

    Raises:
        RequestError: They are not UTF-8, or far too many.
    """
    try:
        return parse_qsl(
            encoded.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAXIMUM_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise RequestError("bad-encoding", f"a parameter is not UTF-8: {error}") from error
    except ValueError as error:
        raise RequestError("bad-parameter", f"there are too many parameters: {error}") from error


def single_values(parameters: Parameters, names: Collection[str]) -> dict[str, str]:
    """The values of parameters that may be given only once.

    Raises:
        RequestError: One is repeated.
    """
    values: dict[str, str] = {}
    for name, value in parameters:
        if name in names:
            if name in values:
                raise RequestError("repeated-parameter", f"{name} is given more than once")
            values[name] = value
    return values


def graph_iris(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    """The IRIs of a parameter that names graphs, each once; None when it is not given.

    Raises:
        RequestError: One is not an absolute IRI.
    """
    given = tuple(dict.fromkeys(value for key, value in parameters if key == name))
    for iri in given:
        if not _ABSOLUTE_IRI.fullmatch(iri):
            raise RequestError("bad-parameter", f"{name}: {iri!r} is not an absolute IRI")
    return given or None


def timeout_seconds(given: str | None) -> float | None:
    """The value of a timeout parameter.

    Raises:
        RequestError: It is not a positive number.
    """
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise RequestError("bad-parameter", f"timeout: {given!r} is not a positive number")
    return seconds
