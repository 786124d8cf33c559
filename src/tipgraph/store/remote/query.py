"""A query made ready for an engine elsewhere: its refusals, its dataset, what is relative in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tipgraph.settings import Settings
from tipgraph.store.base import QueryRequest
from tipgraph.store.describe import describe_queries
from tipgraph.store.remote.construct import Construct, construct_parts
from tipgraph.store.services import find_services
from tipgraph.store.tokens import Prologue, Token, decode_code, query_form, read_prologue, tokens

Graphs = tuple[str, ...] | None

# Engines take a missing half of a dataset for everything they hold; this graph is nowhere.
_NOTHING: Final = ("urn:tipgraph:nothing",)
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class RemoteQuery:
    """A query as it is sent.

    Args:
        checked: The text as its author wrote it, for our own parser.
        base_iri: What relative IRIs in it are resolved against.
        text: The text to be sent: without FROM, which engines read differently.
        default_graphs: The graphs of its default graph; None for the endpoint's own.
        named_graphs: Its named graphs; None for all that the endpoint has.
        truth: Whether the answer is a truth value.
        head: The declarations that the text begins with.
        construct: For CONSTRUCT, its two parts.
        resources: For DESCRIBE, the SELECT queries that find what is to be described.
    """

    checked: str
    base_iri: str
    text: str
    default_graphs: Graphs
    named_graphs: Graphs
    truth: bool
    head: str
    construct: Construct | None
    resources: tuple[str, ...] | None


def read_query(request: QueryRequest, settings: Settings) -> RemoteQuery:
    """Make a query ready.

    Args:
        request: The query.
        settings: What it may call, and what it is resolved against.

    Raises:
        ReadOnlyError: It is an update.
        FederationError: It calls a SERVICE that is not allowed.
    """
    checked = decode_code(request.query)
    base_iri = request.base_iri or settings.base_iri
    terminals = list(tokens(checked))
    prologue = read_prologue(terminals, base_iri)
    if "service" in checked.lower():
        # The endpoint itself calls those that are allowed.
        find_services(checked, terminals, prologue, settings.service_allow)
    form = query_form(terminals)
    text, stated = _without_dataset(checked, terminals, prologue)
    default, named = request.default_graphs, request.named_graphs
    if default is None and named is None:
        default, named = stated
    if default is not None or named is not None:
        default, named = default or _NOTHING, named or _NOTHING
    text = _resolved(text, base_iri)
    sent = list(tokens(text))
    prologue = read_prologue(sent)
    described = describe_queries(text, sent, prologue, None)
    return RemoteQuery(
        checked,
        base_iri,
        text,
        default,
        named,
        form == "ASK",
        text[: sent[prologue.size].start] if prologue.size < len(sent) else text,
        construct_parts(text, sent, prologue),
        None if described is None else described[0],
    )


def _resolved(text: str, base_iri: str) -> str:
    """The text with absolute IRIs and no BASE, which some engines take before PREFIX alone.

    Virtuoso 7.2 reads neither code point escapes in IRIs nor any escapes in the names of prefixes.
    """
    terminals = list(tokens(text))
    prologue = read_prologue(terminals, base_iri)
    body = terminals[prologue.size :]
    if not body:
        return text
    parts = [f"PREFIX {name}: <{iri}>\n" for name, iri in prologue.prefixes.items()]
    reached = body[0].start
    for token in body:
        if _is_rewritten(token):
            parts += (text[reached : token.start], f"<{prologue.resolve(token)}>")
            reached = token.end
    return "".join([*parts, text[reached:]])


def _is_rewritten(token: Token) -> bool:
    if token.kind == "iri":
        return "\\" in token.text or not _ABSOLUTE.match(token.text)
    return token.kind == "name" and ("\\" in token.text or "%" in token.text)


def _without_dataset(
    text: str, terminals: Sequence[Token], prologue: Prologue
) -> tuple[str, tuple[Graphs, Graphs]]:
    """The text without its FROM clauses, and the dataset that these state."""
    default: list[str] = []
    named: list[str] = []
    kept, reached = [], 0
    for index, token in enumerate(terminals):
        if not token.is_word("FROM"):
            continue
        following = terminals[index + 1 : index + 3]
        is_named = bool(following) and following[0].is_word("NAMED")
        graph = following[int(is_named)] if len(following) > is_named else None
        iri = prologue.resolve(graph) if graph and graph.kind in ("iri", "name") else None
        if graph is None or iri is None:
            continue
        (named if is_named else default).append(iri)
        kept.append(text[reached : token.start])
        reached = graph.end
    kept.append(text[reached:])
    stated = (tuple(default), tuple(named)) if default or named else (None, None)
    return " ".join(kept), stated
