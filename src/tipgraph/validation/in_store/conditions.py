"""The condition, as a SPARQL expression, under which a node breaks a shape.

An engine here has the last word on each node that a condition finds, so that a condition may find
too many but never too few. Where SPARQL and SHACL may differ it errs to that side: `wide` says
whether the condition has to hold of all nodes that break the shape, or, inside of a negation, of
none but these.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations, count
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from tipgraph.namespaces import RDF, SH, XSD
from tipgraph.validation.in_store.classes import Classes
from tipgraph.validation.in_store.paths import Paths
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples

# More values than that are not told apart in a query.
_MOST_VALUES: Final = 6
_MOST_NODES: Final = 200
_TRUE: Final = Literal(True)
_ZONE: Final = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?"
_DAY: Final = r"-?[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
# Lexical forms that are certainly valid; the few others that are as well are looked at here.
_FORMS: Final = {
    f"{XSD}integer": r"[+-]?[0-9]{1,15}",
    f"{XSD}nonNegativeInteger": r"[+]?[0-9]{1,15}",
    f"{XSD}positiveInteger": r"[1-9][0-9]{0,14}",
    f"{XSD}decimal": r"[+-]?[0-9]{1,15}([.][0-9]{1,15})?",
    f"{XSD}double": r"[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,2})?",
    f"{XSD}float": r"[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9])?",
    f"{XSD}boolean": r"true|false|0|1",
    f"{XSD}date": rf"{_DAY}{_ZONE}",
    f"{XSD}dateTime": rf"{_DAY}T([01][0-9]|2[0-3])(:[0-5][0-9]){{2}}([.][0-9]+)?{_ZONE}",
    f"{XSD}gYear": rf"-?[1-9][0-9]{{3}}{_ZONE}",
    f"{XSD}gYearMonth": rf"-?[1-9][0-9]{{3}}-(0[1-9]|1[0-2]){_ZONE}",
    f"{XSD}duration": r"P[0-9]{1,4}[YMD]",
    f"{XSD}hexBinary": r"([0-9A-Fa-f][0-9A-Fa-f])*",
    f"{XSD}anyURI": r"https?://[A-Za-z0-9./_-]*",
}
_ANY_FORM: Final = frozenset((f"{XSD}string", f"{RDF}langString"))
_ORDERED: Final = f"<{XSD}string>, <{XSD}date>, <{XSD}dateTime>"
_KINDS: Final = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBlank({0})",
    "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "!isLiteral({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
    "IRIOrLiteral": "!isBlank({0})",
}
_BOUNDS: Final = {
    "minExclusive": ">",
    "minInclusive": ">=",
    "maxExclusive": "<",
    "maxInclusive": "<=",
}
_LENGTHS: Final = {"minLength": "<", "maxLength": ">"}
_COMPARED: Final = {"lessThan": "<", "lessThanOrEquals": "<="}


class Conditions:
    """The conditions of a shapes graph, which is well-formed and not recursive.

    Args:
        graph: The shapes graph.
        classes: The classes of the store.
        broken: The nodes that break shapes by queries, which have been asked already.
    """

    def __init__(
        self, graph: ShapesTriples, classes: Classes, broken: Mapping[Term, frozenset[Term]]
    ) -> None:
        # The patterns of conditions that begin with a property of `?this`, or one of some.
        self.patterns: dict[str, tuple[frozenset[Term], str]] = {}
        self._graph = graph
        self._classes = classes
        self._broken = broken
        self._paths = Paths(graph)
        self._numbers = count()

    def of(self, shape: Term, node: str, *, wide: bool = True) -> Iterator[str]:
        """The conditions under which a node breaks a shape, by one or by another of them.

        Args:
            shape: The shape.
            node: The node, as a SPARQL variable.
            wide: Whether they may hold of other nodes; if not, they may miss some.
        """
        if _TRUE in self._graph.objects(shape, f"{SH}deactivated"):
            return
        if shape in self._broken:
            yield _one_of(self._broken[shape], node, wide)
        path = next(iter(self._graph.objects(shape, f"{SH}path")), None)
        if path is None:
            yield from self._of_value(shape, node, wide)
            yield from self._of_pairs(shape, node, None, wide)
            return
        text = self._paths.sparql(path)
        if any(sign in text for sign in ("*)", "?)")):
            # Engines differ on paths of no length from nodes that are not in the data.
            yield _unknown(wide)
            return
        yield from self._of_values(shape, node, path, wide)
        yield from self._of_pairs(shape, node, path, wide)
        yield from self._of_counts(shape, node, path, wide)

    def violated(self, shape: Term, node: str, wide: bool) -> str:
        """The same as one expression."""
        return self._any(self.of(shape, node, wide=wide))

    def _exists(self, node: str, path: Term, value: str, condition: str = "true") -> str:
        """Whether a path leads from a node to a value that a condition holds of.

        Each step is an EXISTS of its own: engines evaluate a sequence as a join, which may begin
        at its end, for each node anew.
        """
        steps = self._paths.sequence(path)
        nodes = [node, *(self._variable() for _ in steps[1:]), value]
        for step, start, end in reversed(list(zip(steps, nodes, nodes[1:], strict=False))):
            only = "" if condition == "true" else f" FILTER({condition})"
            pattern = f"{start} {self._paths.sparql(step)} {end}{only}"
            condition = f"EXISTS {{ {pattern} }}"
            if start == "?this" and (properties := self._paths.properties(step)):
                self.patterns[condition] = properties, pattern
        return condition

    def _variable(self) -> str:
        return f"?v{next(self._numbers)}"

    @staticmethod
    def _any(conditions: Iterator[str] | Sequence[str]) -> str:
        found = [each for each in conditions if each != "false"]
        return f"({' || '.join(found)})" if found else "false"

    def _each(self, shape: Term, name: str) -> list[Term]:
        return self._graph.objects(shape, f"{SH}{name}")

    def _of_values(self, shape: Term, node: str, path: Term, wide: bool) -> Iterator[str]:
        """What holds of each value node, and how many there may be where that is one at most.

        The two are asked together: each look for values costs as much as any other.
        """
        value, other = self._variable(), self._variable()
        broken = self._any(self._of_value(shape, value, wide))
        if not self._is_single(shape):
            if broken != "false":
                yield self._exists(node, path, value, broken)
            return
        again = self._exists(node, path, other, f"!sameTerm({other}, {value})")
        if self._counts(shape, "minCount") == {1}:
            yield f"!{self._exists(node, path, value, f'!{self._any([broken, again])}')}"
        else:
            yield self._exists(node, path, value, self._any([broken, again]))

    def _counts(self, shape: Term, name: str) -> set[int]:
        return {int(each.value) for each in self._each(shape, name)}

    def _is_single(self, shape: Term) -> bool:
        return self._counts(shape, "maxCount") == {1} and self._counts(shape, "minCount") <= {0, 1}

    def _of_value(self, shape: Term, node: str, wide: bool) -> Iterator[str]:
        for each in self._each(shape, "class"):
            instance = self._classes.is_instance(node, [each], self._variable())
            yield f"NOT EXISTS {{ {instance} }}"
        for each in self._each(shape, "nodeKind"):
            yield f"!({_KINDS[each.value.removeprefix(SH)].format(node)})"
        for each in self._each(shape, "datatype"):
            yield _datatype(each, node, wide)
        for each in self._each(shape, "in"):
            yield _no_member(node, list(self._graph.members(each)))
        for each in self._each(shape, "languageIn"):
            ranges = [f"LANGMATCHES(LANG({node}), {tag})" for tag in self._graph.members(each)]
            yield _or(f"!({' || '.join(ranges) or 'false'})", wide)
        for name, sign in _LENGTHS.items():
            for each in self._each(shape, name):
                length = f"STRLEN(STR({node})) {sign} {each.value}"
                yield _or(f"isBlank({node}) || {length}", wide)
        for name, sign in _BOUNDS.items():
            for each in self._each(shape, name):
                yield _or(f"!({_comparison(node, sign, str(each))})", wide)
        yield from self._of_patterns(shape, node, wide)
        yield from self._of_shapes(shape, node, wide)
        if _TRUE in self._each(shape, "closed"):
            yield self._closed(shape, node)

    def _of_patterns(self, shape: Term, node: str, wide: bool) -> Iterator[str]:
        flags = next((str(each) for each in self._each(shape, "flags")), '""')
        for each in self._each(shape, "pattern"):
            if "\\" in each.value:
                # Dialects differ most in escapes.
                yield _unknown(wide)
            else:
                yield _or(f"isBlank({node}) || !REGEX(STR({node}), {each}, {flags})", wide)

    def _of_shapes(self, shape: Term, node: str, wide: bool) -> Iterator[str]:
        for name in ("node", "property"):
            for each in self._each(shape, name):
                yield from self.of(each, node, wide=wide)
        for each in self._each(shape, "not"):
            yield f"!{self.violated(each, node, not wide)}"
        for name, condition in (("and", self._and), ("or", self._or), ("xone", self._xone)):
            for each in self._each(shape, name):
                yield condition(list(self._graph.members(each)), node, wide)

    def _and(self, members: Sequence[Term], node: str, wide: bool) -> str:
        return self._any([self.violated(each, node, wide) for each in members])

    def _or(self, members: Sequence[Term], node: str, wide: bool) -> str:
        return f"({' && '.join(self.violated(each, node, wide) for each in members) or 'true'})"

    def _xone(self, members: Sequence[Term], node: str, wide: bool) -> str:
        conforming = [f"!{self.violated(each, node, not wide)}" for each in members]
        pairs = [f"({first} && {second})" for first, second in combinations(conforming, 2)]
        return self._any([self._or(members, node, wide), *pairs])

    def _closed(self, shape: Term, node: str) -> str:
        allowed = [
            str(path)
            for each in self._each(shape, "property")
            for path in self._each(each, "path")
            if isinstance(path, NamedNode)
        ]
        for each in self._each(shape, "ignoredProperties"):
            allowed += map(str, self._graph.members(each))
        predicate, value = self._variable(), self._variable()
        outside = f"FILTER({predicate} NOT IN ({', '.join(allowed)}))" if allowed else ""
        return f"EXISTS {{ {node} {predicate} {value} {outside} }}"

    def _of_pairs(self, shape: Term, node: str, path: Term | None, wide: bool) -> Iterator[str]:
        """What compares the value nodes with a term, or with those of another property."""
        value, other = (self._variable() if path else node), self._variable()

        def some_value(condition: str) -> str:
            return self._exists(node, path, value, condition) if path else f"({condition})"

        for each in self._each(shape, "hasValue"):
            same = some_value(f"sameTerm({value}, {each})")
            yield "true" if isinstance(each, BlankNode) else f"!{same}"
        same = f"sameTerm({value}, {other})"
        for each in self._each(shape, "disjoint"):
            yield some_value(self._exists(node, each, other, same))
        for each in self._each(shape, "equals"):
            missing = some_value(f"!{self._exists(node, each, other, same)}")
            more = self._exists(node, each, other, f"!{some_value(same)}")
            yield f"({missing} || {more})"
        for name, sign in _COMPARED.items():
            less = _or(f"!({_comparison(value, sign, other)})", wide)
            for each in self._each(shape, name):
                yield some_value(self._exists(node, each, other, less))

    def _of_counts(self, shape: Term, node: str, path: Term, wide: bool) -> Iterator[str]:
        if not self._is_single(shape):
            for number in self._counts(shape, "minCount"):
                yield self._fewer(number, node, path, wide)
            for number in self._counts(shape, "maxCount"):
                yield self._more(number, node, path, wide)
        if _TRUE in self._each(shape, "uniqueLang"):
            first, second = self._variable(), self._variable()
            same = f"LCASE(LANG({first})) = LCASE(LANG({second}))"
            both = f"!sameTerm({first}, {second}) && {same}"
            again = self._exists(node, path, second, both)
            yield self._exists(node, path, first, f'LANG({first}) != "" && {again}')
        disjoint = _TRUE in self._each(shape, "qualifiedValueShapesDisjoint")
        for inner in self._each(shape, "qualifiedValueShape"):
            if disjoint:
                # Which values count depends on the shapes beside this one.
                yield _unknown(wide)
                continue
            for each in self._each(shape, "qualifiedMinCount"):
                keep = self._conforming(inner, wide)
                yield self._fewer(int(each.value), node, path, wide, keep)
            for each in self._each(shape, "qualifiedMaxCount"):
                keep = self._conforming(inner, not wide)
                yield self._more(int(each.value), node, path, wide, keep)

    def _conforming(self, shape: Term, wide: bool) -> Callable[[str], str]:
        return lambda value: f"!{self.violated(shape, value, wide)}"

    def _fewer(
        self,
        least: int,
        node: str,
        path: Term,
        wide: bool,
        keep: Callable[[str], str] | None = None,
    ) -> str:
        if least <= 0:
            return "false"
        found = self._distinct(least, node, path, keep)
        return f"!{found}" if found else _unknown(wide)

    def _more(
        self, most: int, node: str, path: Term, wide: bool, keep: Callable[[str], str] | None = None
    ) -> str:
        return self._distinct(most + 1, node, path, keep) or _unknown(wide)

    def _distinct(
        self, number: int, node: str, path: Term, keep: Callable[[str], str] | None
    ) -> str | None:
        """Whether there are so many values; None where that would be too long a query."""
        if number > _MOST_VALUES:
            return None
        values = [self._variable() for _ in range(number)]
        condition = "true"
        for index in reversed(range(number)):
            value = values[index]
            filters = [f"!sameTerm({value}, {other})" for other in values[:index]]
            filters += [keep(value)] if keep else []
            filters += [condition] if condition != "true" else []
            condition = self._exists(node, path, value, " && ".join(filters) or "true")
        return condition


def _unknown(wide: bool) -> str:
    return "true" if wide else "false"


def _one_of(nodes: Collection[Term], node: str, wide: bool) -> str:
    if len(nodes) > _MOST_NODES or not all(isinstance(each, NamedNode) for each in nodes):
        return _unknown(wide)
    return f"{node} IN ({', '.join(sorted(map(str, nodes)))})" if nodes else "false"


def _or(expression: str, wide: bool) -> str:
    """An expression that has a value even where an error comes up in it."""
    return f"COALESCE({expression}, {_unknown(wide)})"


def _comparison(first: str, sign: str, second: str) -> str:
    kind = f"DATATYPE({first}) = DATATYPE({second}) && DATATYPE({first}) IN ({_ORDERED})"
    numbers = f"isNumeric({first}) && isNumeric({second})"
    return f"(({numbers}) || ({kind})) && {first} {sign} {second}"


def _datatype(datatype: Term, node: str, wide: bool) -> str:
    other = f"!isLiteral({node}) || DATATYPE({node}) != {datatype}"
    if not wide or datatype.value in _ANY_FORM:
        return _or(other, wide)
    form = _FORMS.get(datatype.value)
    if form is None:
        return "true"
    return _or(f'{other} || !REGEX(STR({node}), "^({form})$")', wide)


def _no_member(node: str, members: Sequence[Term]) -> str:
    same = [f"sameTerm({node}, {each})" for each in members if not isinstance(each, BlankNode)]
    return f"!({' || '.join(same) or 'false'})"
