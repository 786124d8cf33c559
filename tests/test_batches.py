"""Batches: inserted one by one they give the same dataset, and none hangs together with another."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from tests.isomorphism import canonical
from tipgraph.batches import Batch, batches, skolemised

NODES = st.one_of(
    st.sampled_from([BlankNode(f"b{number}") for number in range(12)]),
    st.sampled_from([NamedNode(f"urn:n{number}") for number in range(4)]),
)
OTHERS = st.one_of(
    st.just(Literal("\\\n\"'ü")),
    st.builds(Triple, NODES, st.just(NamedNode("urn:p")), NODES),
)
GRAPHS = st.sampled_from([DefaultGraph(), NamedNode("urn:g"), NamedNode("urn:h")])
QUADS = st.lists(
    st.builds(Quad, NODES, st.just(NamedNode("urn:p")), NODES | OTHERS, GRAPHS),
    unique=True,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(QUADS, st.integers(1, 10))
def test_batches_one_by_one_give_the_same_dataset(quads: list[Quad], size: int) -> None:
    made = list(batches(lambda: quads, size))
    store = Store()
    for batch in made:
        store.update(batch.update())
    for graph in (DefaultGraph(), NamedNode("urn:g"), NamedNode("urn:h")):
        assert canonical(store.quads_for_pattern(None, None, None, graph)) == canonical(
            quad for quad in quads if quad.graph_name == graph
        )
    assert sum((batch.sizes for batch in made), start=Batch(()).sizes).total() == len(quads)
    # What follows never hangs together with what came before.
    for batch, following in pairwise(made):
        before = {n for q in batch.quads for n in (q.subject, q.object) if isinstance(n, BlankNode)}
        after = {n for q in following.quads for n in (q.subject, q.object)}
        assert not before & after


def test_triple_terms_may_be_nested_deeply() -> None:
    node, predicate, deep = BlankNode("b"), NamedNode("urn:p"), BlankNode("c")
    value: BlankNode | Triple = deep
    for _ in range(3000):
        value = Triple(node, predicate, value)
    (named,) = skolemised([Quad(node, predicate, value)])
    assert "_:" not in str(named)
    assert str(named).count("/genid/b>") == 3001
    assert str(named).count("/genid/c>") == 1
