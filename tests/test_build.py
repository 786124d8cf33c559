"""Snapshots: deterministic, immutable, one build at a time, and never half there."""

import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Store

from tests.working_copy import RIVERS, WorkingCopy
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import DCTERMS, GRAPH_META, GRAPHS_MERGED, ID, OWL, VOID
from tipgraph.snapshot import Snapshot


def triples(store: Store, graph: NamedNode | DefaultGraph) -> set[object]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}


def opened(snapshot: Snapshot) -> Store:
    return Store.read_only(str(snapshot.store_path))


def test_two_builds_of_the_same_input_have_the_same_digest_and_the_same_dataset(
    rivers: WorkingCopy, tmp_path: Path
) -> None:
    one, other = build(Inputs(), tmp_path / "one"), build(Inputs(), tmp_path / "other")
    assert one.snapshot.path != other.snapshot.path
    assert one.snapshot.manifest == other.snapshot.manifest


def test_layout_does_not_change_the_digest_but_a_triple_does(rivers: WorkingCopy) -> None:
    before = build(Inputs(), rivers.cache).snapshot.manifest
    rivers.replace("data/rivers.ttl", "# == Waters ==", "# == All waters ==")
    reworded = build(Inputs(), rivers.cache).snapshot.manifest
    assert reworded.inputs_digest != before.inputs_digest
    assert reworded.digest == before.digest
    rivers.replace("data/rivers.ttl", '"Cor"@en', '"The Cor"@en')
    assert build(Inputs(), rivers.cache).snapshot.manifest.digest != before.digest


def test_the_default_graph_is_the_merge_of_asserted_and_inferred(rivers: WorkingCopy) -> None:
    snapshot = build(Inputs(), rivers.cache).snapshot
    store = opened(snapshot)
    merged = set().union(*(triples(store, name) for name in GRAPHS_MERGED))
    assert triples(store, DefaultGraph()) == merged
    assert snapshot.manifest.default_graph == tuple(name.value for name in GRAPHS_MERGED)
    assert snapshot.manifest.default_graph_triples == len(merged)
    for name, count in snapshot.manifest.graphs.items():
        assert count == len(triples(store, NamedNode(name))) > 0


def test_what_is_retired_is_said_of_the_dataset_and_not_in_its_data(rivers: WorkingCopy) -> None:
    rivers.path("data/retired.ttl").write_text(
        f"<{ID}creek> <{OWL}deprecated> true ; <{DCTERMS}isReplacedBy> <{ID}ane> .\n"
    )
    store = opened(build(Inputs(), rivers.cache).snapshot)
    creek = NamedNode(f"{ID}creek")
    graphs = {quad.graph_name for quad in store.quads_for_pattern(creek, None, None)}
    assert graphs == {GRAPH_META}


def test_statistics_are_true(rivers: WorkingCopy) -> None:
    store = opened(build(Inputs(), rivers.cache).snapshot)
    for graph in (name for name in store.named_graphs() if name != GRAPH_META):
        assert isinstance(graph, NamedNode)
        counted = store.query(
            f"""PREFIX void: <{VOID}> SELECT ?triples ?subjects ?objects ?classes ?properties {{
              {{ SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
                   (COUNT(DISTINCT ?o) AS ?objects) (COUNT(DISTINCT ?p) AS ?properties)
                 {{ GRAPH {graph} {{ ?s ?p ?o }} }} }}
              {{ SELECT (COUNT(DISTINCT ?c) AS ?classes) {{ GRAPH {graph} {{ ?x a ?c }} }} }}
              GRAPH ?meta {{ {graph} void:triples ?triples ; void:distinctSubjects ?subjects ;
                void:distinctObjects ?objects ; void:classes ?classes ;
                void:properties ?properties }} }}"""  # graph names of our own
        )
        assert len(list(counted)) == 1, graph  # type: ignore[arg-type]


def test_partitions_add_up(rivers: WorkingCopy) -> None:
    store = opened(build(Inputs(), rivers.cache).snapshot)
    wrong = store.query(
        f"""PREFIX void: <{VOID}> SELECT ?graph {{ GRAPH ?meta {{
          ?graph void:triples ?all . {{ SELECT ?meta ?graph (SUM(?some) AS ?sum) {{ GRAPH ?meta {{
            ?graph void:propertyPartition/void:triples ?some }} }} GROUP BY ?meta ?graph }}
          FILTER(?sum != ?all) }} }}"""  # a namespace of our own
    )
    assert list(wrong) == []  # type: ignore[arg-type]


def test_a_finished_snapshot_is_found_and_not_touched(rivers: WorkingCopy) -> None:
    first = build(Inputs(), rivers.cache)
    manifest = first.snapshot.path / "manifest.json"
    changed = manifest.stat().st_mtime_ns
    steps: list[str] = []
    again = build(Inputs(), rivers.cache, announce=steps.append)
    assert (again.snapshot, again.seconds, steps) == (first.snapshot, {}, [])
    assert manifest.stat().st_mtime_ns == changed


@pytest.mark.parametrize("damage", ["manifest.json", "store/CURRENT", "store", "search.sqlite"])
def test_a_damaged_snapshot_is_built_anew(rivers: WorkingCopy, damage: str) -> None:
    first = build(Inputs(), rivers.cache)
    damaged = first.snapshot.path / damage
    if damaged.is_dir():
        shutil.rmtree(damaged)
    else:
        damaged.unlink()
    again = build(Inputs(), rivers.cache)
    assert again.seconds
    assert again.snapshot == first.snapshot
    assert len(opened(again.snapshot)) > 0


def test_what_an_interrupted_build_left_is_cleared_away(rivers: WorkingCopy) -> None:
    snapshot = build(Inputs(), rivers.cache).snapshot
    partial = snapshot.path.with_name(f"{snapshot.path.name}.partial")
    snapshot.path.rename(partial)
    (partial / "manifest.json").unlink()
    assert build(Inputs(), rivers.cache).snapshot.path == snapshot.path
    assert not partial.exists()


def test_two_builds_at_once_make_one_snapshot(rivers: WorkingCopy) -> None:
    running = [rivers.start("build", "--format", "json") for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    reports = [json.loads(out) for out, _ in outputs]
    assert reports[0]["snapshot"] == reports[1]["snapshot"]
    assert [path for path in rivers.cache.iterdir() if path.is_dir()] == [
        Path(reports[0]["snapshot"])
    ]


def test_anybodys_files_are_loaded_as_they_are(tmp_path: Path) -> None:
    data = tmp_path / "data.ttl"
    shutil.copy(RIVERS / "data" / "rivers.ttl", data)
    manifest = build(Inputs((data,)), tmp_path / "cache").snapshot.manifest
    assert manifest.graphs == {}
    assert (manifest.default_graph_triples or 0) > 100
    data.write_text(data.read_text().replace("Cor", "Core"))
    assert build(Inputs((data,)), tmp_path / "cache").snapshot.manifest.digest != manifest.digest


def test_graphs_named_by_blank_nodes_are_counted_and_merged_like_others(tmp_path: Path) -> None:
    path = tmp_path / "a.trig"
    path.write_text("<u:s> <u:p> 1 . GRAPH _:g { <u:s> <u:p> 2, 3 } GRAPH <u:g> { <u:s> <u:p> 4 }")
    apart = build(Inputs((path,)), tmp_path / "snapshots").snapshot
    assert apart.manifest.graphs == {"u:g": 1}
    assert apart.manifest.default_graph_triples == 1
    merged = build(Inputs((path,), union_default_graph=True), tmp_path / "snapshots").snapshot
    assert merged.manifest.default_graph_triples == 4
    assert len(triples(opened(merged), DefaultGraph())) == 4


def test_blank_nodes_of_different_files_stay_apart(tmp_path: Path) -> None:
    files = [tmp_path / "one.nt", tmp_path / "two.nt"]
    for number, file in enumerate(files):
        file.write_text(f'_:b <http://example.org/p> "{number}" .\n')
    store = opened(build(Inputs(tuple(files)), tmp_path / "cache").snapshot)
    assert len({quad.subject for quad in store}) == 2
