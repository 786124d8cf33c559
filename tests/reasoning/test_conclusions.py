"""The 24 conclusions in queries/inference: all follow, and none of their negative twins does."""

import re

import pytest
from pyoxigraph import Quad, QuerySolutions, Store, Triple

from tests.reasoning.support import thing, tip, triples
from tipgraph.dataset import query_files, read_quads
from tipgraph.namespaces import ID, PREFIXES
from tipgraph.reasoning import infer

FILES = [path for path in query_files() if path.parent.name == "inference"]
ASKS = """
    PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
    SELECT ?text ?expected WHERE {
      ?conclusion a mf:Manifest ; mf:entries/rdf:rest*/rdf:first ?ask .
      ?ask sh:ask ?text ; mf:result ?expected
    } ORDER BY ?ask"""


def asks() -> dict[str, tuple[str, bool]]:
    """Each ASK query of each file with the answer to expect."""
    found = {}
    for path in FILES:
        store = Store()
        store.extend(Quad(q.subject, q.predicate, q.object) for q in read_quads(path))
        rows = store.query(ASKS, prefixes=dict(PREFIXES))
        assert isinstance(rows, QuerySolutions)
        for number, (text, expected) in enumerate(rows):
            found[f"{path.stem}-{number}"] = (text.value, expected.value == "true")
    return found


ALL = asks()


def test_there_are_24_conclusions_each_with_a_negative_twin() -> None:
    assert len(FILES) == 24
    for path in FILES:
        answers = {expected for name, (_, expected) in ALL.items() if name.startswith(path.stem)}
        assert answers == {True, False}


@pytest.mark.parametrize(("text", "expected"), ALL.values(), ids=ALL)
def test_conclusion(text: str, expected: bool, merged_store: Store) -> None:
    assert bool(merged_store.query(text, prefixes=dict(PREFIXES))) is expected


@pytest.mark.parametrize(
    "text",
    [text for text, expected in ALL.values() if expected],
    ids=[name for name, (_, expected) in ALL.items() if expected],
)
def test_conclusion_needs_inference(text: str, asserted_store: Store) -> None:
    assert not asserted_store.query(text, prefixes=dict(PREFIXES))


@pytest.mark.parametrize(("text", "expected"), ALL.values(), ids=ALL)
def test_conclusion_is_about_things_in_the_data(
    text: str, expected: bool, data: frozenset[Triple]
) -> None:
    subjects = {triple.subject for triple in data}
    assert {thing(name) for name in re.findall(r"\bid:([\w-]+)", text)} <= subjects


def test_trafficking_to_a_place_is_trafficking_to_what_it_lies_in(
    ontology: frozenset[Triple],
) -> None:
    """The document has no such group, so a made-up one shows the chain at work."""
    made_up = triples("""
        id:group a tip:VictimGroup ; tip:traffickedAlong id:route .
        id:migrants a tip:PersonGroup ; tip:takesRoute id:route .
        id:route a tip:RecruitmentRoute ; tip:routeOrigin id:village ; tip:routeDestination id:bar .
        id:bar a tip:KaraokeBar ; tip:locatedIn id:town .
        id:town a tip:City ; tip:locatedIn id:state .
        id:state a tip:State .
        id:village a tip:Place .
    """)
    inferred = set(infer(ontology, made_up).triples)

    def reached(group: str, predicate: str) -> set[str]:
        return {
            str(t.object).removeprefix(f"<{ID}").removesuffix(">")
            for t in inferred
            if t.subject == thing(group) and t.predicate == tip(predicate)
        }

    assert reached("group", "traffickedTo") == {"bar", "town", "state"}
    assert reached("group", "traffickedFrom") == {"village"}
    assert reached("migrants", "movesTo") == {"bar", "town", "state"}
    assert reached("migrants", "traffickedTo") == set()
