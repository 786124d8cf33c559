"""Bodies on their way in and out: read and inflate with limits, compress by Accept-Encoding."""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final

import brotli
import zstandard

from tipgraph.errors import RequestError

_INFLATE_BITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_CODING: Final = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?")

IDENTITY: Final = "identity"
# The quickest first, and the smallest first.
CODINGS: Final = ("zstd", "br", "gzip")
CODINGS_BY_SIZE: Final = ("br", "zstd", "gzip")
# Below this, compressing costs more than sending.
SMALL_BODY: Final = 1024
# What of a body has to come in time; with less, a byte now and then would do.
_PIECE: Final = 16 * 1024

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


async def read_body(receive: Receive, limit: int, seconds: float) -> bytes:
    """Read a request body.

    Args:
        receive: The ASGI receive callable.
        limit: Bytes that it may have.
        seconds: Seconds within which each further 16 KiB, or its end, have to come.

    Raises:
        RequestError: It is too large or too slow, or the client went away.
    """
    parts: list[bytes] = []
    size, due = 0, _PIECE
    try:
        async with asyncio.timeout(seconds) as time_left:
            while True:
                part, more = await _part(receive)
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                if not more:
                    return b"".join(parts)
                if size >= due:
                    due = size + _PIECE
                    time_left.reschedule(asyncio.get_running_loop().time() + seconds)
    except TimeoutError:
        raise _too_slow(seconds) from None


async def _part(receive: Receive) -> tuple[bytes, bool]:
    """What comes next of a body, and whether more is to come."""
    message = await receive()
    if message["type"] != "http.request":
        raise RequestError("bad-encoding", "the request broke off before its body ended")
    return message.get("body", b""), message.get("more_body", False)


def inflate(body: bytes, codings: str, limit: int) -> bytes:
    """Undo the Content-Encoding of a request body.

    Args:
        body: The body as received.
        codings: The Content-Encoding field, in the order in which codings were applied.
        limit: Bytes that may come out.

    Raises:
        RequestError: The coding is unknown, the body is damaged, or too much comes out.
    """
    for coding in reversed([part.strip().lower() for part in codings.split(",")]):
        if coding in ("", IDENTITY):
            continue
        bits = _INFLATE_BITS.get(coding)
        if bits is None:
            raise RequestError(
                "unsupported-media-type",
                f"the body is encoded as {coding!r}; gzip and deflate can be read",
                headers=(("accept-encoding", "gzip, deflate"),),
            )
        inflater = zlib.decompressobj(bits)
        try:
            body = inflater.decompress(body, limit)
        except zlib.error as error:
            raise RequestError("bad-encoding", f"the body is not valid {coding}") from error
        if inflater.unconsumed_tail:
            raise _too_large(limit)
        if not inflater.eof:
            raise RequestError("bad-encoding", f"the body is not valid {coding}: it breaks off")
    return body


@lru_cache(maxsize=256)
def choose_coding(accept_encoding: str, codings: tuple[str, ...] = CODINGS) -> str:
    """The content coding for an Accept-Encoding field; `identity` when there is none.

    Args:
        accept_encoding: The field.
        codings: What it may be, the best first.
    """
    qualities = {
        match.group(1).lower(): float(match.group(2) or 1)
        for element in accept_encoding.split(",")
        if (match := _CODING.fullmatch(element))
    }
    wildcard = qualities.get("*", 0.0)
    ranked = [(qualities.get(coding, wildcard), coding) for coding in codings]
    quality, coding = max(ranked, key=lambda item: item[0])
    return coding if quality > 0 else IDENTITY


def compress(body: bytes, coding: str, *, kept: bool = False) -> bytes:
    """Compress a body; the levels are those at which time and size are in proportion.

    Args:
        body: The body.
        coding: The content coding.
        kept: Whether the result is sent over and over, so that it may take some more time.
    """
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=9 if kept else 3).compress(body)
    if coding == "br":
        return bytes(brotli.compress(body, quality=6 if kept else 4))
    compressor = zlib.compressobj(9 if kept else 5, zlib.DEFLATED, 31)
    return compressor.compress(body) + compressor.flush()


def _too_slow(seconds: float) -> RequestError:
    detail = f"neither {_PIECE} more bytes of the body nor its end came in {seconds:g} seconds"
    return RequestError("request-timeout", detail, headers=(("connection", "close"),))


def _too_large(limit: int) -> RequestError:
    return RequestError("request-too-large", f"the body may have at most {limit} bytes")
