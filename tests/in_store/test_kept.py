"""Numbers and times that a store keeps as those of another datatype."""

from tests.in_store.support import Server, compare
from tipgraph.store.remote import RemoteStore

PREFIXES = """\
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = f"""{PREFIXES}
ex:River a sh:NodeShape ; sh:targetClass ex:River ;
  sh:property ex:locks , ex:class , ex:at , ex:open ;
  sh:not [ sh:property [ sh:path ex:rank ; sh:hasValue "1"^^xsd:byte ] ] .
ex:locks sh:path ex:locks ; sh:datatype xsd:nonNegativeInteger ;
  sh:in ( "01"^^xsd:int 7 2.50 "5"^^xsd:nonNegativeInteger ) .
ex:class sh:path ex:class ; sh:hasValue "3"^^xsd:short ;
  sh:or ( [ sh:datatype xsd:int ] [ sh:datatype xsd:short ] ) .
ex:at sh:path ex:at ; sh:datatype xsd:dateTimeStamp .
ex:open sh:path ex:open ; sh:datatype xsd:boolean ; sh:hasValue true .
"""
DATA = f"""{PREFIXES}
ex:aare a ex:River ; ex:locks "5"^^xsd:nonNegativeInteger ; ex:class "3"^^xsd:short ; ex:open true ;
  ex:at "2000-01-01T00:00:00Z"^^xsd:dateTimeStamp .
ex:rhine a ex:River ; ex:locks "x"^^xsd:nonNegativeInteger , "9" ; ex:class "4"^^xsd:short ;
  ex:rank "1"^^xsd:byte ; ex:open false ; ex:at "2000-01-01"^^xsd:date .
"""


def test_they_are_validated_as_from_files_and_the_report_says_what_is_not_known(
    server: Server, store: RemoteStore
) -> None:
    report = compare(server, store, DATA, SHAPES)
    assert len(report.results) == 8
    kept = [note for note in report.notes if note.startswith("the store keeps ")]
    assert len(kept) == 4
    assert "the store keeps xsd:int as xsd:integer: sh:datatype xsd:int is checked as that" in kept
