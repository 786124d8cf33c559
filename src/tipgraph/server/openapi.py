"""The OpenAPI description of the routes that FastAPI does not see."""

import re
from typing import Any, Final

from tipgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, media_types
from tipgraph.validation.formats import REPORT_FORMATS

_PARAMETERS: Final = (
    ("query", "The query.", False, "string"),
    ("default-graph-uri", "A graph of the default graph; wins over FROM.", True, "string"),
    ("named-graph-uri", "A named graph; wins over FROM NAMED.", True, "string"),
    ("timeout", "Seconds the query may run; lowers the limit.", False, "number"),
    ("format", "A format by name, such as csv; wins over Accept.", False, "string"),
)
_SEARCH_PARAMETERS: Final = (
    (
        "q",
        "Words of labels, other names and definitions, the last one perhaps not to its end; or "
        "an IRI or prefixed name. Without it, all things by label.",
        False,
        "string",
    ),
    ("kind", "A class of which the things are: an IRI or prefixed name.", False, "string"),
    ("offset", "How many hits are passed over, up to 9999.", False, "integer"),
    (
        "limit",
        "How many hits are given at most, from 1 to 100; 20 if nothing is said.",
        False,
        "integer",
    ),
    ("format", "json or html; wins over Accept.", False, "string"),
)
_WHY_PARAMETERS: Final[tuple[tuple[str, str, bool, str], ...]] = (
    ("subject", "The subject: an absolute IRI.", False, "string"),
    ("predicate", "The predicate: an absolute IRI.", False, "string"),
    ("object", "The object: an absolute IRI, or a literal as in Turtle.", False, "string"),
    ("format", "json, html or a format of graphs by name; wins over Accept.", False, "string"),
)
_FORM: Final = "application/x-www-form-urlencoded"
_VALIDATE_PARAMETERS: Final = (
    ("data-graph-uri", "A graph of this service to validate.", True),
    ("shapes-graph-uri", "A graph of this service that holds the shapes.", True),
    ("shape", "A shape by IRI or prefixed name; no others are applied.", True),
    ("focus", "A node of the data, likewise; no others are checked.", True),
    ("failOn", "violation, warning or info (the default): what Tipgraph-Fails counts.", False),
    ("entailment", "none, rdfs or owl-rl: what is added to the data before.", False),
    ("engine", "auto, or shacl or pyshacl by name.", False),
    ("limit", "How many results the report has at most.", False),
    ("coverage", "true or false: whether to say how far the shapes reach.", False),
    ("language", "The language of messages; wins over Accept-Language.", False),
    ("format", "A format of reports by name, such as sarif; wins over Accept.", False),
)
_GRAPH_OR_PAGE: Final = (*media_types(GRAPH_FORMATS), "text/html")
_CITATION_TYPES: Final = ("application/x-bibtex", "application/vnd.citationstyles.csl+json")
_DUMP_TYPES: Final = ("application/gzip", "application/zstd", "text/plain")
_THINGS: Final = (
    ("/id/{name}", "A thing"),
    ("/claim/{document}/{name}", "A claim"),
    ("/doc/{document}", "A document"),
    ("/doc/{document}/{name}", "A passage"),
    ("/inferred/{name}", "An inferred statement"),
)
_READING: Final[tuple[tuple[str, str, str, tuple[str, ...]], ...]] = (
    (
        "/ontology",
        "The ontology",
        "As a page, each term with its axioms in words, cardinalities, uses and examples. A suffix "
        "such as .ttl wins over Accept; /ontology/{version} is the same for good.",
        _GRAPH_OR_PAGE,
    ),
    (
        "/shapes",
        "The shapes",
        "SHACL, as a graph or as a page. Suffix and version as for the ontology.",
        _GRAPH_OR_PAGE,
    ),
    (
        "/dataset",
        "What the dataset is",
        "DCAT and VoID, as a graph or as a page. Suffix and version as for the ontology.",
        _GRAPH_OR_PAGE,
    ),
    (
        "/routes",
        "The routes",
        "Every route with its ends, who takes it, the claims about it and the kind of evidence "
        "that each rests on, and the places with the countries they are drawn as. As JSON or as a "
        "page; the suffix .json wins over Accept.",
        ("application/json", "text/html"),
    ),
    (
        "/statistics",
        "What queries may name",
        "The classes and properties of the default graph with their labels and how often they are "
        "used, the most used first, and prefixes: for editors that complete what is typed.",
        ("application/json",),
    ),
    ("/.well-known/void", "What the dataset is", "The same as /dataset.", _GRAPH_OR_PAGE),
    ("/dumps/", "Which dumps there are", "With sizes and checksums.", ("text/html",)),
    (
        "/dumps/{version}/{name}",
        "A dump",
        "Whole, or the part that Range names. SHA256SUMS lists the checksums of all.",
        _DUMP_TYPES,
    ),
    (
        "/page/{kind}/{name}",
        "The page of a thing",
        "Its description for people, with the same graph in JSON-LD inside. The kind is id, claim, "
        "doc or inferred. The parameter page leads on through what points at the thing.",
        ("text/html",),
    ),
    (
        "/data/{kind}/{name}.{suffix}",
        "The data of a thing",
        "Its description in the format that the suffix names or, without a suffix, by Accept. "
        "TriG and N-Quads tell what was inferred from what was asserted. The suffixes bib, csl and "
        "linkset give a BibTeX entry, CSL-JSON and the links of all representations.",
        (*media_types(GRAPH_FORMATS), *_CITATION_TYPES, "application/linkset+json"),
    ),
    ("/sitemap.xml", "Every page", "By the sitemap protocol.", ("application/xml",)),
    ("/robots.txt", "What crawlers keep away from", "By RFC 9309.", ("text/plain",)),
    ("/llms.txt", "How agents read the graph", "In Markdown.", ("text/plain",)),
)


_RESULTS_OR_GRAPH: Final = media_types((*RESULTS_FORMATS, *GRAPH_FORMATS))
# Path, summary, description, media types, whether it takes the parameters of a search.
_QUESTIONS: Final[tuple[tuple[str, str, str, tuple[str, ...], bool], ...]] = (
    (
        "/query",
        "The questions",
        "Those that a search finds, or all: with their queries and what the asker may choose. A "
        "suffix such as .json wins over Accept.",
        ("application/json", *_GRAPH_OR_PAGE),
        True,
    ),
    (
        "/query/{slug}",
        "A question, or its answer",
        "By Accept its page, its description as a graph, or its answer in a format of SPARQL "
        "results. The question's own parameters are those that /query names; an address with a "
        "value for one, an IRI, is that of the answer.",
        (*_RESULTS_OR_GRAPH, "text/html"),
        False,
    ),
    (
        "/query/{slug}.{suffix}",
        "The answer to a question",
        "In the format that the suffix names: one of SPARQL results, or of graphs where the "
        "question asks for a graph. Parameters as above.",
        _RESULTS_OR_GRAPH,
        False,
    ),
    (
        "/data/query/{slug}.{suffix}",
        "The description of a question",
        "In the words of SHACL, with its query, in the format that the suffix names or by Accept.",
        media_types(GRAPH_FORMATS),
        False,
    ),
)
_QUESTION_SEARCH: Final = (
    ("q", "Words that the question has.", False, "string"),
    ("keyword", "A keyword that it has; all of several.", True, "string"),
    ("term", "A term or thing its query names: IRI, prefixed name or label.", False, "string"),
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
            _FORM: {"schema": {"type": "object", "properties": {"query": {"type": "string"}}}},
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


def search_paths() -> dict[str, Any]:
    """The path item of `/search`."""
    text: dict[str, Any] = {"type": "string"}
    optional: dict[str, Any] = {"type": ["string", "null"]}
    hit = {
        "rank": {"type": "integer", "description": "Its place among all hits, from 1."},
        "match": {
            "enum": ["iri", "label", "label-prefix", "label-words", "words", "kind"],
            "description": "What fits: the IRI, a whole label, the beginning of one, all words in "
            "labels, all words in labels and definitions, nothing but the kind.",
        },
        "iri": text,
        "label": text,
        "language": optional,
        "alternative": {**optional, "description": "Another name that fits better."},
        "kind": {
            "type": ["object", "null"],
            "properties": {"iri": text, "label": text},
            "description": "The class that says most about it.",
        },
        "definition": {
            **optional,
            "description": "Its definition or a note on it; … stands for what is left out.",
        },
        "address": {**text, "description": "The local path that describes it."},
    }
    members = {
        "query": text,
        "kind": optional,
        "total": {"type": "integer", "description": "How many things fit."},
        "totalIsExact": {"type": "boolean", "description": "If not, there are more than that."},
        "offset": {"type": "integer"},
        "limit": {"type": "integer"},
        "hits": {"type": "array", "items": {"type": "object", "properties": hit}},
        "prev": {**optional, "description": "The local path of the hits before these."},
        "next": {**optional, "description": "The local path of the hits after these."},
    }
    operation = _reading(
        "/search",
        "Find things",
        "The best first: whole labels, beginnings of labels, words in labels, words in definitions."
        " Case and diacritics do not count.",
        ("application/json", "text/html"),
    )
    del operation["responses"]["404"]
    answer = operation["responses"]["200"]
    answer["description"] = "What was found"
    answer["content"]["application/json"] = {"schema": {"type": "object", "properties": members}}
    operation["responses"]["400"] = {
        "description": "A parameter cannot be used",
        "content": {"application/problem+json": {}},
    }
    operation["parameters"] = [_parameter(*each) for each in _SEARCH_PARAMETERS]
    return {"/search": {"get": {**operation, "tags": ["Search"]}}}


def reading_paths() -> dict[str, Any]:
    """The paths of what can be read: things, documents, dumps, questions, search."""
    documents = {
        path: {"get": _reading(path, summary, description, types)}
        for path, summary, description, types in _READING
    }
    things = {path: {"get": _thing(path, summary)} for path, summary in _THINGS}
    return things | documents | search_paths() | why_paths() | question_paths()


def why_paths() -> dict[str, Any]:
    """The path item of `/why`."""
    operation = _reading(
        "/why",
        "Why a triple was inferred",
        "Its proof, step by step: each conclusion with its rule, the property or class whose axiom "
        "the rule applied, and its premises, down to what was asserted. As a graph, all its "
        "triples.",
        ("application/json", *_GRAPH_OR_PAGE),
    )
    for status, description in (
        ("400", "A parameter is missing or cannot be used"),
        ("404", "The triple was asserted, or it does not follow"),
        ("422", "No proof was found within the limits"),
        ("503", "The deadline came first, or the service is busy"),
    ):
        content: dict[str, Any] = {"application/problem+json": {}}
        operation["responses"][status] = {"description": description, "content": content}
    operation["parameters"] = [
        {**_parameter(*each), "required": each[0] != "format"} for each in _WHY_PARAMETERS
    ]
    return {"/why": {"get": {**operation, "tags": ["Inference"]}}}


def question_paths() -> dict[str, Any]:
    """The paths of the question catalogue."""
    of_answers = [_parameter(*each) for each in _PARAMETERS if each[0] in ("timeout", "format")]
    of_search = [_parameter(*each) for each in (*_QUESTION_SEARCH, _PARAMETERS[-1])]
    paths = {}
    for path, summary, description, types, is_search in _QUESTIONS:
        operation = _reading(path, summary, description, types)
        operation["parameters"] += of_search if is_search else of_answers
        paths[path] = {"get": {**operation, "tags": ["Questions"]}}
    return paths


def _thing(path: str, summary: str) -> dict[str, Any]:
    problem: dict[str, Any] = {"content": {"application/problem+json": {}}}
    return {
        "tags": ["Things"],
        "summary": summary,
        "description": "Leads to its page or to its data, by Accept or by the parameter format; "
        "to Turtle where nothing is said.",
        "parameters": _path_parameters(path),
        "responses": {
            "303": {"description": "What describes it is at Location"},
            "404": {"description": "The graph does not know it; names what is near", **problem},
            "406": {"description": "Nothing that describes it is acceptable", **problem},
            "410": {"description": "It was retired; the answer is its tombstone"},
        },
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _reading(path: str, summary: str, description: str, types: tuple[str, ...]) -> dict[str, Any]:
    content: dict[str, Any] = {name: {} for name in types}
    problem: dict[str, Any] = {"content": {"application/problem+json": {}}}
    return {
        "tags": ["Documents"],
        "summary": summary,
        "description": description,
        "parameters": _path_parameters(path),
        "responses": {
            "200": {"description": "The document", "content": content},
            "304": {"description": "The document is the one the client has"},
            "404": {"description": "There is none of that name or version", **problem},
            "406": {"description": "No acceptable format", **problem},
        },
    }


def _parameter(name: str, description: str, repeatable: bool, kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    if repeatable:
        schema = {"type": "array", "items": schema}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def validate_paths() -> dict[str, Any]:
    """The path item of `/validate`."""
    parameters = [
        {
            "name": name,
            "in": "query",
            "description": description,
            "schema": {"type": "array", "items": {"type": "string"}}
            if repeated
            else {"type": "string"},
        }
        for name, description, repeated in _VALIDATE_PARAMETERS
    ]
    binary = {"schema": {"type": "string"}}
    bodies = (*media_types(GRAPH_FORMATS), "multipart/form-data", _FORM)
    return {
        "/validate": {
            "get": {
                "summary": "A page for validating",
                "responses": {"200": {"description": "The page", "content": {"text/html": binary}}},
            },
            "post": {
                "summary": "Validate RDF with SHACL",
                "description": "Data as the body, or data, shapes and ontology as parts. Without "
                "shapes, those of this graph. Violations are 200.",
                "parameters": parameters,
                "requestBody": {"content": dict.fromkeys(bodies, binary)},
                "responses": {
                    "200": {
                        "description": "The report",
                        "content": {each.media_type: binary for each in REPORT_FORMATS},
                    }
                },
            },
        }
    }
