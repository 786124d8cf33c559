"""SHACL validation: data and shapes in, a validation report out; and how far shapes reach."""

from tipgraph.validation.coverage import Coverage, coverage
from tipgraph.validation.process import PendingReport
from tipgraph.validation.pyshacl_engine import validate
from tipgraph.validation.report import ValidationReport, ValidationResult

__all__ = [
    "Coverage",
    "PendingReport",
    "ValidationReport",
    "ValidationResult",
    "coverage",
    "validate",
]
