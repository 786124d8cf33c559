"""Inference: what follows from ontology and data, and on which claims it rests."""

from tipgraph.reasoning.compiled import CompiledOntology
from tipgraph.reasoning.entailment import Entailment, entailed
from tipgraph.reasoning.inference import Inference, infer, infer_into
from tipgraph.reasoning.materialisation import Materialisation
from tipgraph.reasoning.proofs import Proof
from tipgraph.reasoning.statements import statement_iri

__all__ = [
    "CompiledOntology",
    "Entailment",
    "Inference",
    "Materialisation",
    "Proof",
    "entailed",
    "infer",
    "infer_into",
    "statement_iri",
]
