"""SHACL validation: data and shapes in, a validation report out."""

from tipgraph.validation.pyshacl_engine import validate
from tipgraph.validation.report import ValidationReport, ValidationResult

__all__ = ["ValidationReport", "ValidationResult", "validate"]
