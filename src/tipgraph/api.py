"""What Python programs and notebooks call: `load`, `open` and `validate`."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import rdflib
from pyoxigraph import Quad, Triple

from tipgraph import dataset, validation
from tipgraph.build import open_graph
from tipgraph.errors import UsageError
from tipgraph.inputs import Inputs
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY, PREFIXES
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.reasoning import Entailment
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore
from tipgraph.store.blocking import BlockingStore
from tipgraph.validation import (
    Document,
    Engine,
    Options,
    RdfGraph,
    ValidationReport,
    gather,
)
from tipgraph.validation.in_store.engine import validate_store

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore

Named = TypeVar("Named", bound=StrEnum)
RdfSource = str | Path | rdflib.Graph | Iterable[Triple | Quad | str | Path]


def load() -> rdflib.Graph:
    """The shipped graph, data and ontology as asserted, as an `rdflib.Graph`."""
    graph = to_rdflib([*dataset.read_shipped(GRAPH_DATA), *dataset.read_shipped(GRAPH_ONTOLOGY)])
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    return graph


def open(
    *data: str | Path, union_default_graph: bool = False, settings: Settings | None = None
) -> "EmbeddedStore | RemoteStore":
    """Open the shipped graph, RDF files or an endpoint as a store that answers SPARQL.

    >>> with tipgraph.open() as store:  # doctest: +SKIP
    ...     store.query("SELECT ?route WHERE { ?route a tip:Route }").to_pandas()

    Args:
        data: RDF files to use instead of the shipped graph.
        union_default_graph: Merge the files' named graphs into the default graph as well.
        settings: Limits of the store, and the endpoint if there is one; `TIPGRAPH_*` variables
            over defaults when not given.

    Raises:
        TipgraphError: A file cannot be read, the snapshot cannot be built or written, or the
            endpoint does not answer.
    """
    inputs = Inputs(tuple(Path(path) for path in data), union_default_graph)
    return open_graph(inputs, settings or Settings.from_environment())


def validate(
    data: "RdfSource | EmbeddedStore | RemoteStore",
    shapes: RdfSource | None = None,
    *,
    ontology: RdfSource | None = None,
    entailment: str = "none",
    engine: str = "auto",
    coverage: bool = False,
    limit: int | None = None,
    shape: str | Iterable[str] = (),
    focus: str | Iterable[str] = (),
    graph: str | Iterable[str] = (),
) -> ValidationReport:
    """Validate data with SHACL; the report prints well in a terminal and in a notebook.

    Args:
        data: An RDF file or several, an `rdflib.Graph`, or pyoxigraph triples or quads; or a store,
            which is validated where it is.
        shapes: The shapes, likewise; without them tipgraph's own, with its ontology at hand.
        ontology: What the data is to be read with, likewise.
        entailment: `none`, `rdfs` or `owl-rl`: what is added to the data before.
        engine: `auto`, or `shacl` or `pyshacl` by name.
        coverage: Whether the report says how far the shapes reach.
        limit: How many results it keeps at most.
        shape: One shape or several, by IRI or by a name with a prefix: no others are applied.
        focus: One node or several, likewise: no others are checked. With `shape` they are checked
            against these shapes, whatever these target.
        graph: Of a store, the IRI of a graph or of several, instead of its default graph.

    Raises:
        InputError: A file cannot be read, or the shapes are not well-formed.
        UsageError: There is no such entailment regime, engine, shape or node, something that is
            given is no RDF, or a constraint cannot be evaluated in a store.
        TipgraphError: The engine failed.
    """
    options = Options(
        _chosen(Entailment, entailment),
        _chosen(Engine, engine),
        coverage=coverage,
        limit=limit,
        shape=_several(shape),
        focus=_several(focus),
    )
    own = gather([]) if shapes is None else None
    used = own.shapes if own else _graph(shapes)
    if isinstance(data, BlockingStore):
        if ontology is not None or coverage:
            raise UsageError("a store is validated without an ontology beside it and coverage")
        inputs = validation.Inputs(RdfGraph(), used)
        return validate_store(data, inputs, options, graphs=_several(graph))
    if graph:
        raise UsageError("only a store has graphs to choose from")
    read_with = _graph(ontology)
    if own:
        read_with = own.ontology.merged(read_with)
    return validation.validate(validation.Inputs(_graph(data), used, read_with), options)


def _graph(given: RdfSource | None) -> RdfGraph:
    if given is None:
        return RdfGraph()
    if isinstance(given, rdflib.Graph):
        return RdfGraph(background=from_rdflib(given))
    parts = [given] if isinstance(given, str | Path) else list(given)
    files = [Path(part) for part in parts if isinstance(part, str | Path)]
    triples = [part for part in parts if isinstance(part, Triple | Quad)]
    if len(parts) not in (len(files), len(triples)):
        kinds = ", ".join(sorted({type(part).__name__ for part in parts}))
        raise UsageError(
            "RDF is a file or several, an rdflib.Graph, or pyoxigraph triples or quads, "
            f"not a collection of {kinds}"
        )
    return RdfGraph([Document.read(path) for path in files], triples)


def _several(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(map(str, given))


def _chosen(names: type[Named], given: str) -> Named:
    try:
        return names(given)
    except ValueError as error:
        known = ", ".join(name.value for name in names)
        raise UsageError(f"{given!r} is none of {known}") from error
