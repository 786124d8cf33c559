"""The addresses of things and of their representations: what a path names, checked strictly.

`/id/…`, `/claim/…`, `/doc/…` and `/inferred/…` are things (their IRIs are these paths below the
base); `/page/…` and `/data/…` before such a path are its page and its data, and a suffix on the
latter names a format. There the path is percent-encoded once more, so that an IRI which holds a
query or encoded octets has an address that no other has; only an IRI and the URI it maps to
(RFC 3987, 3.1) have the same.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import quote, unquote, unquote_to_bytes

from pyoxigraph import NamedNode

from tipgraph.errors import RequestError
from tipgraph.formats import GRAPH_FORMATS, Format
from tipgraph.server.negotiation import HTML, MediaType

KINDS: Final = ("id", "claim", "doc", "inferred")
Role = Literal["thing", "page", "data"]

LONGEST_PATH: Final = 2048
# Things that are known may have longer ones: with a bound, since it is kept whether one is known.
_LONGEST_KNOWN: Final = 4096

_PATH: Final = re.compile(rf"/(?:(page|data)/)?((?:{'|'.join(KINDS)})/.+)")
_BAD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ENCODED_SEPARATOR: Final = re.compile(rb"%2f|%5c|\\", re.IGNORECASE)
_SAFE: Final = "/:@!$&'()*+,;=-._~"
_BEYOND_ASCII: Final = re.compile(rb"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_DOTS: Final = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|\Z)", re.IGNORECASE)
_ASCII: Final = bytes(range(128))
_NOT_IN_IRIS: Final = re.compile(r"[\x00-\x20\x7f<>\"{}|^`\\]")


@dataclass(frozen=True, slots=True)
class Form(MediaType):
    """A form in which a thing can be had that is no RDF format.

    Args:
        name: Its suffix.
        title: What people call it.
        charset: Whether the media type needs a `charset` parameter.
    """

    name: str = ""
    title: str = ""
    charset: bool = False

    @property
    def content_type(self) -> str:
        """The value of a Content-Type field."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


PAGE: Final = Form(HTML.media_type, HTML.aliases, "html", "page", charset=True)
BIBTEX: Final = Form("application/x-bibtex", ("text/x-bibtex",), "bib", "BibTeX", charset=True)
CSL_JSON: Final = Form("application/vnd.citationstyles.csl+json", (), "csl", "CSL-JSON")
LINKSET: Final = Form("application/linkset+json", (), "linkset", "linkset")

AnyForm = Format | Form
# These have the pages that the description of a thing has; there is only one of each other form.
PAGED_FORMS: Final[tuple[AnyForm, ...]] = (*GRAPH_FORMATS, PAGE)
DATA_FORMS: Final[tuple[AnyForm, ...]] = (*GRAPH_FORMATS, BIBTEX, CSL_JSON, LINKSET)
FORMS: Final[tuple[AnyForm, ...]] = (*GRAPH_FORMATS, PAGE, BIBTEX, CSL_JSON, LINKSET)
_SUFFIXES: Final = {form.name: form for form in FORMS}


@dataclass(frozen=True, slots=True)
class Address:
    """What a path names.

    Args:
        role: A thing itself, its page or its data.
        name: The path of the thing below the base, percent-encoded.
        iri: The thing's IRI.
        form: The form that a suffix names.
    """

    role: Role
    name: str
    iri: NamedNode
    form: AnyForm | None = None

    def local(self, form: AnyForm, page: int = 1) -> str:
        """The path, below the home page, of a representation of this thing."""
        query = f"?page={page}" if page > 1 and form in PAGED_FORMS else ""
        if form is PAGE:
            return f"page/{self.name}{query}"
        return f"data/{self.name}.{form.name}{query}"

    def as_encoded(self, base_iri: str) -> "Address":
        """The same with the IRI as a URI: a thing's IRI may be percent-encoded itself."""
        return replace(self, iri=NamedNode(base_iri + _as_uri(unquote(self.name))))

    def of_text(self) -> "Address":
        """The document whose text, as a file, this address names."""
        name = self.name.removesuffix(".txt")
        return replace(self, name=name, iri=NamedNode(self.iri.value.removesuffix(".txt")))

    def without_suffix(self) -> "Address":
        """The same with the suffix as part of the name: a thing may be called so."""
        if self.form is None:
            return self
        suffix = f".{self.form.name}"
        iri = NamedNode(self.iri.value + suffix)
        return replace(self, name=self.name + suffix, iri=iri, form=None)


def is_thing_path(path: str) -> bool:
    """Whether a path begins as those of things and of their representations do."""
    return path[1:].partition("/")[0] in (*KINDS, "page", "data") and path.count("/") > 1


def thing_address(path: str) -> str:
    """Where a link to a thing leads, below the home page; empty where no address names it.

    Clients send neither what follows a `#` nor steps of dots.

    Args:
        path: The path of its IRI below the base.
    """
    if _DOTS.search(path) or len(_encoded(path)) + len("/data/.linkset") > _LONGEST_KNOWN:
        return ""
    if "#" in path:
        return f"page/{_encoded(path)}"
    return path if _PATH.fullmatch(f"/{path}") else ""


def exact_addresses(raw_path: bytes, query_string: bytes, base_iri: str) -> Iterator[Address]:
    """What a request may name if nothing in it is normalised, the likeliest first.

    A thing's IRI may hold what is a query in the address of a page, empty steps, and octets that
    are percent-encoded for no need. Those beyond ASCII may be encoded by the client alone.

    Args:
        raw_path: The path as it was sent, below the service's own prefix, without the query.
        query_string: The query as it was sent; empty when it is no part of the IRI.
        base_iri: The base of the IRIs of things.
    """
    target = raw_path + (b"?" + query_string if query_string else b"")
    match = _PATH.fullmatch(target.decode("latin-1"))
    if match is None or len(target) > _LONGEST_KNOWN:
        return
    if match[1]:
        if not query_string:
            with suppress(RequestError):
                yield _named(_decoded(raw_path), base_iri)
        return
    for name in dict.fromkeys((_BEYOND_ASCII.sub(_as_text, target[1:]), target[1:])):
        # What is no IRI in UTF-8 names nothing.
        with suppress(ValueError):
            text = name.decode()
            yield Address("thing", _encoded(text), NamedNode(base_iri + text))


def _encoded(path: str) -> str:
    """The path of an IRI, below the base, as it stands in the addresses of its page and data."""
    text = _BEYOND_ASCII.sub(_as_text, path.encode()).decode()
    return quote(text if _as_uri(text) == path else path, safe=_SAFE)


def _as_uri(path: str) -> str:
    """A path with what is beyond ASCII, and nothing else, percent-encoded."""
    return quote(path, safe=_ASCII)


def _as_text(encoded: re.Match[bytes]) -> bytes:
    """Percent-encoded octets as they are, if they are UTF-8."""
    octets = unquote_to_bytes(encoded[0])
    try:
        octets.decode()
    except UnicodeDecodeError:
        return encoded[0]
    return octets


def read_address(raw_path: bytes, base_iri: str) -> Address:
    """Read the path of a request.

    Args:
        raw_path: The path as it was sent, below the service's own prefix, without the query.
        base_iri: The base of the IRIs of things.

    Raises:
        RequestError: It is too long, not UTF-8, ambiguous or not one of a thing.
    """
    if len(raw_path) > LONGEST_PATH:
        raise RequestError(
            "uri-too-long", f"the path has {len(raw_path)} bytes, at most {LONGEST_PATH} are read"
        )
    path = _decoded(raw_path)
    if "" in path.split("/")[1:-1]:
        raise RequestError("bad-path", "the path has an empty step")
    return _named(path, base_iri)


def _named(path: str, base_iri: str) -> Address:
    match = _PATH.fullmatch(path)
    if match is None:
        raise RequestError("not-found", f"there is nothing at {path}")
    role: Role = "page" if match[1] == "page" else "data" if match[1] == "data" else "thing"
    name = match[2]
    stem, _, suffix = name.rpartition(".")
    form = _SUFFIXES.get(suffix) if role == "data" else None
    if form is not None:
        name = stem
    try:
        return Address(role, _encoded(name), NamedNode(base_iri + name), form)
    except ValueError as error:
        raise RequestError("bad-path", f"{path} cannot be part of an IRI: {error}") from error


def _decoded(raw_path: bytes) -> str:
    if _BAD_ESCAPE.search(raw_path):
        raise RequestError("bad-encoding", "the path has a % that begins no escape")
    try:
        path = unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError("bad-encoding", f"the path is not UTF-8: {error}") from error
    if _ENCODED_SEPARATOR.search(raw_path):
        raise RequestError("bad-path", "the path has an encoded slash, or a backslash")
    steps = path.split("/")
    if "." in steps or ".." in steps:
        raise RequestError("bad-path", "the path has a step of dots only")
    if _NOT_IN_IRIS.search(path):
        raise RequestError("bad-path", "the path has a character that no IRI has")
    return path
