"""Validation as a whole: shapes checked first, the fast engine where it can, else the reference."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

from tipgraph.errors import UsageError
from tipgraph.reasoning import Entailment, entailed
from tipgraph.validation import query_engine, shacl_engine
from tipgraph.validation.coverage import coverage
from tipgraph.validation.documents import RdfGraph
from tipgraph.validation.extensions import extensions
from tipgraph.validation.inputs import Inputs
from tipgraph.validation.nested import with_causes
from tipgraph.validation.places import placed
from tipgraph.validation.report import ValidationReport
from tipgraph.validation.selection import select
from tipgraph.validation.shapes_graph import check_shapes
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import Targets, spelt_out

_REGIMES: Final[Mapping[Entailment, str]] = {
    Entailment.none: "",
    Entailment.rdfs: "http://www.w3.org/ns/entailment/RDFS",
    Entailment.owl_rl: "http://www.w3.org/ns/entailment/OWL-RDF-Based",
}


class Engine(StrEnum):
    """Which engine validates: the fast one wherever it can, or one by name."""

    auto = "auto"
    shacl = "shacl"
    pyshacl = "pyshacl"


@dataclass(frozen=True, slots=True)
class Options:
    """How to validate.

    Args:
        entailment: What is added to the data before it is validated.
        engine: Which engine.
        positions: Whether results say where they are in the documents.
        coverage: Whether to say how far the shapes reach.
        limit: How many results are kept at most; None for all.
        shape: Which shapes are applied, by IRI or by a name with a prefix; none for all.
        focus: Which nodes of the data are checked, likewise; none for all that are targeted.
    """

    entailment: Entailment = Entailment.none
    engine: Engine = Engine.auto
    positions: bool = True
    coverage: bool = False
    limit: int | None = None
    shape: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()


def validate(
    inputs: Inputs,
    options: Options | None = None,
    *,
    announce: Callable[[str], None] = lambda _: None,
) -> ValidationReport:
    """Validate a data graph against a shapes graph (SHACL Core and SHACL-SPARQL).

    Args:
        inputs: The two graphs.
        options: How; by default without inference, by the fast engine, with positions.
        announce: Is told the name of each step as it begins.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
        ShapesError: The shapes have no defined meaning.
        InconsistencyError: The data contradicts its ontology, under OWL 2 RL.
        UsageError: The engine asked for cannot do what the shapes ask for, or a shape or node that
            was chosen is not there.
        TipgraphError: The engine failed.
    """
    chosen = options or Options()
    data, shapes = inputs.data.merged(inputs.ontology), inputs.shapes
    announce("check the shapes")
    check_shapes(shapes, entailment=_REGIMES[chosen.entailment])
    if chosen.entailment is not Entailment.none:
        announce("infer")
        data = data.extended(entailed(data.triples, chosen.entailment))
    announce("validate")
    selected = select(data, spelt_out(shapes), shape=chosen.shape, focus=chosen.focus)
    report = by_engine(data, selected.shapes, engine=chosen.engine)
    notes = (
        *selected.notes,
        *aimless(selected.shapes),
        *report.notes,
        *inputs.notes,
        *left_out(shapes),
    )
    report = replace(report, notes=notes)
    if chosen.limit is not None:
        report = report.limited(chosen.limit)
    report = with_causes(report, data, shapes, partial(by_engine, engine=chosen.engine))
    if chosen.positions:
        announce("find positions")
        report = placed(report, data, shapes)
    if chosen.coverage:
        announce("count what the shapes reach")
        reach = coverage(
            inputs.data.triples,
            shapes.triples,
            inputs.ontology.triples,
            selected=selected.shapes.triples,
        )
        report = replace(report, coverage=reach)
    return report


def aimless(shapes: RdfGraph) -> Iterator[str]:
    """Say that nothing is validated where no shape has a target, as in a file without shapes."""
    if not Targets(ShapesTriples(shapes.triples)).of_each:
        yield "no shape has a target, so that nothing was validated"


def left_out(shapes: RdfGraph) -> Iterator[str]:
    """Say which features of the shapes are not evaluated by any engine."""
    if names := ", ".join(extensions(shapes)):
        yield f"not part of SHACL Core or SHACL-SPARQL, and not evaluated: {names}"


def by_engine(data: RdfGraph, shapes: RdfGraph, *, engine: Engine) -> ValidationReport:
    """Validate by an engine, or by the reference where the fast one may be wrong.

    Args:
        data: The data graph.
        shapes: The shapes graph, which is well-formed.
        engine: Which engine.

    Raises:
        UsageError: The engine asked for cannot do what the shapes ask for.
    """
    if engine is Engine.pyshacl:
        return _by_reference(data, shapes)
    try:
        queried = query_engine.evaluate(data, shapes)
        return queried.joined(shacl_engine.validate(data, queried.shapes))
    except shacl_engine.UnsupportedError as error:
        if engine is Engine.shacl:
            raise UsageError(f"the engine shacl cannot do this: {error}") from error
        report = _by_reference(data, shapes)
        note = f"validated by pyshacl, since the faster engine cannot do this: {error}"
        return replace(report, notes=(note,))


def _by_reference(data: RdfGraph, shapes: RdfGraph) -> ValidationReport:
    # It takes longer to import than most data takes to validate.
    from tipgraph.validation import pyshacl_engine

    return pyshacl_engine.validate(data, shapes)
