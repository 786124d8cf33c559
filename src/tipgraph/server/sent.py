"""RDF documents as clients send them: as a body, as parts of one, or as fields of a form."""

from collections.abc import AsyncGenerator
from pathlib import PurePosixPath
from typing import Any, Final

from pyoxigraph import RdfFormat
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from tipgraph.errors import RequestError
from tipgraph.formats import GRAPH_FORMATS, TURTLE, Format, find_format, media_types
from tipgraph.server.exchange import Exchange
from tipgraph.server.parameters import Parameters
from tipgraph.server.sparql import FORM, content_type

MULTIPART: Final = "multipart/form-data"
# What a document can be, and so the names of parts and fields.
ROLES: Final = ("data", "shapes", "ontology")

_MOST_PARTS: Final = 100

# Its name, text, media type and base IRI.
SentDocument = list[str]


async def read_sent(
    exchange: Exchange, limit: int
) -> tuple[dict[str, list[SentDocument]], Parameters]:
    """The documents of a request, by what they are, and its parameters.

    Texts that were typed into fields are among the parameters as well; files are not.

    Args:
        exchange: The request.
        limit: Bytes of the largest body, after decompression.

    Raises:
        RequestError: The body cannot be read.
    """
    media_type = content_type(exchange.content_type)
    sent: dict[str, list[SentDocument]] = {role: [] for role in ROLES}
    raw = find_format(media_type, GRAPH_FORMATS) if media_type else None
    if raw is None and media_type not in (FORM, MULTIPART):
        accepted = ", ".join((*media_types(GRAPH_FORMATS), MULTIPART, FORM))
        raise RequestError(
            "unsupported-media-type",
            f"the body is {media_type or 'of no stated type'}; it can be one of {accepted}",
            headers=(("accept-post", accepted),),
        )
    body = await exchange.body(limit)
    if raw is not None:
        if not body.strip():
            raise RequestError("bad-parameter", "the body is empty: there is no data")
        sent["data"].append(["data", _utf8(body, "data"), raw.media_type, base_of("data")])
        return sent, Parameters(exchange.query_string)
    if media_type == FORM:
        parameters = Parameters(exchange.query_string, body)
    else:
        parameters = Parameters(exchange.query_string)
        await _read_parts(body, exchange.content_type or b"", sent, parameters)
    for role in ROLES:
        for text in parameters.all(role):
            if text.strip():
                form = _named_format(parameters.single(f"{role}-format"))
                sent[role].append([role, text, form.media_type, base_of(role)])
    return sent, parameters


def base_of(role: str) -> str:
    """What relative IRIs are resolved against: nothing that could be fetched."""
    return f"urn:tipgraph:{role}/"


class _Parser(MultiPartParser):
    """Knows whether the last boundary has come, without which the last part is lost in silence."""

    ended = False

    def on_end(self) -> None:
        """Note the last boundary."""
        self.ended = True


async def _read_parts(
    body: bytes,
    field: bytes,
    sent: dict[str, list[SentDocument]],
    parameters: Parameters,
) -> None:
    """Read a multipart body: its files, and its fields as parameters."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = _Parser(
        Headers({"content-type": field.decode("latin-1")}),
        stream(),
        max_files=_MOST_PARTS,
        max_fields=_MOST_PARTS,
        max_part_size=max(len(body), 1),
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        reason = getattr(error, "message", None) or f"the body is not {MULTIPART}"
        raise RequestError("bad-encoding", str(reason)) from error
    if not parser.ended:
        raise RequestError("bad-encoding", "the body was cut short: its last boundary is missing")
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            parameters.add(name, value)
            continue
        if name not in ROLES:
            known = ", ".join(ROLES)
            raise RequestError("bad-parameter", f"a file cannot be {name!r}, only one of {known}")
        content = await value.read()
        if content.strip():
            source = value.filename or name
            found = _part_format(value.content_type or "", source, form.get(f"{name}-format"))
            text = _utf8(content, source)
            sent[name].append([source, text, found.media_type, base_of(name)])
    await form.close()


def _part_format(media_type: str, source: str, named: Any) -> Format:
    """The format of a part: by its type, its file's extension, the parameter, or Turtle."""
    plain = media_type.partition(";")[0].strip().lower()
    found = find_format(plain, GRAPH_FORMATS) if plain and plain != "text/plain" else None
    extension = PurePosixPath(source).suffix.removeprefix(".")
    if found is None and extension:
        by_extension = RdfFormat.from_extension(extension)
        found = next((each for each in GRAPH_FORMATS if each.engine == by_extension), None)
    if found is None and plain not in ("", "text/plain", "application/octet-stream"):
        raise RequestError("unsupported-media-type", f"{source}: {plain} is no RDF format")
    return found or _named_format(named if isinstance(named, str) else None)


def _named_format(name: str | None) -> Format:
    if not name:
        return TURTLE
    found = find_format(name, GRAPH_FORMATS)
    if found is None:
        known = ", ".join(each.name for each in GRAPH_FORMATS)
        raise RequestError("bad-parameter", f"{name!r} is none of {known}")
    return found


def _utf8(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError("bad-encoding", f"{source}: not UTF-8: {error}") from error
