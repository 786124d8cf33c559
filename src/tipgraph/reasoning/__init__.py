"""Inference: what follows from ontology and data, and on which claims it rests."""

from tipgraph.reasoning.entailment import Entailment, entailed
from tipgraph.reasoning.inference import Inference, infer
from tipgraph.reasoning.proofs import Proof
from tipgraph.reasoning.statements import statement_iri

__all__ = ["Entailment", "Inference", "Proof", "entailed", "infer", "statement_iri"]
