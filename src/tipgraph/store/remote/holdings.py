"""What an endpoint holds: asked once, when it is opened, with less where it refuses or is slow."""

from collections.abc import Callable
from typing import Any, Final

from pyoxigraph import NamedNode

from tipgraph import __version__
from tipgraph.errors import EndpointAwayError, QueryError
from tipgraph.namespaces import (
    DATASET,
    DCAT,
    GRAPH_DATA,
    GRAPH_INFERRED,
    GRAPH_META,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
    GRAPHS_MERGED,
    OWL,
)
from tipgraph.snapshot import Manifest

NOTHING_KNOWN: Final = Manifest(
    digest="",
    inputs_digest="",
    dataset_version="",
    software_version=__version__,
    graphs={},
    default_graph=(),
    default_graph_triples=None,
)
# The version of what states none: it is what it is now.
_UNVERSIONED: Final = "current"
# Graphs that are listed; of an endpoint with more, those of the shipped dataset are.
# One more is asked for, and Virtuoso gives 10,000 rows as its own sample configures it.
_MOST: Final = 9_999
# Graphs that are listed beside the shipped dataset's, since each query then names them all.
_MOST_NAMED: Final = 1000
_SHIPPED: Final = (GRAPH_DATA, GRAPH_ONTOLOGY, GRAPH_SHAPES, GRAPH_INFERRED, GRAPH_META)
# What Virtuoso keeps for itself.
_SYSTEM: Final = (
    "http://www.openlinksw.com/",
    "http://localuriqaserver/",
    "http://www.w3.org/ns/ldp#",
    "urn:activitystreams-owl:",
    "urn:core:",
)
_VERSION: Final = f"""SELECT ?version {{
  {{ GRAPH {GRAPH_META} {{ {DATASET} <{DCAT}version> ?version }} }} UNION
  {{ GRAPH {GRAPH_ONTOLOGY} {{ ?ontology <{OWL}versionInfo> ?version }} }}
}}"""

Query = Callable[..., Any]


def read_manifest(query: Query) -> Manifest:
    """Ask what an endpoint holds.

    Args:
        query: Answers a query, see `Store.query`.

    Raises:
        EndpointAwayError: It cannot be reached.
        QueryError: It does not answer the simplest of queries.
    """
    query("ASK {}")
    graphs = _graphs(query)
    default = tuple(name.value for name in GRAPHS_MERGED if name.value in graphs)
    if GRAPH_DATA.value not in graphs:
        default = ()
    elif len(graphs) > _MOST_NAMED:
        shipped = {name.value for name in _SHIPPED}
        graphs = {name: triples for name, triples in graphs.items() if name in shipped}
    merged = {"default_graphs": default} if default else {}
    return Manifest(
        digest="",
        inputs_digest="",
        dataset_version=(_version(query) if default else "") or _UNVERSIONED,
        software_version=__version__,
        graphs=graphs,
        default_graph=default,
        default_graph_triples=_count(query, **merged),
    )


def kept_for_itself(query: Query) -> tuple[NamedNode, ...]:
    """The named graphs that an engine keeps for itself, which `read_manifest` does not list.

    Raises:
        QueryError: It does not say.
    """
    starts = " || ".join(f'STRSTARTS(STR(?g), "{start}")' for start in _SYSTEM)
    rows = query(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({starts}) }}")
    return tuple(row["g"] for row in rows)


def _graphs(query: Query) -> dict[str, int | None]:
    """The named graphs, with their numbers of triples where these can be had."""
    counted = _tried(
        query,
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g "
        f"LIMIT {_MOST + 1}",
    )
    if counted is not None and len(counted) <= _MOST:
        return _own({row["g"]: int(row["n"].value) for row in counted})
    listed = _tried(query, f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT {_MOST + 1}")
    if listed is not None and len(listed) <= _MOST:
        return _own({row["g"]: None for row in listed})
    there = [
        name for name in _SHIPPED if _tried(query, f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}") is True
    ]
    return {name.value: _count(query, default_graphs=(name.value,)) for name in there}


def _own(graphs: dict[Any, int | None]) -> dict[str, int | None]:
    return {
        name.value: triples
        for name, triples in sorted(graphs.items(), key=str)
        if isinstance(name, NamedNode) and not name.value.startswith(_SYSTEM)
    }


def _count(query: Query, **dataset: tuple[str, ...]) -> int | None:
    rows = _tried(query, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **dataset)
    return int(rows[0]["n"].value) if rows else None


def _version(query: Query) -> str:
    """The version the dataset states for itself, or else that of the ontology."""
    rows = _tried(query, _VERSION)
    return rows[0]["version"].value if rows else ""


def _tried(query: Query, text: str, **dataset: tuple[str, ...]) -> Any:
    """The answer to a query; None when it was refused or took too long."""
    try:
        return query(text, **dataset)
    except EndpointAwayError:
        raise
    except QueryError:
        return None
