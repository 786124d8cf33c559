"""The command `check`: every check on a small project that holds, and on one that does not."""

import json
import re

import pytest

from tests.working_copy import WorkingCopy


def test_everything_holds(rivers: WorkingCopy) -> None:
    result = rivers.run("check", "--source", "source.txt", "--format", "json")
    assert result.exit_code == 0, result.stdout
    report = json.loads(result.stdout)
    assert report["holds"] is True
    assert {outcome["name"]: outcome["holds"] for outcome in report["checks"]} == {
        "files": True,
        "sentences": True,
        "traceability": True,
        "shapes": True,
        "graph": True,
        "inferences": True,
        "questions": True,
        "passages": True,
        "leaks": True,
    }


def test_without_the_source_text(rivers: WorkingCopy) -> None:
    result = rivers.run("check")
    assert result.exit_code == 0
    assert "-     leaks         not checked: source text not at hand\n" in result.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "name", "detail"),
    [
        ("data/rivers.ttl", "id:bly a", "id:bly  a", "files", "rivers.ttl: not in canonical"),
        ("data/rivers.ttl", "doc:s02, doc:s03,", "doc:s02,", "sentences", "doc/nk/s03> has no"),
        (
            "data/rivers.ttl",
            "tip:claimSubject id:ane",
            "tip:claimSubject id:cor",
            "traceability",
            "id/ane> <https://w3id.org/tipgraph/ontology#flowsInto> "
            "<https://w3id.org/tipgraph/id/bly> rests on no claim",
        ),
        (
            "data/rivers.ttl",
            "tip:flowsInto id:bly .",
            "tip:reaches id:bly .",
            "traceability",
            "id/bly> is claimed but absent",
        ),
        ("shapes/rivers.ttl", "tip:Lake", "tip:Sea", "shapes", "LakeShape applies to nothing"),
        ("shapes/rivers.ttl", "tip:Lake .", "tip:River .", "shapes", "tip:Lake is under no"),
        ("data/rivers.ttl", 'rdfs:label "Cor"@en', "tip:length 4", "graph", "river a name"),
        (
            "ontology/rivers.ttl",
            ", owl:TransitiveProperty",
            "",
            "inferences",
            "01-holds> is not",
        ),
        ("queries/where-does-the-ane-go.tsv", "bly", "dun", "questions", "another answer"),
        ("data/rivers.ttl", "oa:end 60", "oa:end 61", "passages", "passage s01 differs"),
        (
            "data/rivers.ttl",
            '"Ane"',
            '"the ane FLOWS into Lake bly"',
            "leaks",
            "1 runs of 6 words",
        ),
        ("source.txt", "Nobody", "No-one", "passages", "another one than"),
    ],
)
def test_what_does_not_hold_is_said(
    rivers: WorkingCopy, *, file: str, old: str, new: str, name: str, detail: str
) -> None:
    rivers.replace(file, old, new)
    result = rivers.run("check", "--source", "source.txt", "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    failed = {o["name"]: o["detail"] for o in report["checks"] if o["holds"] is False}
    assert detail in failed[name]


def test_a_claim_of_doubt_asserts_nothing(rivers: WorkingCopy) -> None:
    for old, new in (
        ("tip:force tip:fact .\n\nclaim:s04", "tip:force tip:possible .\n\nclaim:s04"),
        ("    tip:flowsInto id:bly", "    tip:length 4"),
    ):
        rivers.replace("data/rivers.ttl", old, new)
    outcome = next(
        outcome
        for outcome in json.loads(rivers.run("check", "--format", "json").stdout)["checks"]
        if outcome["name"] == "traceability"
    )
    assert outcome["detail"] == "0 untraced of 1 triples; 0 absent of 1 claimed"


def test_a_file_that_cannot_be_parsed(rivers: WorkingCopy) -> None:
    rivers.replace("data/rivers.ttl", "id:bly a tip:Lake ;", "id:bly a tip:Lake")
    result = rivers.run("check")
    assert result.exit_code == 1
    assert re.search(r"FAIL +graph .*rivers\.ttl:\d+:\d+: expected", result.stdout)
