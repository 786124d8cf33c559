"""The command `describe`: what the graph says of one thing."""

import sys
from typing import Annotated

import typer
from pyoxigraph import NamedNode

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
from tipgraph.describe import Describer, run
from tipgraph.errors import UsageError
from tipgraph.formats import GRAPH_FORMATS, TURTLE
from tipgraph.namespaces import expand
from tipgraph.settings import Settings


def describe_command(
    thing: Annotated[
        str,
        typer.Argument(metavar="IRI", help="An IRI, or a name with a prefix, such as id:dprk."),
    ],
    data: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    store_url: StoreUrl = None,
    page: Annotated[
        int, typer.Option(help="Which page of the triples that point at it.", min=1)
    ] = 1,
    data_format: Annotated[
        str, typer.Option("--format", help=f"One of {format_names(GRAPH_FORMATS)}.")
    ] = (TURTLE.name),
) -> None:
    """Write what the graph says of a thing, the statements about it and what points at it."""
    # The other commands start sooner without the service.
    from tipgraph.server.thing_data import write_quads

    form = chosen_format(data_format, GRAPH_FORMATS)
    iri = _iri(thing)
    settings = Settings.from_environment(store_url=store_url)
    inputs = inputs_of(data, union_default_graph, skip_errors, infer)
    with opened(inputs, settings) as store:
        describer = Describer(merged=bool(store.manifest.default_graph))
        standing = run(store, describer.standing(iri))
        if not standing.known:
            raise UsageError(f"nothing here is known of {iri}")
        plan = describer.tombstone(iri) if standing.retired else describer.description(iri, page)
        description = run(store, plan)
    if page > description.pages:
        raise UsageError(f"there is no page {page}: the last is {description.pages}")
    sys.stdout.buffer.write(write_quads(description.quads, form))
    if description.page < description.pages:
        typer.echo(f"page {page} of {description.pages}: --page {page + 1} goes on", err=True)


def _iri(name: str) -> NamedNode:
    bare = name[1:-1] if name.startswith("<") and name.endswith(">") else expand(name)
    try:
        return NamedNode(bare)
    except ValueError as error:
        raise UsageError(f"{name} is neither an IRI nor a name with a known prefix") from error
