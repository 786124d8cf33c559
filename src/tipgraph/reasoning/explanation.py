"""A proof in words and as triples."""

from collections.abc import Iterator, Mapping

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import shorten
from tipgraph.reasoning.closure import RDF_TYPE
from tipgraph.reasoning.derivation import Step


def folded(proof: Mapping[Triple, Step]) -> dict[Triple, Step]:
    """A proof without the steps through class expressions that have no name.

    Each such premise gives way to the premises that it follows from.

    Args:
        proof: Conclusion to step, the triple that is proved first.
    """
    return {
        conclusion: Step(step.rule, step.axiom, tuple(dict.fromkeys(_visible(step, proof))))
        for conclusion, step in proof.items()
        if not _is_nameless(conclusion)
    }


def in_words(proof: Mapping[Triple, Step]) -> str:
    """A proof as lines of text: each conclusion with its rule, axiom and premises."""
    return "\n".join(line for each in proof.items() for line in _lines(*each, proof)) + "\n"


def as_triples(proof: Mapping[Triple, Step]) -> dict[Triple, None]:
    """Every triple of a proof, conclusions first."""
    premises = (premise for step in proof.values() for premise in step.premises)
    return dict.fromkeys([*proof, *premises])


def statement(triple: Triple) -> str:
    """A triple as Turtle with the project's prefixes."""
    return " ".join(_term(term) for term in (triple.subject, triple.predicate, triple.object))


def _visible(step: Step, proof: Mapping[Triple, Step]) -> Iterator[Triple]:
    for premise in step.premises:
        if _is_nameless(premise) and premise in proof:
            yield from _visible(proof[premise], proof)
        else:
            yield premise


def _is_nameless(triple: Triple) -> bool:
    return triple.predicate == RDF_TYPE and isinstance(triple.object, BlankNode)


def _lines(conclusion: Triple, step: Step, proof: Mapping[Triple, Step]) -> Iterator[str]:
    axiom = f"the axiom of {_term(step.axiom)}" if isinstance(step.axiom, NamedNode) else "an axiom"
    yield statement(conclusion)
    yield f"  follows by {step.rule} and {axiom} from"
    for premise in step.premises:
        yield f"    {statement(premise)} ({'inferred' if premise in proof else 'asserted'})"


def _term(term: object) -> str:
    return shorten(term.value) if isinstance(term, NamedNode) else str(term)
