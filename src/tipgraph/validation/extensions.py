"""What shapes say beyond SHACL Core and SHACL-SPARQL, which no engine evaluates here.

These are SHACL Advanced Features, SHACL's JavaScript extensions and what the drafts of SHACL 1.2
add. Some of it the fast engine would evaluate, and others not: a report depends on no engine.

https://www.w3.org/TR/shacl-af/, https://www.w3.org/TR/shacl-js/, https://www.w3.org/TR/shacl12-core/
"""

from typing import Final

from pyoxigraph import NamedNode, Triple

from tipgraph.namespaces import RDF, SH
from tipgraph.validation.documents import LINES, RdfGraph
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import QUERIES, VALIDATORS, ShapesTriples

_TYPE: Final = NamedNode(f"{RDF}type")
# It points from the data to the shapes that apply, so it is the data that has to be without it.
_SHAPE: Final = "shape"
_PROPERTIES: Final = {
    f"{SH}{name}": f"sh:{name}"
    for name in (
        "rule",
        "target",
        "targetWhere",
        _SHAPE,
        "expression",
        "nodeByExpression",
        "js",
        "values",
        "memberShape",
        "minListLength",
        "maxListLength",
        "uniqueMembers",
        "uniqueValuesFor",
        "singleLine",
        "subsetOf",
        "someValue",
        "rootClass",
        "reifierShape",
        "reificationRequired",
    )
}
_CLASSES: Final = {
    f"{SH}{name}": f"sh:{name}"
    for name in ("ShapeClass", "SPARQLFunction", "JSFunction", "JSValidator")
}


def extension(triple: Triple) -> str | None:
    """The name of the extension that a triple of a shapes graph uses; None for SHACL's own."""
    if triple.predicate == _TYPE:
        return _CLASSES.get(getattr(triple.object, "value", ""))
    return _PROPERTIES.get(triple.predicate.value)


def extensions(shapes: RdfGraph) -> list[str]:
    """The names of the extensions that shapes use.

    Args:
        shapes: The shapes graph.
    """
    used = {extension(triple) for triple in shapes.triples}
    known = [name for name in (*_PROPERTIES.values(), *_CLASSES.values()) if name in used]
    components = extension_components(ShapesTriples(shapes.triples))
    return [*known, *sorted(f"the constraint component {each}" for each in components)]


def extension_components(shapes: ShapesTriples) -> set[Term]:
    """The constraint components that no query validates, but JavaScript or nothing at all."""
    defined = {component for component, _ in shapes.pairs(f"{SH}parameter")}
    return {
        each
        for each in defined
        if not each.value.startswith(SH)
        and not any(
            shapes.objects(validator, query)
            for name in VALIDATORS
            for validator in shapes.objects(each, name)
            for query in QUERIES
        )
    }


def extension_values(shapes: ShapesTriples) -> set[Term]:
    """The nodes that extensions point at, such as the queries of rules and targets."""
    return {value for name in _PROPERTIES for _, value in shapes.pairs(name)}


def data_names_shapes(data: RdfGraph, shapes: ShapesTriples) -> bool:
    """Whether data says by `sh:shape` that a shape applies to something.

    Args:
        data: The data graph.
        shapes: The shapes graph.

    Raises:
        InputSyntaxError: A text breaks the grammar of its format.
    """
    single = data.single
    if single is not None:
        # Formats of lines, whose files may be large, have no shorter form of it.
        written = f"<{SH}{_SHAPE}>" if single.rdf_format in LINES else _SHAPE
        if not single.mentions(written):
            return False
    names = (each.object for each in data.scan() if each.predicate.value == f"{SH}{_SHAPE}")
    return any(name in shapes.by_subject for name in names)
