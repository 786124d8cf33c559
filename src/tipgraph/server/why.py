"""Why: `/why?subject=…&predicate=…&object=…` proves an inferred triple, for people and programs."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from tipgraph import dataset
from tipgraph.describe import Made, Plan
from tipgraph.errors import (
    InputSyntaxError,
    QueryCancelledError,
    QueryTimeoutError,
    RequestError,
    UsageError,
)
from tipgraph.formats import GRAPH_FORMATS, JSON, Format, find_format
from tipgraph.namespaces import GRAPH_ONTOLOGY, PREFIXES
from tipgraph.reasoning.derivation import Step
from tipgraph.reasoning.explanation import folded, statement
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.links import WebLink, joined
from tipgraph.server.lookup import Lookup
from tipgraph.server.negotiation import negotiated
from tipgraph.server.once import Once
from tipgraph.server.parameters import Parameters
from tipgraph.server.reading import Reading
from tipgraph.server.shown import Display
from tipgraph.server.targets import LinkTargets
from tipgraph.server.thing_data import write_quads
from tipgraph.server.things import PAGE, AnyForm, Form
from tipgraph.server.why_page import Proof, WhyPage, members, quads_of, terms_of, why_address
from tipgraph.settings import Settings
from tipgraph.store import QueryRequest, Solutions, Store, whole_answer
from tipgraph.store.results import read_results
from tipgraph.syntax import parse_rdf
from tipgraph.why import Prover, prover
from tipgraph.wording import Statements

_JSON: Final = Form("application/json", (), "json", "JSON")
_FORMS: Final[tuple[AnyForm, ...]] = (_JSON, *GRAPH_FORMATS, PAGE)
_DECLARED: Final = "".join(f"@prefix {prefix}: <{iri}> . " for prefix, iri in PREFIXES.items())


class Why(Reading):
    """An ASGI application that proves triples.

    Args:
        service: What all exchanges share.
        store: Holds the graph with its conclusions.
        settings: Base IRI and the deadline.
        targets: Where links lead.
    """

    def __init__(
        self, service: Service, store: Store, settings: Settings, targets: LinkTargets
    ) -> None:
        super().__init__(service)
        self._store = store
        self._lookup = Lookup(store, settings.base_iri)
        self._targets = targets
        self._root = targets.root
        self._seconds = settings.query_timeout
        self._prover: Once[Prover] = Once(1)
        self._ontology: Once[Statements] = Once(1)

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return path == "/why"

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request.

        Raises:
            TipgraphError: It is refused; nothing was sent.
        """
        parameters = Parameters(exchange.query_string)
        triple = _triple(parameters)
        form = _form(exchange, parameters.single("format"))
        gone = QueryCancelledError("the client went away")
        proof = folded(await exchange.while_connected(self._prove(triple, exchange.client), gone))
        links = [
            WebLink("alternate", why_address(triple, self._root, each.name), each.media_type)
            for each in _FORMS
            if each is not form
        ]
        body = await self._write(proof, form, links)
        headers = [(b"content-type", form.content_type.encode()), (b"link", joined(links))]
        await exchange.send_document(headers, body)

    async def _prove(self, triple: Triple, client: str) -> dict[Triple, Step]:
        made = await self._prover.get(None, self._compiled)
        deadline = time.monotonic() + self._seconds
        proof = await self._carry_out(made.why(triple), client, deadline)
        if proof is None:
            asserted = await self._carry_out(made.is_asserted(triple), client, deadline)
            why = "was asserted, not inferred" if asserted else "does not follow by any rule"
            raise RequestError("not-found", f"{statement(triple)} {why}")
        return proof

    async def _compiled(self) -> Prover:
        try:
            return await asyncio.to_thread(prover, self._store.manifest)
        except UsageError as error:
            raise RequestError("not-found", str(error)) from error

    async def _carry_out(self, plan: Plan[Made], client: str, deadline: float) -> Made:
        """Carry out a plan, thinking in threads, so that no other request is held up."""
        solutions: Solutions | None = None
        while True:
            query, made = await asyncio.to_thread(_advance, plan, solutions)
            if made:
                return made[0]
            solutions = await self._select(query, client, deadline - time.monotonic())

    async def _select(self, query: str, client: str, left: float) -> Solutions:
        if left <= 0:
            raise QueryTimeoutError(f"no proof was found within {self._seconds:g} seconds")
        request = QueryRequest(query, results_format=JSON, timeout=left)
        pending = self._store.submit(request, client=client)
        try:
            solutions = read_results((await whole_answer(pending)).body)
        except asyncio.CancelledError:
            pending.cancel()
            raise
        assert isinstance(solutions, Solutions)  # noqa: S101  # it was a SELECT
        return solutions

    async def _write(self, proof: Proof, form: AnyForm, links: list[WebLink]) -> bytes:
        if form is _JSON:
            return json.dumps(members(proof), ensure_ascii=False, indent=1).encode() + b"\n"
        if isinstance(form, Format):
            return write_quads(quads_of(proof), form)
        ontology = await self._ontology.get(None, _axioms)
        quads = [*await self._lookup.labels(terms_of(proof)), *quads_of(proof)]
        display = Display(quads, ontology, language="en", targets=self._targets)
        return await asyncio.to_thread(
            self.service.templates.render,
            "why.html",
            page=WhyPage(proof, display, ontology),
            head=links,
        )


def _advance(
    plan: Plan[Made], solutions: Solutions | None
) -> tuple[str, tuple[()]] | tuple[str, tuple[Made]]:
    """The next query of a plan; or, at its end, what it made."""
    try:
        return (next(plan) if solutions is None else plan.send(solutions)), ()
    except StopIteration as stop:
        return "", (stop.value,)


async def _axioms() -> Statements:
    quads = await asyncio.to_thread(dataset.read_shipped, GRAPH_ONTOLOGY)
    return Statements(quad.triple for quad in quads)


def _triple(parameters: Parameters) -> Triple:
    """The triple that a request asks about.

    Raises:
        RequestError: A parameter is missing, repeated, or cannot be used.
    """
    subject, predicate = _iri(parameters, "subject"), _iri(parameters, "predicate")
    given = _given(parameters, "object")
    if not given.lstrip().startswith(('"', "'")):
        return Triple(subject, predicate, _iri(parameters, "object"))
    try:
        quads = parse_rdf(f"{_DECLARED}<x:s> <x:p> {given} .", RdfFormat.TURTLE, "object")
    except InputSyntaxError as error:
        raise RequestError("bad-parameter", f"object: {error.reason}") from error
    values = [quad.object for quad in quads]
    if len(values) != 1 or not isinstance(values[0], Literal):
        raise RequestError("bad-parameter", "object: give one literal, as Turtle writes it")
    return Triple(subject, predicate, values[0])


def _iri(parameters: Parameters, name: str) -> NamedNode:
    iri = _given(parameters, name)
    try:
        parameters.graph_iris(name)
        return NamedNode(iri)
    except ValueError as error:
        raise RequestError("bad-parameter", f"{name}: {iri!r} is not an absolute IRI") from error


def _given(parameters: Parameters, name: str) -> str:
    given = parameters.single(name)
    if given is None:
        raise RequestError(
            "bad-parameter", f"{name}: is missing; name a triple by subject, predicate and object"
        )
    return given


def _form(exchange: Exchange, name: str | None) -> AnyForm:
    """The form of the answer: the one that is named, or the best by Accept."""
    if name is None:
        what = "a proof comes as JSON, as RDF or as a page"
        return negotiated(exchange.accept_text, _FORMS, what)
    own: Mapping[str, AnyForm] = {_JSON.name: _JSON, PAGE.name: PAGE}
    named = own.get(name) or find_format(name, GRAPH_FORMATS)
    if named is None:
        known = ", ".join(each.name for each in _FORMS)
        raise RequestError("bad-parameter", f"format: {name!r} is none of {known}")
    return named
