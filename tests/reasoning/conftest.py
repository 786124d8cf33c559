"""The shipped graph and what follows from it, read and inferred once for all tests here."""

import pytest
from pyoxigraph import Quad, Store, Triple

from tests.reasoning.support import plain
from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY
from tipgraph.reasoning import Inference, infer


@pytest.fixture(scope="session")
def ontology() -> frozenset[Triple]:
    return plain(read_shipped(GRAPH_ONTOLOGY))


@pytest.fixture(scope="session")
def data() -> frozenset[Triple]:
    return plain(read_shipped(GRAPH_DATA))


@pytest.fixture(scope="session")
def inference(ontology: frozenset[Triple], data: frozenset[Triple]) -> Inference:
    return infer(ontology, data)


@pytest.fixture(scope="session")
def asserted_store(ontology: frozenset[Triple], data: frozenset[Triple]) -> Store:
    return _store(ontology | data)


@pytest.fixture(scope="session")
def merged_store(
    ontology: frozenset[Triple], data: frozenset[Triple], inference: Inference
) -> Store:
    return _store(ontology | data | set(inference.triples) | set(inference.statements))


def _store(triples: frozenset[Triple]) -> Store:
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store
