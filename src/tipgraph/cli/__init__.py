"""The command line: one function a command, which calls what the command is named after."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from tipgraph import __version__, dataset, source
from tipgraph.build import Build, Inputs, build, default_folder, open_graph
from tipgraph.check import Check, check
from tipgraph.cli.progress import progress
from tipgraph.cli.validate import validate_command
from tipgraph.errors import TipgraphError, UsageError
from tipgraph.formats import CSV, GRAPH_FORMATS, RESULTS_FORMATS, TURTLE, find_format
from tipgraph.namespaces import GRAPH_DATA, shorten
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore, QueryRequest
from tipgraph.syntax import decode
from tipgraph.turtle import format_turtle, write_turtle

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore


class _Commands(TyperGroup):
    """Ends a command that raised a TipgraphError with its message and its exit code."""

    def invoke(self, ctx: Any) -> object:
        try:
            return super().invoke(ctx)
        except TipgraphError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(error.exit_code) from error


app = typer.Typer(
    cls=_Commands,
    help="A narrative about trafficking in persons as a knowledge graph: build it, check it, "
    "query it, serve it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_QUERY_FORMATS: Final = tuple(form.name for form in (*RESULTS_FORMATS, *GRAPH_FORMATS))


class ReportFormat(StrEnum):
    """How a command reports: for people or for programs."""

    text = "text"
    json = "json"


class PassageFormat(StrEnum):
    """How passages are listed."""

    text = "text"
    json = "json"
    csv = "csv"
    turtle = "turtle"


_Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="An RDF file to use instead of the shipped graph; repeatable. "
        "TriG and N-Quads keep their named graphs.",
    ),
]
_Union = Annotated[
    bool,
    typer.Option(
        "--union-default-graph",
        help="Merge the files' named graphs into the default graph as well.",
    ),
]
_Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="A SPARQL endpoint that holds the graph, in place of a snapshot (TIPGRAPH_STORE_URL).",
    ),
]
_Report = Annotated[ReportFormat, typer.Option("--format", help="For people or for programs.")]


app.command("validate")(validate_command)


def main() -> None:
    """Run the command line."""
    app(prog_name="tipgraph")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tipgraph {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command("serve")
def serve_command(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (TIPGRAPH_HOST, or 127.0.0.1).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (TIPGRAPH_PORT, or 8000).")
    ] = None,
    data: _Data = None,
    union_default_graph: _Union = False,
    store: _Store = None,
) -> None:
    """Serve the graph: SPARQL at /sparql and a home page at /."""
    # The other commands start in half the time without it.
    from tipgraph.server import create_app, run
    from tipgraph.server.run import check_address

    settings = Settings.from_environment(host=host, port=port, store_url=store)
    # Said before a build that takes its time, and again by `run` when it comes to it.
    check_address(settings.host, settings.port)
    run(create_app(_opened(data, union_default_graph, settings), settings), settings)


@app.command("build")
def build_command(
    data: _Data = None,
    union_default_graph: _Union = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder of snapshots (TIPGRAPH_SNAPSHOT_DIR, or the user's cache)."),
    ] = None,
    report: _Report = ReportFormat.text,
) -> None:
    """Build the snapshot that serve opens: parse, validate, infer, count, write the store."""
    settings = Settings.from_environment(snapshot_dir=output)
    built = _built(_inputs(data, union_default_graph), settings.snapshot_dir)
    manifest = built.snapshot.manifest
    if report is ReportFormat.json:
        _print_json(
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


@app.command("check")
def check_command(
    source_file: Annotated[
        Path | None,
        typer.Option(
            "--source",
            metavar="FILE",
            help="The source text; by default looked for in ../shared/source.",
        ),
    ] = None,
    report: _Report = ReportFormat.text,
) -> None:
    """Say what holds of the shipped graph and what does not; exit 1 when anything does not."""
    folder = Settings.from_environment().snapshot_dir
    found = source_file or dataset.sibling_source()
    outcomes = []
    for outcome in check(lambda: _built(Inputs(), folder).snapshot, found):
        outcomes.append(outcome)
        if report is ReportFormat.text:
            typer.echo(_line(outcome))
    holds = all(outcome.holds is not False for outcome in outcomes)
    if report is ReportFormat.json:
        _print_json({"holds": holds, "checks": [asdict(outcome) for outcome in outcomes]})
    raise typer.Exit(0 if holds else 1)


@app.command("source")
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


@app.command("format")
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


@app.command("query")
def query_command(
    query: Annotated[
        str | None, typer.Argument(help="The SPARQL query, or - for standard input.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Read the query from a file instead.")
    ] = None,
    data: _Data = None,
    union_default_graph: _Union = False,
    store_url: _Store = None,
    answer_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=f"One of {', '.join(_QUERY_FORMATS)}; without it a table for people, "
            "CSV or Turtle for programs.",
        ),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds the query may run.", min=0.001)
    ] = None,
) -> None:
    """Answer a SPARQL query over the shipped graph or over RDF files."""
    text = _query_text(query, file)
    wanted = (
        find_format(answer_format, (*RESULTS_FORMATS, *GRAPH_FORMATS)) if answer_format else None
    )
    if answer_format and wanted is None:
        raise UsageError(f"unknown format {answer_format}; known are {', '.join(_QUERY_FORMATS)}")
    settings = Settings.from_environment(query_timeout=timeout, store_url=store_url)
    request = QueryRequest(
        text,
        results_format=wanted if wanted in RESULTS_FORMATS else None if wanted else CSV,
        graph_format=wanted if wanted in GRAPH_FORMATS else None if wanted else TURTLE,
    )
    with _opened(data, union_default_graph, settings) as store:
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


def _inputs(data: list[Path] | None, union_default_graph: bool) -> Inputs:
    if union_default_graph and not data:
        raise UsageError("--union-default-graph needs --data FILE")
    return Inputs(tuple(data or ()), union_default_graph)


def _opened(
    data: list[Path] | None, union_default_graph: bool, settings: Settings
) -> "EmbeddedStore | RemoteStore":
    with progress() as announce:
        return open_graph(_inputs(data, union_default_graph), settings, announce=announce)


def _built(inputs: Inputs, folder: Path | None) -> Build:
    """Build, or find finished, with progress on standard error."""
    with progress() as announce:
        return build(inputs, folder or default_folder(), announce=announce)


def _line(outcome: Check) -> str:
    mark = {True: "ok", False: "FAIL", None: "-"}[outcome.holds]
    first, *rest = outcome.detail.splitlines()
    return "\n".join(
        [f"{mark:<5} {outcome.name:<13} {first}", *(f"{'':20}{line}" for line in rest)]
    )


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print_rows(rows: Sequence[Mapping[str, object]], passage_format: PassageFormat) -> None:
    if passage_format is PassageFormat.json:
        _print_json(rows)
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


def _print_table(rows: list[list[str]]) -> None:
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*(shorten(cell) if cell.startswith("http") else cell for cell in row))
    Console().print(table)
