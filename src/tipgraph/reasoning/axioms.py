"""What an ontology may say so that its data rules can be compiled, and what is refused by name."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Store, Triple

from tipgraph.errors import UnsupportedAxiomError
from tipgraph.namespaces import OWL, RDF, RDFS, shorten
from tipgraph.reasoning.closure import RDF_TYPE, VOCABULARIES

# From these OWL 2 RL concludes what no rule here does.
_REFUSED: Final = {
    f"{OWL}{name}": why
    for name, why in {
        "allValuesFrom": "would give types to values",
        "hasKey": "would make things with the same key one thing",
        "maxCardinality": "would make values one thing, or forbid them",
        "maxQualifiedCardinality": "would make values one thing, or forbid them",
        "oneOf": "would give types to the things it lists",
        "distinctMembers": "would forbid that the things it lists are the same",
    }.items()
}
_REFUSED_TYPES: Final = {f"{OWL}AllDifferent": "would forbid that the things it lists are the same"}
# OWL 2 RL has no rule for these: nothing follows from them, here as there.
_WITHOUT_RULE: Final = frozenset(
    f"{OWL}{name}"
    for name in (
        "cardinality",
        "datatypeComplementOf",
        "disjointUnionOf",
        "hasSelf",
        "minCardinality",
        "minQualifiedCardinality",
        "onDataRange",
        "onDatatype",
        "qualifiedCardinality",
        "withRestrictions",
    )
)
AXIOM_PREDICATES: Final = frozenset(
    [f"{RDFS}{name}" for name in ("subClassOf", "subPropertyOf", "domain", "range")]
    + [
        f"{OWL}{name}"
        for name in (
            "complementOf",
            "disjointWith",
            "equivalentClass",
            "equivalentProperty",
            "hasValue",
            "intersectionOf",
            "inverseOf",
            "onProperty",
            "propertyChainAxiom",
            "propertyDisjointWith",
            "someValuesFrom",
            "unionOf",
        )
    ]
    + [*_REFUSED, *_WITHOUT_RULE]
)
AXIOM_TYPES: Final = frozenset(
    f"{OWL}{name}"
    for name in (
        "AllDifferent",
        "AllDisjointClasses",
        "AllDisjointProperties",
        "AsymmetricProperty",
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "IrreflexiveProperty",
        "SymmetricProperty",
        "TransitiveProperty",
    )
)
# The ends at which an axiom names properties.
_PROPERTIES_OF: Final = {
    f"{RDFS}domain": ("subject",),
    f"{RDFS}range": ("subject",),
    f"{RDFS}subPropertyOf": ("subject", "object"),
    f"{OWL}equivalentProperty": ("subject", "object"),
    f"{OWL}inverseOf": ("subject", "object"),
    f"{OWL}onProperty": ("object",),
    f"{OWL}propertyChainAxiom": ("subject",),
    f"{OWL}propertyDisjointWith": ("subject", "object"),
}
# What is itself an axiom, or means something to the rules, is no property of these.
_RULED: Final = frozenset({RDF_TYPE.value, f"{OWL}sameAs", f"{OWL}differentFrom"})


def refuse_unsupported(ontology: Iterable[Triple]) -> tuple[str, ...]:
    """Raise when OWL 2 RL concludes from an axiom what the data rules do not.

    Args:
        ontology: All triples of the ontology.

    Returns:
        The constructs that have no rule in OWL 2 RL and were met, as prefixed names, sorted.

    Raises:
        UnsupportedAxiomError: Axioms are not supported; each is named, with its subject.
    """
    faults: defaultdict[str, list[str]] = defaultdict(list)
    without_rule = set()
    for triple in ontology:
        if triple.predicate.value in _WITHOUT_RULE:
            without_rule.add(shorten(triple.predicate.value))
        elif fault := _fault(triple):
            faults[fault].append(_name(triple.subject))
    if faults:
        lines = [f"- {fault} ({_some(faults[fault])})" for fault in sorted(faults)]
        raise UnsupportedAxiomError(
            "the ontology has axioms that are not supported; without them the result would not be "
            "the whole:\n" + "\n".join(lines)
        )
    return tuple(sorted(without_rule))


class StatedAxioms:
    """The axioms that an ontology states, to which data may add none.

    Args:
        ontology: All triples of the ontology.
    """

    def __init__(self, ontology: Iterable[Triple]) -> None:
        # Data may hold the ontology too, with other names for the nodes without one.
        self._stated = set(map(_nameless, ontology))

    def refuse_others(self, triple: Triple) -> None:
        """Raise when a triple of the data is an axiom that the ontology does not state.

        Raises:
            UnsupportedAxiomError: It is.
        """
        if not is_axiom(triple) or _nameless(triple) in self._stated:
            return
        named = triple.object if triple.predicate == RDF_TYPE else triple.predicate
        raise UnsupportedAxiomError(
            f"the data states an axiom, {_name(named)} of {_name(triple.subject)}, which the "
            "ontology does not: give its file as --ontology of `tipgraph infer`, which may hold "
            "data too"
        )


def is_axiom(triple: Triple) -> bool:
    """Whether rules are compiled from a triple, or it is refused as an axiom."""
    if triple.predicate == RDF_TYPE:
        return isinstance(triple.object, NamedNode) and triple.object.value in AXIOM_TYPES
    return triple.predicate.value in AXIOM_PREDICATES


def resource(term: object) -> NamedNode | BlankNode:
    """A term of an axiom, which must be an IRI or a blank node.

    Raises:
        UnsupportedAxiomError: It is neither.
    """
    if not isinstance(term, NamedNode | BlankNode):
        raise UnsupportedAxiomError(f"the ontology has an axiom about {term}, which is no resource")
    return term


def list_items(store: Store, head: object) -> list[NamedNode | BlankNode]:
    """The items of an RDF list that are no literals, in order.

    Raises:
        UnsupportedAxiomError: It is not a whole list of such items.
    """
    first, rest, nil = NamedNode(f"{RDF}first"), NamedNode(f"{RDF}rest"), NamedNode(f"{RDF}nil")
    items: list[NamedNode | BlankNode] = []
    seen = set()
    while head != nil:
        if not isinstance(head, NamedNode | BlankNode) or head in seen:
            raise UnsupportedAxiomError("the ontology has a list that does not end in rdf:nil")
        seen.add(head)
        item = [quad.object for quad in store.quads_for_pattern(head, first, None)]
        after = [quad.object for quad in store.quads_for_pattern(head, rest, None)]
        if not item and not after:
            raise UnsupportedAxiomError("the ontology has a list that does not end in rdf:nil")
        if len(item) != 1 or len(after) != 1 or not isinstance(item[0], NamedNode | BlankNode):
            raise UnsupportedAxiomError(
                "the ontology has a list with an item that is missing, twice there, or a literal"
            )
        items.append(item[0])
        head = after[0]
    return items


def _fault(triple: Triple) -> str | None:
    """Why a triple of an ontology is refused; None when it is not."""
    subject, predicate, value = triple.subject, triple.predicate.value, triple.object
    if predicate == RDF_TYPE.value and isinstance(value, NamedNode):
        why = _REFUSED_TYPES.get(value.value)
    else:
        why = _REFUSED.get(predicate)
    if why:
        return f"{_name(value) if predicate == RDF_TYPE.value else shorten(predicate)} {why}"
    if built_in := _built_in_class(triple):
        return f"{shorten(predicate)} with {built_in}, whose members have no table"
    nameless = isinstance(subject, BlankNode) and predicate == f"{OWL}inverseOf"
    if predicate in (f"{OWL}inverseOf", f"{OWL}onProperty") and (
        nameless or not isinstance(value, NamedNode)
    ):
        return f"{shorten(predicate)} with a property that has no name"
    properties = (getattr(triple, end) for end in _PROPERTIES_OF.get(predicate, ()))
    if any(map(_is_ruled, properties)):
        return f"{shorten(predicate)} about a property of the rules themselves"
    return None


def _built_in_class(triple: Triple) -> str | None:
    """A class of the vocabularies themselves, where an axiom would conclude from its members."""
    read: dict[str, tuple[object, ...]] = {
        f"{RDFS}subClassOf": (triple.subject,),
        f"{OWL}equivalentClass": (triple.subject, triple.object),
        f"{OWL}someValuesFrom": (triple.object,),
        f"{RDF}first": (triple.object,),
    }
    fine = f"{OWL}Thing" if triple.predicate.value == f"{OWL}someValuesFrom" else f"{OWL}Nothing"
    for term in read.get(triple.predicate.value, ()):
        if (
            isinstance(term, NamedNode)
            and term.value.startswith(VOCABULARIES)
            and term.value != fine
        ):
            return shorten(term.value)
    return None


def _is_ruled(term: object) -> bool:
    return isinstance(term, NamedNode) and (term.value in _RULED or term.value in AXIOM_PREDICATES)


def _nameless(triple: Triple) -> tuple[object, ...]:
    """A triple whose blank nodes are all alike."""
    return tuple(None if isinstance(term, BlankNode) else term for term in triple)


def _some(names: list[str]) -> str:
    listed = sorted(set(names))
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


def _name(term: object) -> str:
    return shorten(term.value) if isinstance(term, NamedNode) else "a nameless expression"
