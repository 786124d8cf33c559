"""The formats of a validation report, in order of preference: one table.

The RDF formats hold the graph that SHACL defines, with the messages in all languages, and nothing
else: no positions, no coverage, not how many results a limit left out. JSON holds everything.
HTML, text, CSV, SARIF and JUnit XML have each message in one language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tipgraph.formats import JSON_LD, N_TRIPLES, RDF_XML, TURTLE
from tipgraph.validation.formats.csv import report_csv
from tipgraph.validation.formats.html import report_html, report_page
from tipgraph.validation.formats.json import report_json
from tipgraph.validation.formats.junit import report_junit
from tipgraph.validation.formats.rdf import (
    report_json_ld,
    report_n_triples,
    report_rdf_xml,
    report_turtle,
)
from tipgraph.validation.formats.sarif import report_sarif
from tipgraph.validation.formats.text import report_text

if TYPE_CHECKING:
    from tipgraph.validation.report import ValidationReport

__all__ = [
    "REPORT_FORMATS",
    "ReportFormat",
    "find_report_format",
    "report_html",
    "write_report",
]


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """A format of reports.

    Args:
        name: Its short name, as in `--format` and `?format=`.
        media_type: Its media type.
        writer: What writes a report, with its messages in a language, as text.
        aliases: Further media types that ask for it and are answered with `media_type`.
        names: Further names, as people write them.
        charset: Whether the media type needs a `charset` parameter to be read as UTF-8.
        extension: How the names of its files end, where that is not its name.
    """

    name: str
    media_type: str
    writer: "Callable[[ValidationReport, str], str]"
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    charset: bool = False
    extension: str = ""

    @property
    def file_name(self) -> str:
        """What a file with a report is called."""
        return f"report.{self.extension or self.name}"

    @property
    def content_type(self) -> str:
        """The value of a Content-Type field."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


def _text(report: "ValidationReport", language: str) -> str:
    return report_text(report, language) + "\n"


REPORT_FORMATS: Final = (
    ReportFormat(
        "ttl", TURTLE.media_type, report_turtle, TURTLE.aliases, TURTLE.names, charset=True
    ),
    ReportFormat("jsonld", JSON_LD.media_type, report_json_ld, names=("json-ld",)),
    ReportFormat("nt", N_TRIPLES.media_type, report_n_triples, names=N_TRIPLES.names),
    ReportFormat("rdf", RDF_XML.media_type, report_rdf_xml, RDF_XML.aliases, RDF_XML.names),
    ReportFormat("json", "application/json", report_json),
    ReportFormat("csv", "text/csv", report_csv, charset=True),
    ReportFormat("html", "text/html", report_page, charset=True),
    ReportFormat("text", "text/plain", _text, names=("txt",), charset=True, extension="txt"),
    ReportFormat("sarif", "application/sarif+json", report_sarif),
    # Nobody registered a media type for it: this one is in use.
    ReportFormat(
        "junit", "application/junit+xml", report_junit, names=("junit-xml",), extension="xml"
    ),
)


def find_report_format(name: str) -> ReportFormat | None:
    """Find the format with a short name or media type."""
    wanted = name.strip().lower()
    for each in REPORT_FORMATS:
        if wanted in (each.name, *each.names, each.media_type, *each.aliases):
            return each
    return None


def write_report(
    report: "ValidationReport", report_format: ReportFormat, *, language: str = "en"
) -> bytes:
    """Write a report in a format, as UTF-8.

    Args:
        report: The report.
        report_format: One of `REPORT_FORMATS`.
        language: The language tag of the messages that are wanted, where a format has one language.

    Raises:
        NotAcceptableError: RDF/XML was asked for and cannot hold a text of the report.
    """
    # Names of files may hold bytes that are not UTF-8, which Python keeps as lone surrogates.
    return report_format.writer(report, language).encode("utf-8", "backslashreplace")
