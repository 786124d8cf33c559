"""The table of what can go wrong over HTTP."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    Args:
        slug: Its name, the last step of its address.
        status: The HTTP status it is sent with.
        title: What it is, in a few words.
        advice: What it means and what to do, for its page.
        retry_after: Seconds after which trying again makes sense; None when it makes none.
    """

    slug: str
    status: int
    title: str
    advice: str
    retry_after: int | None = None


_TYPES: Final = (
    ProblemType(
        "malformed-query",
        400,
        "The query is not SPARQL",
        "Line and column (both counted from 1, columns in code points) say where the query breaks "
        "the grammar; the hints say what may mend it.",
    ),
    ProblemType(
        "missing-query",
        400,
        "There is no query",
        "Send the query as the parameter named query of a GET or form POST, or as the body of a "
        "POST or QUERY with Content-Type application/sparql-query.",
    ),
    ProblemType(
        "repeated-parameter",
        400,
        "A parameter is given more than once",
        "Only default-graph-uri and named-graph-uri may be repeated.",
    ),
    ProblemType(
        "bad-parameter",
        400,
        "A parameter has a value that cannot be used",
        "Graphs are named by absolute IRIs, the timeout is a positive number of seconds, and the "
        "format is one of those in the service description.",
    ),
    ProblemType(
        "bad-encoding",
        400,
        "The request cannot be decoded",
        "Parameters and bodies are UTF-8, in parameters percent-encoded once. A compressed body, "
        "or one of several parts, has to be whole.",
    ),
    ProblemType(
        "malformed-request",
        400,
        "The request is not HTTP",
        "The service speaks HTTP/1.1 without TLS, and HTTP/1.0.",
    ),
    ProblemType(
        "bad-path",
        400,
        "The path cannot be the address of anything",
        "Paths have neither encoded slashes and backslashes, nor empty steps, nor steps of dots "
        "only, nor characters that no IRI has.",
    ),
    ProblemType(
        "read-only",
        403,
        "This service is read-only",
        "The dataset is an immutable snapshot. Updates are refused, and nothing was changed.",
    ),
    ProblemType(
        "service-refused",
        403,
        "The query calls a SERVICE that is not allowed",
        "This service calls another endpoint only when its IRI stands in the query itself and its "
        "operator has listed that IRI.",
    ),
    ProblemType(
        "malformed-rdf",
        400,
        "The RDF cannot be parsed",
        "Line and column, both counted from 1 and columns in code points, say where it breaks the "
        "grammar of its format.",
    ),
    ProblemType(
        "shapes-not-well-formed",
        400,
        "The shapes have no defined meaning",
        "Shapes are ill-formed or recursive, or have queries that are not SPARQL, or with what "
        "SHACL does not allow in them.",
    ),
    ProblemType(
        "not-found",
        404,
        "There is nothing here",
        "Check the address, or search the graph.",
    ),
    ProblemType(
        "method-not-allowed",
        405,
        "This method cannot be used here",
        "The Allow field of the response lists the methods that can.",
    ),
    ProblemType(
        "not-acceptable",
        406,
        "Nothing that can be sent is acceptable",
        "Name one of the media types that can be sent for this kind of answer in Accept, or add "
        "the parameter named format.",
    ),
    ProblemType(
        "result-too-large",
        413,
        "The answer is larger than answers may be",
        "Nothing of it was sent, so that no part could be taken for the whole. Page through it "
        "with ORDER BY, LIMIT and OFFSET, ask for fewer variables, or use the dumps.",
    ),
    ProblemType(
        "request-timeout",
        408,
        "The request did not come in time",
        "Send the request line and all header fields at once, and the body without long pauses.",
    ),
    ProblemType(
        "gone",
        410,
        "What was here has been retired",
        "Its tombstone, as a page or as a graph, says why it was retired and what stands in its "
        "place: name text/html or an RDF media type in Accept.",
    ),
    ProblemType(
        "request-too-large",
        413,
        "The request is larger than requests may be",
        "The limit holds for the body after decompression.",
    ),
    ProblemType(
        "uri-too-long",
        414,
        "The address is longer than addresses may be",
        "No thing has an address that long. Send a long query as the body of a POST.",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "There is something else than the client expects",
        "No entity tag in the If-Match field of the request is that of what is there now. Without "
        "the field it is sent.",
    ),
    ProblemType(
        "range-not-satisfiable",
        416,
        "There is no such part",
        "The Content-Range field of the response says how many bytes there are.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "The body has a type that cannot be read",
        "Send a query as application/sparql-query or application/x-www-form-urlencoded, in UTF-8, "
        "plain or compressed by gzip or deflate.",
    ),
    ProblemType(
        "unknown-function",
        422,
        "The query calls a function that this service does not have",
        "The functions of SPARQL 1.1, and casts to XML Schema datatypes, are there.",
    ),
    ProblemType(
        "remote-context",
        422,
        "The JSON-LD has a context that would have to be fetched",
        "Nothing is fetched. Put the context into the document.",
    ),
    ProblemType(
        "inconsistent-data",
        422,
        "The data contradicts its ontology",
        "Under OWL 2 RL everything follows from a contradiction, so nothing was validated.",
    ),
    ProblemType(
        "memory-limit",
        422,
        "This needs more memory than it may have",
        "Make a query more specific, or sort and group fewer solutions; send less at a time to be "
        "validated, or use the command line. Trying it again will not help.",
    ),
    ProblemType(
        "no-proof-found",
        422,
        "The triple may follow, but no proof of it was found",
        "A proof is looked for near to the triple, by the shipped ontology. The command "
        "tipgraph infer --why looks at all of some files, and by any ontology.",
    ),
    ProblemType(
        "head-too-large",
        431,
        "The head of the request is larger than it may be",
        "Send a long query as the body of a POST or QUERY request.",
    ),
    ProblemType(
        "client-share",
        429,
        "This client takes more than its share",
        "While others wait, a client's many queries give way. Send fewer at once.",
        retry_after=1,
    ),
    ProblemType(
        "engine-failure",
        500,
        "The engine failed on this query",
        "The query cost only itself; others were not affected. If it is not nested thousands of "
        "levels deep, please report it.",
    ),
    ProblemType(
        "internal-error",
        500,
        "The service failed",
        "This is a fault of the service. Please report it with the id of the request.",
    ),
    ProblemType(
        "unknown-transfer-coding",
        501,
        "The body is sent in a transfer coding that is not read",
        "The one that is read is chunked. A compressed body has its coding in Content-Encoding.",
    ),
    ProblemType(
        "service-failed",
        502,
        "A SERVICE that the query calls failed",
        "The other endpoint did not answer, or not within the limits of time and size for such "
        "calls. With SERVICE SILENT a query does without it.",
    ),
    ProblemType(
        "endpoint-failed",
        502,
        "The endpoint that holds the data refused the query, or failed",
        "Its engine may not take everything that SPARQL allows.",
    ),
    ProblemType(
        "answer-unusable",
        502,
        "The endpoint that holds the data gave no whole answer",
        "Its answer was cut short, or was not of the type that was asked for. Nothing of it was "
        "sent, so that no part could be taken for the whole.",
    ),
    ProblemType(
        "endpoint-away",
        503,
        "The endpoint that holds the data cannot be reached",
        "It is tried again after the seconds in the Retry-After field of the response.",
    ),
    ProblemType(
        "query-timeout",
        503,
        "The query ran past its deadline",
        "It was stopped, and nothing of its answer was sent. Make it more specific, or ask for "
        "less at a time.",
        retry_after=5,
    ),
    ProblemType(
        "validation-timeout",
        503,
        "The validation ran past its deadline",
        "It was stopped. Validate less data or fewer shapes at a time, or use the command.",
        retry_after=5,
    ),
    ProblemType(
        "overloaded",
        503,
        "The service is busy",
        "No worker came free in time. Trying again in a moment will help.",
        retry_after=1,
    ),
)

PROBLEMS: Final = MappingProxyType({problem.slug: problem for problem in _TYPES})
