"""What several commands have in common: options, and the graph that they name."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from tipgraph.build import Build, build, default_folder, open_graph
from tipgraph.cli.progress import progress
from tipgraph.dataset import writing
from tipgraph.errors import UsageError
from tipgraph.formats import Format, find_format
from tipgraph.inputs import Inputs
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore, open_store

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore


# Seconds of a --timeout: a week at most, far below what clocks cannot count.
LONGEST: Final = 604_800.0


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
SkipErrors = Annotated[
    bool,
    typer.Option(
        "--skip-errors",
        help="Leave out the lines of N-Triples and N-Quads that break the grammar.",
    ),
]
Infer = Annotated[
    bool,
    typer.Option("--infer", help="Add what follows from the files by the shipped ontology."),
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


def inputs_of(
    data: list[Path] | None,
    union_default_graph: bool,
    skip_errors: bool = False,
    infer: bool = False,
) -> Inputs:
    """What to build from; raises UsageError for an option that needs another."""
    for option, wanted in (
        ("--union-default-graph", union_default_graph),
        ("--skip-errors", skip_errors),
        ("--infer", infer),
    ):
        if wanted and not data:
            raise UsageError(f"{option} needs --data FILE")
    return Inputs(tuple(data or ()), union_default_graph, skip_errors, infer)


def opened(inputs: Inputs, settings: Settings) -> "EmbeddedStore | RemoteStore":
    """Open the graph, with progress on standard error."""
    if settings.store_url is None:
        return open_store(build_shown(inputs, settings.snapshot_dir).snapshot, settings)
    with progress() as announce:
        return open_graph(inputs, settings, announce=announce)


def build_shown(inputs: Inputs, folder: Path | None) -> Build:
    """Build, or find finished, with progress on standard error, and what was left out."""
    with progress() as announce:
        made = build(inputs, folder or default_folder(), announce=announce)
    count = made.snapshot.manifest.left_out
    for line in made.left_out:
        typer.echo(f"left out: {line}", err=True)
    if count > len(made.left_out):
        others = count - len(made.left_out)
        typer.echo(f"left out: {others} {'more ' if made.left_out else ''}bad lines", err=True)
    return made


def format_names(offered: Sequence[Format]) -> str:
    """The short names of formats, for people."""
    return ", ".join(form.name for form in offered)


def chosen_format(name: str, offered: Sequence[Format]) -> Format:
    """The format with a short name or media type; raises UsageError when there is none."""
    form = find_format(name, offered)
    if form is None:
        raise UsageError(f"unknown format {name}; known are {format_names(offered)}")
    return form


@contextmanager
def output_stream(output: Path | None) -> Iterator[IO[bytes]]:
    """The file to write to, or else standard output; raises InputError when it cannot be."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with writing(output) as file:
        yield file


def print_json(value: object) -> None:
    """Write a value as JSON on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
