"""The page of `/validate`: data and shapes to fill in, and the report on them."""

from typing import Final

from tipgraph.formats import GRAPH_FORMATS
from tipgraph.reasoning import Entailment
from tipgraph.server.parameters import Parameters
from tipgraph.server.problems import Problem
from tipgraph.server.templates import Templates
from tipgraph.server.validations import Answered
from tipgraph.validation.formats import REPORT_FORMATS

# A page with more results takes browsers long; files have room for all.
MOST_RESULTS: Final = 1_000

_TEXTS: Final = ("data", "shapes")
_FIELDS: Final = ("entailment", "language", "shape", "focus")


class ValidatePage:
    """Makes the page.

    Args:
        templates: Where its template is.
        limit: Bytes of data and shapes that can be sent.
    """

    def __init__(self, templates: Templates, limit: int) -> None:
        self._templates = templates
        self._limit = limit

    def empty(self, parameters: Parameters) -> bytes:
        """The page before anything was validated, with an example where that is asked for."""
        return self._rendered(parameters, EXAMPLE if "example" in parameters else {})

    def with_report(self, parameters: Parameters, answered: Answered) -> bytes:
        """The page with what was given, and the report as a fragment of HTML on it."""
        return self._rendered(parameters, {}, answered=answered)

    def with_problem(self, parameters: Parameters, problem: Problem) -> bytes:
        """The page with what was given, and why there is no report."""
        return self._rendered(parameters, {}, problem=problem)

    def _rendered(
        self,
        parameters: Parameters,
        texts: dict[str, str],
        *,
        answered: Answered | None = None,
        problem: Problem | None = None,
    ) -> bytes:
        given = {
            name: " ".join(parameters.all(name))
            for name in (*_FIELDS, *(f"{name}-format" for name in _TEXTS))
        }
        for name in _TEXTS:
            given[name] = texts.get(name) or "\n".join(parameters.all(name))
        return self._templates.render(
            "validate.html",
            given=given,
            example=EXAMPLE,
            formats=GRAPH_FORMATS,
            entailments=[each.value for each in Entailment],
            report_formats=REPORT_FORMATS,
            most_bytes=self._limit,
            most_results=MOST_RESULTS,
            report=answered and answered.body.decode(),
            outcome=answered and answered.head["summary"],
            problem=problem,
        )


EXAMPLE: Final = {
    "data": """@prefix ex: <http://example.org/> .

ex:route1 a ex:Route ;
  ex:origin ex:here ;
  ex:length "far" .
""",
    "shapes": """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:RouteShape a sh:NodeShape ;
  sh:targetClass ex:Route ;
  sh:property [ sh:path ex:origin ; sh:minCount 1 ] ;
  sh:property [ sh:path ex:destination ; sh:minCount 1 ; sh:message "Say where it leads."@en ] ;
  sh:property [ sh:path ex:length ; sh:datatype xsd:integer ] .
""",
}
