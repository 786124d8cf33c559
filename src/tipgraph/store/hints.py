"""What may be wrong with a valid query that finds nothing: terms that the store does not know."""

from collections.abc import Awaitable, Callable, Sequence
from difflib import get_close_matches
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.namespaces import PREFIXES
from tipgraph.store.results import Solutions
from tipgraph.store.tokens import Prologue, Token, read_prologue, tokens

_TERMS: Final = 50
_CANDIDATES: Final = 5000
_USES: Final = "{ ?term ?p ?o } UNION { ?s ?term ?o } UNION { ?s ?p ?term }"

Select = Callable[[str], Awaitable[Solutions]]


async def unknown_terms(query: str, base: str | None, select: Select) -> tuple[str, ...]:
    """Say which IRIs of a query occur nowhere in the store, and which known ones are near.

    Args:
        query: The query, valid or not.
        base: What its relative IRIs are resolved against.
        select: Answers a SELECT query over the whole store.

    Returns:
        One sentence for each unknown term.
    """
    terminals = list(tokens(query))
    prologue = read_prologue(terminals, base)
    named = named_iris(terminals, prologue)[:_TERMS]
    if not named:
        return ()
    values = " ".join(f"<{iri}>" for iri in named)
    unknown = await select(
        f"SELECT ?term {{ VALUES ?term {{ {values} }} "
        f"FILTER NOT EXISTS {{ {_USES} UNION {{ GRAPH ?g {{ {_USES} }} }} "
        "UNION { GRAPH ?term { ?s ?p ?o } } } }"
    )
    return tuple([await _sentence(row["term"].value, select) for row in unknown])


def named_iris(terminals: Sequence[Token], prologue: Prologue) -> list[str]:
    """The IRIs that a query names in its pattern, each once; not datatypes, nor functions."""
    found: dict[str, None] = {}
    body = terminals[prologue.size :]
    after = [*body[1:], Token("end", "", 0)]
    before = [Token("start", "", 0), *body[:-1]]
    known = Prologue({**PREFIXES, **prologue.prefixes}, prologue.base, 0)
    for token, left, right in zip(body, before, after, strict=True):
        if token.kind not in ("iri", "name") or left.text == "^^" or right.text == "(":
            continue
        iri = known.resolve(token)
        if iri is not None and _is_valid(iri):
            found[iri] = None
    return list(found)


async def _sentence(iri: str, select: Select) -> str:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    namespace, local = iri[:cut], iri[cut:]
    rows = await select(
        f"SELECT DISTINCT ?term {{ ?term a ?type FILTER(STRSTARTS(STR(?term), '{namespace}')) }} "
        f"LIMIT {_CANDIDATES}"
    )
    locals_ = [row["term"].value[cut:] for row in rows if isinstance(row["term"], NamedNode)]
    near = get_close_matches(local, locals_, n=1, cutoff=0.75)
    if near:
        return f"nothing here uses <{iri}>; did you mean <{namespace}{near[0]}>?"
    return f"nothing here uses <{iri}>"


def _is_valid(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return "'" not in iri and "\\" not in iri
