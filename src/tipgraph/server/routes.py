"""Routes: `/routes` lists every route of the graph, for people with a map and for programs."""

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any, Final

from pyoxigraph import NamedNode

from tipgraph.errors import RequestError
from tipgraph.server.evidence import Evidence
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.links import WebLink, joined
from tipgraph.server.lookup import Lookup
from tipgraph.server.negotiation import negotiated
from tipgraph.server.once import Once
from tipgraph.server.parameters import Parameters
from tipgraph.server.reading import Reading
from tipgraph.server.route_data import MOST_ROUTES
from tipgraph.server.route_page import Line, Place, Route, RoutePage
from tipgraph.server.shown import Display, Shown
from tipgraph.server.sources import Sources
from tipgraph.server.targets import LinkTargets
from tipgraph.server.things import PAGE, Form
from tipgraph.wording import Statements

_JSON: Final = Form("application/json", (), "json", "JSON")
_FORMS: Final = (_JSON, PAGE)
_ADDRESS: Final = re.compile(r"/routes(?:\.(?P<suffix>\w+))?")


class Routes(Reading):
    """An ASGI application that gives out the routes.

    Args:
        service: What all exchanges share.
        lookup: Finds them.
        sources: What their terms mean.
        targets: Where links lead.
    """

    def __init__(
        self, service: Service, lookup: Lookup, sources: Sources, targets: LinkTargets
    ) -> None:
        super().__init__(service)
        self._lookup = lookup
        self._sources = sources
        self._targets = targets
        self._root = targets.root
        self._bodies: Once[bytes] = Once(len(_FORMS))
        self._page: Once[RoutePage] = Once(1)

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return _ADDRESS.fullmatch(path) is not None

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request.

        Raises:
            TipgraphError: It is refused; nothing was sent.
        """
        form = _form(exchange)
        page = await self._page.get(None, self._read)
        links = [
            WebLink("alternate", self._address(each), each.media_type)
            for each in _FORMS
            if each is not form
        ]
        body = await self._bodies.get(form.name, lambda: self._write(page, form, links))
        headers = [
            (b"content-type", form.content_type.encode()),
            (b"content-location", self._address(form).encode()),
            (b"link", joined(links)),
        ]
        await exchange.send_document(headers, body)

    async def _read(self) -> RoutePage:
        quads = await self._lookup.routes()
        ontology = Statements(())
        if self._sources.has("ontology"):
            ontology = Statements((await self._sources.document("ontology", "")).triples)
        display = Display(quads, ontology, language="en", targets=self._targets)
        return RoutePage(quads, display, ontology)

    async def _write(self, page: RoutePage, form: Form, links: Iterable[WebLink]) -> bytes:
        if form is _JSON:
            return json.dumps(self._members(page), ensure_ascii=False, indent=1).encode() + b"\n"
        return await asyncio.to_thread(
            self.service.templates.render,
            "routes.html",
            page=page,
            head=links,
            most=MOST_ROUTES,
        )

    def _address(self, form: Form) -> str:
        return f"{self._root}routes" + ("" if form is PAGE else f".{form.name}")

    def _members(self, page: RoutePage) -> dict[str, Any]:
        """What there is, as JSON has it."""
        return {
            "complete": page.is_complete,
            "routes": [self._route(each) for each in page.routes],
            "places": [_place(each) for each in page.places.values()],
        }

    def _route(self, route: Route) -> dict[str, Any]:
        return {
            **_named(route.shown),
            "section": f"{self._root}routes#{route.anchor}",
            "kinds": [_named(kind) for kind in route.kinds],
            "origins": [_iri(each.shown) for each in route.origins],
            "transits": [_iri(each.shown) for each in route.transits],
            "destinations": [_iri(each.shown) for each in route.destinations],
            "takers": [
                {**_named(each.shown), "trafficked": each.trafficked} for each in route.takers
            ],
            "lines": [self._line(each) for each in route.lines],
            "notAffirmed": [_claim(each) for each in route.others],
        }

    def _line(self, line: Line) -> dict[str, Any]:
        return {
            "evidentiality": line.evidentiality.text,
            "strength": line.strength if line.strength >= 0 else None,
            "section": f"{self._root}routes#{line.anchor}",
            "claims": [_claim(each) for each in line.claims],
        }


def _form(exchange: Exchange) -> Form:
    """The form of the answer: the one that is named, or the best by Accept."""
    address = _ADDRESS.fullmatch(exchange.path)
    suffix = address["suffix"] if address else None
    name = suffix or Parameters(exchange.query_string).single("format")
    if name is None:
        return negotiated(exchange.accept_text, _FORMS, "routes come as JSON or as a page")
    named = next((each for each in _FORMS if each.name == name), None)
    if named is None:
        known = ", ".join(each.name for each in _FORMS)
        problem = "not-found" if suffix else "bad-parameter"
        raise RequestError(problem, f"format: {name!r} is none of {known}")
    return named


def _place(place: Place) -> dict[str, Any]:
    return {
        **_named(place.shown),
        "kinds": [_named(kind) for kind in place.kinds],
        "countries": place.area.countries if place.area else (),
        "region": place.is_region,
        "source": place.area.source if place.area else None,
        "note": (place.area.note if place.area else "") or None,
        "within": _named(place.within) if place.within else None,
    }


def _claim(claim: Evidence) -> dict[str, Any]:
    return {**_named(claim.statement), "status": claim.status.name}


def _named(shown: Shown) -> dict[str, Any]:
    return {"iri": _iri(shown), "label": shown.text, "address": shown.href or None}


def _iri(shown: Shown) -> str | None:
    return shown.term.value if isinstance(shown.term, NamedNode) else None
