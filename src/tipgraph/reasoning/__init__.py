"""Inference: what follows from ontology and data, and on which claims it rests."""

from tipgraph.reasoning.conclusions import Ask, Conclusion, read_conclusions
from tipgraph.reasoning.inference import Inference, infer
from tipgraph.reasoning.proofs import Proof
from tipgraph.reasoning.statements import statement_iri

__all__ = [
    "Ask",
    "Conclusion",
    "Inference",
    "Proof",
    "infer",
    "read_conclusions",
    "statement_iri",
]
