"""How a thing is cited: as an entry of the dataset, in words, as BibTeX and as CSL-JSON."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from tipgraph.describe import Plan
from tipgraph.namespaces import DCTERMS, FOAF, GRAPH_META, RDFS
from tipgraph.server.addresses import web_address
from tipgraph.snapshot import Manifest

_BIBTEX_ESCAPES: Final = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


@dataclass(frozen=True, slots=True)
class Source:
    """The dataset that things are cited from.

    Args:
        iri: The IRI of its version.
        title: Its title.
        version: Its version.
        creators: Who made it: IRI and name of each.
        publisher: Who publishes it; empty when that is not stated.
        issued: When it was published, as an XML Schema date; empty when that is not stated.
        licence: The IRI of its licence; empty when that is not stated.
    """

    iri: str
    title: str
    version: str
    creators: tuple[tuple[str, str], ...] = ()
    publisher: str = ""
    issued: str = ""
    licence: str = ""

    @property
    def licence_address(self) -> str:
        """Where a link to the licence leads; empty when nowhere."""
        return web_address(self.licence)


@dataclass(frozen=True, slots=True)
class Citation:
    """A thing as it is cited.

    Args:
        iri: The thing, or the dataset itself.
        title: What it is called.
        source: The dataset it is in.
    """

    iri: str
    title: str
    source: Source

    @property
    def key(self) -> str:
        """A name for it in a bibliography."""
        last = self.iri.split("//")[-1].partition("/")[2]
        return re.sub(r"[^A-Za-z0-9]+", "-", last).strip("-").lower()

    @property
    def is_whole(self) -> bool:
        """Whether it is the dataset itself that is cited, not something in it."""
        return self.iri == self.source.iri

    @property
    def year(self) -> str:
        """The year of publication; empty when it is not known."""
        return self.source.issued[:4]

    def text(self) -> str:
        """The citation in words."""
        authors = "; ".join(name for _, name in self.source.creators)
        year = f" ({self.year})" if self.year else ""
        head = f"{authors}{year}: " if authors or year else ""
        return (
            f"{head}“{self.title}”. In: {self.source.title}, version {self.source.version}. "
            f"{self.iri}"
        )

    def bibtex(self) -> bytes:
        """The citation as a BibTeX entry."""
        source = self.source
        within = "" if self.is_whole else f"In: {source.title}, "
        fields = {
            "title": _braced(self.title),
            "author": " and ".join(_braced(name) for _, name in source.creators),
            "year": self.year,
            "publisher": _escaped(source.publisher),
            "note": _escaped(f"{within}version {source.version}"),
            "url": self.iri,
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return "\n".join([f"@misc{{{self.key},", *lines, "}", ""]).encode()

    def csl_json(self) -> bytes:
        """The citation as CSL-JSON, a list of one item."""
        source = self.source
        item: dict[str, Any] = {
            "id": self.key,
            "type": "dataset" if self.is_whole else "entry",
            "title": self.title,
            "version": source.version,
            "URL": self.iri,
        }
        if not self.is_whole:
            item["container-title"] = source.title
        if source.creators:
            item["author"] = [{"literal": name} for _, name in source.creators]
        if source.publisher:
            item["publisher"] = source.publisher
        if match := _DATE.match(source.issued):
            item["issued"] = {"date-parts": [[int(part) for part in match.groups() if part]]}
        return json.dumps([item], ensure_ascii=False, indent=1).encode() + b"\n"


def read_source(manifest: Manifest, base_iri: str) -> Plan[Source]:
    """Plan to find out how the dataset is cited."""
    dataset = NamedNode(f"{base_iri}dataset")
    solutions = yield (
        f"SELECT ?p ?o ?name {{ GRAPH {GRAPH_META} {{ {dataset} ?p ?o "
        f"OPTIONAL {{ ?o <{FOAF}name>|<{RDFS}label> ?name }} }} }} ORDER BY ?o"
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in solutions:
        if hasattr(row["o"], "value"):
            name = row["name"].value if row["name"] else row["o"].value
            found.setdefault(row["p"].value, []).append((row["o"].value, name))
    version = manifest.dataset_version

    def first(term: str, *, named: bool = False) -> str:
        return found[DCTERMS + term][0][named] if DCTERMS + term in found else ""

    return Source(
        iri=f"{dataset.value}/{version}",
        title=first("title") or dataset.value,
        version=version,
        creators=tuple(found.get(f"{DCTERMS}creator", ())),
        publisher=first("publisher", named=True),
        issued=first("issued"),
        licence=first("license"),
    )


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_ESCAPES.get(character, character) for character in text)


def _braced(text: str) -> str:
    """A text that BibTeX neither splits nor changes the case of."""
    return f"{{{_escaped(text)}}}" if text else ""
