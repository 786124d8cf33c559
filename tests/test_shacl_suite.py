"""The W3C's SHACL test suite, Core and SPARQL, run through the validator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import RdfFormat, parse
from typer.testing import CliRunner

from tests.manifest import Case, cases, file_of, rows
from tipgraph.cli import app
from tipgraph.errors import TipgraphError
from tipgraph.validation import (
    Document,
    Engine,
    Inputs,
    Options,
    RdfGraph,
    ValidationReport,
    validate,
)

FOLDER: Final = Path(__file__).parents[2] / "shared" / "w3c" / "shacl"

# What pyshacl is known to miss. A case that begins to pass must be taken off the list.
REFERENCE_MISSES: Final = {
    "core/property/uniqueLang-002": 'reads a sh:uniqueLang of "1" as true; only true is',
    "sparql/node/prefixes-001": "does not follow owl:imports from sh:prefixes",
    "sparql/pre-binding/shapesGraph-001": "has no $shapesGraph, which SHACL leaves optional",
}


def suite(engine: Engine) -> Iterator[object]:
    """The cases; one file of the suite is in no manifest, so all files are looked at."""
    misses = REFERENCE_MISSES if engine is Engine.pyshacl else {}
    for path in sorted(FOLDER.rglob("*.ttl")):
        if "sht:Validate" in path.read_text(encoding="utf-8"):
            name = path.relative_to(FOLDER).with_suffix("").as_posix()
            marks = [pytest.mark.xfail(reason=misses[name])] if name in misses else []
            for case in cases(path):
                yield pytest.param(case, engine, id=f"{engine}-{name}", marks=marks)


# rdflib warns of ill-typed literals, which the suite has on purpose.
@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the suite is not at hand in ../shared/w3c")
@pytest.mark.parametrize(("case", "engine"), [*suite(Engine.auto), *suite(Engine.pyshacl)])
def test_case(case: Case, engine: Engine) -> None:
    data, shapes = (Document.read(file_of(iri)) for iri in (case.data_graph, case.shapes_graph))
    inputs = Inputs(RdfGraph([data]), RdfGraph([shapes]))
    if case.expected is None:
        with pytest.raises(TipgraphError):
            validate(inputs, Options(engine=engine))
        return
    report = validate(inputs, Options(engine=engine))
    assert rows(report) == rows(case.expected)
    assert report.conforms == case.expected.conforms


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the suite is not at hand in ../shared/w3c")
@pytest.mark.parametrize(("case", "engine"), [*suite(Engine.auto)])
def test_case_on_the_command_line(case: Case, engine: Engine) -> None:
    data, shapes = (str(file_of(iri)) for iri in (case.data_graph, case.shapes_graph))
    command = ["validate", data, "--shapes", shapes, "--format", "nt", "--engine", engine]
    result = CliRunner().invoke(app, command)
    if case.expected is None:
        assert result.exit_code == 3
        assert result.stderr.startswith("error: ")
        return
    triples = [quad.triple for quad in parse(result.stdout, RdfFormat.N_TRIPLES)]
    report = ValidationReport.from_triples(triples)
    assert rows(report) == rows(case.expected)
    assert result.exit_code == (0 if case.expected.conforms else 1)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the suite is not at hand in ../shared/w3c")
def test_the_fast_engine_is_the_one_that_passes() -> None:
    path = FOLDER / "core" / "node" / "and-001.ttl"
    document = Document.read(path)
    report = validate(Inputs(RdfGraph([document]), RdfGraph([document])))
    assert report.engine.startswith("shacl ")
