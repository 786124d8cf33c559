"""What is validated and what it is validated with: RDF texts, and triples that come with them."""

import mmap
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, Final, Self, cast

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse, serialize

from tipgraph.dataset import rdf_format, read_bytes
from tipgraph.nesting import Shallow, check_depth
from tipgraph.syntax import decode, parse_rdf

LINES: Final = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
# Engines number blank nodes in the order in which these formats' parsers meet them.
_AS_THEY_ARE: Final = (RdfFormat.TURTLE, *LINES)
# Bytes.
_LARGE: Final = 16 * 1024 * 1024


class Document:
    """An RDF text.

    Args:
        source: The file or other name of the text, for people.
        text: The text; None when it is to be read from the file when it is needed.
        rdf_format: Its format.
        base_iri: What relative IRIs are resolved against; without it they are errors.
        path: The file, where the text is one.
    """

    def __init__(
        self,
        source: str,
        text: str | None,
        rdf_format: RdfFormat,
        base_iri: str | None = None,
        *,
        path: Path | None = None,
    ) -> None:
        self.source = source
        self.rdf_format = rdf_format
        self.base_iri = base_iri
        self.path = path
        self._text = text

    @classmethod
    def read(cls, path: Path, *, source: str = "") -> Self:
        """Read a file; relative IRIs are resolved against its own IRI.

        Args:
            path: The file.
            source: What it is called; by default its path.

        Raises:
            InputError: It cannot be read, is not UTF-8, or its extension is unknown.
        """
        found = rdf_format(path)
        document = cls(source or str(path), None, found, path.resolve().as_uri(), path=path)
        if not document.is_large:
            document._text = document.text
        return document

    @property
    def is_large(self) -> bool:
        """Whether it is a file of one triple a line that is better not held in memory."""
        return (
            self.path is not None
            and self.rdf_format in LINES
            and self.path.is_file()
            and self.path.stat().st_size > _LARGE
        )

    @property
    def text(self) -> str:
        """The text.

        Raises:
            InputError: It cannot be read or is not UTF-8.
        """
        if self._text is not None:
            return self._text
        assert self.path is not None  # noqa: S101  # a document has a text or a file
        return decode(read_bytes(self.path), self.source)

    def mentions(self, text: str) -> bool:
        """Whether a text is in it, without holding a large file in memory.

        Raises:
            InputError: It cannot be read or is not UTF-8.
        """
        if not self.is_large or self.path is None:
            return text in self.text
        with (
            self.path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return content.find(text.encode()) >= 0

    def prefixes(self) -> dict[str, str]:
        """The prefixes that it declares, each with its namespace.

        Raises:
            InputSyntaxError: The text breaks the grammar of its format.
        """
        if self.rdf_format in LINES:
            return {}
        text = self.text
        check_depth(text, self.rdf_format, self.source)
        parser = parse(text, self.rdf_format, base_iri=self.base_iri)
        try:
            deque(parser, maxlen=0)
        except SyntaxError:
            # This says where.
            self.triples()
        return dict(parser.prefixes)

    def triples(self, *, rename_blank_nodes: bool = False) -> list[Triple]:
        """Its triples in the order of the text; which graphs they are in is disregarded.

        Raises:
            InputSyntaxError: The text breaks the grammar of its format.
        """
        quads = parse_rdf(
            self.text,
            self.rdf_format,
            self.source,
            base_iri=self.base_iri,
            rename_blank_nodes=rename_blank_nodes,
        )
        return [quad.triple for quad in quads]


class RdfGraph:
    """A graph: the merge of documents and of triples that are in none.

    Args:
        documents: The documents; several keep their blank nodes apart.
        background: Triples that belong to it, such as an ontology's.
    """

    def __init__(
        self, documents: Sequence[Document] = (), background: Iterable[Triple | Quad] = ()
    ) -> None:
        self.documents = tuple(documents)
        self.background = [each.triple if isinstance(each, Quad) else each for each in background]

    @cached_property
    def by_document(self) -> list[list[Triple]]:
        """The triples of each document.

        Raises:
            InputSyntaxError: A text breaks the grammar of its format.
        """
        rename = len(self.documents) > 1 or bool(self.background)
        return [each.triples(rename_blank_nodes=rename) for each in self.documents]

    @cached_property
    def triples(self) -> list[Triple]:
        """All triples, in the order in which an engine is given them."""
        return [triple for part in (*self.by_document, self.background) for triple in part]

    def scan(self) -> Iterator[Triple]:
        """All triples, one after the other; those of a large file are not held in memory.

        Raises:
            InputSyntaxError: A text breaks the grammar of its format.
        """
        single = self.single
        if single is None or not single.is_large or single.path is None:
            yield from self.triples
            return
        try:
            with single.path.open("rb") as file:
                content = Shallow(file, single.rdf_format, single.source)
                for quad in parse(cast("IO[bytes]", content), single.rdf_format):
                    yield quad.triple
        except SyntaxError:
            # This says where.
            yield from self.triples

    @cached_property
    def blank_nodes(self) -> list[BlankNode]:
        """The blank nodes, in the order in which a parser meets them."""
        return blank_nodes(self.triples)

    def merged(self, other: "RdfGraph") -> "RdfGraph":
        """This graph and another one."""
        if not other.documents and not other.background:
            return self
        return RdfGraph((*self.documents, *other.documents), (*self.background, *other.background))

    def extended(self, triples: Iterable[Triple]) -> "RdfGraph":
        """The same graph with more triples, such as those that it entails."""
        graph = RdfGraph(self.documents, [*self.background, *triples])
        # Parsed again, its blank nodes would have other names than these triples use.
        graph.by_document = self.by_document
        return graph

    def replaced(self, change: Callable[[Triple], Triple]) -> "RdfGraph":
        """The same graph with other triples in the place of its own."""
        graph = RdfGraph(self.documents, map(change, self.background))
        graph.by_document = [list(map(change, part)) for part in self.by_document]
        return graph

    @property
    def single(self) -> Document | None:
        """The one document that is all of the graph, if there is one."""
        alone = len(self.documents) == 1 and not self.background
        return self.documents[0] if alone else None

    def as_text(self) -> tuple[str, RdfFormat, str | None]:
        """The graph as one text: the text, its format, and its base IRI.

        Raises:
            InputSyntaxError: A text breaks the grammar of its format.
        """
        single = self.single
        if single is not None and single.rdf_format in _AS_THEY_ARE:
            return single.text, single.rdf_format, single.base_iri
        written = serialize(self.triples, format=RdfFormat.N_TRIPLES)
        assert written is not None  # noqa: S101  # it was not to be written to a file
        return written.decode(), RdfFormat.N_TRIPLES, None


def blank_nodes(triples: Iterable[Triple]) -> list[BlankNode]:
    """The blank nodes of triples, in the order in which they first appear."""
    found: dict[BlankNode, None] = {}
    for triple in triples:
        found.update((node, None) for node in _nodes(triple))
    return list(found)


def _nodes(triple: Triple) -> Iterator[BlankNode]:
    for term in (triple.subject, triple.object):
        if isinstance(term, BlankNode):
            yield term
        elif isinstance(term, Triple):
            yield from _nodes(term)
