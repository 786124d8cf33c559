"""The command `infer`: what follows from data and an ontology, and why."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from pyoxigraph import Quad, RdfFormat, Triple, serialize

from tipgraph import dataset
from tipgraph.bulk import stream_quads
from tipgraph.cli.options import (
    LONGEST,
    Data,
    Infer,
    SkipErrors,
    StoreUrl,
    Union,
    inputs_of,
    opened,
    output_stream,
)
from tipgraph.cli.progress import progress
from tipgraph.describe import run
from tipgraph.errors import InputSyntaxError, UsageError
from tipgraph.infer import SECONDS, Target, infer_at
from tipgraph.loader import Existing
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, GRAPH_ONTOLOGY, PREFIXES
from tipgraph.reasoning import CompiledOntology, Materialisation
from tipgraph.reasoning.derivation import Step
from tipgraph.reasoning.explanation import as_triples, folded, in_words, statement
from tipgraph.settings import Settings
from tipgraph.store import EmbeddedStore
from tipgraph.syntax import parse_rdf
from tipgraph.why import prover

if TYPE_CHECKING:
    from tipgraph.store.remote import RemoteStore


class InferredFormat(StrEnum):
    """How triples are written."""

    ttl = "ttl"
    nt = "nt"
    nq = "nq"


_RDF_FORMATS: Final = {
    InferredFormat.ttl: RdfFormat.TURTLE,
    InferredFormat.nt: RdfFormat.N_TRIPLES,
    InferredFormat.nq: RdfFormat.N_QUADS,
}


@dataclass(frozen=True)
class _Proofs:
    """Tells why triples hold, inferred here or in a store."""

    why: Callable[[Triple], dict[Triple, Step] | None]
    is_asserted: Callable[[Triple], bool]


def infer_command(
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="RDF files, their graphs taken together. Without any, the shipped data, or with "
            "--ontology what the ontology says of things.",
        ),
    ] = None,
    ontology: Annotated[
        list[Path] | None,
        typer.Option(
            "--ontology",
            "-o",
            metavar="FILE",
            help="A file of axioms, and data if it has some; repeatable. Without it, ours.",
        ),
    ] = None,
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence",
            help="Write as well which claims each triple rests on, as tip:InferredStatement.",
        ),
    ] = False,
    why: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TRIPLE",
            help="Prove this inferred triple instead: '<s> <p> <o>', or with the prefixes of "
            "the project; repeatable.",
        ),
    ] = None,
    data_format: Annotated[
        InferredFormat | None,
        typer.Option("--format", help="Without it ttl, or with --why words."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a file instead of standard output.")
    ] = None,
    stored: Data = None,
    union_default_graph: Union = False,
    skip_errors: SkipErrors = False,
    infer: Infer = False,
    store_url: StoreUrl = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="URL",
            help="Infer in this engine instead, from what it holds; its address for updates.",
        ),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            "--query", metavar="URL", help="Its address for queries, if that cannot be told."
        ),
    ] = None,
    graph: Annotated[
        list[str] | None,
        typer.Option(metavar="IRI", help="Read this named graph of it and no other; repeatable."),
    ] = None,
    existing: Annotated[
        Existing | None,
        typer.Option(help="What happens if it has inferred triples already; without it, refuse."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            help="Seconds it may work on one request; without it, 300.", min=0.001, max=LONGEST
        ),
    ] = None,
) -> None:
    """Write what follows from RDF by OWL 2 RL, or why a triple does: exit 1 if it does not.

    With --why, --data FILE --infer or --store URL names a graph that holds its conclusions:
    they are not drawn again, so that a proof takes no longer from a large graph.
    With --to, an engine infers from its own graphs, and keeps what follows.
    """
    wanted = [_asked(text) for text in why or []]
    if to is not None:
        of_stored = stored or store_url or union_default_graph or skip_errors or infer
        if data or wanted or of_stored or evidence or data_format or output:
            raise UsageError("--to takes no FILE, and none of the options for files and proofs")
        replace = _replaces(existing or Existing.refuse)
        _infer_at(Target(to, query, tuple(graph or ()), replace, timeout or SECONDS), ontology)
        return
    if query or graph or existing or timeout:
        raise UsageError("--query, --graph, --existing and --timeout need --to URL")
    if evidence and wanted:
        raise UsageError("--evidence and --why exclude each other: a proof names no claims")
    inputs = inputs_of(stored, union_default_graph, skip_errors, infer)
    settings = Settings.from_environment(store_url=store_url)
    if stored or store_url or (wanted and settings.store_url and not (data or ontology)):
        if data or not wanted:
            raise UsageError("--data and --store need --why, and no FILE")
        with opened(inputs, settings) as store:
            proves = _stored_proofs(store, ontology)
            held = _explain(proves, wanted, data_format, output)
    else:
        held = _infer(data, ontology, wanted, evidence, data_format, output)
    raise typer.Exit(0 if held else 1)


def _infer(
    data: list[Path] | None,
    ontology: list[Path] | None,
    wanted: list[Triple],
    evidence: bool,
    data_format: InferredFormat | None,
    output: Path | None,
) -> bool:
    """Infer from files, and write what follows or the proofs; whether all that is wanted holds."""
    with progress() as announce:
        announce("compile the ontology")
        asserted: set[Triple] = set()
        compiled = CompiledOntology.compile(_noting(_ontology(ontology), wanted, asserted))
        announce("infer")
        read = _noting(_data(data, shipped=not ontology), wanted, asserted)
        closure = Materialisation(compiled, read, evidence=evidence)
        _note_without_rule(compiled)
        announce("write")
        if wanted:
            proves = _Proofs(closure.why, asserted.__contains__)
            return _explain(proves, wanted, data_format, output)
        found = chain(closure.triples(), closure.statements() if evidence else ())
        _write(found, data_format or InferredFormat.ttl, output)
        return True


def _infer_at(target: Target, ontology: list[Path] | None) -> None:
    with progress() as announce:
        announce("compile the ontology")
        compiled = CompiledOntology.compile(_ontology(ontology))
        settings = Settings.from_environment()
        drawn = infer_at(target, compiled, settings, announce=announce)
    _note_without_rule(compiled)
    typer.echo(f"{drawn.triples:>10,} triples at the endpoint in {GRAPH_INFERRED.value}")


def _replaces(existing: Existing) -> bool:
    if existing is Existing.add:
        raise UsageError("--existing add is for load: what was inferred before may not follow now")
    return existing is Existing.replace


def _note_without_rule(compiled: CompiledOntology) -> None:
    for name in compiled.without_rule:
        typer.echo(f"note: OWL 2 RL has no rule for {name}: nothing follows from it", err=True)


def _ontology(files: list[Path] | None) -> Iterator[Triple]:
    if not files:
        return (quad.triple for quad in dataset.read_shipped(GRAPH_ONTOLOGY))
    return (quad.triple for path in files for quad in dataset.read_quads(path))


def _data(files: list[Path] | None, *, shipped: bool) -> Iterator[Triple]:
    if files:
        for path in files:
            yield from (quad.triple for quad in stream_quads(path))
    elif shipped:
        yield from (quad.triple for quad in dataset.read_shipped(GRAPH_DATA))


def _noting(
    triples: Iterator[Triple], wanted: list[Triple], found: set[Triple]
) -> Iterator[Triple]:
    """The same triples; those that are wanted are noted as they pass."""
    for triple in triples:
        if triple in wanted:
            found.add(triple)
        yield triple


def _asked(text: str) -> Triple:
    declared = "".join(f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items())
    try:
        quads = parse_rdf(f"{declared}\n{text} .", RdfFormat.TURTLE, "--why")
    except InputSyntaxError as error:
        raise UsageError(f"--why {text}: {error.reason}; write '<s> <p> <o>'") from error
    if len(quads) != 1:
        raise UsageError(f"--why {text}: give one triple, as in '<s> <p> <o>'")
    return quads[0].triple


def _stored_proofs(store: "EmbeddedStore | RemoteStore", ontology: list[Path] | None) -> _Proofs:
    made = prover(store.manifest, _ontology(ontology))
    return _Proofs(
        lambda triple: run(store, made.why(triple)),
        lambda triple: run(store, made.is_asserted(triple)),
    )


def _explain(
    proofs_of: _Proofs,
    wanted: list[Triple],
    data_format: InferredFormat | None,
    output: Path | None,
) -> bool:
    """Write the proofs; whether every triple has one or was asserted."""
    proofs = {}
    missing = False
    for triple in wanted:
        proof = proofs_of.why(triple)
        if proof is not None:
            proofs[triple] = folded(proof)
        elif proofs_of.is_asserted(triple):
            typer.echo(f"{statement(triple)}\n  was asserted, not inferred", err=True)
        else:
            missing = True
            typer.echo(f"{statement(triple)}\n  does not follow by any rule", err=True)
    if data_format is None:
        text = "\n".join(in_words(proof) for proof in proofs.values())
        with output_stream(output) as stream:
            stream.write(text.encode())
    else:
        triples = dict.fromkeys(each for proof in proofs.values() for each in as_triples(proof))
        _write(triples, data_format, output)
    return not missing


def _write(triples: Iterable[Triple], data_format: InferredFormat, output: Path | None) -> None:
    """Write triples, Turtle sorted and the rest as they come, so that any number can be."""
    found: Iterable[Triple] | Iterable[Quad] = triples
    if data_format is InferredFormat.ttl:
        found = sorted(triples, key=str)
    elif data_format is InferredFormat.nq:
        found = (Quad(t.subject, t.predicate, t.object, GRAPH_INFERRED) for t in triples)
    form, prefixes = _RDF_FORMATS[data_format], dict(PREFIXES)
    with output_stream(output) as stream:
        serialize(found, stream, form, prefixes=prefixes)
