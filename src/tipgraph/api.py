"""What Python programs and notebooks call: `load`, `open` and `validate`."""

from collections.abc import Iterable
from pathlib import Path

import rdflib
from pyoxigraph import Quad, Triple

from tipgraph import dataset, validation
from tipgraph.build import Inputs, build, default_folder
from tipgraph.namespaces import GRAPH_DATA, GRAPH_ONTOLOGY, GRAPH_SHAPES, PREFIXES
from tipgraph.rdflib_terms import from_rdflib, to_rdflib
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore, open_store
from tipgraph.validation import ValidationReport

RdfSource = str | Path | rdflib.Graph | Iterable[Triple | Quad]


def load() -> rdflib.Graph:
    """The shipped graph, data and ontology as asserted, as an `rdflib.Graph`."""
    graph = to_rdflib([*dataset.read_shipped(GRAPH_DATA), *dataset.read_shipped(GRAPH_ONTOLOGY)])
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    return graph


def open(
    *data: str | Path, union_default_graph: bool = False, settings: Settings | None = None
) -> EmbeddedStore:
    """Open the shipped graph, or RDF files, as a store that answers SPARQL.

    >>> with tipgraph.open() as store:  # doctest: +SKIP
    ...     store.query("SELECT ?route WHERE { ?route a tip:Route }").to_pandas()

    Args:
        data: RDF files to use instead of the shipped graph.
        union_default_graph: Merge the files' named graphs into the default graph as well.
        settings: Limits of the store; `TIPGRAPH_*` variables over defaults when not given.

    Raises:
        TipgraphError: A file cannot be read, or the snapshot cannot be built or written.
    """
    chosen = settings or Settings.from_environment()
    inputs = Inputs(tuple(Path(path) for path in data), union_default_graph)
    built = build(inputs, chosen.snapshot_dir or default_folder())
    return open_store(built.snapshot, chosen)


def validate(data: RdfSource, shapes: RdfSource | None = None) -> ValidationReport:
    """Validate data with SHACL; the report prints well in a terminal and in a notebook.

    Args:
        data: An RDF file, an `rdflib.Graph`, or pyoxigraph triples or quads.
        shapes: The shapes, likewise; without them tipgraph's own, with its ontology at hand.

    Raises:
        InputError: A file cannot be read.
        TipgraphError: The engine failed.
    """
    triples = _triples(data)
    if shapes is not None:
        return validation.validate(triples, _triples(shapes))
    background = dataset.read_shipped(GRAPH_ONTOLOGY)
    return validation.validate([*triples, *background], dataset.read_shipped(GRAPH_SHAPES))


def _triples(given: RdfSource) -> list[Triple | Quad]:
    if isinstance(given, str | Path):
        return list(dataset.read_quads(Path(given)))
    return list(from_rdflib(given) if isinstance(given, rdflib.Graph) else given)
