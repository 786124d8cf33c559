"""The command `dump`: the whole dataset, or one graph of it, as a file."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from tipgraph.cli.options import Data, Union, build_shown, inputs_of
from tipgraph.dumps import DEFAULT, copy_dump
from tipgraph.errors import InputError, UsageError
from tipgraph.formats import GRAPH_FORMATS, JSON_LD, N_QUADS, TRIG, TURTLE, find_format
from tipgraph.settings import Settings

_FORMATS: Final = tuple(form.name for form in GRAPH_FORMATS)
# These name the graph of each triple.
_OF_DATASETS: Final = (N_QUADS, TRIG, JSON_LD)


def dump_command(
    data: Data = None,
    union_default_graph: Union = False,
    graph: Annotated[
        str | None,
        typer.Option(metavar="IRI", help="This graph alone; `default` is the default graph."),
    ] = None,
    data_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=f"One of {', '.join(_FORMATS)}; without it nq, or ttl for one graph.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write this file instead of standard output.")
    ] = None,
) -> None:
    """Write all graphs of the shipped dataset, or of RDF files, or one graph."""
    preferred = data_format or (TURTLE if graph else N_QUADS).name
    form = find_format(preferred, GRAPH_FORMATS)
    if form is None:
        raise UsageError(f"unknown format {data_format}; known are {', '.join(_FORMATS)}")
    if graph is None and form not in _OF_DATASETS:
        names = ", ".join(each.name for each in _OF_DATASETS)
        raise UsageError(
            f"{form.name} has no names for graphs: choose one of {names}, or a --graph"
        )
    folder = Settings.from_environment().snapshot_dir
    snapshot = build_shown(inputs_of(data, union_default_graph), folder).snapshot
    if graph not in (None, DEFAULT, *snapshot.manifest.graphs):
        known = ", ".join((DEFAULT, *snapshot.manifest.graphs))
        raise UsageError(f"there is no graph {graph}; there are {known}")
    if output is None:
        copy_dump(snapshot, sys.stdout.buffer, form, graph)
        return
    try:
        with output.open("wb") as content:
            copy_dump(snapshot, content, form, graph)
    except OSError as error:
        raise InputError(f"{output}: {(error.strerror or 'cannot be written').lower()}") from error
