"""Loading of files as streams: compressed, cut short, with bad lines, killed, without room."""

import codecs
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from tests.isomorphism import canonical, read
from tests.service import run_limited, wait_until
from tests.working_copy import WorkingCopy
from tipgraph.build import build
from tipgraph.bulk import BadLine, load_files
from tipgraph.errors import CacheError, InputError
from tipgraph.inputs import Inputs
from tipgraph.namespaces import GRAPH_INFERRED, RDFS, TIP
from tipgraph.snapshot import open_snapshot
from tipgraph.snapshot_folder import used

BAD = ("<urn:s> <urn:p q> <urn:o> .", "<urn:s> <urn:p>", '<urn:s> <urn:p> "never closed .', "\\")


def lines(count: int) -> list[str]:
    return [f"<urn:s{number}> <urn:p> <urn:o{number % 7}> ." for number in range(count)]


def many(path: Path, count: int, bad: int | None = None) -> Path:
    """A file of N-Triples, one line of which, from 1, may have a bad IRI."""
    content = lines(count)
    if bad is not None:
        content[bad - 1] = BAD[0]
    path.write_text("\n".join(content) + "\n", encoding="utf-8")
    return path


def size(path: Path) -> int:
    return len(Store.read_only(str(path)))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_files(rivers: WorkingCopy, suffix: str) -> None:
    content = many(rivers.path("a.nt"), 5000).read_bytes()
    squeezed = gzip.compress(content) if suffix == ".gz" else zstandard.compress(content) * 2
    whole = rivers.path(f"a.nt{suffix}")
    whole.write_bytes(squeezed)
    assert size(build(Inputs((whole,)), rivers.cache).snapshot.store_path) == 5000
    cut = rivers.path(f"b.nt{suffix}")
    cut.write_bytes(squeezed[: len(squeezed) - 30])
    result = rivers.run("build", "--data", cut)
    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {cut}: the compressed file is damaged or cut short: ")


@pytest.mark.parametrize("name", ["a.nt.gz", "a.ttl.zst", "a.rdf"])
def test_a_file_without_bytes_was_cut_short_where_there_must_be_some(
    rivers: WorkingCopy, name: str
) -> None:
    path = rivers.path(name)
    path.write_bytes(b"")
    result = rivers.run("build", "--data", path)
    assert result.exit_code == 3
    assert "cut short" in result.stderr


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("command", ["build", "infer"])
def test_xml_that_was_cut_short_is_named(rivers: WorkingCopy, command: str, suffix: str) -> None:
    content = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="urn:a"><p xmlns="urn:">b</p>"""
    path = rivers.path(f"a.rdf{suffix}")
    path.write_bytes(gzip.compress(content) if suffix else content)
    result = rivers.run(command, *(["--data"] if command == "build" else []), path)
    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {path}:")
    assert "the text ends before its elements do" in result.stderr


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_byte_order_mark_is_no_part_of_what_a_file_says(rivers: WorkingCopy, suffix: str) -> None:
    for name in ("a.ttl", "b.nt"):
        content = codecs.BOM_UTF8 + b"<urn:s> <urn:p> <urn:o> .\r\n<urn:s> <urn:p> <urn:q> .\r\n"
        squeezed = {"": content, ".gz": gzip.compress(content), ".zst": zstandard.compress(content)}
        path = rivers.path(f"{name}{suffix}")
        path.write_bytes(squeezed[suffix])
        result = rivers.run("dump", "--data", path)
        assert result.exit_code == 0, result.stderr
        assert len(list(parse(result.stdout_bytes, RdfFormat.N_QUADS))) == 2


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_entities_of_xml_do_not_grow(rivers: WorkingCopy, suffix: str) -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    content = f"""<!-- {" " * 300_000} --><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>
        <x:x xmlns:x="a:" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <x:p>&e12;</x:p></x:x>""".encode()
    path = rivers.path(f"a.rdf{suffix}")
    path.write_bytes(gzip.compress(content) if suffix else content)
    result = rivers.run("build", "--data", path)
    assert result.exit_code == 3
    assert "an entity that is made of other entities is not expanded" in result.stderr


def test_a_text_that_is_too_long_for_the_engine_is_an_error_of_its_file(
    rivers: WorkingCopy,
) -> None:
    path = rivers.path("a.ttl")
    path.write_text(f'<urn:s> <urn:p> "{"x" * 20_000_000}" .')
    result = rivers.run("build", "--data", path)
    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {path}: a text or statement is too long")


def test_a_bad_line_far_into_a_file_is_named(rivers: WorkingCopy) -> None:
    file = many(rivers.path("a.nt"), 60_000, bad=50_001)
    result = rivers.run("build", "--data", file)
    assert result.exit_code == 3
    assert result.stderr == (
        f"error: {file}:50001:9: Invalid IRI code point ' '; --skip-errors leaves out such lines\n"
        f"  {BAD[0]}\n          ^\n"
    )
    assert list(rivers.cache.glob("*.partial")) == []


def test_bad_lines_are_left_out_counted_and_listed(rivers: WorkingCopy) -> None:
    file = rivers.path("a.nt")
    file.write_text("\n".join([*lines(30), *BAD * 6, *lines(40)]), encoding="utf-8")
    result = rivers.run("build", "--data", file, "--skip-errors", "--format", "json")
    assert result.exit_code == 0
    listed = result.stderr.splitlines()
    assert listed[0] == f"left out: {file}:31: Invalid IRI code point ' '"
    assert len(listed) == 21
    assert listed[-1] == "left out: 4 more bad lines"
    manifest = json.loads(result.stdout)
    assert (manifest["left_out"], manifest["default_graph_triples"]) == (24, 40)
    assert manifest["bytes"] > 0
    again = rivers.run("build", "--data", file, "--skip-errors")
    assert again.stderr == "left out: 24 bad lines\n"


@pytest.mark.parametrize("arguments", [["--data", "data/rivers.ttl"], []])
def test_errors_are_not_left_out_of_other_formats(
    rivers: WorkingCopy, arguments: list[str]
) -> None:
    result = rivers.run("build", "--skip-errors", *arguments)
    assert result.exit_code == 2
    assert "N-Triples and N-Quads alone" in result.stderr or "needs --data" in result.stderr


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(st.sampled_from((*BAD, "# a comment", "", None)), st.integers(1, 9000))),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_is_left_out_is_what_is_bad(
    tmp_path: Path, parts: list[tuple[str | None, int]], ending: str, ended: bool
) -> None:
    expected, content, bad = set[int](), list[str](), list[int]()
    for line, length in parts:
        if line is None:
            expected.add(len(content))
            content.append(f'<urn:s{len(content)}> <urn:p> "{"ü" * length}" .')
        else:
            if line in BAD:
                bad.append(len(content) + 1)
            content.append(line)
    file = tmp_path / "a.nt"
    text = ending.join(content) + (ending if ended else "")
    file.write_bytes(text.encode())
    store, left_out = Store(), list[BadLine]()
    load_files(store, (file,), leave_out=left_out.append)
    assert [line.line for line in left_out] == bad
    subjects = {quad.subject for quad in store}
    assert subjects == {NamedNode(f"urn:s{number}") for number in expected}


def test_a_build_killed_at_any_moment_leaves_nothing_half(rivers: WorkingCopy) -> None:
    file = many(rivers.path("a.nt"), 60_000)
    for moment in (0, 0.05, 0.1, 0.2, 0.4):
        process = rivers.start("build", "--data", file)
        wait_until(lambda: any(rivers.cache.glob("*.partial")) or process.poll() is not None)  # noqa: B023
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for folder in rivers.cache.glob("????????????????"):
            # What has its final name is whole.
            assert size(open_snapshot(folder).store_path) == 60_000
    built = build(Inputs((file,)), rivers.cache).snapshot
    assert size(built.store_path) == 60_000
    assert list(rivers.cache.glob("*.partial")) == []


def test_what_other_builds_left_is_cleared_away_unless_they_go_on(rivers: WorkingCopy) -> None:
    rivers.cache.mkdir()
    (rivers.cache / "1111.partial").mkdir()
    (rivers.cache / "2222.partial").mkdir()
    holds = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
            "print('held', flush=True); sys.stdin.read()",
            str(rivers.cache / "2222.lock"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holds.stdout is not None
    holds.stdout.readline()
    build(Inputs((many(rivers.path("a.nt"), 3),)), rivers.cache)
    holds.communicate()
    assert [path.name for path in rivers.cache.glob("*.partial")] == ["2222.partial"]


def test_two_builds_at_once_make_one_snapshot(rivers: WorkingCopy) -> None:
    file = many(rivers.path("a.nt"), 20_000)
    both = [rivers.start("build", "--data", file, "--format", "json") for _ in range(2)]
    made = [json.loads(process.communicate()[0]) for process in both]
    assert made[0]["snapshot"] == made[1]["snapshot"]
    assert sorted(bool(each["seconds"]) for each in made) == [False, True]


def test_a_build_without_room_is_not_begun(
    rivers: WorkingCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = rivers.path("big.nt")
    with file.open("wb") as content:
        # A hole: it takes no room itself.
        os.truncate(content.fileno(), 1 << 43)
    monkeypatch.setattr(
        "tipgraph.build.FileDigests.digest", lambda *_: "of a file too long to read"
    )
    with pytest.raises(CacheError, match=r"needs about [\d,]+ MB .* TIPGRAPH_SNAPSHOT_DIR"):
        build(Inputs((file,)), rivers.cache)


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("labels.nt", "", f'<tag:thing/{{n}}> <{RDFS}label> "the thing of number {{n}}" .'),
        ("terse.ttl", f"PREFIX : <tag:{'long/' * 10}> ", ":{n} a :C, :D ; :p {n} ."),
        ("links.nt.gz", "", "<tag:{n}> <tag:p> <tag:thing/{n}> ."),
    ],
)
def test_a_build_takes_no_more_room_than_it_asks_for(
    rivers: WorkingCopy, name: str, head: str, line: str
) -> None:
    file = rivers.path(name)
    content = (head + "\n".join(line.format(n=n) for n in range(20_000))).encode()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    inputs = Inputs((file,))
    assert used(build(inputs, rivers.cache).snapshot.path) <= inputs.room()


def test_a_full_disk_is_said_and_the_old_snapshot_stays(rivers: WorkingCopy) -> None:
    old = build(Inputs((many(rivers.path("old.nt"), 3),)), rivers.cache).snapshot
    file = many(rivers.path("a.nt"), 60_000)
    limited = run_limited(("build", "--data", str(file)), 300_000)
    assert limited.returncode == 4, limited.stderr
    assert limited.stderr.startswith(f"error: snapshots cannot be written to {rivers.cache}: ")
    assert list(rivers.cache.glob("*.partial")) == []
    assert open_snapshot(old.path) == old


@pytest.mark.parametrize("things", [20_000, 60_000])
def test_a_full_disk_under_the_search_index_is_said_with_a_way_out(
    rivers: WorkingCopy, things: int
) -> None:
    file = rivers.path("a.nt")
    said = (f'<urn:s{n}> <{RDFS}label> "number {n} of many" .\n' for n in range(things))
    file.write_text("".join(said), encoding="utf-8")
    limited = run_limited(("build", "--data", str(file)), things * 100)
    assert limited.returncode == 4, limited.stderr
    assert re.fullmatch(
        "error: the search index cannot be written: (database or disk is full|disk I/O error); "
        "make room, or choose another folder with TIPGRAPH_SNAPSHOT_DIR\n",
        limited.stderr,
    )
    assert list(rivers.cache.glob("*.partial")) == []


def test_a_changed_file_is_read_anew_and_another_is_not(rivers: WorkingCopy) -> None:
    file = many(rivers.path("a.nt"), 10)
    long_ago = time.time() - 1000
    os.utime(file, (long_ago, long_ago))
    first = build(Inputs((file,)), rivers.cache).snapshot
    assert build(Inputs((file,)), rivers.cache).snapshot == first
    file.write_text(file.read_text().replace("urn:p", "urn:q"))
    assert build(Inputs((file,)), rivers.cache).snapshot.path != first.path
    (rivers.cache / "digests.json").write_text("[not JSON")
    assert build(Inputs((file,)), rivers.cache).seconds == {}


def test_a_file_that_is_not_there(rivers: WorkingCopy) -> None:
    with pytest.raises(InputError, match=r"none\.nt: no such file or directory"):
        build(Inputs((Path("none.nt"),)), rivers.cache)


def test_a_compression_that_is_not_known_is_told_those_that_are(rivers: WorkingCopy) -> None:
    path = many(rivers.path("a.nt.bz2"), 1)
    result = rivers.run("build", "--data", path)
    assert result.exit_code == 3
    assert result.stderr.rstrip().endswith(".nq, each also as .gz or .zst")


def test_a_pipe_is_not_waited_for(rivers: WorkingCopy) -> None:
    os.mkfifo(rivers.path("a.nt"))
    result = rivers.run("build", "--data", rivers.path("a.nt"))
    assert result.exit_code == 3
    assert "a pipe or a device" in result.stderr


@pytest.mark.parametrize("change", ["written", "replaced", "removed"])
def test_a_file_that_is_changed_while_it_is_read_makes_no_snapshot(
    rivers: WorkingCopy, change: str
) -> None:
    file = many(rivers.path("a.nt"), 1000)
    old = build(Inputs((file,)), rivers.cache).snapshot
    many(file, 1001)

    def meanwhile(step: str) -> None:
        if step != "search":
            return
        if change == "written":
            many(file, 2000)
        elif change == "replaced":
            many(rivers.path("b.nt"), 1001).replace(file)
        else:
            file.unlink()

    with pytest.raises(InputError, match=r"a\.nt: (it was changed while|no such file)"):
        build(Inputs((file,)), rivers.cache, announce=meanwhile)
    assert [path.name for path in rivers.cache.glob("????????????????")] == [old.path.name]
    assert list(rivers.cache.glob("*.partial")) == []


def test_what_follows_is_added_on_request(rivers: WorkingCopy) -> None:
    file = rivers.path("a.nt")
    file.write_text(f"<urn:a> <{TIP}flowsInto> <urn:b> .\n", encoding="utf-8")
    plain = build(Inputs((file,)), rivers.cache).snapshot
    inferring = build(Inputs((file,), infer=True), rivers.cache).snapshot
    assert plain.path != inferring.path
    assert size(plain.store_path) == 1
    written = rivers.run("infer", file, "--format", "nt").stdout.encode()
    store = Store.read_only(str(inferring.store_path))
    inferred = store.quads_for_pattern(None, None, None, GRAPH_INFERRED)
    assert canonical(inferred) == read(written, RdfFormat.N_TRIPLES) != set()
    for quad in parse(written, RdfFormat.N_TRIPLES):
        assert Quad(quad.subject, quad.predicate, quad.object) in store
