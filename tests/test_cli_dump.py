"""The command `dump`: the dataset, or one graph of it, as it was written."""

import hashlib
import json

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from tests.isomorphism import read
from tests.working_copy import WorkingCopy
from tipgraph.build import build
from tipgraph.inputs import Inputs


class TestDump:
    DATA = (
        "<http://a/s> <http://a/p> 1.0E6 . GRAPH <http://a/g> { <http://a/s> <http://a/p> _:b } "
        "GRAPH <http://a/h> { <http://a/s> <http://a/p> 2 }"
    )

    @pytest.mark.parametrize("form", ["nq", "trig", "jsonld"])
    def test_the_dataset(self, rivers: WorkingCopy, form: str) -> None:
        rivers.path("a.trig").write_text(self.DATA, encoding="utf-8")
        result = rivers.run("dump", "--data", "a.trig", "--format", form, "--output", "out")
        assert (result.exit_code, result.output) == (0, "")
        found = RdfFormat.from_extension(form)
        assert found is not None
        with_graphs = [quad.graph_name for quad in parse(rivers.path("out").read_bytes(), found)]
        assert {str(name) for name in with_graphs} == {"DEFAULT", "<http://a/g>", "<http://a/h>"}
        assert read(rivers.path("out").read_bytes(), found) == read(
            self.DATA.replace(
                "1.0E6", '"1000000"^^<http://www.w3.org/2001/XMLSchema#double>'
            ).encode(),
            RdfFormat.TRIG,
        )

    def test_what_a_format_cannot_hold_is_refused(self, rivers: WorkingCopy) -> None:
        text = '<tag:s> <tag:p> <<( <tag:s> <tag:p> 1 )>> . <tag:s> <http://a/1> "a" .'
        rivers.path("a.ttl").write_text(text, encoding="utf-8")
        default = ("--graph", "default")
        for form, graph in (("jsonld", default), ("rdf", default), ("jsonld", ())):
            result = rivers.run("dump", "--data", "a.ttl", *graph, "--format", form)
            assert result.exit_code == 2
            assert "cannot hold" in result.stderr

    def test_the_shipped_dataset_is_what_its_digest_says(self, rivers: WorkingCopy) -> None:
        manifest = json.loads(rivers.run("build", "--format", "json").stdout)
        content = rivers.run("dump").stdout_bytes
        assert hashlib.sha256(content).hexdigest() == manifest["digest"]

    @pytest.mark.parametrize(("graph", "value"), [("default", "1000000"), ("http://a/h", "2")])
    def test_one_graph(self, rivers: WorkingCopy, graph: str, value: str) -> None:
        rivers.path("a.trig").write_text(self.DATA, encoding="utf-8")
        written = rivers.run("dump", "--data", "a.trig", "--graph", graph).stdout
        (triple,) = parse(written, RdfFormat.TURTLE)
        assert isinstance(triple.object, Literal)
        assert triple.object.value == value

    def test_of_many_graphs_some_are_named_where_there_is_no_such_one(
        self, rivers: WorkingCopy
    ) -> None:
        graphs = "".join(f"<urn:g{n}> {{ <urn:s> <urn:p> {n} }} " for n in range(23))
        rivers.path("a.trig").write_text(graphs, encoding="utf-8")
        result = rivers.run("dump", "--data", "a.trig", "--graph", "urn:none")
        assert result.exit_code == 2
        assert result.stderr.count("urn:g") == 20
        assert result.stderr.endswith(" and 3 more\n")

    def test_a_file_that_cannot_be_written(self, rivers: WorkingCopy) -> None:
        result = rivers.run("dump", "--output", "none/out.nq")
        assert result.exit_code == 3
        assert result.stderr == "error: none/out.nq: no such file or directory\n"

    def test_a_dump_that_was_cut_short_is_not_copied(self, rivers: WorkingCopy) -> None:
        dump = build(Inputs(), rivers.cache).snapshot.dumps_path / "all.nq.zst"
        dump.write_bytes(dump.read_bytes()[:-20])
        result = rivers.run("dump")
        assert result.exit_code == 3
        assert f"{dump}: the compressed file is damaged or cut short" in result.stderr
