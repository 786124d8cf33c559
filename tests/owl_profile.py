"""What OWL 2 RL and OWL 2 DL forbid and a small ontology is likely to do, found in an RDF graph.

A checker for the axioms that tipgraph's ontology may use, not for OWL at large: what it does not
know it reports. See https://www.w3.org/TR/owl2-profiles/#OWL_2_RL (the grammar of section 4.2) and
https://www.w3.org/TR/owl2-syntax/#Axioms (sections 3 and 11).
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

_XSD_NAMES: Final = (
    "decimal",
    "integer",
    "nonNegativeInteger",
    "nonPositiveInteger",
    "positiveInteger",
    "negativeInteger",
    "long",
    "int",
    "short",
    "byte",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
    "float",
    "double",
    "string",
    "normalizedString",
    "token",
    "language",
    "Name",
    "NCName",
    "NMTOKEN",
    "boolean",
    "hexBinary",
    "base64Binary",
    "anyURI",
    "dateTime",
    "dateTimeStamp",
)
# The datatypes of OWL 2 RL, section 4.2.2; xsd:date, xsd:gYear and xsd:duration are not among them.
DATATYPES: Final = {
    RDF.PlainLiteral,
    RDF.XMLLiteral,
    RDF.langString,
    RDFS.Literal,
    *(XSD[name] for name in _XSD_NAMES),
}
PROPERTY_KINDS: Final = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
# Characteristics that section 11.2 allows only for properties without chains or transitivity.
SIMPLE_ONLY: Final = {
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.IrreflexiveProperty,
    OWL.AsymmetricProperty,
}
FORBIDDEN_CLASSES: Final = {OWL.ReflexiveProperty}
FORBIDDEN_PROPERTIES: Final = {OWL.hasSelf, OWL.disjointUnionOf, OWL.onDatatype, OWL.onProperties}


def violations(graph: Graph) -> list[str]:
    """Everything in the ontology's axioms that is outside OWL 2 RL or OWL 2 DL, as sentences."""
    return sorted({*_Profile(graph).violations(), *_Properties(graph).violations()})


def undeclared(graph: Graph) -> list[str]:
    """IRIs used as a class, a property or a datatype without the declaration that DL asks for."""
    return sorted({*_Declarations(graph).missing()})


def short(node: Node) -> str:
    """A node as a reader of the ontology knows it."""
    return str(node).rpartition("#")[2] if isinstance(node, URIRef) else str(node)


class _Profile:
    """Class expressions in the places where the grammar of OWL 2 RL allows them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def violations(self) -> Iterator[str]:
        graph = self._graph
        for subject, value in graph.subject_objects(RDFS.subClassOf):
            yield from self._at(subject, self._is_sub, "the subclass", value)
            yield from self._at(value, self._is_super, "the superclass", subject)
        for subject, value in graph.subject_objects(OWL.equivalentClass):
            for side in (subject, value):
                yield from self._at(side, self._is_equivalent, "an equivalent class", subject)
        for subject, value in graph.subject_objects(OWL.disjointWith):
            for side in (subject, value):
                yield from self._at(side, self._is_sub, "a disjoint class", subject)
        for end in (RDFS.domain, RDFS.range):
            for subject, value in graph.subject_objects(end):
                if (subject, RDF.type, OWL.DatatypeProperty) in graph and end == RDFS.range:
                    if value not in DATATYPES:
                        yield f"{short(subject)}: {short(value)} is no datatype of OWL 2 RL"
                else:
                    yield from self._at(value, self._is_super, f"the {short(end)}", subject)
        for kind in FORBIDDEN_CLASSES:
            for subject in graph.subjects(RDF.type, kind):
                yield f"{short(subject)}: {short(kind)} is not in OWL 2 RL"
        for predicate in FORBIDDEN_PROPERTIES:
            for subject, _ in graph.subject_objects(predicate):
                yield f"{short(subject)}: {short(predicate)} is not in OWL 2 RL"

    def _at(
        self, node: Node, allowed: Callable[[Node], bool], place: str, other: Node
    ) -> Iterator[str]:
        if not allowed(node):
            named = [short(n) for n in (other, node) if isinstance(n, URIRef)]
            yield f"{' '.join(named) or 'anonymous'}: not allowed as {place} in OWL 2 RL"

    def _is_named(self, node: Node) -> bool:
        return isinstance(node, URIRef) and node != OWL.Thing

    def _is_sub(self, node: Node) -> bool:
        if not isinstance(node, BNode):
            return self._is_named(node)
        filler = self._graph.value(node, OWL.someValuesFrom)
        return (
            self._operands(node, OWL.intersectionOf, self._is_sub)
            or self._operands(node, OWL.unionOf, self._is_sub)
            or (filler is not None and (filler == OWL.Thing or self._is_sub(filler)))
            or self._has(node, OWL.hasValue)
            or self._has(node, OWL.oneOf)
        )

    def _is_super(self, node: Node) -> bool:
        if not isinstance(node, BNode):
            return self._is_named(node)
        filler = self._graph.value(node, OWL.allValuesFrom)
        maximum = self._graph.value(node, OWL.maxCardinality)
        complement = self._graph.value(node, OWL.complementOf)
        return (
            self._operands(node, OWL.intersectionOf, self._is_super)
            or (filler is not None and self._is_super(filler))
            or (complement is not None and self._is_sub(complement))
            or self._has(node, OWL.hasValue)
            or (isinstance(maximum, Literal) and int(maximum) <= 1)
        )

    def _is_equivalent(self, node: Node) -> bool:
        if not isinstance(node, BNode):
            return self._is_named(node)
        return self._operands(node, OWL.intersectionOf, self._is_equivalent) or self._has(
            node, OWL.hasValue
        )

    def _has(self, node: Node, predicate: URIRef) -> bool:
        return self._graph.value(node, predicate) is not None

    def _operands(self, node: Node, predicate: URIRef, allowed: Callable[[Node], bool]) -> bool:
        operands = self._graph.value(node, predicate)
        return operands is not None and all(
            allowed(operand) for operand in Collection(self._graph, operands)
        )


class _Properties:
    """The global restrictions of OWL 2 DL on properties: simple where asked, chains regular."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def violations(self) -> Iterator[str]:
        graph = self._graph
        for kind in SIMPLE_ONLY:
            for subject in graph.subjects(RDF.type, kind):
                if subject in self._composite:
                    yield f"{short(subject)}: {short(kind)}, but not simple"
        for pair in graph.subject_objects(OWL.propertyDisjointWith):
            for side in pair:
                if side in self._composite:
                    yield f"{short(side)}: disjoint with a property, but not simple"
        for subject in set(self._before):
            if subject in self._reached(subject):
                yield f"{short(subject)}: its chains go in a circle"
        kinds = [(kind, set(graph.subjects(RDF.type, kind))) for kind in PROPERTY_KINDS]
        for index, (_, members) in enumerate(kinds):
            for _, others in kinds[index + 1 :]:
                for subject in members & others:
                    yield f"{short(subject)}: two kinds of property at once"

    @cached_property
    def _chains(self) -> list[tuple[Node, list[Node]]]:
        return [
            (subject, list(Collection(self._graph, chain)))
            for subject, chain in self._graph.subject_objects(OWL.propertyChainAxiom)
        ]

    def _inverses(self, node: Node) -> set[Node]:
        return {
            *self._graph.objects(node, OWL.inverseOf),
            *self._graph.subjects(OWL.inverseOf, node),
        }

    @cached_property
    def _composite(self) -> set[Node]:
        """Section 11.1: what chains or transitivity imply, with inverses and superproperties."""
        found: set[Node] = {
            *(subject for subject, _ in self._chains),
            *self._graph.subjects(RDF.type, OWL.TransitiveProperty),
        }
        while True:
            grown = set(found)
            for node in found:
                grown |= self._inverses(node)
                grown |= set(self._graph.objects(node, RDFS.subPropertyOf))
            if grown == found:
                return found
            found = grown

    @cached_property
    def _before(self) -> dict[Node, set[Node]]:
        """Section 11.2: for each property those that must come before it in a regular order."""
        before: dict[Node, set[Node]] = {}
        for subject, chain in self._chains:
            inner = chain[1:] if chain[0] == subject else chain
            inner = inner[:-1] if inner and inner[-1] == subject else inner
            before.setdefault(subject, set()).update(inner)
        for subject, value in self._graph.subject_objects(RDFS.subPropertyOf):
            if value not in self._inverses(subject):
                before.setdefault(value, set()).add(subject)
        return before

    def _reached(self, start: Node) -> set[Node]:
        found: set[Node] = set()
        waiting = [start]
        while waiting:
            node = waiting.pop()
            inverses = self._inverses(node)
            for previous in (
                set().union(*(self._before.get(n, set()) for n in (node, *inverses))) - found
            ):
                found.add(previous)
                waiting.append(previous)
        return found


class _Declarations:
    """Section 5.8.2: every entity of another vocabulary is declared by the kind it is used as."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def missing(self) -> Iterator[str]:
        for kind, used in (
            ("class", self._classes()),
            ("property", self._used_properties()),
            ("datatype", self._datatypes()),
        ):
            for node in used:
                if isinstance(node, URIRef) and not self._is_declared(node, kind):
                    yield f"{node} is used as a {kind} and not declared"

    def _classes(self) -> Iterator[Node]:
        graph = self._graph
        for predicate in (RDFS.subClassOf, OWL.equivalentClass, OWL.someValuesFrom, RDFS.domain):
            for pair in graph.subject_objects(predicate):
                yield pair[1]
        yield from graph.objects(None, RDF.type)
        for subject, value in graph.subject_objects(RDFS.range):
            if (subject, RDF.type, OWL.ObjectProperty) in graph:
                yield value

    def _used_properties(self) -> Iterator[Node]:
        yield from self._graph.predicates()
        yield from self._graph.objects(None, OWL.onProperty)

    def _datatypes(self) -> Iterator[Node]:
        for subject, value in self._graph.subject_objects(RDFS.range):
            if (subject, RDF.type, OWL.DatatypeProperty) in self._graph:
                yield value

    def _is_declared(self, node: URIRef, kind: str) -> bool:
        if _is_built_in(node):
            return True
        kinds = set(self._graph.objects(node, RDF.type))
        if kind == "property":
            return bool(kinds & set(PROPERTY_KINDS))
        return (OWL.Class if kind == "class" else RDFS.Datatype) in kinds


def _is_built_in(node: URIRef) -> bool:
    """Whether the IRI belongs to the language itself: RDF, RDFS, OWL or its datatypes."""
    return str(node).startswith((str(RDF), str(RDFS), str(OWL), str(XSD)))
