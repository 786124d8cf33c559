"""What belongs to a validation: the data with its ontology, the shapes with what they import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from tipgraph import dataset
from tipgraph.namespaces import GRAPH_ONTOLOGY, GRAPH_SHAPES, OWL
from tipgraph.validation.documents import Document, RdfGraph

_IMPORTS: Final = f"{OWL}imports"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The graphs of a validation.

    Args:
        data: The data.
        shapes: The shapes graph, with what it imports.
        ontology: What the data is validated together with.
        notes: What was not followed.
    """

    data: RdfGraph
    shapes: RdfGraph
    ontology: RdfGraph = field(default_factory=RdfGraph)
    notes: tuple[str, ...] = ()


def gather(
    data: Sequence[Document],
    shapes: Sequence[Document] = (),
    ontology: Sequence[Document] = (),
    *,
    imports: Mapping[str, Path] | None = None,
) -> Inputs:
    """Bring together what belongs to a validation. Nothing is fetched.

    Args:
        data: The data.
        shapes: The shapes; without them tipgraph's own, and its ontology with them.
        ontology: What the data is read with.
        imports: The files that stand for the IRIs that shapes and ontologies import.

    Raises:
        InputError: A file cannot be read.
        InputSyntaxError: A text breaks the grammar of its format.
    """
    mapped = imports or {}
    own = not shapes
    used = list(shapes) if shapes else _shipped(GRAPH_SHAPES)
    read_with = [*(_shipped(GRAPH_ONTOLOGY) if own else ()), *ontology]
    used, missing = _imported(used, mapped)
    read_with, missing_too = _imported(read_with, mapped)
    notes = (
        ()
        if own
        else tuple(
            f"<{iri}> is imported but not given: nothing is fetched, name its file by --import"
            for iri in dict.fromkeys((*missing, *missing_too))
        )
    )
    return Inputs(RdfGraph(data), RdfGraph(used), RdfGraph(read_with), notes)


def _shipped(graph: NamedNode) -> list[Document]:
    # Where they are installed is nobody's concern: reports go to clients of the service, too.
    return [
        Document.read(path, source=f"tipgraph:{path.relative_to(dataset.resources()).as_posix()}")
        for path in dataset.shipped_files(graph)
    ]


def _imported(
    documents: Sequence[Document], mapped: Mapping[str, Path]
) -> tuple[list[Document], list[str]]:
    """Documents with those that they import, and the IRIs for which there is no file."""
    found, missing = list(documents), []
    waiting, seen = list(documents), set()
    while waiting:
        for iri in _imports(waiting.pop()):
            if iri in seen:
                continue
            seen.add(iri)
            if iri in mapped:
                document = Document.read(mapped[iri])
                found.append(document)
                waiting.append(document)
            else:
                missing.append(iri)
    return found, missing


def _imports(document: Document) -> list[str]:
    if "imports" not in document.text:
        return []
    return [
        triple.object.value
        for triple in document.triples()
        if triple.predicate.value == _IMPORTS and isinstance(triple.object, NamedNode)
    ]
