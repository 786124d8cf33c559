"""A shapes graph in the terms of a store, which may keep literals by their value.

Oxigraph, and so the embedded store, makes `"01"^^xsd:int` the literal `"1"^^xsd:integer`. What the
shapes say of the one is then to be said of the other; that it was an `xsd:int` is not to be known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.namespaces import RDF, SH, XSD, shorten
from tipgraph.store.blocking import BlockingStore
from tipgraph.store.results import Solutions
from tipgraph.validation.documents import RdfGraph

_DATATYPE: Final = NamedNode(f"{SH}datatype")
# By these shapes name values; `rdf:first` in the list of `sh:in`.
_OF_VALUES: Final = (NamedNode(f"{SH}hasValue"), NamedNode(f"{RDF}first"))
_PLAIN: Final = ("integer", "decimal", "double", "float", "dateTime")
# A literal of each datatype that is derived from one of these.
_EXAMPLES: Final = {
    **dict.fromkeys(("nonPositiveInteger", "negativeInteger"), "-1"),
    **dict.fromkeys(("long", "int", "short", "byte", "nonNegativeInteger"), "1"),
    **dict.fromkeys(("positiveInteger", "unsignedLong", "unsignedInt"), "1"),
    **dict.fromkeys(("unsignedShort", "unsignedByte"), "1"),
    "dateTimeStamp": "2000-01-01T00:00:00Z",
}
_KNOWN: Final = frozenset(NamedNode(f"{XSD}{name}") for name in (*_PLAIN, *_EXAMPLES))


@dataclass(frozen=True)
class Kept:
    """A shapes graph as a store would keep it.

    Args:
        shapes: The shapes graph.
        notes: What cannot be told for that reason, for people.
    """

    shapes: RdfGraph
    notes: tuple[str, ...] = ()


def as_kept(shapes: RdfGraph, store: BlockingStore) -> Kept:
    """Put a shapes graph into the terms of a store.

    Args:
        shapes: The shapes graph.
        store: The store.

    Raises:
        QueryError: The store does not answer.
    """
    named = {triple.object for triple in shapes.triples if triple.predicate == _DATATYPE}
    examples = {
        Literal(text, datatype=datatype): datatype
        for name, text in _EXAMPLES.items()
        if (datatype := NamedNode(f"{XSD}{name}")) in named
    }
    forms = _forms([*_literals(shapes), *examples], store)
    datatypes = {
        datatype: forms[example].datatype
        for example, datatype in examples.items()
        if forms[example].datatype != datatype
    }
    if all(literal == form for literal, form in forms.items()):
        return Kept(shapes)

    def kept(triple: Triple) -> Triple:
        known: Mapping[Any, Any] = datatypes if triple.predicate == _DATATYPE else forms
        named = triple.predicate in (_DATATYPE, *_OF_VALUES)
        value = known.get(triple.object, triple.object) if named else triple.object
        return Triple(triple.subject, triple.predicate, value)

    notes = (
        f"the store keeps {shorten(datatype.value)} as {shorten(form.value)}: sh:datatype "
        f"{shorten(datatype.value)} is checked as that"
        for datatype, form in datatypes.items()
    )
    return Kept(shapes.replaced(kept), tuple(notes))


def _literals(shapes: RdfGraph) -> Iterator[Literal]:
    """The values in shapes whose form may be another one in a store."""
    values = (triple.object for triple in shapes.triples if triple.predicate in _OF_VALUES)
    for term in dict.fromkeys(values):
        if isinstance(term, Literal) and term.datatype in _KNOWN:
            yield term


def _forms(literals: list[Literal], store: BlockingStore) -> dict[Literal, Literal]:
    """What a store makes of literals."""
    if not literals:
        return {}
    values = " ".join(f"({number} {literal})" for number, literal in enumerate(literals))
    rows = store.query(f"SELECT ?number ?form {{ VALUES (?number ?form) {{ {values} }} }}")
    assert isinstance(rows, Solutions)  # noqa: S101  # it was a SELECT
    forms = dict(zip(literals, literals, strict=True))
    for row in rows:
        if isinstance(row["form"], Literal) and row["form"].datatype in _KNOWN:
            forms[literals[int(row["number"].value)]] = row["form"]
    return forms
