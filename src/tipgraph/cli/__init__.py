"""The command line: one module a command, which calls what the command is named after."""

import errno
import os
import sys
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from tipgraph import __version__
from tipgraph.cli.build import build_command
from tipgraph.cli.check import check_command
from tipgraph.cli.describe import describe_command
from tipgraph.cli.dump import dump_command
from tipgraph.cli.format import format_command
from tipgraph.cli.infer import infer_command
from tipgraph.cli.load import load_command
from tipgraph.cli.query import query_command
from tipgraph.cli.serve import serve_command
from tipgraph.cli.source import source_command
from tipgraph.cli.validate import validate_command
from tipgraph.errors import TipgraphError

# A disk or a quota that is full, or a file that may not grow.
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What shells report of a program that SIGPIPE has ended.
_PIPE_CLOSED: Final = 141


class _Commands(TyperGroup):
    """Ends a command that raised a TipgraphError with its message and its exit code."""

    def invoke(self, ctx: Any) -> object:
        try:
            return super().invoke(ctx)
        except TipgraphError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(error.exit_code) from error
        except BrokenPipeError as error:
            # Whoever reads the output has seen enough, as `head` has: what is left goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(_PIPE_CLOSED) from error
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            typer.echo(f"error: what was to be written is not all there: {error}", err=True)
            raise typer.Exit(TipgraphError.exit_code) from error
        except MemoryError as error:
            typer.echo(f"error: there is not enough memory: {error}", err=True)
            raise typer.Exit(TipgraphError.exit_code) from error


app = typer.Typer(
    cls=_Commands,
    help="A narrative about trafficking in persons as a knowledge graph: build it, check it, "
    "query it, serve it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("serve")(serve_command)
app.command("build")(build_command)
app.command("check")(check_command)
app.command("source")(source_command)
app.command("format")(format_command)
app.command("query")(query_command)
app.command("describe")(describe_command)
app.command("dump")(dump_command)
app.command("load")(load_command)
app.command("infer")(infer_command)
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
