"""Why a node does not conform to a shape that a constraint refers to (`sh:detail`), by any engine.

Engines report that a value breaks `sh:node`, `sh:and`, `sh:or`, `sh:xone` or a qualified shape, and
pySHACL alone, of `sh:node` alone, tells why. Here the shapes referred to are applied in their turn
to the nodes at fault and to nothing else, level by level, and what they find is the detail
(https://www.w3.org/TR/shacl/#results-detail).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import SH
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.probes import Pair, Probes
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.result import Term, ValidationResult
from tipgraph.validation.shapes_triples import ShapesTriples

Evaluate = Callable[[RdfGraph, RdfGraph], ValidationReport]

_DETAIL: Final = NamedNode(f"{SH}detail")
_RESULT_PATH: Final = NamedNode(f"{SH}resultPath")


def with_causes(
    report: ValidationReport, data: RdfGraph, shapes: RdfGraph, evaluate: Evaluate
) -> ValidationReport:
    """A report whose results have their causes as `detail`, and in its RDF as `sh:detail`.

    Args:
        report: The report.
        data: The data graph that it is about.
        shapes: The shapes graph, which is well-formed and not recursive.
        evaluate: Validates a data graph against a shapes graph.
    """
    plain = report.without_detail()
    if not plain.results:
        return plain
    probes = Probes(shapes)
    causes = _Causes(probes)
    notes = dict.fromkeys(plain.notes)
    wanted = set(probes.pairs(plain.results))
    if wanted and ShapesTriples(shapes.triples).is_queried:
        note = "causes are not told where a query of the shapes uses $shapesGraph"
        return replace(plain, notes=(*plain.notes, note))
    level = 0
    while wanted:
        level += 1
        made = _renamed(evaluate(*probes.graphs(data, wanted)).without_detail(), f"level{level}_")
        notes.update(dict.fromkeys(made.notes))
        causes.add(made, wanted)
        wanted = {pair for pair in probes.pairs(made.results) if pair not in causes.found}
    if not level:
        return plain
    results = tuple(map(causes.explained, plain.results))
    triples = (*plain.triples, *causes.triples(results))
    return replace(plain, results=results, triples=triples, notes=tuple(notes))


class _Causes:
    """What was found about each node and shape.

    Args:
        probes: Says which nodes and shapes a result is about.
    """

    def __init__(self, probes: Probes) -> None:
        self.found: dict[Pair, list[ValidationResult]] = {}
        self._probes = probes
        self._explained: dict[Term | None, ValidationResult] = {}
        self._written: dict[object, list[Triple]] = defaultdict(list)

    def add(self, report: ValidationReport, pairs: Iterable[Pair]) -> None:
        """Take in what a report says of nodes and shapes."""
        asked = set(pairs)
        self.found.update((pair, []) for pair in asked)
        for triple in report.triples:
            if not isinstance(triple.subject, Triple):
                self._written[triple.subject].append(triple)
        for result in report.results:
            for pair in self._probes.broken(result):
                if pair in asked:
                    self.found[pair].append(result)

    def explained(self, result: ValidationResult) -> ValidationResult:
        """A result with its causes, and theirs."""
        if result.node not in self._explained:
            causes = dict.fromkeys(self._causes(result))
            detail = sorted(map(self.explained, causes), key=ValidationResult.cells)
            self._explained[result.node] = replace(result, detail=tuple(detail))
        return self._explained[result.node]

    def _causes(self, result: ValidationResult) -> Iterator[ValidationResult]:
        for pair in self._probes.pairs([result]):
            for cause in self.found[pair]:
                if self._probes.is_probe(cause.source_shape):
                    # It only led here.
                    yield from self._causes(cause)
                else:
                    yield cause

    def triples(self, results: Iterable[ValidationResult]) -> Iterator[Triple]:
        """The causes of results as RDF; each is described once."""
        waiting = list(results)
        while waiting:
            result = waiting.pop()
            for cause in result.detail:
                assert isinstance(result.node, BlankNode)  # noqa: S101  # engines name none
                assert cause.node is not None  # noqa: S101  # it was read from a report
                yield Triple(result.node, _DETAIL, cause.node)
                if cause.node in self._written:
                    waiting.append(cause)
                    yield from self._description(cause.node)

    def _description(self, node: object) -> Iterator[Triple]:
        for triple in self._written.pop(node, ()):
            yield triple
            yield from self._description(triple.object)


def _renamed(report: ValidationReport, prefix: str) -> ValidationReport:
    """A report with names of its own for its results and paths; other nodes keep theirs.

    Args:
        report: The report.
        prefix: What the names begin with.
    """
    by_subject: dict[object, list[Triple]] = defaultdict(list)
    for triple in report.triples:
        by_subject[triple.subject].append(triple)
    names: dict[object, BlankNode] = {}

    def name(node: object) -> None:
        names[node] = BlankNode(f"{prefix}{len(names)}")

    for result in report.results:
        name(result.node)
        waiting: list[object] = [
            triple.object for triple in by_subject[result.node] if triple.predicate == _RESULT_PATH
        ]
        while waiting:
            node = waiting.pop()
            if isinstance(node, BlankNode) and node not in names:
                name(node)
                waiting += [triple.object for triple in by_subject[node]]
    triples = tuple(
        Triple(
            names.get(triple.subject, triple.subject),
            triple.predicate,
            names.get(triple.object, triple.object),
        )
        for triple in report.triples
    )
    results = (replace(result, node=names[result.node]) for result in report.results)
    return replace(report, triples=triples, results=tuple(results))
