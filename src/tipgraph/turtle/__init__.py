"""Canonical Turtle: a formatter for files that people write, and a writer for triples."""

from tipgraph.turtle.document import format_turtle
from tipgraph.turtle.writer import write_trig, write_turtle

__all__ = ["format_turtle", "write_trig", "write_turtle"]
