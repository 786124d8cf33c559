"""A validation result, with the names of SHACL's own vocabulary, and how it is read from RDF.

See https://www.w3.org/TR/shacl/#results-validation-result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from tipgraph.namespaces import RDF, SH, shorten
from tipgraph.syntax import Position
from tipgraph.validation.components import sentence

Term = NamedNode | BlankNode | Literal
Properties = Mapping[str, list[Term]]

_PATH_SUFFIXES: Final = {
    f"{SH}zeroOrMorePath": "*",
    f"{SH}oneOrMorePath": "+",
    f"{SH}zeroOrOnePath": "?",
}


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
        """The severity's name in SHACL, such as `Violation`; of another, its IRI."""
        return severity_name(self.result_severity)

    @property
    def shape_id(self) -> str:
        """What names the shape in every run: its IRI, or else its constraint and its path."""
        if isinstance(self.source_shape, NamedNode):
            return self.source_shape.value
        component = shorten(self.source_constraint_component.value)
        return f"{component} of {self.result_path}" if self.result_path else component

    def localized_message(self, language: str = "en") -> Literal:
        """The message that is nearest to a language; where the shape has none, a plain sentence.

        Args:
            language: A language tag, such as `de`.
        """
        if not self.result_message:
            return Literal(sentence(self.source_constraint_component), language="en")
        return min(self.result_message, key=lambda each: _distance(each, language))

    def message(self, language: str = "en") -> str:
        """What tells a person what to do, in their language if the shape has it.

        Args:
            language: A language tag, such as `de`.
        """
        return self.localized_message(language).value

    def cells(self) -> tuple[str, ...]:
        """The result as readable text: severity, focus node, path, value, message, shape."""
        return (
            self.severity_name,
            shown(self.focus_node),
            self.result_path,
            shown(self.value),
            self.message(),
            shown(self.source_shape),
        )


def severity_name(severity: NamedNode) -> str:
    """A severity's name in SHACL, such as `Violation`; of another, its IRI as Turtle writes it."""
    if severity.value.startswith(SH):
        return severity.value.removeprefix(SH)
    return shorten(severity.value)


def shown(term: Term | None) -> str:
    """A term as Turtle writes it, with the prefixes that tipgraph has; empty when there is none."""
    if term is None:
        return ""
    return shorten(term.value) if isinstance(term, NamedNode) else str(term)


def read_result(node: Term, by_subject: Mapping[Term, Properties]) -> ValidationResult:
    """Read a result from a report as RDF.

    Args:
        node: The result's node.
        by_subject: The report: subject to predicate IRI to objects.
    """
    properties = by_subject.get(node, {})

    def first(name: str) -> Term | None:
        return next(iter(properties.get(f"{SH}{name}", [])), None)

    def named(name: str, otherwise: str) -> NamedNode:
        found = first(name)
        return found if isinstance(found, NamedNode) else NamedNode(f"{SH}{otherwise}")

    path = first("resultPath")
    messages = (
        term for term in properties.get(f"{SH}resultMessage", []) if isinstance(term, Literal)
    )
    details = (read_result(each, by_subject) for each in properties.get(f"{SH}detail", []))
    return ValidationResult(
        focus_node=first("focusNode") or BlankNode(),
        result_path=_path_text(path, by_subject) if path else "",
        value=first("value"),
        result_message=tuple(sorted(messages, key=str)),
        result_severity=named("resultSeverity", "Violation"),
        source_shape=first("sourceShape"),
        source_constraint_component=named("sourceConstraintComponent", "ConstraintComponent"),
        node=node,
        source_constraint=first("sourceConstraint"),
        detail=tuple(sorted(details, key=ValidationResult.cells)),
        predicate=path if isinstance(path, NamedNode) else None,
    )


def _distance(message: Literal, language: str) -> tuple[int, str, str]:
    """How far a message is from a language: it, one of its variants, none stated, another."""
    tag = (message.language or "").lower()
    wanted = language.lower()
    if tag == wanted:
        return 0, tag, message.value
    if tag and (tag.startswith(f"{wanted}-") or wanted.startswith(f"{tag}-")):
        return 1, tag, message.value
    return (3 if tag else 2), tag, message.value


def _path_text(path: Term, by_subject: Mapping[Term, Properties], *, inside: bool = False) -> str:
    """A property path (https://www.w3.org/TR/shacl/#property-paths) in SPARQL's notation.

    Args:
        path: The path's node.
        by_subject: The report.
        inside: Whether it is part of another path, where several steps need parentheses.
    """
    if isinstance(path, NamedNode):
        return shorten(path.value)
    properties = by_subject.get(path, {})
    if inverse := properties.get(f"{SH}inversePath"):
        return f"^{_path_text(inverse[0], by_subject, inside=True)}"
    for name, suffix in _PATH_SUFFIXES.items():
        if inner := properties.get(name):
            return f"({_path_text(inner[0], by_subject)}){suffix}"
    alternatives = properties.get(f"{SH}alternativePath")
    separator, head = ("|", alternatives[0]) if alternatives else ("/", path)
    text = separator.join(_members(head, by_subject))
    return f"({text})" if inside else text


def _members(node: Term, by_subject: Mapping[Term, Properties]) -> list[str]:
    members = []
    while first := by_subject.get(node, {}).get(f"{RDF}first"):
        members.append(_path_text(first[0], by_subject, inside=True))
        node = by_subject[node][f"{RDF}rest"][0]
    return members
