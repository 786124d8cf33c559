"""CONSTRUCT taken apart: a SELECT for what an engine finds, a template for what we make of it.

Rows show by themselves whether they are whole, and some engines leave out triples without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tipgraph.store.tokens import Prologue, Token
from tipgraph.store.transcriber import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Construct:
    """A CONSTRUCT query in two parts.

    Args:
        select: The SELECT query for the variables of the template.
        template: A CONSTRUCT query for the template alone, with placeholders for its variables.
        variables: Names of the variables, by the number of their placeholder.
    """

    select: str
    template: str
    variables: tuple[str, ...]


def construct_parts(text: str, terminals: Sequence[Token], prologue: Prologue) -> Construct | None:
    """Take a CONSTRUCT query apart.

    Args:
        text: The query, without FROM.
        terminals: Its tokens.
        prologue: Its declarations.

    Returns:
        None for a text that is none.
    """
    start = prologue.size
    if len(terminals) < start + 3 or not terminals[start].is_word("CONSTRUCT"):
        return None
    # The short form has the pattern in the place of the template.
    short = terminals[start + 1].is_word("WHERE")
    first = start + 1 + short
    last = _closing(terminals, first)
    head = text[: terminals[start].start]
    rest = text[terminals[first - 1].start if short else terminals[last].end :]
    template, variables, reached = [f"{head}CONSTRUCT "], dict[str, int](), terminals[first].start
    for token in terminals[first:last]:
        if token.kind == "variable":
            number = variables.setdefault(token.text[1:], len(variables))
            template += (text[reached : token.start], f"<{PLACEHOLDER}{number}>")
            reached = token.end
    template += (text[reached : terminals[last].end], " {}")
    selected = " ".join(f"?{name}" for name in variables) or "(1 AS ?row)"
    return Construct(f"{head}SELECT {selected} {rest}", "".join(template), tuple(variables))


def _closing(terminals: Sequence[Token], first: int) -> int:
    """The index of the brace that closes the one at an index; the last one if none does."""
    depth = 0
    for index in range(first, len(terminals)):
        depth += (terminals[index].text == "{") - (terminals[index].text == "}")
        if depth <= 0:
            return index
    return len(terminals) - 1
