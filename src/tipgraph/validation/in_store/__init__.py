"""Validation where the data lives: shapes compiled to queries that a store answers."""

from tipgraph.validation.in_store.engine import validate_store

__all__ = ["validate_store"]
