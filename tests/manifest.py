"""Reader of SHACL test manifests in the W3C's vocabulary (mf:, sht:).

See https://w3c.github.io/data-shapes/data-shapes-test-suite/. A case is an `sht:Validate` with a
data graph, a shapes graph and the report to expect; the W3C suite and our own cases are both read
from here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from tipgraph.dataset import read_quads
from tipgraph.namespaces import RDF, RDFS
from tipgraph.validation import ValidationReport, ValidationResult

Term = NamedNode | BlankNode | Literal
Statements = list[Triple | Quad]

MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT: Final = "http://www.w3.org/ns/shacl-test#"


@dataclass(frozen=True)
class Case:
    """One `sht:Validate` case.

    Args:
        node: The case's own IRI.
        label: What it tests, in words.
        data_graph: IRI of the data graph, as the manifest gives it.
        shapes_graph: IRI of the shapes graph, likewise.
        expected: The report to expect; none where the engine is to fail (`sht:Failure`).
    """

    node: str
    label: str
    data_graph: NamedNode
    shapes_graph: NamedNode
    expected: ValidationReport | None

    @property
    def name(self) -> str:
        """The last part of the case's IRI, such as `class-001`."""
        return self.node.rpartition("/")[2]


def cases(path: Path) -> Iterator[Case]:
    """The cases of a manifest file and of every manifest it includes, in their order."""
    manifest = _Manifest([quad.triple for quad in read_quads(path)])
    for included in manifest.all(NamedNode(path.resolve().as_uri()), f"{MF}include"):
        yield from cases(file_of(_named(included)))
    for entries in manifest.objects(f"{MF}entries"):
        for entry in manifest.members(entries):
            yield manifest.case(_named(entry))


def file_of(iri: NamedNode) -> Path:
    """The local file that a `file:` IRI stands for."""
    return Path(unquote(urlsplit(iri.value).path))


def rows(report: ValidationReport) -> Counter[tuple[str, ...]]:
    """A report's results for comparison: all of each that the suite says must be equal.

    Blank nodes have no identity across two graphs and count as equal.
    """
    return Counter(_row(result) for result in report.results)


def _row(result: ValidationResult) -> tuple[str, ...]:
    return (
        _text(result.focus_node),
        result.result_path,
        _text(result.value),
        result.severity_name,
        result.source_constraint_component.value,
        _text(result.source_shape),
    )


def _text(term: Term | None) -> str:
    if term is None:
        return ""
    return "[]" if isinstance(term, BlankNode) else str(term)


def _named(term: Term) -> NamedNode:
    assert isinstance(term, NamedNode), f"the manifest should give an IRI, not {term}"
    return term


class _Manifest:
    def __init__(self, triples: list[Triple]) -> None:
        self._triples = triples

    @cached_property
    def _by_subject(self) -> dict[Term, list[tuple[str, Term]]]:
        found: dict[Term, list[tuple[str, Term]]] = {}
        for subject, predicate, value in self._triples:
            assert not isinstance(subject, Triple)
            assert not isinstance(value, Triple)
            found.setdefault(subject, []).append((predicate.value, value))
        return found

    def all(self, subject: Term, predicate: str) -> list[Term]:
        return [value for name, value in self._by_subject.get(subject, []) if name == predicate]

    def one(self, subject: Term, predicate: str) -> Term:
        found = self.all(subject, predicate)
        assert len(found) == 1, f"{subject} should have one {predicate}, not {len(found)}"
        return found[0]

    def objects(self, predicate: str) -> list[Term]:
        return [value for subject in self._by_subject for value in self.all(subject, predicate)]

    def members(self, node: Term) -> list[Term]:
        found = []
        while node != NamedNode(f"{RDF}nil"):
            found.append(self.one(node, f"{RDF}first"))
            node = self.one(node, f"{RDF}rest")
        return found

    def case(self, node: NamedNode) -> Case:
        action = self.one(node, f"{MF}action")
        result = self.one(node, f"{MF}result")
        return Case(
            node=node.value,
            label=self.one(node, f"{RDFS}label").value,
            data_graph=_named(self.one(action, f"{SHT}dataGraph")),
            shapes_graph=_named(self.one(action, f"{SHT}shapesGraph")),
            expected=None if result == NamedNode(f"{SHT}Failure") else self._report(result),
        )

    def _report(self, node: Term) -> ValidationReport:
        """The report below one node: a file with several cases holds several reports."""
        reached: list[Triple] = []
        waiting = [node]
        while waiting:
            subject = waiting.pop()
            assert not isinstance(subject, Literal)
            for predicate, value in self._by_subject.get(subject, []):
                reached.append(Triple(subject, NamedNode(predicate), value))
                if isinstance(value, BlankNode):
                    waiting.append(value)
        return ValidationReport.from_triples(reached)
