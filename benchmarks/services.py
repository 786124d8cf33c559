"""The services that are measured: tipgraph and its peers, each on the same data."""

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

FOLDER: Final = Path(__file__).parent.parent / ".bench"
PEERS: Final = ("oxigraph==0.5.13", "rdflib-endpoint[cli]==0.6.3")
BASE: Final = "http://example.org/"
EX: Final = f"{BASE}id/"
SUBJECTS: Final = 25_000
_DEFAULTS: Final = MappingProxyType[str, str]({})
_OXIGRAPH: Final = FOLDER / "oxigraph-things"


@dataclass(frozen=True)
class Service:
    """A running service.

    Args:
        name: What it is called.
        endpoint: The address of its SPARQL endpoint.
        description: An address that answers with the description of one thing, in Turtle.
        page: An address that answers with the page of that thing.
    """

    name: str
    endpoint: str
    description: str = ""
    page: str = ""


def write_data() -> Path:
    """Write 100,000 triples about 25,000 subjects, the same ones each time."""
    path = FOLDER / "things.nt"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        chance = random.Random(1)  # noqa: S311  # the same numbers each time
        with path.open("w", encoding="utf-8") as file:
            for number in range(SUBJECTS):
                file.writelines(f"{line} .\n" for line in _describe(number, chance))
    return path


def _describe(number: int, chance: random.Random) -> Iterator[str]:
    subject = f"<{EX}s{number}>"
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    yield f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{EX}C{number % 20}>"
    yield f'{subject} <http://www.w3.org/2000/01/rdf-schema#label> "Thing number {number}"@en'
    yield f'{subject} <{EX}value> "{chance.randrange(10**6)}"^^<{integer}>'
    yield f"{subject} <{EX}knows> <{EX}s{chance.randrange(SUBJECTS)}>"


def install_peers() -> Path:
    """Install the peers into an environment of their own; returns its folder of programs."""
    programs = FOLDER / "peers" / "bin"
    if not (programs / "oxigraph").exists():
        venv.create(FOLDER / "peers", with_pip=True)
        subprocess.run([programs / "pip", "install", "--quiet", *PEERS], check=True)
    return programs


@contextlib.contextmanager
def tipgraph(
    *data: Path, workers: int = 2, settings: Mapping[str, str] = _DEFAULTS
) -> Iterator[Service]:
    """This project, as `tipgraph serve` runs it.

    Args:
        data: Files that it serves.
        workers: How many processes evaluate queries.
        settings: Other settings, by the names of their variables.
    """
    port = free_port()
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(port)]
    for path in data:
        command += ["--data", str(path)]
    environment = {
        "TIPGRAPH_BASE_IRI": BASE,
        "TIPGRAPH_SNAPSHOT_DIR": str(FOLDER),
        "TIPGRAPH_WORKERS": str(workers),
        **settings,
    }
    root = f"http://127.0.0.1:{port}"
    with running(command, f"{root}/sparql", environment):
        yield Service(
            "tipgraph", f"{root}/sparql", f"{root}/data/id/s77.ttl", f"{root}/page/id/s77"
        )


@contextlib.contextmanager
def shipped() -> Iterator[str]:
    """This project over the graph that it ships; gives the address of its home page."""
    port = free_port()
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(port)]
    environment = {"TIPGRAPH_SNAPSHOT_DIR": str(FOLDER)}
    root = f"http://127.0.0.1:{port}"
    with running(command, f"{root}/sparql", environment):
        yield root


@contextlib.contextmanager
def oxigraph(data: Path, programs: Path, store: Path = _OXIGRAPH) -> Iterator[Service]:
    """Oxigraph's server over an on-disk store, loaded and optimised as its manual says.

    Args:
        data: The file to load, if the store is not there.
        programs: The folder of the program.
        store: The folder of the store.
    """
    if not store.exists():
        for arguments in (("load", "-l", store, "-f", data), ("optimize", "-l", store)):
            subprocess.run([programs / "oxigraph", *arguments], check=True, capture_output=True)
    port = free_port()
    command = [programs / "oxigraph", "serve-read-only", "-l", store, "-b", f"127.0.0.1:{port}"]
    endpoint = f"http://127.0.0.1:{port}/query"
    with running([str(part) for part in command], endpoint, {}):
        yield Service("Oxigraph", endpoint, f"{endpoint}?query={quote(f'DESCRIBE <{EX}s77>')}")


@contextlib.contextmanager
def rdflib_endpoint(data: Path, programs: Path) -> Iterator[Service]:
    """rdflib-endpoint over the file, which it reads into memory."""
    port = free_port()
    command = [str(programs / "rdflib-endpoint"), "serve", str(data), "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}/", {}):
        yield Service("rdflib-endpoint", f"http://127.0.0.1:{port}/")


@contextlib.contextmanager
def running(
    command: list[str], address: str, environment: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a service until the block ends; begins when the service answers a query."""
    log = (FOLDER / "services.log").open("ab")
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        wait_for(address, process)
        yield process
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a service answers."""
    end = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(f"{address}?query=ASK%7B%7D", timeout=5):  # noqa: S310
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.1)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
