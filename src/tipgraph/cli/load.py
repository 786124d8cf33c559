"""The command `load`: the graph into somebody's engine."""

from typing import Annotated

import typer

from tipgraph.cli.options import (
    LONGEST,
    Data,
    Infer,
    SkipErrors,
    Union,
    build_shown,
    inputs_of,
)
from tipgraph.cli.progress import progress
from tipgraph.loader import Existing, Protocol, Target, load
from tipgraph.settings import Settings


def load_command(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="The endpoint's address for writing.")
    ],
    data: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    query: Annotated[
        str | None,
        typer.Option(
            "--query", metavar="URL", help="Its address for queries, if that cannot be told."
        ),
    ] = None,
    protocol: Annotated[
        Protocol, typer.Option(help="SPARQL Update, or the Graph Store Protocol.")
    ] = Protocol.update,
    existing: Annotated[
        Existing, typer.Option(help="What happens if the graphs have other triples already.")
    ] = Existing.refuse,
    batch: Annotated[int, typer.Option(help="Triples in an update.", min=1)] = 2000,
    skolem: Annotated[
        bool, typer.Option("--skolem", help="Make IRIs of blank nodes (genid).")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(help="Seconds the endpoint may work on one request.", min=0.001, max=LONGEST),
    ] = 300.0,
) -> None:
    """Load the shipped graphs, or RDF files, into an endpoint; run again, it goes on."""
    settings = Settings.from_environment()
    inputs = inputs_of(data, union_default_graph, skip_errors, infer)
    snapshot = build_shown(inputs, settings.snapshot_dir).snapshot
    target = Target(to, query, protocol, existing, batch, skolem, timeout)
    with progress() as announce:
        loaded = load(snapshot, target, settings, announce=announce)
    typer.echo(f"{loaded.sent:>10,} triples sent")
    for name, count in loaded.graphs.items():
        typer.echo(f"{count:>10,} triples at the endpoint in {name or 'the default graph'}")
    if not loaded.sent:
        typer.echo(
            "note: these graphs are there by their counts; --existing replace loads them anew",
            err=True,
        )
