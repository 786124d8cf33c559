"""The validation results that solutions of queries come to, as RDF.

https://www.w3.org/TR/shacl/#sparql-constraints-variables
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import RDF, SH
from tipgraph.store.results import Solutions
from tipgraph.validation.in_store.queries import QueryConstraint
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

_TYPE: Final = NamedNode(f"{RDF}type")
_RESULT: Final = NamedNode(f"{SH}ValidationResult")
_PATH: Final = NamedNode(f"{SH}resultPath")


class QueryResults:
    """The results of constraints by query.

    Args:
        graph: The shapes graph.
    """

    def __init__(self, graph: ShapesTriples) -> None:
        self._graph = graph
        self._seen: set[tuple[tuple[NamedNode, Term], ...]] = set()
        self.nodes: list[BlankNode] = []
        self.triples: list[Triple] = []

    def add(
        self,
        constraint: QueryConstraint,
        rows: Solutions,
        written: Mapping[Term, Term] | None = None,
    ) -> None:
        """Take in the solutions of the query of a constraint; those that say the same are one.

        Args:
            constraint: The constraint.
            rows: The solutions.
            written: How the data writes terms that the store has in another form.

        Raises:
            EngineError: One says that the constraint could not be evaluated (`?failure`).
        """
        for row in rows:
            bound = {name: row[name] for name in rows.variables if row[name] is not None}
            if written:
                bound = {name: written.get(term, term) for name, term in bound.items()}
            said = tuple(constraint.said(bound))
            if said in self._seen:
                continue
            self._seen.add(said)
            node = BlankNode(f"query{len(self.nodes)}")
            self.nodes.append(node)
            self.triples.append(Triple(node, _TYPE, _RESULT))
            for predicate, term in said:
                if predicate == _PATH:
                    self.triples += self._path(node, term, f"{node.value}_p")
                else:
                    self.triples.append(Triple(node, predicate, term))

    def _path(self, result: BlankNode, path: Term, name: str) -> Iterator[Triple]:
        """What says a path, in nodes of the result's own."""
        names: dict[Term, BlankNode] = {}
        waiting: list[Term] = []

        def own(term: Term) -> Term:
            if not isinstance(term, BlankNode):
                return term
            if term not in names:
                names[term] = BlankNode(f"{name}{len(names)}")
                waiting.append(term)
            return names[term]

        yield Triple(result, _PATH, own(path))
        while waiting:
            node = waiting.pop()
            for predicate, terms in self._graph.by_subject[node].items():
                for term in terms:
                    yield Triple(names[node], NamedNode(predicate), own(term))
