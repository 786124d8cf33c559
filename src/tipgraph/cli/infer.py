"""The command `infer`: what follows from data and an ontology, and why."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from pyoxigraph import Quad, RdfFormat, Triple, serialize

from tipgraph import dataset
from tipgraph.bulk import stream_quads
from tipgraph.cli.options import output_stream
from tipgraph.cli.progress import progress
from tipgraph.errors import InputSyntaxError, UsageError
from tipgraph.namespaces import GRAPH_DATA, GRAPH_INFERRED, GRAPH_ONTOLOGY, PREFIXES
from tipgraph.reasoning import CompiledOntology, Materialisation
from tipgraph.reasoning.explanation import as_triples, folded, in_words, statement
from tipgraph.syntax import parse_rdf


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
) -> None:
    """Write what follows from RDF by OWL 2 RL, or why a triple does: exit 1 if it does not."""
    wanted = [_asked(text) for text in why or []]
    with progress() as announce:
        announce("compile the ontology")
        compiled = CompiledOntology.compile(_ontology(ontology))
        announce("infer")
        closure = Materialisation(compiled, _data(data, shipped=not ontology))
        for name in compiled.without_rule:
            typer.echo(f"note: OWL 2 RL has no rule for {name}: nothing follows from it", err=True)
        announce("write")
        if wanted:
            held = _explain(closure, wanted, data_format, output)
        else:
            held = True
            _write(closure.triples(), data_format or InferredFormat.ttl, output)
    raise typer.Exit(0 if held else 1)


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


def _asked(text: str) -> Triple:
    declared = "".join(f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items())
    try:
        quads = parse_rdf(f"{declared}\n{text} .", RdfFormat.TURTLE, "--why")
    except InputSyntaxError as error:
        raise UsageError(f"--why {text}: {error.reason}; write '<s> <p> <o>'") from error
    if len(quads) != 1:
        raise UsageError(f"--why {text}: give one triple, as in '<s> <p> <o>'")
    return quads[0].triple


def _explain(
    closure: Materialisation,
    wanted: list[Triple],
    data_format: InferredFormat | None,
    output: Path | None,
) -> bool:
    """Write the proofs; whether every triple has one or was asserted."""
    proofs = {}
    missing = False
    for triple in wanted:
        proof = closure.why(triple)
        if proof is not None:
            proofs[triple] = folded(proof)
        elif closure.is_asserted(triple):
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
