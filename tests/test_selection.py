"""Validation against some shapes, of some focus nodes, or both."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

import tipgraph
from tests.reports import EX
from tests.reports import PREFIXES as DECLARED
from tests.test_validation import quads
from tipgraph.errors import UsageError
from tipgraph.namespaces import SH
from tipgraph.validation import ValidationReport

ENGINES = ("shacl", "pyshacl")
DATA = """
ex:cor a ex:Stream ; ex:length "far" ; ex:into ex:sea .
ex:bly a ex:River ; ex:mouth ex:cor .
ex:sea a ex:Sea .
ex:Stream <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:River .
"""
# Each shape has a target of another kind, and two refer to one that has none.
SHAPES = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:RiverShape a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property [ sh:path ex:name ; sh:minCount 1 ] ; sh:property ex:LengthShape .
ex:LengthShape sh:path ex:length ; sh:nodeKind sh:IRI .
ex:MouthShape sh:targetSubjectsOf ex:mouth ; sh:property [
  sh:path ex:mouth ; sh:property ex:LengthShape ] .
ex:WaterShape sh:targetObjectsOf ex:into , ex:mouth ; sh:nodeKind sh:Literal .
ex:NodeShape sh:targetNode ex:sea , ex:none ; sh:node ex:RiverShape .
ex:Sea a rdfs:Class , sh:NodeShape ; sh:property [ sh:path ex:salt ; sh:minCount 1 ] .
"""


def found(report: ValidationReport) -> set[tuple[str, str]]:
    """Focus node and component of each result."""
    return {
        (
            result.focus_node.value.removeprefix(EX),
            result.source_constraint_component.value.removeprefix(SH).removesuffix(
                "ConstraintComponent"
            ),
        )
        for result in report.results
    }


def validated(
    engine: str, shape: tuple[str, ...] = (), focus: tuple[str, ...] = ()
) -> ValidationReport:
    return tipgraph.validate(
        quads(DATA), quads(SHAPES), engine=engine, coverage=True, shape=shape, focus=focus
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("shape", "expected", "counts"),
    [
        (
            "RiverShape",
            {("cor", "MinCount"), ("bly", "MinCount"), ("cor", "NodeKind")},
            {"RiverShape": 2},
        ),
        ("MouthShape", {("cor", "NodeKind")}, {"MouthShape": 1}),
        ("WaterShape", {("cor", "NodeKind"), ("sea", "NodeKind")}, {"WaterShape": 2}),
        ("NodeShape", {("sea", "Node"), ("none", "Node")}, {"NodeShape": 1}),
        ("Sea", {("sea", "MinCount")}, {"Sea": 1}),
    ],
)
def test_a_shape_is_applied_to_its_own_targets_and_no_other_is(
    engine: str, shape: str, expected: set[tuple[str, str]], counts: dict[str, int]
) -> None:
    report = validated(engine, shape=(EX + shape,))
    assert found(report) == expected
    assert report.coverage is not None
    assert report.coverage.focus_nodes == {EX + name: count for name, count in counts.items()}
    assert report.notes[0] == f"only the targets of <{EX}{shape}> were validated"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("node", "expected", "counts"),
    [
        (
            "cor",
            {("cor", "MinCount"), ("cor", "NodeKind")},
            {"RiverShape": 1, "WaterShape": 1},
        ),
        ("bly", {("bly", "MinCount"), ("cor", "NodeKind")}, {"RiverShape": 1, "MouthShape": 1}),
        (
            "sea",
            {("sea", "Node"), ("sea", "NodeKind"), ("sea", "MinCount")},
            {"WaterShape": 1, "NodeShape": 1, "Sea": 1},
        ),
        ("none", {("none", "Node")}, {"NodeShape": 0}),
    ],
)
def test_a_focus_node_is_checked_against_the_shapes_that_target_it(
    engine: str, node: str, expected: set[tuple[str, str]], counts: dict[str, int]
) -> None:
    report = validated(engine, focus=(EX + node,))
    assert found(report) == expected
    assert report.coverage is not None
    assert report.coverage.focus_nodes == {EX + name: count for name, count in counts.items()}
    assert report.notes[0] == f"only the focus nodes <{EX}{node}> were validated"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_focus_node_is_checked_against_a_shape_whatever_that_targets(engine: str) -> None:
    report = validated(engine, shape=(f"{EX}Sea",), focus=(f"{EX}bly",))
    assert found(report) == {("bly", "MinCount")}
    report = validated(engine, shape=(f"{EX}LengthShape",), focus=(f"{EX}bly", f"{EX}cor"))
    assert found(report) == {("cor", "NodeKind")}
    assert "only against" in report.notes[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_node_that_no_shape_targets_is_told(engine: str) -> None:
    report = validated(engine, focus=(f"{EX}Stream", f"{EX}cor"))
    assert ("cor", "MinCount") in found(report)
    assert f"no shape targets <{EX}Stream>" in report.notes


def test_the_engines_give_the_same_reports() -> None:
    for shape in ((), (f"{EX}MouthShape", f"{EX}NodeShape")):
        for focus in ((), (f"{EX}cor", f"{EX}bly"), (f"{EX}sea",)):
            fast, reference = (validated(engine, shape, focus) for engine in ENGINES)
            assert [each.cells()[:4] for each in fast.results] == [
                each.cells()[:4] for each in reference.results
            ]
            assert fast.coverage == reference.coverage


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "types",
    [
        "rdfs:Class , sh:NodeShape",
        "owl:Class , sh:NodeShape",
        "owl:Class",
        "ex:Kind",
        "ex:KindOfKind",
    ],
)
def test_a_shape_that_is_a_class_targets_its_instances(engine: str, types: str) -> None:
    shapes = quads(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        "@prefix owl: <http://www.w3.org/2002/07/owl#> ."
        f"ex:River a {types} ; sh:property [ sh:path ex:length ; sh:nodeKind sh:IRI ] ."
        "ex:Other sh:targetNode ex:bly ; sh:node ex:River , ex:Other2 ."
        "ex:Other2 sh:targetSubjectsOf ex:mouth ; sh:property"
        " [ sh:path ex:mouth ; sh:property [ sh:path ex:name ; sh:minCount 1 ] ] ."
        "ex:Kind rdfs:subClassOf rdfs:Class . ex:KindOfKind rdfs:subClassOf ex:Kind ."
    )

    def validate(shape: Iterable[str] = (), focus: Iterable[str] = ()) -> ValidationReport:
        return tipgraph.validate(
            quads(DATA), shapes, engine=engine, coverage=True, shape=shape, focus=focus
        )

    report = validate()
    assert report.coverage is not None
    assert report.coverage.focus_nodes[f"{EX}River"] == 2
    assert ("cor", "NodeKind") in found(report)
    assert found(validate(shape=f"{EX}River")) == {("cor", "NodeKind")}
    assert found(validate(shape=f"{EX}Other2")) == {("cor", "MinCount")}
    assert found(validate(focus=f"{EX}cor")) == {("cor", "NodeKind")}


def test_names_may_have_prefixes_and_positions_stay(tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(f"{DECLARED}@prefix e: <{EX}> .{DATA}")
    shapes.write_text(f"{DECLARED}@prefix s: <{EX}> .{SHAPES}")
    for shape, focus in (
        ("s:RiverShape", "ex:cor"),
        (f"<{EX}RiverShape>", f" <{EX}cor>"),
        (f"{EX}RiverShape", "e:cor"),
    ):
        report = tipgraph.validate(data, shapes, shape=shape, focus=focus, limit=1)
        [result] = report.results
        assert result.focus_node == NamedNode(f"{EX}cor")
        assert str(result.data_position) == f"{data}:3:32"
        assert str(result.shape_position) == f"{shapes}:6:36"
        assert report.omitted == 1


def test_our_own_prefixes_are_known() -> None:
    report = tipgraph.validate(
        quads("@prefix tip: <https://w3id.org/tipgraph/ontology#> . ex:a a tip:VictimGroup ."),
        shape="shape:ThingShape",
    )
    assert report.notes == ("only the targets of shape:ThingShape were validated",)
    assert not report.conforms


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (
            {"shape": f"{EX}RiverShap"},
            f"no shape {EX}RiverShap; did you mean <{EX}RiverShape>",
        ),
        ({"shape": f"{EX}cor"}, f"no shape {EX}cor$"),
        ({"shape": "no iri"}, "no shape no iri$"),
        ({"shape": "none:RiverShape"}, f"did you mean <{EX}RiverShape>"),
        ({"shape": f"{EX}LengthShape"}, "LengthShape> has no target: choose its focus nodes"),
        ({"focus": f"{EX}Cor"}, f"no focus node {EX}Cor; did you mean <{EX}cor>"),
        ({"focus": f"{EX}mountain"}, f"no focus node {EX}mountain$"),
        ({"focus": f"{EX}RiverShape"}, "no focus node"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(
    chosen: dict[str, str], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        tipgraph.validate(
            quads(DATA),
            quads(SHAPES),
            shape=chosen.get("shape", ()),
            focus=chosen.get("focus", ()),
        )


def test_shapes_that_look_at_themselves_are_applied_together() -> None:
    shapes = quads(
        "ex:S sh:targetNode ex:cor ; sh:sparql [ sh:select"
        " 'SELECT $this { GRAPH $shapesGraph { ?s ?p $this } }' ] ."
    )
    assert found(tipgraph.validate(quads(DATA), shapes)) == {("cor", "SPARQL")}
    with pytest.raises(UsageError, match="shapesGraph"):
        tipgraph.validate(quads(DATA), shapes, focus=f"{EX}cor")
