"""Linked data: what is answered for the IRI of a thing, and for its page and its data.

A thing is not a document: its IRI answers with 303 to what describes it, its page or its data by
Accept. What is unknown is 404 with what is near, what was retired 410 with its tombstone.

https://www.w3.org/TR/cooluris/
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final
from urllib.parse import quote

from pyoxigraph import Quad

from tipgraph import __version__
from tipgraph.describe import Description
from tipgraph.errors import RequestError
from tipgraph.formats import GRAPH_FORMATS, Format, find_format
from tipgraph.server.answers import (
    AnswerCache,
    Representation,
    compressed,
    digest_tag,
    known_tag,
    validators,
)
from tipgraph.server.bodies import IDENTITY, SMALL_BODY, choose_coding
from tipgraph.server.citations import Citation, Source
from tipgraph.server.document_pages import embedded
from tipgraph.server.exchange import Exchange, Headers, Scope, Service
from tipgraph.server.language import choose_language
from tipgraph.server.links import Linking, redirect_links
from tipgraph.server.lookup import Lookup
from tipgraph.server.metrics import Metrics
from tipgraph.server.negotiation import negotiate
from tipgraph.server.no_thing import NoThing
from tipgraph.server.once import Once
from tipgraph.server.parameters import Parameters
from tipgraph.server.reading import Reading
from tipgraph.server.sources import Sources
from tipgraph.server.surroundings import Surroundings
from tipgraph.server.targets import LinkTargets
from tipgraph.server.thing_data import document_quads, write_quads
from tipgraph.server.thing_page import ThingPage
from tipgraph.server.things import (
    BIBTEX,
    DATA_FORMS,
    FORMS,
    LINKSET,
    PAGE,
    PAGED_FORMS,
    Address,
    AnyForm,
    exact_addresses,
    is_thing_path,
    read_address,
)
from tipgraph.store import Store
from tipgraph.wording import Statements

_REMEMBERED: Final = 4096
_PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_PAGE_FIRST: Final[tuple[AnyForm, ...]] = (PAGE, *DATA_FORMS)
_VARY: Final = b"Accept, Accept-Encoding"
_VARY_PAGE: Final = b"Accept, Accept-Encoding, Accept-Language"
_VALIDATED: Final = (b"cache-control", b"public, no-cache")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A representation as one kind of request asks for it.

    Args:
        address: The thing.
        form: The form.
        page: The number of the page.
        language: The language preferred for labels.
        tag: Names the representation, whatever its coding; empty when the data may change.
        coding: The content coding wanted.
        volatile: Whether the representation may differ each time: never.
    """

    address: Address
    form: AnyForm
    page: int
    language: str
    tag: bytes
    coding: str
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Redirection:
    """A response that leads elsewhere."""

    headers: Headers
    body: bytes


class LinkedData(Reading):
    """Answers for things, their pages and their data.

    Args:
        service: What all exchanges share.
        store: Holds what is known of the things.
        sources: Holds the ontology, whose axioms conclusions rest on.
        targets: Where links lead.
        cache: Keeps representations.
        metrics: Where revalidations are counted.
    """

    def __init__(
        self,
        service: Service,
        store: Store,
        sources: Sources,
        targets: LinkTargets,
        *,
        cache: AnswerCache,
        metrics: Metrics,
    ) -> None:
        super().__init__(service)
        self._targets = targets
        self._base, self._root = targets.base, targets.root
        # What representations depend on, beside the request.
        self._state = (store.manifest.digest, __version__, self._base, self._root)
        self._fixed = store.manifest.is_fixed
        self._lookup = Lookup(store, self._base)
        self._no_thing = NoThing(self._lookup, service.templates, targets)
        self._sources = sources
        self._ontology: Once[Statements] = Once(1)
        self._cache = cache
        self._metrics = metrics
        # What a request asks for depends on these fields alone, and finding out takes longer than
        # sending what is kept.
        self._remembered: dict[tuple[bytes | None, ...], Wanted | Redirection] = {}

    def has(self, path: str) -> bool:
        """Whether a path is that of a thing, of a page or of data."""
        return is_thing_path(path)

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer one request.

        Raises:
            TipgraphError: It is refused; nothing was sent.
        """
        raw_path = scope.get("raw_path") or quote(exchange.path).encode()
        languages = _field(scope, b"accept-language")
        fields = (exchange.query_string, exchange.accept, exchange.accept_encoding, languages)
        key = (raw_path, *fields)
        wanted = self._remembered.get(key)
        if wanted is None:
            wanted = await self._wanted(exchange, raw_path, languages)
            if wanted is None:
                return
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = wanted
        if isinstance(wanted, Redirection):
            await exchange.respond(303, wanted.headers, wanted.body)
        else:
            await self._send(exchange, wanted)

    async def _wanted(
        self, exchange: Exchange, raw_path: bytes, languages: bytes
    ) -> Wanted | Redirection | None:
        """What is to be sent for a request; None when that was something else, sent already."""
        found, query = None, exchange.query_string
        if query:
            found = await self._find(exchange, exact_addresses(raw_path, query, self._base))
        # A query that is a part of the thing's IRI asks for nothing else.
        parameters = Parameters(b"" if found else query)
        page = _page_number(parameters.single("page"))
        if found is None:
            found = await self._find(exchange, exact_addresses(raw_path, b"", self._base))
        if found is None:
            address = read_address(raw_path, self._base)
            found = await self._find(exchange, self._readings(address))
        if found is None:
            await self._no_thing.send_unknown(exchange, address)
            return None
        form = _form(exchange, found, parameters.single("format"))
        if (await self._lookup.standing(found.iri, exchange.client)).retired:
            await self._no_thing.send_tombstone(exchange, found)
        elif form is None:
            await self._no_thing.send_not_acceptable(exchange, found)
        elif found.role != ("page" if form is PAGE else "data"):
            return self._redirection(found, form, page)
        else:
            page = page if form in PAGED_FORMS else 1
            available = await self._lookup.languages() if form is PAGE else ()
            language = choose_language(languages.decode("latin-1"), available)
            coding = choose_coding(exchange.accept_encoding.decode("latin-1"))
            parts = (self._state, found.name, found.iri.value, form.name, page, language)
            tag = digest_tag(repr(parts).encode()) if self._fixed else b""
            return Wanted(found, form, page, language, tag, coding)
        return None

    async def _find(self, exchange: Exchange, readings: Iterable[Address]) -> Address | None:
        """The first of some readings of an address whose thing is known, if there is one."""
        for reading in readings:
            if (await self._lookup.standing(reading.iri, exchange.client)).known:
                return reading
        return None

    def _readings(self, address: Address) -> Iterable[Address]:
        """What else an address may stand for."""
        yield address
        yield address.as_encoded(self._base)
        yield address.without_suffix()
        if address.role == "thing" and address.iri.value.endswith(".txt"):
            # The text of a document is not published; what there is to know of it is.
            yield address.of_text()

    def _redirection(self, address: Address, form: AnyForm, page: int) -> Redirection:
        location = self._root + address.local(form, page)
        body = (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>See other</title>'
            f'</head><body><p>See <a href="{escape(location)}">its description</a>.</p></body>'
            "</html>\n"
        )
        headers = [
            (b"location", location.encode()),
            (b"link", redirect_links(address, self._root)),
            (b"content-type", b"text/html; charset=utf-8"),
            (b"vary", b"Accept"),
            _VALIDATED,
        ]
        return Redirection(headers, body.encode())

    async def _send(self, exchange: Exchange, wanted: Wanted) -> None:
        """Send a representation: from the cache, made anew, or as known already."""
        vary = _VARY_PAGE if wanted.form is PAGE else _VARY
        if exchange.if_none_match and wanted.tag:
            known = known_tag(exchange.if_none_match, wanted)
            if known is not None:
                self._metrics.cache["not_modified"] += 1
                await exchange.respond(304, validators(known, vary))
                return
        representation = self._cache.get(wanted) if wanted.tag else None
        if representation is None:
            headers, body = await self._made(exchange, wanted)
            coding = IDENTITY if len(body) < SMALL_BODY else wanted.coding
            tag = wanted.tag or digest_tag(body)
            if coding != IDENTITY:
                body = await compressed(body, coding)
                headers = [*headers, (b"content-encoding", coding.encode())]
                tag += b"-" + coding.encode()
            representation = Representation([*headers, *validators(tag, vary)], body, tag)
            self._cache.keep(wanted, representation)
        if exchange.is_known(representation.tag):
            await exchange.respond(304, validators(representation.tag, vary))
        else:
            kept = partial(self._cache.body, wanted) if wanted.tag else None
            await exchange.respond(200, representation.headers, representation.body, kept=kept)

    async def _made(self, exchange: Exchange, wanted: Wanted) -> tuple[Headers, bytes]:
        iri = wanted.address.iri
        description = await self._lookup.description(iri, wanted.page, exchange.client)
        if description.page > description.pages:
            raise RequestError(
                "not-found", f"there are {description.pages} pages, and none after the last"
            )
        source = await self._lookup.source()
        thing = await self._thing_page(description, wanted, exchange.client)
        return await asyncio.to_thread(self._written, wanted, description, source, thing)

    async def _thing_page(
        self, description: Description, wanted: Wanted, client: str
    ) -> ThingPage | None:
        """What the page of a thing shows; None where data is wanted, which has no need of it."""
        if isinstance(wanted.form, Format) or wanted.form is LINKSET:
            return None
        surroundings, ontology = Surroundings(), Statements(())
        if wanted.form is PAGE:
            surroundings = await self._lookup.surroundings(description, client)
            ontology = await self._ontology.get(None, self._axioms)
        return ThingPage(
            description,
            surroundings,
            ontology,
            language=wanted.language,
            targets=self._targets,
        )

    async def _axioms(self) -> Statements:
        if not self._sources.has("ontology"):
            return Statements(())
        return Statements((await self._sources.document("ontology", "")).triples)

    def _written(
        self, wanted: Wanted, description: Description, source: Source, thing: ThingPage | None
    ) -> tuple[Headers, bytes]:
        form = wanted.form
        linking = Linking(wanted.address, description, source, self._base, self._root)
        location = self._root + wanted.address.local(form, wanted.page)
        headers = [
            (b"content-type", form.content_type.encode()),
            (b"content-location", location.encode()),
            (b"link", linking.field(form)),
        ]
        if form is PAGE:
            headers.append((b"content-language", b"en"))
        if isinstance(form, Format):
            return headers, write_quads(self._quads(linking), form)
        if thing is None:
            return headers, linking.linkset()
        citation = Citation(description.iri.value, thing.heading.text, source)
        if form is PAGE:
            return headers, self._page(thing, citation, linking)
        return headers, citation.bibtex() if form is BIBTEX else citation.csl_json()

    def _quads(self, linking: Linking) -> list[Quad]:
        """What the data of a thing holds: its description, and what that document is."""
        document = f"{self._base}data/{linking.address.name}"
        description, source = linking.description, linking.source
        about = document_quads(description, document, dataset=source.iri, licence=source.licence)
        return [*description.quads, *about]

    def _page(self, thing: ThingPage, citation: Citation, linking: Linking) -> bytes:
        local, description = linking.address.local, linking.description
        return self.service.templates.render(
            "thing.html",
            thing=thing,
            description=description,
            citation=citation,
            head=linking.links(PAGE, self._root),
            forms=[
                (_title(form), form.media_type, self._root + local(form, description.page))
                for form in DATA_FORMS
            ],
            pages=[self._root + local(PAGE, n + 1) for n in range(description.pages)],
            json_ld=embedded(quad.triple for quad in self._quads(linking)),
        )


def _form(exchange: Exchange, address: Address, name: str | None) -> AnyForm | None:
    """The form to answer in: that of the suffix or the parameter, or else by Accept.

    A client that takes no page, but was given a page's address, is led to the data; and the other
    way round.

    Returns:
        None when nothing there is would be accepted.
    """
    if address.form is not None:
        return address.form
    if name is None:
        return negotiate(exchange.accept_text, _PAGE_FIRST if address.role == "page" else FORMS)
    named = find_format(name, GRAPH_FORMATS)
    found = next((form for form in FORMS if form is named or form.name == name.lower()), None)
    if found is None:
        known = ", ".join(form.name for form in FORMS)
        raise RequestError("bad-parameter", f"format: {name!r} is none of {known}")
    return found


def _title(form: AnyForm) -> str:
    return form.engine.name if isinstance(form, Format) else form.title


def _page_number(given: str | None) -> int:
    if given is None:
        return 1
    if not _PAGE_NUMBER.fullmatch(given):
        raise RequestError("bad-parameter", f"page: {given!r} is not a number from 1")
    return int(given)


def _field(scope: Scope, name: bytes) -> bytes:
    return b",".join(value for field, value in scope["headers"] if field == name)
