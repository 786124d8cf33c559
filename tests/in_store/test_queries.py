"""Constraints that are queries, and components of one's own, are evaluated in the store."""

import re
from typing import Final

import pytest
from pyoxigraph import RdfFormat

import tipgraph
from tests.in_store.support import G, Server, compare
from tests.reports import PREFIXES
from tipgraph.errors import UsageError
from tipgraph.store.remote import RemoteStore
from tipgraph.syntax import parse_rdf


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("sh:property [ sh:path ex:to ; sh:property ex:Named ]", 1),
        ("sh:property [ sh:path ex:to ; sh:property [ sh:path ex:to ; sh:property ex:Named ] ]", 1),
        ("sh:property [ sh:path ( ex:to ex:to ) ; sh:property ex:Named ]", 1),
        ("sh:property [ sh:path [ sh:inversePath ex:to ] ; sh:property ex:Named ]", 1),
        ("sh:property [ sh:path ex:to ; sh:deactivated true ; sh:property ex:Named ]", 0),
    ],
)
def test_queries_of_values(server: Server, store: RemoteStore, shape: str, count: int) -> None:
    text = (
        f'{PREFIXES} ex:cor a ex:River ; ex:name "Cor" ; ex:to ex:bly .'
        'ex:bly a ex:River ; ex:name "BLY" ; ex:to ex:cor , "nowhere" .'
    )
    shapes = (
        f"{PREFIXES} ex:RiverShape sh:targetClass ex:River ; {shape} .\n"
        'ex:Named sh:path ex:name ; sh:sparql [ sh:message "Do not shout {?value}" ; sh:select '
        '"SELECT $this ?value { $this $PATH ?value FILTER(UCASE(?value) = ?value) }" ] .'
    )
    assert len(compare(server, store, text, shapes).results) == count


@pytest.mark.parametrize("said", ["", "ex:Brook rdfs:subClassOf ex:River ."])
def test_a_store_without_an_ontology(server: Server, store: RemoteStore, said: str) -> None:
    constraint = "sh:property [ sh:path ex:to ; sh:class ex:Sea ]"
    shapes = f"{PREFIXES} ex:S sh:targetClass ex:River ; {constraint} ."
    data = f"{PREFIXES} @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . {said}"
    found = compare(server, store, f"{data} ex:cor a ex:River ; ex:to ex:bly .", shapes)
    assert len(found.results) == 1
    assert any("until it is loaded there" in note for note in found.notes) is not bool(said)


COMPONENTS: Final = f"""{PREFIXES}
ex:LongerThan a sh:ConstraintComponent ; sh:parameter [ sh:path ex:longerThan ] ;
  sh:validator [ a sh:SPARQLAskValidator ;
    sh:message "{{?value}} is not longer than {{$longerThan}}" ;
    sh:ask "ASK {{ FILTER(STRLEN(STR($value)) > $longerThan) }}" ] .
ex:Spoken a sh:ConstraintComponent ;
  sh:parameter [ sh:path ex:language ] , [ sh:path ex:besides ; sh:optional true ] ;
  sh:propertyValidator [ a sh:SPARQLSelectValidator ; sh:message "Say it in {{$language}}"@en ;
    sh:select \"\"\"SELECT $this ?value {{ $this $PATH ?value .
      FILTER(LANG(?value) != $language && LANG(?value) != COALESCE(?besides, "")) }}\"\"\" ] .
ex:Named a sh:ConstraintComponent ; sh:parameter [ sh:path ex:namedBy ] ;
  sh:nodeValidator [ a sh:SPARQLSelectValidator ;
    sh:select "SELECT $this {{ FILTER NOT EXISTS {{ $this $namedBy ?name }} }}" ] .
"""


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("sh:property [ sh:path ex:name ; ex:longerThan 3 ]", 2),
        ("sh:property [ sh:path [ sh:inversePath ex:to ] ; ex:longerThan 22 ]", 1),
        ("sh:property [ sh:path ex:name ; ex:longerThan 3 ; sh:message 'Too short' ]", 2),
        ("ex:longerThan 22 ; sh:severity sh:Warning", 1),
        ('sh:property [ sh:path ex:name ; ex:language "en" ; sh:maxCount 1 ]', 2),
        ('sh:property [ sh:path ex:name ; ex:language "en" ; ex:besides "cy" ]', 2),
        ("ex:namedBy ex:title", 2),
        ("sh:property [ sh:path ex:name ; ex:namedBy ex:name ]", 0),
        ('sh:property [ sh:path ex:name ; ex:besides "cy" ]', 0),
        ("sh:node [ ex:longerThan 22 ]", 1),
        ("sh:property [ sh:path ex:to ; sh:not [ ex:namedBy ex:title ] ]", 0),
        ("sh:property [ sh:path ex:to ; sh:not [ ex:namedBy ex:name ] ]", 2),
        ("sh:or ( [ sh:path ex:name ; ex:longerThan 3 ] [ ex:namedBy ex:title ] )", 2),
        ("sh:xone ( [ sh:path ex:to ; ex:longerThan 22 ] [ ex:longerThan 22 ] )", 0),
    ],
)
def test_constraint_components(server: Server, store: RemoteStore, shape: str, count: int) -> None:
    text = (
        f'{PREFIXES} ex:cor a ex:River ; ex:name "Cor", "Afon"@cy, "Corr"@en ; ex:to ex:beckwith .'
        'ex:beckwith a ex:River ; ex:name "Bec" ; ex:to ex:cor .'
    )
    shapes = f"{COMPONENTS} ex:RiverShape sh:targetClass ex:River ; {shape} ."
    assert len(compare(server, store, text, shapes).results) == count


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("ex:grouped 3", "groups in groups"),
        ("ex:longerThan [ ]", "its parameter longerThan has no IRI"),
        ("ex:longerThan 3, 4", "several values"),
    ],
)
def test_constraint_components_that_are_refused(
    store: RemoteStore, shape: str, reason: str
) -> None:
    text = (
        f"{COMPONENTS} ex:Grouped a sh:ConstraintComponent ; sh:parameter [ sh:path ex:grouped ] ;"
        ' sh:validator [ sh:ask "ASK { { FILTER($value = 1) } UNION { FILTER($value = 2) } }" ] .'
        f" ex:RiverShape sh:targetClass ex:River ; {shape} ."
    )
    with pytest.raises(UsageError, match=re.escape(reason)):
        tipgraph.validate(store, list(parse_rdf(text, RdfFormat.TURTLE, "shapes")), graph=G)
