"""The door to reasoning: ontology and data in, inferred triples and their statements out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from pyoxigraph import DefaultGraph, Quad, Store, Triple

from tipgraph.errors import InconsistencyError, TipgraphError
from tipgraph.namespaces import GRAPH_INFERRED
from tipgraph.reasoning.clashes import refuse_clashes
from tipgraph.reasoning.closure import informative
from tipgraph.reasoning.compiled import CompiledOntology
from tipgraph.reasoning.derivation import Derivation, derive
from tipgraph.reasoning.evidence import ClaimEvidence, Evidence
from tipgraph.reasoning.materialisation import Materialisation
from tipgraph.reasoning.proofs import Proof, best_proofs
from tipgraph.reasoning.statements import (
    Reason,
    StatementWriter,
    is_ours,
    labels_in,
    statement_types,
)
from tipgraph.reasoning.tables import Resource


@dataclass(frozen=True)
class Inference:
    """What follows from ontology and data.

    Args:
        triples: The inferred triples worth keeping, sorted; none of them asserted.
        statements: The triples of their InferredStatement nodes, sorted.
    """

    triples: tuple[Triple, ...]
    statements: tuple[Triple, ...]
    _proofs: Mapping[Triple, Proof] = field(repr=False)

    def explain(self, triple: Triple) -> Proof | None:
        """Why a triple holds: rule, axiom, premises and claims; None when it does not hold.

        The rule of an asserted triple is `asserted`.
        """
        return self._proofs.get(triple)


def infer(ontology: Iterable[Triple | Quad], data: Iterable[Triple | Quad]) -> Inference:
    """Draw every OWL 2 RL conclusion from ontology and data.

    Two engines do it independently: owlrl gives the closure, and the rules as SPARQL give the
    proofs. They must agree.

    Args:
        ontology: Classes, properties and controlled lists.
        data: Things, claims and passages.

    Raises:
        InconsistencyError: Statements contradict each other; the message names them.
        TipgraphError: The two engines disagree.
    """
    asserted = frozenset(
        Triple(each.subject, each.predicate, each.object) for each in (*ontology, *data)
    )
    derivation = derive(asserted)
    evidence = Evidence.read(derivation.store)
    proofs = best_proofs(derivation, evidence)
    refuse_clashes(derivation.store, proofs)
    inferred = _agreed(asserted, derivation)
    labels = labels_in(asserted)
    writer = StatementWriter(labels.get, statement_types(derivation.store))
    statements = {
        each
        for triple in inferred
        if is_ours(triple) and proofs[triple].claims
        for each in writer.write(triple, _reason(proofs[triple], evidence))
    }
    return Inference(_sorted(inferred), _sorted(statements), proofs)


def infer_into(store: Store, ontology: Iterable[Triple | Quad]) -> int:
    """Add what follows from a store of any size to its default graph and to `/graph/inferred`.

    One engine does it, the compiled rules. The statements about the evidence are among it.

    Args:
        store: The data, its graphs taken together.
        ontology: Classes, properties and controlled lists.

    Returns:
        The number of triples in `/graph/inferred`.

    Raises:
        UnsupportedAxiomError: OWL 2 RL concludes from an axiom what the rules do not.
        InputError: The strength of an evidentiality is not a whole number.
        InconsistencyError: Statements contradict each other; the message names them.
    """
    compiled = CompiledOntology.compile(
        Triple(each.subject, each.predicate, each.object) for each in ontology
    )
    closure = Materialisation(compiled, (quad.triple for quad in store), evidence=True)
    before = len(store)
    store.bulk_extend(
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for triple in chain(closure.triples(), closure.statements())
        for graph in (DefaultGraph(), GRAPH_INFERRED)
    )
    return (len(store) - before) // 2


def _reason(proof: Proof, evidence: Evidence) -> Reason:
    claims: dict[Resource, ClaimEvidence] = {
        claim: evidence.claims[claim] for claim in proof.claims
    }
    return Reason(proof.rule, proof.axiom, claims)


def _agreed(asserted: frozenset[Triple], derivation: Derivation) -> frozenset[Triple]:
    # RDFLib takes a while to import, and only the shipped graph is inferred here.
    from tipgraph.reasoning.owlrl_engine import close

    reference = close(asserted)
    if reference.contradictions:
        listed = "".join(f"\n- {words}" for words in reference.contradictions)
        raise InconsistencyError(f"ontology and data contradict themselves:{listed}")
    inferred = informative(reference.triples, asserted)
    derived = informative(derivation.steps, asserted)
    if inferred != derived:
        example = min(inferred ^ derived, key=str)
        found = "owlrl" if example in inferred else "the rules as SPARQL"
        raise TipgraphError(
            f"the two reasoners differ (in {len(inferred ^ derived)} of their conclusions); "
            f"only {found} infers {example}"
        )
    return inferred


def _sorted(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    return tuple(sorted(triples, key=str))
