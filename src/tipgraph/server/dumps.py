"""Dumps over HTTP: streamed from the disk, a range of them if that is asked for (RFC 9110, 14).

They are compressed already, so no content coding is put on them, and each byte of a dump is one
byte of the response. The entity tag is the dump's SHA-256, which Repr-Digest (RFC 9530) repeats.
"""

import asyncio
import base64
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tipgraph.catalogue import MEDIA_TYPES
from tipgraph.errors import RequestError
from tipgraph.server.exchange import Exchange, Headers, Scope, Service
from tipgraph.server.reading import Reading
from tipgraph.snapshot import Dump, Snapshot

CHECKSUMS: Final = "SHA256SUMS"

_CHUNK: Final = 1 << 18
_ADDRESS: Final = re.compile(r"/dumps(?:/(?P<version>[^/]*)(?:/(?P<name>[^/]*))?)?")
_RANGE: Final = re.compile(rb"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")


class Dumps(Reading):
    """An ASGI application that gives out the dumps of a snapshot.

    Args:
        service: What all exchanges share.
        snapshot: The snapshot.
        root: The path of the home page.
    """

    def __init__(self, service: Service, snapshot: Snapshot, *, root: str) -> None:
        super().__init__(service)
        self._folder = snapshot.dumps_path
        self._version = snapshot.manifest.dataset_version
        self._described = (b"link", f'<{root}dataset>; rel="describedby"'.encode())
        self._dumps = {dump.name: dump for dump in snapshot.manifest.dumps}

    def has(self, path: str) -> bool:
        """Whether a path is one of those answered here."""
        return path == "/dumps" or path.startswith("/dumps/")

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request."""
        address = _ADDRESS.fullmatch(exchange.path)
        version, name = address.group("version", "name") if address else (None, exchange.path)
        if version not in (None, "", self._version):
            raise RequestError(
                "not-found", f"there are no dumps of {version!r} here, but of {self._version!r}"
            )
        if name == CHECKSUMS:
            await self._send_checksums(exchange)
        elif name in self._dumps:
            await self._send_file(exchange, scope["headers"], self._dumps[name])
        elif name:
            known = ", ".join((*self._dumps, CHECKSUMS))
            raise RequestError("not-found", f"there is no dump {name!r}; there are {known}")
        else:
            await self._send_list(exchange)

    async def _send_checksums(self, exchange: Exchange) -> None:
        """What `sha256sum --check` reads."""
        lines = "".join(f"{dump.sha256}  {dump.name}\n" for dump in self._dumps.values())
        await exchange.send_document(
            [(b"content-type", b"text/plain; charset=utf-8"), self._described], lines.encode()
        )

    async def _send_list(self, exchange: Exchange) -> None:
        page = exchange.service.templates.render(
            "dumps.html", dumps=self._dumps.values(), version=self._version, checksums=CHECKSUMS
        )
        headers = [(b"content-type", b"text/html; charset=utf-8"), self._described]
        await exchange.send_document(headers, page)

    async def _send_file(self, exchange: Exchange, fields: Headers, dump: Dump) -> None:
        tag = dump.sha256.encode()
        headers = [
            (b"etag", b'"' + tag + b'"'),
            (b"cache-control", b"public, no-cache"),
            (b"accept-ranges", b"bytes"),
            self._described,
        ]
        exchange.check_expected(headers)
        if exchange.is_known(tag):
            await exchange.respond(304, headers)
            return
        status, part = 200, ByteRange(0, dump.size)
        asked = _asked_range(fields, dump) if exchange.method == "GET" else None
        if asked is not None:
            status, part = 206, asked
            last = part.first + part.length - 1
            field = f"bytes {part.first}-{last}/{dump.size}"
            headers.append((b"content-range", field.encode()))
        headers += _file_headers(dump)
        await exchange.begin(status, headers, part.length)
        if exchange.method == "GET":
            await _stream(exchange, self._folder / dump.name, part)
        await exchange.send({"type": "http.response.body", "body": b""})


class NoDumps(Reading):
    """Says why there are none, where an endpoint is asked in the place of a snapshot."""

    def has(self, path: str) -> bool:
        """Whether a path is one of those of dumps."""
        return path == "/dumps" or path.startswith("/dumps/")

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Refuse a request."""
        raise RequestError(
            "not-found",
            "there are no dumps: the data is at an endpoint, and may change at any moment; /gsp "
            "gives out each graph as it is now",
        )


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Part of a file.

    Args:
        first: The offset of its first byte.
        length: Its number of bytes.
    """

    first: int
    length: int


def byte_range(field: bytes, size: int) -> ByteRange | None:
    """The part of a file that a Range field asks for.

    Several ranges at once, and what is no range of bytes, count as no range, as RFC 9110 allows.

    Args:
        field: The Range field.
        size: The size of the file, in bytes.

    Raises:
        RequestError: The file has no such part.
    """
    match = _RANGE.fullmatch(field)
    if match is None or match.group(1, 2) == (b"", b""):
        return None
    if not match.group(1):
        length = min(int(match.group(2)), size)
        first, last = size - length, size - 1
    else:
        first = int(match.group(1))
        last = min(int(match.group(2) or size - 1), size - 1)
        if match.group(2) and int(match.group(2)) < first:
            return None
    if first > last:
        raise RequestError(
            "range-not-satisfiable",
            f"the dump has {size} bytes",
            headers=(("content-range", f"bytes */{size}"),),
        )
    return ByteRange(first, last - first + 1)


def _asked_range(fields: Headers, dump: Dump) -> ByteRange | None:
    """The part that a request asks for, if it has the rest of the same file."""
    given = dict(fields)
    tag = f'"{dump.sha256}"'.encode()
    if given.get(b"if-range", tag) != tag:
        return None
    return byte_range(given.get(b"range", b""), dump.size)


def _file_headers(dump: Dump) -> Headers:
    digest = base64.b64encode(bytes.fromhex(dump.sha256)).decode()
    return (
        (b"content-type", MEDIA_TYPES[dump.name.rpartition(".")[2]].encode()),
        (b"content-disposition", f'attachment; filename="{dump.name}"'.encode()),
        (b"repr-digest", f"sha-256=:{digest}:".encode()),
    )


async def _stream(exchange: Exchange, path: Path, part: ByteRange) -> None:
    """Send part of a file, as fast as the client takes it and for as long as it does."""
    leaving = asyncio.ensure_future(_disconnected(exchange))
    left = part.length
    try:
        with path.open("rb") as file:
            file.seek(part.first)
            while left and not leaving.done():
                chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                left -= len(chunk)
                await exchange.send(
                    {"type": "http.response.body", "body": chunk, "more_body": True}
                )
    finally:
        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving


async def _disconnected(exchange: Exchange) -> None:
    while (await exchange.receive())["type"] != "http.disconnect":
        pass
