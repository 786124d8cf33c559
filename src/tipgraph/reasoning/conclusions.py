"""Conclusions that reasoning must draw, and near ones that it must not.

Each is a W3C test manifest (`mf:Manifest`) whose entries are ASK queries with the answer to expect
(`mf:result`); those that expect false are the negative twins.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, QueryBoolean, Store, Triple

from tipgraph.errors import InputError
from tipgraph.namespaces import PREFIXES
from tipgraph.reasoning.sparql import read_queries, select


@dataclass(frozen=True, slots=True)
class Ask:
    """One ASK query and the answer to expect.

    Args:
        iri: Its name.
        text: The query; the project's prefixes need no declaration.
        expected: The right answer.
    """

    iri: NamedNode
    text: str
    expected: bool

    def answer(self, store: Store) -> bool:
        """Ask a store's default graph."""
        answer = store.query(self.text, prefixes=dict(PREFIXES))
        if not isinstance(answer, QueryBoolean):
            raise InputError(f"{self.iri.value}: not an ASK query")
        return bool(answer)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What must follow, with its negative twins.

    Args:
        iri: Its name.
        label: The conclusion in words.
        asks: The queries that show it, sorted by IRI.
    """

    iri: NamedNode
    label: str
    asks: tuple[Ask, ...]

    def failures(self, store: Store) -> list[Ask]:
        """The queries that a store's default graph answers wrongly; none when all is well."""
        return [ask for ask in self.asks if ask.answer(store) != ask.expected]


def read_conclusions(triples: Iterable[Triple | Quad]) -> list[Conclusion]:
    """Read the conclusions from the merged graph of their files, sorted by IRI."""
    store = Store()
    store.extend(Quad(each.subject, each.predicate, each.object) for each in triples)
    found: dict[tuple[NamedNode, str], list[Ask]] = {}
    for iri, label, ask, text, expected in select(store, read_queries("queries")["conclusions"]):
        asks = found.setdefault((iri, label.value), [])
        asks.append(Ask(ask, text.value, expected.value == "true"))
    return [Conclusion(iri, label, tuple(asks)) for (iri, label), asks in found.items()]
