"""SERVICE in queries: found at the level of tokens, refused unless its IRI is allowed."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from tipgraph.errors import FederationError
from tipgraph.store.syntax import unknown_prefix
from tipgraph.store.tokens import Prologue, Token


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A SERVICE clause of a query.

    Args:
        token: The token that names the endpoint.
        iri: The IRI it stands for.
        nested: Whether it lies within another one, whose endpoint is to call it.
    """

    token: Token
    iri: str
    nested: bool


def find_services(
    text: str, terminals: Sequence[Token], prologue: Prologue, allowed: Container[str]
) -> list[ServiceCall]:
    """Find the SERVICE clauses of a query, all of which are allowed.

    Args:
        text: The query.
        terminals: Its tokens.
        prologue: Its declarations.
        allowed: The IRIs that may be called.

    Raises:
        FederationError: One is not allowed, or its endpoint is not a constant.
        QuerySyntaxError: A prefix is not declared; engines that need no white space between
            terminals might read `SERVICEex:a` as a keyword and a name then.
    """
    calls: list[ServiceCall] = []
    # How many braces are open, and how many were where the outermost SERVICE began.
    depth, within = 0, None
    following = [*terminals[1:], Token("end", "", len(text))]
    for index, (token, after) in enumerate(zip(terminals, following, strict=True)):
        if token.kind == "name" and index >= prologue.size:
            if prologue.resolve(token) is None:
                raise unknown_prefix(text, token)
            if "SERVICE" in token.text.partition(":")[0].upper() and after.text == "{":
                _refuse_glued(token, terminals[index - 1])
        elif token.kind == "word" and "SERVICE" in token.text.upper():
            silent = after.is_word("SILENT")
            endpoint = following[index + 1] if silent and index + 1 < len(following) else after
            calls.append(
                ServiceCall(endpoint, _iri(endpoint, prologue, allowed), within is not None)
            )
            within = depth if within is None else within
        elif token.kind == "mark":
            depth += (token.text == "{") - (token.text == "}")
            if token.text == "}" and depth == within:
                within = None
    return calls


def rewrite_services(text: str, calls: Sequence[ServiceCall], addresses: Mapping[str, str]) -> str:
    """Put other addresses in the place of the endpoints that this service is to call."""
    for call in reversed([call for call in calls if not call.nested]):
        before, after = text[: call.token.start], text[call.token.end :]
        text = f"{before} <{addresses[call.iri]}> {after}"
    return text


def _iri(endpoint: Token, prologue: Prologue, allowed: Container[str]) -> str:
    iri = prologue.resolve(endpoint) if endpoint.kind in ("iri", "name") else None
    if iri is None:
        raise FederationError(
            f"SERVICE {endpoint.text}: only constant IRIs can be called, and only allowed ones"
        )
    if iri not in allowed:
        raise FederationError(
            f"SERVICE <{iri}> is not allowed: this service calls no other endpoint unless its "
            "operator lists it in TIPGRAPH_SERVICE_ALLOW"
        )
    return iri


def _refuse_glued(token: Token, before: Token) -> None:
    if not before.is_word("GRAPH"):
        raise FederationError(
            f"{token.text} could be read as SERVICE and a name: put a space there"
        )
