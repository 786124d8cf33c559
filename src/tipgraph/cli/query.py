"""The command `query`: SPARQL at the desk."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from tipgraph import dataset
from tipgraph.cli.options import (
    Data,
    Infer,
    SkipErrors,
    StoreUrl,
    Union,
    chosen_format,
    format_names,
    inputs_of,
    opened,
)
from tipgraph.errors import UsageError
from tipgraph.formats import CSV, GRAPH_FORMATS, RESULTS_FORMATS, TURTLE
from tipgraph.namespaces import shorten
from tipgraph.settings import Settings
from tipgraph.store import QueryRequest
from tipgraph.syntax import decode

_FORMATS: Final = (*RESULTS_FORMATS, *GRAPH_FORMATS)


def query_command(
    query: Annotated[
        str | None, typer.Argument(help="The SPARQL query, or - for standard input.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Read the query from a file instead.")
    ] = None,
    data: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    store_url: StoreUrl = None,
    answer_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=f"One of {format_names(_FORMATS)}; without it a table for people, CSV or Turtle "
            "for programs.",
        ),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds the query may run.", min=0.001)
    ] = None,
) -> None:
    """Answer a SPARQL query over the shipped graph or over RDF files."""
    text = _query_text(query, file)
    wanted = chosen_format(answer_format, _FORMATS) if answer_format else None
    settings = Settings.from_environment(query_timeout=timeout, store_url=store_url)
    request = QueryRequest(
        text,
        results_format=wanted if wanted in RESULTS_FORMATS else None if wanted else CSV,
        graph_format=wanted if wanted in GRAPH_FORMATS else None if wanted else TURTLE,
    )
    with opened(inputs_of(data, union_default_graph, skip_errors, infer), settings) as store:
        answer = store.answer(request)
    if wanted is None and answer.format is CSV and sys.stdout.isatty():
        _print_table(list(csv.reader(answer.body.decode().splitlines())))
    else:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.buffer.flush()


def _query_text(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        raise UsageError("give a query, - for standard input, or --file FILE")
    if file is not None:
        return dataset.read_text(file)
    return decode(sys.stdin.buffer.read(), "standard input") if query == "-" else str(query)


def _print_table(rows: list[list[str]]) -> None:
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*(shorten(cell) if cell.startswith("http") else cell for cell in row))
    Console().print(table)
