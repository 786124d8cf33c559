"""How the data uses the terms of the ontology, asked of the store: counts and a few examples."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from tipgraph.namespaces import GRAPH_DATA, TIP
from tipgraph.store import Solutions
from tipgraph.vocabulary import Use
from tipgraph.wording import Phrase

Ask = Callable[[str, tuple[str, ...] | None], Awaitable[Solutions]]

_OWN: Final = f'FILTER(STRSTARTS(STR(?term), "{TIP}"))'
# Classes by their members, properties by their triples, entries of lists by what names them.
_COUNTS: Final = (
    f"SELECT ?term (COUNT(DISTINCT ?s) AS ?n) {{ ?s a ?term {_OWN} }} GROUP BY ?term",
    f"SELECT ?term (COUNT(*) AS ?n) {{ ?s ?term ?o {_OWN} }} GROUP BY ?term",
    f"""SELECT ?term (COUNT(*) AS ?n) {{
      ?s ?p ?term {_OWN}
      FILTER(?p NOT IN (rdf:type, tip:claimPredicate, owl:assertionProperty, tip:rule))
      FILTER(!STRSTARTS(STR(?s), "{TIP}"))
    }} GROUP BY ?term""",
)
_PREFIXES: Final = (
    f"PREFIX tip: <{TIP}>\nPREFIX owl: <http://www.w3.org/2002/07/owl#>\n"
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
)
_EXAMPLES: Final = (
    f"SELECT ?term ?s {{ ?s a ?term {_OWN} FILTER(isIRI(?s)) }} ORDER BY ?term ?s",
    f"SELECT ?term ?s ?o {{ ?s ?term ?o {_OWN} FILTER(isIRI(?s) && !isBlank(?o)) }} "
    "ORDER BY ?term ?s ?o",
)
_MOST_EXAMPLES: Final = 3


async def find_uses(ask: Ask) -> Mapping[NamedNode, Use]:
    """Find how the data uses each term.

    Args:
        ask: Answers a SELECT query over some graphs, or over the default graph.
    """
    asserted = await _counts(ask, (GRAPH_DATA.value,))
    inferred = await _counts(ask, None)
    examples = await _examples(ask)
    return {
        term: Use(asserted.get(term, 0), inferred.get(term, 0), tuple(examples.get(term, ())))
        for term in inferred.keys() | asserted.keys()
    }


async def _counts(ask: Ask, graphs: tuple[str, ...] | None) -> dict[NamedNode, int]:
    counts: dict[NamedNode, int] = {}
    for query in _COUNTS:
        for term, number in await ask(_PREFIXES + query, graphs):
            if isinstance(term, NamedNode) and isinstance(number, Literal):
                counts.setdefault(term, int(number.value))
    return counts


async def _examples(ask: Ask) -> dict[NamedNode, list[Phrase]]:
    found: dict[NamedNode, list[Phrase]] = defaultdict(list)
    for graphs in ((GRAPH_DATA.value,), None):
        for query in _EXAMPLES:
            for term, *things in await ask(_PREFIXES + query, graphs):
                if isinstance(term, NamedNode) and len(found[term]) < _MOST_EXAMPLES:
                    phrase = _phrase(things)
                    if phrase not in found[term]:
                        found[term].append(phrase)
    return found


def _phrase(things: list[object]) -> Phrase:
    words: list[str | NamedNode] = []
    for thing in things:
        words += [" → "] if words else []
        words.append(thing if isinstance(thing, NamedNode) else f"“{getattr(thing, 'value', '')}”")
    return tuple(words)
