"""The command line: one module a command, which calls what the command is named after."""

import errno
import os
import sys
from importlib import import_module
from typing import Annotated, Any, Final, cast

import typer
from typer.core import TyperGroup

from tipgraph import __version__
from tipgraph.errors import TipgraphError

_NAMES: Final = (
    "serve",
    "build",
    "check",
    "source",
    "format",
    "query",
    "describe",
    "dump",
    "load",
    "infer",
    "validate",
)
# A disk or a quota that is full, or a file that may not grow.
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What shells report of a program that SIGPIPE has ended.
_PIPE_CLOSED: Final = 141


class _Commands(TyperGroup):
    """The commands, each imported when it is asked for, since all take longer than many a command.

    One that raised a TipgraphError ends with its message and its exit code.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Their names alone, by which Typer lists them and tells one that is nearly written.
        self.commands = cast(Any, dict.fromkeys(_NAMES))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            return None
        module = import_module(f"tipgraph.cli.{cmd_name}")
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(getattr(module, f"{cmd_name}_command"))
        return typer.main.get_command(alone)

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
