"""Answers over HTTP: evaluated once, kept, compressed, and told apart by entity tags."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from typing import Final, NamedTuple, Protocol
from urllib.parse import quote

from tipgraph import __version__
from tipgraph.errors import QuerySyntaxError
from tipgraph.server.bodies import IDENTITY, SMALL_BODY, compress
from tipgraph.server.exchange import Exchange, Headers, etags
from tipgraph.server.metrics import Metrics
from tipgraph.store import QueryAnswer, QueryRequest, Store, whole_answer
from tipgraph.store.base import Pending
from tipgraph.store.tokens import decode_code

_VOLATILE_NAMES: Final = ("now", "rand", "uuid", "bnode")
# A comment may stand before the parenthesis.
_VOLATILE: Final = re.compile(r"\b(?:now|rand|(?:str)?uuid|bnode)\s*[(#]")
# From this size on, compressing would hold up other requests.
_LARGE_BODY: Final = 256 * 1024
# No answer may push out more of the cache than this part.
_CACHE_SHARE: Final = 0.5


class Tagged(Protocol):
    """A request for a representation that has a name."""

    @property
    def tag(self) -> bytes:
        """Names the representation, whatever its coding: a digest of all that it depends on.

        Empty when that cannot be known, so that the representation's bytes have to name it.
        """
        ...

    @property
    def coding(self) -> str:
        """The content coding wanted."""
        ...

    @property
    def volatile(self) -> bool:
        """Whether the representation may differ each time."""
        ...


class AnswerPage(Protocol):
    """A page that shows an answer."""

    @property
    def name(self) -> str:
        """Tells it from other pages that show the same answer."""
        ...

    async def render(
        self, answer: QueryAnswer, request: QueryRequest, hints: Sequence[str]
    ) -> bytes:
        """Make the page.

        Args:
            answer: The answer, in JSON or N-Triples.
            request: The query.
            hints: What may be wrong with it, if it found nothing.
        """
        ...


class Asked(NamedTuple):
    """A query as one kind of request asks it.

    Args:
        request: The query.
        tag: Names the answer, whatever its coding: a digest of all that it depends on; empty when
            the data may change.
        coding: The content coding wanted.
        volatile: Whether the answer may differ each time.
        page: The page that is to show the answer; None when the answer itself is wanted.
    """

    request: QueryRequest
    tag: bytes
    coding: str
    volatile: bool
    page: AnswerPage | None = None


class Representation(NamedTuple):
    """An answer ready to be sent.

    Args:
        headers: Its header fields.
        body: Its bytes.
        tag: Its entity tag; empty when it has none, or is given elsewhere.
    """

    headers: Headers
    body: bytes
    tag: bytes = b""


def ask(
    request: QueryRequest, coding: str, digest: str, *, page: AnswerPage | None = None
) -> Asked:
    """Name the answer to a query over the dataset with a digest, which may be empty."""
    parts = (
        digest,
        request.query,
        request.default_graphs,
        request.named_graphs,
        request.results_format and request.results_format.name,
        request.graph_format and request.graph_format.name,
        page and (page.name, __version__),
    )
    tag = digest_tag(repr(parts).encode("utf-8", "surrogatepass")) if digest else b""
    return Asked(request, tag, coding, _is_volatile(request.query), page)


class AnswerCache:
    """The latest answers, up to a number of bytes.

    Args:
        capacity: Bytes of bodies kept.
        metrics: Where hits and size are counted.
    """

    def __init__(self, capacity: int, metrics: Metrics) -> None:
        self._capacity = capacity
        self._metrics = metrics
        self._kept: OrderedDict[tuple[bytes, str], Representation] = OrderedDict()

    def get(self, asked: Tagged) -> Representation | None:
        """Find a kept answer."""
        key = (asked.tag, asked.coding)
        found = self._kept.get(key)
        if found is None:
            self._metrics.cache["miss"] += 1
            return None
        self._kept.move_to_end(key)
        self._metrics.cache["hit"] += 1
        return found

    def body(self, asked: Tagged) -> bytes | None:
        """Find the body of an answer that was kept before; None when it no longer is."""
        if (asked.tag, asked.coding) not in self._kept:
            return None
        found = self.get(asked)
        return found and found.body

    def keep(self, asked: Tagged, representation: Representation) -> None:
        """Keep an answer, in place of those not asked for longest."""
        size = len(representation.body)
        if asked.volatile or not asked.tag or size > self._capacity * _CACHE_SHARE:
            return
        key = (asked.tag, asked.coding)
        replaced = self._kept.pop(key, None)
        self._metrics.cache_bytes += size - (len(replaced.body) if replaced else 0)
        self._kept[key] = representation
        while self._metrics.cache_bytes > self._capacity:
            _, oldest = self._kept.popitem(last=False)
            self._metrics.cache_bytes -= len(oldest.body)


class Answers:
    """Sends the answers to queries.

    Args:
        store: Evaluates them.
        cache: Keeps them.
        metrics: Where revalidations are counted.
    """

    def __init__(self, store: Store, cache: AnswerCache, metrics: Metrics) -> None:
        self._store = store
        self._cache = cache
        self._metrics = metrics

    async def send(self, exchange: Exchange, asked: Asked, headers: Headers = ()) -> None:
        """Answer an exchange.

        Args:
            exchange: The exchange.
            asked: What it asks.
            headers: Header fields that go with the answer at this address.

        Raises:
            QueryError: The query failed; nothing was sent.
        """
        exchange.query = asked.request.query
        if exchange.if_none_match and asked.tag and not asked.volatile:
            known = known_tag(exchange.if_none_match, asked)
            if known is not None:
                self._metrics.cache["not_modified"] += 1
                await exchange.respond(304, [*validators(known), *headers])
                return
        representation = None if asked.volatile or not asked.tag else self._cache.get(asked)
        kept = None
        if representation is not None:
            timing = (b"server-timing", b"cache;desc=hit")
            kept = partial(self._cache.body, asked)
        else:
            answer = await self._evaluate(exchange, asked.request)
            representation = await self._represent(answer, asked)
            self._cache.keep(asked, representation)
            timing = (b"server-timing", _server_timing(answer))
        fields = [*representation.headers, *headers, timing]
        tag = representation.tag
        if tag and exchange.is_known(tag):
            await exchange.respond(304, [*validators(tag), *headers, timing])
        else:
            await exchange.respond(200, fields, representation.body, kept=kept)

    async def _evaluate(self, exchange: Exchange, request: QueryRequest) -> QueryAnswer:
        try:
            pending = self._store.submit(request, client=exchange.client)
            answer = await pending.settled()
            return answer or await _while_connected(pending, exchange)
        except QuerySyntaxError as error:
            hints = await self._store.hints(request)
            # The query is at fault already; of its terms only those nearly known are worth a word.
            error.hints += tuple(hint for hint in hints if hint.endswith("?"))
            raise

    async def _represent(self, answer: QueryAnswer, asked: Asked) -> Representation:
        """Make an answer ready to be sent: as it is or as a page, with hints if it is empty."""
        hints = await self._store.hints(asked.request) if answer.is_empty else ()
        headers = [(b"tipgraph-hint", _ascii(hint)) for hint in hints]
        body, content_type = answer.body, answer.format.content_type
        if asked.page is not None:
            content_type = "text/html; charset=utf-8"
            body = await asked.page.render(answer, asked.request, hints)
        headers.append((b"content-type", content_type.encode()))
        plain = body
        coding = IDENTITY if len(body) < SMALL_BODY else asked.coding
        if coding != IDENTITY:
            body = await compressed(body, coding)
            headers.append((b"content-encoding", coding.encode()))
        if asked.volatile:
            headers += [(b"cache-control", b"no-store"), (b"vary", b"Accept, Accept-Encoding")]
            return Representation(headers, body)
        tag = asked.tag or digest_tag(plain)
        tag = tag if coding == IDENTITY else tag + b"-" + coding.encode()
        return Representation([*headers, *validators(tag)], body, tag)


def digest_tag(content: bytes) -> bytes:
    """The entity tag that bytes have, or what they name has."""
    return blake2b(content, digest_size=16).hexdigest().encode()


async def compressed(body: bytes, coding: str) -> bytes:
    """Compress a body, without holding up other requests."""
    if len(body) < _LARGE_BODY:
        return compress(body, coding)
    return await asyncio.to_thread(compress, body, coding)


async def _while_connected(pending: Pending, exchange: Exchange) -> QueryAnswer:
    """Wait for an answer as long as the client does."""
    answering = asyncio.ensure_future(whole_answer(pending))
    leaving = asyncio.ensure_future(exchange.disconnected())
    try:
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            pending.cancel()
        return await answering
    except asyncio.CancelledError:
        pending.cancel()
        raise
    finally:
        leaving.cancel()


def _is_volatile(query: str) -> bool:
    lowered = decode_code(query).lower()
    # Few queries have one of the names; to look for calls in all takes far longer.
    if any(name in lowered for name in _VOLATILE_NAMES) and _VOLATILE.search(lowered):
        return True
    # Blank nodes in a template are new ones each time.
    return ("_:" in query or "[" in query) and "construct" in lowered


def known_tag(if_none_match: bytes, asked: Tagged) -> bytes | None:
    """The entity tag that the client has and that would be sent again."""
    current = {asked.tag}
    if asked.coding != IDENTITY:
        current.add(asked.tag + b"-" + asked.coding.encode())
    for tag in etags(if_none_match):
        if tag in current:
            return tag
    return None


def validators(tag: bytes, vary: bytes = b"Accept, Accept-Encoding") -> list[tuple[bytes, bytes]]:
    """The header fields by which a client finds out whether what it keeps is still current."""
    return [
        (b"etag", b'"' + tag + b'"'),
        (b"cache-control", b"public, no-cache"),
        (b"vary", vary),
    ]


def _ascii(text: str) -> bytes:
    """A text as a header field may hold it: what is not ASCII percent-encoded, as in a URI."""
    return quote(text, safe=" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~").encode()


def _server_timing(answer: QueryAnswer) -> bytes:
    timings = answer.timings
    return (
        f"queue;dur={timings.queue * 1e3:.2f}, prepare;dur={timings.prepare * 1e3:.2f}, "
        f'evaluate;dur={timings.evaluate * 1e3:.2f};desc="evaluate and serialise"'
    ).encode()
