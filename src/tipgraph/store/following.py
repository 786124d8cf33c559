"""How blank nodes are followed by one query: steps, of which one leads along a whole list."""

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
