"""The position of what a validation result is about, in the text that it came from.

A text of many megabytes is not read triple by triple: one pattern passes over its statements, and
only those that can be about a sought node are parsed again, with their places beside them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple

from tipgraph.errors import InputError
from tipgraph.syntax import Position
from tipgraph.validation.spans import LINE_FORMATS, TURTLE_FORMATS, Term
from tipgraph.validation.statements import Filter, occurrences

_VALUE, _PREDICATE, _SUBJECT, _OBJECT = range(4)  # from the best place to the poorest


@dataclass(frozen=True, slots=True)
class Sought:
    """What a result is about.

    Args:
        focus_node: The subject. Blank nodes, here and below, have the labels of `spans.Numbering`.
        predicate: The property, where the path is one; for an inverse path the caller makes the
            value the focus node.
        value: The value at fault, if there is one.
    """

    focus_node: Term
    predicate: NamedNode | None = None
    value: Term | None = None


def locate(
    text: str,
    rdf_format: RdfFormat,
    source: str,
    sought: Iterable[Sought],
    *,
    base_iri: str | None = None,
) -> dict[Sought, Position]:
    """Find where a text says what some results are about.

    A position is that of the value, where the text states it of the focus node and predicate (or of
    the focus node, without a predicate); else of the predicate in the focus node's first triple
    with it; else of the focus node where it is first a subject; else of where it is first an
    object. What is in no triple has no position.

    This holds for Turtle, TriG, N-Triples and N-Quads. In other formats (RDF/XML, JSON-LD and such)
    it is where the focus node's IRI is first written between quotation marks: in full, else as what
    follows its last `#`, `/` or `:`, alone or behind a prefix. That may be a place where it is only
    mentioned, and blank nodes and literals have no position there.

    Args:
        text: The whole text, which has been parsed before.
        rdf_format: Its format.
        source: The name of the text for the positions.
        sought: What to look for.
        base_iri: What relative IRIs are resolved against.

    Returns:
        The positions of those that were found. There are none if the text turns out to be read
        differently by its parser: no position is better than a wrong one.
    """
    text = text.removeprefix("\ufeff")
    wanted = set(sought)
    if rdf_format not in (*TURTLE_FORMATS, *LINE_FORMATS):
        quoted = ((each, _quoted(text, each.focus_node)) for each in wanted)
        return _positions(text, source, {each: start for each, start in quoted if start >= 0})
    try:
        return _positions(text, source, _starts(text, rdf_format, wanted, base_iri))
    except InputError:
        return {}


def _starts(
    text: str, rdf_format: RdfFormat, sought: set[Sought], base_iri: str | None
) -> dict[Sought, int]:
    """Look for focus nodes as subjects, and then for the others as objects."""
    terms = {each.focus_node for each in sought}
    values = {each.value for each in sought if each.value is not None}
    blank_nodes = any(map(_has_blank_node, terms | values))
    search = _Search(sought)
    subjects = Filter(terms, blank_nodes=blank_nodes)
    for triple, *place in occurrences(text, rdf_format, base_iri, subjects):
        search.offer_subject(triple, *place)
        if blank_nodes and _has_blank_node(triple.object):
            search.offer_object(triple, place[2])
        if not search.open:
            return search.starts
    left = {node for node in terms if not search.found(node) and not _has_blank_node(node)}
    objects = Filter(left, as_objects=True)
    for triple, *place in occurrences(text, rdf_format, base_iri, objects) if left else ():
        if triple.object in left:
            search.offer_object(triple, place[2])
            left.remove(triple.object)
        if not left:
            break
    return search.starts


class _Search:
    """Keeps the best place so far of each thing that is sought."""

    def __init__(self, sought: Iterable[Sought]) -> None:
        self.starts: dict[Sought, int] = {}
        self.open = 0  # those that may have a better place
        self._by_focus_node: dict[Term, list[Sought]] = defaultdict(list)
        for each in sought:
            self._by_focus_node[each.focus_node].append(each)
            self.open += 1
        self._ranks: dict[Sought, int] = {}

    def found(self, focus_node: Term) -> bool:
        """Whether a focus node has a place."""
        return all(each in self.starts for each in self._by_focus_node[focus_node])

    def offer_subject(self, triple: Triple, subject: int, predicate: int, value: int) -> None:
        """Look at the next triple, for its subject."""
        for each in self._by_focus_node.get(triple.subject, ()):
            stated = each.predicate in (None, triple.predicate)
            if each.value is not None and stated and each.value == triple.object:
                self._keep(each, _VALUE, value)
            elif each.predicate == triple.predicate:
                self._keep(each, _PREDICATE, predicate)
            else:
                self._keep(each, _SUBJECT, subject)

    def offer_object(self, triple: Triple, start: int) -> None:
        """Look at the next triple, for its object."""
        for each in self._by_focus_node.get(triple.object, ()):
            self._keep(each, _OBJECT, start)

    def _keep(self, sought: Sought, rank: int, start: int) -> None:
        if rank >= self._ranks.get(sought, _OBJECT + 1):
            return
        self._ranks[sought], self.starts[sought] = rank, start
        best = _VALUE if sought.value is not None else _PREDICATE if sought.predicate else _SUBJECT
        self.open -= rank == best


def _has_blank_node(term: Term) -> bool:
    if isinstance(term, Triple):
        return _has_blank_node(term.subject) or _has_blank_node(term.object)
    return isinstance(term, BlankNode)


def _quoted(text: str, node: Term) -> int:
    """Where an IRI is first written in a format of which no places are known, or -1."""
    if not isinstance(node, NamedNode):
        return -1
    last = re.split("[#/:]", node.value)[-1]
    forms = [re.escape(escape(node.value))]
    if last:
        forms.append(rf"(?:[^\s\"'<>]*[#/:])?{re.escape(escape(last))}")
    found = (re.search(rf"([\"'])({form})\1", text) for form in forms)
    return next((match.start(2) for match in found if match), -1)


def _positions(text: str, source: str, starts: dict[Sought, int]) -> dict[Sought, Position]:
    """Turn code points into lines, which LF, CR LF or CR alone ends, and columns."""
    places: dict[int, Position] = {}
    returns = "\r" in text
    line, counted = 1, 0
    for start in sorted(set(starts.values())):
        line += text.count("\n", counted, start)
        if returns:
            line += text.count("\r", counted, start) - text.count("\r\n", counted, start)
        counted = start
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if returns:
            begin = text.rfind("\r", begin, start) + 1 or begin
            end = text.find("\r", start, end) if "\r" in text[start:end] else end
        places[start] = Position(source, line, start - begin + 1, text[begin:end])
    return {each: places[start] for each, start in starts.items()}
