"""Opening of snapshots: complete ones open, all others are refused with a reason."""

import json
import os
from pathlib import Path

import pytest

from tests.working_copy import WorkingCopy
from tipgraph.build import build
from tipgraph.errors import SnapshotError
from tipgraph.inputs import Inputs
from tipgraph.snapshot import Manifest, Snapshot, open_snapshot


@pytest.fixture
def snapshot(rivers: WorkingCopy) -> Snapshot:
    return build(Inputs(), rivers.cache).snapshot


def test_a_finished_snapshot_opens(snapshot: Snapshot) -> None:
    assert open_snapshot(snapshot.path) == snapshot


def test_a_manifest_survives_json(snapshot: Snapshot) -> None:
    assert Manifest.from_json(snapshot.manifest.to_json()) == snapshot.manifest


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="is not a snapshot: No such file or directory"):
        open_snapshot(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"digest": 1}', "\x00"])
def test_a_damaged_manifest(snapshot: Snapshot, text: str) -> None:
    (snapshot.path / "manifest.json").write_text(text)
    with pytest.raises(SnapshotError, match=r"its manifest\.json is damaged"):
        open_snapshot(snapshot.path)


def test_another_format_version(snapshot: Snapshot) -> None:
    path = snapshot.path / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["left_out"]
    path.write_text(json.dumps({**manifest, "format_version": 99}))
    with pytest.raises(SnapshotError, match="has format version 99; this tipgraph reads 4"):
        open_snapshot(snapshot.path)


def test_an_incomplete_store(snapshot: Snapshot) -> None:
    (snapshot.store_path / "CURRENT").unlink()
    with pytest.raises(SnapshotError, match="its store is missing or incomplete"):
        open_snapshot(snapshot.path)


def test_a_missing_search_index(snapshot: Snapshot) -> None:
    snapshot.search_path.unlink()
    with pytest.raises(SnapshotError, match="its search index is missing"):
        open_snapshot(snapshot.path)


@pytest.mark.parametrize("left", [0, 20, 4096])
def test_an_incomplete_search_index(snapshot: Snapshot, left: int) -> None:
    os.truncate(snapshot.search_path, left)
    with pytest.raises(SnapshotError, match="its search index is missing or incomplete"):
        open_snapshot(snapshot.path)
