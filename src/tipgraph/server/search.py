"""Search: `/search?q=…` finds things by labels and definitions, for people and for programs."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from tipgraph.errors import OverloadedError, RequestError, UsageError
from tipgraph.namespaces import expand
from tipgraph.search import MOST_HITS, Found, LabelSearch, SearchIndex, Wanted
from tipgraph.server.addresses import with_parameters
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.links import WebLink, joined
from tipgraph.server.negotiation import negotiated
from tipgraph.server.parameters import Parameters
from tipgraph.server.reading import Reading
from tipgraph.server.search_page import ShownHit, short_name, show_hit, text_of
from tipgraph.server.targets import LinkTargets
from tipgraph.server.things import PAGE, Form

Made = TypeVar("Made")

_JSON: Final = Form("application/json", (), "json")
_FORMS: Final = (_JSON, PAGE)
_LIMIT: Final = 20
_MOST: Final = 100
_LONGEST: Final = 500
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Searches at a time, and how many may wait; one takes milliseconds.
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for.

    Args:
        text: What is looked for.
        kind: IRI of the class that things are to have; empty for any.
        offset: How many hits are passed over.
        limit: How many are given at most.
        form: The form of the answer; empty to negotiate.
    """

    text: str
    kind: str
    offset: int
    limit: int
    form: str = ""

    def address(self, root: str) -> str:
        """The local path that asks for this."""
        parameters = [("q", self.text)] if self.text else []
        if self.kind:
            parameters.append(("kind", short_name(self.kind)))
        if self.offset:
            parameters.append(("offset", str(self.offset)))
        if self.limit != _LIMIT:
            parameters.append(("limit", str(self.limit)))
        if self.form:
            parameters.append(("format", self.form))
        return with_parameters(f"{root}search", parameters)


class Search(Reading):
    """An ASGI application that searches.

    Args:
        service: What all exchanges share.
        index: Finds them.
        targets: Where links lead.
    """

    def __init__(
        self, service: Service, index: SearchIndex | LabelSearch, targets: LinkTargets
    ) -> None:
        super().__init__(service)
        self._index = index
        self._targets = targets
        self._root = targets.root
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return path == "/search"

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request."""
        asked = _read(Parameters(exchange.query_string))
        form = _form(exchange, asked)
        body, links = await self._run(lambda: self._made(asked, form))
        headers = [(b"content-type", form.content_type.encode())]
        if links:
            headers.append((b"link", joined(links)))
        await exchange.send_document(headers, body)

    async def _run(self, work: Callable[[], Made]) -> Made:
        """Do some work in a thread, of few such at a time."""
        if self._waiting >= _MOST_WAITING:
            raise OverloadedError("too many searches wait already")
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    def _made(self, asked: Asked, form: Form) -> tuple[bytes, list[WebLink]]:
        """The answer in a form, and the links to what comes before and after it."""
        try:
            found = self._index.search(
                asked.text, kind=asked.kind, offset=asked.offset, limit=asked.limit
            )
        except UsageError as error:
            raise RequestError("bad-parameter", str(error)) from error
        around = self._around(asked, found)
        wanted = Wanted(asked.text)
        hits = [show_hit(hit, wanted, self._targets) for hit in found.hits]
        body = (
            self._page(asked, found, hits, around)
            if form is PAGE
            else _written(asked, found, hits, around)
        )
        return body, [WebLink(relation, target) for relation, target in around.items()]

    def _around(self, asked: Asked, found: Found) -> dict[str, str]:
        """Where the hits before and after are, as far as there are any."""
        around = {}
        if asked.offset:
            before = replace(asked, offset=max(0, asked.offset - asked.limit))
            around["prev"] = before.address(self._root)
        after = asked.offset + asked.limit
        if after < min(found.total, MOST_HITS):
            around["next"] = replace(asked, offset=after).address(self._root)
        return around

    def _page(
        self, asked: Asked, found: Found, hits: list[ShownHit], around: dict[str, str]
    ) -> bytes:
        near = [] if found.total or not asked.text else self._index.near(asked.text)
        plain = Asked("", asked.kind, 0, _LIMIT)
        return self.service.templates.render(
            "search.html",
            asked=asked,
            found=found,
            hits=hits,
            around=around,
            kind=self._index.kind(asked.kind),
            kinds=sorted(self._index.kinds(), key=lambda kind: (kind.label.casefold(), kind.iri)),
            most=MOST_HITS,
            longest=_LONGEST,
            has_words=bool(Wanted(asked.text).words),
            near=[
                (text, total, replace(plain, text=text, kind="").address(self._root))
                for text, total in near
            ],
            without_kind=replace(asked, kind="", offset=0).address(self._root),
        )


def _read(parameters: Parameters) -> Asked:
    """Read the parameters of a request.

    Raises:
        RequestError: One of them cannot be used.
    """
    text = _CONTROLS.sub(" ", parameters.single("q") or "").strip()
    if len(text) > _LONGEST:
        raise RequestError(
            "bad-parameter",
            f"q has {len(text)} characters, and at most {_LONGEST} are looked for at a time",
        )
    kind = expand((parameters.single("kind") or "").strip())
    offset = _number(parameters, "offset", 0, range(MOST_HITS))
    limit = _number(parameters, "limit", _LIMIT, range(1, _MOST + 1))
    form = parameters.single("format") or ""
    if form not in ("", *(each.name for each in _FORMS)):
        known = ", ".join(each.name for each in _FORMS)
        raise RequestError("bad-parameter", f"format: {form!r} is none of {known}")
    return Asked(text, kind, offset, limit, form)


def _number(parameters: Parameters, name: str, otherwise: int, allowed: range) -> int:
    given = parameters.single(name)
    if given is None:
        return otherwise
    if not _NUMBER.fullmatch(given) or int(given) not in allowed:
        raise RequestError(
            "bad-parameter",
            f"{name}: {given!r} is not a number from {allowed[0]} to {allowed[-1]}",
        )
    return int(given)


def _form(exchange: Exchange, asked: Asked) -> Form:
    """The form of the answer: the one that is named, or the best by Accept."""
    if asked.form:
        return next(form for form in _FORMS if form.name == asked.form)
    what = "what a search finds comes as JSON or as a page"
    return negotiated(exchange.accept_text, _FORMS, what)


def _written(asked: Asked, found: Found, hits: list[ShownHit], around: dict[str, str]) -> bytes:
    """The answer as JSON."""
    members = {
        "query": asked.text,
        "kind": asked.kind or None,
        "total": found.total,
        "totalIsExact": found.exact,
        "offset": asked.offset,
        "limit": asked.limit,
        "hits": [_members(hit, rank) for rank, hit in enumerate(hits, start=asked.offset + 1)],
        "prev": around.get("prev"),
        "next": around.get("next"),
    }
    return json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"


def _members(shown: ShownHit, rank: int) -> dict[str, Any]:
    hit = shown.hit
    return {
        "rank": rank,
        "match": hit.match,
        "iri": hit.iri,
        "label": hit.label.text,
        "language": hit.label.language or None,
        "alternative": hit.alternative and hit.alternative.text,
        "kind": hit.kind and {"iri": hit.kind.iri, "label": hit.kind.label},
        "definition": hit.definition and text_of(shown.definition),
        "address": shown.href,
    }
