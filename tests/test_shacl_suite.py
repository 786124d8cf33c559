"""The W3C's SHACL test suite, Core and SPARQL, run through the validator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.manifest import Case, cases, file_of, rows
from tipgraph.dataset import read_quads
from tipgraph.errors import TipgraphError
from tipgraph.validation import validate

FOLDER: Final = Path(__file__).parents[2] / "shared" / "w3c" / "shacl"

# What pyshacl is known to miss. A case that begins to pass must be taken off the list.
MISSES: Final = {
    "core/property/uniqueLang-002": 'reads a sh:uniqueLang of "1" as true; only true is',
    "sparql/node/prefixes-001": "does not follow owl:imports from sh:prefixes",
    "sparql/pre-binding/shapesGraph-001": "has no $shapesGraph, which SHACL leaves optional",
}


def suite() -> Iterator[object]:
    """The cases; one file of the suite is in no manifest, so all files are looked at."""
    for path in sorted(FOLDER.rglob("*.ttl")):
        if "sht:Validate" in path.read_text(encoding="utf-8"):
            name = path.relative_to(FOLDER).with_suffix("").as_posix()
            marks = [pytest.mark.xfail(reason=MISSES[name])] if name in MISSES else []
            yield from (pytest.param(case, id=name, marks=marks) for case in cases(path))


# rdflib warns of ill-typed literals, which the suite has on purpose.
@pytest.mark.filterwarnings("ignore::UserWarning:rdflib")
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the suite is not at hand in ../shared/w3c")
@pytest.mark.parametrize("case", list(suite()))
def test_case(case: Case) -> None:
    data, shapes = (read_quads(file_of(iri)) for iri in (case.data_graph, case.shapes_graph))
    if case.expected is None:
        with pytest.raises(TipgraphError):
            validate(data, shapes)
        return
    report = validate(data, shapes)
    assert rows(report) == rows(case.expected)
    assert report.conforms == case.expected.conforms
