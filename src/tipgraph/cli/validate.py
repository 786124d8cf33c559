"""The command `validate`: SHACL at the desk and in CI."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from tipgraph.build import open_graph
from tipgraph.cli.options import output_stream
from tipgraph.cli.progress import progress
from tipgraph.dataset import rdf_format
from tipgraph.errors import UsageError
from tipgraph.inputs import Inputs
from tipgraph.reasoning import Entailment
from tipgraph.settings import Settings
from tipgraph.syntax import decode
from tipgraph.validation import Document, Engine, FailOn, Options, fails, gather, validate
from tipgraph.validation.formats import REPORT_FORMATS, find_report_format, write_report
from tipgraph.validation.in_store.engine import validate_store

_STDIN: Final = Path("-")
_FORMATS: Final = tuple(form.name for form in REPORT_FORMATS)


def validate_command(
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA...", help="RDF files, or - for standard input."),
    ] = None,
    store_url: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL",
            help="Instead of files, validate what a SPARQL endpoint holds (TIPGRAPH_STORE_URL).",
        ),
    ] = None,
    graphs: Annotated[
        list[str] | None,
        typer.Option(
            "--graph",
            metavar="IRI",
            help="With --store: a graph of it, instead of its default graph; repeatable.",
        ),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(help="With --store: seconds each query may run.", min=0.001)
    ] = None,
    shapes: Annotated[
        list[Path] | None,
        typer.Option(
            "--shapes", "-s", metavar="FILE", help="A shapes file; repeatable. Without it, ours."
        ),
    ] = None,
    ontology: Annotated[
        list[Path] | None,
        typer.Option(
            "--ontology",
            "-o",
            metavar="FILE",
            help="An ontology for the data; repeatable.",
        ),
    ] = None,
    imports: Annotated[
        list[str] | None,
        typer.Option(
            "--import", metavar="IRI=FILE", help="The file for an imported IRI; repeatable."
        ),
    ] = None,
    shape: Annotated[
        list[str] | None,
        typer.Option("--shape", metavar="IRI", help="Apply this shape and no other; repeatable."),
    ] = None,
    focus: Annotated[
        list[str] | None,
        typer.Option(
            "--focus",
            metavar="IRI",
            help="Check this node and no other; with --shape, whatever that targets; repeatable.",
        ),
    ] = None,
    entailment: Annotated[
        Entailment, typer.Option(help="What is added to the data before it is validated.")
    ] = Entailment.none,
    report_format: Annotated[
        str, typer.Option("--format", "-f", help=f"One of {', '.join(_FORMATS)}.")
    ] = "text",
    input_format: Annotated[
        str, typer.Option("--input-format", help="The format of standard input, by extension.")
    ] = "ttl",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report to a file.")
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The least severity that gives exit code 1.")
    ] = FailOn.info,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many results are shown at most.")
    ] = None,
    language: Annotated[str, typer.Option(help="The language of messages.")] = "en",
    engine: Annotated[
        Engine, typer.Option(help="The fast engine wherever it can, or one by name.")
    ] = Engine.auto,
    positions: Annotated[
        bool, typer.Option(help="Say on which line of the data and of the shapes.")
    ] = True,
    coverage: Annotated[
        bool, typer.Option(help="Say how far the shapes reach over the data.")
    ] = True,
) -> None:
    """Validate RDF with SHACL: exit 0 if it conforms, 1 if not, 3 if something cannot be read."""
    form = find_report_format(report_format)
    if form is None:
        raise UsageError(f"unknown format {report_format}; known are {', '.join(_FORMATS)}")
    options = Options(
        entailment,
        engine,
        positions=positions,
        coverage=coverage,
        limit=limit,
        shape=tuple(shape or ()),
        focus=tuple(focus or ()),
    )
    settings = None if data else _settings(store_url, timeout)
    _check_options(store_url, graphs, timeout, ontology, in_store=settings is not None)
    with progress() as announce:
        announce("read")
        inputs = gather(
            list(_documents(data or [], input_format)),
            list(_documents(shapes or [], input_format)),
            list(_documents(ontology or [], input_format)),
            imports=dict(map(_import, imports or [])),
        )
        if settings is None:
            report = validate(inputs, options, announce=announce)
        else:
            with open_graph(Inputs(), settings) as store:
                report = validate_store(
                    store, inputs, options, graphs=graphs or (), announce=announce
                )
        announce("write the report")
        written = write_report(report, form, language=language)
    with output_stream(output) as stream:
        stream.write(written)
    raise typer.Exit(1 if fails(report, fail_on) else 0)


def _settings(store_url: str | None, timeout: float | None) -> Settings:
    """The settings of a validation without files; raises UsageError if they name no endpoint."""
    settings = Settings.from_environment(store_url=store_url, query_timeout=timeout)
    if settings.store_url is None:
        raise UsageError("give the files of DATA, or --store URL")
    return settings


def _check_options(
    store_url: str | None,
    graphs: list[str] | None,
    timeout: float | None,
    ontology: list[Path] | None,
    *,
    in_store: bool,
) -> None:
    if in_store and ontology:
        raise UsageError("--ontology is for files: load it into the store, and name its --graph")
    if not in_store and store_url is not None:
        raise UsageError("files of DATA and --store exclude each other")
    if not in_store and (graphs or timeout is not None):
        raise UsageError("--graph and --timeout need --store URL")


def _documents(paths: list[Path], input_format: str) -> Iterator[Document]:
    for path in paths:
        if path != _STDIN:
            yield Document.read(path)
            continue
        text = decode(sys.stdin.buffer.read(), "standard input")
        yield Document("standard input", text, rdf_format(Path(f"-.{input_format}")))


def _import(mapping: str) -> tuple[str, Path]:
    iri, sign, file = mapping.rpartition("=")
    if not sign or not iri:
        raise UsageError(f"--import {mapping}: give IRI=FILE")
    return iri, Path(file)
