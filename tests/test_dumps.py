"""Dumps hold what they say, byte for byte the same each time, and go round through RDF 1.2."""

import gzip
import hashlib
from pathlib import Path

import pytest
import zstandard
from pyoxigraph import NamedNode, RdfFormat, Store, Triple, parse

from tests.isomorphism import canonical, read
from tests.working_copy import RIVERS
from tipgraph.build import build
from tipgraph.dumps import REIFIES
from tipgraph.inputs import Inputs
from tipgraph.namespaces import CLAIM, GRAPH_DATA, GRAPH_INFERRED, TIP
from tipgraph.snapshot import Dump, Snapshot


def content(snapshot: Snapshot, name: str) -> bytes:
    written = (snapshot.dumps_path / name).read_bytes()
    if name.endswith(".gz"):
        return gzip.decompress(written)
    return zstandard.ZstdDecompressor().decompressobj().decompress(written)


def stored(snapshot: Snapshot, graph: NamedNode) -> list[Triple]:
    store = Store.read_only(str(snapshot.store_path))
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, graph)]


@pytest.fixture(scope="module")
def dumps(shipped_snapshot: Snapshot) -> dict[str, Dump]:
    return {dump.name: dump for dump in shipped_snapshot.manifest.dumps}


def test_the_manifest_lists_every_file_with_its_size_and_digest(
    shipped_snapshot: Snapshot, dumps: dict[str, Dump]
) -> None:
    files = {path.name: path.read_bytes() for path in shipped_snapshot.dumps_path.iterdir()}
    assert {name: (dump.size, dump.sha256) for name, dump in dumps.items()} == {
        name: (len(written), hashlib.sha256(written).hexdigest()) for name, written in files.items()
    }


def test_every_graph_has_a_dump_that_is_the_graph(
    shipped_snapshot: Snapshot, dumps: dict[str, Dump]
) -> None:
    for graph in shipped_snapshot.manifest.graphs:
        (name,) = [d.name for d in dumps.values() if d.graph == graph and "rdf12" not in d.name]
        written = read(content(shipped_snapshot, name), RdfFormat.TURTLE)
        assert written == canonical(stored(shipped_snapshot, NamedNode(graph))), graph


@pytest.mark.parametrize("name", ["all.nq.gz", "all.nq.zst"])
def test_the_digest_of_the_dataset_is_that_of_its_canonical_dump(
    shipped_snapshot: Snapshot, name: str
) -> None:
    whole = content(shipped_snapshot, name)
    assert hashlib.sha256(whole).hexdigest() == shipped_snapshot.manifest.digest
    assert whole.count(b"\n") == sum(filter(None, shipped_snapshot.manifest.graphs.values()))


@pytest.fixture(scope="module")
def store(shipped_snapshot: Snapshot) -> Store:
    """The dataset as it is read back from RDF 1.2."""
    store = Store()
    store.load(content(shipped_snapshot, "all-rdf12.nq.gz"), RdfFormat.N_QUADS)
    return store


class TestRdf12:
    def test_without_the_reifying_triples_it_is_the_dataset(
        self, store: Store, shipped_snapshot: Snapshot
    ) -> None:
        for graph in map(NamedNode, shipped_snapshot.manifest.graphs):
            found = store.quads_for_pattern(None, None, None, graph)
            plain = [quad for quad in found if quad.predicate != REIFIES]
            assert canonical(plain) == canonical(stored(shipped_snapshot, graph)), graph

    @pytest.mark.parametrize("graph", [GRAPH_DATA, GRAPH_INFERRED])
    def test_each_statement_is_the_reifier_of_its_triple_and_of_no_other(
        self, store: Store, graph: NamedNode
    ) -> None:
        prefixes = {"tip": TIP, "rdf": REIFIES.value.removesuffix("reifies")}
        stated = (
            "?c tip:claimSubject ?s ; tip:claimPredicate ?p ; tip:claimObject|tip:claimValue ?o"
        )
        reified = "?c rdf:reifies <<( ?s ?p ?o )>>"
        found = [
            {
                tuple(row)
                for row in store.query(  # type: ignore[union-attr]
                    f"SELECT ?c ?s ?p ?o {{ GRAPH {graph} {{ {pattern} }} }}", prefixes=prefixes
                )
            }
            for pattern in (stated, reified)
        ]
        assert found[0] == found[1]
        assert len(found[0]) > 100

    def test_a_denied_triple_is_said_and_not_asserted(self, store: Store) -> None:
        claim = NamedNode(f"{CLAIM}s21-03")
        (quad,) = store.quads_for_pattern(claim, REIFIES, None)
        said = quad.object
        assert isinstance(said, Triple)
        assert not list(store.quads_for_pattern(said.subject, said.predicate, said.object))

    def test_turtle_says_the_same_as_the_quads(
        self, store: Store, shipped_snapshot: Snapshot
    ) -> None:
        written = parse(content(shipped_snapshot, "data-rdf12.ttl.gz"), RdfFormat.TURTLE)
        found = {str(quad.triple) for quad in written if quad.predicate == REIFIES}
        quads = store.quads_for_pattern(None, REIFIES, None, GRAPH_DATA)
        assert found == {str(quad.triple) for quad in quads} != set()


def test_anybodys_data_has_one_dump_that_is_all_of_it(tmp_path: Path) -> None:
    data = RIVERS / "data" / "rivers.ttl"
    snapshot = build(Inputs((data,)), tmp_path).snapshot
    (dump,) = snapshot.manifest.dumps
    assert dump.graph is None
    assert read(content(snapshot, dump.name), RdfFormat.N_QUADS) == read(
        data.read_bytes(), RdfFormat.TURTLE
    )


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        (('<a:s> <a:p> "01"^^<{0}integer> .',), ['<a:s> <a:p> "01"^^<{0}integer> .']),
        (("<a:s> <a:p> <a:o> .\n<a:s> <a:p> <a:o> .\n",), ["<a:s> <a:p> <a:o> ."]),
        (("<a:s> <a:p> <a:o> .", "<a:s> <a:p> <a:o> .\n"), ["<a:s> <a:p> <a:o> ."]),
        (("# a comment\n\n<a:s> <a:p> <a:o> .\n",), ["<a:s> <a:p> <a:o> ."]),
        (
            ("<a:s> <a:p> <a:o> .", "<a:s> <a:p> <a:o> <a:g> .\n"),
            ["<a:s> <a:p> <a:o> .", "<a:s> <a:p> <a:o> <a:g> ."],
        ),
    ],
    ids=["as it was written", "said twice", "said in two files", "comments", "no last line break"],
)
def test_lines_are_copied_where_each_is_one_statement(
    tmp_path: Path, files: tuple[str, ...], lines: list[str]
) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    paths = []
    for number, text in enumerate(files):
        paths.append(tmp_path / f"{number}.nq")
        paths[-1].write_text(text.replace("{0}", xsd))
    built = build(Inputs(files=tuple(paths)), tmp_path / "snapshots").snapshot
    written = content(built, "all.nq.zst").decode().splitlines()
    assert sorted(written) == [line.replace("{0}", xsd) for line in lines]


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.nt").write_text(f"_:b <a:p> <a:{name}> .\n")
    built = build(
        Inputs(files=(tmp_path / "one.nt", tmp_path / "two.nt")), tmp_path / "snapshots"
    ).snapshot
    quads = list(parse(content(built, "all.nq.zst"), RdfFormat.N_QUADS))
    assert len({quad.subject for quad in quads}) == len(quads) == 2
