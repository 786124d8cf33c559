"""An ontology compiled: its axioms as rules over tables of facts.

The schema is closed first, by the rules between axioms. Then each axiom that says something about
things becomes one rule with its classes and properties as constants. Superclasses and
superproperties that follow from others in between need no rule of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

from pyoxigraph import NamedNode, Quad, Store, Triple

from tipgraph.namespaces import OWL, RDFS
from tipgraph.reasoning.axioms import list_items, refuse_unsupported, resource
from tipgraph.reasoning.closure import RDF_TYPE, VOCABULARIES
from tipgraph.reasoning.constraints import Constraint, constraints
from tipgraph.reasoning.data_rules import (
    Chain,
    DataRule,
    Domain,
    HasValueLink,
    HasValueMember,
    Inclusion,
    Intersection,
    Range,
    Reversal,
    SomeValues,
)
from tipgraph.reasoning.derivation import Derivation, derive
from tipgraph.reasoning.lexical import restored
from tipgraph.reasoning.tables import Facts, Resource

_SUBCLASS_OF: Final = f"{RDFS}subClassOf"
_SUBPROPERTY_OF: Final = f"{RDFS}subPropertyOf"
_THING: Final = NamedNode(f"{OWL}Thing")
_NOTHING: Final = NamedNode(f"{OWL}Nothing")


@dataclass(frozen=True)
class CompiledOntology:
    """An ontology whose data rules are known.

    Args:
        schema: Its triples and what follows among its axioms.
        rules: The rules about things.
        constraints: What it forbids.
        facts: The tables that both read and the rules write, without any fact yet.
        without_rule: Constructs in it that OWL 2 RL has no rule for, as prefixed names.
    """

    schema: Derivation
    rules: tuple[DataRule, ...]
    constraints: tuple[Constraint, ...]
    facts: Facts
    without_rule: tuple[str, ...]

    @classmethod
    def compile(cls, triples: Iterable[Triple]) -> Self:
        """Compile the axioms of an ontology.

        Args:
            triples: All its triples; things in it are data too.

        Raises:
            UnsupportedAxiomError: OWL 2 RL concludes from an axiom what the rules do not.
        """
        asserted = frozenset(triples)
        without_rule = refuse_unsupported(asserted)
        schema = derive(asserted, schema_only=True)
        facts = Facts()
        rules = tuple(_Compiler(schema.store, facts).rules())
        return cls(schema, rules, constraints(schema.store, facts), facts, without_rule)

    def rules_in_full(self) -> Iterator[DataRule]:
        """Every rule by which OWL 2 RL takes one step from things to things.

        `rules` have the same closure, and take several steps where one of these would do. Still
        left out are cls-int2 and cls-uni: cax-sco takes the same steps, by axioms that follow.
        """
        return _Compiler(self.schema.store, self.facts).rules_in_full()


class _Compiler:
    """Reads axioms from a closed schema, one method for each kind of rule."""

    def __init__(self, store: Store, facts: Facts) -> None:
        self._store = store
        self._members = facts.members
        self._links = facts.links
        self._terms = facts.terms

    def rules(self) -> Iterator[DataRule]:
        for narrow, wide in _reduced(self._pairs(_SUBCLASS_OF)):
            yield from self._subclass("cax-sco", _named(narrow, wide), narrow, wide)
        for narrow, wide in _reduced(self._pairs(_SUBPROPERTY_OF)):
            yield self._subproperty(narrow, wide)
        yield from self._without_hierarchies()

    def rules_in_full(self) -> Iterator[DataRule]:
        for narrow, wide in self._pairs(_SUBCLASS_OF):
            if narrow != wide:
                yield from self._subclass("cax-sco", _named(narrow, wide), narrow, wide)
        for narrow, wide in self._pairs(_SUBPROPERTY_OF):
            if narrow != wide:
                yield self._subproperty(narrow, wide)
        for one, other in self._pairs(f"{OWL}equivalentClass"):
            yield from self._subclass("cax-eqc1", _named(one, other), one, other)
            yield from self._subclass("cax-eqc2", _named(one, other), other, one)
        yield from self._without_hierarchies()

    def _without_hierarchies(self) -> Iterator[DataRule]:
        yield from self._ends()
        yield from self._directions()
        yield from self._chains()
        yield from self._restrictions()
        yield from self._intersections()

    def _subclass(
        self, name: str, axiom: Resource, narrow: Resource, wide: Resource
    ) -> Iterator[DataRule]:
        if narrow != _NOTHING and not _is_idle(wide):
            yield Inclusion(name, axiom, (self._members(narrow),), self._members(wide))

    def _subproperty(self, narrow: Resource, wide: Resource) -> DataRule:
        return Inclusion("prp-spo1", narrow, (self._links(narrow),), self._links(wide))

    def _ends(self) -> Iterator[DataRule]:
        for prop, found in self._pairs(f"{RDFS}domain"):
            if not _is_idle(found):
                yield Domain("prp-dom", prop, (self._links(prop),), self._members(found))
        for prop, found in self._pairs(f"{RDFS}range"):
            if not _is_idle(found):
                body = (self._links(prop),)
                yield Range("prp-rng", prop, body, self._members(found), self._terms)

    def _directions(self) -> Iterator[DataRule]:
        for one, other in self._pairs(f"{OWL}inverseOf"):
            tables = self._links(one), self._links(other)
            yield Reversal("prp-inv1", one, tables[:1], tables[1], self._terms)
            if one != other:
                yield Reversal("prp-inv2", one, tables[1:], tables[0], self._terms)
        for prop in self._typed("SymmetricProperty"):
            table = self._links(prop)
            yield Reversal("prp-symp", prop, (table,), table, self._terms)

    def _chains(self) -> Iterator[DataRule]:
        for prop in self._typed("TransitiveProperty"):
            table = self._links(prop)
            yield Chain("prp-trp", prop, (table, table), table)
        for prop, head in self._pairs(f"{OWL}propertyChainAxiom"):
            body = tuple(map(self._links, list_items(self._store, head)))
            if body:
                yield Chain("prp-spo2", prop, body, self._links(prop))

    def _restrictions(self) -> Iterator[DataRule]:
        for expression, filler in self._pairs(f"{OWL}someValuesFrom"):
            for prop in self._properties_of(expression):
                links, head = self._links(prop), self._members(expression)
                if filler == _THING:
                    yield Domain("cls-svf2", prop, (links,), head)
                else:
                    yield SomeValues("cls-svf1", prop, (links, self._members(filler)), head)
        for quad in self._quads(f"{OWL}hasValue"):
            (value,) = restored((quad.object,))
            number = self._terms.number(value)
            for prop in self._properties_of(quad.subject):
                links, members = self._links(prop), self._members(resource(quad.subject))
                yield HasValueLink("cls-hv1", prop, (members,), links, number)
                yield HasValueMember("cls-hv2", prop, (links,), members, number)

    def _intersections(self) -> Iterator[DataRule]:
        for expression, head in self._pairs(f"{OWL}intersectionOf"):
            parts = list_items(self._store, head)
            if parts:
                body = tuple(map(self._members, parts))
                axiom = _named(expression, parts[0])
                yield Intersection("cls-int1", axiom, body, self._members(expression))

    def _properties_of(self, expression: object) -> list[Resource]:
        pairs = self._pairs(f"{OWL}onProperty")
        return [prop for subject, prop in pairs if subject == expression]

    def _typed(self, name: str) -> list[Resource]:
        found = self._store.quads_for_pattern(None, RDF_TYPE, NamedNode(f"{OWL}{name}"))
        return sorted((resource(quad.subject) for quad in found), key=str)

    def _pairs(self, predicate: str) -> list[tuple[Resource, Resource]]:
        quads = self._quads(predicate)
        return [(resource(quad.subject), resource(quad.object)) for quad in quads]

    def _quads(self, predicate: str) -> list[Quad]:
        found = self._store.quads_for_pattern(None, NamedNode(predicate), None)
        return sorted(found, key=str)


def _reduced(pairs: list[tuple[Resource, Resource]]) -> list[tuple[Resource, Resource]]:
    """A transitive relation without the pairs that follow from others strictly in between."""
    above = defaultdict(set)
    for narrow, wide in pairs:
        above[narrow].add(wide)

    def follows(narrow: Resource, wide: Resource) -> bool:
        return any(
            wide in above[middle] and narrow not in above[middle] and middle not in above[wide]
            for middle in above[narrow]
            if middle not in (narrow, wide) and middle in above
        )

    return [(low, high) for low, high in pairs if low != high and not follows(low, high)]


def _is_idle(term: Resource) -> bool:
    """Whether to be in a class tells nothing: no rule reads it, and no reader is told."""
    return isinstance(term, NamedNode) and term != _NOTHING and term.value.startswith(VOCABULARIES)


def _named(first: Resource, second: Resource) -> Resource:
    return first if isinstance(first, NamedNode) else second
