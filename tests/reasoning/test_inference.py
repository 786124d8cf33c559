"""The door to reasoning: what it does when its two engines differ."""

import re
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from tests.reasoning.support import small_ontology, triples
from tipgraph.errors import InconsistencyError, TipgraphError
from tipgraph.reasoning import infer

PAGE = Path(__file__).parents[2] / "docs" / "reasoning.md"


def test_a_conclusion_of_one_engine_alone_stops_the_work() -> None:
    enumerated = triples("tip:Listed a owl:Class ; owl:oneOf ( id:x ) .")
    with pytest.raises(TipgraphError, match=r"differ \(in 1 of .*only owlrl infers .*Listed"):
        infer(small_ontology() | enumerated, triples("id:x a tip:State ."))


def test_a_contradiction_that_only_owlrl_knows_is_refused_too() -> None:
    childless = triples("""
        tip:Barred a owl:Restriction ; owl:onProperty tip:partyTo ;
            owl:maxCardinality "0"^^xsd:nonNegativeInteger .
    """)
    with pytest.raises(InconsistencyError, match="maximum cardinality"):
        infer(small_ontology() | childless, triples("id:x a tip:Barred ; tip:partyTo id:y ."))


def test_asserted_triples_are_explained_as_asserted() -> None:
    data = triples("id:x a tip:State .")
    (triple,) = data
    proof = infer(small_ontology(), data).explain(triple)
    assert proof is not None
    assert (proof.rule, proof.premises, proof.claims) == ("asserted", (), frozenset())


def test_the_documented_query_answers(merged_store: Store) -> None:
    (query,) = re.findall(r"```sparql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    rows = merged_store.query(query)
    assert isinstance(rows, QuerySolutions)
    assert {row["evidence"].value for row in rows} == {"Reported"}
