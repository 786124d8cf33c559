"""Canonical Turtle: a formatter for files that people write, and a writer for triples."""

from tipgraph.turtle.document import format_turtle
from tipgraph.turtle.writer import terms_within, write_trig, write_turtle

__all__ = ["format_turtle", "terms_within", "write_trig", "write_turtle"]
