"""`tipgraph validate` on the command line: exit codes, what is selected, and what is shown."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.reports import PREFIXES
from tipgraph.cli import app

DATA = f"""{PREFIXES}@prefix e: <http://example.org/> .
ex:cor a ex:River ; ex:length "far" .
ex:bly a ex:Lake ; ex:depth "deep" .
"""
SHAPES = f"""{PREFIXES}@prefix s: <http://example.org/> .
s:RiverShape a sh:NodeShape ; sh:targetClass ex:River ; sh:severity sh:Warning ;
  sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ; sh:severity sh:Warning ] .
s:LakeShape a sh:NodeShape ; sh:targetClass ex:Lake ;
  sh:property [ sh:path ex:depth ; sh:nodeKind sh:IRI ; sh:severity sh:Info ] .
"""
# Every pair of numbers is looked at, over and over.
ENDLESS = f"""{PREFIXES}ex:S sh:targetNode ex:n ; sh:sparql [ sh:select
  "SELECT $this {{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . ?g ?s ?h . FILTER(?b + ?d + ?f + ?h < 0) }}" ] .
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("data.ttl").write_text(DATA)
    Path("shapes.ttl").write_text(SHAPES)
    return tmp_path


def run(*arguments: str, data: str = "data.ttl", given: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    result = CliRunner().invoke(app, ["validate", data, "-s", "shapes.ttl", *arguments], given)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("folder")
class TestSelection:
    @pytest.mark.parametrize(
        ("arguments", "focus_nodes"),
        [
            ((), {"ex:cor", "ex:bly"}),
            (("--shape", "s:RiverShape"), {"ex:cor"}),
            (("--focus", "<http://example.org/bly>"), {"ex:bly"}),
            (("--focus", "e:cor", "--focus", "e:bly"), {"ex:cor", "ex:bly"}),
            (("--shape", "s:RiverShape", "--focus", "e:bly"), set()),
        ],
    )
    def test_shapes_and_focus_nodes(
        self, arguments: tuple[str, ...], focus_nodes: set[str]
    ) -> None:
        code, written, _ = run(*arguments, "--format", "csv")
        found = {line.split(",")[1] for line in written.splitlines()[1:]}
        assert {each.replace("<http://example.org/", "ex:").rstrip(">") for each in found} == (
            focus_nodes
        )
        assert code == (1 if focus_nodes else 0)

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("--shape", "s:RiverShap"), "did you mean <http://example.org/RiverShape>?"),
            (("--focus", "e:corr"), "did you mean <http://example.org/cor>?"),
        ],
    )
    def test_what_is_not_there(self, arguments: tuple[str, ...], reason: str) -> None:
        code, written, errors = run(*arguments)
        assert (code, written) == (2, "")
        assert reason in errors

    def test_the_report_says_what_was_selected(self) -> None:
        _, written, _ = run("--shape", "s:RiverShape")
        assert "only the targets of <http://example.org/RiverShape> were validated" in written


@pytest.mark.usefixtures("folder")
class TestExitCodes:
    @pytest.mark.parametrize(
        ("fail_on", "codes"),
        [("info", (1, 1)), ("warning", (1, 0)), ("violation", (0, 0))],
    )
    def test_the_least_severity_that_fails(self, fail_on: str, codes: tuple[int, int]) -> None:
        rivers = run("--fail-on", fail_on)[0]
        lakes = run("--fail-on", fail_on, "--shape", "s:LakeShape")[0]
        assert (rivers, lakes) == codes

    def test_a_severity_of_ones_own_fails_whatever_the_limit_leaves_out(self) -> None:
        Path("shapes.ttl").write_text(SHAPES.replace("sh:severity sh:Info", "sh:severity ex:Grave"))
        code, written, _ = run("--fail-on", "violation", "--limit", "1", "--format", "csv")
        assert code == 1
        assert len(written.splitlines()) == 2

    @pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
    def test_a_result_of_any_severity_keeps_data_from_conforming(self, engine: str) -> None:
        own = SHAPES.replace("sh:severity sh:Info", "sh:severity ex:Grave")
        Path("shapes.ttl").write_text(own)
        code, written, _ = run("--shape", "s:LakeShape", "--engine", engine, "--format", "json")
        assert (code, json.loads(written)["conforms"]) == (1, False)
        code, written, _ = run("--shape", "s:LakeShape", "--engine", engine, "--format", "ttl")
        assert (code, "sh:conforms false" in written) == (1, True)

    def test_a_text_that_breaks_its_grammar(self) -> None:
        Path("data.ttl").write_text("<a> ")
        code, written, errors = run()
        assert (code, written) == (3, "")
        assert "data.ttl:1" in errors

    def test_standard_input(self) -> None:
        code, written, errors = run(data="-", given=DATA)
        assert (code, errors) == (1, "")
        assert "standard input:3:31" in written


def test_a_report_for_which_there_is_no_room_is_no_verdict(folder: Path) -> None:
    command = [sys.executable, "-m", "tipgraph", "validate", "data.ttl", "-s", "shapes.ttl"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 4
    assert ended.stderr.startswith("error: what was to be written is not all there: ")


def test_a_person_who_waits_is_told_what_is_going_on_and_a_program_is_not(folder: Path) -> None:
    numbers = "".join(f"ex:n ex:p {n} .\n" for n in range(3000))
    (folder / "data.ttl").write_text(PREFIXES + numbers)
    (folder / "shapes.ttl").write_text(ENDLESS)
    command = [sys.executable, "-m", "tipgraph", "validate", "data.ttl", "-s", "shapes.ttl"]
    terminal, end = pty.openpty()
    variables = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    for_program = subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=variables
    )
    for_person = subprocess.Popen(
        command, cwd=folder, stderr=end, stdout=subprocess.PIPE, env=variables
    )
    os.close(end)
    try:
        shown = b""
        while b"validate ..." not in shown:
            shown += os.read(terminal, 4096)
    finally:
        for process in (for_person, for_program):
            process.kill()
        for_person.communicate()
        os.close(terminal)
    assert for_program.communicate() == (b"", b"")
