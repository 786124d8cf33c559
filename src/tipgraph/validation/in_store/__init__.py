"""Validation where the data lives: shapes compiled to queries that a store answers."""
