"""Constraints by query as other people write them: how their time from a file grows with the data.

`python -m benchmarks constraints`.
"""

from pathlib import Path
from typing import Final

from benchmarks.narratives import write_with_ontology
from benchmarks.report import verdict
from benchmarks.services import FOLDER
from benchmarks.validation import PROGRAMS, run
from tipgraph.namespaces import RDFS, TIP

SIZES: Final = (50_000, 100_000)
_SHAPE: Final = f"""
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX tip: <{TIP}>
<urn:shape> sh:targetClass tip:AffirmedClaim ; sh:sparql [ sh:select '''
    PREFIX tip: <{TIP}>
    PREFIX rdfs: <{RDFS}>
    PREFIX prov: <http://www.w3.org/ns/prov#>
    {{}}
''' ] .
"""
QUERIES: Final = {
    "OPTIONAL without $this": "SELECT $this ?value { $this tip:claimSubject ?value"
    " OPTIONAL { ?value rdfs:label ?label } FILTER(!BOUND(?label)) }",
    "two steps": "SELECT $this ?value { $this tip:claimSubject ?value . ?value rdfs:label ?label"
    " FILTER(STRLEN(?label) > 60) }",
    "path": "SELECT $this ?value { $this tip:claimSubject/rdfs:label ?value"
    " FILTER(STRLEN(?value) > 60) }",
    "ORDER BY": "SELECT $this ?value { $this prov:wasDerivedFrom ?value ."
    " ?value tip:sentenceNumber ?n FILTER(?n > 500) } ORDER BY ?n",
    "GROUP BY": "SELECT $this (COUNT(?other) AS ?n) { $this tip:claimSubject ?s ."
    " ?other tip:claimSubject ?s } GROUP BY $this HAVING (COUNT(?other) > 60)",
    "inner SELECT": "SELECT $this ?n { { SELECT $this (COUNT(?p) AS ?n) { $this ?p ?o }"
    " GROUP BY $this } FILTER(?n > 17) }",
}


def measure_constraints() -> None:
    """Print how long each query takes at two sizes, the second of them twice the first."""
    FOLDER.mkdir(exist_ok=True)
    files = [FOLDER / f"constraints-{size}.nt" for size in SIZES]
    for size, path in zip(SIZES, files, strict=True):
        write_with_ontology(path, size)
    print(f"\n{' and '.join(f'{size:,}' for size in SIZES)} triples, from the file")
    for name, query in QUERIES.items():
        shapes = FOLDER / "constraints-shapes.ttl"
        shapes.write_text(_SHAPE.format(query), encoding="utf-8")
        small, large = (_seconds(path, shapes) for path in files)
        verdict(name, f"{small:.2f} s and {large:.2f} s", large / small, at_most=2.2)
    for path in files:
        path.unlink()


def _seconds(data: Path, shapes: Path) -> float:
    command: list[str | Path] = [PROGRAMS / "tipgraph", "validate", data, "--shapes", shapes]
    return run([*command, "--no-coverage", "--no-positions"]).seconds
