"""What pages load: style sheets, scripts and pictures, at addresses that name their content.

The address of a file has a digest of all files in its path, so that whatever a file imports by a
relative address is under the same digest, and all of it may be kept for good.
"""

import asyncio
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from tipgraph.errors import RequestError
from tipgraph.server.answers import Representation
from tipgraph.server.bodies import (
    CODINGS_BY_SIZE,
    IDENTITY,
    SMALL_BODY,
    choose_coding,
    compress,
)
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.libraries import installed
from tipgraph.server.reading import Reading

MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}

_FOLDER: Final = Path(__file__).parent / "static"
_ADDRESS: Final = re.compile(r"/static/(?:(?P<digest>[0-9a-f]{12})/)?(?P<name>.+)")
_FAVICON: Final = "/favicon.ico"
_ICON: Final = "favicon.svg"
_FOR_GOOD: Final = b"public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = b"public, no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load.

    Args:
        body: Its content.
        media_type: Its media type.
        tag: Names its content.
    """

    body: bytes
    media_type: str
    tag: str


class AssetFiles:
    """The files that pages load, read once: our own, and those of installed libraries.

    Args:
        root: The path of the home page.
        web: The folder in which the libraries were installed, if they were.
    """

    def __init__(self, *, root: str, web: Path) -> None:
        self._files = {
            path.relative_to(_FOLDER).as_posix(): _asset(path.name, path.read_bytes())
            for path in sorted(_FOLDER.rglob("*"))
            if path.suffix in MEDIA_TYPES
        }
        self._libraries = set()
        for library, file, content in installed(web):
            self._files[f"lib/{file.name}"] = _asset(file.name, content)
            self._libraries.add(library)
        named = repr([(name, asset.tag) for name, asset in self._files.items()])
        self.digest = blake2b(named.encode(), digest_size=6).hexdigest()
        self._root = root

    def find(self, name: str) -> Asset | None:
        """The file of a name, such as `site.css`; None when there is none."""
        return self._files.get(name)

    def has_library(self, name: str) -> bool:
        """Whether a library, such as `yasqe`, is installed."""
        return name in self._libraries

    def address(self, name: str) -> str:
        """The local address of a file, for pages.

        Raises:
            KeyError: There is no such file.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"{self._root}static/{self.digest}/{name}"


class Assets(Reading):
    """An ASGI application that gives out the files that pages load.

    Args:
        service: What all exchanges share.
        files: The files.
    """

    def __init__(self, service: Service, files: AssetFiles) -> None:
        super().__init__(service)
        self._files = files
        self._kept: dict[tuple[str, str], Representation] = {}

    def has(self, path: str) -> bool:
        """Whether a path is that of a file, or where browsers look for an icon unasked."""
        return path.startswith("/static/") or path == _FAVICON

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request.

        Raises:
            RequestError: There is no such file.
        """
        path = f"/static/{_ICON}" if exchange.path == _FAVICON else exchange.path
        address = _ADDRESS.fullmatch(path)
        digest, name = address.group("digest", "name") if address else ("", "")
        asset = self._files.find(name)
        if asset is None:
            raise RequestError("not-found", f"there is nothing at {exchange.path}")
        # A page of another version of tipgraph gets the file of this one, but may not keep it.
        lasting = _FOR_GOOD if digest == self._files.digest else _ASKED_AGAIN
        coding = choose_coding(exchange.accept_encoding.decode("latin-1"), CODINGS_BY_SIZE)
        if len(asset.body) < SMALL_BODY:
            coding = IDENTITY
        tag = f"{asset.tag}-{coding}".encode()
        validators = [
            (b"etag", b'"' + tag + b'"'),
            (b"cache-control", lasting),
            (b"vary", b"Accept-Encoding"),
        ]
        if exchange.is_known(tag):
            await exchange.respond(304, validators)
            return
        found = await self._representation(name, asset, coding)
        await exchange.respond(200, [*found.headers, *validators], found.body)

    async def _representation(self, name: str, asset: Asset, coding: str) -> Representation:
        """A file in a content coding: compressed once, then kept."""
        kept = self._kept.get((name, coding))
        if kept is None:
            body, headers = asset.body, [(b"content-type", asset.media_type.encode())]
            if coding != IDENTITY:
                body = await asyncio.to_thread(compress, body, coding, kept=True)
                headers.append((b"content-encoding", coding.encode()))
            kept = self._kept[name, coding] = Representation(headers, body)
        return kept


def _asset(name: str, body: bytes) -> Asset:
    tag = blake2b(body, digest_size=16).hexdigest()
    return Asset(body, MEDIA_TYPES[Path(name).suffix], tag)
