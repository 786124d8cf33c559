"""What an ontology forbids, checked on tables of facts.

The axioms of classes and properties that can only contradict are checked here in the words of
`clash_rules`. Not checked at this size: `owl:differentFrom`, negative property assertions, and
whether literals are values of their datatypes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from pyoxigraph import NamedNode, Store

from tipgraph.namespaces import OWL
from tipgraph.reasoning.axioms import list_items, resource
from tipgraph.reasoning.closure import RDF_TYPE, SAME_AS
from tipgraph.reasoning.data_rules import Fact
from tipgraph.reasoning.tables import Facts, Resource, Table, ends, link

_NOTHING: Final = NamedNode(f"{OWL}Nothing")


@dataclass(frozen=True)
class Constraint:
    """One thing that must not be.

    Args:
        rule: The name of the rule that OWL 2 RL has for it, such as `cax-dw`.
        tables: Of what.
        find: Finds the facts of these that cannot hold together.
    """

    rule: str
    tables: tuple[Table, ...]
    find: Callable[..., Iterator[tuple[Fact, ...]]]

    def violations(self) -> Iterator[tuple[Fact, ...]]:
        """The facts that cannot hold together."""
        return self.find(*self.tables)


def constraints(schema: Store, facts: Facts) -> tuple[Constraint, ...]:
    """The constraints of an ontology.

    Args:
        schema: Its closed schema.
        facts: The tables to check; those that are needed are made.
    """
    return tuple(_Reader(schema, facts).constraints())


class _Reader:
    def __init__(self, schema: Store, facts: Facts) -> None:
        self._schema = schema
        self._facts = facts
        self._same_as = facts.links(SAME_AS)

    def constraints(self) -> Iterator[Constraint]:
        yield Constraint("cls-nothing2", (self._facts.members(_NOTHING),), _all)
        members, links = self._facts.members, self._facts.links
        for rule, name, table in (
            ("cax-dw", "disjointWith", members),
            ("cls-com", "complementOf", members),
            ("prp-pdw", "propertyDisjointWith", links),
        ):
            for one, other in self._pairs(name):
                yield Constraint(rule, (table(one), table(other)), _common)
        for rule, name, table in (
            ("cax-adc", "AllDisjointClasses", members),
            ("prp-adp", "AllDisjointProperties", links),
        ):
            for listed in self._lists(name):
                for one, other in combinations(listed, 2):
                    yield Constraint(rule, (table(one), table(other)), _common)
        for rule, name, find in (
            ("prp-irp", "IrreflexiveProperty", _loops),
            ("prp-asyp", "AsymmetricProperty", _both_ways),
            ("prp-fp", "FunctionalProperty", self._several_values),
            ("prp-ifp", "InverseFunctionalProperty", self._several_holders),
        ):
            for prop in self._typed(name):
                yield Constraint(rule, (links(prop),), find)

    def _several_values(self, table: Table) -> Iterator[tuple[Fact, ...]]:
        for subject, values in table.shared_subjects():
            for one, other in combinations(sorted(values), 2):
                if not self._are_same(one, other):
                    yield (table, link(subject, one)), (table, link(subject, other))

    def _several_holders(self, table: Table) -> Iterator[tuple[Fact, ...]]:
        for value, subjects in table.shared_objects():
            for one, other in combinations(sorted(subjects), 2):
                if not self._are_same(one, other):
                    yield (table, link(one, value)), (table, link(other, value))

    def _are_same(self, one: int, other: int) -> bool:
        reached, open_things = {one}, [one]
        while open_things:
            thing = open_things.pop()
            found = {*self._same_as.objects(thing), *self._same_as.subjects(thing)} - reached
            reached |= found
            open_things += found
        return other in reached

    def _pairs(self, name: str) -> Iterator[tuple[Resource, Resource]]:
        for quad in self._schema.quads_for_pattern(None, NamedNode(f"{OWL}{name}"), None):
            yield resource(quad.subject), resource(quad.object)

    def _lists(self, name: str) -> Iterator[list[Resource]]:
        for node in self._typed(name):
            for quad in self._schema.quads_for_pattern(node, NamedNode(f"{OWL}members"), None):
                yield list_items(self._schema, quad.object)

    def _typed(self, name: str) -> Iterator[Resource]:
        for quad in self._schema.quads_for_pattern(None, RDF_TYPE, NamedNode(f"{OWL}{name}")):
            yield resource(quad.subject)


def _all(table: Table) -> Iterator[tuple[Fact, ...]]:
    return (((table, key),) for key in table.steps)


def _common(one: Table, other: Table) -> Iterator[tuple[Fact, ...]]:
    return (((one, key), (other, key)) for key in one.steps.keys() & other.steps.keys())


def _loops(table: Table) -> Iterator[tuple[Fact, ...]]:
    for key in table.steps:
        subject, value = ends(key)
        if subject == value:
            yield ((table, key),)


def _both_ways(table: Table) -> Iterator[tuple[Fact, ...]]:
    for key in table.steps:
        subject, value = ends(key)
        back = link(value, subject)
        if key <= back and back in table.steps:
            yield (table, key), (table, back)
