"""A report as JUnit XML, which build servers show as tests; it has no registered media type.

A suite is a shape and a test case in it is a result. JUnit knows passing and failing and nothing
between: a violation, or a result of a severity that is not SHACL's, is a failure whose type is the
constraint component; a warning or an info is a passing case that tells what it is in `system-out`.

The suite `coverage` has a case for each shape whose focus nodes were counted: a shape that applies
to nothing is `skipped`. A report without any of these is one passing case. Times are left out, so
that the same report is the same text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tipgraph.namespaces import shorten
from tipgraph.validation.coverage import Coverage
from tipgraph.validation.formats.text import result_lines
from tipgraph.validation.formats.wording import Group, clipped, grouped, visible, visible_line
from tipgraph.validation.result import ValidationResult, shown

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

_PASSING: Final = ("Warning", "Info")


def report_junit(report: "ValidationReport", language: str = "en") -> str:
    """Write a report as JUnit XML.

    Args:
        report: The report.
        language: The language tag of the messages that are wanted.
    """
    suites = [_suite(group, language) for group in grouped(report.results)]
    if report.coverage is not None and report.coverage.focus_nodes:
        suites.append(_coverage(report.coverage))
    if not suites:
        case = ET.Element("testcase", classname="tipgraph", name=report.summary())
        suites.append(_numbered("validation", [case]))
    root = ET.Element("testsuites", {"name": "SHACL validation", **_numbers(suites)})
    root.extend(suites)
    if report.engine or report.notes or report.omitted:
        _say(suites[-1], (report.summary(), report.engine, *report.notes))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(group: Group, language: str) -> ET.Element:
    name = visible_line(group.title)
    return _numbered(name, [_case(result, name, language) for result in group.results])


def _case(result: ValidationResult, shape: str, language: str) -> ET.Element:
    value = shown(result.value) if result.value != result.focus_node else ""
    parts = (shown(result.focus_node), result.result_path, value)
    named = " ".join(clipped(visible_line(part)) for part in parts if part)
    case = ET.Element("testcase", classname=shape, name=named)
    text = "\n".join(result_lines(result, language))
    if result.severity_name in _PASSING:
        _say(case, (text,))
        return case
    component = shorten(result.source_constraint_component.value)
    message = clipped(visible(result.message(language)))
    ET.SubElement(case, "failure", type=component, message=message).text = text
    return case


def _coverage(coverage: Coverage) -> ET.Element:
    cases = []
    for shape, count in sorted(coverage.focus_nodes.items()):
        name = f"focus nodes of {visible_line(shorten(shape))}: {count}"
        case = ET.Element("testcase", classname="coverage", name=name)
        if not count:
            ET.SubElement(case, "skipped").text = "the shape applies to nothing in the data"
        cases.append(case)
    return _numbered("coverage", cases)


def _numbered(name: str, cases: Sequence[ET.Element]) -> ET.Element:
    failures = sum(case.find("failure") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped=str(skipped),
    )
    suite.extend(cases)
    return suite


def _numbers(suites: Sequence[ET.Element]) -> dict[str, str]:
    return {
        name: str(sum(int(suite.attrib[name]) for suite in suites))
        for name in ("tests", "failures", "errors")
    }


def _say(element: ET.Element, lines: Sequence[str]) -> None:
    said = "\n".join(visible(line) for line in lines if line)
    ET.SubElement(element, "system-out").text = said
