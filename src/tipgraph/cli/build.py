"""The command `build`: the snapshot that `serve` opens."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tipgraph.cli.options import (
    Data,
    Report,
    ReportFormat,
    Union,
    build_shown,
    inputs_of,
    print_json,
)
from tipgraph.settings import Settings


def build_command(
    data: Data = None,
    union_default_graph: Union = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder of snapshots (TIPGRAPH_SNAPSHOT_DIR, or the user's cache)."),
    ] = None,
    report: Report = ReportFormat.text,
) -> None:
    """Build the snapshot that serve opens: parse, validate, infer, count, write the store."""
    settings = Settings.from_environment(snapshot_dir=output)
    built = build_shown(inputs_of(data, union_default_graph), settings.snapshot_dir)
    manifest = built.snapshot.manifest
    if report is ReportFormat.json:
        print_json(
            {"snapshot": str(built.snapshot.path), "seconds": built.seconds, **asdict(manifest)}
        )
        return
    for name, seconds in built.seconds.items():
        typer.echo(f"{name:<18}{seconds:8.2f} s")
    if built.seconds:
        typer.echo(f"{'in all':<18}{sum(built.seconds.values()):8.2f} s")
    for name, count in manifest.graphs.items():
        typer.echo(f"{count:>8} triples in {name}")
    typer.echo(f"{manifest.default_graph_triples:>8} triples in the default graph")
    typer.echo(f"digest   {manifest.digest}")
    typer.echo(f"snapshot {built.snapshot.path}{'' if built.seconds else ' (was finished)'}")
