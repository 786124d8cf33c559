"""docs/model.md: its queries answer, and its terms are the ontology's."""

import re
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import NamedNode

from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_ONTOLOGY, TIP
from tipgraph.store import EmbeddedStore, Solutions

TEXT: Final = (Path(__file__).parent.parent / "docs" / "model.md").read_text(encoding="utf-8")
QUERIES: Final = re.findall(r"```sparql\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES, ids=range(1, len(QUERIES) + 1))
def test_queries_answer(query: str, shipped_store: EmbeddedStore) -> None:
    answer = shipped_store.query(query)
    assert isinstance(answer, Solutions)
    assert list(answer)


def test_terms_exist() -> None:
    terms = {
        q.subject.value for q in read_shipped(GRAPH_ONTOLOGY) if isinstance(q.subject, NamedNode)
    }
    named = {f"{TIP}{name}" for name in re.findall(r"\btip:(\w+)", TEXT)}
    assert len(named) > 40
    assert named <= terms
