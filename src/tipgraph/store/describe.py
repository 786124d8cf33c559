"""DESCRIBE taken apart: the SELECT queries that find what is to be described.

SPARQL 1.1 section 16.4 leaves to the service what a description holds. Here it is the triples with
the resource as subject, blank nodes followed, the claims about it, and the labels of what these
name; `evaluator.Description` collects them, from what the queries made here find.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tipgraph.namespaces import RDFS, SKOS, TIP
from tipgraph.store.tokens import Prologue, Token, query_form

# By these a description names things, and by these a claim points at what it is about.
LABEL_PROPERTIES: Final = (f"{RDFS}label", f"{SKOS}prefLabel")
ABOUT_PROPERTIES: Final = (f"{TIP}claimSubject", f"{TIP}claimObject")

DescribePlan = tuple[tuple[str, ...], tuple[str, ...] | None]


def describe_queries(
    text: str,
    terminals: Sequence[Token],
    prologue: Prologue,
    default_graphs: tuple[str, ...] | None,
) -> DescribePlan | None:
    """Plan a DESCRIBE query.

    Args:
        text: The query.
        terminals: Its tokens.
        prologue: Its declarations.
        default_graphs: The default graphs of the request, which win over FROM.

    Returns:
        SELECT queries whose solutions are the resources, and the graphs that descriptions are
        taken from (None for the store's default graph); or None for another form of query.
    """
    if query_form(terminals) != "DESCRIBE":
        return None
    index = prologue.size + 1
    named: list[Token] = []
    while index < len(terminals) and terminals[index].kind in ("iri", "name", "variable"):
        named.append(terminals[index])
        index += 1
    everything = index < len(terminals) and terminals[index].text == "*"
    rest = terminals[index + everything :]
    head = text[: terminals[prologue.size].start]
    tail = text[rest[0].start :] if rest else ""
    variables = " ".join(token.text for token in named if token.kind == "variable")
    queries = []
    constants = [token.text for token in named if token.kind != "variable"]
    if constants:
        columns = " ".join(f"({iri} AS ?r{number})" for number, iri in enumerate(constants))
        queries.append(f"{head}SELECT {columns} {{}}")
    if everything or variables:
        queries.append(f"{head}SELECT DISTINCT {'*' if everything else variables} {tail or '{}'}")
    return tuple(queries), default_graphs or _from_graphs(rest, prologue)


def _from_graphs(rest: Sequence[Token], prologue: Prologue) -> tuple[str, ...] | None:
    """The graphs of the FROM clauses; None when there are none."""
    graphs = []
    for token, after in pairwise(rest):
        if token.text == "{":
            break
        if token.is_word("FROM") and after.kind in ("iri", "name"):
            graphs.append(prologue.resolve(after) or "")
    return tuple(graphs) or None
