"""A report as SARIF 2.1.0, which code scanning reads.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. A shape is a rule. Violations are
errors, warnings are warnings, infos are notes; SHACL knows no order among other severities, which
become warnings. Files are named relative to the root of the source tree, `%SRCROOT%`, where the
report names them so. A result without a known place has a logical location only: its focus node.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pyoxigraph import BlankNode, NamedNode

from tipgraph.namespaces import BASE, SH, shorten
from tipgraph.syntax import Position
from tipgraph.validation.formats.json import coverage_members
from tipgraph.validation.formats.wording import visible, visible_line
from tipgraph.validation.result import Term, ValidationResult, shown

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {f"{SH}Violation": "error", f"{SH}Warning": "warning", f"{SH}Info": "note"}
_OTHER_LEVEL: Final = "warning"
# A drive letter of Windows is no scheme.
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:")
_FINGERPRINT: Final = "validationResult/v1"


def report_sarif(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as a SARIF log with one run.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    return json.dumps(_log(report, language), ensure_ascii=False, indent=2) + "\n"


def _log(report: "ValidationReport", language: str) -> dict[str, Any]:
    rules = _rules(report.results)
    indices = {rule["id"]: index for index, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {"driver": _driver(rules, report.engine)},
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}
        ],
        "columnKind": "unicodeCodePoints",
        "results": _results(report.results, indices, language),
    }
    if report.coverage is not None:
        run["properties"] = {"coverage": coverage_members(report.coverage)}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: list[dict[str, Any]], engine: str) -> dict[str, Any]:
    return {
        "name": "tipgraph",
        "version": version("tipgraph"),
        "informationUri": BASE,
        "rules": rules,
        "properties": {"engine": engine},
    }


def _rules(results: Iterable[ValidationResult]) -> list[dict[str, Any]]:
    """The shapes that were broken, each once, in a stable order."""
    found = {result.shape_id: result for result in results}
    return [_rule(shape_id, found[shape_id]) for shape_id in sorted(found)]


def _rule(shape_id: str, result: ValidationResult) -> dict[str, Any]:
    named = isinstance(result.source_shape, NamedNode)
    title = shorten(shape_id) if named else f"an unnamed shape: {shape_id}"
    rule: dict[str, Any] = {"id": shape_id, "shortDescription": _message(title)}
    if named and shape_id.startswith(("http://", "https://")):
        rule["helpUri"] = _uri(shape_id)
    return rule


def _notifications(report: "ValidationReport") -> list[dict[str, Any]]:
    found = [{"level": "note", "message": _message(note)} for note in report.notes]
    if report.omitted:
        found.append({"level": "warning", "message": _message(report.summary())})
    return found


def _results(
    results: Iterable[ValidationResult], indices: Mapping[str, int], language: str
) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    written = []
    for result in results:
        fingerprint = _fingerprint(result)
        # Results that are alike, of blank nodes for instance, are told apart by counting.
        seen[fingerprint] += 1
        written.append(
            {
                "ruleId": result.shape_id,
                "ruleIndex": indices[result.shape_id],
                "level": _LEVELS.get(result.result_severity.value, _OTHER_LEVEL),
                "message": _message(result.message(language)),
                "locations": [_location(result)],
                "relatedLocations": _distinct(_related(result, language)),
                "partialFingerprints": {_FINGERPRINT: f"{fingerprint}:{seen[fingerprint]}"},
                "properties": _properties(result),
            }
        )
    return written


def _properties(result: ValidationResult) -> dict[str, str]:
    """What SARIF has no name for, under SHACL's names."""
    found = {
        "focusNode": visible_line(shown(result.focus_node)),
        "resultPath": result.result_path,
        "value": visible_line(shown(result.value)),
        "resultSeverity": result.result_severity.value,
        "sourceConstraintComponent": result.source_constraint_component.value,
    }
    return {name: value for name, value in found.items() if value}


def _location(result: ValidationResult) -> dict[str, Any]:
    focus_node = visible_line(shown(result.focus_node))
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": focus_node, "kind": "resource"}]
    }
    if result.data_position:
        location["physicalLocation"] = _physical(result.data_position)
    return location


def _related(result: ValidationResult, language: str) -> Iterable[dict[str, Any]]:
    """The constraint in the shapes, and what caused the result."""
    if result.shape_position:
        component = shorten(result.source_constraint_component.value)
        yield {
            "physicalLocation": _physical(result.shape_position),
            "message": _message(f"the constraint: {component}"),
        }
    for cause in result.detail:
        yield {**_location(cause), "message": _message(cause.message(language))}
        yield from _related(cause, language)


def _distinct(locations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The locations, each once, as SARIF asks for: causes may lie in the same place."""
    found: list[dict[str, Any]] = []
    for location in locations:
        if location not in found:
            found.append(location)
    return found


def _physical(position: Position) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": position.line, "startColumn": position.column}
    if position.excerpt:
        region["snippet"] = {"text": position.excerpt}
    return {"artifactLocation": _artifact(position.source), "region": region}


def _artifact(source: str) -> dict[str, str]:
    if _SCHEME.match(source):
        return {"uri": _uri(source)}
    path = Path(source)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(bytes(path).replace(b"\\", b"/")), "uriBaseId": "%SRCROOT%"}


def _uri(iri: str) -> str:
    """An IRI as a URI."""
    return quote(iri, safe="%/:?#[]@!$&'()*+,;=~", errors="surrogateescape")


def _message(text: str) -> dict[str, str]:
    """A plain text message: braces are doubled (3.11.5), and nothing in it is a link (3.11.6)."""
    plain = visible(text).replace("{", "{{").replace("}", "}}")
    return {"text": plain.replace("](", "] (")}


def _fingerprint(result: ValidationResult) -> str:
    """A digest of what makes the result this one, without labels of blank nodes."""
    parts = (
        _stable(result.focus_node),
        result.result_path,
        _stable(result.value),
        result.shape_id,
        result.source_constraint_component.value,
    )
    return sha256("\n".join(parts).encode()).hexdigest()


def _stable(term: Term | None) -> str:
    return "_:" if isinstance(term, BlankNode) else str(term)
