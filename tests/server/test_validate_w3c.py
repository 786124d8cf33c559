"""The W3C's SHACL suite over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from tests.manifest import cases, file_of, rows
from tests.service import serving
from tests.test_shacl_suite import FOLDER
from tipgraph.validation import ValidationReport


def test_the_suite_of_the_w3c_over_http(snapshot_path: Path) -> None:
    found = [
        case
        for path in sorted(FOLDER.rglob("*.ttl"))
        if "sht:Validate" in path.read_text(encoding="utf-8")
        for case in cases(path)
    ]

    def passes(index: int) -> bool:
        case = found[index]
        parts = [
            (name, (iri.value, f"@base <{iri.value}> .\n{file_of(iri).read_text('utf-8')}", ""))
            for name, iri in (("data", case.data_graph), ("shapes", case.shapes_graph))
        ]
        typed = [(name, (source, text, "text/turtle")) for name, (source, text, _) in parts]
        response = visitor.post("/validate?format=nt", files=typed)
        if case.expected is None:
            return response.status_code in (400, 422)
        triples = [quad.triple for quad in parse(response.content, RdfFormat.N_TRIPLES)]
        report = ValidationReport.from_triples(triples)
        return rows(report) == rows(case.expected) and report.conforms == case.expected.conforms

    with (
        serving(snapshot_path) as service,
        service.client() as visitor,
        ThreadPoolExecutor(2) as threads,
    ):
        passed = list(threads.map(passes, range(len(found))))
    assert [found[i].node for i, ok in enumerate(passed) if not ok] == []
    assert len(found) == 121
