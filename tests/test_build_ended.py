"""Builds that end early, by force or with the power: what is left, and what is not."""

import os
import signal
from pathlib import Path

import pytest

from tests.service import children, is_running, wait_until
from tests.working_copy import WorkingCopy
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.namespaces import RDFS


def test_a_snapshot_is_on_the_disk_before_it_has_its_name(
    rivers: WorkingCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync
    written: dict[Path, bytes | list[str]] = {}

    def seen(path: Path) -> bytes | list[str]:
        return sorted(os.listdir(path)) if path.is_dir() else path.read_bytes()

    def noted(opened: int) -> None:
        path = Path(f"/proc/self/fd/{opened}").resolve()
        written[Path(str(path).replace(".partial", ""))] = seen(path)
        fsync(opened)

    monkeypatch.setattr("os.fsync", noted)
    snapshot = build(Inputs((rivers.path("data/rivers.ttl"),)), rivers.cache).snapshot
    # Its name comes last.
    assert list(written)[-2:] == [snapshot.path, rivers.cache]
    assert snapshot.path.name in written.pop(rivers.cache)
    assert written == {path: seen(path) for path in (snapshot.path, *snapshot.path.rglob("*"))}


def test_the_process_that_makes_half_of_the_index_ends_with_the_build(rivers: WorkingCopy) -> None:
    file = rivers.path("a.nt")
    said = (f'<urn:s{n}> <{RDFS}label> "number {n} of many" .\n' for n in range(100_000))
    file.write_text("".join(said), encoding="utf-8")
    process = rivers.start("build", "--data", file)
    wait_until(lambda: bool(children(process.pid)) or process.poll() is not None)
    (second,) = children(process.pid)
    os.kill(second, signal.SIGSTOP)
    process.kill()
    process.wait()
    os.kill(second, signal.SIGCONT)
    wait_until(lambda: not is_running(second))
    process.communicate()
    # It did not go on until all was done, which takes millions of bytes.
    for written in rivers.cache.glob("*.partial/*/others"):
        assert written.stat().st_size < 1_000_000
