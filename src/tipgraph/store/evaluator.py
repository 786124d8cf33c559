"""Queries evaluated on a snapshot's store, and what DESCRIBE says there.

Workers run this, so it imports pyoxigraph, its sibling and the standard library alone.
"""

import time
from collections.abc import Iterable
from typing import Any

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
)

from tipgraph.store.serialiser import GRAPH, RESULTS, write_graph, write_results


class Evaluator:
    """Evaluates requests on a read-only store.

    Args:
        store: The store.
        prefixes: Prefixes for formats that have them.
        label_properties: IRIs of properties whose values name a thing, for DESCRIBE.
        about_properties: IRIs of properties by which a claim points at what it is about.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefixes: dict[str, str],
        label_properties: tuple[str, ...],
        about_properties: tuple[str, ...],
    ) -> None:
        self._store = store
        self._prefixes = prefixes
        self._labels = [NamedNode(iri) for iri in label_properties]
        self._about = [NamedNode(iri) for iri in about_properties]

    def evaluate(self, request: tuple[Any, ...]) -> tuple[int, bytes, float]:
        """Evaluate one request.

        Args:
            request: Query, base IRI, default graphs and named graphs (tuples of IRIs, or None
                for the dataset of the query), media type for results and for graphs (None when
                not acceptable), limit in bytes, and for DESCRIBE the SELECT queries that find
                what is described together with the graphs they are described from.

        Returns:
            Kind of answer, its bytes, and the time at which the query was ready to run.
        """
        text, base_iri, default_graphs, named_graphs, results_type, graph_type, limit, describe = (
            request
        )
        dataset = {
            "base_iri": base_iri,
            "default_graph": None if default_graphs is None else _named_nodes(default_graphs),
            "named_graphs": None if named_graphs is None else _named_nodes(named_graphs),
        }
        answer = self._store.query(text, **dataset)
        ready = time.perf_counter()
        if isinstance(answer, QueryTriples):
            triples: Iterable[Triple] = answer
            if describe is not None and graph_type is not None:
                triples = self._described(describe, dataset)
            return GRAPH, write_graph(triples, graph_type, limit, self._prefixes), ready
        return RESULTS, write_results(answer, results_type, limit), ready

    def _described(self, describe: tuple[Any, ...], dataset: dict[str, Any]) -> list[Triple]:
        queries, graph_names = describe
        found: dict[NamedNode | BlankNode, None] = {}
        for query in queries:
            answer = self._store.query(query, **dataset)
            assert isinstance(answer, QuerySolutions)  # noqa: S101  # these are all SELECT
            for solution in answer:
                for term in solution:
                    if isinstance(term, NamedNode | BlankNode):
                        found[term] = None
        graphs = [DefaultGraph()] if graph_names is None else _named_nodes(graph_names)
        return list(Description(self._store, graphs, self._labels, self._about).of(found))


class Description:
    """What DESCRIBE says of resources: concise bounded descriptions, claims and labels.

    That is every triple with the resource as subject, with blank nodes followed; every claim about
    it, described likewise; and the labels of what these name.
    """

    def __init__(
        self,
        store: Store,
        graphs: list[Any],
        labels: list[NamedNode],
        about: list[NamedNode],
    ) -> None:
        self._store = store
        self._graphs = graphs
        self._labels = labels
        self._about = about
        self._triples: dict[Triple, None] = {}

    def of(self, resources: dict[Any, None]) -> dict[Triple, None]:
        """Collect the description of resources, in a stable order, each triple once."""
        for node in resources:
            self._add_bounded(node)
            for claim in sorted(self._claims(node), key=str):
                self._add_bounded(claim)
        named = {
            term: None
            for triple in self._triples
            for term in (triple.predicate, triple.object)
            if isinstance(term, NamedNode)
        }
        for term in named:
            for label in self._labels:
                self._add(self._match(term, label, None))
        return self._triples

    def _claims(self, node: Any) -> set[Any]:
        return {quad.subject for about in self._about for quad in self._match(None, about, node)}

    def _add_bounded(self, node: Any) -> None:
        open_nodes, closed = [node], set()
        while open_nodes:
            node = open_nodes.pop()
            closed.add(node)
            quads = self._match(node, None, None)
            self._add(quads)
            open_nodes += [
                quad.object
                for quad in quads
                if isinstance(quad.object, BlankNode) and quad.object not in closed
            ]

    def _add(self, quads: list[Any]) -> None:
        self._triples.update((quad.triple, None) for quad in quads)

    def _match(self, subject: Any, predicate: Any, value: Any) -> list[Any]:
        return [
            quad
            for graph in self._graphs
            for quad in self._store.quads_for_pattern(subject, predicate, value, graph)
        ]


def _named_nodes(iris: tuple[str, ...]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in iris]
