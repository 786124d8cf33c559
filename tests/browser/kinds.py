"""One page of each kind that people see, by name."""

from typing import Final

KINDS: Final = {
    "home": "/",
    "found": "/search?q=women",
    "nothing-found": "/search?q=womne",
    "things-of-a-kind": "/search?kind=tip:State",
    "ask": "/sparql",
    "answer": "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%2020",
    "questions": "/query",
    "question": "/query/who-is-trafficked-where",
    "question-with-values": "/query/who-is-trafficked-to-a-state?state=id:russia",
    "routes": "/routes",
    "validate": "/validate?example",
    "ontology": "/ontology",
    "shapes": "/shapes",
    "dataset": "/dataset",
    "dumps": "/dumps/",
    "thing": "/page/id/dprk",
    "claim": "/page/claim/nk/s21-03",
    "contradicted-claim": "/page/claim/nk/s37-02",
    "conclusion": "/page/inferred/28a26c388f8ddf62",
    "proof": "/why?subject=https://w3id.org/tipgraph/id/vg-prison-camp-inmates"
    "&predicate=http://www.w3.org/1999/02/22-rdf-syntax-ns%23type"
    "&object=http://www.w3.org/ns/prov%23Agent",
    "passage": "/page/doc/nk/s21",
    "document": "/page/doc/nk",
    "documentation": "/docs",
    "problem-type": "/problems/not-found",
}
