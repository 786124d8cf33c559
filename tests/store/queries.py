"""Queries that all stores answer alike, named by what they are about, as in the W3C's suites."""

from typing import Final

PROLOGUE: Final = """PREFIX ex: <http://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX tip: <https://w3id.org/tipgraph/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX graph: <https://w3id.org/tipgraph/graph/>
"""
QUERIES: Final = {
    "basic": "SELECT ?s ?l { ?s rdfs:label ?l }",
    "optional": "SELECT ?s ?n { ?s a ex:Water OPTIONAL { ?s ex:length ?n } }",
    "optional-filter": "SELECT ?s ?n { ?s a ex:Water OPTIONAL { ?s ex:length ?n "
    "FILTER(?n > 200) } }",
    "union": "SELECT ?s { { ?s ex:length ?n } UNION { ?s ex:depth ?n } }",
    "minus": "SELECT ?s { ?s a ex:Water MINUS { ?s ex:length ?n } }",
    "not-exists": "SELECT ?s { ?s a ex:Water FILTER NOT EXISTS { ?s ex:length ?n } }",
    "bind": "SELECT ?s ?m { ?s ex:length ?n BIND(?n * 2 AS ?m) }",
    "values": "SELECT ?s ?l { VALUES ?s { ex:river ex:lake ex:none } ?s rdfs:label ?l }",
    "values-undef": "SELECT ?s ?l { VALUES (?s ?l) { (ex:river UNDEF) (UNDEF 'lake'@en) } "
    "?s rdfs:label ?l }",
    "values-after": "SELECT ?s ?l { ?s rdfs:label ?l } VALUES ?s { ex:river ex:lake }",
    "values-after-modifiers": "SELECT ?s { ?s rdfs:label ?l } ORDER BY ?s LIMIT 1 VALUES "
    "?s { ex:lake }",
    "construct-values-after": "CONSTRUCT { ?s a ex:Found } { ?s rdfs:label ?l } VALUES ?s "
    "{ ex:river }",
    "subquery": "SELECT ?s ?n { ?s a ex:Water { SELECT (COUNT(*) AS ?n) { ?x a ex:Water } } }",
    "count": "SELECT (COUNT(*) AS ?n) { ?s ex:number ?o }",
    "count-distinct": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "group": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    "having": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c HAVING(COUNT(?s) > 1)",
    "sum-min-max": "SELECT (SUM(?o) AS ?a) (MIN(?o) AS ?b) (MAX(?o) AS ?c) { ?s ex:number ?o }",
    "sequence-path": "SELECT ?l { ex:river ex:flowsInto/rdfs:label ?l }",
    "alternative-path": "SELECT ?o { ex:river ex:length|ex:flowsInto ?o }",
    "inverse-path": "SELECT ?s { ex:lake ^ex:flowsInto ?s }",
    "distinct": "SELECT DISTINCT ?c { ?s a ?c }",
    "order-numbers": "SELECT ?o { ?s ex:number ?o } ORDER BY DESC(?o) LIMIT 3",
    "order-iris": "SELECT ?s { ?s a ex:Water } ORDER BY ?s",
    "offset": "SELECT ?o { ?s ex:number ?o } ORDER BY ?o OFFSET 10 LIMIT 2",
    "language": "SELECT ?s { ?s rdfs:label ?l FILTER(LANG(?l) = 'en') }",
    "lang-matches": "SELECT ?s { ?s rdfs:label ?l FILTER(LANGMATCHES(LANG(?l), '*')) }",
    "strings": "SELECT (UCASE(STR(?l)) AS ?u) (STRLEN(?l) AS ?n) { ex:river rdfs:label ?l }",
    "substrings": "SELECT (SUBSTR(STR(?l), 2, 3) AS ?u) { ex:river rdfs:label ?l }",
    "regex": "SELECT ?s { ?s rdfs:label ?l FILTER REGEX(?l, '^LA', 'i') }",
    "contains": "SELECT ?s { ?s rdfs:label ?l FILTER CONTAINS(?l, 'iver') }",
    "escapes": "SELECT ?l { ex:kim rdfs:label ?l }",
    "is-blank": "SELECT ?p { ?s ?p ?o FILTER isBlank(?o) }",
    "datatype": "SELECT (DATATYPE(?n) AS ?d) { ex:lake ex:depth ?n }",
    "iri-function": "SELECT (IRI(CONCAT('http://example.org/', 'x')) AS ?i) {}",
    "str-of-iri": "SELECT (STR(ex:river) AS ?t) {}",
    "if-coalesce": "SELECT (IF(1 < 2, 'yes', 'no') AS ?a) (COALESCE(?none, 'none') AS ?b) {}",
    "in": "SELECT ?s { ?s ex:number ?n FILTER(?n IN (3, 5, 2000)) }",
    "graph": "SELECT ?g ?s { GRAPH ?g { ?s rdfs:label 'rivers and lakes'@en } }",
    "graph-named": "SELECT ?s { GRAPH graph:meta { ?s ?p ?o } }",
    "from": "SELECT ?s FROM graph:meta { ?s ?p ?o }",
    "from-named": "SELECT ?g ?s FROM NAMED graph:meta { GRAPH ?g { ?s ?p ?o } }",
    "from-and-from-named": "SELECT ?s ?t FROM graph:inferred FROM NAMED graph:meta "
    "{ ?s ?p ?o GRAPH ?g { ?t ?q ?r } }",
    "relative-iri": "BASE <http://example.org/> SELECT ?l { <river> rdfs:label ?l }",
    "ask-true": "ASK { ex:river a ex:Water }",
    "ask-false": "ASK { ex:river a ex:Desert }",
    "construct": "CONSTRUCT { ?s ex:is ?c } { ?s a ?c }",
    "construct-short": "CONSTRUCT WHERE { ?s ex:length ?n ; a ?c }",
    "construct-blank": "CONSTRUCT { [] ex:of ?s ; ex:and [ ex:n ?n ] } { ?s ex:length ?n }",
    "construct-labelled-blank": "CONSTRUCT { _:b ex:of ?s . _:b a ?c } { ?s a ?c }",
    "construct-list": "CONSTRUCT { ?s ex:list (?n 'x' (1 2)) } { ?s ex:length ?n }",
    "construct-unbound": "CONSTRUCT { ?s ex:n ?n . ?s a ex:S } "
    "{ ?s a ex:Water OPTIONAL { ?s ex:length ?n } }",
    "construct-no-place": "CONSTRUCT { ?l ex:of ?s . ?s ?l ?s . ?s a ex:S } { ?s rdfs:label ?l }",
    "construct-constant": "CONSTRUCT { ex:a ex:b 'c' } {}",
    "construct-nothing": "CONSTRUCT { ex:a ex:b 'c' } { ?x ex:none ?y }",
    "construct-limit": "CONSTRUCT { ?s ex:n ?o } { ?s ex:number ?o } ORDER BY ?o LIMIT 3",
    "construct-group": "CONSTRUCT { ?c ex:n ?n } "
    "{ SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c }",
    "construct-from": "CONSTRUCT { ?s ?p ?o } FROM graph:inferred WHERE { ?s ?p ?o }",
    "construct-dollar": "CONSTRUCT { $s ex:n ?o } { ?s ex:length $o }",
    "construct-comments": "CONSTRUCT # a { brace\n { ?s ex:n '}' } # }\n WHERE # {\n { "
    "?s ex:length 120 }",
    "describe": "DESCRIBE ex:lake",
    "describe-blank": "DESCRIBE ?x { ex:lake ex:survey ?x }",
    "describe-several": "DESCRIBE ex:kim ?w { ?w a ex:Water }",
    "describe-from": "DESCRIBE ex:river FROM graph:inferred",
    "describe-nothing": "DESCRIBE ex:none",
    "arithmetic": "SELECT (1 + 2 * 3 AS ?n) {}",
    "decimal": "SELECT (?d + 1 AS ?n) { ex:lake ex:depth ?d }",
    "casts": "SELECT (xsd:integer('7') AS ?n) (xsd:string(7) AS ?t) {}",
    "transitive-path": "SELECT ?o { ex:river ex:flowsInto+ ?o }",
    "zero-length-path": "SELECT ?o { ex:river ex:flowsInto* ?o }",
    "computed-truth": "SELECT (?n > 100 AS ?long) { ?s ex:length ?n }",
    "bound-truth": "SELECT ?s (BOUND(?n) AS ?has) { ?s a ex:Water OPTIONAL { ?s ex:length ?n } }",
    "exists-truth": "SELECT ?s (EXISTS { ?s ex:length ?n } AS ?has) { ?s a ex:Water }",
    "division": "SELECT (1 / 2 AS ?n) {}",
    "average": "SELECT (AVG(?o) AS ?n) { ?s ex:number ?o }",
    "round": "SELECT (ROUND(7.5) AS ?n) {}",
    "group-concat": "SELECT (GROUP_CONCAT(?l; SEPARATOR='|') AS ?t) "
    "{ SELECT ?l { ?s ex:length ?n ; rdfs:label ?l } }",
    "ill-typed-comparison": "SELECT ?s { ?s rdfs:label ?l FILTER(?l > 5) }",
    "language-kept": "SELECT (UCASE(?l) AS ?u) { ex:river rdfs:label ?l }",
    "lexical-form": "SELECT ('007'^^xsd:integer AS ?n) {}",
    "strdt": "SELECT (STRDT('x', ex:type) AS ?n) {}",
    "strlang": "SELECT (STRLANG('x', 'fr') AS ?n) {}",
    "nested-optional": "SELECT ?s ?f ?d { ?s a ex:Water OPTIONAL { ?s ex:flowsInto ?f OPTIONAL "
    "{ ?f ex:depth ?d } } }",
    "empty-group": "SELECT * {}",
    "bind-union": "SELECT ?s ?k { { ?s ex:length ?n BIND('l' AS ?k) } UNION "
    "{ ?s ex:depth ?n BIND('d' AS ?k) } }",
    "values-in-union": "SELECT ?s ?k { { VALUES ?s { ex:river } BIND(1 AS ?k) } UNION "
    "{ VALUES ?s { ex:lake } BIND(2 AS ?k) } }",
    "order-text": "SELECT ?l { ?s rdfs:label ?l } ORDER BY ?l",
    "order-unbound": "SELECT ?s ?n { ?s a ex:Water OPTIONAL { ?s ex:length ?n } } ORDER BY ?n",
    "aggregate-of-nothing": "SELECT (COUNT(*) AS ?n) (SUM(?o) AS ?t) { ?s ex:none ?o }",
    "sample": "SELECT (SAMPLE(?o) AS ?x) { ex:river ex:length ?o }",
    "dates": "SELECT (YEAR('2012-05-06T07:08:09Z'^^xsd:dateTime) AS ?y) {}",
    "hash": "SELECT (MD5('abc') AS ?h) (SHA256('abc') AS ?i) {}",
    "replace": "SELECT (REPLACE('abcb', 'b', 'x') AS ?t) {}",
    "escaped-names": r"SELECT ?x { VALUES ?x { ex:a\,b ex:%41 } }",
    "escaped-iris": r"SELECT ?s ?x { ?s ex:flowsInto <http://example.org/l\u0061ke> "
    r"VALUES ?x { <\u00e9> } }",
    "encode": "SELECT (ENCODE_FOR_URI('a b/é') AS ?t) {}",
    "str-before-after": "SELECT (STRBEFORE('abc', 'b') AS ?a) (STRAFTER('abc', 'b') AS ?c) {}",
    "negated-path": "SELECT ?o { ex:river !(rdfs:label|ex:length) ?o }",
    "having-alias": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c HAVING(?n > 1)",
    "values-after-group": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c VALUES "
    "?c { ex:Water }",
    "minus-nothing-shared": "SELECT ?s { ?s a ex:Water MINUS { ?x ex:length ?n } }",
    "filter-scope": "SELECT ?s { ?s a ex:Water { FILTER(?s = ex:river) } }",
    "not-in": "SELECT ?n { ?s ex:length ?n FILTER(?n NOT IN (1, 2)) }",
    "same-term": "SELECT ?s { ?s ex:length ?n FILTER(sameTerm(?n, 120)) }",
    "is-numeric": "SELECT ?s { ?s ex:depth ?n FILTER isNumeric(?n) }",
    "mixed-numbers": "SELECT ?s { ?s ex:depth ?n FILTER(?n = 7.5e0) }",
    "blank-in-pattern": "SELECT ?s { ?s ex:survey [ ex:year 1998 ] }",
    "subquery-limit": "SELECT ?n { { SELECT ?n { ?s ex:number ?n } ORDER BY ?n LIMIT 2 } }",
    "optional-outer-filter": "SELECT ?s ?d { ?s ex:length ?n OPTIONAL { ?x ex:depth ?d "
    "FILTER(?n > ?d) } }",
    "unicode": "SELECT ('naïve 東京 🌍' AS ?t) {}",
    "quotes": "SELECT ('a\"b\\\\c\\nd' AS ?t) {}",
    "graph-join": "SELECT ?s ?l { GRAPH graph:inferred { ?s ex:reaches ?o } "
    "GRAPH graph:data { ?s rdfs:label ?l } }",
    "zero-or-one-path": "SELECT ?o { ex:river ex:flowsInto? ?o }",
    "path-both-ways": "SELECT ?o { ex:river (ex:flowsInto|^ex:flowsInto)* ?o }",
    "path-two-ways": "SELECT ?o { ex:river (ex:flowsInto|ex:reaches)+ ?o }",
}
