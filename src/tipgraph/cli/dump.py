"""The command `dump`: the whole dataset, or one graph of it, as a file."""

from pathlib import Path
from typing import Annotated, Final

import typer

from tipgraph.cli.options import (
    Data,
    Infer,
    SkipErrors,
    Union,
    build_shown,
    chosen_format,
    format_names,
    inputs_of,
    output_stream,
)
from tipgraph.dumps import DEFAULT, copy_dump
from tipgraph.errors import UsageError
from tipgraph.formats import GRAPH_FORMATS, JSON_LD, N_QUADS, TRIG, TURTLE
from tipgraph.settings import Settings
from tipgraph.snapshot import Manifest

# These name the graph of each triple.
_OF_DATASETS: Final = (N_QUADS, TRIG, JSON_LD)


def dump_command(
    data: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    graph: Annotated[
        str | None,
        typer.Option(metavar="IRI", help="This graph alone; `default` is the default graph."),
    ] = None,
    data_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=f"One of {format_names(GRAPH_FORMATS)}; without it nq, or ttl for one graph.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write this file instead of standard output.")
    ] = None,
) -> None:
    """Write all graphs of the shipped dataset, or of RDF files, or one graph."""
    preferred = data_format or (TURTLE if graph else N_QUADS).name
    form = chosen_format(preferred, GRAPH_FORMATS)
    if graph is None and form not in _OF_DATASETS:
        names = format_names(_OF_DATASETS)
        raise UsageError(
            f"{form.name} has no names for graphs: choose one of {names}, or a --graph"
        )
    folder = Settings.from_environment().snapshot_dir
    inputs = inputs_of(data, union_default_graph, skip_errors, infer)
    snapshot = build_shown(inputs, folder).snapshot
    if graph not in (None, DEFAULT, *snapshot.manifest.graphs):
        raise UsageError(f"there is no graph {graph}; there are {_graphs(snapshot.manifest)}")
    with output_stream(output) as content:
        copy_dump(snapshot, content, form, graph)


def _graphs(manifest: Manifest) -> str:
    """The graphs that can be asked for, or the largest of them, in words."""
    largest = manifest.largest_graphs()
    more = len(manifest.graphs) - len(largest)
    return ", ".join((DEFAULT, *largest)) + (f" and {more} more" if more else "")
