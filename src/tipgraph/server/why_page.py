"""A proof as its page and its JSON show it: step by step, each conclusion before its premises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from tipgraph.namespaces import GRAPH_INFERRED, RDF
from tipgraph.reasoning.derivation import Step
from tipgraph.reasoning.explanation import as_triples
from tipgraph.reasoning.tables import Term
from tipgraph.server.addresses import with_parameters
from tipgraph.server.shown import Display, Shown
from tipgraph.turtle import terms_within
from tipgraph.wording import Statements, rule

_TYPE: Final = NamedNode(f"{RDF}type")

Proof = Mapping[Triple, Step]
Stated = tuple[Shown, Shown, Shown]


@dataclass(frozen=True, slots=True)
class Premise:
    """A premise of a step.

    Args:
        stated: What it says.
        step: The number of the step that proves it; 0 if it was asserted.
    """

    stated: Stated
    step: int


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of a proof.

    Args:
        conclusion: What it proves.
        because: The clause that allows it.
        rule: The rule, as the OWL 2 profiles specification names it.
        premises: What it proves that from.
    """

    conclusion: Stated
    because: tuple[Shown, ...]
    rule: str
    premises: tuple[Premise, ...]


class WhyPage:
    """A proof for people.

    Args:
        proof: The proof, without class expressions that have no name.
        display: Shows its terms.
        ontology: The axioms that it rests on.
    """

    def __init__(self, proof: Proof, display: Display, ontology: Statements) -> None:
        self._display = display
        self._ontology = ontology
        numbers = {conclusion: number for number, conclusion in enumerate(proof, start=1)}
        self.steps = tuple(
            ShownStep(
                self._stated(conclusion),
                self._because(conclusion, step),
                step.rule,
                tuple(Premise(self._stated(p), numbers.get(p, 0)) for p in step.premises),
            )
            for conclusion, step in proof.items()
        )

    @property
    def heading(self) -> Stated:
        """What is proved."""
        return self.steps[0].conclusion

    def _stated(self, triple: Triple) -> Stated:
        predicate = triple.predicate
        return (
            self._display.shown(triple.subject),
            Shown("is one of") if predicate == _TYPE else self._display.property(predicate),
            self._display.shown(triple.object),
        )

    def _because(self, conclusion: Triple, step: Step) -> tuple[Shown, ...]:
        of_type = conclusion.predicate == _TYPE
        about = conclusion.object if of_type else conclusion.predicate
        if not isinstance(step.axiom, NamedNode) or not isinstance(about, NamedNode):
            return ()
        return self._display.phrase(rule(self._ontology, step.rule, step.axiom, about))


def terms_of(proof: Proof) -> Iterator[NamedNode]:
    """What a page has to call by a name."""
    for triple in as_triples(proof):
        for term in terms_within(triple):
            if isinstance(term, NamedNode):
                yield term


def quads_of(proof: Proof) -> list[Quad]:
    """The triples of a proof, those that were inferred in their graph."""
    return [
        Quad(t.subject, t.predicate, t.object, GRAPH_INFERRED if t in proof else DefaultGraph())
        for t in as_triples(proof)
    ]


def members(proof: Proof) -> dict[str, Any]:
    """A proof as JSON has it, terms as in SPARQL 1.1 Query Results JSON Format, 3.2.2."""
    return {
        "steps": [
            {
                "conclusion": _members(conclusion),
                "rule": step.rule,
                "axiom": _term(step.axiom),
                "premises": [{**_members(p), "inferred": p in proof} for p in step.premises],
            }
            for conclusion, step in proof.items()
        ]
    }


def why_address(triple: Triple, root: str, form: str = "") -> str:
    """The local path that tells why a triple was inferred; empty where none can name it.

    Args:
        triple: The triple.
        root: The local path of the home page.
        form: The name of a format; empty to negotiate.
    """
    subject, value = triple.subject, triple.object
    if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
        return ""
    parameters = [
        ("subject", subject.value),
        ("predicate", triple.predicate.value),
        ("object", value.value if isinstance(value, NamedNode) else str(value)),
    ]
    return with_parameters(f"{root}why", parameters + ([("format", form)] if form else []))


def _members(triple: Triple) -> dict[str, Any]:
    return {
        "subject": _term(triple.subject),
        "predicate": _term(triple.predicate),
        "object": _term(triple.object),
    }


def _term(term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        return {"type": "triple", "value": _members(term)}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
