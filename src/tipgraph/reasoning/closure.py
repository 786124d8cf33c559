"""What of an OWL 2 RL closure is worth keeping.

Kept are inferred triples about things (their types and links) and the hierarchy among our own
terms (`rdfs:subClassOf`, `rdfs:subPropertyOf`). Left out, because they tell a reader nothing:

- what was asserted anyway;
- class expressions and other blank nodes, literals as subjects;
- the reflexive (a thing the same as itself, a group its own subgroup) and `owl:Thing`;
- schema vocabulary: domains, ranges, equivalences and declarations that repeat each other, and
  the hierarchy of other vocabularies;
- whatever mentions an alias, the object of an asserted `owl:sameAs`: OWL RL copies every statement
  about a state onto its IRI in another dataset, claims included.
"""

from collections.abc import Iterable, Set
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import OWL, RDF, RDFS, TIP, XSD

RDF_TYPE: Final = NamedNode(f"{RDF}type")
SAME_AS: Final = NamedNode(f"{OWL}sameAs")
HIERARCHY: Final = frozenset({NamedNode(f"{RDFS}subClassOf"), NamedNode(f"{RDFS}subPropertyOf")})
VOCABULARIES: Final = (RDF, RDFS, OWL, XSD)


def informative(closure: Iterable[Triple], asserted: Set[Triple]) -> frozenset[Triple]:
    """The inferred triples of a closure that a reader can use.

    Args:
        closure: Asserted and inferred triples together.
        asserted: The triples that the closure started from.
    """
    aliases = {t.object for t in asserted if t.predicate == SAME_AS}
    return frozenset(
        triple
        for triple in closure
        if tells(triple)
        and triple not in asserted
        and triple.subject not in aliases
        and triple.object not in aliases
    )


def tells(triple: Triple) -> bool:
    """Whether an inferred triple tells a reader anything, aliases aside."""
    subject, predicate, value = triple.subject, triple.predicate, triple.object
    if not isinstance(subject, NamedNode) or subject.value.startswith(VOCABULARIES):
        return False
    if predicate == RDF_TYPE:
        return isinstance(value, NamedNode) and not value.value.startswith(VOCABULARIES)
    if predicate in HIERARCHY:
        return subject != value and _ours(subject) and _ours(value)
    return (
        subject != value
        and not predicate.value.startswith(VOCABULARIES)
        and not isinstance(value, BlankNode)
    )


def _ours(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(TIP)
