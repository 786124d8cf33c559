"""Literals through a pyoxigraph store with their lexical form as written.

The store keeps numbers, dates and booleans by value: "02" comes back as "2", which is another
term. A literal that would change is stored under a datatype of its own and restored on the way out.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

_MARK: Final = "/as-written"
_PROBE: Final = "urn:x-tipgraph:probe:"

Term = NamedNode | BlankNode | Literal | Triple


def fill(store: Store, triples: Iterable[Triple]) -> None:
    """Add triples to a store's default graph so that `restored` gives their literals back."""
    found = list(triples)
    altered = _altered({t.object for t in found if isinstance(t.object, Literal)})
    store.extend(Quad(t.subject, t.predicate, altered.get(t.object, t.object)) for t in found)


def restored(row: Iterable[Term]) -> Iterator[Any]:
    """The terms of a row as they were written; which kinds they are, its query knows."""
    return (_restored(term) if isinstance(term, Literal) else term for term in row)


def _altered(literals: set[Literal]) -> dict[Term, Literal]:
    """For each literal that a store would change, what to store instead."""
    probes = {f"{_PROBE}{number}": literal for number, literal in enumerate(literals)}
    store = Store()
    store.extend(Quad(NamedNode(iri), NamedNode(_PROBE), probes[iri]) for iri in probes)
    changed = (probes[q.subject.value] for q in store if q.object != probes[q.subject.value])
    return {
        literal: Literal(literal.value, datatype=NamedNode(f"{literal.datatype.value}{_MARK}"))
        for literal in changed
    }


def _restored(literal: Literal) -> Literal:
    datatype = literal.datatype.value
    if not datatype.endswith(_MARK):
        return literal
    return Literal(literal.value, datatype=NamedNode(datatype.removesuffix(_MARK)))
