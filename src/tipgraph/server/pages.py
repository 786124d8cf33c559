"""Pages for people: the explanation of each problem, the documentation of routes."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from tipgraph.errors import RequestError
from tipgraph.server.problem_types import PROBLEMS
from tipgraph.server.templates import Templates


def pages_router(app: FastAPI, templates: Templates) -> APIRouter:
    """Make the routes of the pages.

    Args:
        app: The application, whose routes /docs lists.
        templates: The pages' templates.
    """
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

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
