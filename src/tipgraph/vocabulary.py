"""The ontology and the shapes as one: for each term all that is known of it, from every side.

Definitions and axioms come from the ontology, cardinalities from the shapes, uses and examples from
the data, and the questions that use it from the catalogue of questions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import DCTERMS, OWL, RDF, RDFS, SH, SKOS, TIP, VS, shorten
from tipgraph.wording import (
    Phrase,
    Row,
    Statements,
    axioms,
    cardinality,
    expression,
    joined,
    path,
    values,
)

# The kinds of terms, in the order in which they are listed.
_KINDS: Final = (
    (f"{OWL}Class", "Class", "Classes"),
    (f"{OWL}ObjectProperty", "Property", "Properties between things"),
    (f"{OWL}DatatypeProperty", "Property", "Properties with values"),
    (f"{OWL}AnnotationProperty", "Property", "Annotations"),
    (f"{RDFS}Datatype", "Datatype", "Datatypes"),
    (f"{SKOS}ConceptScheme", "List", "Controlled lists"),
    (f"{SKOS}Concept", "Entry", "Entries of the lists"),
)
_LABELS: Final = (f"{RDFS}label", f"{SKOS}prefLabel", f"{DCTERMS}title")
_NOTES: Final = (
    (f"{SKOS}scopeNote", "Note"),
    (f"{SKOS}example", "For example"),
    (f"{SKOS}editorialNote", "Note of the editors"),
    (f"{SKOS}notation", "Code"),
)
# What the page says elsewhere, or in words.
_SAID: Final = frozenset(
    (
        *_LABELS,
        *(predicate for predicate, _ in _NOTES),
        f"{RDF}type",
        f"{SKOS}definition",
        f"{RDFS}comment",
        f"{RDFS}isDefinedBy",
        f"{VS}term_status",
        f"{RDFS}subClassOf",
        f"{RDFS}subPropertyOf",
        f"{RDFS}domain",
        f"{RDFS}range",
        f"{OWL}inverseOf",
        f"{OWL}equivalentClass",
        f"{OWL}disjointWith",
        f"{OWL}propertyDisjointWith",
        f"{OWL}propertyChainAxiom",
        f"{SKOS}inScheme",
        f"{SKOS}topConceptOf",
        f"{SKOS}broader",
    )
)
_NAME: Final = re.compile(r"\btip:([A-Za-z]\w*)")
# A shape for nearly everything says nothing about any one class.
_MANY: Final = 8


@dataclass(frozen=True, slots=True)
class PropertyShape:
    """What a shape asks of one path.

    Args:
        node: The property shape.
        path: The path in words.
        cardinality: How many values there may be, as in `1..*`.
        values: What each value has to be, in words.
        message: What is said to data that does not conform.
    """

    node: NamedNode | BlankNode
    path: Phrase
    cardinality: str
    values: Phrase
    message: str


@dataclass(frozen=True, slots=True)
class SparqlConstraint:
    """What a shape asks for in SPARQL.

    Args:
        node: The constraint.
        message: What is said to data that does not conform.
        select: The query, which finds what does not conform.
    """

    node: NamedNode | BlankNode
    message: str
    select: str


@dataclass(frozen=True, slots=True)
class NodeShape:
    """A shape and what it asks of what it applies to.

    Args:
        node: The shape.
        label: Its name.
        comment: What it is for.
        targets: What it applies to, in words.
        properties: What it asks of each path.
        queries: Its further constraints, in SPARQL.
    """

    node: NamedNode
    label: str
    comment: str
    targets: Phrase
    properties: tuple[PropertyShape, ...]
    queries: tuple[SparqlConstraint, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """How the data uses a term.

    Args:
        asserted: How often in what is asserted.
        inferred: How often with what is inferred.
        examples: A few things or triples that use it, in words.
    """

    asserted: int = 0
    inferred: int = 0
    examples: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the ontology and all that is known of it.

    Args:
        node: The term.
        label: Its name.
        kind: What it is, in a word.
        definition: What it means.
        status: How settled it is.
        deprecated: Whether it is not to be used any more.
        rows: Axioms, notes and everything else that the ontology says, in words.
        shapes: What the shapes ask of it: of each path, for a class; by each class, for a property.
        use: How the data uses it.
        questions: Slugs of the questions that use it.
    """

    node: NamedNode
    label: str
    kind: str
    definition: str
    status: str
    deprecated: bool
    rows: tuple[Row, ...]
    shapes: tuple[tuple[NamedNode, PropertyShape], ...]
    use: Use
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """An ontology together with its shapes, and what they are used for.

    Args:
        ontology: The triples of the ontology.
        shapes: The triples of the shapes.
        uses: How the data uses each term.
        questions: Slug and query text of each question.
    """

    ontology: Sequence[Triple]
    shapes: Sequence[Triple]
    uses: Mapping[NamedNode, Use] = field(default_factory=dict)
    questions: Sequence[tuple[str, str]] = ()

    def groups(self) -> Iterator[tuple[str, list[Term]]]:
        """The kinds of terms, each with its terms, sorted by label."""
        known = Statements(self.ontology)
        constraints = self._constraints()
        asked = self._asked()
        seen: set[NamedNode] = set()
        for name, kind, heading in _KINDS:
            nodes = [node for node in known.typed(name) if self._is_own(node) and node not in seen]
            seen.update(nodes)
            terms = [
                Term(
                    node,
                    label_of(known, node),
                    kind,
                    known.text(node, f"{SKOS}definition", f"{RDFS}comment"),
                    known.text(node, f"{VS}term_status"),
                    known.text(node, f"{OWL}deprecated") == "true",
                    tuple(_rows(known, node)),
                    tuple(constraints.get(node, ())),
                    self.uses.get(node, Use()),
                    tuple(asked.get(node.value, ())),
                )
                for node in nodes
            ]
            if terms:
                yield heading, sorted(terms, key=lambda term: term.label.casefold())

    def node_shapes(self) -> list[NodeShape]:
        """The shapes that apply to something, sorted by label."""
        known = Statements(self.shapes)
        found = [_node_shape(known, node) for node in known.typed(f"{SH}NodeShape")]
        return sorted(found, key=lambda shape: shape.label.casefold())

    def labels(self) -> dict[NamedNode, str]:
        """The label of everything that has one."""
        return {
            node: label
            for triples in (self.shapes, self.ontology)
            for known in (Statements(triples),)
            for node in known.predicates
            if isinstance(node, NamedNode) and (label := known.text(node, *_LABELS))
        }

    def _is_own(self, node: NamedNode) -> bool:
        return node.value.startswith(TIP)

    def _constraints(self) -> dict[NamedNode, list[tuple[NamedNode, PropertyShape]]]:
        """Per class the property shapes for it, per property those that speak of it."""
        known = Statements(self.shapes)
        found: dict[NamedNode, list[tuple[NamedNode, PropertyShape]]] = {}
        for shape in known.typed(f"{SH}NodeShape"):
            targets = _nodes(known.objects(shape, f"{SH}targetClass"))
            asked = _node_shape(known, shape).properties
            for target in targets if len(targets) < _MANY else ():
                for each in asked:
                    found.setdefault(target, []).append((target, each))
                    for step in each.path:
                        if isinstance(step, NamedNode):
                            found.setdefault(step, []).append((target, each))
        return found

    def _asked(self) -> dict[str, list[str]]:
        """Per term the questions whose queries name it."""
        found: dict[str, list[str]] = {}
        for slug, query in self.questions:
            for name in dict.fromkeys(_NAME.findall(query)):
                found.setdefault(TIP + name, []).append(slug)
        return found


def label_of(known: Statements, node: NamedNode) -> str:
    """What a thing is called; its short IRI when it has no label."""
    return known.text(node, *_LABELS) or shorten(node.value)


def _rows(known: Statements, node: NamedNode) -> Iterator[Row]:
    yield from axioms(known, node)
    for predicate, heading in _NOTES:
        for value in known.objects(node, predicate):
            yield heading, expression(known, value)
    entries = [(entry,) for entry in _nodes(known.subjects(f"{SKOS}inScheme", node))]
    if entries:
        yield "Entries", joined(entries, ", ")
    for other in sorted(known.predicates[node], key=str):
        if other.value not in _SAID:
            said = (expression(known, value) for value in known.objects(node, other.value))
            yield other, joined(said, ", ")


def _node_shape(known: Statements, node: NamedNode) -> NodeShape:
    targets = [
        (*words, *expression(known, value))
        for name, words in (
            ("targetClass", ()),
            ("targetNode", ()),
            ("targetSubjectsOf", ("what has ",)),
            ("targetObjectsOf", ("values of ",)),
        )
        for value in known.objects(node, f"{SH}{name}")
    ]
    return NodeShape(
        node,
        label_of(known, node),
        known.text(node, f"{RDFS}comment"),
        joined(targets, ", "),
        tuple(_property_shape(known, each) for each in _parts(known, node, "property")),
        tuple(_sparql_constraint(known, each) for each in _parts(known, node, "sparql")),
    )


def _parts(known: Statements, node: NamedNode, name: str) -> Iterator[NamedNode | BlankNode]:
    for each in known.objects(node, f"{SH}{name}"):
        if isinstance(each, NamedNode | BlankNode):
            yield each


def _sparql_constraint(known: Statements, node: NamedNode | BlankNode) -> SparqlConstraint:
    message, select = (known.text(node, f"{SH}{name}") for name in ("message", "select"))
    return SparqlConstraint(node, message, select.strip())


def _property_shape(known: Statements, node: NamedNode | BlankNode) -> PropertyShape:
    paths = [path(known, each) for each in known.objects(node, f"{SH}path")]
    return PropertyShape(
        node,
        joined(paths, ", "),
        cardinality(known, node),
        values(known, node),
        known.text(node, f"{SH}message"),
    )


def _nodes(terms: Iterable[object]) -> list[NamedNode]:
    return [term for term in terms if isinstance(term, NamedNode)]
