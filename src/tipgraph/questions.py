"""The competency questions: what the graph can be asked, in words and in SPARQL, with the answers.

Each is a Turtle file under `queries/`: an `sh:SPARQLExecutable` in the vocabulary of SHACL and of
https://github.com/sib-swiss/sparql-examples, without PREFIX lines, which `sh:prefixes` stands for.
`mf:result` names its expected answer: a truth value, or the file beside it that holds the rows
(SPARQL TSV) or triples (N-Triples).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from tipgraph.dataset import QUERIES_FOLDER, query_files, read_quads
from tipgraph.errors import InputError, UsageError
from tipgraph.namespaces import MF, PREFIXES, QUERY, RDF, RDFS, SCHEMA, SH, expand
from tipgraph.store import Solutions, Triples

Term = NamedNode | Literal

# What questions are about: each names at least one of these among its keywords.
THEMES: Final = MappingProxyType(
    {
        "victims": "Victims",
        "traffickers": "Traffickers",
        "routes": "Routes",
        "states": "States",
        "laws": "Laws",
        "exploitation": "Exploitation",
        "estimates": "Estimates",
        "evidence": "Evidence",
    }
)
# What an answer takes beyond matching what was asserted, as keywords say it.
MARKS: Final = MappingProxyType(
    {
        "inference": "the answer changes without the inferred graph",
        "computation": "the query counts, compares or looks for what is absent",
    }
)

_KINDS: Final = ("select", "ask", "construct")
_PREFIX: Final = re.compile(r"(?<![\w:.-])([a-z]+):(?!//)")
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_NAMED: Final = re.compile(r"<([^<>\s]+)>|(?<![\w:.?$-])([a-z]+:\w(?:[\w.-]*[\w-])?)")
# What stands before the group graph pattern of a query.
_FORM: Final = re.compile(r"(?:SELECT\b[^{]*|CONSTRUCT\s*\{[^{}]*\}[^{]*)(?=\{)")


@dataclass(frozen=True)
class Parameter:
    """A variable of a question that the asker may choose the value of.

    Args:
        name: The variable, without its question mark.
        description: What it stands for.
        default: The value the expected answer is for.
        of_class: The class that values are of; None where they may be anything.
    """

    name: str
    description: str
    default: Term
    of_class: NamedNode | None = None

    def read(self, text: str) -> Term:
        """A value that is written as a text: of its kind of term, whatever it holds.

        Args:
            text: An absolute IRI or a prefixed name, where values are IRIs; else a lexical form.

        Raises:
            UsageError: It is no absolute IRI.
        """
        if isinstance(self.default, Literal):
            return Literal(text, datatype=self.default.datatype)
        try:
            return NamedNode(expand(text))
        except ValueError as error:
            raise UsageError(f"{self.name}: {text!r} is not an absolute IRI: {error}") from error


@dataclass(frozen=True)
class Question:
    """A competency question.

    Args:
        iri: Its IRI.
        text: The question in words.
        keywords: Its themes, and `inference` or `computation` where the answer needs one; sorted.
        kind: The query form: `select`, `ask` or `construct`.
        body: The query without PREFIX lines and without the parameters' values.
        parameters: What the asker may choose, by `sh:order` and name.
        expected: The expected answer of an `ask`, or the file that holds the expected answer.
        triples: All that its file says.
    """

    iri: str
    text: str
    keywords: tuple[str, ...]
    kind: str
    body: str
    parameters: tuple[Parameter, ...]
    expected: bool | Path
    triples: tuple[Triple, ...] = field(repr=False)

    @property
    def slug(self) -> str:
        """The last part of the IRI, which is the question in short."""
        return self.iri.removeprefix(QUERY)

    @property
    def query(self) -> str:
        """The query as any SPARQL endpoint takes it, with the parameters' default values."""
        return self.query_with({})

    def query_with(self, values: Mapping[str, Term]) -> str:
        """The query as any SPARQL endpoint takes it.

        Args:
            values: Value of each parameter that is not to have its default.

        Raises:
            UsageError: There is no such parameter.
        """
        unknown = values.keys() - {parameter.name for parameter in self.parameters}
        if unknown:
            raise UsageError(f"{self.slug} has no parameter {', '.join(sorted(unknown))}")
        chosen = {each.name: values.get(each.name, each.default) for each in self.parameters}
        # A VALUES block at the end joins with the whole query, so that the body stays as written.
        block = [_values_block(chosen)] if chosen else []
        return "\n".join([with_prefixes(self.body), *block]) + "\n"

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """IRIs of the terms and things that the query names, each once, in its order."""
        found = _NAMED.findall(_STRING.sub("", self.body))
        return tuple(dict.fromkeys(iri or expand(name) for iri, name in found))

    @property
    def values_query(self) -> str:
        """A query for the values of all parameters with which there is an answer, as rows."""
        # The group graph pattern alone: what is projected, grouped or sorted does not matter.
        form = _FORM.match(self.body)
        assert form is not None  # noqa: S101  # a question with parameters is no `ask`
        pattern = self.body[form.end() : self.body.rindex("}") + 1]
        names = " ".join(f"?{parameter.name}" for parameter in self.parameters)
        return with_prefixes(f"SELECT DISTINCT {names} WHERE {pattern}")

    def is_answered_by(self, answer: Solutions | bool | Triples) -> bool:
        """Whether an answer is the expected one: the same rows in the same order, or triples."""
        if isinstance(answer, bool) or isinstance(self.expected, bool):
            return answer is self.expected
        if isinstance(answer, Triples):
            return set(answer) == self._expected_triples
        variables, rows = self._expected_rows
        return answer.variables == variables and [tuple(row) for row in answer] == rows

    @cached_property
    def _expected_rows(self) -> tuple[tuple[str, ...], list[tuple[Term | None, ...]]]:
        assert isinstance(self.expected, Path)  # noqa: S101  # `ask` never comes here
        read = parse_query_results(path=self.expected, format=QueryResultsFormat.TSV)
        assert isinstance(read, QuerySolutions)  # noqa: S101  # TSV has no truth values
        return tuple(each.value for each in read.variables), [tuple(row) for row in read]

    @cached_property
    def _expected_triples(self) -> set[Triple]:
        assert isinstance(self.expected, Path)  # noqa: S101  # `ask` never comes here
        return {quad.triple for quad in parse(path=self.expected, format=RdfFormat.N_TRIPLES)}


def with_prefixes(body: str) -> str:
    """A query with the PREFIX lines that `sh:prefixes` stands for, as far as it uses them."""
    used = set(_PREFIX.findall(body))
    lines = [f"PREFIX {name}: <{PREFIXES[name]}>" for name in PREFIXES if name in used]
    return "\n".join([*lines, body])


def by_theme(catalogue: Sequence[Question]) -> dict[str, list[Question]]:
    """The questions of a catalogue by theme, each under that of its own which fewest name."""
    named = Counter(keyword for each in catalogue for keyword in each.keywords)
    listed: dict[str, list[Question]] = {theme: [] for theme in THEMES}
    for each in catalogue:
        themes = set(each.keywords) & THEMES.keys()
        listed[min(themes, key=lambda theme: (named[theme], theme))].append(each)
    return listed


def questions() -> list[Question]:
    """Every competency question, sorted by slug.

    Raises:
        InputError: A file cannot be read or does not hold one question.
        InputSyntaxError: A file is not Turtle.
    """
    return [read_question(path) for path in query_files() if path.parent.name == QUERIES_FOLDER]


def read_question(path: Path) -> Question:
    """Read the question in a file.

    Raises:
        InputError: The file cannot be read or does not hold one question.
        InputSyntaxError: It is not Turtle.
    """
    return _Reader(path).question()


class _Reader:
    """Reads the parts of the question in a file, and says in one line what is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._triples = [quad.triple for quad in read_quads(path)]

    def question(self) -> Question:
        node = self._node()
        kind = self._kind(node)
        nodes = sorted(self._objects(node, f"{SH}parameter"), key=self._order)
        return Question(
            iri=node.value,
            text=self._text(node, f"{RDFS}comment"),
            keywords=tuple(sorted(str(each.value) for each in self._keywords(node))),
            kind=kind,
            body=self._text(node, f"{SH}{kind}").strip(),
            parameters=tuple(self._parameter(each) for each in nodes),
            expected=self._expected(node),
            triples=tuple(self._triples),
        )

    def _node(self) -> NamedNode:
        executable = NamedNode(f"{SH}SPARQLExecutable")
        found = [
            triple.subject
            for triple in self._triples
            if triple.predicate.value == f"{RDF}type" and triple.object == executable
        ]
        match found:
            case [NamedNode() as node]:
                return node
        raise self._error(f"expected one sh:SPARQLExecutable, found {len(found)}")

    def _kind(self, node: NamedNode) -> str:
        found = [kind for kind in _KINDS if self._objects(node, f"{SH}{kind}")]
        if len(found) != 1:
            raise self._error("expected one of sh:select, sh:ask and sh:construct")
        return found[0]

    def _keywords(self, node: NamedNode) -> Iterator[Literal]:
        for term in self._objects(node, f"{SCHEMA}keywords"):
            if isinstance(term, Literal):
                yield term

    def _order(self, parameter: object) -> tuple[str, ...]:
        said = [*self._objects(parameter, f"{SH}order"), *self._objects(parameter, f"{SH}path")]
        return tuple(map(str, said))

    def _parameter(self, node: object) -> Parameter:
        path = self._one(node, f"{SH}path")
        default = self._one(node, f"{SH}defaultValue")
        if not isinstance(path, NamedNode) or not isinstance(default, Term):
            raise self._error("expected an IRI as sh:path and a term as sh:defaultValue")
        # The variable is the local name of the path: https://www.w3.org/TR/shacl/#constraint-components-parameters
        name = re.split("[#/]", path.value)[-1]
        classes = self._objects(node, f"{SH}class")
        of_class = next((each for each in classes if isinstance(each, NamedNode)), None)
        return Parameter(name, self._text(node, f"{SH}description"), default, of_class)

    def _expected(self, node: NamedNode) -> bool | Path:
        match self._one(node, f"{MF}result"):
            case NamedNode(value=value):
                return self._path.with_name(value.rpartition("/")[2])
            case Literal(value=value):
                return value == "true"
        raise self._error("expected a truth value or an IRI as mf:result")

    def _text(self, node: object, predicate: str) -> str:
        found = self._one(node, predicate)
        if not isinstance(found, Literal):
            raise self._error(f"expected a text as <{predicate}>")
        return found.value

    def _one(self, node: object, predicate: str) -> object:
        found = self._objects(node, predicate)
        if len(found) != 1:
            raise self._error(f"expected one <{predicate}>, found {len(found)}")
        return found[0]

    def _objects(self, node: object, predicate: str) -> list[object]:
        return [
            triple.object
            for triple in self._triples
            if triple.subject == node and triple.predicate.value == predicate
        ]

    def _error(self, reason: str) -> InputError:
        return InputError(f"{self._path}: not a question: {reason}")


def _values_block(chosen: Mapping[str, Term]) -> str:
    variables = " ".join(f"?{name}" for name in chosen)
    return f"VALUES ({variables}) {{ ({' '.join(str(term) for term in chosen.values())}) }}"
