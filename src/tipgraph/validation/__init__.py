"""SHACL validation: data and shapes in, a validation report out; and how far shapes reach."""

from tipgraph.validation.coverage import Coverage, coverage
from tipgraph.validation.documents import Document, RdfGraph
from tipgraph.validation.fail_on import FailOn, fails
from tipgraph.validation.inputs import Inputs, gather
from tipgraph.validation.report import ValidationReport, ValidationResult
from tipgraph.validation.shapes_graph import check_shapes
from tipgraph.validation.validator import Engine, Options, validate

__all__ = [
    "Coverage",
    "Document",
    "Engine",
    "FailOn",
    "Inputs",
    "Options",
    "RdfGraph",
    "ValidationReport",
    "ValidationResult",
    "check_shapes",
    "coverage",
    "fails",
    "gather",
    "validate",
]
