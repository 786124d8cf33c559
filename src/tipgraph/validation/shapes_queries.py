"""Whether the queries in shapes are SPARQL, and keep to what SHACL allows in them.

https://www.w3.org/TR/shacl/#sparql-constraints and https://www.w3.org/TR/shacl/#pre-binding
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from tipgraph.errors import FederationError, QuerySyntaxError
from tipgraph.namespaces import SH
from tipgraph.store.services import find_services
from tipgraph.store.tokens import Token, query_form, read_prologue, tokens
from tipgraph.validation.extensions import extension_values
from tipgraph.validation.positions import Sought
from tipgraph.validation.shapes_triples import QUERIES, VALIDATORS, Fault, ShapesTriples

_PATH: Final = re.compile(r"[$?]PATH\b")
_PLACE: Final = re.compile(r"^Parser error |^error at ")
# SHACL says nothing of FROM, and engines differ: one reads the data all the same, another nothing.
_NOT_ALLOWED: Final = ("MINUS", "VALUES", "FROM")
_PREBOUND: Final = ("this", "shapesGraph", "currentShape")


def query_faults(shapes: ShapesTriples) -> Iterator[Fault]:
    """What is wrong with the queries of a shapes graph, but for those that nothing evaluates."""
    prologue = _prologue(shapes)
    passed_over = extension_values(shapes)
    validators = {validator for name in VALIDATORS for _, validator in shapes.pairs(name)}
    for predicate in QUERIES:
        for subject, text in shapes.pairs(predicate):
            if isinstance(text, Literal) and subject not in passed_over:
                prebound = (*_PREBOUND, "value") if subject in validators else _PREBOUND
                form = predicate.removeprefix(SH).upper()
                for reason in _reasons(text.value, form, prologue, prebound):
                    yield Fault(
                        f"a query in the shapes {reason}",
                        Sought(subject, NamedNode(predicate), text),
                    )


def _prologue(shapes: ShapesTriples) -> str:
    """Every prefix that the shapes declare; which of them a query may use is the engine's care."""
    lines = {}
    relative = shapes.relative_prefixes()
    for _, declaration in shapes.pairs(f"{SH}declare"):
        if declaration in relative:
            continue
        prefixes = shapes.objects(declaration, f"{SH}prefix")
        namespaces = shapes.objects(declaration, f"{SH}namespace")
        if prefixes and namespaces:
            name = prefixes[0].value
            lines[name] = f"PREFIX {name}: <{namespaces[0].value}>"
    return " ".join(lines.values())


def _reasons(query: str, form: str, prologue: str, prebound: Sequence[str]) -> Iterator[str]:
    # Its own declarations come later, and so count.
    text = f"{prologue}\n{_PATH.sub('<urn:path>', query)}"
    terminals = list(tokens(text))
    try:
        # First of all: to the engine, reading a query is calling what it names.
        find_services(text, terminals, read_prologue(terminals), allowed=())
        Store().query(text)
    except RuntimeError:
        # It calls a function that is not known here, which is an error where it is called.
        pass
    except FederationError:
        yield "has a SERVICE, which is not allowed there"
        return
    except QuerySyntaxError as error:
        yield f"is not SPARQL, on its line {error.line - 1}: {error.reason}"
        return
    except SyntaxError as error:
        line = max(1, (error.lineno or 2) - 1)
        said = _PLACE.sub("", str(error.msg)).splitlines()[0]
        yield f"is not SPARQL, on its line {line}: {said}"
        return
    found = list(tokens(query))
    if query_form(found) != form:
        yield f"is not of the form {form}"
    for word in _NOT_ALLOWED:
        if any(token.is_word(word) for token in found):
            yield f"has a {word}, which is not allowed there"
    for first, second in pairwise(found):
        if first.is_word("AS") and _variable(second) in prebound:
            yield f"sets {second.text} by AS, which SHACL does not allow"
    yield from _inner_selects(found)


def _inner_selects(found: Sequence[Token]) -> Iterator[str]:
    """Queries within the query have to return `$this` to be about the same node."""
    for index, token in enumerate(found):
        if not token.is_word("SELECT") or not index or found[index - 1].text != "{":
            continue
        end = next((i for i in range(index, len(found)) if found[i].text == "{"), len(found))
        projection = found[index + 1 : end]
        if not any(_variable(token) == "this" for token in projection):
            yield "has a SELECT within it that does not name $this among what it returns"


def _variable(token: Token) -> str:
    return token.text[1:] if token.kind == "variable" else ""
