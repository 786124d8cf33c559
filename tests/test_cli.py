"""The command line: what it prints, and which exit code it ends with."""

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.working_copy import WorkingCopy
from tipgraph.cli import app

COMMANDS = (
    "serve",
    "build",
    "check",
    "source",
    "format",
    "query",
    "describe",
    "dump",
    "load",
    "infer",
    "validate",
)


def test_without_a_command_there_is_help() -> None:
    result = CliRunner().invoke(app, [])
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", result.output)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    options = re.findall(r"--[a-z-]+.*", result.output)
    assert options
    assert all(re.search(r"[a-z]{3,} [a-z]{2,}", line, re.IGNORECASE) for line in options)


def test_version(rivers: WorkingCopy) -> None:
    assert re.fullmatch(r"tipgraph \d+\.\d+\.\d+\n", rivers.run("--version").stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--prot", "1"],
        ["serve", "--port", "eighty"],
        ["bogus"],
        ["source"],
        ["source", "FILE", "--format", "xml"],
        ["query", "ASK {}", "--timeout", "0"],
    ],
)
def test_wrong_flags_end_with_2_and_the_usage(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.output


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["query"], 2, "give a query, - for standard input, or --file FILE"),
        (["query", "ASK {}", "--file", "x.rq"], 2, "give a query, "),
        (["describe", "nothing here"], 2, "nothing here is neither an IRI nor a name with a "),
        (["describe", "id:nothing"], 2, "nothing here is known of <"),
        (["describe", "id:nothing", "--format", "csv"], 2, "unknown format csv; known are ttl, "),
        (["dump", "--format", "ttl"], 2, "ttl has no names for graphs: choose one of nq, "),
        (["dump", "--graph", "urn:none"], 2, "there is no graph urn:none; there are default, "),
        (["dump", "--format", "csv"], 2, "unknown format csv; known are ttl, "),
        (["query", "ASK {}", "--format", "xlsx"], 2, "unknown format xlsx; known are json, "),
        (["build", "--union-default-graph"], 2, "--union-default-graph needs --data FILE"),
        (["serve", "--port", "70000"], 2, "port: "),
        (["build", "--data", "none.ttl"], 3, "none.ttl: no such file or directory"),
        (["build", "--data", "."], 3, ".: is a directory"),
        (
            ["build", "--data", "queries/where-does-the-ane-go.tsv"],
            3,
            "queries/where-does-the-ane-go.tsv: unknown RDF format '.tsv'",
        ),
        (["query", "--file", "none.rq"], 3, "none.rq: no such file or directory"),
        (["source", "none.txt"], 3, "none.txt: no such file or directory"),
        (["format", "none.ttl"], 3, "none.ttl: no such file or directory"),
        (["check", "--source", "none.txt"], 3, "none.txt: no such file or directory"),
    ],
)
def test_each_error_is_one_clear_line(
    rivers: WorkingCopy, arguments: list[str], exit_code: int, message: str
) -> None:
    result = rivers.run(*arguments)
    assert result.exit_code == exit_code
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    data = tmp_path / "many.nt"
    data.write_text("".join(f"<urn:s{n}> <urn:p> <urn:o> .\n" for n in range(20_000)), "utf-8")
    command = [sys.executable, "-m", "tipgraph", "dump", "--data", str(data)]
    environment = {**os.environ, "TIPGRAPH_SNAPSHOT_DIR": str(tmp_path / "cache")}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b"<urn:s")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


class TestBuild:
    def test_text_and_json_report_the_same_snapshot(self, rivers: WorkingCopy) -> None:
        text = rivers.run("build")
        assert text.exit_code == 0, text.stderr
        for step in ("parse", "validate", "infer", "statistics", "digest", "store", "in all"):
            assert re.search(rf"^{step} +\d+\.\d\d s$", text.stdout, re.MULTILINE)
        report = json.loads(rivers.run("build", "--format", "json").stdout)
        assert report["seconds"] == {}
        assert f"digest   {report['digest']}\n" in text.stdout
        assert f"snapshot {report['snapshot']}\n" in text.stdout
        assert report["dataset_version"] == "1.2.3"
        assert " (was finished)\n" in rivers.run("build").stdout

    def test_of_many_graphs_the_largest_are_told(self, tmp_path: Path) -> None:
        triples = "".join(f"<urn:s> <urn:p> {n}, {-n} . " for n in range(1, 3))
        graphs = "".join(f"<urn:g{n}> {{ <urn:s> <urn:p> {n} }} " for n in range(24))
        data = tmp_path / "many.trig"
        data.write_text(f"<urn:large> {{ {triples} }} {graphs}", encoding="utf-8")
        arguments = ["build", "--data", str(data), "--output", str(tmp_path / "snapshots")]
        text = CliRunner().invoke(app, arguments).stdout
        told = re.findall(r"^ +(\d+) triples in (urn:\w+)$", text, re.MULTILINE)
        assert told[0] == ("4", "urn:large")
        assert len(told) == 20
        assert "and 5 graphs that are no larger\n" in text
        report = json.loads(CliRunner().invoke(app, [*arguments, "--format", "json"]).stdout)
        assert len(report["graphs"]) == 25

    def test_output_chooses_the_folder(self, rivers: WorkingCopy, tmp_path: Path) -> None:
        report = json.loads(
            rivers.run("build", "--format", "json", "--output", tmp_path / "other").stdout
        )
        assert Path(report["snapshot"]).parent == tmp_path / "other"

    def test_a_folder_that_cannot_be_written(self, rivers: WorkingCopy) -> None:
        blocked = rivers.path("source.txt") / "folder"
        result = rivers.run("build", "--output", blocked)
        assert result.exit_code == 4
        assert result.stderr == (
            f"error: snapshots cannot be written to {blocked}: Not a directory; "
            "choose another folder with TIPGRAPH_SNAPSHOT_DIR\n"
        )

    def test_a_syntax_error_names_its_place_and_leaves_a_snapshot_serving(
        self, rivers: WorkingCopy
    ) -> None:
        before = json.loads(rivers.run("build", "--format", "json").stdout)
        rivers.replace("data/rivers.ttl", "tip:flowsInto id:bly .", "tip:flowsInto un:bly .")
        result = rivers.run("build")
        assert result.exit_code == 3
        assert re.search(r"data/rivers\.ttl:\d+:19: The prefix un: has not been", result.stderr)
        assert "    tip:flowsInto un:bly .\n" in result.stderr
        assert Path(before["snapshot"], "manifest.json").exists()

    def test_data_that_breaks_a_shape_is_refused_with_the_report(self, rivers: WorkingCopy) -> None:
        rivers.replace(
            "data/rivers.ttl",
            'id:cor a tip:River ;\n    rdfs:label "Cor"@en .',
            "id:cor a tip:River .",
        )
        result = rivers.run("build")
        assert result.exit_code == 1
        assert result.stderr.startswith("error: The data does not conform: 1 violation.\n")
        assert result.stderr.endswith(
            "1 violation of <https://w3id.org/tipgraph/shapes#RiverShape-label>\n\n"
            "Violation: id:cor rdfs:label\n"
            "  Give the river a name.\n"
            "  constraint: sh:MinCountConstraintComponent\n"
        )
        assert not [path for path in rivers.cache.iterdir() if path.is_dir()]

    def test_a_shape_that_is_not_well_formed_is_refused(self, rivers: WorkingCopy) -> None:
        rivers.replace(
            "shapes/rivers.ttl", "sh:minCount 1 ;\n    sh:path rdfs:label", "sh:minCount 1"
        )
        result = rivers.run("build")
        assert result.exit_code == 3
        assert "a property shape needs one sh:path, not 0" in result.stderr

    def test_a_contradiction_is_named_with_its_triples(self, rivers: WorkingCopy) -> None:
        rivers.replace(
            "data/rivers.ttl",
            "id:bly a tip:Lake ;",
            'id:bly a tip:Lake, tip:River ;\n    rdfs:label "Bly"@en ;',
        )
        result = rivers.run("build")
        assert result.exit_code == 1
        assert "Traceback" not in result.stderr
        assert "id:bly" in result.stderr
        assert "tip:Lake" in result.stderr
        assert "tip:River" in result.stderr


class TestQuery:
    def test_csv_for_programs(self, rivers: WorkingCopy) -> None:
        result = rivers.run(
            "query",
            "SELECT ?to { id:ane tip:reaches ?to } ORDER BY ?to".replace(
                "id:ane", "<https://w3id.org/tipgraph/id/ane>"
            ).replace("tip:reaches", "<https://w3id.org/tipgraph/ontology#reaches>"),
        )
        assert list(csv.reader(io.StringIO(result.stdout))) == [
            ["to"],
            ["https://w3id.org/tipgraph/id/bly"],
            ["https://w3id.org/tipgraph/id/cor"],
        ]

    def test_query_from_standard_input_and_from_a_file(self, rivers: WorkingCopy) -> None:
        rivers.path("ask.rq").write_text("ASK { ?s ?p ?o }", encoding="utf-8")
        given = rivers.run("query", "-", "--format", "json", given="ASK { ?s ?p ?o }")
        read = rivers.run("query", "--file", "ask.rq", "--format", "json")
        assert json.loads(given.stdout) == json.loads(read.stdout) == {"head": {}, "boolean": True}

    def test_graphs_in_a_graph_format(self, rivers: WorkingCopy) -> None:
        query = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"
        assert "id:ane a tip:River" in rivers.run("query", query).stdout
        assert rivers.run("query", query, "--format", "nt").stdout.count(" .\n") > 10

    def test_a_syntax_error_in_the_query(self, rivers: WorkingCopy) -> None:
        result = rivers.run("query", "SELECT ?s WHERE { ?s ?p }")
        assert result.exit_code == 3
        assert ":1:25: " in result.stderr

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("a.ttl", "<#s> <http://example.org/p> 'ü' ."),
            ("a.nt", '<http://example.org/s> <http://example.org/p> "ü" .'),
            ("a.jsonld", '{"@id": "http://example.org/s", "http://example.org/p": "ü"}'),
            (
                "a.rdf",
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                'xmlns:ex="http://example.org/"><rdf:Description rdf:about="http://example.org/s">'
                "<ex:p>ü</ex:p></rdf:Description></rdf:RDF>",
            ),
        ],
    )
    def test_anybodys_triples(self, rivers: WorkingCopy, name: str, text: str) -> None:
        rivers.path(name).write_text(text, encoding="utf-8")
        query = "SELECT ?o { ?s <http://example.org/p> ?o }"
        assert rivers.run("query", query, "--data", name).stdout == "o\nü\n"

    @pytest.mark.parametrize(("flags", "count"), [([], 0), (["--union-default-graph"], 2)])
    def test_anybodys_named_graphs(self, rivers: WorkingCopy, flags: list[str], count: int) -> None:
        rivers.path("a.trig").write_text(
            "GRAPH <http://a/g> { <http://a/s> <http://a/p> 1 } "
            "GRAPH <http://a/h> { <http://a/s> <http://a/p> 1 , 2 }",
            encoding="utf-8",
        )
        query = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
        arguments = ["--data", "a.trig", *flags]
        named = rivers.run("query", query, *arguments).stdout
        assert named == "g,n\nhttp://a/g,1\nhttp://a/h,2\n"
        merged = rivers.run("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", *arguments).stdout
        assert merged == f"n\n{count}\n"

    def test_data_that_is_not_utf_8(self, rivers: WorkingCopy) -> None:
        rivers.path("a.ttl").write_bytes(b"<#s> <#p>\n'\xff' .")
        result = rivers.run("query", "ASK {}", "--data", "a.ttl")
        assert (result.exit_code, result.stderr) == (
            3,
            "error: a.ttl: not UTF-8: byte 0xff on line 2\n",
        )

    def test_bad_data_names_its_place(self, rivers: WorkingCopy) -> None:
        rivers.path("a.ttl").write_text("<#s> <#p> <#o>\n<#s> <#p> <#o> .", encoding="utf-8")
        result = rivers.run("query", "ASK {}", "--data", "a.ttl")
        assert result.exit_code == 3
        assert result.stderr.startswith("error: a.ttl:1:15: expected '.', ';' or ','")


class TestSource:
    def test_all_covered(self, rivers: WorkingCopy) -> None:
        result = rivers.run("source", "source.txt")
        assert (result.exit_code, result.stderr) == (0, "5/5 sentences have a claim\n")
        assert "lake Bly" not in result.stdout

    def test_a_sentence_without_claim(self, rivers: WorkingCopy) -> None:
        rivers.replace("data/rivers.ttl", "doc:s02, doc:s03,", "doc:s02,")
        result = rivers.run("source", "source.txt", "--format", "json")
        assert result.exit_code == 1
        assert result.stderr == "4/5 sentences have a claim\ns03 has no claim\n"
        claims = {row["name"]: row["claims"] for row in json.loads(result.stdout)}
        assert claims["s03"] == 0

    def test_csv_with_words(self, rivers: WorkingCopy) -> None:
        result = rivers.run("source", "source.txt", "--format", "csv", "--text")
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert [row["text"] for row in rows if row["kind"] == "sentence"][1] == "Is it long?"

    def test_turtle_of_another_text(self, rivers: WorkingCopy) -> None:
        rivers.path("My text.txt").write_text("One sentence. And two.", encoding="utf-8")
        result = rivers.run("source", "My text.txt", "--format", "turtle")
        assert (result.exit_code, result.stderr) == (0, "")
        assert (
            "<https://w3id.org/tipgraph/doc/my-text/s02> a tip:SentencePassage ;" in result.stdout
        )
        again = rivers.run("format", "-", given=result.stdout)
        assert again.stdout == result.stdout


class TestServe:
    def test_a_port_in_use(self, rivers: WorkingCopy) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            result = rivers.run("serve", "--port", port)
        assert result.exit_code == 4
        assert (
            result.stderr == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"
        )
