"""Shapes and nodes as people name them: by IRI, or by a name with a prefix."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.errors import UsageError
from tipgraph.namespaces import PREFIXES, shorten
from tipgraph.validation.documents import RdfGraph

_PREFIXED: Final = re.compile(r"([^\s:/?#<>]*):(?!//)(.*)")
# How many near names are told, how near they are at least, and how many are compared.
_NEAR: Final = 3
_CUTOFF: Final = 0.75
_COMPARED: Final = 20_000


def meanings(name: str, graphs: Iterable[RdfGraph]) -> Iterator[NamedNode]:
    """What a name may stand for: the IRI that it is, then what prefixes make of it.

    Args:
        name: An IRI, with `<` and `>` around it or without, or a name with a prefix that a document
            of the graphs declares or that tipgraph uses itself.
        graphs: The graphs.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
    """
    given = name.strip()
    bare = given[1:-1] if given.startswith("<") and given.endswith(">") else given
    found = _PREFIXED.fullmatch(given)
    iris = [bare]
    if found is not None:
        prefix, local = found.groups()
        documents = (document for graph in graphs for document in graph.documents)
        for prefixes in (*(each.prefixes() for each in documents), PREFIXES):
            if prefix in prefixes:
                iris.append(prefixes[prefix] + local)
    for iri in dict.fromkeys(iris):
        try:
            yield NamedNode(iri)
        except ValueError:
            continue


def unknown(what: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that stands for nothing; it tells what is near.

    Args:
        what: What there is not, such as `shape`.
        name: The name.
        known: The IRIs that it could have been.
    """
    local = _local(name.strip().strip("<>"))
    by_local: dict[str, dict[str, None]] = {}
    for iri in known:
        if len(by_local) == _COMPARED:
            break
        by_local.setdefault(_local(iri), {})[iri] = None
    found = get_close_matches(local, by_local, n=_NEAR, cutoff=_CUTOFF)
    near = [shorten(iri) for each in found for iri in by_local[each]][:_NEAR]
    reason = f"there is no {what} {name}"
    return UsageError(f"{reason}; did you mean {' or '.join(near)}?" if near else reason)


def _local(iri: str) -> str:
    """The last part of an IRI, in lower case."""
    return re.split(r"[/#:]", iri.rstrip("/#:"))[-1].lower()
