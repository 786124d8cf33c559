"""The corpus for measuring: the same each time, sound or broken as it says."""

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from benchmarks.narratives import Narratives, write_narratives
from tipgraph.api import validate
from tipgraph.namespaces import SH, SHAPES


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


def test_no_two_narratives_say_the_same() -> None:
    names = [f"/n{number}-" for number in range(30)]
    said = [
        frozenset(line for line in text.replace(name, "/").splitlines() if "/claim/" in line)
        for name, text in zip(names, Narratives().texts(100_000), strict=False)
    ]
    assert len(said) > 20
    # Neither is any of them all that another says and more, nor are they but little alike.
    assert not any(one <= other for one in said for other in said if one is not other)
    assert min(map(len, said)) * 2 < max(map(len, said))


def test_narratives_conform(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    assert not write_narratives(path, 60_000)
    assert validate(path).results == ()


def test_what_is_broken_is_what_validation_finds(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    narratives = Narratives(violations=0.9)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(narratives.texts(120_000))
    expected = Counter(
        result
        for violation in narratives.violations
        for result in violation.results * narratives.broken[violation.name]
    )
    found = Counter()
    for each in validate(path).results:
        assert isinstance(each.source_shape, NamedNode)
        component = each.source_constraint_component.value.removeprefix(SH)
        shape = each.source_shape.value.removeprefix(SHAPES)
        found[f"{shape} {component.removesuffix('ConstraintComponent')}"] += 1
    assert found == expected
