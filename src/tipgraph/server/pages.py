"""Pages for people: the home page, the explanation of each problem, the documentation of routes."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from tipgraph.errors import RequestError
from tipgraph.questions import questions
from tipgraph.server.problems import PROBLEMS
from tipgraph.server.templates import Templates


@dataclass(frozen=True, slots=True)
class Example:
    """A question in words and the query that answers it."""

    question: str
    query: str

    @property
    def link(self) -> str:
        """The address that runs it, from the home page."""
        return "sparql?" + urlencode({"query": self.query})


# What anybody's data can be asked first.
ANY_DATA: Final = (
    Example(
        "What kinds of things does the graph hold, and how many of each?",
        "SELECT ?class (COUNT(*) AS ?things)\n"
        "WHERE { ?thing a ?class }\nGROUP BY ?class\nORDER BY DESC(?things)\nLIMIT 50",
    ),
    Example(
        "Which properties are used, and how often?",
        "SELECT ?property (COUNT(*) AS ?uses)\n"
        "WHERE { ?subject ?property ?value }\n"
        "GROUP BY ?property\nORDER BY DESC(?uses)\nLIMIT 50",
    ),
    Example(
        "Which graphs are there, and how large is each?",
        "SELECT ?graph (COUNT(*) AS ?triples)\n"
        "WHERE { GRAPH ?graph { ?s ?p ?o } }\nGROUP BY ?graph\nORDER BY ?graph",
    ),
)
# Which of the questions stand on the home page of the shipped graph.
_FIRST_QUESTIONS: Final = (
    "who-is-trafficked-where",
    "what-is-denied-and-by-whom",
    "which-statements-conflict",
)


def shipped_examples() -> tuple[Example, ...]:
    """The questions that introduce the shipped graph."""
    catalogue = {question.slug: question for question in questions()}
    chosen = (catalogue[slug] for slug in _FIRST_QUESTIONS if slug in catalogue)
    return tuple(Example(question.text, question.query) for question in chosen)


def pages_router(app: FastAPI, templates: Templates, *, shipped: bool) -> APIRouter:
    """Make the routes of the pages.

    Args:
        app: The application, whose routes /docs lists.
        templates: The pages' templates.
        shipped: Whether the graph is the shipped one, and not somebody's own data.
    """
    examples = shipped_examples() if shipped else ANY_DATA
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/")
    async def home() -> bytes:
        return templates.render("home.html", shipped=shipped, examples=examples)

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
