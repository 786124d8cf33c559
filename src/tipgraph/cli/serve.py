"""The command `serve`: the graph over HTTP."""

from typing import Annotated

import typer

from tipgraph.cli.options import Data, Infer, SkipErrors, StoreUrl, Union, inputs_of, opened
from tipgraph.settings import Settings


def serve_command(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (TIPGRAPH_HOST, or 127.0.0.1).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (TIPGRAPH_PORT, or 8000).")
    ] = None,
    data: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    store: StoreUrl = None,
) -> None:
    """Serve the graph: SPARQL at /sparql and a home page at /."""
    # The other commands start in half the time without it.
    from tipgraph.server import create_app, run
    from tipgraph.server.run import check_address

    settings = Settings.from_environment(host=host, port=port, store_url=store)
    # Said before a build that takes its time, and again by `run` when it comes to it.
    check_address(settings.host, settings.port)
    inputs = inputs_of(data, union_default_graph, skip_errors, infer)
    run(create_app(opened(inputs, settings), settings), settings)
