"""Where each triple of a Turtle, TriG, N-Triples or N-Quads text is written.

The terms are pyoxigraph's: nothing here resolves an IRI or unescapes a string. The syntax alone
tells where each triple's subject, predicate and object begin, and these places are put beside the
triples of the parser, which both give in the same order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from tipgraph.errors import InputError
from tipgraph.validation.scanner import LINE, Place, statement_places

Term = NamedNode | BlankNode | Literal | Triple

LINE_FORMATS: Final = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
TURTLE_FORMATS: Final = (RdfFormat.TURTLE, RdfFormat.TRIG)
_NUMBER_START: Final = "+-.0123456789"


@dataclass(frozen=True, slots=True)
class Span:
    """A triple and where it is written.

    Args:
        triple: The triple; its blank nodes have the labels of `Numbering`.
        subject: Where the subject begins, as a 0-based code point.
        predicate: Where the predicate begins. Where it isn't written (the triples of a collection,
            `rdf:reifies`), this is the same as `subject`.
        object: Where the object begins.
    """

    triple: Triple
    subject: int
    predicate: int
    object: int


class Numbering:
    """Gives blank nodes the labels `b1`, `b2` and so on, by their first appearance in a text.

    Any two readings of one text agree on these labels, which they don't on pyoxigraph's, as those
    are random for `[]` and collections. A graph name is no appearance; a place in a triple term is.
    The library `shacl` counts alike, only that it starts at 0 with the shapes' blank nodes: where
    these are `n`, it calls the first ones of the data `_:0_bn` and so on.
    """

    def __init__(self) -> None:
        self._known: dict[BlankNode, BlankNode] = {}

    def triple(self, triple: Triple) -> Triple:
        """Relabel the blank nodes of the next triple."""
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            return triple
        if isinstance(subject, BlankNode):
            subject = self.node(subject)
        if isinstance(value, BlankNode):
            value = self.node(value)
        elif isinstance(value, Triple):
            value = self.triple(value)
        return Triple(subject, triple.predicate, value)

    def node(self, node: BlankNode) -> BlankNode:
        """The label of a node, a new one if it hasn't appeared yet."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = BlankNode(f"b{len(self._known) + 1}")
        return found


def spans(text: str, rdf_format: RdfFormat, base_iri: str | None = None) -> Iterator[Span]:
    """Every triple of a text with its place, in the order of `pyoxigraph.parse`.

    All of Turtle, TriG, N-Triples and N-Quads is followed, RDF 1.2 included. A collection's triples
    have the places of its brackets and members, and an unnamed reifier that of `<<`, `~` or `{|`.

    Args:
        text: The whole text, without a byte order mark.
        rdf_format: Turtle, TriG, N-Triples or N-Quads.
        base_iri: What relative IRIs are resolved against.

    Raises:
        InputError: The text doesn't parse, or the places don't fit what the parser reads.
    """
    numbering = Numbering()
    triples = map(numbering.triple, parsed_triples(text, rdf_format, base_iri))
    return (Span(*each) for each in aligned(text, triples, places(text, rdf_format)))


def places(text: str, rdf_format: RdfFormat) -> Iterator[Place]:
    """The places of all triples of a text, in the parser's order, found by the syntax alone."""
    if rdf_format in LINE_FORMATS:
        return ((m.start(1), m.start(2), m.start(3)) for m in LINE.finditer(text) if m[1])
    return statement_places(text, 0, len(text))


def parsed_triples(text: str, rdf_format: RdfFormat, base_iri: str | None) -> Iterator[Triple]:
    """The triples of a text as pyoxigraph yields them.

    Raises:
        InputError: The text doesn't parse.
    """
    try:
        for quad in parse(text, rdf_format, base_iri=base_iri):
            yield quad.triple
    except SyntaxError as error:
        raise InputError(f"only a text that parses has places: {error}") from error


def aligned(
    text: str, triples: Iterable[Triple], found: Iterable[Place]
) -> Iterator[tuple[Triple, int, int, int]]:
    """Put triples beside their places in a text.

    Raises:
        InputError: They don't fit.
    """
    for triple, place in zip_longest(triples, found):
        if triple is None or place is None or not _fits(text, place, triple.object):
            raise InputError("the places of the triples don't fit the triples")
        yield triple, *place


def _fits(text: str, place: Place, value: Term) -> bool:
    subject, predicate, start = place
    first = text[start]
    if subject == predicate:  # not written: the object may be a list's next node
        return True
    if isinstance(value, Literal):
        return first in "\"'tf" or first in _NUMBER_START
    return first not in "\"'" and first not in _NUMBER_START
