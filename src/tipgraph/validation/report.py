"""The validation report, with the names of SHACL's own vocabulary.

See https://www.w3.org/TR/shacl/#validation-report. Not conforming is a result, not an exception.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

from pyoxigraph import NamedNode, Triple

from tipgraph.frames import data_frame
from tipgraph.namespaces import SH
from tipgraph.validation.coverage import Coverage
from tipgraph.validation.formats.csv import HEADER, report_rows
from tipgraph.validation.formats.html import report_html
from tipgraph.validation.formats.text import report_text
from tipgraph.validation.formats.wording import counted
from tipgraph.validation.result import Term, ValidationResult, read_result, severity_name

if TYPE_CHECKING:
    import pandas

__all__ = ["Term", "ValidationReport", "ValidationResult"]

_DETAIL: Final = NamedNode(f"{SH}detail")
_SEVERITIES: Final = tuple(NamedNode(f"{SH}{name}") for name in ("Violation", "Warning", "Info"))


@dataclass(frozen=True)
class ValidationReport:
    """A validation report (`sh:ValidationReport`).

    Args:
        conforms: Whether there is no result at all.
        results: The results, sorted by severity, focus node, path and message.
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
    def from_triples(cls, triples: Iterable[Triple], *, engine: str = "") -> Self:
        """Read the report that an engine wrote as RDF.

        Args:
            triples: The report.
            engine: The engine's name and version.
        """
        kept = tuple(triples)
        by_subject: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in kept:
            if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
                by_subject[triple.subject][triple.predicate.value].append(triple.object)
        reports = list(by_subject.values())
        conforms = any(
            value.value == "true"
            for properties in reports
            for value in properties.get(f"{SH}conforms", [])
        )
        nodes = [node for properties in reports for node in properties.get(f"{SH}result", [])]
        results = sorted((read_result(each, by_subject) for each in nodes), key=_order)
        return cls(conforms, tuple(results), kept, engine)

    def limited(self, limit: int) -> Self:
        """The report with its first results only, as RDF too; it says how many it omits.

        Args:
            limit: How many results are kept.
        """
        if len(self.results) <= limit:
            return self
        dropped = {result.node for result in self.results[limit:]}
        kept = [triple for triple in self.triples if triple.object not in dropped]
        omitted = self.omitted + len(self.results) - limit
        return replace(
            self, results=self.results[:limit], triples=_reachable(kept), omitted=omitted
        )

    def without_detail(self) -> Self:
        """The report without the causes of its results, in its RDF too."""
        kept = [triple for triple in self.triples if triple.predicate != _DETAIL]
        if len(kept) == len(self.triples):
            return self
        results = (replace(result, detail=()) for result in self.results)
        return replace(self, results=tuple(results), triples=_reachable(kept))

    @property
    def counts(self) -> Mapping[NamedNode, int]:
        """The number of results of each severity: SHACL's three first, others where they occur."""
        found = Counter(result.result_severity for result in self.results)
        others = sorted(set(found) - set(_SEVERITIES), key=str)
        return {severity: found[severity] for severity in (*_SEVERITIES, *others)}

    def summary(self) -> str:
        """One line: whether the data conforms and how many results of each severity there are."""
        verdict = f"The data {'conforms' if self.conforms else 'does not conform'}"
        listed = ", ".join(
            counted(count, severity_name(severity))
            for severity, count in self.counts.items()
            if count
        )
        found = f"{verdict}: {listed}." if listed else f"{verdict}."
        if not self.omitted:
            return found
        are = "result is" if self.omitted == 1 else "results are"
        return f"{found} {self.omitted} more {are} left out by the limit."

    def to_pandas(self, language: str = "en") -> pandas.DataFrame:
        """The results as a data frame with the columns of the CSV, terms as N-Triples writes them.

        Args:
            language: The language tag of the messages that are wanted.

        Raises:
            UsageError: pandas is not installed.
        """
        frame = data_frame(report_rows(self, language), HEADER)
        # Lines and columns stay whole numbers where some results have none.
        return frame.astype({name: "Int64" for name in HEADER if name.endswith(("Line", "Column"))})

    def __str__(self) -> str:
        return report_text(self)

    def _repr_html_(self) -> str:
        """The report as HTML, which notebooks show."""
        return report_html(self)


def _order(result: ValidationResult) -> tuple[int, tuple[str, ...]]:
    """The worst first, since a limit keeps the first ones."""
    known = result.result_severity in _SEVERITIES
    # Severities of one's own count as violations.
    rank = _SEVERITIES.index(result.result_severity) if known else 0
    return rank, result.cells()


def _reachable(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """What hangs together with the node that says `sh:conforms`; triples keep their order."""
    given = tuple(triples)
    by_subject: dict[object, list[Triple]] = defaultdict(list)
    for triple in given:
        by_subject[triple.subject].append(triple)
    waiting: list[object] = [
        triple.subject for triple in given if triple.predicate.value == f"{SH}conforms"
    ]
    reached = set(waiting)
    while waiting:
        found = {triple.object for triple in by_subject[waiting.pop()]} - reached
        reached |= found
        waiting += found
    return tuple(triple for triple in given if triple.subject in reached)
