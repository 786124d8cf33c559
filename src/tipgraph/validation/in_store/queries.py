"""Constraints by query, evaluated in the store for all focus nodes at once.

They are those of `sh:sparql`, and those of constraint components that the shapes graph defines.

Where SHACL binds `$this` beforehand, each group of the query is joined with the focus nodes, which
comes to the same (https://www.w3.org/TR/shacl/#pre-binding).
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from tipgraph.errors import EngineError, UsageError
from tipgraph.namespaces import OWL, SH, shorten
from tipgraph.store.tokens import Token, tokens
from tipgraph.validation.extensions import extension_components
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
        parameters: Mapping[str, Sequence[Term]] | None = None,
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
    def definition(self) -> Term:
        """What defines it in the shapes graph: the constraint's own node, or the component."""
        return self.constraint if self.is_sparql else self._component

    @cached_property
    def text(self) -> str:
        """Its query as the shapes graph has it."""
        stated = (self._graph.objects(self.constraint, SH + form) for form in ("ask", "select"))
        return next(each.value for texts in stated for each in texts)

    @cached_property
    def tokens(self) -> list[Token]:
        """The terminals of that text."""
        return list(tokens(self.text))

    @property
    def parameters(self) -> list[Term]:
        """The values of the component's parameters."""
        return [term for terms in self._parameters.values() for term in terms]

    @property
    def is_sparql(self) -> bool:
        """Whether it is one of `sh:sparql`, rather than of a component of the shapes' own."""
        return self._component == _COMPONENT

    @property
    def kind(self) -> str:
        """What kind of constraint it is, for people."""
        if self.is_sparql:
            return "sh:sparql"
        return f"the constraint component {shown_shape(self._component)}"

    @property
    def name(self) -> str:
        """What people call it."""
        if not self.is_sparql:
            return f"{self.kind}, which the shape {shown_shape(self.shape)} uses,"
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
        for name, terms in self._parameters.items():
            focus = f"{focus} VALUES ?{name} {{ {self._only(name, terms)} }}"
        text, found = self.text, self.tokens
        self._check(found)
        if self._graph.objects(self.constraint, f"{SH}ask"):
            return self._asked(text, focus)
        if not _returns_focus(found):
            raise self._refusal("its query does not return $this")
        knowing = _groups_that_know(found, {"this", *self._parameters})
        parts, reached = [self._prologue()], 0
        for index, token in enumerate(found):
            if token.kind == "variable" and token.text[1:] == "PATH" and self._path is not None:
                parts += (text[reached : token.start], Paths(self._graph).sparql(self._path))
                reached = token.end
            elif index in knowing:
                parts += (text[reached : token.end], f" {focus} ")
                reached = token.end
        return "".join([*parts, text[reached:]])

    def _only(self, name: str, terms: Sequence[Term]) -> Term:
        """The value of a parameter."""
        if len(terms) > 1:
            # Engines differ on what that means.
            raise UsageError(
                f"the shape {shown_shape(self.shape)} has several values for a parameter of the "
                f"constraint component {shown_shape(self._component)}, which cannot be evaluated "
                "in a store: make a shape of each"
            )
        # A blank node of the shapes is not in the data.
        if isinstance(terms[0], BlankNode):
            raise self._refusal(f"its parameter {name} has no IRI")
        return terms[0]

    def _asked(self, text: str, focus: str) -> str:
        """The query for the values of which a query (`sh:ask`) says no."""
        found = self.tokens
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
        relative = self._graph.relative_prefixes()
        imports: dict[Term, list[Term]] = defaultdict(list)
        for each, imported in self._graph.pairs(f"{OWL}imports"):
            imports[each].append(imported)
        for ontology in closure(self._graph.objects(self.constraint, f"{SH}prefixes"), imports):
            for each in self._graph.objects(ontology, f"{SH}declare"):
                if each in relative:
                    continue
                prefix = next(iter(self._graph.objects(each, f"{SH}prefix"))).value
                namespace = next(iter(self._graph.objects(each, f"{SH}namespace"))).value
                declared[prefix] = namespace
        return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in declared.items())

    def said(self, bound: Mapping[str, Term]) -> list[tuple[NamedNode, Term]]:
        """What a solution says, as predicates and objects of a result.

        Args:
            bound: The solution, without variables that have no value.

        Raises:
            EngineError: It says that the constraint could not be evaluated (`?failure`).
        """
        if bound.get("failure") == _TRUE:
            raise EngineError(f"a query of {shown_shape(self.shape)} reports a ?failure")
        return [(NamedNode(SH + name), term) for name, term in self._said(bound)]

    def _said(self, bound: Mapping[str, Term]) -> Iterator[tuple[str, Term]]:
        this = bound["this"]
        severities = self._graph.objects(self.shape, f"{SH}severity")
        yield "focusNode", this
        yield "sourceShape", self.shape
        if self.is_sparql:
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

    def _messages(self, bound: Mapping[str, Term]) -> Iterator[Literal]:
        own = self._graph.objects(self.constraint, f"{SH}message")
        stated = [bound["message"]] if "message" in bound else own
        known = {**{name: terms[0] for name, terms in self._parameters.items()}, **bound}
        for each in stated or self._graph.objects(self.shape, f"{SH}message"):
            if isinstance(each, Literal):
                text = _PLACEHOLDER.sub(lambda found: _filled(found, known), each.value)
                yield Literal(text, language=each.language) if each.language else Literal(text)


def query_constraints(shape: Term, graph: ShapesTriples) -> Iterator[QueryConstraint]:
    """The constraints by query of a shape, and of the property shapes that it leads to."""
    yield from _constraints(_all_applied([shape], graph), graph)


def judging_constraints(
    shapes: Iterable[Term], graph: ShapesTriples, *, ways: bool
) -> Iterator[QueryConstraint]:
    """The constraints by query of shapes that only tell whether nodes conform to some shapes.

    Args:
        shapes: The shapes that are applied.
        graph: The shapes graph.
        ways: Whether each is wanted once for each way that leads to it, to be asked; their number
            may double with each shape in between.
    """

    def onwards(shape: Term, way: tuple[Term, ...]) -> tuple[Term, ...]:
        return (*way, *graph.objects(shape, f"{SH}path")) if ways else ()

    waiting = [
        (inner, onwards(each, way))
        for each, way in _all_applied(shapes, graph)
        for name, inner in graph.referred(each)
        if name != f"{SH}property"
    ]
    judging: dict[tuple[Term, tuple[Term, ...]], None] = {}
    while waiting:
        each, way = waiting.pop()
        if (each, way) not in judging and _TRUE not in graph.objects(each, f"{SH}deactivated"):
            judging[each, way] = None
            further = onwards(each, way)
            waiting += [(inner, further) for _, inner in graph.referred(each)]
    yield from _constraints(judging, graph)


def _all_applied(
    shapes: Iterable[Term], graph: ShapesTriples
) -> dict[tuple[Term, tuple[Term, ...]], None]:
    return dict.fromkeys(each for shape in shapes for each in _applied(shape, (), graph))


def _constraints(
    shapes: Iterable[tuple[Term, tuple[Term, ...]]], graph: ShapesTriples
) -> Iterator[QueryConstraint]:
    components = _components(graph)
    for shape, way in shapes:
        for constraint in graph.objects(shape, f"{SH}sparql"):
            if _TRUE not in graph.objects(constraint, f"{SH}deactivated"):
                yield QueryConstraint(shape, constraint, graph, way=way)
        for component in components:
            yield from _of_component(shape, way, component, graph)


def _components(graph: ShapesTriples) -> list[Term]:
    """The constraint components that are defined, besides those of SHACL's own."""
    defined = dict.fromkeys(component for component, _ in graph.pairs(f"{SH}parameter"))
    beyond = extension_components(graph)
    return [each for each in defined if not each.value.startswith(SH) and each not in beyond]


def _of_component(
    shape: Term, way: tuple[Term, ...], component: Term, graph: ShapesTriples
) -> Iterator[QueryConstraint]:
    """The constraints of a component in a shape.

    https://www.w3.org/TR/shacl/#constraint-components-validators
    """
    given: dict[str, Sequence[Term]] = {}
    for parameter in graph.objects(component, f"{SH}parameter"):
        for path in graph.objects(parameter, f"{SH}path"):
            found = graph.objects(shape, path.value)
            if not found and _TRUE not in graph.objects(parameter, f"{SH}optional"):
                return
            if found:
                given[_LOCAL_NAME.split(path.value)[-1]] = found
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


def _returns_focus(found: Sequence[Token]) -> bool:
    begin = next(index for index, token in enumerate(found) if token.is_word("SELECT"))
    depth = 0
    for token in found[begin:]:
        if token.text == "{":
            break
        depth += (token.text == "(") - (token.text == ")")
        if not depth and (token.text == "*" or token.text[1:] == "this"):
            return True
    return False


def _groups_that_know(found: Sequence[Token], names: Container[str]) -> set[int]:
    """The groups that have to know the focus node, by the tokens that they begin with.

    They are the bodies of queries, and groups that use what is bound beforehand. Others would only
    be multiplied by the focus nodes.
    """
    knowing: set[int] = set()
    around: list[int] = []
    is_body = False
    for index, token in enumerate(found):
        is_body = is_body or token.is_word("SELECT")
        if token.kind == "variable" and token.text[1:] in names:
            knowing.update(around[-1:])
        elif token.kind == "mark" and token.text == "{":
            around.append(index)
            if is_body and _begins_group(found, index):
                knowing.add(index)
                is_body = False
        elif token.kind == "mark" and token.text == "}" and around.pop() in knowing:
            knowing.update(around[-1:])
    return {index for index in knowing if _begins_group(found, index)}


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
