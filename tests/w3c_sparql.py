"""Reader of the W3C's SPARQL test manifests (mf:, qt:), and of the results they expect.

See https://w3c.github.io/rdf-tests/sparql/. The suites lie in an optional folder beside the
repository; each of their files is named by an IRI, so that data files can be graphs of one store.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Final

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

SUITE: Final = Path(__file__).parent.parent.parent / "shared" / "w3c" / "sparql11"
BASE: Final = "http://w3c.test/sparql11/"

MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

Node = NamedNode | BlankNode | Literal


@dataclass(frozen=True)
class SparqlCase:
    """A test of the suite.

    Args:
        suite: The folder it lies in, such as `aggregates`.
        name: The last part of its IRI.
        kind: Its type in the manifest, such as `QueryEvaluationTest`.
        query: IRI of the query's file.
        data: IRIs of the files of the default graph.
        graph_data: IRIs of the files of the named graphs.
        services: IRI of each remote endpoint with the files of its data.
        result: IRI of the file with the expected result, where there is one.
    """

    suite: str
    name: str
    kind: str
    query: str
    data: tuple[str, ...] = ()
    graph_data: tuple[str, ...] = ()
    services: tuple[tuple[str, tuple[str, ...]], ...] = ()
    result: str | None = None


def file_of(iri: str) -> Path:
    """The file that an IRI names."""
    return SUITE / iri.removeprefix(BASE)


def parse_file(iri: str) -> list[Triple]:
    """Read an RDF file of the suite."""
    path = file_of(iri)
    form = RdfFormat.from_extension(path.suffix[1:])
    assert form is not None, path
    quads = parse(path=str(path), format=form, base_iri=iri, rename_blank_nodes=True)
    return [quad.triple for quad in quads]


def read_cases(name: str) -> Iterator[SparqlCase]:
    """The cases of a manifest and of those it includes, in their order."""
    manifest = _Manifest(parse_file(BASE + name))
    for included in manifest.members(NamedNode(BASE + name), f"{MF}include"):
        assert isinstance(included, NamedNode)
        yield from read_cases(included.value.removeprefix(BASE))
    for entry in manifest.members(NamedNode(BASE + name), f"{MF}entries"):
        yield manifest.case(entry, name.partition("/")[0])


class _Manifest:
    def __init__(self, triples: list[Triple]) -> None:
        self._triples = triples

    @cached_property
    def _values(self) -> dict[tuple[object, str], list[Node]]:
        found: dict[tuple[object, str], list[Node]] = {}
        for triple in self._triples:
            assert not isinstance(triple.object, Triple)
            found.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)
        return found

    def all(self, subject: Node, predicate: str) -> list[Node]:
        return self._values.get((subject, predicate), [])

    def iris(self, subject: Node, predicate: str) -> tuple[str, ...]:
        return tuple(str(each.value) for each in self.all(subject, predicate))

    def members(self, subject: Node, predicate: str) -> Iterator[Node]:
        for node in self.all(subject, predicate):
            while node != NamedNode(f"{RDF}nil"):
                yield self.all(node, f"{RDF}first")[0]
                node = self.all(node, f"{RDF}rest")[0]

    def case(self, entry: Node, suite: str) -> SparqlCase:
        (action,) = self.all(entry, f"{MF}action")
        return SparqlCase(
            suite,
            name=str(entry.value).rpartition("#")[2],
            kind=self.iris(entry, f"{RDF}type")[0].removeprefix(MF),
            query=(self.iris(action, f"{QT}query") or (str(action.value),))[0],
            data=self.iris(action, f"{QT}data"),
            graph_data=self.iris(action, f"{QT}graphData"),
            services=tuple(
                (self.iris(each, f"{QT}endpoint")[0], self.iris(each, f"{QT}data"))
                for each in self.all(action, f"{QT}serviceData")
            ),
            result=next(iter(self.iris(entry, f"{MF}result")), None),
        )


def canonical_graph(triples: list[Triple]) -> set[str]:
    """A graph in a form that is equal for isomorphic graphs."""
    dataset = Dataset(Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def canonical_results(body: bytes, form: QueryResultsFormat) -> object:
    """Results in a form that is equal for equal results: truth, or rows whatever their order.

    Rows become a graph, each row a blank node, so that blank nodes are compared as those of graphs.
    """
    results = parse_query_results(body, format=form)
    if isinstance(results, QueryBoolean):
        return bool(results)
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    triples = [
        Triple(BlankNode(f"row{number}"), _variable(name), _by_value(row[name]))
        for number, row in enumerate(results)
        for name in names
        if row[name] is not None
    ]
    return sorted(names), canonical_graph(triples)


def canonical_result_set(triples: list[Triple]) -> object:
    """The same for results that are given as a graph, in the vocabulary `rs:`."""
    manifest = _Manifest(triples)
    (result_set,) = [
        triple.subject for triple in triples if triple.object == NamedNode(f"{RS}ResultSet")
    ]
    assert isinstance(result_set, BlankNode)
    names = sorted(each.value for each in manifest.all(result_set, f"{RS}resultVariable"))
    rows = []
    for number, solution in enumerate(manifest.all(result_set, f"{RS}solution")):
        for binding in manifest.all(solution, f"{RS}binding"):
            (name,), (value,) = (manifest.all(binding, RS + part) for part in ("variable", "value"))
            row = BlankNode(f"row{number}")
            rows.append(Triple(row, _variable(str(name.value)), _by_value(value)))
    return names, canonical_graph(rows)


def _variable(name: str) -> NamedNode:
    return NamedNode(f"{BASE}variable/{name}")


def _by_value(term: Node | Triple) -> Node | Triple:
    """A number in one spelling, since results are compared by value."""
    if isinstance(term, Literal):
        number = term.datatype.value.removeprefix(XSD)
        if number in ("integer", "decimal"):
            return Literal(f"{Decimal(term.value).normalize():f}", datatype=term.datatype)
        if number == "boolean":
            return Literal(term.value in ("true", "1"))
        if number in ("double", "float"):
            return Literal(repr(float(term.value)), datatype=term.datatype)
    return term
