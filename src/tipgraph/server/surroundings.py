"""What stands around a description, for its page alone: what its statements lean on or contradict.

A description says which claims a conclusion follows from; how sure these are is said here. Likewise
the claims that conflict with those about a thing, the passages before and after one, and those of a
document with the number of claims that rest on each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from tipgraph.describe import Describer, Description, Plan
from tipgraph.namespaces import OA, PROV, TIP

_DERIVED_FROM: Final = f"{PROV}wasDerivedFrom"
_STATES: Final = f"{TIP}claimPredicate"
_INFERRED: Final = NamedNode(f"{TIP}InferredStatement")
_AGAINST: Final = (f"{TIP}conflictsWith", f"{TIP}contradictedBy", f"{TIP}contradicts")
_DIGEST: Final = NamedNode(f"{TIP}documentSha256")
HAS_SOURCE: Final = NamedNode(f"{OA}hasSource")


@dataclass(frozen=True)
class Surroundings:
    """What stands around a description.

    Args:
        quads: What is known of it.
        previous: The passage before the one described.
        following: The passage after it.
        passages: The passages of the document described, as far as they are on this page.
        claims: How many claims rest on each of these, or on a part of it.
    """

    quads: tuple[Quad, ...] = ()
    previous: NamedNode | None = None
    following: NamedNode | None = None
    passages: tuple[NamedNode, ...] = ()
    claims: Mapping[NamedNode, int] = field(default_factory=dict)


def find_surroundings(describer: Describer, description: Description) -> Plan[Surroundings]:
    """Plan to find what stands around a description."""
    wanted = dict.fromkeys(_beside(description))
    passages = tuple(
        quad.subject
        for quad in description.quads
        if quad.predicate == HAS_SOURCE
        and quad.object == description.iri
        and isinstance(quad.subject, NamedNode)
    )
    wanted.update(dict.fromkeys(passages))
    claims = yield from _count_claims(describer, passages)
    sides = yield from _sides(describer, description)
    quads: set[Quad] = set()
    if wanted:
        quads |= yield from describer.bounded(list(wanted))
    named = {NamedNode(iri): None for iri in sides.values()}
    if quads or named:
        quads |= yield from describer.labels(quads, *named)
    quads |= yield from _digests(describer, description)
    return Surroundings(
        tuple(map(_apart, quads)),
        _node(sides.get("previous")),
        _node(sides.get("following")),
        passages,
        claims,
    )


def _beside(description: Description) -> Iterator[NamedNode]:
    """What the statements of a description point at, and it does not describe itself."""
    quads = description.quads
    described = {quad.subject for quad in quads if quad.predicate.value == _STATES}
    inferred = {quad.subject for quad in quads if quad.object == _INFERRED}
    for quad in quads:
        leaning = quad.predicate.value == _DERIVED_FROM and quad.subject in inferred
        if (
            (leaning or quad.predicate.value in _AGAINST)
            and isinstance(quad.object, NamedNode)
            and quad.object not in described
        ):
            yield quad.object


def _digests(describer: Describer, description: Description) -> Plan[set[Quad]]:
    """The digests of the documents that the passages of a description are in."""
    documents = {str(quad.object) for quad in description.quads if quad.predicate == HAS_SOURCE}
    if not documents:
        return set()
    pattern = f"?s {_DIGEST} ?o"
    given = f"VALUES ?s {{ {' '.join(documents)} }}"
    solutions = yield f"SELECT ?s ?o {{ {describer.anywhere(pattern, given=given)} }}"
    return {Quad(row["s"], _DIGEST, row["o"]) for row in solutions}


def _count_claims(
    describer: Describer, passages: tuple[NamedNode, ...]
) -> Plan[dict[NamedNode, int]]:
    if not passages:
        return {}
    given = f"VALUES ?x {{ {' '.join(map(str, passages))} }}"
    path = f"<{_DERIVED_FROM}>/(<{TIP}inParagraph>|<{TIP}inSection>)?"
    solutions = yield (
        "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { "
        f"{describer.anywhere(f'?s {path} ?x', given=given)} "
        f"{describer.anywhere(f'?s <{_STATES}> ?any', graph='?h')} }} GROUP BY ?x"
    )
    return {row["x"]: int(row["n"].value) for row in solutions}


def _sides(describer: Describer, description: Description) -> Plan[dict[str, str]]:
    """The passages of the same kind nearest before and after the one described."""
    iri = description.iri
    said: dict[str, list[Any]] = {}
    for quad in description.quads:
        if quad.subject == iri or isinstance(quad.subject, BlankNode):
            said.setdefault(quad.predicate.value, []).append(quad.object)
    sources, starts = said.get(HAS_SOURCE.value, []), said.get(f"{OA}start", [])
    if not sources or not starts or not description.types or not isinstance(starts[0], Literal):
        return {}
    patterns = " ".join(
        describer.anywhere(pattern, graph=f"?g{number}")
        for number, pattern in enumerate(
            (
                f"?x {HAS_SOURCE} {sources[0]}",
                f"?x a <{description.types[0]}>",
                f"?x <{OA}hasSelector>/<{OA}start> ?start",
            )
        )
    )
    sides = " UNION ".join(
        f"{{ SELECT ?x ('{side}' AS ?side) {{ {patterns} FILTER(?start {sign} {starts[0]}) }} "
        f"ORDER BY {order}(?start) LIMIT 1 }}"
        for side, sign, order in (("previous", "<", "DESC"), ("following", ">", "ASC"))
    )
    solutions = yield f"SELECT ?x ?side {{ {sides} }}"
    return {row["side"].value: row["x"].value for row in solutions}


def _apart(quad: Quad) -> Quad:
    """A quad whose blank nodes are not taken for those of the description."""
    subject, value = quad.subject, quad.object
    if isinstance(subject, BlankNode):
        subject = BlankNode(f"around{subject.value}")
    if isinstance(value, BlankNode):
        value = BlankNode(f"around{value.value}")
    return Quad(subject, quad.predicate, value, quad.graph_name)


def _node(iri: str | None) -> NamedNode | None:
    return None if iri is None else NamedNode(iri)
