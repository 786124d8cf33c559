"""The corpus for measuring: the same each time, sound or broken as it says, and of use."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

import tipgraph
from benchmarks.narratives import Narratives, of_narrative, write_narratives
from tipgraph.build import build
from tipgraph.dataset import read_shipped
from tipgraph.inputs import Inputs
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY, SH, SHAPES
from tipgraph.questions import Question, questions
from tipgraph.settings import Settings
from tipgraph.snapshot_folder import used
from tipgraph.store import EmbeddedStore, open_store

# With this seed two narratives say so much that each question finds something. In others it may
# be that no narrative has the few claims that a question is about, until there are some dozen.
FULL = 312


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
    said = [
        {line for line in text.replace(f"/n{number}-", "/").splitlines() if "/claim/" in line}
        for number, text in enumerate(islice(Narratives().texts(200_000), 30))
    ]
    assert not any(one <= other for one in said for other in said if one is not other)
    assert min(map(len, said)) * 2 < max(map(len, said))


def test_narratives_conform(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    assert not write_narratives(path, 30_000)
    assert tipgraph.validate(path).results == ()


@pytest.mark.parametrize("brief", [True, False])
def test_what_is_broken_is_what_validation_finds(tmp_path: Path, brief: bool) -> None:
    narratives, path = Narratives(violations=1, brief=brief), tmp_path / "a.nt"
    # Each kind of violation once; of long narratives the first kinds.
    most = len(narratives.violations) if brief else 8
    path.write_text("".join(islice(narratives.texts(100_000), most)), encoding="utf-8")
    found: Counter[str] = Counter()
    for result in tipgraph.validate(path).results:
        assert isinstance(result.source_shape, NamedNode)
        shape = result.source_shape.value.removeprefix(SHAPES)
        component = result.source_constraint_component.value.removeprefix(SH)
        found[f"{shape} {component.removesuffix('ConstraintComponent')}"] += 1
    broken = [each for each in narratives.violations if narratives.broken[each.name]]
    assert len(broken) == narratives.broken.total() == most
    assert found == Counter(result for each in broken for result in each.results)


def test_a_build_asks_for_enough_room(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    write_narratives(path, 10_000)
    inputs = Inputs((path,), infer=True)
    assert used(build(inputs, tmp_path / "snapshots").snapshot.path) <= inputs.room()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """Narratives with the ontology, and what `build --infer` adds to them."""
    text = "".join(islice(Narratives(seed=FULL).texts(10_000), 2))
    data = {quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)}
    ontology = {quad.triple for quad in read_shipped(GRAPH_ONTOLOGY)}
    folder = tmp_path_factory.mktemp("narratives")
    quads = (
        Quad(triple.subject, triple.predicate, triple.object, name)
        for name, triples in ((GRAPH_DATA, data), (GRAPH_ONTOLOGY, ontology))
        for triple in triples
    )
    file = folder / "narratives.nq"
    serialize(quads, file, RdfFormat.N_QUADS)
    inputs = Inputs((file,), union_default_graph=True, infer=True)
    snapshot = build(inputs, folder / "snapshots").snapshot
    with open_store(snapshot, Settings.from_environment()) as opened:
        yield opened


@pytest.mark.parametrize("question", questions(), ids=lambda each: each.slug)
def test_each_question_of_the_catalogue_is_answered(
    store: EmbeddedStore, question: Question
) -> None:
    answer = store.query(of_narrative(question.query, 0))
    if isinstance(answer, bool):
        assert answer is question.expected
    else:
        assert len(answer) > 0
