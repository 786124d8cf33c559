"""Routes as their page and their map show them: from where to where, who takes them, how sure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from tipgraph.namespaces import RDF
from tipgraph.server.areas import REGIONS, Area, m49_area
from tipgraph.server.evidence import Evidence, EvidenceReader, Hedge
from tipgraph.server.route_data import ABOUT, ENDS, LOCATED_IN, M49, MOST_ROUTES, NOTATION, TAKES
from tipgraph.server.shown import Display, Shown
from tipgraph.wording import Statements

_TYPE: Final = f"{RDF}type"
_NOT_STATED: Final = Shown("Evidence not stated")


@dataclass(frozen=True, slots=True)
class Place:
    """A place, and how a map can draw it.

    Args:
        shown: The place.
        kinds: Its classes, as stated.
        area: The countries that it is drawn as; None when it cannot be drawn.
        within: The place that stands for it on a map, because it has no countries of its own.
    """

    shown: Shown
    kinds: tuple[Shown, ...]
    area: Area | None
    within: Shown | None = None

    @property
    def is_region(self) -> bool:
        """Whether it is drawn as several countries, of which none is meant more than another."""
        return self.area is not None and len(self.area.countries) > 1


@dataclass(frozen=True, slots=True)
class Line:
    """The affirmed claims about a route that rest on one kind of evidence.

    Args:
        evidentiality: The kind of evidence.
        strength: Its rank; higher is stronger, -1 is not ranked.
        claims: The claims.
        anchor: Where the page has them.
    """

    evidentiality: Shown
    strength: int
    claims: tuple[Evidence, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class Taker:
    """A group of people that takes a route.

    Args:
        shown: The group.
        trafficked: Whether it is trafficked along it.
    """

    shown: Shown
    trafficked: bool


@dataclass(frozen=True, slots=True)
class Route:
    """A route.

    Args:
        shown: The route.
        kinds: Its classes, as stated.
        origins: Where it begins.
        transits: What it passes through.
        destinations: Where it ends.
        takers: Who takes it.
        lines: What is affirmed of it, by kind of evidence, the strongest first.
        others: The claims about it that are not affirmed.
        anchor: Where the page has it.
    """

    shown: Shown
    kinds: tuple[Shown, ...]
    origins: tuple[Place, ...]
    transits: tuple[Place, ...]
    destinations: tuple[Place, ...]
    takers: tuple[Taker, ...]
    lines: tuple[Line, ...]
    others: tuple[Evidence, ...]
    anchor: str

    @property
    def order(self) -> tuple[str, ...]:
        """Puts routes from one place beside each other, and of these those to one place."""
        places = (self.origins, self.destinations)
        return (*("; ".join(each.shown.text for each in part) for part in places), self.shown.text)


class RoutePage:
    """All routes.

    Args:
        quads: What the graph says of them.
        display: Shows it.
        ontology: What the kinds of evidence mean.
    """

    def __init__(self, quads: Iterable[Quad], display: Display, ontology: Statements) -> None:
        self._display = display
        self._known = display.known
        self._reader = EvidenceReader(display, ontology)
        subjects = {
            quad.subject: None for quad in sorted(quads, key=str) if quad.predicate.value in ENDS
        }
        nodes = [each for each in subjects if isinstance(each, NamedNode)]
        self.is_complete = len(nodes) <= MOST_ROUTES
        self._nodes = nodes[:MOST_ROUTES]
        self._anchors = _anchors(self._nodes)

    @cached_property
    def routes(self) -> Sequence[Route]:
        """The routes, those from one place together."""
        return sorted(map(self._route, self._nodes), key=lambda each: each.order)

    @cached_property
    def places(self) -> Mapping[NamedNode, Place]:
        """The places that a map can draw, and the ends of routes."""
        nodes: dict[NamedNode, None] = {}
        for node in (*self._ends(), *self._known_places()):
            nodes[node] = None
        return {node: self._place(node) for node in nodes}

    @property
    def regions(self) -> Sequence[Place]:
        """The ends of routes that are regions of the world."""
        ends = dict.fromkeys(self._ends())
        return [self.places[node] for node in ends if self.places[node].is_region]

    @property
    def evidentialities(self) -> Sequence[tuple[Shown, int]]:
        """The kinds of evidence that routes rest on and their ranks, the strongest first."""
        kinds = {
            line.evidentiality.text: (line.evidentiality, line.strength)
            for route in self.routes
            for line in route.lines
        }
        return sorted(kinds.values(), key=lambda kind: (-kind[1], kind[0].text))

    def _ends(self) -> Iterable[NamedNode]:
        for route in self._nodes:
            for end in ENDS:
                for place in self._known.objects(route, end):
                    if isinstance(place, NamedNode):
                        yield place

    def _known_places(self) -> Iterable[NamedNode]:
        for node, predicates in self._known.predicates.items():
            if isinstance(node, NamedNode) and {LOCATED_IN, NOTATION} & {
                each.value for each in predicates
            }:
                yield node

    def _route(self, node: NamedNode) -> Route:
        origins, transits, destinations = (
            tuple(
                self.places[each.term]
                for each in self._display.values(node, end)
                if isinstance(each.term, NamedNode)
            )
            for end in ENDS
        )
        statements = (
            subject
            for name in ABOUT
            for subject in self._known.subjects(name, node)
            if isinstance(subject, NamedNode) and self._reader.is_statement(subject)
        )
        evidence = [self._reader.read(each) for each in dict.fromkeys(statements)]
        claims = sorted(
            (each for each in evidence if not each.is_inferred), key=lambda each: each.node.value
        )
        anchor = self._anchors[node]
        return Route(
            self._display.named(node),
            self._kinds(node),
            origins,
            transits,
            destinations,
            self._takers(node),
            _lines([each for each in claims if each.stands], anchor),
            tuple(each for each in claims if not each.stands),
            anchor,
        )

    def _kinds(self, node: NamedNode) -> tuple[Shown, ...]:
        return tuple(each for each in self._display.values(node, _TYPE) if not each.inferred)

    def _takers(self, route: NamedNode) -> tuple[Taker, ...]:
        trafficked, taking = (self._known.subjects(name, route) for name in TAKES)
        groups = dict.fromkeys((*trafficked, *taking))
        shown = (
            Taker(self._display.named(each), each in trafficked)
            for each in groups
            if isinstance(each, NamedNode)
        )
        return tuple(sorted(shown, key=lambda each: each.shown.text.casefold()))

    def _place(self, node: NamedNode) -> Place:
        area, around = self._area(node), None
        seen = {node}
        inside = node
        while area is None:
            wider = (
                each
                for each in self._known.objects(inside, LOCATED_IN)
                if isinstance(each, NamedNode) and each not in seen
            )
            found = next(wider, None)
            if found is None:
                break
            seen.add(found)
            inside = found
            area = self._area(found)
            around = self._display.named(found)
        shown = self._display.named(node)
        return Place(shown, self._kinds(node), area, around if area else None)

    def _area(self, node: NamedNode) -> Area | None:
        """The countries that are a place, by its codes or by its name."""
        codes = [
            each.value
            for each in self._known.objects(node, NOTATION)
            if isinstance(each, Literal) and each.datatype.value == M49
        ]
        return m49_area(*codes) if codes else REGIONS.get(node.value)


def _lines(claims: Sequence[Evidence], anchor: str) -> tuple[Line, ...]:
    """Claims by the weakest kind of evidence that each rests on, the strongest kind first."""
    by_kind: dict[str, list[Evidence]] = defaultdict(list)
    kinds: dict[str, tuple[Shown, int]] = {}
    for claim in claims:
        shown, strength = _weakest(claim.kinds)
        kinds[shown.text] = shown, strength
        by_kind[shown.text].append(claim)
    return tuple(
        Line(shown, strength, tuple(by_kind[name]), f"{anchor}--{_slug(name)}")
        for name, (shown, strength) in sorted(
            kinds.items(), key=lambda item: (-item[1][1], item[0])
        )
    )


def _weakest(kinds: Sequence[Hedge]) -> tuple[Shown, int]:
    weakest = min(kinds, key=lambda each: each.strength, default=None)
    return (weakest.shown, weakest.strength) if weakest else (_NOT_STATED, -1)


def _anchors(nodes: Iterable[NamedNode]) -> dict[NamedNode, str]:
    """A name for each route by which links find it on the page."""
    anchors: dict[NamedNode, str] = {}
    for number, node in enumerate(nodes, start=1):
        name = "route-" + _slug(re.split(r"[/#]", node.value)[-1])
        anchors[node] = name if name not in anchors.values() else f"{name}-{number}"
    return anchors


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
