"""Loading of graphs into somebody's engine, broken off at any moment and taken up again.

What was done already is told by the engine: batches are the same each time, so that the counts of
its graphs say which of them was the last.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pyoxigraph import Quad

from tipgraph.batches import Batch, batches, blank_nodes, graph_name, skolemised
from tipgraph.dumps import read_dump
from tipgraph.errors import (
    EndpointAwayError,
    EndpointFailureError,
    EndpointSlowError,
    OverloadedError,
    UsageError,
)
from tipgraph.settings import Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store import Solutions

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore, Writer

Announce = Callable[[str], None]


class Protocol(StrEnum):
    """How graphs are written."""

    update = "update"
    gsp = "gsp"


class Existing(Enum):
    """What happens to triples that the graphs have already."""

    refuse = "refuse"
    replace = "replace"
    add = "add"


@dataclass(frozen=True)
class Target:
    """Where a graph is loaded.

    Args:
        to: The address for updates, or for graphs.
        query: The address for queries; without it, that beside `to`.
        protocol: How graphs are written.
        existing: What happens to triples that the graphs have already.
        batch: Triples in an update.
        skolem: Whether blank nodes become IRIs.
        seconds: How long the endpoint may work on one request.
    """

    to: str
    query: str | None = None
    protocol: Protocol = Protocol.update
    existing: Existing = Existing.refuse
    batch: int = 2000
    skolem: bool = False
    seconds: float = 300.0


@dataclass(frozen=True)
class Loaded:
    """What was loaded.

    Args:
        graphs: How many triples each graph has now; the default graph has no name.
        sent: How many triples were sent in this run.
    """

    graphs: dict[str, int]
    sent: int


def load(
    snapshot: Snapshot, target: Target, settings: Settings, *, announce: Announce = lambda _: None
) -> Loaded:
    """Load the named graphs of a snapshot, and the default graph where that is no merge of them.

    Args:
        snapshot: The snapshot.
        target: Where to.
        settings: Credentials and certificates for it.
        announce: Is told how far it is.

    Raises:
        UsageError: Its graphs are not empty, or something cannot be sent so.
        EndpointAwayError: It cannot be reached, also after some attempts.
        QueryError: It refuses, or does not hold in the end what was sent.
    """
    quads = _Quads(snapshot, target.skolem)
    if not quads.sizes:
        raise UsageError("there is nothing to load")
    # Only this needs the HTTP client, which takes a while to import.
    from tipgraph.store.remote import RemoteStore, Writer
    from tipgraph.store.remote.address import for_writing
    from tipgraph.store.remote.holdings import NOTHING_KNOWN

    address, asked = for_writing(settings, target.to, target.query, target.seconds)
    # The default graph that is counted is the engine's own, and no merge of graphs that it has.
    with RemoteStore(asked, NOTHING_KNOWN) as store, Writer(address, target.seconds) as writer:
        loading = _Loading(quads, target, store, writer, announce)
        sent = loading.run()
        return Loaded(loading.verified(), sent)


class _Quads:
    """What is loaded, and how many triples each graph has of it."""

    def __init__(self, snapshot: Snapshot, skolem: bool) -> None:
        self._snapshot, self._skolem = snapshot, skolem
        self.sizes = Counter({name: n for name, n in snapshot.manifest.graphs.items() if n})
        if not snapshot.manifest.default_graph and snapshot.manifest.default_graph_triples:
            self.sizes[""] = snapshot.manifest.default_graph_triples

    def __call__(self) -> Iterator[Quad]:
        quads = read_dump(self._snapshot)
        return skolemised(quads) if self._skolem else quads

    def written(self, folder: Path, names: Sequence[str]) -> Mapping[str, Path]:
        """Files of N-Triples with the quads of these graphs, from one reading of all there are."""
        files = {name: folder / f"{number}.nt" for number, name in enumerate(names)}
        for name, quads in groupby(self(), graph_name) if files else ():
            if name in files:
                with files[name].open("ab") as file:
                    file.writelines(f"{quad.triple} .\n".encode() for quad in quads)
        return files


class _Loading:
    """One run: what is there, what is still to be sent, and what is there in the end."""

    def __init__(
        self,
        quads: _Quads,
        target: Target,
        store: "RemoteStore",
        writer: "Writer",
        announce: Announce,
    ) -> None:
        self._quads, self._target = quads, target
        self._store, self._writer, self._announce = store, writer, announce
        self._before: Counter[str] = Counter()
        self._sent = 0

    def run(self) -> int:
        """Send what is not there; returns how many triples that were."""
        if self._target.protocol is Protocol.gsp:
            self._put_graphs()
            return self._sent
        if self._target.existing is Existing.add:
            self._before = self._counts()
        self._patiently(self._insert)
        return self._sent

    def verified(self) -> dict[str, int]:
        """The counts at the end; raises EndpointFailureError when they are not as they must be."""
        found, expected = self._counts(), self._quads.sizes
        adding = self._target.existing is Existing.add
        for name, count in expected.items():
            least, most = (count, count + self._before[name]) if adding else (count, count)
            if not least <= found[name] <= most:
                raise EndpointFailureError(
                    f"{_called(name)} has {found[name]:,} triples at the endpoint and "
                    f"{count:,} here: what was sent is not what it holds"
                )
        return dict(found)

    def _patiently(self, step: Callable[[], None]) -> None:
        """Do something that goes on where it was broken off, also while the endpoint is away."""
        attempts = 0
        while True:
            begun = self._sent
            try:
                return step()
            except EndpointSlowError:
                # It may be at it still, so that what is there now does not say what will be.
                raise
            except (EndpointAwayError, OverloadedError) as error:
                attempts = 0 if self._sent > begun else attempts
                if attempts == len(self._writer.pauses) or self._target.existing is Existing.add:
                    raise
                pause = self._writer.pauses[attempts]
                self._announce(f"{error}: waiting {pause:.0f} s")
                time.sleep(pause)
                attempts += 1

    def _insert(self) -> None:
        # In one request with the first batch: what is refused then leaves what was there.
        clearing = self._clearing()
        # Whether the last batch was inserted is asked before each further attempt.
        for batch in self._rest():
            self._writer.update(clearing + batch.update())
            clearing = ""
            self._count(len(batch.quads))

    def _clearing(self) -> str:
        """What empties the graphs, unless they are not to be, or were already."""
        if self._target.existing is not Existing.replace or self._sent:
            return ""
        graphs = (f"GRAPH <{name}>" if name else "DEFAULT" for name in self._quads.sizes)
        return "".join(f"CLEAR SILENT {graph} ;\n" for graph in graphs)

    def _rest(self) -> Iterator[Batch]:
        """The batches that are not there yet."""
        made = batches(self._quads, self._target.batch)
        if self._target.existing is Existing.add or self._clearing():
            yield from made
            return
        there = self._counts()
        if there:
            self._pass_over(made, there)
        yield from made

    def _pass_over(self, made: Iterable[Batch], there: Counter[str]) -> None:
        """Pass over the batches that are there; raises UsageError when something else is."""
        passed: Counter[str] = Counter()
        for batch in made:
            passed += batch.sizes
            if passed == there and self._holds(batch):
                return
            if passed.total() >= there.total():
                break
        if there:
            listed = ", ".join(f"{count:,} in {_called(name)}" for name, count in there.items())
            raise UsageError(
                f"there are triples already that no load of these batches gives: {listed}; "
                "--existing replace empties these graphs first, --existing add leaves them"
            )

    def _holds(self, batch: Batch) -> bool:
        """Whether the last triple of a batch is there that has no blank nodes."""
        for quad in reversed(batch.quads):
            if not blank_nodes(quad):
                return bool(self._ask(f"ASK {{ {quad.triple} }}", graph_name(quad)))
        return True

    def _put_graphs(self) -> None:
        if self._target.existing is Existing.add:
            raise UsageError(
                "the Graph Store Protocol replaces graphs: --existing add is for updates"
            )
        missing = list(self._quads.sizes)
        if self._target.existing is Existing.refuse:
            self._patiently(lambda: self._leave_out_what_is_there(missing))
        with TemporaryDirectory() as folder:
            files = self._quads.written(Path(folder), missing)
            self._patiently(lambda: self._put(missing, files))

    def _leave_out_what_is_there(self, missing: list[str]) -> None:
        there = self._counts()
        for name, count in self._quads.sizes.items():
            if there[name] == count:
                missing.remove(name)
            elif there[name]:
                raise UsageError(
                    f"{_called(name)} has {there[name]:,} triples already; "
                    "--existing replace puts these in their place"
                )

    def _put(self, missing: list[str], files: Mapping[str, Path]) -> None:
        while missing:
            with files[missing[0]].open("rb") as triples:
                self._writer.put(missing[0] or None, triples)
            self._count(self._quads.sizes[missing.pop(0)])

    def _counts(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for name in self._quads.sizes:
            rows = self._ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", name)
            assert isinstance(rows, Solutions)  # noqa: S101  # it was a SELECT
            if count := int(rows[0]["n"].value):
                found[name] = count
        return found

    def _ask(self, text: str, graph: str) -> object:
        return self._store.query(text, default_graphs=(graph,) if graph else None)

    def _count(self, sent: int) -> None:
        self._sent += sent
        whole = self._quads.sizes.total()
        self._announce(f"{self._sent:,} of {whole:,} triples sent")


def _called(name: str) -> str:
    return f"<{name}>" if name else "the default graph"
