"""Whether queries of shapes compare what the fast engine does not: dates, and booleans by order.

SPARQL 1.1 orders booleans (https://www.w3.org/TR/sparql11-query/#OperatorMapping) and leaves dates
to implementations; a query that compares dates and never finds anything would help nobody. What a
variable may hold is judged by the properties before it, and when in doubt, it is a date.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Triple

from tipgraph.namespaces import RDF, SH, XSD
from tipgraph.store.tokens import Token, tokens
from tipgraph.validation.documents import LINES, RdfGraph
from tipgraph.validation.report import Term
from tipgraph.validation.shapes_triples import ShapesTriples

_DATE: Final = f"{XSD}date"
_BOOLEAN: Final = f"{XSD}boolean"
_OF_CONCERN: Final = (_DATE, _BOOLEAN)
_ORDER: Final = ("<", ">", "<=", ">=")
_EQUALITY: Final = ("=", "!=")
# What these give may be what they are given.
_PASSING: Final = ("COALESCE", "IF", "MIN", "MAX", "SAMPLE")
_VALIDATORS: Final = ("validator", "nodeValidator", "propertyValidator")
_REFERENCES: Final = (f"{SH}node", f"{SH}not", f"{SH}qualifiedValueShape", f"{RDF}first")
# How the IRIs of the properties end whose values it may hold. All of them end with nothing.
Reach = frozenset[str]
_NOTHING: Final[Reach] = frozenset()
_ANYTHING: Final[Reach] = frozenset({""})


def compares_uncomparable(data: RdfGraph, shapes: ShapesTriples) -> bool:
    """Whether a query may compare dates, or booleans by order.

    Args:
        data: The data graph.
        shapes: The shapes graph.

    Raises:
        InputSyntaxError: A text of the data breaks the grammar of its format.
    """
    return _compares(data, shapes, _OF_CONCERN)


def orders_booleans(data: RdfGraph, shapes: ShapesTriples) -> bool:
    """Whether a query may compare booleans by order, which pyoxigraph does not either.

    Args:
        data: The data graph.
        shapes: The shapes graph.

    Raises:
        InputSyntaxError: A text of the data breaks the grammar of its format.
    """
    return _compares(data, shapes, (_BOOLEAN,))


def _compares(data: RdfGraph, shapes: ShapesTriples, of_concern: Container[str]) -> bool:
    found = [each for query in _queries(shapes) for each in _comparisons(query)]
    if not found:
        return False
    kinds = _kinds(data)
    return any(
        all(_reaches(side, datatype, kinds) for side in sides)
        for sides, datatypes in found
        for datatype in datatypes
        if datatype in of_concern
    )


def _reaches(reach: Reach, datatype: str, kinds: Iterable[tuple[str, str]]) -> bool:
    return any(
        datatype == kind and predicate.endswith(ending)
        for predicate, kind in kinds
        for ending in reach
    )


@dataclass(frozen=True, slots=True)
class _Query:
    """A query, and what is put into it from outside.

    Args:
        tokens: The query.
        path: What `$PATH` may stand for.
        this: What `$this` may hold.
        parameters: What any other variable may hold.
    """

    tokens: Sequence[Token]
    path: Reach
    this: Reach
    parameters: Reach


def _queries(shapes: ShapesTriples) -> Iterator[_Query]:
    iris = frozenset(
        value.value
        for properties in shapes.by_subject.values()
        for values in properties.values()
        for value in values
        if isinstance(value, NamedNode)
    )
    of_components = {node for name in _VALIDATORS for _, node in shapes.pairs(f"{SH}{name}")}
    owners = {constraint: shape for shape, constraint in shapes.pairs(f"{SH}sparql")}
    for form in ("select", "ask"):
        for node, text in shapes.pairs(f"{SH}{form}"):
            literal = node not in owners or _may_be_about_literals(owners[node], shapes)
            this = _ANYTHING if literal else _NOTHING
            parameters = _ANYTHING if node in of_components else _NOTHING
            yield _Query(list(tokens(text.value)), iris, this, parameters)


def _may_be_about_literals(shape: Term, shapes: ShapesTriples) -> bool:
    """Whether focus nodes of a shape may be literals."""
    nodes = shapes.objects(shape, f"{SH}targetNode")
    if shapes.objects(shape, f"{SH}targetObjectsOf") or any(isinstance(n, Literal) for n in nodes):
        return True
    if any(value == shape for name in _REFERENCES for _, value in shapes.pairs(name)):
        return True
    parents = [parent for parent, value in shapes.pairs(f"{SH}property") if value == shape]
    return any(_may_be_about_literals(parent, shapes) for parent in parents)


def _comparisons(query: _Query) -> Iterator[tuple[tuple[Reach, ...], tuple[str, ...]]]:
    """What is compared with what, and the datatypes for which the engine does not do it."""
    for index, token in enumerate(query.tokens):
        ordered = token.text in _ORDER
        if token.is_word("MIN", "MAX"):
            yield (_reach(query, _after(query.tokens, index - 1)),), _OF_CONCERN
        elif ordered or token.text in _EQUALITY or token.is_word("IN"):
            sides = _before(query.tokens, index), _after(query.tokens, index)
            datatypes = _OF_CONCERN if ordered else (_DATE,)
            yield tuple(_reach(query, side) for side in sides), datatypes


def _before(query: Sequence[Token], index: int) -> Sequence[Token]:
    """The operand that ends before an operator, or its end at least."""
    end = index - 1 if query[index - 1].is_word("NOT") else index
    if query[end - 1].text != ")":
        return query[end - 3 : end] if query[end - 2].text == "^^" else query[end - 1 : end]
    depth, begin = 1, end - 1
    while depth and begin:
        begin -= 1
        depth += {")": 1, "(": -1}.get(query[begin].text, 0)
    named = query[begin - 1].kind in ("word", "name", "iri")
    return query[begin - named : end]


def _after(query: Sequence[Token], index: int) -> Sequence[Token]:
    """The operand that begins after an operator, or its begin at least."""
    begin = index + 1
    following = [token.text for token in query[begin : begin + 2]]
    if "^^" in following:
        return query[begin : begin + 3]
    if "(" not in following:
        return query[begin : begin + 1]
    depth, end = 1, begin + following.index("(") + 1
    while depth and end < len(query):
        depth += {"(": 1, ")": -1}.get(query[end].text, 0)
        end += 1
    return query[begin:end]


def _reach(query: _Query, operand: Sequence[Token], seen: Reach = _NOTHING) -> Reach:
    """What an operand may hold."""
    called = len(operand) > 1 and operand[1].text == "("
    if called and operand[0].kind in ("name", "iri"):
        return _ANYTHING if _is_date(operand[0]) else _NOTHING
    if called and operand[0].kind == "word" and not operand[0].is_word(*_PASSING):
        return _NOTHING
    found = _NOTHING
    for index, token in enumerate(operand):
        if token.kind == "variable" and token.text[1:] not in seen:
            found |= _variable_reach(query, token.text[1:], seen)
        elif index and operand[index - 1].text == "^^" and _is_date(token):
            return _ANYTHING
    return found


def _variable_reach(query: _Query, name: str, seen: Reach) -> Reach:
    found = query.this if name == "this" else query.parameters
    begin = next((i for i, token in enumerate(query.tokens) if token.text == "{"), 0)
    for index, token in enumerate(query.tokens):
        if token.kind != "variable" or token.text[1:] != name:
            continue
        previous = query.tokens[index - 1]
        if previous.is_word("AS"):
            found |= _reach(query, _before(query.tokens, index - 1), seen | {name})
        elif index > begin:
            found |= _predicate_reach(query, previous)
    return found


def _predicate_reach(query: _Query, previous: Token) -> Reach:
    """What a variable may hold after a token that may be its predicate or the end of a path."""
    if previous.kind in ("name", "iri"):
        return frozenset({_ending(previous)})
    if previous.kind == "variable":
        return query.path if previous.text[1:] == "PATH" else _ANYTHING
    if previous.text not in (")", "*", "+", "?", ","):
        return _NOTHING
    if any(token.text == "!" for token in query.tokens):
        # The path may be negated.
        return _ANYTHING
    named = frozenset(_ending(each) for each in query.tokens if each.kind in ("name", "iri"))
    return named | query.path if any(t.text[1:] == "PATH" for t in query.tokens) else named


def _ending(token: Token) -> str:
    """How the IRI of a token ends, whatever its prefix or its base."""
    if token.kind == "iri":
        return token.text[1:-1]
    return re.sub(r"\\(.)", r"\1", token.text.partition(":")[2])


def _is_date(token: Token) -> bool:
    return _DATE.endswith(_ending(token))


def _kinds(data: RdfGraph) -> set[tuple[str, str]]:
    """The predicates of dates and booleans in the data, each with the datatype."""
    return {
        (triple.predicate.value, triple.object.datatype.value)
        for triple in _triples(data)
        if isinstance(triple.object, Literal) and triple.object.datatype.value in _OF_CONCERN
    }


def _triples(data: RdfGraph) -> Iterable[Triple | Quad]:
    single = data.single
    # In these formats every datatype is written out.
    written = single is not None and single.rdf_format in LINES
    if single and written and not any(single.mentions(f"{name}>") for name in _OF_CONCERN):
        return ()
    return data.scan()
