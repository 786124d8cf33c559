"""Files as streams: decompressed, measured as they are read, cut into lines."""

import gzip
import time
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Final, Protocol

import zstandard

from tipgraph.errors import InputError

COMPRESSIONS: Final = (".gz", ".zst")
# Bytes that are read at a time.
CHUNK: Final = 1 << 18
# Seconds between two words on how far it is.
_PACE: Final = 0.25


class Readable(Protocol):
    """What can be read as a stream of bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes; none at the end alone."""
        ...


class Meter:
    """Says how far reading is: bytes, statements a second and the seconds left.

    Args:
        whole: How many bytes there are in all files.
        announce: Is told.
    """

    def __init__(self, whole: int, announce: Callable[[str], None]) -> None:
        self._whole, self._announce = whole, announce
        self._done = self._lines = 0
        self._start = self._said = time.monotonic()

    def add(self, size: int, lines: int) -> None:
        """Count bytes of a file and lines of what it holds."""
        self._done += size
        self._lines += lines
        now = time.monotonic()
        if now - self._said >= _PACE:
            self._said = now
            self._announce(self._words(now - self._start))

    def _words(self, seconds: float) -> str:
        share = min(self._done / self._whole, 1) if self._whole else 1
        left = seconds / share - seconds if share else 0
        return (
            f"{self._done / 1e6:,.0f} of {self._whole / 1e6:,.0f} MB ({share:.0%}), "
            f"{self._lines / seconds:,.0f} lines/s, {left:,.0f} s left"
        )


class Watched:
    """A stream that is measured as it is read.

    Args:
        raw: The file, whose place in it counts.
        content: What it holds, decompressed.
        meter: Is told.
    """

    def __init__(self, raw: IO[bytes], content: Readable, meter: Meter) -> None:
        self._raw, self._content, self._meter = raw, content, meter
        self._place = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes."""
        chunk = self._content.read(size)
        place = self._raw.tell()
        self._meter.add(place - self._place, chunk.count(b"\n"))
        self._place = place
        return chunk


class _Frames:
    """The content of a Zstandard file, which must be whole.

    The library's own reader takes a file that was cut short for one that ends there.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = self._past_mark = False
        # A small chunk may hold a great deal, which is read in many pieces.
        self._ready = BytesIO()

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes."""
        while not (piece := self._ready.read(size)) and size:
            chunk = self._raw.read(CHUNK)
            if not chunk:
                if self._begun and not self._frame.eof:
                    raise EOFError("it ends within a frame")
                return b""
            ready = self._decompressed(chunk)
            if not self._past_mark and ready:
                self._past_mark = True
                ready = ready.removeprefix(BOM_UTF8)
            self._ready = BytesIO(ready)
        return piece

    def _decompressed(self, chunk: bytes) -> bytes:
        parts = []
        while chunk:
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._begun = True
            parts.append(self._frame.decompress(chunk))
            chunk = self._frame.unused_data if self._frame.eof else b""
        return b"".join(parts)


@contextmanager
def opened(file: Path) -> Iterator[tuple[IO[bytes], Readable]]:
    """A file and the stream of what it holds, without a byte order mark.

    Raises:
        InputError: It cannot be read, or what is compressed is damaged or cut short.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise InputError.of_file(file, error) from error
    try:
        with raw:
            if file.suffix in COMPRESSIONS and not file_size(file):
                raise EOFError("it is empty")
            if file.suffix == ".zst":
                yield raw, _Frames(raw)
                return
            content = gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw
            if content.read(len(BOM_UTF8)) != BOM_UTF8:
                content.seek(0)
            yield raw, content
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InputError(
            f"{file}: the compressed file is damaged or cut short: {error}; fetch it again"
        ) from error


def file_size(file: Path) -> int:
    """The size of a file in bytes; raises InputError when it cannot be read."""
    try:
        return file.stat().st_size
    except OSError as error:
        raise InputError.of_file(file, error) from error


def lines(content: Readable) -> Iterator[bytes]:
    """The lines of a stream, each with its ending."""
    rest = b""
    while chunk := content.read(CHUNK):
        *whole, rest = (rest + chunk).splitlines(keepends=True)
        if rest.endswith(b"\n"):
            whole.append(rest)
            rest = b""
        yield from whole
    if rest:
        yield rest
