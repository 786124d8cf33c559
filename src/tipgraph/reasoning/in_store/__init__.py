"""Inference inside an engine: the compiled rules as SPARQL updates."""

from tipgraph.reasoning.in_store.inference import Drawn, infer_in_store
from tipgraph.reasoning.in_store.workspace import Engine, Scope

__all__ = ["Drawn", "Engine", "Scope", "infer_in_store"]
