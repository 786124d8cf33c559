"""How blank nodes are followed by one query: steps, of which one leads along a whole list."""

from collections.abc import Iterator
from typing import Final

from tipgraph.namespaces import RDF

# Steps that are followed from a described node, at first and if need be; the members of a list,
# of any length, are one step from what has the list.
DEPTHS: Final = (2, 8, 32)
_REST: Final = f"<{RDF}rest>"


def edge(number: int, one: str, other: str, *, lists: bool) -> str:
    """A pattern that leads from a node to a blank node, or to a member of the list that it is.

    Args:
        number: The number of the step, from 0; the variables of the pattern have it.
        one: The variable of the node.
        other: The variable of the node that is led to.
        lists: Whether the step leads to all members of a list.
    """
    if not lists:
        return f"{one} ?p{number} {other}"
    head = f"?l{number}"
    # A member is found by one way only, or there were as many as there are paths along the list.
    once = f" FILTER(?p{number} != {_REST})" if number else ""
    return f"{one} ?p{number} {head} FILTER(isBlank({head})){once} {head} {_REST}* {other}"


def ways(depth: int) -> Iterator[tuple[int, bool]]:
    """The numbers of steps that are followed up to a depth, and whether along lists.

    Only the deepest follows lists. It follows what is near step by step as well, since Virtuoso 7.2
    misses paths of no length there, as there is one to the first member.
    """
    near, deepest = DEPTHS[-2:]
    yield from ((step, False) for step in range(min(depth, near) + 1))
    if depth == deepest:
        yield from ((step, True) for step in range(1, depth + 1))
