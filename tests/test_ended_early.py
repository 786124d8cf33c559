"""What is written and ends early, by force, by the power or on a full disk: what is left of it."""

import os
import signal
from pathlib import Path

import pytest

from tests.service import children, is_running, run_limited, wait_until
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


def test_an_output_that_fails_leaves_what_was_there(rivers: WorkingCopy) -> None:
    rivers.path("a.ttl").write_text("<tag:s> <tag:p> <<( <tag:s> <tag:p> 1 )>> .", encoding="utf-8")
    there = rivers.path("out.jsonld")
    there.write_text("[]", encoding="utf-8")
    there.chmod(0o640)
    before = set(os.listdir(rivers.root))
    dump = ("dump", "--data", "a.ttl", "--output", "out.jsonld", "--format")
    assert rivers.run(*dump, "jsonld").exit_code == 2
    assert there.read_text(encoding="utf-8") == "[]"
    assert rivers.run(*dump, "nq").exit_code == 0
    assert "<tag:s>" in there.read_text(encoding="utf-8")
    assert there.stat().st_mode & 0o777 == 0o640
    assert set(os.listdir(rivers.root)) == before


def test_a_file_behind_a_link_is_put_into_layout_and_the_link_stays(rivers: WorkingCopy) -> None:
    file, link = rivers.path("a.ttl"), rivers.path("b.ttl")
    file.write_text("<tag:s>    <tag:p> 1.", encoding="utf-8")
    link.symlink_to(file)
    assert rivers.run("format", "b.ttl").exit_code == 0
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "<tag:s> <tag:p> 1 .\n"


def test_a_disk_that_fills_up_leaves_a_file_that_is_put_into_layout(rivers: WorkingCopy) -> None:
    file = rivers.path("a.ttl")
    text = "".join(f"<tag:{n}>    <tag:p> {n} .\n" for n in range(10_000))
    file.write_text(text, encoding="utf-8")
    limited = run_limited(("format", str(file)), 100_000)
    assert limited.returncode == 3, limited.stderr
    assert limited.stderr == f"error: {file}: file too large\n"
    assert file.read_text(encoding="utf-8") == text
