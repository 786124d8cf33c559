"""SPARQL endpoints of other makers, each a process of its own on loopback, for tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest
from pyoxigraph import Quad, RdfFormat, serialize

from tests.service import NO_CERTIFICATES, PATIENCE, free_port, wait_until

# Rows that Virtuoso gives at most, as its own sample configuration limits them.
VIRTUOSO_ROWS: Final = 10_000

_QUADS: Final = "quads.nq"
_INI: Final = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = .
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = {seconds}
"""


@contextmanager
def oxigraph(quads: Sequence[Quad], folder: Path, *options: str) -> Iterator[str]:
    """Serve quads by Oxigraph's own server; gives the address of its endpoint for queries."""
    program = Path(sys.executable).with_name("oxigraph")
    _write(quads, folder)
    load = [str(program), "load", "--location", "store", "--file", _QUADS]
    subprocess.run(load, cwd=folder, check=True, capture_output=True)
    address = f"127.0.0.1:{free_port()}"
    serve = [str(program), "serve", "--location", "store", "--bind", address]
    # By itself it goes on with a query whose client has gone.
    serve += ["--timeout-s", "10", *options]
    with _running(serve, folder, f"http://{address}/query") as endpoint:
        yield endpoint


@contextmanager
def virtuoso(quads: Sequence[Quad], folder: Path) -> Iterator[str]:
    """Serve quads by Virtuoso, which gives a query three seconds; gives its endpoint's address.

    Skips the test when Virtuoso is not installed, unless CI asks for it.
    """
    with _virtuoso(quads, folder, seconds=3) as address:
        yield address


@contextmanager
def patient_virtuoso(quads: Sequence[Quad], folder: Path) -> Iterator[str]:
    """The same, where what a machine with other work takes for a query is no matter."""
    with _virtuoso(quads, folder, seconds=300) as address:
        yield address


@contextmanager
def _virtuoso(quads: Sequence[Quad], folder: Path, *, seconds: int) -> Iterator[str]:
    program = shutil.which("virtuoso-t")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("this needs Virtuoso (Debian: virtuoso-opensource), which is not here")
    assert program is not None, "this needs Virtuoso (Debian: virtuoso-opensource)"
    _write(quads, folder)
    sql, http = free_port(), free_port()
    ini = _INI.format(sql=sql, http=http, rows=VIRTUOSO_ROWS, seconds=seconds)
    (folder / "virtuoso.ini").write_text(ini)
    command = [program, "+configfile", "virtuoso.ini", "+foreground"]
    with _running(command, folder, f"http://127.0.0.1:{http}/sparql") as endpoint:
        # 512: every line has its graph.
        load = f"DB.DBA.TTLP(file_to_string_output('{_QUADS}'), '', 'urn:none', 512)"
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL"'
        isql = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load}; {grant};"]
        said = subprocess.run(isql, cwd=folder, check=True, capture_output=True, text=True)
        assert "Error" not in said.stdout + said.stderr, said
        yield endpoint


def _write(quads: Sequence[Quad], folder: Path) -> None:
    folder.mkdir(parents=True)
    serialize(quads, str(folder / _QUADS), format=RdfFormat.N_QUADS)


@contextmanager
def _running(command: list[str], folder: Path, endpoint: str) -> Iterator[str]:
    """Run a server until the block ends; begins when it answers a query."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(process, endpoint))
            yield endpoint
        finally:
            process.kill()
            process.wait()


def _answers(process: "subprocess.Popen[bytes]", endpoint: str) -> bool:
    assert process.poll() is None, f"{endpoint} ended at once"
    try:
        asked = {"query": "ASK {}"}
        answer = httpx.get(endpoint, params=asked, timeout=PATIENCE, verify=NO_CERTIFICATES)
        return answer.status_code == 200
    except httpx.TransportError:
        return False
