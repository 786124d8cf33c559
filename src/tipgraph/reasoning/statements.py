"""An InferredStatement node for each inferred triple that rests on claims.

It says by which rule and from which claims the triple follows, and how strong the weakest of them
is: without it, inference would launder "reportedly" into fact. Every inferred triple in our
vocabulary (a predicate of the ontology, or `rdf:type` with a class of it) that rests on a claim has
exactly one.

Premises that no claim says (types, entries of controlled lists) are background: they are not cited,
and they weaken nothing. What follows from background alone, such as that a border-guard group is a
group of persons, has no claim to cite and therefore no statement. Nor has a triple in another
vocabulary, which an alignment repeats from ours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from tipgraph.namespaces import BASE, OWL, PROV, RDFS, SKOS, TIP
from tipgraph.reasoning.closure import RDF_TYPE
from tipgraph.reasoning.evidence import ClaimEvidence
from tipgraph.reasoning.tables import Resource

INFERRED: Final = f"{BASE}inferred/"

_LABEL: Final = NamedNode(f"{RDFS}label")
LABELS: Final = frozenset({_LABEL, NamedNode(f"{SKOS}prefLabel")})
_SUBCLASS_OF: Final = NamedNode(f"{RDFS}subClassOf")
_DERIVED_FROM: Final = NamedNode(f"{PROV}wasDerivedFrom")
_INFERRED_STATEMENT: Final = NamedNode(f"{TIP}InferredStatement")


def statement_iri(triple: Triple) -> NamedNode:
    """The IRI of an inferred triple's statement: a digest of the triple's N-Triples line.

    The line is taken without its line ending.
    """
    digest = sha256(f"{triple} .".encode()).hexdigest()
    return NamedNode(f"{INFERRED}{digest[:16]}")


def is_ours(triple: Triple) -> bool:
    """Whether an inferred triple gets a statement if it rests on claims."""
    term = triple.object if triple.predicate == RDF_TYPE else triple.predicate
    return isinstance(term, NamedNode) and term.value.startswith(TIP)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an inferred triple holds, as its statement says it.

    Args:
        rule: The rule of the last step, as named by the OWL 2 profiles specification.
        axiom: The property or class whose axiom licenses it; None for one without a name.
        claims: The claims that the triple rests on, each with its hedge.
    """

    rule: str
    axiom: NamedNode | None
    claims: Mapping[Resource, ClaimEvidence]


@dataclass(frozen=True)
class StatementWriter:
    """Writes the statements of inferred triples.

    Args:
        label: Tells the label of a term, None if it has none.
        types: The classes of a statement: InferredStatement and those above it.
    """

    label: Callable[[NamedNode], str | None]
    types: frozenset[NamedNode]

    def write(self, triple: Triple, reason: Reason) -> Iterator[Triple]:
        """The triples of one statement."""
        node = statement_iri(triple)
        for found in self.types:
            yield Triple(node, RDF_TYPE, found)
        yield Triple(node, _LABEL, Literal(self._label(triple), language="en"))
        yield Triple(node, _tip("claimSubject"), triple.subject)
        yield Triple(node, _tip("claimPredicate"), triple.predicate)
        is_value = isinstance(triple.object, Literal)
        yield Triple(node, _tip("claimValue" if is_value else "claimObject"), triple.object)
        yield Triple(node, _tip("ruleName"), Literal(reason.rule))
        if reason.axiom is not None:
            yield Triple(node, _tip("rule"), reason.axiom)
        yield from self._evidence(node, reason.claims)

    def _evidence(
        self, node: NamedNode, claims: Mapping[Resource, ClaimEvidence]
    ) -> Iterator[Triple]:
        read = claims.values()
        strength = min(hedge.strength for hedge in read)
        weakest = (hedge.evidentialities for hedge in read if hedge.strength == strength)
        for evidentiality in frozenset().union(*weakest):
            yield Triple(node, _tip("evidentiality"), evidentiality)
        for claim in claims:
            yield Triple(node, _DERIVED_FROM, claim)
        if any(hedge.scope_ambiguous for hedge in read):
            yield Triple(node, _tip("scopeAmbiguous"), Literal(True))

    def _label(self, triple: Triple) -> str:
        predicate = "is one of" if triple.predicate == RDF_TYPE else self._name(triple.predicate)
        return f"{self._name(triple.subject)} {predicate} {self._name(triple.object)}"

    def _name(self, term: NamedNode | BlankNode | Literal | Triple) -> str:
        if not isinstance(term, NamedNode):
            return term.value if isinstance(term, Literal) else str(term)
        label = self.label(term)
        return term.value.rpartition("#")[2].rpartition("/")[2] if label is None else label


def labels_in(triples: Iterable[Triple]) -> dict[NamedNode, str]:
    """The label of each labelled term, the first by alphabet if it has several."""
    labels: dict[NamedNode, str] = {}
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if predicate in LABELS and isinstance(subject, NamedNode) and isinstance(value, Literal):
            labels[subject] = min(labels.get(subject, value.value), value.value)
    return labels


def statement_types(schema: Store) -> frozenset[NamedNode]:
    """InferredStatement and the classes above it, by the closed axioms of an ontology."""
    types = {_INFERRED_STATEMENT}
    for quad in schema.quads_for_pattern(_INFERRED_STATEMENT, _SUBCLASS_OF, None):
        if isinstance(quad.object, NamedNode) and not quad.object.value.startswith((OWL, RDFS)):
            types.add(quad.object)
    return frozenset(types)


def _tip(name: str) -> NamedNode:
    return NamedNode(f"{TIP}{name}")
