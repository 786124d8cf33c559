"""SERVICE in queries: found at the level of tokens, refused unless its IRI is allowed."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from tipgraph.errors import FederationError
from tipgraph.store.syntax import unknown_prefix
from tipgraph.store.tokens import Prologue, Token


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A SERVICE clause of a query: the token that names the endpoint, and the IRI it stands for."""

    token: Token
    iri: str


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
            calls.append(_allowed_call(endpoint, prologue, allowed))
    return calls


def rewrite_services(text: str, calls: Sequence[ServiceCall], addresses: Mapping[str, str]) -> str:
    """Put other addresses in the place of the endpoints that a query calls."""
    for call in reversed(calls):
        before, after = text[: call.token.start], text[call.token.end :]
        text = f"{before} <{addresses[call.iri]}> {after}"
    return text


def _allowed_call(endpoint: Token, prologue: Prologue, allowed: Container[str]) -> ServiceCall:
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
    return ServiceCall(endpoint, iri)


def _refuse_glued(token: Token, before: Token) -> None:
    if not before.is_word("GRAPH"):
        raise FederationError(
            f"{token.text} could be read as SERVICE and a name: put a space there"
        )
