"""The command `build`: the snapshot that `serve` opens."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tipgraph.cli.options import (
    Data,
    Infer,
    Report,
    ReportFormat,
    SkipErrors,
    Union,
    build_shown,
    inputs_of,
    print_json,
)
from tipgraph.settings import Settings
from tipgraph.snapshot_folder import used


def build_command(
    data: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder of snapshots (TIPGRAPH_SNAPSHOT_DIR, or the user's cache)."),
    ] = None,
    report: Report = ReportFormat.text,
) -> None:
    """Build the snapshot that serve opens: parse, validate, infer, count, write the store."""
    settings = Settings.from_environment(snapshot_dir=output)
    built = build_shown(
        inputs_of(data, union_default_graph, skip_errors, infer), settings.snapshot_dir
    )
    manifest, path = built.snapshot.manifest, built.snapshot.path
    size = used(path)
    if report is ReportFormat.json:
        shown = {"snapshot": str(path), "bytes": size, "seconds": built.seconds}
        print_json({**shown, **asdict(manifest)})
        return
    for name, seconds in built.seconds.items():
        typer.echo(f"{name:<18}{seconds:8.2f} s")
    if built.seconds:
        typer.echo(f"{'in all':<18}{sum(built.seconds.values()):8.2f} s")
    largest = manifest.largest_graphs()
    for name in largest:
        typer.echo(f"{manifest.graphs[name]:>8} triples in {name}")
    if len(largest) < len(manifest.graphs):
        typer.echo(f"     and {len(manifest.graphs) - len(largest)} graphs that are no larger")
    typer.echo(f"{manifest.default_graph_triples:>8} triples in the default graph")
    typer.echo(f"{size / 1e6:>8,.1f} MB on disk")
    typer.echo(f"digest   {manifest.digest}")
    typer.echo(f"snapshot {path}{'' if built.seconds else ' (was finished)'}")
