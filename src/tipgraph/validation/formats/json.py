"""A report as plain JSON, with SHACL's names in camelCase.

    {
      "conforms": false,
      "engine": "pyshacl 0.40.1",
      "notes": [],
      "counts": {"violation": 1, "warning": 0, "info": 0},
      "omitted": 0,
      "results": [RESULT, ...],
      "coverage": null
    }

A RESULT has always the same members, `null` where there is nothing:

    focusNode, value, sourceShape  a TERM
    resultPath                     the path in SPARQL's notation, with whole IRIs
    resultSeverity, sourceConstraintComponent  an IRI
    message                        the message in the language that was asked for, a text
    messages                       all messages, as JSON-LD value objects
    data, shape                    {"source", "line", "column"}: the place in the data and in the
                                   shapes; lines and columns count from 1, columns in code points
    detail                         the results that caused this one, each a RESULT

A TERM is what SPARQL 1.1 Query Results JSON has: {"type", "value"} with "datatype" or "xml:lang".
`coverage` has the members of `Coverage`: unmatchedShapes, untargetedClasses and
unmentionedProperties, lists of IRIs, and focusNodes, from a shape's IRI to a number.
Severities other than SHACL's three are counted under their IRI.
"""

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode

from tipgraph.namespaces import PREFIXES, SH, XSD
from tipgraph.syntax import Position
from tipgraph.validation.coverage import Coverage
from tipgraph.validation.result import Term, ValidationResult

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

_PATH_IRI: Final = re.compile(r"<[^>]*>|(?P<prefix>[a-z]+):(?P<name>[\w.\-]*)")


def report_json(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as JSON.

    Args:
        report: The report.
        language: The language tag of the `message` of each result.
    """
    structure = {
        "conforms": report.conforms,
        "engine": report.engine,
        "notes": list(report.notes),
        "counts": {_severity(each.value): count for each, count in report.counts.items()},
        "omitted": report.omitted,
        "results": [_result(result, language) for result in report.results],
        "coverage": coverage_members(report.coverage),
    }
    return json.dumps(structure, ensure_ascii=False, indent=2) + "\n"


def coverage_members(coverage: Coverage | None) -> dict[str, Any] | None:
    """A coverage as JSON has it."""
    if coverage is None:
        return None
    return {
        "focusNodes": dict(sorted(coverage.focus_nodes.items())),
        "unmatchedShapes": list(coverage.unmatched_shapes),
        "untargetedClasses": list(coverage.untargeted_classes),
        "unmentionedProperties": list(coverage.unmentioned_properties),
    }


def full_path(path: str) -> str:
    """A path with whole IRIs instead of prefixed names."""

    def expanded(found: re.Match[str]) -> str:
        if found["prefix"] is None:
            return found.group()
        return f"<{PREFIXES[found['prefix']]}{found['name']}>"

    return _PATH_IRI.sub(expanded, path)


def _result(result: ValidationResult, language: str) -> dict[str, Any]:
    return {
        "focusNode": _term(result.focus_node),
        "resultPath": full_path(result.result_path) or None,
        "value": _term(result.value),
        "resultSeverity": result.result_severity.value,
        "sourceShape": _term(result.source_shape),
        "sourceConstraintComponent": result.source_constraint_component.value,
        "message": result.message(language),
        "messages": [_value_object(message) for message in result.result_message],
        "data": _place(result.data_position),
        "shape": _place(result.shape_position),
        "detail": [_result(cause, language) for cause in result.detail],
    }


def _severity(iri: str) -> str:
    return iri.removeprefix(SH).lower() if iri.startswith(SH) else iri


def _place(position: Position | None) -> dict[str, str | int] | None:
    if position is None:
        return None
    return {"source": position.source, "line": position.line, "column": position.column}


def _value_object(message: Literal) -> dict[str, str]:
    found = {"@value": message.value}
    if message.language:
        found["@language"] = message.language
    return found


def _term(term: Term | None) -> dict[str, str] | None:
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != f"{XSD}string":
        found["datatype"] = term.datatype.value
    return found
