"""A small dataset of routes that the shipped graph has none like, with labels that mean ill."""

from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse

from tests.hostile import LABELS, LONG
from tests.service import write_snapshot
from tipgraph.namespaces import GRAPH_DATA
from tipgraph.snapshot import Snapshot

_TURTLE: Final = """
PREFIX id: <https://w3id.org/tipgraph/id/>
PREFIX claim: <https://w3id.org/tipgraph/claim/x/>
PREFIX tip: <https://w3id.org/tipgraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

id:coast rdfs:label "Coast" ; skos:notation "392"^^tip:m49 .
id:bay rdfs:label "Bay" ; tip:locatedIn id:harbour .
id:harbour rdfs:label "Harbour" ; tip:locatedIn id:inlet .
id:inlet rdfs:label "Inlet" ; tip:locatedIn id:harbour, id:strait .
id:strait rdfs:label "Strait" ; skos:notation "410"^^tip:m49 .
id:south rdfs:label "South" ; skos:notation "014"^^tip:m49 .
id:nowhere rdfs:label "Nowhere" .

id:ferry a tip:OutwardRoute ; rdfs:label "Ferry" ;
  tip:routeOrigin id:coast ; tip:routeTransit id:bay ; tip:routeDestination id:south, id:nowhere .
id:crew rdfs:label "Crew" ; tip:takesRoute id:ferry .
id:hidden rdfs:label "Hidden" ; tip:takesRoute id:ferry ; tip:traffickedAlong id:ferry .
id:lost rdfs:label "Lost" ; tip:routeOrigin id:nowhere .
id:path a tip:DeportationRoute ; rdfs:label @markup@ ;
  tip:routeOrigin id:south ; tip:routeDestination id:strait .
id:track rdfs:label @long@ ; tip:routeOrigin id:coast ; tip:routeDestination id:strait .

tip:reported skos:prefLabel "Reported" .
tip:believed skos:prefLabel "Believed" .
claim:1 a tip:AffirmedClaim ; rdfs:label "The ferry starts at the coast" ;
  tip:claimSubject id:ferry ; tip:claimPredicate tip:routeOrigin ; tip:claimObject id:coast ;
  tip:evidentiality tip:reported .
claim:2 a tip:AffirmedClaim ; rdfs:label "The crew takes the ferry" ; tip:claimSubject id:crew ;
  tip:claimPredicate tip:takesRoute ; tip:claimObject id:ferry ; tip:evidentiality tip:believed .
claim:3 a tip:DeniedClaim ; rdfs:label "Officers take the ferry" ; tip:claimSubject id:officers ;
  tip:claimPredicate tip:takesRoute ; tip:claimObject id:ferry ; tip:evidentiality tip:reported .
claim:4 a tip:AffirmedClaim ; rdfs:label "The ferry goes south" ; tip:claimSubject id:ferry ;
  tip:claimPredicate tip:routeDestination ; tip:claimObject id:south ;
  tip:endorsement tip:distanced ; tip:evidentiality tip:reported .
claim:5 a tip:AffirmedClaim ; rdfs:label @rtl@ ; tip:claimSubject id:path ;
  tip:claimPredicate tip:routeOrigin ; tip:claimObject id:south .
"""


def crossings(*, merged: bool = True) -> list[Quad]:
    """The dataset.

    Args:
        merged: Whether it is in a graph of its own that the default graph repeats.
    """
    text = _TURTLE.replace("@long@", f'"{LONG}"')
    for name in ("markup", "rtl"):
        quoted = LABELS[name].replace("\\", "\\\\").replace('"', '\\"')
        text = text.replace(f"@{name}@", f'"{quoted}"')
    graph = GRAPH_DATA if merged else DefaultGraph()
    return [
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in parse(text, RdfFormat.TURTLE)
    ]


def write_crossings(folder: Path, *, merged: bool = True) -> Snapshot:
    """Make a snapshot of the dataset."""
    return write_snapshot(folder, crossings(merged=merged))
