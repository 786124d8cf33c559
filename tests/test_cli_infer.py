"""The command `infer`: what follows from files, in every format, and why."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from typer.testing import CliRunner, Result

from tipgraph.cli import app
from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, GRAPH_ONTOLOGY, PROV
from tipgraph.reasoning import statement_iri

DERIVED_FROM = NamedNode(f"{PROV}wasDerivedFrom")

ONTOLOGY = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:flowsInto a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:range ex:Water .
ex:Sea owl:disjointWith ex:River .
ex:Tributary rdfs:subClassOf
  [ a owl:Restriction ; owl:onProperty ex:flowsInto ; owl:hasValue ex:rhine ] .
[] owl:onProperty ex:flowsInto ; owl:someValuesFrom ex:Sea ; rdfs:subClassOf ex:Drained .
"""
DATA = """
<http://example.org/aare> <http://example.org/flowsInto> <http://example.org/rhine> .
<http://example.org/rhine> <http://example.org/flowsInto> <http://example.org/sea> .
<http://example.org/sea> a <http://example.org/Sea> .
"""
FOLLOWS = """
@prefix ex: <http://example.org/> .
ex:aare ex:flowsInto ex:sea ; a ex:Drained .
ex:rhine a ex:Water , ex:Drained .
ex:sea a ex:Water .
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    data, ontology = tmp_path / "data.ttl", tmp_path / "ontology.ttl"
    data.write_text(DATA, encoding="utf-8")
    ontology.write_text(ONTOLOGY, encoding="utf-8")
    return str(data), str(ontology)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["infer", *arguments])


def read(text: str | bytes, rdf_format: RdfFormat = RdfFormat.TURTLE) -> set[Triple]:
    return {quad.triple for quad in parse(text, rdf_format)}


@pytest.mark.parametrize(
    ("name", "rdf_format"),
    [("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES), ("nq", RdfFormat.N_QUADS)],
)
def test_what_follows_in_each_format(
    files: tuple[str, str], name: str, rdf_format: RdfFormat
) -> None:
    done = run(files[0], "--ontology", files[1], "--format", name)
    assert done.exit_code == 0
    assert read(done.stdout_bytes, rdf_format) == read(FOLLOWS)


def test_quads_name_the_graph_of_inferences(files: tuple[str, str]) -> None:
    done = run(files[0], "--ontology", files[1], "--format", "nq")
    quads = parse(done.stdout_bytes, RdfFormat.N_QUADS)
    assert {quad.graph_name for quad in quads} == {GRAPH_INFERRED}


def test_a_file_is_written(files: tuple[str, str], tmp_path: Path) -> None:
    target = tmp_path / "inferred.ttl"
    done = run(files[0], "--ontology", files[1], "--output", str(target))
    assert (done.exit_code, done.stdout) == (0, "")
    assert read(target.read_bytes()) == read(FOLLOWS)


def test_data_in_the_ontology_and_in_named_graphs(tmp_path: Path, files: tuple[str, str]) -> None:
    both = tmp_path / "both.ttl"
    both.write_text(ONTOLOGY + DATA, encoding="utf-8")
    assert read(run("--ontology", str(both)).stdout_bytes) == read(FOLLOWS)
    graphs = tmp_path / "data.trig"
    lines = enumerate(DATA.strip().splitlines())
    graphs.write_text("".join(f"<http://example.org/{n}> {{ {line} }}\n" for n, line in lines))
    done = run(str(graphs), "--ontology", files[1])
    assert read(done.stdout_bytes) == read(FOLLOWS)


def test_without_files_the_shipped_graph() -> None:
    inferred = read(run("--format", "nt").stdout_bytes, RdfFormat.N_TRIPLES)
    shipped = [*read_shipped(GRAPH_ONTOLOGY), *read_shipped(GRAPH_DATA)]
    assert len(inferred) > 1000
    assert inferred.isdisjoint(quad.triple for quad in shipped)
    example = min(inferred, key=str)
    done = run("--why", str(example))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].startswith("  follows by ")


def test_the_evidence_is_written_beside_what_follows() -> None:
    plain = read(run("--format", "nt").stdout_bytes, RdfFormat.N_TRIPLES)
    done = run("--evidence", "--format", "nt")
    assert done.exit_code == 0
    found = read(done.stdout_bytes, RdfFormat.N_TRIPLES)
    evidence = found - plain
    statements = {each.subject for each in evidence if each.predicate == DERIVED_FROM}
    assert plain < found
    assert statements
    assert {each.subject for each in evidence} == statements <= set(map(statement_iri, plain))


def test_why_in_words(files: tuple[str, str]) -> None:
    done = run(
        *files[:1],
        "-o",
        files[1],
        "--why",
        "<http://example.org/aare> a <http://example.org/Drained>",
    )
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "<http://example.org/aare> rdf:type <http://example.org/Drained>",
        "  follows by cax-sco and the axiom of <http://example.org/Drained> from",
        "    <http://example.org/aare> <http://example.org/flowsInto> <http://example.org/sea>"
        " (inferred)",
        "    <http://example.org/sea> rdf:type <http://example.org/Sea> (asserted)",
        "<http://example.org/aare> <http://example.org/flowsInto> <http://example.org/sea>",
        "  follows by prp-trp and the axiom of <http://example.org/flowsInto> from",
        "    <http://example.org/aare> <http://example.org/flowsInto> <http://example.org/rhine>"
        " (asserted)",
        "    <http://example.org/rhine> <http://example.org/flowsInto> <http://example.org/sea>"
        " (asserted)",
    ]


def test_data_may_hold_the_ontology_too(files: tuple[str, str]) -> None:
    done = run(*files, "--ontology", files[1])
    assert done.exit_code == 0, done.stderr
    assert read(done.stdout_bytes) == read(FOLLOWS)
    Path(files[0]).write_text(
        f"{DATA}\n{ONTOLOGY.replace('hasValue ex:rhine', 'hasValue ex:aare')}"
    )
    done = run(files[0], "--ontology", files[1])
    assert done.exit_code == 3
    assert "owl:hasValue" in done.stderr


def test_why_as_triples(files: tuple[str, str]) -> None:
    asked = "<http://example.org/aare> <http://example.org/flowsInto> <http://example.org/sea>"
    done = run(files[0], "-o", files[1], "--why", asked, "--format", "ttl")
    links = {each for each in read(DATA) if each.predicate.value.endswith("flowsInto")}
    assert read(done.stdout_bytes) == links | read(f"{asked} .")


def test_why_of_what_was_asserted_and_of_what_does_not_follow(files: tuple[str, str]) -> None:
    # No rule uses the other.
    unused = "<http://example.org/rhine> <http://example.org/length> 1233"
    with Path(files[0]).open("a") as file:
        file.write(f"\n{unused} .\n")
    for asserted in (DATA.strip().splitlines()[0].removesuffix(" ."), unused):
        done = run(files[0], "-o", files[1], "--why", asserted)
        assert done.exit_code == 0
        assert "was asserted, not inferred" in done.stderr
    done = run(
        files[0], "-o", files[1], "--why", "<http://example.org/sea> a <http://example.org/Drained>"
    )
    assert done.exit_code == 1
    assert "does not follow by any rule" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--why", "<a>"], 2, "write '<s> <p> <o>'"),
        (["--why", "id:a tip:b id:c , id:d"], 2, "give one triple"),
        (["--evidence", "--why", "id:a tip:b id:c"], 2, "exclude each other"),
        (["missing.nt"], 3, "missing.nt: no such file"),
        (["--format", "rdf"], 2, "Invalid value for '--format'"),
    ],
)
def test_wrong_calls(arguments: list[str], code: int, words: str) -> None:
    done = run(*arguments)
    assert done.exit_code == code
    assert words in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("bad.ttl", DATA + "<http://example.org/aare> .\n", 3, "bad.ttl:5:"),
        (
            "axiom.ttl",
            f"{ONTOLOGY} ex:Lake rdfs:subClassOf ex:Water .",
            3,
            "give its file as --ontology",
        ),
        (
            "clash.ttl",
            "@prefix ex: <http://example.org/> . ex:x a ex:Sea , ex:River .",
            1,
            "<http://example.org/x> is in <http://example.org/River> and in",
        ),
    ],
)
def test_bad_data(
    files: tuple[str, str], tmp_path: Path, name: str, text: str, code: int, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    done = run(str(path), "-o", files[1])
    assert done.exit_code == code
    assert words in done.stderr
    assert not done.stdout


def test_axioms_that_are_not_supported_or_have_no_rule(
    files: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "more.ttl"
    declared = "@prefix ex: <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> ."
    path.write_text(f"{declared} ex:Sea owl:oneOf ( ex:sea ) .", encoding="utf-8")
    done = run(files[0], "-o", files[1], "-o", str(path))
    assert done.exit_code == 3
    assert "owl:oneOf would give types to the things it lists" in done.stderr
    path.write_text(f"{declared} [] owl:minCardinality 1 .", encoding="utf-8")
    done = run(files[0], "-o", files[1], "-o", str(path))
    assert done.exit_code == 0
    assert "no rule for owl:minCardinality" in done.stderr


def test_an_output_that_cannot_be_written(files: tuple[str, str], tmp_path: Path) -> None:
    done = run(files[0], "-o", files[1], "--output", str(tmp_path / "absent" / "x.ttl"))
    assert done.exit_code == 3
    assert "no such file or directory" in done.stderr
