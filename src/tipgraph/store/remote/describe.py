"""DESCRIBE at an engine elsewhere: the same description as `evaluator.Description`, by SELECT.

A blank node has no name by which another query could ask for more of it. So one query finds the
resources, the claims about them and what is said of all these, blank nodes followed for some
steps; where that is not far enough, one that follows them further takes its place.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from pyoxigraph import BlankNode, NamedNode

from tipgraph.store.describe import ABOUT_PROPERTIES, LABEL_PROPERTIES
from tipgraph.store.failures import unusable
from tipgraph.store.following import DEPTHS, edge, ways
from tipgraph.store.transcriber import PLACEHOLDER, MalformedError, read_answer

# Resources in one query, and names whose labels one query asks for.
_BATCH: Final = 200

TEMPLATE: Final = (
    f"CONSTRUCT {{ <{PLACEHOLDER}0> <{PLACEHOLDER}1> <{PLACEHOLDER}2> }} {{}}",
    ("s", "p", "o"),
)

Ask = Callable[[str], Awaitable[bytes]]
# Gives a variable the nodes to be described.
Start = Callable[[str], str]


async def describe(resources: Sequence[str], head: str, ask: Ask) -> list[bytes]:
    """Describe resources.

    Args:
        resources: SELECT queries whose solutions are the resources.
        head: The declarations that each of them begins with.
        ask: Has a SELECT query answered, in the JSON format of results.

    Returns:
        Answers whose rows fill TEMPLATE.
    """
    named: dict[NamedNode, None] = {}
    starts: list[Start] = []
    for query in resources:
        nodes, blank = await asyncio.to_thread(_found, await ask(query))
        named |= dict.fromkeys(nodes)
        starts += [_blank_start(query.removeprefix(head), column) for column in blank]
    starts += [_named_start(batch) for batch in _batches(named)]
    bodies = [await _bounded(start, head, ask) for start in starts]
    mentioned = await asyncio.to_thread(_mentioned, bodies)
    return bodies + [await ask(_labels(batch)) for batch in _batches(mentioned)]


def _found(body: bytes) -> tuple[list[NamedNode], list[str]]:
    """The nodes with IRIs in an answer, and the variables that have blank nodes."""
    named, blank = dict[NamedNode, None](), dict[str, None]()
    for row in _rows(body):
        for name, term in row.items():
            if isinstance(term, NamedNode):
                named[term] = None
            elif isinstance(term, BlankNode):
                blank[name] = None
    return list(named), list(blank)


def _rows(body: bytes) -> list[dict[str, Any]]:
    answer: Any = None
    try:
        answer = read_answer(body)
        names = [variable.value for variable in answer.variables]
        return [dict(zip(names, row, strict=True)) for row in answer]
    except (MalformedError, SyntaxError) as error:
        reason = str(error)
    # An error keeps hold of what its frames do, and this may not be let go in another thread.
    del answer
    raise unusable(reason)


def _mentioned(bodies: Iterable[bytes]) -> list[NamedNode]:
    """The IRIs that are properties or objects in answers."""
    terms = dict.fromkeys(
        term for body in bodies for row in _rows(body) for term in (row["p"], row["o"])
    )
    return [term for term in terms if isinstance(term, NamedNode)]


def _is_cut(body: bytes, depth: int) -> bool:
    """Whether blank nodes are left at the last step, of which more may be said."""
    described, last = set(), set()
    for row in _rows(body):
        described.add(row["s"])
        if int(row["step"].value) == depth and isinstance(row["o"], BlankNode):
            last.add(row["o"])
    # Blank nodes may point at each other.
    return not last <= described


def _named_start(nodes: Sequence[NamedNode]) -> Start:
    values = " ".join(map(str, nodes))
    return lambda variable: f"VALUES {variable} {{ {values} }}"


def _blank_start(query: str, column: str) -> Start:
    """The blank nodes that a query finds, which only that query itself can name."""

    def start(variable: str) -> str:
        named = variable if variable == f"?{column}" else f"(?{column} AS {variable})"
        return f"{{ SELECT {named} {{ {{ {query} }} FILTER(isBlank(?{column})) }} }}"

    return start


async def _bounded(start: Start, head: str, ask: Ask) -> bytes:
    """The concise bounded descriptions of nodes, and of the claims about them."""
    body = b""
    for depth in DEPTHS:
        body = await ask(head + _steps(start, depth))
        if depth == DEPTHS[-1] or not await asyncio.to_thread(_is_cut, body, depth):
            break
    return body


def _steps(start: Start, depth: int) -> str:
    """A query for what is said of nodes and of the blank nodes up to some steps from them."""
    about = " ".join(f"<{name}>" for name in ABOUT_PROPERTIES)
    branches = []
    for step, lists in ways(depth):
        path = [f"?n{number}" for number in range(step)] + ["?s"]
        edges = "".join(
            f"{edge(place, one, other, lists=lists)} . " for place, (one, other) in _edges(path)
        )
        blank = "".join(f"FILTER(isBlank({node})) " for node in path[1:])
        # Virtuoso 7.2 fails on BIND of a constant here.
        followed = f"VALUES ?step {{ {step} }} {edges}?s ?p ?o . {blank}"
        branches.append(f"{{ {start(path[0])} {followed} }}")
        claims = f"{start('?about')} VALUES ?property {{ {about} }} {path[0]} ?property ?about ."
        branches.append(f"{{ {claims} {followed} }}")
    return f"SELECT DISTINCT ?step ?s ?p ?o {{ {' UNION '.join(branches)} }}"


def _edges(path: Sequence[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    return iter(enumerate(pairwise(path)))


def _labels(names: Sequence[NamedNode]) -> str:
    properties = " ".join(f"<{name}>" for name in LABEL_PROPERTIES)
    values = " ".join(map(str, names))
    return (
        f"SELECT DISTINCT ?s ?p ?o {{ VALUES ?s {{ {values} }} VALUES ?p {{ {properties} }} "
        "?s ?p ?o }"
    )


def _batches(nodes: Iterable[Any]) -> Iterator[Sequence[Any]]:
    found = list(nodes)
    for first in range(0, len(found), _BATCH):
        yield found[first : first + _BATCH]
