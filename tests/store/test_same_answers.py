"""The same queries, answered alike by all stores, but for what is documented of Virtuoso."""

import re
from collections import Counter
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.isomorphism import canonical
from tests.service import PATIENCE
from tests.store.conftest import Endpoints
from tests.store.queries import PROLOGUE, QUERIES
from tipgraph.errors import EndpointFailureError
from tipgraph.store import EmbeddedStore, Solutions, Store, Triples

DOCUMENT: Final = Path(__file__).parent.parent.parent / "docs" / "stores.md"
# The release whose deviations are documented.
VIRTUOSO: Final = "Virtuoso/07.20.3229"


def outcome(store: Store, query: str) -> object:
    """An answer as something that equals that of a like one."""
    try:
        answer = store.query(PROLOGUE + query)
    except EndpointFailureError:
        return "refused"
    if isinstance(answer, Triples):
        return canonical(answer)
    if isinstance(answer, Solutions):
        names = sorted(answer.variables)
        rows = [tuple(str(row[name]) for name in names) for row in answer]
        return names, rows if "ORDER BY" in query else Counter(rows)
    return answer


def deviations() -> set[str]:
    """The queries that Virtuoso answers in its own way, by the table in the documentation."""
    rows = re.findall(r"^\| `([a-z-]+)` \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return set(rows)


@pytest.mark.parametrize("name", QUERIES)
def test_oxigraph_answers_alike(oxigraph_store: Store, embedded: EmbeddedStore, name: str) -> None:
    assert outcome(oxigraph_store, QUERIES[name]) == outcome(embedded, QUERIES[name])


@pytest.mark.parametrize("name", QUERIES)
def test_virtuoso_answers_alike_but_for_what_is_documented(
    virtuoso_store: Store, embedded: EmbeddedStore, endpoints: Endpoints, name: str
) -> None:
    if name in deviations():
        address = endpoints.address("virtuoso")
        server = httpx.get(address, params={"query": "ASK {}"}, timeout=PATIENCE).headers["server"]
        if not server.startswith(VIRTUOSO):
            pytest.skip(f"the table is about {VIRTUOSO}, and this is {server}")
        assert outcome(virtuoso_store, QUERIES[name]) != outcome(embedded, QUERIES[name])
    else:
        assert outcome(virtuoso_store, QUERIES[name]) == outcome(embedded, QUERIES[name])


def test_every_documented_deviation_is_a_query_here() -> None:
    assert deviations() <= QUERIES.keys()
