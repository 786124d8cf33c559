"""Constraints by query, evaluated in the store for all focus nodes at once.

They are those of `sh:sparql`, and those of constraint components that the shapes graph defines.

Where SHACL binds `$this` beforehand, each group of the query is joined with the focus nodes, which
comes to the same (https://www.w3.org/TR/shacl/#pre-binding).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolution

from tipgraph.errors import EngineError, UsageError
from tipgraph.namespaces import OWL, SH, shorten
from tipgraph.store.tokens import Token, tokens
from tipgraph.validation.in_store.paths import Paths
from tipgraph.validation.result import Term
from tipgraph.validation.shapes_triples import ShapesTriples
from tipgraph.validation.targets import closure

_REFUSED: Final = ("GRAPH", "LIMIT", "OFFSET")
_OURS: Final = ("currentShape", "shapesGraph")
_COMPONENT: Final = NamedNode(f"{SH}SPARQLConstraintComponent")
_VIOLATION: Final = NamedNode(f"{SH}Violation")
_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_LOCAL_NAME: Final = re.compile(r"[/#:]")
_TRUE: Final = Literal(True)


class QueryConstraint:
    """A constraint by query, of a shape whose focus nodes are known.

    Args:
        shape: The shape.
        constraint: The node that has the query: the constraint's, or a component's validator.
        graph: The shapes graph.
        component: The constraint component.
        parameters: What the shape says for the component's parameters, by their names.
        way: The paths that lead from the focus nodes of the shape that is applied to those of
            this one.
    """

    def __init__(
        self,
        shape: Term,
        constraint: Term,
        graph: ShapesTriples,
        component: Term = _COMPONENT,
        parameters: Mapping[str, Term] | None = None,
        way: Sequence[Term] = (),
    ) -> None:
        self.shape = shape
        self.constraint = constraint
        self._graph = graph
        self._component = component
        self._parameters = dict(parameters or {})
        self._way = way
        self._path = next(iter(graph.objects(shape, f"{SH}path")), None)

    @property
    def name(self) -> str:
        """What people call it."""
        if self._component != _COMPONENT:
            return (
                f"the constraint component {shown_shape(self._component)}, which the shape "
                f"{shown_shape(self.shape)} uses,"
            )
        own = (
            shorten(self.constraint.value)
            if isinstance(self.constraint, NamedNode)
            else "sh:sparql"
        )
        return f"{own} of the shape {shown_shape(self.shape)}"

    def query(self, focus: str) -> str:
        """The query for what breaks it.

        Args:
            focus: A graph pattern that gives each focus node of the shape that is applied once as
                `?this`.

        Raises:
            UsageError: It cannot be asked for all focus nodes at once.
        """
        for number, path in enumerate(self._way):
            step = f"?start{number} {Paths(self._graph).sparql(path)} ?this"
            start = f"{{ SELECT (?this AS ?start{number}) WHERE {{ {focus} }} }}"
            focus = f"{{ SELECT DISTINCT ?this WHERE {{ {start} {step} }} }}"
        for name, term in self._parameters.items():
            # A blank node of the shapes is not in the data.
            if isinstance(term, BlankNode):
                raise self._refusal(f"its parameter {name} has no IRI")
            focus = f"{focus} VALUES ?{name} {{ {term} }}"
        for query in self._graph.objects(self.constraint, f"{SH}ask"):
            return self._asked(query.value, focus)
        text = next(iter(self._graph.objects(self.constraint, f"{SH}select"))).value
        found = list(tokens(text))
        self._check(found)
        parts, reached = [self._prologue()], 0
        for index, token in enumerate(found):
            if token.kind == "variable" and token.text[1:] == "PATH" and self._path is not None:
                parts += (text[reached : token.start], Paths(self._graph).sparql(self._path))
                reached = token.end
            elif _begins_group(found, index):
                parts += (text[reached : token.end], f" {focus} ")
                reached = token.end
        return "".join([*parts, text[reached:]])

    def _asked(self, text: str, focus: str) -> str:
        """The query for the values of which a query (`sh:ask`) says no."""
        found = list(tokens(text))
        self._check(found)
        groups = [index for index in range(len(found)) if _begins_group(found, index)]
        if len(groups) != 1 or any(token.is_word("SELECT") for token in found):
            raise self._refusal("its query has groups in groups")
        start = found[groups[0]].start
        declared = text[: next(token.start for token in found if token.is_word("ASK"))]
        value = "BIND(?this AS ?value)"
        if self._path is not None:
            value = f"?this {Paths(self._graph).sparql(self._path)} ?value ."
        return (
            f"{self._prologue()}{declared} SELECT DISTINCT ?this ?value WHERE {{ "
            f"{focus} {value} FILTER NOT EXISTS {text[start:]} }}"
        )

    def _refusal(self, reason: str) -> UsageError:
        return UsageError(
            f"{self.name} cannot be evaluated in a store: {reason}; "
            "validate a copy of the data instead"
        )

    def _check(self, found: Sequence[Token]) -> None:
        reason = next((f"has {token.text}" for token in found if token.is_word(*_REFUSED)), None)
        for token in found:
            if token.kind == "variable" and token.text[1:] in _OURS:
                reason = f"uses {token.text}"
        if reason:
            raise self._refusal(f"its query {reason}")

    def _prologue(self) -> str:
        declared: dict[str, str] = {}
        imports: dict[Term, list[Term]] = {
            each: properties.get(f"{OWL}imports", [])
            for each, properties in self._graph.by_subject.items()
        }
        for ontology in closure(self._graph.objects(self.constraint, f"{SH}prefixes"), imports):
            for each in self._graph.objects(ontology, f"{SH}declare"):
                prefix = next(iter(self._graph.objects(each, f"{SH}prefix"))).value
                namespace = next(iter(self._graph.objects(each, f"{SH}namespace"))).value
                declared[prefix] = namespace
        return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in declared.items())

    def results(
        self, rows: Sequence[QuerySolution], variables: Sequence[str]
    ) -> Iterator[list[tuple[NamedNode, Term]]]:
        """What each solution says, as predicates and objects of a result.

        Args:
            rows: The solutions.
            variables: Their variables.

        Raises:
            EngineError: A solution says that the constraint could not be evaluated (`?failure`).
        """
        seen = set()
        for row in rows:
            bound = {name: row[name] for name in variables if row[name] is not None}
            if bound.get("failure") == _TRUE:
                raise EngineError(f"a query of {shown_shape(self.shape)} reports a ?failure")
            key = tuple(sorted((name, str(term)) for name, term in bound.items()))
            if key not in seen:
                seen.add(key)
                yield [(NamedNode(SH + name), term) for name, term in self._said(bound)]

    def _said(self, bound: dict[str, Term]) -> Iterator[tuple[str, Term]]:
        this = bound["this"]
        severities = self._graph.objects(self.shape, f"{SH}severity")
        yield "focusNode", this
        yield "sourceShape", self.shape
        if self._component == _COMPONENT:
            yield "sourceConstraint", self.constraint
        yield "sourceConstraintComponent", self._component
        yield "resultSeverity", severities[0] if severities else _VIOLATION
        path = bound.get("path", self._path)
        if path is not None:
            yield "resultPath", path
        value = bound.get("value", this if self._path is None else None)
        if value is not None:
            yield "value", value
        for message in self._messages(bound):
            yield "resultMessage", message

    def _messages(self, bound: dict[str, Term]) -> Iterator[Literal]:
        own = self._graph.objects(self.constraint, f"{SH}message")
        stated = [bound["message"]] if "message" in bound else own
        known = {**self._parameters, **bound}
        for each in stated or self._graph.objects(self.shape, f"{SH}message"):
            if isinstance(each, Literal):
                text = _PLACEHOLDER.sub(lambda found: _filled(found, known), each.value)
                yield Literal(text, language=each.language) if each.language else Literal(text)


def query_constraints(shape: Term, graph: ShapesTriples) -> Iterator[QueryConstraint]:
    """The constraints by query of a shape, and of the property shapes that it leads to.

    Raises:
        UsageError: There is one elsewhere, or several values for a component's parameter.
    """
    applied = list(dict.fromkeys(_applied(shape, (), graph)))
    _check_others(shape, [each for each, _ in applied], graph)
    for each, way in applied:
        for constraint in graph.objects(each, f"{SH}sparql"):
            if _TRUE not in graph.objects(constraint, f"{SH}deactivated"):
                yield QueryConstraint(each, constraint, graph, way=way)
        for component in _components(graph):
            yield from _of_component(each, way, component, graph)


def _components(graph: ShapesTriples) -> list[Term]:
    """The constraint components that are defined, besides those of SHACL's own."""
    defined = dict.fromkeys(component for component, _ in graph.pairs(f"{SH}parameter"))
    return [each for each in defined if not each.value.startswith(SH)]


def _of_component(
    shape: Term, way: tuple[Term, ...], component: Term, graph: ShapesTriples
) -> Iterator[QueryConstraint]:
    """The constraints of a component in a shape.

    https://www.w3.org/TR/shacl/#constraint-components-validators
    """
    given: dict[str, Term] = {}
    for parameter in graph.objects(component, f"{SH}parameter"):
        for path in graph.objects(parameter, f"{SH}path"):
            found = graph.objects(shape, path.value)
            if not found and _TRUE not in graph.objects(parameter, f"{SH}optional"):
                return
            if len(found) > 1:
                # Engines differ on what that means.
                raise UsageError(
                    f"the shape {shown_shape(shape)} has several values for a parameter of the "
                    f"constraint component {shown_shape(component)}, which cannot be evaluated in "
                    "a store: make a shape of each"
                )
            given.update((_LOCAL_NAME.split(path.value)[-1], term) for term in found)
    own = "propertyValidator" if graph.objects(shape, f"{SH}path") else "nodeValidator"
    validators = graph.objects(component, SH + own) or graph.objects(component, f"{SH}validator")
    for validator in validators[:1]:
        yield QueryConstraint(shape, validator, graph, component, given, way)


def _applied(
    shape: Term, way: tuple[Term, ...], graph: ShapesTriples
) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """The shapes that have results of their own where a shape is applied, with the ways there."""
    if _TRUE in graph.objects(shape, f"{SH}deactivated"):
        return
    yield shape, way
    further = (*way, *graph.objects(shape, f"{SH}path"))
    for each in graph.objects(shape, f"{SH}property"):
        yield from _applied(each, further, graph)


def _check_others(shape: Term, applied: Sequence[Term], graph: ShapesTriples) -> None:
    """Refuse constraints by query of shapes that only tell whether nodes conform."""
    edges = {each: [inner for _, inner in graph.referred(each)] for each in graph.by_subject}
    judged = (
        inner for each in applied for name, inner in graph.referred(each) if name != f"{SH}property"
    )
    for each in closure(judged, edges):
        what = "sh:sparql" if graph.objects(each, f"{SH}sparql") else None
        for component in _components(graph):
            if what is None and any(_of_component(each, (), component, graph)):
                what = f"the constraint component {shown_shape(component)}"
        if what:
            raise UsageError(
                f"{what} of {shown_shape(each)}, which the shape {shown_shape(shape)} refers "
                "to, cannot be evaluated in a store; validate a copy of the data instead"
            )


def _begins_group(found: Sequence[Token], index: int) -> bool:
    """Whether the pattern of a group that has to know the focus node begins with a token.

    EXISTS knows it from where it stands.
    """
    if found[index].text != "{" or found[index].kind != "mark":
        return False
    following = found[index + 1 : index + 2]
    inner_query = bool(following) and following[0].is_word("SELECT")
    return not inner_query and not (index and found[index - 1].is_word("EXISTS"))


def _filled(found: re.Match[str], bound: dict[str, Term]) -> str:
    term = bound.get(found[1])
    if term is None:
        return found[0]
    return str(term) if isinstance(term, BlankNode) else term.value


def shown_shape(shape: Term) -> str:
    """A shape's name, for people."""
    return shorten(shape.value) if isinstance(shape, NamedNode) else "without a name"
