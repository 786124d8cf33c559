"""Pages for people: the home page, the explanation of each problem, the documentation of routes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from tipgraph.errors import RequestError
from tipgraph.server.problems import PROBLEMS
from tipgraph.server.templates import Templates


@dataclass(frozen=True, slots=True)
class Example:
    """A question in words and the query that answers it."""

    question: str
    query: str

    @property
    def link(self) -> str:
        """The local address that runs it."""
        return "/sparql?" + urlencode({"query": self.query})


_PREFIX: Final = "PREFIX tip: <https://w3id.org/tipgraph/ontology#>\n"

EXAMPLES: Final = (
    Example(
        "What kinds of things does the graph hold, and how many of each?",
        "SELECT ?class (COUNT(*) AS ?things)\n"
        "WHERE { ?thing a ?class }\nGROUP BY ?class\nORDER BY DESC(?things)\nLIMIT 50",
    ),
    Example(
        "Which claims does the document deny or doubt?",
        f"{_PREFIX}SELECT ?claim ?label\n"
        "WHERE {\n  VALUES ?kind { tip:DeniedClaim tip:DoubtedClaim }\n"
        "  ?claim a ?kind ; rdfs:label ?label\n}\nORDER BY ?claim".replace(
            "SELECT", "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\nSELECT", 1
        ),
    ),
    Example(
        "Which graphs are there, and how large is each?",
        "SELECT ?graph (COUNT(*) AS ?triples)\n"
        "WHERE { GRAPH ?graph { ?s ?p ?o } }\nGROUP BY ?graph\nORDER BY ?graph",
    ),
)


def pages_router(app: FastAPI, templates: Templates, examples: Sequence[Example]) -> APIRouter:
    """Make the routes of the pages.

    Args:
        app: The application, whose routes /docs lists.
        templates: The pages' templates.
        examples: Queries shown on the home page.
    """
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/")
    async def home() -> bytes:
        return templates.render("home.html", examples=examples)

    @router.get("/problems/{slug}")
    async def problem(slug: str) -> bytes:
        if slug not in PROBLEMS:
            raise RequestError("not-found", f"there is no problem type {slug!r}")
        return templates.render("problem_type.html", type=PROBLEMS[slug])

    @router.get("/docs")
    async def docs() -> bytes:
        return templates.render("docs.html", operations=list(_operations(app.openapi())))

    return router


def _operations(schema: dict[str, Any]) -> Any:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation
