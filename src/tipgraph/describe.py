"""What the graph says of one of its things: found by SPARQL, through whatever store answers it.

A description holds the triples with the thing as subject, blank nodes followed; the statements
about it, described likewise; the triples that point at it, counted for each property and given a
page at a time; and the labels of everything that these name. Each triple keeps its graph, so that
what was inferred stays apart from what was asserted.

What is looked up is written as plans: generators that yield SELECT queries, are sent the solutions
and return what they made of them. So one and the same plan serves a program that waits for a store
(`run`) and a server that does not wait.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeVar

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from tipgraph.namespaces import (
    DCTERMS,
    FOAF,
    GRAPH_INFERRED,
    GRAPH_META,
    OA,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    TIP,
)
from tipgraph.store import Solutions, Store
from tipgraph.store.following import DEPTHS, edge, ways
from tipgraph.turtle import terms_within

Made = TypeVar("Made")
Plan = Generator[str, Solutions, Made]
Node = NamedNode | BlankNode

PAGE_SIZE: Final = 100
LABELS: Final = (f"{RDFS}label", f"{SKOS}prefLabel", f"{DCTERMS}title", f"{FOAF}name")

# By these a statement points at what it is about, at what it rests on and at its like.
_ABOUT: Final = (f"{TIP}claimSubject", f"{TIP}claimObject", f"{TIP}claimPredicate")
_BESIDE: Final = (
    f"{PROV}wasDerivedFrom",
    f"{TIP}conflictsWith",
    f"{TIP}qualifies",
    f"{TIP}contradictedBy",
)
_UP: Final = (
    f"{TIP}inParagraph",
    f"{TIP}inSection",
    f"{PROV}wasDerivedFrom",
    f"{OA}hasSource",
)
_IS_STATEMENT: Final = f"?s <{TIP}claimPredicate> ?any"
_CANDIDATES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the graph knows an IRI.

    Args:
        known: It occurs in some triple.
        retired: It was withdrawn; what the graph `meta` says of it is its tombstone.
    """

    known: bool
    retired: bool


@dataclass(frozen=True)
class Description:
    """A page of what the graph says of a thing.

    Args:
        iri: The thing.
        quads: All that is said on this page, each quad once, in a stable order.
        links: How many nodes with an IRI point at it, by property.
        statements: The statements on this page that point at it, in order.
        page: The number of this page, from 1.
        pages: The number of pages that the links need; 1 when there are none.
    """

    iri: NamedNode
    quads: tuple[Quad, ...]
    links: Mapping[NamedNode, int]
    statements: tuple[NamedNode, ...]
    page: int
    pages: int

    @property
    def types(self) -> tuple[str, ...]:
        """IRIs of the classes that the thing is stated to have."""
        kind, inferred = f"{RDF}type", inferred_triples(self.quads)
        return tuple(
            dict.fromkeys(
                node.value
                for node in self._named(kind)
                if Triple(self.iri, NamedNode(kind), node) not in inferred
            )
        )

    @property
    def up(self) -> str:
        """IRI of what the thing is a part of or rests on; empty when there is none."""
        for name in _UP:
            for node in self._named(name):
                return node.value
        return ""

    def _named(self, predicate: str) -> Iterator[NamedNode]:
        """The nodes that the thing points at by a property."""
        for quad in self.quads:
            stated = quad.predicate.value == predicate and quad.subject == self.iri
            if stated and isinstance(quad.object, NamedNode):
                yield quad.object


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known IRI and one of its labels, if it has any."""

    iri: str
    label: str


class Describer:
    """Makes the plans that describe things.

    Args:
        merged: Whether the default graph only repeats what the named graphs hold.
        page_size: How many links a page has.
    """

    def __init__(self, *, merged: bool, page_size: int = PAGE_SIZE) -> None:
        self._merged = merged
        self._page_size = page_size

    def standing(self, iri: NamedNode) -> Plan[Standing]:
        """Plan to find out whether an IRI is known."""
        uses = " UNION ".join(
            self.anywhere(pattern) for pattern in (f"{iri} ?p ?o", f"?s ?p {iri}", f"?s {iri} ?o")
        )
        solutions = yield (
            f"SELECT (EXISTS {{ {uses} }} AS ?known) "
            f"(EXISTS {{ GRAPH {GRAPH_META} {{ {iri} <{OWL}deprecated> true }} }} AS ?retired) {{}}"
        )
        row = solutions[0]
        return Standing(_holds(row["known"]), _holds(row["retired"]))

    def description(self, iri: NamedNode, page: int = 1) -> Plan[Description]:
        """Plan to describe a thing.

        Args:
            iri: The thing.
            page: Which page of the links, from 1; there is nothing beyond the last.
        """
        links = yield from self._count_links(iri)
        pages = max(1, -(-sum(links.values()) // self._page_size))
        linked = yield from self._links(iri, page)
        beside = yield from self._beside(iri) if page == 1 else _nothing()
        statements = tuple(dict.fromkeys(row["s"] for row in linked if _holds(row["statement"])))
        described = dict.fromkeys((*([iri] if page == 1 else []), *beside, *statements))
        quads = yield from self.bounded(list(described))
        quads |= {Quad(row["s"], row["p"], iri, row["g"] or DefaultGraph()) for row in linked}
        quads |= yield from self.labels(quads, iri)
        return Description(iri, _stable(quads), links, statements, page, pages)

    def tombstone(self, iri: NamedNode) -> Plan[Description]:
        """Plan to say what is left of a retired thing: what the graph `meta` has on it."""
        solutions = yield (
            f"SELECT ?p ?o {{ GRAPH {GRAPH_META} {{ {iri} ?p ?o FILTER(!isBlank(?o)) }} }}"
        )
        quads = {Quad(iri, row["p"], row["o"], GRAPH_META) for row in solutions}
        quads |= yield from self.labels(quads, iri)
        return Description(iri, _stable(quads), {}, (), 1, 1)

    def candidates(self, namespace: str) -> Plan[tuple[Candidate, ...]]:
        """Plan to list the things whose IRIs begin with a namespace, each label in a row."""
        solutions = yield (
            f"SELECT DISTINCT ?x ?label {{ {self.anywhere('?x ?p ?o')} "
            f"FILTER(isIRI(?x) && STRSTARTS(STR(?x), {_quoted(namespace)})) "
            f"OPTIONAL {{ ?x <{RDFS}label> ?label }} }} LIMIT {_CANDIDATES}"
        )
        return tuple(
            Candidate(row["x"].value, row["label"].value if row["label"] else "")
            for row in solutions
        )

    def _count_links(self, iri: NamedNode) -> Plan[dict[NamedNode, int]]:
        solutions = yield (
            f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) {{ {self.anywhere(f'?s ?p {iri}')} "
            "FILTER(isIRI(?s)) } GROUP BY ?p ORDER BY ?p"
        )
        return {row["p"]: int(row["n"].value) for row in solutions}

    def _links(self, iri: NamedNode, page: int) -> Plan[Sequence[Any]]:
        """The triples that point here: of statements first, and of these what they say of it."""
        first = (page - 1) * self._page_size
        subject, about = f"<{_ABOUT[0]}>", ", ".join(f"<{name}>" for name in _ABOUT)
        order = f"(IF(?p = {subject}, 0, IF(?p IN ({about}), 1, 2)))"
        solutions = yield (
            "SELECT ?g ?s ?p ?statement {"
            f" {{ SELECT DISTINCT ?s ?p {{ {self.anywhere(f'?s ?p {iri}')} FILTER(isIRI(?s)) }}"
            f" ORDER BY {order} ?p ?s"
            f" LIMIT {self._page_size} OFFSET {first} }}"
            f" {self.anywhere(f'?s ?p {iri}')}"
            f" BIND(EXISTS {{ {self.anywhere(_IS_STATEMENT, graph='?h')} }} AS ?statement)"
            f" }} ORDER BY {order} ?p ?s"
        )
        return solutions

    def _beside(self, iri: NamedNode) -> Plan[list[NamedNode]]:
        """What a statement rests on, and the statements beside it."""
        named = " ".join(f"<{name}>" for name in _BESIDE)
        solutions = yield (
            f"SELECT DISTINCT ?o {{ {self.anywhere(_IS_STATEMENT.replace('?s', str(iri)))} "
            f"VALUES ?p {{ {named} }} {self.anywhere(f'{iri} ?p ?o', graph='?h')} "
            "FILTER(isIRI(?o)) } ORDER BY ?o"
        )
        return [row["o"] for row in solutions]

    def bounded(self, nodes: Sequence[NamedNode]) -> Plan[set[Quad]]:
        """The concise bounded descriptions of nodes.

        A blank node has no name by which a second query could ask for more of it, so one query
        follows them some steps, and one that follows them further takes its place if need be.
        """
        solutions: Solutions | tuple[()] = ()
        for depth in DEPTHS:
            solutions = yield self._steps(nodes, depth)
            described = {row["s"] for row in solutions}
            # What has been described leads nowhere else: blank nodes may point at each other.
            if not any(
                int(row["step"].value) == depth
                and isinstance(row["o"], BlankNode)
                and row["o"] not in described
                for row in solutions
            ):
                break
        return {Quad(row["s"], row["p"], row["o"], row["g"] or DefaultGraph()) for row in solutions}

    def _steps(self, nodes: Sequence[NamedNode], depth: int) -> str:
        """A query for what is said of nodes and of blank nodes up to some steps from them.

        A node and the blank nodes that belong to it are together in the default graph, or all of
        them are in named ones.
        """
        values = " ".join(map(str, nodes))
        branches = []
        for step, lists in ways(depth):
            path = [f"?n{number}" for number in range(step)] + ["?s"]
            edges = [
                (edge(number, one, other, lists=lists), f"?g{number}")
                for number, (one, other) in enumerate(pairwise(path))
            ]
            edges.append(("?s ?p ?o", "?g"))
            blank = " ".join(f"FILTER(isBlank({node}))" for node in path[1:])
            for in_named in (True,) if self._merged else (True, False):
                followed = " ".join(
                    f"GRAPH {graph} {{ {pattern} }}" if in_named else f"{pattern} ."
                    for pattern, graph in edges
                )
                given = f"VALUES {path[0]} {{ {values} }}"
                # Virtuoso 7.2 fails on BIND of a constant here.
                branches.append(f"{{ {given} VALUES ?step {{ {step} }} {followed} {blank} }}")
        return f"SELECT DISTINCT ?step ?g ?s ?p ?o {{ {' UNION '.join(branches)} }}"

    def labels(self, quads: Iterable[Quad], *nodes: NamedNode) -> Plan[set[Quad]]:
        """The labels of some nodes, and of all that some quads name."""
        named = {
            term: None
            for quad in quads
            for term in terms_within(quad.triple)
            if isinstance(term, NamedNode)
        }
        mentioned = " ".join(sorted(map(str, {**named, **dict.fromkeys(nodes)})))
        properties = ", ".join(f"<{name}>" for name in LABELS)
        solutions = yield (
            "SELECT DISTINCT ?g ?s ?p ?o { "
            f"{self.anywhere('?s ?p ?o', given=f'VALUES ?s {{ {mentioned} }}')} "
            f"FILTER(?p IN ({properties}) && !isBlank(?o)) }}"
        )
        return {Quad(row["s"], row["p"], row["o"], row["g"] or DefaultGraph()) for row in solutions}

    def called(self, texts: Iterable[Literal]) -> Plan[set[tuple[NamedNode, Literal]]]:
        """Plan to find the things that have some texts as labels."""
        given = " ".join(sorted(map(str, texts)))
        properties = ", ".join(f"<{name}>" for name in LABELS)
        solutions = yield (
            "SELECT DISTINCT ?s ?o { "
            f"{self.anywhere('?s ?p ?o', given=f'VALUES ?o {{ {given} }}')} "
            f"FILTER(?p IN ({properties}) && isIRI(?s)) }}"
        )
        return {(row["s"], row["o"]) for row in solutions}

    def anywhere(self, pattern: str, *, graph: str = "?g", given: str = "") -> str:
        """A pattern that matches in any graph, and says which.

        Args:
            pattern: A triple pattern.
            graph: The variable for the graph.
            given: Values of a variable; engines that join with a union read all that matches the
                pattern, so these go inside of it.
        """
        named = f"{{ {given} GRAPH {graph} {{ {pattern} }} }}"
        return named if self._merged else f"{{ {{ {given} {pattern} }} UNION {named} }}"


def inferred_triples(quads: Iterable[Quad]) -> set[Triple]:
    """The triples that count as inferred: those of `/graph/inferred` that no other named graph has.

    The default graph of anybody's data repeats them.
    """
    named = [quad for quad in quads if not isinstance(quad.graph_name, DefaultGraph)]
    asserted = {quad.triple for quad in named if quad.graph_name != GRAPH_INFERRED}
    return {quad.triple for quad in named} - asserted


def run(store: Store, plan: Plan[Made]) -> Made:
    """Carry out a plan, waiting for each answer; must not be called in the store's event loop."""
    try:
        query = next(plan)
        while True:
            solutions = store.query(query)
            assert isinstance(solutions, Solutions)  # noqa: S101  # plans only SELECT
            query = plan.send(solutions)
    except StopIteration as stop:
        made: Made = stop.value
        return made


def _holds(term: Any) -> bool:
    """Whether a truth value is true; Virtuoso computes numbers in their place."""
    return term.value in ("true", "1")


def _nothing() -> Plan[list[NamedNode]]:
    yield from ()
    return []


def _stable(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Quads in an order, and with labels of blank nodes, that are the same each time."""
    canonical = Dataset(quads)
    canonical.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(sorted(canonical, key=str))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
