"""Inference inside an engine, from what it holds to a whole `/graph/inferred`."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import uuid4

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.errors import InconsistencyError, TipgraphError, UsageError
from tipgraph.namespaces import GRAPH_INFERRED
from tipgraph.reasoning.axioms import AXIOM_PREDICATES, AXIOM_TYPES, StatedAxioms
from tipgraph.reasoning.clashes import report
from tipgraph.reasoning.closure import HIERARCHY, RDF_TYPE, SAME_AS, VOCABULARIES, tells
from tipgraph.reasoning.compiled import CompiledOntology
from tipgraph.reasoning.in_store.contradictions import Contradictions
from tipgraph.reasoning.in_store.fixpoint import Announce, Rounds
from tipgraph.reasoning.in_store.grounds import RoundProofs
from tipgraph.reasoning.in_store.patterns import NAMELESS, Atom, named, nameless_again
from tipgraph.reasoning.in_store.workspace import (
    ONTOLOGY,
    SAME,
    Engine,
    Scope,
    by_round,
    inside,
    round_graph,
)

# Triples that are inserted together.
_BATCH: Final = 500
# What is said of the work while it goes on: whose it is, and the rounds that have begun.
_RUN: Final = NamedNode("urn:x-tipgraph:run")
_BEGUN: Final = NamedNode("urn:x-tipgraph:round")
# Beginnings of names that tell a reader nothing, see `closure`.
_IDLE: Final = (*VOCABULARIES, NAMELESS)


@dataclass(frozen=True)
class Drawn:
    """What was inferred in an engine.

    Args:
        triples: How many triples `/graph/inferred` has now.
        rounds: How many rounds brought something.
    """

    triples: int
    rounds: int


def infer_in_store(
    engine: Engine,
    ontology: CompiledOntology,
    scope: Scope,
    *,
    replace: bool = False,
    announce: Announce = lambda _: None,
) -> Drawn:
    """Infer inside an engine; what follows is in its graph `/graph/inferred` in the end.

    That graph is what it was until all has been inferred and nothing contradicts it.

    Args:
        engine: The engine.
        ontology: The compiled ontology.
        scope: What of the engine is read.
        replace: Whether what an earlier inference has left is replaced; it is refused otherwise.
        announce: Is told how far it is.

    Raises:
        UsageError: An earlier inference has left something, or another one has begun meanwhile.
        UnsupportedAxiomError: The data states an axiom.
        InconsistencyError: Ontology and data contradict each other; the message names them.
        QueryError: The engine did not do its part.
    """
    return _Inference(engine, ontology, scope, announce).run(replace)


class _Inference:
    def __init__(
        self, engine: Engine, ontology: CompiledOntology, scope: Scope, announce: Announce
    ) -> None:
        self._engine, self._ontology, self._scope = engine, ontology, scope
        self._announce = announce
        self._name = NamedNode(f"urn:uuid:{uuid4()}")
        self._ours = inside(ONTOLOGY, f"{ONTOLOGY} {_RUN} {self._name}")
        self._rounds = Rounds(engine, ontology, scope, self._ours, announce)

    def run(self, replace: bool) -> Drawn:
        if not replace:
            self._refuse_leftovers()
        self._clear()
        self._refuse_axioms()
        try:
            self._begin()
            rounds = self._rounds.run(self._begin_round)
            self._announce("look for contradictions")
            self._refuse_clashes(rounds)
            self._refuse_another()
        except BaseException:
            # That it cannot be cleared up now is less than what has gone wrong.
            with suppress(TipgraphError):
                if self._is_ours():
                    self._clear()
            raise
        self._publish(rounds)
        self._refuse_another()
        self._clear()
        return Drawn(self._count(GRAPH_INFERRED), rounds)

    def _refuse_axioms(self) -> None:
        axioms = StatedAxioms(self._ontology.schema.asserted)
        for given in (
            f"VALUES ?p {{ {_iris(AXIOM_PREDICATES)} }}",
            f"VALUES ?p {{ {RDF_TYPE} }} VALUES ?o {{ {_iris(AXIOM_TYPES)} }}",
        ):
            where = f"{given} {self._scope.before(1, '?s ?p ?o')}"
            for row in self._engine.select(f"SELECT ?s ?p ?o {{ {where} }}"):
                axioms.refuse_others(Triple(row["s"], row["p"], row["o"]))

    def _refuse_leftovers(self) -> None:
        if self._said(_RUN):
            raise UsageError(
                "inference goes on in this engine, or was broken off: if it no longer goes on, "
                "--existing replace begins anew"
            )
        if count := self._count(GRAPH_INFERRED):
            raise UsageError(
                f"there are {count:,} triples already in {GRAPH_INFERRED.value}: "
                "--existing replace puts what follows now in their place"
            )

    def _begin(self) -> None:
        self._engine.update(f"INSERT DATA {{ {self._ours} }}")
        facts, asserted = self._ontology.facts, self._ontology.schema.asserted
        self._insert(ONTOLOGY, (each for each in asserted if facts.table_of(each) is not None))
        link = f"?x {SAME_AS} ?y"
        links = self._scope.before(1, link)
        self._engine.update(f"INSERT {{ {inside(SAME, link)} }} WHERE {{ {self._ours} {links} }}")
        # What follows among axioms is published with the rest.
        self._begin_round(1)
        self._insert(round_graph(1), filter(tells, self._ontology.schema.steps))

    def _begin_round(self, number: int) -> None:
        self._refuse_another()
        self._insert(ONTOLOGY, [Triple(ONTOLOGY, _BEGUN, Literal(number))])

    def _refuse_another(self) -> None:
        if not self._is_ours():
            raise UsageError("another inference has begun in this engine: this one has ended")

    def _is_ours(self) -> bool:
        """Whether no other run has the graphs of this work, which are then not to be cleared."""
        return self._said(_RUN) == {self._name}

    def _said(self, predicate: NamedNode) -> set[Any]:
        said = inside(ONTOLOGY, f"{ONTOLOGY} {predicate} ?said")
        return {row["said"] for row in self._engine.select(f"SELECT ?said {{ {said} }}")}

    def _insert(self, graph: NamedNode, triples: Iterable[Triple]) -> None:
        lines = (f"{named(t.subject)} {t.predicate} {named(t.object)} ." for t in triples)
        while batch := " ".join(islice(lines, _BATCH)):
            self._engine.update(f"INSERT {{ {inside(graph, batch)} }} WHERE {{ {self._ours} }}")

    def _clear(self) -> None:
        """Remove the graphs of this work, a class or a property at a time."""
        for number in sorted(int(begun.value) for begun in self._said(_BEGUN)):
            self._announce(f"clear up after round {number}")
            for table in self._rounds.filled_in(number):
                self._engine.update(
                    f"DELETE WHERE {{ {inside(round_graph(number), Atom(table))} }}"
                )
            self._engine.update(f"DROP SILENT GRAPH {round_graph(number)}")
        for graph in (SAME, ONTOLOGY):
            self._engine.update(f"DROP SILENT GRAPH {graph}")

    def _refuse_clashes(self, rounds: int) -> None:
        clashes = Contradictions(self._rounds, rounds).find()
        if clashes:
            told = report(clashes, RoundProofs(self._rounds, rounds).grounds)
            raise InconsistencyError(nameless_again(told))

    def _publish(self, rounds: int) -> None:
        """Put what is worth keeping of it into `/graph/inferred`."""
        updates = list(self._kept(max(rounds, 1)))
        self._engine.update(f"DROP SILENT GRAPH {GRAPH_INFERRED}")
        for done, text in enumerate(updates):
            self._announce(f"publish: {done} of {len(updates)} classes and properties")
            self._engine.update(text)

    def _kept(self, rounds: int) -> Iterator[str]:
        there = self._rounds.filled(lambda pattern: by_round(rounds, pattern))
        for table in sorted(there, key=lambda each: str(each.term)):
            if isinstance(table.term, NamedNode) and not table.term.value.startswith(VOCABULARIES):
                yield self._keeping(rounds, Atom(table), links=not table.is_class)
        for predicate in sorted(HIERARCHY, key=str):
            yield self._keeping(rounds, f"?x {predicate} ?y", links=True)

    def _keeping(self, rounds: int, pattern: object, *, links: bool) -> str:
        """The update that publishes what `closure.tells` of, aliases left out."""
        idle = " || ".join(f'STRSTARTS(STR(?x), "{start}")' for start in _IDLE)
        conditions = [f"FILTER(isIRI(?x) && !({idle}))", _no_alias("?x")]
        if links:
            nameless = f'isBlank(?y) || (isIRI(?y) && STRSTARTS(STR(?y), "{NAMELESS}"))'
            conditions += [f"FILTER(!({nameless}) && !sameTerm(?x, ?y))", _no_alias("?y")]
        where = f"{self._ours} {by_round(rounds, pattern)} {' '.join(conditions)}"
        return f"INSERT {{ {inside(GRAPH_INFERRED, pattern)} }} WHERE {{ {where} }}"

    def _count(self, graph: NamedNode) -> int:
        counted = f"SELECT (COUNT(*) AS ?n) {{ {inside(graph, '?s ?p ?o')} }}"
        return sum(int(row["n"].value) for row in self._engine.select(counted))


def _no_alias(variable: str) -> str:
    return f"FILTER NOT EXISTS {{ {inside(SAME, f'?other {SAME_AS} {variable}')} }}"


def _iris(values: Iterable[str]) -> str:
    return " ".join(f"<{value}>" for value in sorted(values))
