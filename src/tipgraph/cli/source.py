"""The command `source`: a text as passages."""

import csv
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tipgraph import dataset, source
from tipgraph.cli.options import print_json
from tipgraph.namespaces import GRAPH_DATA
from tipgraph.turtle import write_turtle


class PassageFormat(StrEnum):
    """How passages are listed."""

    text = "text"
    json = "json"
    csv = "csv"
    turtle = "turtle"


def source_command(
    file: Annotated[Path, typer.Argument(help="A UTF-8 text file.")],
    passage_format: Annotated[
        PassageFormat, typer.Option("--format", help="How the passages are listed.")
    ] = PassageFormat.text,
    text: Annotated[
        bool, typer.Option("--text", help="Show each passage's words too (not in Turtle).")
    ] = False,
) -> None:
    """Split a text into passages; for the shipped document, say which sentences have no claim.

    Exit code 1 when a sentence of the shipped document has no claim.
    """
    content = dataset.read_text(file)
    split = source.split(content)
    data = dataset.read_shipped(GRAPH_DATA)
    shipped = source.is_shipped_document(split, data)
    claims = source.claims_per_sentence(split, data) if shipped else None
    if passage_format is PassageFormat.turtle:
        name = "nk" if shipped else file.stem.lower().replace(" ", "-")
        typer.echo(write_turtle(source.to_triples(split, name)), nl=False)
    else:
        rows = source.rows(split, claims, content if text else None)
        _print_rows(rows, passage_format)
    uncovered = [name for name, count in (claims or {}).items() if count == 0]
    if claims is not None:
        covered = len(claims) - len(uncovered)
        typer.echo(f"{covered}/{len(claims)} sentences have a claim", err=True)
    for name in uncovered:
        typer.echo(f"{name} has no claim", err=True)
    raise typer.Exit(1 if uncovered else 0)


def _print_rows(rows: Sequence[Mapping[str, object]], passage_format: PassageFormat) -> None:
    if passage_format is PassageFormat.json:
        print_json(rows)
        return
    header = list(rows[0]) if rows else []
    lines = [header, *([_cell(value) for value in row.values()] for row in rows)]
    if passage_format is PassageFormat.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
        return
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    return "" if value is None else str(value)
