"""The command `check`: what keeps the shipped graph true."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tipgraph import dataset
from tipgraph.check import Check, check
from tipgraph.cli.options import Report, ReportFormat, build_shown, print_json
from tipgraph.inputs import Inputs
from tipgraph.settings import Settings


def check_command(
    source_file: Annotated[
        Path | None,
        typer.Option(
            "--source",
            metavar="FILE",
            help="The source text; by default looked for in ../shared/source.",
        ),
    ] = None,
    report: Report = ReportFormat.text,
) -> None:
    """Say what holds of the shipped graph and what does not; exit 1 when anything does not."""
    folder = Settings.from_environment().snapshot_dir
    found = source_file or dataset.sibling_source()
    outcomes = []
    for outcome in check(lambda: build_shown(Inputs(), folder).snapshot, found):
        outcomes.append(outcome)
        if report is ReportFormat.text:
            typer.echo(_line(outcome))
    holds = all(outcome.holds is not False for outcome in outcomes)
    if report is ReportFormat.json:
        print_json({"holds": holds, "checks": [asdict(outcome) for outcome in outcomes]})
    raise typer.Exit(0 if holds else 1)


def _line(outcome: Check) -> str:
    mark = {True: "ok", False: "FAIL", None: "-"}[outcome.holds]
    first, *rest = outcome.detail.splitlines()
    return "\n".join(
        [f"{mark:<5} {outcome.name:<13} {first}", *(f"{'':20}{line}" for line in rest)]
    )
