"""The documents that IRIs with a `#` lead to, and the dataset's: ontology, shapes, `/dataset`.

Each answers at its own address with 200, as a graph, a page or a citation by Accept; a suffix names
a form and a last step the version. `/.well-known/void` is the dataset's (VoID, 7.2).
"""

import asyncio
import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from tipgraph.errors import RequestError
from tipgraph.formats import GRAPH_FORMATS, Format
from tipgraph.namespaces import DCAT, OWL
from tipgraph.server.addresses import service_address
from tipgraph.server.answers import compressed, validators
from tipgraph.server.bodies import IDENTITY, SMALL_BODY, choose_coding
from tipgraph.server.citations import Citation
from tipgraph.server.document_pages import Pages
from tipgraph.server.exchange import Exchange, Headers, Scope, Service
from tipgraph.server.links import WebLink, joined, write_linkset
from tipgraph.server.negotiation import negotiated
from tipgraph.server.once import Once
from tipgraph.server.reading import Reading
from tipgraph.server.sources import Document, Sources, serialise
from tipgraph.server.targets import LinkTargets
from tipgraph.server.things import BIBTEX, CSL_JSON, LINKSET, PAGE, AnyForm
from tipgraph.settings import Settings

_FORMS: Final[tuple[AnyForm, ...]] = (*GRAPH_FORMATS, PAGE, BIBTEX, CSL_JSON, LINKSET)
_SUFFIXES: Final = {form.name: form for form in _FORMS}
_TYPES: Final = {
    "ontology": f"{OWL}Ontology",
    "shapes": f"{OWL}Ontology",
    "dataset": f"{DCAT}Dataset",
}
_WELL_KNOWN: Final = "/.well-known/void"
_ADDRESS: Final = re.compile(
    r"/(?P<name>ontology|shapes|dataset)"
    r"(?:/(?P<version>[^/]+?))?"
    rf"(?:\.(?P<suffix>{'|'.join(_SUFFIXES)}))?"
)
# How many bodies, and how many of them compressed, are kept, and how many bytes of each: those of
# the dataset differ by the address that a client uses, and are large where it has many graphs.
_MOST: Final = 64
_MOST_BYTES: Final = 1 << 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for.

    Args:
        name: The document.
        version: The version in the address; empty for the current one.
        suffix: The suffix in the address; empty to negotiate.
    """

    name: str
    version: str
    suffix: str

    def local(self, form: AnyForm) -> str:
        """The path, below the home page, of the document in a form."""
        return f"{self.local_path}.{form.name}"

    @property
    def local_path(self) -> str:
        """The path, below the home page, without a suffix."""
        return f"{self.name}/{self.version}" if self.version else self.name


@dataclass(frozen=True, slots=True)
class Kept:
    """A representation ready to be sent.

    Args:
        tag: Its entity tag.
        headers: Its header fields.
        body: Its body, compressed if the fields say so.
    """

    tag: bytes
    headers: Headers
    body: bytes


class Documents(Reading):
    """An ASGI application that gives out the documents.

    Args:
        service: What all exchanges share.
        sources: Where they come from.
        settings: Base IRI and public address.
        targets: Where links lead.
    """

    def __init__(
        self, service: Service, sources: Sources, settings: Settings, targets: LinkTargets
    ) -> None:
        super().__init__(service)
        self._sources = sources
        self._settings = settings
        self._root = targets.root
        self._pages = Pages(service.templates, sources, targets)
        self._bodies: Once[bytes] = Once(_MOST, most_bytes=_MOST_BYTES, size=len)
        self._kept: Once[Kept] = Once(
            _MOST, most_bytes=_MOST_BYTES, size=lambda kept: len(kept.body)
        )

    def has(self, path: str) -> bool:
        """Whether a path is one of those answered here."""
        asked = _asked(path)
        return asked is not None and self._sources.has(asked.name)

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request."""
        asked = _asked(exchange.path)
        assert asked is not None  # noqa: S101  # `has` was asked
        address = service_address(exchange, self._settings)
        document = await self._sources.document(asked.name, address)
        if asked.version not in ("", document.version):
            raise RequestError(
                "not-found", f"version {document.version} of {asked.name} is the one that is here"
            )
        form = _form(exchange, asked)
        coding = choose_coding(exchange.accept_encoding.decode("latin-1"))
        kept = await self._kept.get(
            (asked, form.name, coding, address if asked.name == "dataset" else ""),
            lambda: self._represented(asked, document, form, coding=coding, address=address),
        )
        if exchange.is_known(kept.tag):
            await exchange.respond(304, validators(kept.tag))
        else:
            await exchange.respond(200, kept.headers, kept.body)

    async def _represented(
        self, asked: Asked, document: Document, form: AnyForm, *, coding: str, address: str
    ) -> Kept:
        """The document in a form and a content coding, with all header fields."""
        if form is LINKSET:
            body = self._linkset(asked, document)
        else:
            # What a version and the document itself say is the same.
            key = (asked.name, form.name, address if asked.name == "dataset" else "")
            body = await self._bodies.get(key, lambda: self._made(document, form, address))
        coding = IDENTITY if len(body) < SMALL_BODY else coding
        tag = f"{blake2b(body, digest_size=16).hexdigest()}-{coding}".encode()
        headers = [
            (b"content-type", form.content_type.encode()),
            (b"content-location", (self._root + asked.local(form)).encode()),
            (b"link", joined(self._links(asked, document, form, self._root))),
            *validators(tag),
        ]
        if form is PAGE:
            headers.append((b"content-language", b"en"))
        if coding != IDENTITY:
            headers.append((b"content-encoding", coding.encode()))
            body = await compressed(body, coding)
        return Kept(tag, headers, body)

    async def _made(self, document: Document, form: AnyForm, address: str) -> bytes:
        if isinstance(form, Format):
            return await asyncio.to_thread(serialise, document.triples, form, document.graph)
        if form is PAGE:
            return await self._pages.page(document, address)
        source = document.header.source
        citation = Citation(source.iri, source.title, source)
        return citation.bibtex() if form is BIBTEX else citation.csl_json()

    def _linkset(self, asked: Asked, document: Document) -> bytes:
        base = self._settings.base_iri
        return write_linkset(
            (base + asked.local(form), self._links(asked, document, form, base))
            for form in _FORMS
            if form is not LINKSET
        )

    def _links(self, asked: Asked, document: Document, form: AnyForm, root: str) -> list[WebLink]:
        """What else there is about a document (RFC 8288, signposting), below a root path or IRI."""
        source = document.header.source
        links = [
            WebLink("canonical", self._settings.base_iri + asked.name),
            WebLink("cite-as", source.iri),
            WebLink("type", _TYPES[asked.name]),
            *(WebLink("author", creator) for creator, _ in source.creators),
        ]
        if source.licence:
            links.append(WebLink("license", source.licence))
        if asked.version:
            links.append(WebLink("latest-version", root + asked.name))
        if asked.name != "dataset":
            links.append(WebLink("collection", f"{root}dataset"))
        for other in _FORMS:
            if other is not form:
                relation = "describedby alternate" if form is PAGE else "alternate"
                relation = "linkset" if other is LINKSET else relation
                links.append(WebLink(relation, root + asked.local(other), other.media_type))
        return links


def _asked(path: str) -> Asked | None:
    if path == _WELL_KNOWN:
        return Asked("dataset", "", "")
    match = _ADDRESS.fullmatch(path)
    if match is None:
        return None
    return Asked(match["name"], match["version"] or "", match["suffix"] or "")


def _form(exchange: Exchange, asked: Asked) -> AnyForm:
    """The form of the answer: that of the suffix, or the best by Accept."""
    if asked.suffix:
        return _SUFFIXES[asked.suffix]
    what = f"this is the document /{asked.local_path}"
    return negotiated(exchange.accept_text, _FORMS, what)
