"""Loading of anybody's RDF files into a store as streams, in memory that does not grow with them.

N-Triples and N-Quads have one statement a line (https://www.w3.org/TR/n-quads/), so that a line
that breaks the grammar can be named, and left out on request, without the rest of the file.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import Quad, RdfFormat, Store, parse

from tipgraph.dataset import rdf_format, read_quads
from tipgraph.errors import InputError, InputSyntaxError, UsageError
from tipgraph.nesting import Shallow
from tipgraph.streams import CHUNK, COMPRESSIONS, Meter, Readable, Watched, file_size, lines, opened
from tipgraph.syntax import (
    CUT_SHORT,
    NESTED_ENTITY,
    NOT_EXPANDED,
    decode,
    ends_too_soon,
    parse_rdf,
)

LINE_FORMATS: Final = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
# Files of fewer bytes are read once more as a whole to name a place.
_LARGE: Final = 1 << 26
_SHOWN: Final = 20
# Characters of a declaration that may lie in two pieces of a file.
_LONGEST_DECLARATION: Final = 1 << 16
_LONGEST_EXCERPT: Final = 200


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out.

    Args:
        file: Its file.
        line: Its number, from 1.
        reason: What is wrong with it.
    """

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass
class BadLines:
    """Lines that were left out.

    Args:
        count: How many.
        first: The first of them.
    """

    count: int = 0
    first: list[BadLine] = field(default_factory=list)

    def add(self, found: BadLine) -> None:
        """Count one more."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(found)


def file_format(path: Path) -> RdfFormat:
    """The RDF format of a file that may be compressed, as in `all.nq.zst`.

    Raises:
        InputError: The extension is unknown.
    """
    try:
        return rdf_format(path.with_suffix("") if path.suffix in COMPRESSIONS else path)
    except InputError as error:
        raise InputError(f"{error}, each also as {' or '.join(COMPRESSIONS)}") from error


def load_files(
    store: Store,
    files: tuple[Path, ...],
    *,
    leave_out: Callable[[BadLine], None] | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """Load files into a store; relative IRIs are resolved against each file's own IRI.

    Args:
        store: The store, which keeps what was loaded before an error.
        files: RDF files, perhaps compressed (`.gz`, `.zst`).
        leave_out: Is told of each line of N-Triples and N-Quads that breaks their grammar, and is
            left out; without it, that is an error.
        announce: Is told how far it is, in words, some times a second.

    Raises:
        InputError: A file cannot be read, is cut short, is nested too deeply, or breaks its grammar
            (InputSyntaxError).
        UsageError: Lines are to be left out of a format that is not made of lines.
    """
    formats = [file_format(file) for file in files]
    for file, form in zip(files, formats, strict=True):
        if leave_out is not None and form not in LINE_FORMATS:
            raise UsageError(
                f"{file}: errors can be left out of N-Triples and N-Quads alone, line by line; "
                f"{form.name} has no such lines"
            )
    meter = Meter(sum(file_size(file) for file in files), announce)
    for file, form in zip(files, formats, strict=True):
        _load_file(store, file, form, meter, leave_out)


def _load_file(
    store: Store,
    file: Path,
    form: RdfFormat,
    meter: Meter,
    leave_out: Callable[[BadLine], None] | None,
) -> None:
    if form == RdfFormat.RDF_XML:
        _check_xml(file)
    with opened(file) as (raw, content):
        watched: Readable = Shallow(Watched(raw, content, meter), form, str(file))
        if leave_out is not None:
            watched = _SoundLines(watched, file, form, leave_out)
        try:
            store.bulk_load(cast("IO[bytes]", watched), form, base_iri=file.resolve().as_uri())
            return
        except MemoryError as error:
            raise _too_long(file, error) from error
        except (SyntaxError, UnicodeDecodeError) as error:
            found = error
    located = _located(file, form, found)
    raise _with_advice(located) if form in LINE_FORMATS else located


def stream_quads(file: Path) -> Iterator[Quad]:
    """Parse one RDF file, perhaps compressed, as a stream; else as `dataset.read_quads` does.

    Raises:
        InputError: The file cannot be read, is cut short, is nested too deeply, or breaks its
            grammar (InputSyntaxError).
    """
    form = file_format(file)
    if form == RdfFormat.RDF_XML:
        _check_xml(file)
    with opened(file) as (_, content):
        try:
            yield from parse(
                cast("IO[bytes]", Shallow(content, form, str(file))),
                form,
                base_iri=file.resolve().as_uri(),
                rename_blank_nodes=True,
            )
            return
        except MemoryError as error:
            raise _too_long(file, error) from error
        except (SyntaxError, UnicodeDecodeError) as error:
            found = error
    raise _located(file, form, found)


def _check_xml(file: Path) -> None:
    """Refuse RDF/XML that ends too soon, or whose entities would grow in the parser's memory."""
    with opened(file) as (_, content):
        cut = ends_too_soon(_without_nested_entities(content, file))
    if cut:
        raise _located(file, RdfFormat.RDF_XML, SyntaxError(CUT_SHORT))


def _without_nested_entities(content: Readable, file: Path) -> Iterator[bytes]:
    """The pieces of XML, up to the first entity that is made of others."""
    text = ""
    while chunk := content.read(CHUNK):
        text = text[-_LONGEST_DECLARATION:] + chunk.decode("latin-1")
        if NESTED_ENTITY.search(text):
            raise _located(file, RdfFormat.RDF_XML, SyntaxError(NOT_EXPANDED))
        yield chunk


def _too_long(file: Path, error: MemoryError) -> InputError:
    """The error for a text that the parser's buffer cannot hold, which is what it says then."""
    return InputError(f"{file}: a text or statement is too long for the engine: {error}")


def _located(file: Path, form: RdfFormat, error: SyntaxError | UnicodeDecodeError) -> InputError:
    """The error with its place, for which the file is read once more."""
    if form in LINE_FORMATS:
        with opened(file) as (_, content):
            for number, line in enumerate(lines(content), start=1):
                if found := _fault(line, number, file, form):
                    return found
    elif file.suffix not in COMPRESSIONS and file_size(file) < _LARGE:
        read_quads(file)
    if isinstance(error, UnicodeDecodeError):
        return InputError(f"{file}: not UTF-8")
    line_number, column = error.lineno or 1, error.offset or 1
    with opened(file) as (_, content):
        line = next(islice(lines(content), line_number - 1, line_number), b"")
    text = line.decode("utf-8", "replace").rstrip("\r\n")
    return _syntax_error(str(error.msg), file, line_number, column, text)


def _with_advice(found: InputError) -> InputError:
    advice = "; --skip-errors leaves out such lines"
    if not isinstance(found, InputSyntaxError):
        return InputError(f"{found}{advice}")
    return InputSyntaxError(
        found.reason + advice,
        found.source,
        line=found.line,
        column=found.column,
        excerpt=found.excerpt,
    )


def _fault(line: bytes, number: int, file: Path, form: RdfFormat) -> InputError | None:
    """What is wrong with a line of N-Triples or N-Quads."""
    try:
        text = decode(line.rstrip(b"\r\n"), str(file))
    except InputError:
        return InputError(f"{file}:{number}: not UTF-8")
    try:
        parse_rdf(text, form, str(file))
    except InputSyntaxError as error:
        return _syntax_error(error.reason, file, number, error.column, text)
    return None


def _syntax_error(reason: str, file: Path, line: int, column: int, text: str) -> InputSyntaxError:
    # The lines of big files may be as long as these.
    excerpt = text if len(text) <= _LONGEST_EXCERPT else ""
    return InputSyntaxError(reason, str(file), line=line, column=column, excerpt=excerpt)


class _SoundLines:
    """A stream of the lines that keep to the grammar.

    Args:
        content: All lines.
        file: Their file.
        form: N-Triples or N-Quads.
        leave_out: Is told of each other line.
    """

    def __init__(
        self,
        content: Readable,
        file: Path,
        form: RdfFormat,
        leave_out: Callable[[BadLine], None],
    ) -> None:
        self._content, self._file, self._form = content, file, form
        self._leave_out = leave_out
        self._line = 0
        self._rest = b""
        self._sound = memoryview(b"")

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes; none at the end alone."""
        while not self._sound:
            chunk = self._content.read(CHUNK)
            whole, end, self._rest = (self._rest + chunk).rpartition(b"\n")
            if not chunk:
                whole, end, self._rest = self._rest, b"\n" if self._rest else b"", b""
            if not chunk and not whole:
                return b""
            self._sound = memoryview(self._checked(whole + end))
        size = len(self._sound) if size < 0 else size
        piece, self._sound = self._sound[:size], self._sound[size:]
        return bytes(piece)

    def _checked(self, some: bytes) -> bytes:
        first, self._line = self._line, self._line + some.count(b"\n")
        try:
            # Mostly all of them are sound, which the engine finds soonest.
            deque(parse(some, self._form), maxlen=0)
            return some
        except (SyntaxError, UnicodeDecodeError):
            pass
        sound = []
        for number, line in enumerate(some.split(b"\n"), start=first + 1):
            fault = _fault(line, number, self._file, self._form)
            if fault is None:
                sound.append(line)
                continue
            reason = fault.reason if isinstance(fault, InputSyntaxError) else "not UTF-8"
            self._leave_out(BadLine(str(self._file), number, reason))
        return b"\n".join(sound)
