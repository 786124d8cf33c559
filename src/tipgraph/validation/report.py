"""The validation report, with the names of SHACL's own vocabulary.

See https://www.w3.org/TR/shacl/#validation-report. Not conforming is a result, not an exception.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final, Self

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.namespaces import RDF, SH, shorten

Term = NamedNode | BlankNode | Literal
_Properties = Mapping[str, list[Term]]

_PATH_SUFFIXES: Final = {
    f"{SH}zeroOrMorePath": "*",
    f"{SH}oneOrMorePath": "+",
    f"{SH}zeroOrOnePath": "?",
}
_COLUMNS: Final = ("Severity", "Focus node", "Path", "Value", "Message", "Shape")


@dataclass(frozen=True)
class ValidationResult:
    """One validation result (`sh:ValidationResult`).

    Args:
        focus_node: The node that was checked.
        result_path: The path from it, as SPARQL writes paths; empty for a node shape.
        value: The value at fault, if the constraint is about one.
        result_message: What tells a person what to do, one string per language.
        result_severity: `sh:Violation`, `sh:Warning`, `sh:Info` or another IRI.
        source_shape: The shape that was broken.
        source_constraint_component: The kind of constraint that was broken.
    """

    focus_node: Term
    result_path: str
    value: Term | None
    result_message: tuple[str, ...]
    result_severity: NamedNode
    source_shape: Term | None
    source_constraint_component: NamedNode

    @property
    def severity_name(self) -> str:
        """The last part of the severity's IRI, such as `Violation`."""
        return self.result_severity.value.rpartition("#")[2]

    def cells(self) -> tuple[str, ...]:
        """The result as readable text: severity, focus node, path, value, message, shape."""
        return (
            self.severity_name,
            _text(self.focus_node),
            self.result_path,
            _text(self.value),
            " / ".join(self.result_message) or _text(self.source_constraint_component),
            _text(self.source_shape),
        )


@dataclass(frozen=True)
class ValidationReport:
    """A validation report (`sh:ValidationReport`).

    Args:
        conforms: Whether there is no result at all.
        results: The results, sorted by focus node, path and message.
        triples: The report as RDF.
    """

    conforms: bool
    results: tuple[ValidationResult, ...]
    triples: tuple[Triple, ...] = field(repr=False)

    @classmethod
    def from_triples(cls, triples: Iterable[Triple]) -> Self:
        """Read the report that an engine wrote as RDF."""
        kept = tuple(triples)
        by_subject: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in kept:
            if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
                by_subject[triple.subject][triple.predicate.value].append(triple.object)
        conforms = any(
            value == "true"
            for properties in by_subject.values()
            for value in (term.value for term in properties.get(f"{SH}conforms", []))
        )
        nodes = [
            node
            for properties in list(by_subject.values())
            for node in properties.get(f"{SH}result", [])
        ]
        results = [_result(by_subject[node], by_subject) for node in nodes]
        return cls(conforms, tuple(sorted(results, key=ValidationResult.cells)), kept)

    def summary(self) -> str:
        """One line: whether the data conforms and how many results of each severity there are."""
        if not self.results:
            return "The data conforms." if self.conforms else "The data does not conform."
        counts = Counter(result.severity_name.lower() for result in self.results)
        listed = ", ".join(
            f"{count} {name}{'s' if count > 1 and name != 'info' else ''}"
            for name, count in sorted(counts.items())
        )
        return f"The data {'conforms' if self.conforms else 'does not conform'}: {listed}."

    def __str__(self) -> str:
        lines = [self.summary()]
        for result in self.results:
            severity, focus_node, path, value, message, shape = result.cells()
            lines += ["", f"{severity}: {focus_node}{f' {path}' if path else ''}", f"  {message}"]
            if value and value != focus_node:
                lines.append(f"  value: {value}")
            if isinstance(result.source_shape, NamedNode):
                lines.append(f"  shape: {shape}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The report as an HTML table, which notebooks show."""
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in result.cells()) + "</tr>"
            for result in self.results
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<p>{escape(self.summary())}</p>{table if rows else ''}"


def _result(properties: _Properties, by_subject: Mapping[Term, _Properties]) -> ValidationResult:
    def first(name: str) -> Term | None:
        return next(iter(properties.get(f"{SH}{name}", [])), None)

    path = first("resultPath")
    severity, component = first("resultSeverity"), first("sourceConstraintComponent")
    messages = (term.value for term in properties.get(f"{SH}resultMessage", []))
    return ValidationResult(
        focus_node=first("focusNode") or BlankNode(),
        result_path=_path_text(path, by_subject) if path else "",
        value=first("value"),
        result_message=tuple(sorted(messages)),
        result_severity=severity
        if isinstance(severity, NamedNode)
        else NamedNode(f"{SH}Violation"),
        source_shape=first("sourceShape"),
        source_constraint_component=component
        if isinstance(component, NamedNode)
        else NamedNode(f"{SH}ConstraintComponent"),
    )


def _path_text(path: Term, by_subject: Mapping[Term, _Properties]) -> str:
    """A property path (https://www.w3.org/TR/shacl/#property-paths) in SPARQL's notation."""
    if isinstance(path, NamedNode):
        return shorten(path.value)
    properties = by_subject.get(path, {})
    if inverse := properties.get(f"{SH}inversePath"):
        return f"^{_path_text(inverse[0], by_subject)}"
    for name, suffix in _PATH_SUFFIXES.items():
        if inner := properties.get(name):
            return f"({_path_text(inner[0], by_subject)}){suffix}"
    if alternatives := properties.get(f"{SH}alternativePath"):
        return "|".join(_members(alternatives[0], by_subject))
    return "/".join(_members(path, by_subject))


def _members(node: Term, by_subject: Mapping[Term, _Properties]) -> list[str]:
    members = []
    while first := by_subject.get(node, {}).get(f"{RDF}first"):
        members.append(_path_text(first[0], by_subject))
        node = by_subject[node][f"{RDF}rest"][0]
    return members


def _text(term: Term | None) -> str:
    if term is None:
        return ""
    return shorten(term.value) if isinstance(term, NamedNode) else str(term)
