"""Validation in a store by the command, what goes wrong there, and what is refused."""

from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

import tipgraph
from tests.in_store.support import G, Server, run
from tests.reports import PREFIXES
from tests.service import free_port
from tipgraph.errors import UsageError
from tipgraph.store.remote import RemoteStore
from tipgraph.syntax import parse_rdf

SMALL: Final = f"""{PREFIXES}
ex:RiverShape a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ] .
ex:LakeShape a sh:NodeShape ; sh:targetClass ex:Lake ;
  sh:property [ sh:path ex:depth ; sh:nodeKind sh:IRI ; sh:severity sh:Warning ] .
"""


@pytest.fixture
def small(server: Server, tmp_path: Path) -> list[str]:
    """A graph with two results, and the arguments that validate it."""
    text = f'{PREFIXES} ex:cor a ex:River ; ex:length "far" . ex:bly a ex:Lake ; ex:depth "deep" .'
    server.fill(parse_rdf(text, RdfFormat.TURTLE, "data"))
    (tmp_path / "shapes.ttl").write_text(SMALL)
    return ["--store", server.endpoint, "--graph", G, "-s", str(tmp_path / "shapes.ttl")]


class TestCommand:
    @pytest.mark.parametrize(
        ("arguments", "code", "focus_nodes"),
        [
            ((), 1, {"cor", "bly"}),
            (("--shape", "ex:RiverShape"), 1, {"cor"}),
            (("--focus", "ex:bly"), 1, {"bly"}),
            (("--focus", "ex:bly", "--fail-on", "violation"), 0, {"bly"}),
            (("--shape", "ex:RiverShape", "--focus", "ex:bly"), 0, set()),
            (("--limit", "1"), 1, {"cor"}),
        ],
    )
    def test_selection(
        self, small: list[str], arguments: tuple[str, ...], code: int, focus_nodes: set[str]
    ) -> None:
        ended, written, _ = run(*small, *arguments, "--format", "csv")
        lines = written.splitlines()[1:]
        assert {line.split(",")[1].rpartition("/")[2].rstrip(">") for line in lines} == focus_nodes
        assert ended == code

    def test_a_report_for_people(self, small: list[str]) -> None:
        code, written, _ = run(*small)
        assert code == 1
        assert "1 violation, 1 warning" in written
        assert "shapes.ttl:" in written

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("data.ttl",), "exclude each other"),
            (("--ontology", "ontology.ttl"), "load it into the store"),
            (("--entailment", "rdfs"), "nothing is inferred over a store"),
            (("--shape", "ex:RiverShap"), "there is no shape"),
            (("--focus", "ex:nowhere"), "there is no focus node"),
        ],
    )
    def test_what_makes_no_sense(
        self, small: list[str], arguments: tuple[str, ...], reason: str
    ) -> None:
        code, written, errors = run(*small, *arguments)
        assert (code, written) == (2, "")
        assert reason in errors

    def test_neither_files_nor_a_store(self) -> None:
        assert run()[0] == 2
        assert "--store URL" in run()[2]
        assert run("data.ttl", "--graph", G)[0] == 2

    def test_what_is_beyond_a_store_is_refused_by_name(
        self, small: list[str], tmp_path: Path
    ) -> None:
        (tmp_path / "shapes.ttl").write_text(
            f"{PREFIXES} ex:S sh:targetClass ex:River ; sh:node ex:T .\n"
            'ex:T a sh:NodeShape ; sh:sparql [ sh:select "SELECT $this { $this ?p ?o } LIMIT 3" ] .'
        )
        code, written, errors = run(*small)
        assert (code, written) == (2, "")
        assert "sh:sparql of the shape <http://example.org/T>" in errors


class TestFailures:
    """Where the store does not answer as a whole, there is an error and no report."""

    def test_nobody_there(self, small: list[str]) -> None:
        code, written, errors = run("--store", f"http://127.0.0.1:{free_port()}/query", *small[4:])
        assert (code, written) == (4, "")
        assert errors.startswith("error: ")

    def test_too_slow(self, server: Server, small: list[str], tmp_path: Path) -> None:
        number = NamedNode("http://example.org/length")
        river = NamedNode("http://example.org/River")
        kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        nodes = [NamedNode(f"http://example.org/{each}") for each in range(1000)]
        server.fill(
            [
                *(Triple(node, kind, river) for node in nodes),
                *(Triple(node, number, Literal(each)) for each, node in enumerate(nodes)),
            ]
        )
        (tmp_path / "shapes.ttl").write_text(
            f"{PREFIXES} ex:S sh:targetClass ex:River ; sh:sparql [ sh:select "
            '"SELECT $this { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . FILTER(?b + ?d + ?f < 0) }" ] .'
        )
        code, written, errors = run(*small, "--timeout", "0.3")
        assert (code, written) == (4, "")
        assert errors.startswith("error: ")

    def test_more_than_an_answer_may_hold(
        self, server: Server, small: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        nodes = [NamedNode(f"http://example.org/{'far' * 20}{each}") for each in range(3000)]
        river, number = (
            NamedNode("http://example.org/River"),
            NamedNode("http://example.org/length"),
        )
        server.fill(
            triple
            for node in nodes
            for triple in (Triple(node, kind, river), Triple(node, number, Literal("far")))
        )
        monkeypatch.setenv("TIPGRAPH_RESULT_BYTES", "65536")
        code, written, errors = run(*small)
        assert (code, written) == (4, "")
        assert errors.startswith("error: ")


def test_python_refuses_what_a_store_has_not(store: RemoteStore) -> None:
    with pytest.raises(UsageError, match="coverage"):
        tipgraph.validate(store, coverage=True)
    with pytest.raises(UsageError, match="only a store has graphs"):
        tipgraph.validate([], graph=G)
