"""The corpus for measuring: the same each time, sound or broken as it says."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from benchmarks.narratives import Narratives, write_narratives
from tipgraph.api import validate


def test_the_same_narratives_each_time() -> None:
    one, other = Narratives(violations=0.5), Narratives(violations=0.5)
    assert list(one.texts(20_000)) == list(other.texts(20_000))
    assert one.broken == other.broken
    assert list(Narratives(violations=0.5, seed=8).texts(20_000)) != list(one.texts(20_000))


def test_there_are_as_many_triples_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    write_narratives(path, 12_000)
    triples = [quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES)]
    assert 12_000 <= len(triples) == len(set(triples)) < 18_000
    quads = "".join(Narratives(graph="urn:g").texts(1))
    assert {str(quad.graph_name) for quad in parse(quads, RdfFormat.N_QUADS)} == {"<urn:g>"}


@pytest.mark.parametrize("violations", [0.0, 0.7])
def test_what_is_broken_is_what_validation_finds(tmp_path: Path, violations: float) -> None:
    path = tmp_path / "a.nt"
    broken = write_narratives(path, 60_000, violations=violations)
    report = validate(path)
    assert len(report.results) == broken.total()
    assert bool(broken) == bool(violations)
