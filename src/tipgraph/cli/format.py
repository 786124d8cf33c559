"""The command `format`: Turtle files in their canonical layout."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tipgraph import dataset
from tipgraph.syntax import decode
from tipgraph.turtle import format_turtle


def format_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Turtle files, or - for standard input; by default the shipped ones."),
    ] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")
    ] = False,
) -> None:
    """Put Turtle files into canonical layout; comments and the order of subjects stay."""
    if files == [Path("-")]:
        text = decode(sys.stdin.buffer.read(), "standard input")
        formatted = format_turtle(text, "standard input")
        if not only_check:
            typer.echo(formatted, nl=False)
        raise typer.Exit(1 if only_check and formatted != text else 0)
    changed = []
    for path in files or dataset.turtle_files():
        text = dataset.read_text(path)
        formatted = format_turtle(text, str(path))
        if formatted == text:
            continue
        changed.append(path)
        if not only_check:
            dataset.write_text(path, formatted)
        typer.echo(f"{'not canonical' if only_check else 'formatted'}: {path}", err=True)
    raise typer.Exit(1 if only_check and changed else 0)
