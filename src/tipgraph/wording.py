"""OWL and SHACL in words: what axioms say of a term, and what a property shape asks for.

A phrase is a tuple of texts and IRIs; whoever shows it puts the things' labels, with links, in
place of the IRIs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.namespaces import OWL, RDF, RDFS, SH, SKOS

Term = NamedNode | BlankNode | Literal | Triple
Phrase = tuple[str | NamedNode, ...]
Row = tuple[str | NamedNode, Phrase]

_NIL: Final = NamedNode(f"{RDF}nil")
_CHARACTERISTICS: Final = {
    f"{OWL}FunctionalProperty": "at most one value",
    f"{OWL}InverseFunctionalProperty": "at most one subject for each value",
    f"{OWL}TransitiveProperty": "passes on along a chain of itself",
    f"{OWL}SymmetricProperty": "holds in both directions",
    f"{OWL}AsymmetricProperty": "never holds in both directions",
    f"{OWL}IrreflexiveProperty": "never holds between a thing and itself",
    f"{OWL}ReflexiveProperty": "holds between everything and itself",
}
# Property of the term itself, and how its values are introduced.
_FORWARD: Final = (
    (f"{RDFS}subClassOf", "A kind of"),
    (f"{OWL}equivalentClass", "The same as"),
    (f"{RDFS}subPropertyOf", "A special case of"),
    (f"{RDFS}domain", "From"),
    (f"{RDFS}range", "To"),
    (f"{OWL}inverseOf", "Inverse of"),
    (f"{OWL}disjointWith", "Nothing is also"),
    (f"{OWL}propertyDisjointWith", "Never together with"),
    (f"{SKOS}inScheme", "In the list"),
    (f"{SKOS}broader", "Broader"),
)
# Property by which others point at the term, and how these are introduced.
_BACKWARD: Final = (
    (f"{RDFS}subPropertyOf", "Special cases"),
    (f"{OWL}inverseOf", "Inverse of"),
    (f"{SKOS}broader", "Narrower"),
)
_VALUES: Final = (
    ("class", ""),
    ("datatype", ""),
    ("hasValue", "the value "),
    ("pattern", "matching "),
    ("minInclusive", "at least "),
    ("maxInclusive", "at most "),
    ("maxLength", "no longer than "),
    ("lessThanOrEquals", "not more than "),
    ("equals", "the same as "),
    ("disjoint", "other than "),
    ("languageIn", "in the language "),
)

# The words before and after the term of a rule's axiom, and whether the conclusion ends the clause.
_RULES: Final = {
    "cax-sco": ("every ", " is also ", True),
    "cax-eqc1": ("", " is the same as ", True),
    "cax-eqc2": ("", " is the same as ", True),
    "prp-spo1": ("", " is a special case of ", True),
    "prp-dom": ("whatever “", "” is said of is ", True),
    "prp-rng": ("whatever “", "” leads to is ", True),
    "prp-symp": ("", f" {_CHARACTERISTICS[f'{OWL}SymmetricProperty']}", False),
    "prp-trp": ("", f" {_CHARACTERISTICS[f'{OWL}TransitiveProperty']}", False),
}


class Statements:
    """Triples, found by subject and predicate or by predicate and object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._forward: dict[tuple[object, str], list[Term]] = defaultdict(list)
        self._backward: dict[tuple[str, object], list[NamedNode | BlankNode]] = defaultdict(list)
        self.predicates: dict[object, set[NamedNode]] = defaultdict(set)
        for triple in sorted(triples, key=str):
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            if isinstance(subject, Triple):
                continue
            self._forward[subject, predicate.value].append(value)
            self._backward[predicate.value, value].append(subject)
            self.predicates[subject].add(predicate)

    def objects(self, subject: object, predicate: str) -> list[Term]:
        """What a thing points at by a predicate."""
        return self._forward.get((subject, predicate), [])

    def subjects(self, predicate: str, value: object) -> list[NamedNode | BlankNode]:
        """What points at a thing by a predicate."""
        return self._backward.get((predicate, value), [])

    def text(self, subject: object, *predicates: str) -> str:
        """The first literal among the values of some predicates; empty when there is none."""
        for predicate in predicates:
            for value in self.objects(subject, predicate):
                if isinstance(value, Literal):
                    return value.value
        return ""

    def typed(self, name: str) -> list[NamedNode]:
        """The named things of a class."""
        found = self.subjects(f"{RDF}type", NamedNode(name))
        return [node for node in found if isinstance(node, NamedNode)]

    def members(self, head: object) -> list[Term]:
        """The members of an RDF list."""
        found: list[Term] = []
        seen: set[object] = set()
        while head != _NIL and head not in seen:
            seen.add(head)
            found += self.objects(head, f"{RDF}first")[:1]
            head = next(iter(self.objects(head, f"{RDF}rest")), _NIL)
        return found


def joined(phrases: Iterable[Phrase], separator: str) -> Phrase:
    """Several phrases as one."""
    whole: list[str | NamedNode] = []
    for phrase in phrases:
        whole += [separator, *phrase] if whole else phrase
    return tuple(whole)


def axioms(known: Statements, term: NamedNode) -> Iterator[Row]:
    """What the axioms of an ontology say of a term: an introduction and a phrase each."""
    for predicate, heading in _FORWARD:
        values = [expression(known, value) for value in known.objects(term, predicate)]
        if values:
            yield heading, joined(values, "; ")
    for predicate, heading in _BACKWARD:
        found = [(node,) for node in known.subjects(predicate, term) if isinstance(node, NamedNode)]
        if found:
            yield heading, joined(found, ", ")
    yield from _below(known, term)
    for value in known.objects(term, f"{RDF}type"):
        if isinstance(value, NamedNode) and value.value in _CHARACTERISTICS:
            yield "Holds like this", (_CHARACTERISTICS[value.value],)
    for chain in _chains(known, term):
        yield "Follows from", chain
    yield from _disjoint(known, term)


def rule(known: Statements, name: str, term: NamedNode, conclusion: NamedNode) -> Phrase:
    """Why the last step to a conclusion is allowed, as a clause.

    Args:
        known: The ontology.
        name: The OWL 2 RL rule, as the profiles specification names it.
        term: The property or class whose axiom the rule applied.
        conclusion: The property of the conclusion; its class, if the conclusion is that something
            is one of these.
    """
    if name in ("prp-inv1", "prp-inv2"):
        others = [term] if term != conclusion else known.objects(term, f"{OWL}inverseOf")
        inverse = joined((expression(known, each) for each in others), " and of ")
        return (conclusion, " is the inverse of ", *inverse)
    if name == "prp-spo2":
        return (conclusion, " follows from ", *joined(_chains(known, term), ", or from "))
    if name == "cax-sco" and term == conclusion:
        unnamed = (
            expression(known, node)
            for node in known.subjects(f"{RDFS}subClassOf", term)
            if isinstance(node, BlankNode)
        )
        return (conclusion, " follows from being ", *joined(unnamed, ", or from being "))
    before, after, ends = _RULES.get(name, ("the axiom of ", "", False))
    return (before, term, after, conclusion) if ends else (before, term, after)


def _chains(known: Statements, term: NamedNode) -> Iterator[Phrase]:
    for chain in known.objects(term, f"{OWL}propertyChainAxiom"):
        steps = (expression(known, step) for step in known.members(chain))
        yield joined(steps, ", then ")


def _below(known: Statements, term: NamedNode) -> Iterator[Row]:
    named = []
    for node in known.subjects(f"{RDFS}subClassOf", term):
        if isinstance(node, NamedNode):
            named.append((node,))
        else:
            yield "Follows from being", expression(known, node)
    if named:
        yield "Kinds", joined(named, ", ")


def _disjoint(known: Statements, term: NamedNode) -> Iterator[Row]:
    others: dict[NamedNode, None] = {}
    for group in known.subjects(f"{RDF}type", NamedNode(f"{OWL}AllDisjointClasses")):
        for members in known.objects(group, f"{OWL}members"):
            named = [node for node in known.members(members) if isinstance(node, NamedNode)]
            if term in named:
                others.update((node, None) for node in named if node != term)
    if others:
        yield "Nothing is also", joined(((node,) for node in others), ", ")


def expression(known: Statements, node: Term) -> Phrase:
    """A class expression, a property expression or a value in words."""
    if isinstance(node, NamedNode):
        return (node,)
    if isinstance(node, Literal):
        return (f"“{node.value}”",)
    if isinstance(node, Triple):
        return "<<( ", *joined((expression(known, each) for each in node), " "), " )>>"
    for predicate, separator in (("intersectionOf", " and "), ("unionOf", " or "), ("oneOf", ", ")):
        for head in known.objects(node, f"{OWL}{predicate}"):
            return joined((expression(known, each) for each in known.members(head)), separator)
    for base in known.objects(node, f"{OWL}inverseOf"):
        return ("the inverse of ", *expression(known, base))
    for other in known.objects(node, f"{OWL}complementOf"):
        return ("not ", *expression(known, other))
    return _restriction(known, node)


def _restriction(known: Statements, node: BlankNode) -> Phrase:
    on = joined(
        (expression(known, each) for each in known.objects(node, f"{OWL}onProperty")), " / "
    )
    for predicate, words in (
        ("someValuesFrom", " some "),
        ("allValuesFrom", " only "),
        ("hasValue", " "),
        ("maxCardinality", " at most "),
        ("minCardinality", " at least "),
        ("cardinality", " exactly "),
    ):
        for value in known.objects(node, f"{OWL}{predicate}"):
            return (*on, words, *expression(known, value))
    return on or ("an unnamed class",)


def path(known: Statements, node: Term) -> Phrase:
    """A property path in words (SHACL, 2.3.1)."""
    if isinstance(node, NamedNode):
        return (node,)
    if known.objects(node, f"{RDF}first"):
        return joined((path(known, step) for step in known.members(node)), " / ")
    for name, words in (
        ("inversePath", "inverse of "),
        ("zeroOrMorePath", "any number of times "),
        ("oneOrMorePath", "once or more "),
        ("zeroOrOnePath", "perhaps "),
    ):
        for inner in known.objects(node, f"{SH}{name}"):
            return (words, *path(known, inner))
    for head in known.objects(node, f"{SH}alternativePath"):
        return joined((path(known, each) for each in known.members(head)), " or ")
    return ("an unnamed path",)


def cardinality(known: Statements, shape: Term) -> str:
    """How many values a property shape asks for, as in `1..*`."""
    least = known.text(shape, f"{SH}minCount", f"{SH}qualifiedMinCount") or "0"
    most = known.text(shape, f"{SH}maxCount", f"{SH}qualifiedMaxCount") or "*"
    return least if least == most else f"{least}..{most}"


def values(known: Statements, shape: Term) -> Phrase:
    """What a property shape asks of each value."""
    found: list[Phrase] = []
    for name, words in _VALUES:
        for value in known.objects(shape, f"{SH}{name}"):
            listed = known.members(value) if isinstance(value, BlankNode) else [value]
            said = joined((expression(known, each) for each in listed), ", ")
            found.append((words, *said) if words else said)
    for value in known.objects(shape, f"{SH}nodeKind"):
        if isinstance(value, NamedNode):
            found.append((value.value.removeprefix(SH),))
    for head in known.objects(shape, f"{SH}in"):
        choices = (expression(known, each) for each in known.members(head))
        found.append(("one of ", *joined(choices, ", ")))
    return joined(found, "; ")
