"""Constraints by query (`sh:sparql`), evaluated in the store for all focus nodes at once.

Where SHACL binds `$this` beforehand, each group of the query is joined with the focus nodes, which
comes to the same (https://www.w3.org/TR/shacl/#pre-binding).
"""

import re
from collections.abc import Iterator, Sequence
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
_TRUE: Final = Literal(True)


class QueryConstraint:
    """A constraint by query, of a shape whose focus nodes are known.

    Args:
        shape: The shape.
        constraint: The constraint's node.
        graph: The shapes graph.
    """

    def __init__(self, shape: Term, constraint: Term, graph: ShapesTriples) -> None:
        self.shape = shape
        self.constraint = constraint
        self._graph = graph
        self._path = next(iter(graph.objects(shape, f"{SH}path")), None)

    @property
    def name(self) -> str:
        """What people call it."""
        own = (
            shorten(self.constraint.value)
            if isinstance(self.constraint, NamedNode)
            else "sh:sparql"
        )
        return f"{own} of the shape {shown_shape(self.shape)}"

    def query(self, focus: str) -> str:
        """The query for what breaks it.

        Args:
            focus: A graph pattern that gives each focus node once as `?this`.

        Raises:
            UsageError: It cannot be asked for all focus nodes at once.
        """
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

    def _check(self, found: Sequence[Token]) -> None:
        reason = next((f"has {token.text}" for token in found if token.is_word(*_REFUSED)), None)
        for token in found:
            if token.kind == "variable" and token.text[1:] in _OURS:
                reason = f"uses {token.text}"
        if reason:
            raise UsageError(
                f"{self.name} cannot be evaluated in a store: its query {reason}; "
                "validate a copy of the data instead"
            )

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
        yield "sourceConstraint", self.constraint
        yield "sourceConstraintComponent", _COMPONENT
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
        for each in stated or self._graph.objects(self.shape, f"{SH}message"):
            if isinstance(each, Literal):
                text = _PLACEHOLDER.sub(lambda found: _filled(found, bound), each.value)
                yield Literal(text, language=each.language) if each.language else Literal(text)


def query_constraints(shape: Term, graph: ShapesTriples) -> Iterator[QueryConstraint]:
    """The constraints by query of a shape and of the property shapes that share its focus nodes.

    Raises:
        UsageError: There is one elsewhere, or one of a component that is defined by a query.
    """
    _check_components(shape, graph)
    for each in dict.fromkeys(_sharing(shape, graph)):
        if _TRUE in graph.objects(each, f"{SH}deactivated"):
            continue
        for constraint in graph.objects(each, f"{SH}sparql"):
            if _TRUE not in graph.objects(constraint, f"{SH}deactivated"):
                yield QueryConstraint(each, constraint, graph)


def _sharing(shape: Term, graph: ShapesTriples) -> Iterator[Term]:
    yield shape
    if not graph.objects(shape, f"{SH}path"):
        for each in graph.objects(shape, f"{SH}property"):
            yield from _sharing(each, graph)


def _check_components(shape: Term, graph: ShapesTriples) -> None:
    reached, waiting = {shape}, [shape]
    while waiting:
        inner = {each for _, each in graph.referred(waiting.pop())} - reached
        reached |= inner
        waiting += inner
    sharing = set(_sharing(shape, graph))
    for each in reached - sharing:
        if graph.objects(each, f"{SH}sparql"):
            raise UsageError(
                f"sh:sparql of {shown_shape(each)}, which the shape {shown_shape(shape)} refers "
                "to, cannot be evaluated in a store; validate a copy of the data instead"
            )
    for component, parameter in graph.pairs(f"{SH}parameter"):
        for path in graph.objects(parameter, f"{SH}path"):
            if any(graph.objects(each, path.value) for each in reached):
                name = shown_shape(component)
                raise UsageError(
                    f"the constraint component {name}, which the shape {shown_shape(shape)} uses, "
                    "cannot be evaluated in a store; validate a copy of the data instead"
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
