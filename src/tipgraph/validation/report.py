"""The validation report, with the names of SHACL's own vocabulary.

See https://www.w3.org/TR/shacl/#validation-report. Not conforming is a result, not an exception.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final, Self

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.namespaces import RDF, SH, shorten
from tipgraph.syntax import Position
from tipgraph.validation.coverage import Coverage

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
        result_message: What tells a person what to do, one literal per language.
        result_severity: `sh:Violation`, `sh:Warning`, `sh:Info` or another IRI.
        source_shape: The shape that was broken.
        source_constraint_component: The kind of constraint that was broken.
        node: The result's own node in the report as RDF.
        source_constraint: The constraint itself, where the shape has several of that kind.
        detail: The results that caused this one (`sh:detail`).
        predicate: The path, where it is one property and no more.
        data_position: Where the triple at fault is in the data.
        shape_position: Where the constraint is in the shapes.
    """

    focus_node: Term
    result_path: str
    value: Term | None
    result_message: tuple[Literal, ...]
    result_severity: NamedNode
    source_shape: Term | None
    source_constraint_component: NamedNode
    node: Term | None = None
    source_constraint: Term | None = None
    detail: tuple["ValidationResult", ...] = ()
    predicate: NamedNode | None = None
    data_position: Position | None = None
    shape_position: Position | None = None

    @property
    def severity_name(self) -> str:
        """The last part of the severity's IRI, such as `Violation`."""
        return self.result_severity.value.rpartition("#")[2]

    def message(self, language: str = "en") -> str:
        """What tells a person what to do, in their language if the shape has it.

        Args:
            language: A language tag, such as `de`.
        """
        ranked = sorted(self.result_message, key=lambda each: _distance(each, language))
        return ranked[0].value if ranked else ""

    def cells(self) -> tuple[str, ...]:
        """The result as readable text: severity, focus node, path, value, message, shape."""
        return (
            self.severity_name,
            _text(self.focus_node),
            self.result_path,
            _text(self.value),
            self.message() or _text(self.source_constraint_component),
            _text(self.source_shape),
        )


@dataclass(frozen=True)
class ValidationReport:
    """A validation report (`sh:ValidationReport`).

    Args:
        conforms: Whether there is no result at all.
        results: The results, sorted by focus node, path and message.
        triples: The report as RDF.
        engine: The name of the engine that made it.
        notes: What a reader should know of how it was made, such as why an engine was not used.
        omitted: The number of results that were found but are left out.
        coverage: How far the shapes reach over the data, where that was asked for.
    """

    conforms: bool
    results: tuple[ValidationResult, ...]
    triples: tuple[Triple, ...] = field(repr=False)
    engine: str = ""
    notes: tuple[str, ...] = ()
    omitted: int = 0
    coverage: Coverage | None = None

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
        results = [_result(node, by_subject) for node in nodes]
        return cls(conforms, tuple(sorted(results, key=ValidationResult.cells)), kept)

    def limited(self, limit: int) -> Self:
        """The report with its first results only, as RDF too; it says how many it omits.

        Args:
            limit: How many results are kept.
        """
        if len(self.results) <= limit:
            return self
        dropped = {result.node for result in self.results[limit:]}
        kept = tuple(
            triple
            for triple in self.triples
            if triple.subject not in dropped and triple.object not in dropped
        )
        omitted = self.omitted + len(self.results) - limit
        return replace(self, results=self.results[:limit], triples=kept, omitted=omitted)

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


def _distance(message: Literal, language: str) -> tuple[int, str, str]:
    """How far a message is from a language: it, one of its variants, none stated, another."""
    tag = (message.language or "").lower()
    wanted = language.lower()
    if tag == wanted:
        return 0, tag, message.value
    if tag and (tag.startswith(f"{wanted}-") or wanted.startswith(f"{tag}-")):
        return 1, tag, message.value
    return (3 if tag else 2), tag, message.value


def _result(node: Term, by_subject: Mapping[Term, _Properties]) -> ValidationResult:
    properties = by_subject[node]

    def first(name: str) -> Term | None:
        return next(iter(properties.get(f"{SH}{name}", [])), None)

    path = first("resultPath")
    severity, component = first("resultSeverity"), first("sourceConstraintComponent")
    messages = (
        term for term in properties.get(f"{SH}resultMessage", []) if isinstance(term, Literal)
    )
    details = (_result(each, by_subject) for each in properties.get(f"{SH}detail", []))
    return ValidationResult(
        focus_node=first("focusNode") or BlankNode(),
        result_path=_path_text(path, by_subject) if path else "",
        value=first("value"),
        result_message=tuple(sorted(messages, key=str)),
        result_severity=severity
        if isinstance(severity, NamedNode)
        else NamedNode(f"{SH}Violation"),
        source_shape=first("sourceShape"),
        source_constraint_component=component
        if isinstance(component, NamedNode)
        else NamedNode(f"{SH}ConstraintComponent"),
        node=node,
        source_constraint=first("sourceConstraint"),
        detail=tuple(sorted(details, key=ValidationResult.cells)),
        predicate=path if isinstance(path, NamedNode) else None,
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
