"""The compiled rules, and what an ontology forbids, as triple patterns of SPARQL.

What the compiled rules join in tables, an engine joins by graph patterns.
"""

import re
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Triple

from tipgraph.reasoning.closure import RDF_TYPE, SAME_AS
from tipgraph.reasoning.constraints import Constraint
from tipgraph.reasoning.data_rules import (
    Chain,
    DataRule,
    HasValueLink,
    HasValueMember,
    Range,
    Reversal,
    SomeValues,
)
from tipgraph.reasoning.in_store.workspace import SAME, Row, inside
from tipgraph.reasoning.tables import Facts, Table, Term

# What has no name in the ontology has one while it is in the engine, which could not be told
# otherwise which node is meant.
NAMELESS: Final = "urn:x-tipgraph:nameless:"
_NO_LITERAL: Final = "FILTER(!isLiteral(?y))"


@dataclass(frozen=True)
class Atom:
    """A triple pattern for the facts of a table.

    Args:
        table: The members of a class, or the links of a property.
        subject: The variable for the member, or the subject of the link.
        value: The object of the link: a variable, or a term.
    """

    table: Table
    subject: str = "?x"
    value: str | Term = "?y"

    def __str__(self) -> str:
        if self.table.is_class:
            return f"{self.subject} {RDF_TYPE} {named(self.table.term)}"
        value = self.value if isinstance(self.value, str) else named(self.value)
        return f"{self.subject} {self.table.term} {value}"

    def triple(self, row: Row) -> Triple:
        """The triple that it is in a row of a result."""
        subject, term = row[self.subject[1:]], self.table.term
        if self.table.is_class or isinstance(term, BlankNode):
            return Triple(subject, RDF_TYPE, term)
        value = row[self.value[1:]] if isinstance(self.value, str) else self.value
        return Triple(subject, term, value)


@dataclass(frozen=True)
class Together:
    """Facts that hold together.

    Args:
        body: A triple pattern for each; of a rule, in the order of its body.
        condition: FILTERs, or nothing.
        unless_same: Variables whose values may be declared the same by way of other things, which
            `condition` does not say; then nothing is wrong.
    """

    body: tuple[Atom, ...]
    condition: str = ""
    unless_same: tuple[str, str] | None = None


@dataclass(frozen=True)
class Patterns:
    """A rule as patterns.

    Args:
        premises: What has to hold.
        head: The conclusion.
    """

    premises: Together
    head: Atom


def patterns_of(rule: DataRule, facts: Facts) -> Patterns:
    """A rule as patterns.

    Args:
        rule: The rule.
        facts: The tables it was compiled for, which know its values.
    """
    body, head = rule.body, rule.head
    match rule:
        case Reversal():
            return Patterns(Together((Atom(body[0]),), _NO_LITERAL), Atom(head, "?y", "?x"))
        case Range():
            return Patterns(Together((Atom(body[0]),), _NO_LITERAL), Atom(head, "?y"))
        case HasValueMember():
            return Patterns(Together((Atom(body[0], "?x", facts.terms[rule.value]),)), Atom(head))
        case HasValueLink():
            return Patterns(Together((Atom(body[0]),)), Atom(head, "?x", facts.terms[rule.value]))
        case SomeValues():
            return Patterns(Together((Atom(body[0]), Atom(body[1], "?y"))), Atom(head))
        case Chain():
            ends = [f"?x{number}" for number in range(len(body) + 1)]
            links = Together(tuple(map(Atom, body, ends, ends[1:])))
            return Patterns(links, Atom(head, ends[0], ends[-1]))
    # The others are about the same thing, or the same link, throughout.
    return Patterns(Together(tuple(map(Atom, body))), Atom(head))


def forbidden(constraint: Constraint) -> Together:
    """What cannot hold together by a constraint, in patterns."""
    table = constraint.tables[0]
    match constraint.rule:
        case "prp-irp":
            return Together((Atom(table, "?x", "?x"),))
        case "prp-asyp":
            return Together((Atom(table), Atom(table, "?y", "?x")))
        case "prp-fp":
            return _two(table, shared="?x")
        case "prp-ifp":
            return _two(table, shared="?y")
    return Together(tuple(map(Atom, constraint.tables)))


def named(term: Term) -> str:
    """A term as SPARQL writes it, a nameless one of the ontology by the name that it has here."""
    match term:
        case BlankNode():
            return f"<{NAMELESS}{term.value}>"
        case Triple():
            return f"<<( {named(term.subject)} {term.predicate} {named(term.object)} )>>"
    return str(term)


def nameless_again(text: str) -> str:
    """A text in which the nameless terms of the ontology are written as blank nodes."""
    return re.sub(f"<{NAMELESS}([^>]*)>", r"_:\1", text)


def _two(table: Table, *, shared: str) -> Together:
    """Two links of a thing where there may be one, unless their other ends are one thing.

    Names are unique, so that what is linked as `owl:sameAs` alone is excepted.
    """
    if shared == "?x":
        body, ends = (Atom(table), Atom(table, "?x", "?z")), ("?y", "?z")
    else:
        body, ends = (Atom(table), Atom(table, "?z", "?y")), ("?x", "?z")
    linked = [inside(SAME, f"{one} {SAME_AS} {other}") for one, other in (ends, ends[::-1])]
    unlinked = " ".join(f"FILTER NOT EXISTS {{ {each} }}" for each in linked)
    return Together(body, f"FILTER(!sameTerm({ends[0]}, {ends[1]})) {unlinked}", ends)
