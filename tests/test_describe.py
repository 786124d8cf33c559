"""What a description of a thing holds, through any store: `Describer` and `run`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from tests.lakes import BOATS, write_lakes
from tests.service import write_snapshot
from tipgraph.describe import Describer, Description, run
from tipgraph.namespaces import (
    BASE,
    CLAIM,
    DOC,
    GRAPH_DATA,
    GRAPH_INFERRED,
    GRAPH_META,
    ID,
    OA,
    PROV,
    RDF,
    RDFS,
    TIP,
)
from tipgraph.store import EmbeddedStore, open_store

LABEL = NamedNode(f"{RDFS}label")
LAKE, CANAL = NamedNode(f"{ID}lake"), NamedNode(f"{ID}canal")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with open_store(write_lakes(tmp_path_factory.mktemp("lakes") / "snapshot")) as opened:
        yield opened


def described(store: EmbeddedStore, iri: NamedNode, page: int = 1) -> Description:
    return run(store, Describer(merged=True).description(iri, page))


def objects(description: Description, subject: object, predicate: str) -> set[object]:
    return {
        quad.object
        for quad in description.quads
        if quad.subject == subject and quad.predicate.value == predicate
    }


class TestDescription:
    def test_its_own_triples_with_their_graphs(self, store: EmbeddedStore) -> None:
        quads = described(store, CANAL).quads
        assert Quad(CANAL, LABEL, Literal("Old canal", language="en"), GRAPH_DATA) in quads
        assert Quad(CANAL, NamedNode(f"{TIP}fedBy"), LAKE, GRAPH_INFERRED) in quads

    def test_blank_nodes_are_followed_to_their_end(self, store: EmbeddedStore) -> None:
        description = described(store, LAKE)
        (shore,) = objects(description, LAKE, f"{TIP}shore")
        (reeds,) = objects(description, shore, f"{TIP}reeds")
        (node,) = objects(description, reeds, f"{TIP}kinds")
        members = []
        while isinstance(node, BlankNode):
            (member,) = objects(description, node, f"{RDF}first")
            members.append(str(member))
            (node,) = objects(description, node, f"{RDF}rest")
        assert members == [f'"{letter}"' for letter in "abcdef"]

    def test_labels_of_all_that_it_mentions(self, store: EmbeddedStore) -> None:
        description = described(store, LAKE)
        assert objects(description, NamedNode(f"{TIP}Lake"), LABEL.value)
        assert objects(description, NamedNode(f"{TIP}feeds"), LABEL.value)
        assert objects(description, CANAL, LABEL.value)

    def test_claims_about_it_with_status_evidentiality_and_passage(
        self, store: EmbeddedStore
    ) -> None:
        description = described(store, LAKE)
        claim = NamedNode(f"{CLAIM.replace('nk', 'lakes')}s1-01")
        assert claim in description.statements
        assert objects(description, claim, f"{RDF}type") == {NamedNode(f"{TIP}DeniedClaim")}
        assert objects(description, claim, f"{TIP}evidentiality") == {NamedNode(f"{TIP}reported")}
        passage = NamedNode(f"{DOC.replace('nk', 'lakes')}s1")
        assert objects(description, claim, f"{PROV}wasDerivedFrom") == {passage}
        assert objects(description, passage, LABEL.value)

    def test_a_claim_comes_with_its_passage_and_what_it_conflicts_with(
        self, store: EmbeddedStore
    ) -> None:
        base = f"{BASE}claim/lakes/"
        description = described(store, NamedNode(f"{base}s1-01"))
        (passage,) = objects(description, NamedNode(f"{base}s1-01"), f"{PROV}wasDerivedFrom")
        (selector,) = objects(description, passage, f"{OA}hasSelector")
        assert objects(description, selector, f"{OA}start")
        other = NamedNode(f"{base}s1-02")
        assert objects(description, other, f"{RDF}type") == {NamedNode(f"{TIP}AffirmedClaim")}

    def test_a_passage_comes_with_its_claims(self, store: EmbeddedStore) -> None:
        description = described(store, NamedNode(f"{BASE}doc/lakes/s1"))
        assert len(description.statements) == 2

    def test_links_are_counted_and_given_a_page_at_a_time(self, store: EmbeddedStore) -> None:
        floats = NamedNode(f"{TIP}floatsOn")
        pages = [described(store, LAKE, page) for page in (1, 2, 3, 4)]
        assert all(page.links[floats] == BOATS and page.pages == 3 for page in pages)
        found = [
            {quad.subject for quad in page.quads if quad.predicate == floats} for page in pages
        ]
        assert not found[3]
        assert len(found[0] | found[1] | found[2]) == BOATS
        assert sum(map(len, found)) == BOATS
        # Claims come before everything else that points here.
        assert len(pages[0].statements) == 3
        assert not pages[1].statements

    def test_later_pages_do_not_repeat_what_is_said_of_the_thing(
        self, store: EmbeddedStore
    ) -> None:
        description = described(store, LAKE, 2)
        assert not objects(description, LAKE, f"{TIP}depth")
        assert objects(description, LAKE, LABEL.value)

    def test_it_is_the_same_each_time(self, store: EmbeddedStore) -> None:
        assert described(store, LAKE) == described(store, LAKE)

    def test_nothing_is_said_of_what_is_not_there(self, store: EmbeddedStore) -> None:
        assert described(store, NamedNode(f"{ID}nothing")).quads == ()


class TestStanding:
    @pytest.mark.parametrize(
        ("name", "known", "retired"),
        [
            ("id/lake", True, False),
            ("id/only-mentioned", True, False),
            ("ontology#floatsOn", True, False),
            ("id/pond", True, True),
            ("id/nothing", False, False),
        ],
    )
    def test_what_is_known_and_what_is_retired(
        self, store: EmbeddedStore, name: str, known: bool, retired: bool
    ) -> None:
        standing = run(store, Describer(merged=True).standing(NamedNode(BASE + name)))
        assert (standing.known, standing.retired) == (known, retired)

    def test_a_tombstone_is_what_the_dataset_says_of_it(self, store: EmbeddedStore) -> None:
        tombstone = run(store, Describer(merged=True).tombstone(NamedNode(f"{ID}pond")))
        about = [quad for quad in tombstone.quads if quad.subject == NamedNode(f"{ID}pond")]
        assert {quad.graph_name for quad in about} == {GRAPH_META}
        assert LAKE in {quad.object for quad in about}


@pytest.mark.parametrize(
    "said",
    [
        f"( {' '.join(map(str, range(200)))} )",
        "( ( 1 2 3 ) [ ex:p ( 4 [ ex:q ( 5 6 7 8 ) ] ) ] )",
        f"{'[ ex:p ' * 20} 1 {']' * 20}",
        "_:a . _:a ex:p _:a , _:b . _:b ex:q _:a",
        "_:a . _:a rdf:first 1 ; rdf:rest _:a",
    ],
    ids=["long list", "lists in lists", "deep", "circle", "endless list"],
)
@pytest.mark.parametrize("in_default", [True, False], ids=["default graph", "named graph"])
def test_all_that_a_thing_leads_to_is_said(tmp_path: Path, said: str, in_default: bool) -> None:
    text = f"PREFIX ex: <http://e.org/> PREFIX rdf: <{RDF}> ex:thing ex:has {said} ."
    written = text if in_default else text.replace("ex:thing", "GRAPH ex:g { ex:thing") + " }"
    quads = Dataset(parse(written, RdfFormat.TRIG))
    snapshot = write_snapshot(tmp_path / "snapshot", list(quads))
    with open_store(snapshot) as store:
        thing = NamedNode("http://e.org/thing")
        found = Dataset(run(store, Describer(merged=False).description(thing)).quads)
    for each in (quads, found):
        each.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert found == quads


def test_a_default_graph_of_its_own_is_described_too(tmp_path: Path) -> None:
    quads = list(parse(b"<http://e.org/a> <http://e.org/p> <http://e.org/b> .", RdfFormat.TURTLE))
    snapshot = write_snapshot(tmp_path / "snapshot", quads)
    a, b = NamedNode("http://e.org/a"), NamedNode("http://e.org/b")
    with open_store(snapshot) as store:
        assert snapshot.manifest.default_graph == ()
        describer = Describer(merged=False)
        expected = (Quad(a, NamedNode("http://e.org/p"), b, DefaultGraph()),)
        assert run(store, describer.description(a)).quads == expected
        assert run(store, describer.description(b)).quads == expected
        assert run(store, describer.standing(b)).known
