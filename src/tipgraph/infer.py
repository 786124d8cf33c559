"""Inference in somebody's engine: the rules are its updates, and the data stays where it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from pyoxigraph import NamedNode

from tipgraph.errors import (
    EndpointAwayError,
    EndpointSlowError,
    OverloadedError,
    UsageError,
)
from tipgraph.namespaces import GRAPH_INFERRED
from tipgraph.reasoning import CompiledOntology
from tipgraph.reasoning.in_store import Drawn, Scope, infer_in_store
from tipgraph.settings import Settings
from tipgraph.store import Solutions

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore, Writer

# Triples of named graphs that are looked up in the default graph, which may be their union.
_SAMPLE: Final = 1000
# How long an engine may work on one request, if nothing else is said.
SECONDS: Final = 300.0

Announce = Callable[[str], None]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Target:
    """Where inference happens.

    Args:
        to: The engine's address for updates.
        query: Its address for queries; without it, that beside `to`.
        graphs: The named graphs that are read; without any, those of the default graph of a
            loaded shipped dataset, or else all, and the default graph.
        replace: Whether `/graph/inferred` is replaced if it has triples.
        seconds: How long the engine may work on one request.
    """

    to: str
    query: str | None = None
    graphs: tuple[str, ...] = ()
    replace: bool = False
    seconds: float = SECONDS


def infer_at(
    target: Target,
    ontology: CompiledOntology,
    settings: Settings,
    *,
    announce: Announce = lambda _: None,
) -> Drawn:
    """Infer what follows from the graphs of an engine, and put it into its `/graph/inferred`.

    Args:
        target: The engine, and what of it is read.
        ontology: The compiled ontology.
        settings: Credentials and certificates.
        announce: Is told how far it is.

    Raises:
        UsageError: There are inferred triples already, or a graph that is named is empty.
        UnsupportedAxiomError: The data states an axiom that the ontology does not.
        InconsistencyError: Ontology and data contradict each other; the message names them.
        EndpointAwayError: The engine cannot be reached, also after some attempts.
        QueryError: It refuses.
    """
    # Only this needs the HTTP client, which takes a while to import.
    from tipgraph.store.remote import RemoteStore, Writer
    from tipgraph.store.remote.address import for_writing
    from tipgraph.store.remote.holdings import NOTHING_KNOWN

    address, asked = for_writing(settings, target.to, target.query, target.seconds)
    # What it holds is not told to the store: GRAPH has to find the graphs of this work too.
    with RemoteStore(asked, NOTHING_KNOWN) as store, Writer(address, target.seconds) as writer:
        engine = _Endpoint(store, writer, announce)
        announce("look what there is")
        scope = _scope(store, target)
        return infer_in_store(engine, ontology, scope, replace=target.replace, announce=announce)


def _scope(store: "RemoteStore", target: Target) -> Scope:
    from tipgraph.store.remote.holdings import kept_for_itself, read_manifest

    manifest = read_manifest(store.query)
    for name in target.graphs:
        if f"{name}/".startswith(f"{GRAPH_INFERRED.value}/"):
            raise UsageError(f"--graph {name}: what was inferred is not read, and is replaced")
        if not store.query(f"ASK {{ GRAPH {_graph(name)} {{ ?s ?p ?o }} }}"):
            raise UsageError(f"--graph {name}: the engine has no such graph")
    read = target.graphs or manifest.default_graph
    if read:
        return Scope(tuple(_graph(each) for each in read if each != GRAPH_INFERRED.value))
    kept = kept_for_itself(store.query)
    sample = f"{{ SELECT * {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT {_SAMPLE} }}"
    if store.query(f"ASK {{ {sample} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"):
        return Scope(None, kept, default=bool(store.query("ASK { ?s ?p ?o }")))
    own = bool(store.query("ASK { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"))
    return Scope(None, kept, default=own, union=own)


def _graph(name: str) -> NamedNode:
    try:
        return NamedNode(name)
    except ValueError as error:
        raise UsageError(f"--graph {name} is no absolute IRI: {error}") from error


@dataclass(frozen=True)
class _Endpoint:
    """An endpoint as the engine of inference."""

    store: "RemoteStore"
    writer: "Writer"
    announce: Announce

    def select(self, text: str) -> Solutions:
        rows = self._patiently(lambda: self.store.query(text))
        assert isinstance(rows, Solutions)  # noqa: S101  # it was a SELECT
        return rows

    def update(self, text: str) -> None:
        try:
            self._patiently(lambda: self.writer.update(text))
        except EndpointSlowError as error:
            raise EndpointSlowError(
                "the endpoint takes too long for an update: give it a longer --timeout"
            ) from error

    def _patiently(self, do: Callable[[], Made]) -> Made:
        """Do something again while the endpoint is away: these updates may be made twice."""
        for pause in self.writer.pauses:
            try:
                return do()
            except EndpointSlowError:
                raise
            except (EndpointAwayError, OverloadedError):
                self.announce(f"the endpoint is away: waiting {pause:.0f} s")
                time.sleep(pause)
        return do()
