"""What a representation links to in its header, and the same as a linkset of its own.

RFC 8288 (Web Linking), RFC 9264 (Linkset) and the relations of https://signposting.org/.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from tipgraph.describe import Description
from tipgraph.formats import GRAPH_FORMATS
from tipgraph.server.citations import Source
from tipgraph.server.things import (
    BIBTEX,
    CSL_JSON,
    FORMS,
    LINKSET,
    PAGE,
    PAGED_FORMS,
    Address,
    AnyForm,
)

_SAFE: Final = ":/?#[]@!$&'()*+,;=%-._~"
_ABOUT_PAGE: Final = "https://schema.org/AboutPage"
_DOCUMENT: Final = "http://xmlns.com/foaf/0.1/Document"
_DESCRIBING: Final[tuple[AnyForm, ...]] = (*GRAPH_FORMATS, BIBTEX, CSL_JSON)


@dataclass(frozen=True, slots=True)
class WebLink:
    """A link from a representation.

    Args:
        relation: The relation types, separated by spaces.
        target: The IRI or local path that it leads to.
        media_type: The media type to expect there; empty when that is open.
    """

    relation: str
    target: str
    media_type: str = ""

    def __str__(self) -> str:
        expected = f'; type="{self.media_type}"' if self.media_type else ""
        target = quote(self.target, safe=_SAFE)
        return f'<{target}>; rel="{self.relation}"{expected}'


@dataclass(frozen=True, slots=True)
class Linking:
    """What the links of a representation depend on.

    Args:
        address: The thing.
        description: What is represented.
        source: The dataset it is in.
        base_iri: The base of IRIs.
        root: The local path of the home page.
    """

    address: Address
    description: Description
    source: Source
    base_iri: str
    root: str

    def field(self, form: AnyForm) -> bytes:
        """The Link field of the representation in a form."""
        links = [*self.links(form, self.root), *self._pager(form)]
        return ", ".join(map(str, links)).encode()

    def links(self, form: AnyForm, root: str) -> list[WebLink]:
        """The links of the representation in a form, below a root path or IRI."""
        local, page = self.address.local, self.description.page
        links = [
            WebLink("canonical", self.base_iri + local(form, page)),
            WebLink("cite-as", self.address.iri.value),
            WebLink("type", _ABOUT_PAGE if form is PAGE else _DOCUMENT),
            *(WebLink("type", name) for name in self._types(form)),
            *(WebLink("author", creator) for creator, _ in self.source.creators),
            WebLink("collection", f"{root}dataset"),
            WebLink("up", self._local(self.description.up, root) or f"{root}dataset"),
        ]
        if self.source.licence:
            links.append(WebLink("license", self.source.licence))
        if form is not PAGE:
            links.append(WebLink("describes", self.address.iri.value))
        for other in FORMS:
            if other is form or other is LINKSET:
                continue
            relation = "alternate"
            if form is PAGE and other in _DESCRIBING:
                relation = "describedby alternate" if other in GRAPH_FORMATS else "describedby"
            links.append(WebLink(relation, root + local(other, page), other.media_type))
        if form is not LINKSET:
            links.append(WebLink("linkset", root + local(LINKSET), LINKSET.media_type))
        return links

    def _pager(self, form: AnyForm) -> list[WebLink]:
        local = self.address.local
        links: list[WebLink] = []
        if form not in PAGED_FORMS:
            return links
        page, pages = self.description.page, self.description.pages
        if page > 1:
            links.append(WebLink("first", self.root + local(form)))
            links.append(WebLink("prev", self.root + local(form, page - 1)))
        if page < pages:
            links.append(WebLink("next", self.root + local(form, page + 1)))
            links.append(WebLink("last", self.root + local(form, pages)))
        return links

    def _types(self, form: AnyForm) -> tuple[str, ...]:
        """The classes of what a page is about, which are of use to who reads no data."""
        return self.description.types if form is PAGE else ()

    def _local(self, iri: str, root: str) -> str:
        return root + iri.removeprefix(self.base_iri) if iri.startswith(self.base_iri) else iri

    def linkset(self) -> bytes:
        """The links of all representations, as a linkset in JSON."""
        return write_linkset(
            (self.base_iri + self.address.local(form), self.links(form, self.base_iri))
            for form in FORMS
            if form is not LINKSET
        )


def redirect_links(address: Address, root: str) -> bytes:
    """The Link field that goes with a thing itself, of which there is no representation."""
    links = [
        WebLink("describedby", root + address.local(form), form.media_type)
        for form in FORMS
        if form is not LINKSET
    ]
    links.append(WebLink("linkset", root + address.local(LINKSET), LINKSET.media_type))
    return joined(links)


def alternates(address: Address, root: str, forms: Sequence[AnyForm]) -> bytes:
    """The Link field that tells a client what it could have instead."""
    return joined(
        WebLink("alternate", root + address.local(form), form.media_type) for form in forms
    )


def joined(links: Iterable[WebLink]) -> bytes:
    """Links as one Link field."""
    return ", ".join(map(str, links)).encode()


def write_linkset(contexts: Iterable[tuple[str, Iterable[WebLink]]]) -> bytes:
    """Links as a linkset in JSON: where each comes from, and the links from there."""
    written = [_context(anchor, links) for anchor, links in contexts]
    return json.dumps({"linkset": written}, indent=1).encode() + b"\n"


def _context(anchor: str, links: Iterable[WebLink]) -> dict[str, Any]:
    context: dict[str, Any] = {"anchor": anchor}
    for link in links:
        target = {"href": link.target}
        if link.media_type:
            target["type"] = link.media_type
        for relation in link.relation.split():
            context.setdefault(relation, []).append(target)
    return context
