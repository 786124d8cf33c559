"""What several commands have in common: options, and the graph that they name."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tipgraph.build import Build, Inputs, build, default_folder, open_graph
from tipgraph.cli.progress import progress
from tipgraph.errors import UsageError
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore


class ReportFormat(StrEnum):
    """How a command reports: for people or for programs."""

    text = "text"
    json = "json"


Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="An RDF file to use instead of the shipped graph; repeatable. "
        "TriG and N-Quads keep their named graphs.",
    ),
]
Union = Annotated[
    bool,
    typer.Option(
        "--union-default-graph",
        help="Merge the files' named graphs into the default graph as well.",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="A SPARQL endpoint that holds the graph, in place of a snapshot (TIPGRAPH_STORE_URL).",
    ),
]
Report = Annotated[ReportFormat, typer.Option("--format", help="For people or for programs.")]


def inputs_of(data: list[Path] | None, union_default_graph: bool) -> Inputs:
    """What to build from; raises UsageError for an option that needs another."""
    if union_default_graph and not data:
        raise UsageError("--union-default-graph needs --data FILE")
    return Inputs(tuple(data or ()), union_default_graph)


def opened(
    data: list[Path] | None, union_default_graph: bool, settings: Settings
) -> "EmbeddedStore | RemoteStore":
    """Open the graph, with progress on standard error."""
    with progress() as announce:
        return open_graph(inputs_of(data, union_default_graph), settings, announce=announce)


def build_shown(inputs: Inputs, folder: Path | None) -> Build:
    """Build, or find finished, with progress on standard error."""
    with progress() as announce:
        return build(inputs, folder or default_folder(), announce=announce)


def print_json(value: object) -> None:
    """Write a value as JSON on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
