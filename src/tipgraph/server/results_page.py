"""An answer as a page, for people who follow a link or send the form."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.formats import GRAPH_FORMATS, JSON, RESULTS_FORMATS
from tipgraph.server.exchange import Service
from tipgraph.store import QueryAnswer, QueryRequest, Solutions, Triples
from tipgraph.store.results import read_graph, read_results, shown

_SHOWN: Final = 1000

Term = NamedNode | BlankNode | Literal | Triple | None


def render_answer(
    service: Service, answer: QueryAnswer, request: QueryRequest, hints: Sequence[str]
) -> bytes:
    """Make the page that shows an answer, with links to the whole of it in each format."""
    is_graph = answer.format is not JSON
    results = read_graph(answer.body) if is_graph else read_results(answer.body)
    return service.templates.render(
        "results.html",
        query=request.query,
        truth=results if isinstance(results, bool) else None,
        head=_head(results),
        rows=[] if isinstance(results, bool) else [list(row) for row in results[:_SHOWN]],
        total=0 if isinstance(results, bool) else len(results),
        shown=shown,
        link=partial(_link, service.base_iri),
        hints=hints,
        formats=[
            (each.name, _address(request, each.name))
            for each in (GRAPH_FORMATS if is_graph else RESULTS_FORMATS)
        ],
    )


def _head(results: Solutions | Triples | bool) -> Sequence[str]:
    if isinstance(results, Solutions):
        return results.variables
    return ("subject", "predicate", "object")


def _link(base_iri: str, term: Term) -> str | None:
    """Where a term leads: to this service for its own IRIs, wherever it runs, else to the web."""
    if not isinstance(term, NamedNode):
        return None
    if term.value.startswith(base_iri):
        return "/" + term.value.removeprefix(base_iri)
    return term.value if term.value.startswith(("http://", "https://")) else None


def _address(request: QueryRequest, name: str) -> str:
    parameters = [("query", request.query), ("format", name)]
    parameters += [("default-graph-uri", iri) for iri in request.default_graphs or ()]
    parameters += [("named-graph-uri", iri) for iri in request.named_graphs or ()]
    return "/sparql?" + urlencode(parameters)
