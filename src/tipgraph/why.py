"""Why an inferred triple of a graph holds: its proof, found in the store that holds the graph.

The store was closed under an ontology when it was built. So nothing is inferred anew: what the
rules need to know of the facts near to the triple is asked by SPARQL, a few queries for a proof,
however large the graph is. These are written as plans, see `describe`. What a closure leaves out,
such as the types of nodes without names, is in no store; where a proof needs it, what is said of
the things around the triple is inferred anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, Self

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from tipgraph import dataset
from tipgraph.describe import Describer, Made, Plan, run
from tipgraph.errors import InconsistencyError, ProofLimitError, UsageError
from tipgraph.namespaces import GRAPH_INFERRED, GRAPH_ONTOLOGY
from tipgraph.reasoning import CompiledOntology, Materialisation, backward
from tipgraph.reasoning.axioms import is_axiom
from tipgraph.reasoning.backward import Answer, Found, Question
from tipgraph.reasoning.closure import RDF_TYPE, SAME_AS, tells
from tipgraph.reasoning.derivation import Step
from tipgraph.reasoning.proofs import SchemaProofs
from tipgraph.snapshot import Manifest
from tipgraph.store import Solutions, Store

# Links of one thing by one property that are looked at in a graph.
_MOST_ENDS: Final = 200
# Questions in one query.
_BATCH: Final = 500
# Where nothing else leads to a proof: so many links from the triple, and so many things around it.
_MOST_HOPS: Final = 3
_MOST_NODES: Final = 100
_MOST_POINTING: Final = 1000
# Of a store with more named graphs, each pattern is matched in all of them and sorted out after.
_MOST_GRAPHS: Final = 8


@dataclass(frozen=True)
class Graphs:
    """Where the triples of a closed graph are.

    Args:
        asserted: Named graphs of asserted triples; None when they are all but `/graph/inferred`.
        default: Whether the default graph holds triples of its own; inferred ones may be repeated
            in it.
    """

    asserted: tuple[NamedNode, ...] | None
    default: bool

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Read what a store holds.

        Raises:
            UsageError: It has no inferred triples.
        """
        if GRAPH_INFERRED.value not in manifest.graphs:
            raise UsageError(
                f"the graph has no inferred triples: there is no {GRAPH_INFERRED.value}; "
                "build it with --infer"
            )
        names = manifest.default_graph or tuple(manifest.graphs)
        asserted = tuple(NamedNode(name) for name in names if name != GRAPH_INFERRED.value)
        merged = bool(manifest.default_graph)
        return cls(asserted if merged or len(asserted) <= _MOST_GRAPHS else None, not merged)

    def asking(self, plan: backward.Plan[Made]) -> Plan[Made]:
        """The plan that finds the answers to the questions of another."""
        try:
            questions = next(plan)
            while True:
                answers: dict[Question, Answer] = {}
                for first in range(0, len(questions), _BATCH):
                    answers |= yield from self._answers(questions[first : first + _BATCH])
                questions = plan.send(answers)
        except StopIteration as stop:
            made: Made = stop.value
            return made

    def asserted_in(self, quads: Collection[Quad]) -> set[Triple]:
        """The asserted triples among some quads, axioms left out."""
        inferred = {quad.triple for quad in quads if quad.graph_name == GRAPH_INFERRED}
        named = None if self.default else self.asserted
        held = {quad.triple for quad in quads if named is None or quad.graph_name in named}
        return {triple for triple in held - inferred if not is_axiom(triple)}

    def _answers(self, questions: Sequence[Question]) -> Plan[dict[Question, Answer]]:
        """Plan to answer some questions: which have an answer at all, then what it is."""
        holding = yield _query(self._standings(questions))
        asked = [questions[number] for number in _numbers(holding) if None in questions[number]]
        whole = _found(questions, (row for row in holding if row["inferred"]))
        ends = _found(asked, (yield _query(self._ends(asked)))) if asked else {}
        return {each: Answer(()) for each in questions} | whole | ends

    def _standings(self, questions: Iterable[Question]) -> Iterator[str]:
        """Subqueries for how triples stand, and for which open questions there is any triple."""
        rows: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for number, question in enumerate(questions):
            given = zip(("?s", "?p", "?o"), question, strict=True)
            known = {name: str(term) for name, term in given if term is not None}
            rows[tuple(known)].append(f"({number} {' '.join(known.values())})")
        for names, values in rows.items():
            table = f"VALUES (?number {' '.join(names)}) {{ {' '.join(values)} }}"
            if len(names) == 3:
                yield from self._matches("?number", table, "?s ?p ?o")
            else:
                anywhere = "EXISTS { ?s ?p ?o }"
                if self.default:
                    anywhere += " || EXISTS { GRAPH ?g { ?s ?p ?o } }"
                yield f"{{ SELECT ?number {{ {table} FILTER({anywhere}) }} }}"

    def _ends(self, questions: Iterable[Question]) -> Iterator[str]:
        """Subqueries for the ends that are asked for."""
        for number, question in enumerate(questions):
            pattern = " ".join("?end" if term is None else str(term) for term in question)
            yield from self._matches(f"({number} AS ?number) ?end", "", pattern)

    def _matches(self, variables: str, given: str, pattern: str) -> Iterator[str]:
        """A subquery for the matches of a pattern in each graph."""
        inferred = f"GRAPH {GRAPH_INFERRED} {{ {pattern} }}"
        # Elsewhere it may be repeated: in the default graph, or at an endpoint that has none.
        repeated = f"EXISTS {{ {inferred} }}" if self.default else "false"
        wheres = [(inferred, "true")]
        if self.asserted is None:
            found = f"GRAPH ?g {{ {pattern} }} FILTER(?g != {GRAPH_INFERRED})"
            wheres.append((found, repeated))
        else:
            wheres += [(f"GRAPH {name} {{ {pattern} }}", repeated) for name in self.asserted]
        if self.default:
            wheres.append((pattern, repeated))
        for where, told in wheres:
            # A thing may have a million links, and one of them may do.
            limit = "" if given else f" LIMIT {_MOST_ENDS}"
            yield f"{{ SELECT {variables} ({told} AS ?inferred) {{ {given} {where} }}{limit} }}"


class Prover:
    """Makes the plans that prove triples.

    Args:
        ontology: The ontology that the graph was closed under; its tables are filled with its own
            facts, so it serves no other purpose.
        graphs: Where the graph's triples are.
    """

    def __init__(self, ontology: CompiledOntology, graphs: Graphs) -> None:
        self._ontology = ontology
        self._ontology.facts.load(ontology.schema.asserted)
        self._schema = SchemaProofs(ontology.schema)
        self._graphs = graphs
        self._describer = Describer(merged=not graphs.default)

    def why(self, triple: Triple) -> Plan[dict[Triple, Step] | None]:
        """Plan a proof of an inferred triple: the step to it, and to each premise under it.

        Args:
            triple: The triple; it comes first in the proof. Premises without a step were asserted.

        Returns:
            None when the triple was not inferred: it was asserted, or it does not follow.

        Raises:
            ProofLimitError: The triple was inferred, but no proof was found.
        """
        proof = self._schema.why(triple)
        if proof is not None:
            return proof
        answer = yield from self._stored(triple)
        if any(found.asserted for found in answer.found):
            return None
        if answer.found or not tells(triple):
            proof = yield from self._graphs.asking(backward.prove(self._ontology, triple))
            if proof is not None or not answer.found:
                return proof
        elif not (yield from self._names_an_alias(triple)):
            return None
        return (yield from self._nearby(triple))

    def is_asserted(self, triple: Triple) -> Plan[bool]:
        """Plan to find out whether a triple was asserted."""
        if triple in self._ontology.schema.asserted:
            return True
        answer = yield from self._stored(triple)
        return any(found.asserted for found in answer.found)

    def _stored(self, triple: Triple) -> Plan[Answer]:
        question = Question.of(triple)
        if question is None:
            return Answer(())
        (answer,) = yield from self._graphs.asking(_asked(question))
        return answer

    def _names_an_alias(self, triple: Triple) -> Plan[bool]:
        """Plan to find out whether a closure leaves a triple out because of `owl:sameAs`."""
        ends = (triple.subject, triple.object)
        asked = tuple(
            Question(None, SAME_AS, end) for end in ends if isinstance(end, NamedNode | Literal)
        )
        answers = yield from self._graphs.asking(_asked(*asked))
        return any(answer.found for answer in answers)

    def _nearby(self, triple: Triple) -> Plan[dict[Triple, Step] | None]:
        """Plan to prove a triple from what is said of the things around it, inferred anew.

        That takes some time, but whoever describes a thing gets the nodes without names that belong
        to it as well, which no second query could come back to.

        Raises:
            ProofLimitError: That is not enough.
        """
        ends = (triple.subject, *([triple.object] if triple.predicate != RDF_TYPE else []))
        nodes = [end for end in ends if isinstance(end, NamedNode)]
        for _ in range(_MOST_HOPS):
            quads = yield from self._around(nodes)
            proof = self._proof_from(self._graphs.asserted_in(quads), triple)
            if proof is not None:
                return proof
            wider = yield from self._neighbours(nodes, quads)
            if wider == nodes:
                break
            nodes = wider
        raise ProofLimitError(
            "the triple is among the inferred ones, but by this ontology it does not follow from "
            "what is said of the things around it: by other axioms it may, and `tipgraph infer "
            "--why` with the files of the graph looks at all of them"
        )

    def _around(self, nodes: list[NamedNode]) -> Plan[set[Quad]]:
        """Plan to describe some things, and the nodes without names that point at them."""
        described = yield from self._describer.bounded(nodes)
        given = f"VALUES ?thing {{ {' '.join(map(str, nodes))} }} "
        # A node and the blank nodes that belong to it are all in the default graph, or in others.
        wheres = [
            f"GRAPH ?h {{ {given} ?s ?any ?thing }} FILTER(isBlank(?s)) GRAPH ?g {{ ?s ?p ?o }}"
        ]
        if self._graphs.default:
            wheres.append(f"{given} ?s ?any ?thing . FILTER(isBlank(?s)) ?s ?p ?o")
        branches = " UNION ".join(f"{{ {where} }}" for where in wheres)
        solutions = yield f"SELECT DISTINCT ?g ?s ?p ?o {{ {branches} }} LIMIT {_MOST_POINTING}"
        # The same label means another node in another answer.
        nameless: dict[object, BlankNode] = defaultdict(BlankNode)
        return described | {
            Quad(
                nameless[row["s"]],
                row["p"],
                nameless[row["o"]] if isinstance(row["o"], BlankNode) else row["o"],
                row["g"] or DefaultGraph(),
            )
            for row in solutions
        }

    def _proof_from(self, facts: Set[Triple], triple: Triple) -> dict[Triple, Step] | None:
        ontology = CompiledOntology.compile(self._ontology.schema.asserted)
        try:
            return Materialisation(ontology, facts).why(triple)
        except InconsistencyError:
            # Names that are unique here may be declared the same farther away.
            return None

    def _neighbours(self, nodes: list[NamedNode], quads: Iterable[Quad]) -> Plan[list[NamedNode]]:
        """Plan to find the things that some things point at, or are pointed at from."""
        linked = sorted(
            {
                quad.object
                for quad in quads
                if quad.predicate != RDF_TYPE and isinstance(quad.object, NamedNode)
            },
            key=str,
        )
        given = f"VALUES ?o {{ {' '.join(map(str, nodes))} }}"
        solutions = yield (
            f"SELECT DISTINCT ?s {{ {self._describer.anywhere('?s ?p ?o', given=given)} "
            f"FILTER(isIRI(?s)) }} LIMIT {_MOST_NODES}"
        )
        linking = sorted((row["s"] for row in solutions), key=str)
        return list(dict.fromkeys([*nodes, *linked, *linking]))[:_MOST_NODES]


def why(
    store: Store, triple: Triple, ontology: Iterable[Triple] | None = None
) -> dict[Triple, Step] | None:
    """A proof of an inferred triple of a store, see `Prover.why`.

    The ontology is compiled each time; who asks for many proofs makes one `prover` for all.

    Args:
        store: An embedded store, or an endpoint.
        triple: The triple.
        ontology: The ontology that the graph was closed under; the shipped one when not given.

    Raises:
        UsageError: The store holds no inferred triples.
        ProofLimitError: The triple was inferred, but no proof was found.
        QueryError: The store did not answer.
    """
    return run(store, prover(store.manifest, ontology).why(triple))


def prover(manifest: Manifest, ontology: Iterable[Triple] | None = None) -> Prover:
    """The prover for a store, by what it holds.

    Raises:
        UsageError: It holds no inferred triples.
        UnsupportedAxiomError: OWL 2 RL concludes from an axiom what the rules do not.
    """
    graphs = Graphs.of(manifest)
    if ontology is None:
        ontology = (quad.triple for quad in dataset.read_shipped(GRAPH_ONTOLOGY))
    return Prover(CompiledOntology.compile(ontology), graphs)


def _asked(*questions: Question) -> backward.Plan[list[Answer]]:
    answers = yield questions
    return [answers[question] for question in questions]


def _query(branches: Iterable[str]) -> str:
    return f"SELECT ?number ?end ?inferred {{ {' UNION '.join(branches)} }}"


def _numbers(solutions: Solutions) -> list[int]:
    """The numbers of the questions that have an answer."""
    return sorted({int(row["number"].value) for row in solutions})


def _found(questions: Sequence[Question], rows: Iterable[Any]) -> dict[Question, Answer]:
    """The answers that rows give to questions."""
    found: dict[Question, list[Found]] = defaultdict(list)
    # The same label means another node in another answer.
    nameless: dict[BlankNode, BlankNode] = defaultdict(BlankNode)
    for row in rows:
        end = row["end"]
        if isinstance(end, BlankNode):
            end = nameless[end]
        # Virtuoso computes numbers in the place of truth values.
        asserted = row["inferred"].value not in ("true", "1")
        found[questions[int(row["number"].value)]].append(Found(end, asserted))
    return {each: Answer(ends, len(ends) < _MOST_ENDS) for each, ends in found.items()}
