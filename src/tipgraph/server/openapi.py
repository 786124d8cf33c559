"""The OpenAPI description of the routes that FastAPI does not see: those of the SPARQL endpoint."""

from typing import Any, Final

from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, media_types

_PARAMETERS: Final = (
    ("query", "The query.", False, "string"),
    ("default-graph-uri", "A graph of the default graph; wins over FROM.", True, "string"),
    ("named-graph-uri", "A named graph; wins over FROM NAMED.", True, "string"),
    ("timeout", "Seconds the query may run; lowers the limit.", False, "number"),
    ("format", "A format by name, such as csv; wins over Accept.", False, "string"),
)


def sparql_paths() -> dict[str, Any]:
    """The paths of the SPARQL endpoint."""
    content: dict[str, Any] = {name: {} for name in media_types((*RESULTS_FORMATS, *GRAPH_FORMATS))}
    problem: dict[str, Any] = {"content": {"application/problem+json": {}}}
    responses = {
        "200": {"description": "The whole answer", "content": content},
        "304": {"description": "The answer is the one the client has"},
        **{
            status: {"description": description, **problem}
            for status, description in (
                ("400", "The request or the query is malformed; line and column say where"),
                ("403", "An update, or a SERVICE that is not allowed"),
                ("406", "No acceptable format"),
                ("413", "The answer would be too large"),
                ("429", "The client has too many queries running"),
                ("503", "The query ran past its deadline, or the service is busy"),
            )
        },
    }
    parameters = [_parameter(*values) for values in _PARAMETERS]
    common = {"tags": ["SPARQL"], "parameters": parameters, "responses": responses}
    body = {
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"query": {"type": "string"}}}
            },
        }
    }
    return {
        "/sparql": {
            "get": {
                **common,
                "summary": "Answer a query, or describe the service",
                "description": "SPARQL 1.1 Protocol. Without a query: the service description.",
            },
            "post": {
                **common,
                "summary": "Answer a query sent in the body",
                "description": "The body is the query itself, or a form that holds it.",
                "requestBody": body,
            },
        },
    }


def _parameter(name: str, description: str, repeatable: bool, kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    if repeatable:
        schema = {"type": "array", "items": schema}
    return {"name": name, "in": "query", "description": description, "schema": schema}
