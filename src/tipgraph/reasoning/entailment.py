"""Entailment regimes by name: what is added to a graph before it is looked at."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from pyoxigraph import NamedNode, Triple

from tipgraph.errors import InconsistencyError
from tipgraph.namespaces import OWL, RDF, RDFS, XSD

_VOCABULARIES: Final = (RDF, RDFS, OWL, XSD)


class Entailment(StrEnum):
    """An entailment regime (https://www.w3.org/TR/sparql11-entailment/), or none."""

    none = "none"
    rdfs = "rdfs"
    owl_rl = "owl-rl"


def entailed(asserted: Iterable[Triple], regime: Entailment) -> list[Triple]:
    """What follows from triples under a regime, and is not among them.

    Args:
        asserted: The triples, schema and data together.
        regime: The regime.

    Raises:
        InconsistencyError: The triples contradict each other under OWL 2 RL.
    """
    given = list(asserted)
    if regime is Entailment.none:
        return []
    # RDFLib takes a while to import, and most graphs are validated as they are.
    from tipgraph.reasoning import owlrl_engine

    if regime is Entailment.rdfs:
        closure = owlrl_engine.close_rdfs(given)
    else:
        closure = owlrl_engine.close(given)
        if closure.contradictions:
            raise InconsistencyError(
                "the data contradicts its ontology: " + "; ".join(closure.contradictions)
            )
    added = closure.triples.difference(given)
    return sorted((triple for triple in added if _is_about_data(triple)), key=str)


def _is_about_data(triple: Triple) -> bool:
    """Whether it says something of other things than the vocabularies of the regimes."""
    return not (
        isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(_VOCABULARIES)
    )
