"""The hooks for pre-commit, the GitHub Action and the workflow that uses it.

They are run as pre-commit and GitHub would run their commands, but without those two, which install
the package from the network first.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parent.parent
BIN: Final = Path(sys.executable).parent
HOOKS: Final = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_bytes())
}
ACTION: Final = yaml.safe_load((ROOT / "action.yml").read_bytes())
WORKFLOW: Final = yaml.safe_load((ROOT / "docs/examples/validate.yml").read_bytes())
EXPRESSION: Final = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")

PREFIXES: Final = "@prefix ex: <http://example.org/> .\n"
CONFORMING: Final = f'{PREFIXES}\nex:a a ex:River ;\n    ex:name "Ane" .\n'
NAMELESS: Final = f"{PREFIXES}\nex:b a ex:River ; ex:name 7 .\n"
SHAPES: Final = """\
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:River a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property [ sh:path ex:name ; sh:datatype xsd:string ; sh:severity sh:Warning ] .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my data").mkdir()
    (tmp_path / "my data" / "good.ttl").write_text(CONFORMING)
    (tmp_path / "bad.ttl").write_text(NAMELESS)
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    return tmp_path


def run_hook(name: str, folder: Path, args: list[str], *files: str) -> int:
    """The hook's command, the arguments of a user's configuration, then the files."""
    hook = HOOKS[name]
    assert hook["language"] == "python"
    assert all(re.search(hook["files"], file) for file in files)
    return subprocess.run(
        [*shlex.split(hook["entry"]), *args, *files],
        cwd=folder,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        check=False,
    ).returncode


def test_the_hook_validates_the_files_of_a_commit(folder: Path) -> None:
    args = ["--shapes", "shapes.ttl"]
    assert run_hook("tipgraph-validate", folder, args, "my data/good.ttl") == 0
    assert run_hook("tipgraph-validate", folder, args, "my data/good.ttl", "bad.ttl") == 1
    lenient = [*args, "--fail-on", "violation"]
    assert run_hook("tipgraph-validate", folder, lenient, "bad.ttl") == 0


@pytest.mark.parametrize("extension", ["ttl", "trig", "nt", "nq", "rdf", "jsonld"])
def test_the_hook_is_for_rdf_alone(extension: str) -> None:
    pattern = HOOKS["tipgraph-validate"]["files"]
    assert re.search(pattern, f"data/rivers.{extension}")
    assert not re.search(pattern, f"data/{extension}.md")


def test_the_hook_that_formats(folder: Path) -> None:
    assert run_hook("tipgraph-format", folder, ["--check"], "my data/good.ttl") == 0
    assert run_hook("tipgraph-format", folder, ["--check"], "bad.ttl") == 1
    assert (folder / "bad.ttl").read_text() == NAMELESS
    run_hook("tipgraph-format", folder, [], "bad.ttl")
    assert run_hook("tipgraph-format", folder, ["--check"], "bad.ttl") == 0


def run_action(folder: Path, inputs: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The action's last step, in the shell and with the options that GitHub gives it."""
    step = ACTION["runs"]["steps"][-1]
    assert step["shell"] == "bash"
    defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    given = {**defaults, **inputs}
    variables = {
        name: EXPRESSION.sub(lambda found: given[found.group(1)], value)
        for name, value in step["env"].items()
    }
    installed = folder / "runner" / "tipgraph" / "bin"
    installed.mkdir(parents=True)
    (installed / "tipgraph").symlink_to(BIN / "tipgraph")
    runner = {"RUNNER_TEMP": str(folder / "runner")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**os.environ, **runner, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_writes_sarif_with_places(folder: Path) -> None:
    inputs = {"data": "my data/*.ttl\nbad.ttl\n", "shapes": "shapes.ttl", "fail-on": "warning"}
    ran = run_action(folder, inputs)
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout == "::error::The data does not conform: see tipgraph.sarif\n"
    [run] = json.loads((folder / "tipgraph.sarif").read_bytes())["runs"]
    [result] = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "bad.ttl", "uriBaseId": "%SRCROOT%"}
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (3, 27)


def test_the_action_lets_pass_what_is_below_the_severity(folder: Path) -> None:
    ran = run_action(folder, {"data": "bad.ttl", "shapes": "shapes.ttl"})
    assert (ran.returncode, ran.stdout) == (0, "")
    assert json.loads((folder / "tipgraph.sarif").read_bytes())["runs"][0]["results"]


def test_the_action_hands_on_every_input(folder: Path) -> None:
    (folder / "ontology.ttl").write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f"{PREFIXES}ex:Stream rdfs:subClassOf ex:River . ex:flows rdfs:domain ex:Stream .\n"
    )
    (folder / "stream.ttl").write_text(f"{PREFIXES}ex:s ex:flows ex:t ; ex:name 1 .\n")
    inputs = {
        "data": "stream.ttl",
        "shapes": "shapes.ttl",
        "ontology": "ontology.ttl",
        "shape": "http://example.org/River",
        "focus": "http://example.org/s\nhttp://example.org/t",
        "entailment": "rdfs",
        "fail-on": "info",
        "format": "csv",
        "output": "report.csv",
    }
    assert set(inputs) == set(ACTION["inputs"])
    assert run_action(folder, inputs).returncode == 1
    assert "http://example.org/s" in (folder / "report.csv").read_text()


@pytest.mark.parametrize("data", ["none/*.ttl", "$(touch spoilt).ttl", "--help"])
def test_the_action_takes_inputs_for_names_of_files_only(folder: Path, data: str) -> None:
    ran = run_action(folder, {"data": data, "shapes": "shapes.ttl"})
    assert ran.returncode == 3
    assert data in ran.stderr
    assert not (folder / "spoilt").exists()
    assert not (folder / "tipgraph.sarif").exists()


def test_the_workflow_asks_for_inputs_that_the_action_has() -> None:
    steps: list[dict[str, Any]] = WORKFLOW["jobs"]["shacl"]["steps"]
    [validate] = [step for step in steps if "/tipgraph@" in step["uses"]]
    [upload] = [step for step in steps if step["uses"].startswith("github/codeql-action/upload-")]
    required = {name for name, each in ACTION["inputs"].items() if each.get("required")}
    assert required <= set(validate["with"]) <= set(ACTION["inputs"])
    assert upload["with"]["sarif_file"] == ACTION["inputs"]["output"]["default"]
    assert upload["if"].startswith("${{ !cancelled()")
    assert steps.index(upload) > steps.index(validate)
    assert WORKFLOW["permissions"]["security-events"] == "write"
