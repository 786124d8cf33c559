"""Which results make a validation fail, for programs that stop on those that are severe enough."""

from enum import StrEnum
from typing import Final

from tipgraph.validation.report import ValidationReport

_SEVERITIES: Final = ("info", "warning", "violation")


class FailOn(StrEnum):
    """The least severity that makes a validation fail."""

    violation = "violation"
    warning = "warning"
    info = "info"


def fails(report: ValidationReport, fail_on: FailOn) -> bool:
    """Whether a report has a result as severe; those of severities of one's own are violations.

    Args:
        report: The report. What SHACL itself calls conforming is that it has no result at all.
        fail_on: The least severity.
    """
    if fail_on is FailOn.info:
        return not report.conforms
    lesser = _SEVERITIES[: _SEVERITIES.index(fail_on)]
    return any(result.severity_name.lower() not in lesser for result in report.results)
