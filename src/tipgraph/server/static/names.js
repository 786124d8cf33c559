// What the terms of an answer are called: labels of IRIs, and the things that labels are of.

import { addressOf, isThing, keyOf, root, shorten } from "./terms.js";

const MOST = 1000;
const LONGEST = 300;
const RDFS = "http://www.w3.org/2000/01/rdf-schema#label";
const SKOS = "http://www.w3.org/2004/02/skos/core#prefLabel";
const START = "http://www.w3.org/ns/dcat#startDate";
const END = "http://www.w3.org/ns/dcat#endDate";

/**
 * Looks up the things that terms stand for. An IRI stands for itself, and a text in a language for
 * the one thing that has it as a label.
 * @returns {Promise<Map<string, Thing>>} By `keyOf`: `{iri, label, language, address, start, end}`,
 *   the last two being what is said of a period; empty when nothing could be looked up.
 */
export async function namesOf(terms) {
  const asked = new Map();
  for (const term of terms) {
    if (asked.size < MOST && isAsked(term)) asked.set(keyOf(term), term);
  }
  const found = asked.size ? await lookUp([...asked.values()]) : [];
  const byKey = Map.groupBy(found, (row) => keyOf(row.key));
  const names = new Map();
  for (const [key, rows] of byKey) {
    if (new Set(rows.map((row) => row.thing.value)).size === 1) names.set(key, thingOf(rows));
  }
  return names;
}

/** What to call a term: by its label, or else by its name. */
export function nameOf(term, names) {
  if (term.type === "triple") {
    const { subject, predicate, object } = term.value;
    return [subject, predicate, object].map((each) => nameOf(each, names)).join(" ");
  }
  if (!isThing(term)) return term.value;
  return names.get(keyOf(term))?.label || shorten(term);
}

function isAsked(term) {
  if (term.type === "uri") return !/[\s<>"{}|\\^`]/.test(term.value);
  const isLabel = term.type === "literal" && term["xml:lang"];
  return isLabel && term.value.length <= LONGEST && isWellFormed(term.value);
}

function isWellFormed(text) {
  return !/\p{Surrogate}/u.test(text);
}

async function lookUp(terms) {
  const iris = terms.filter(isThing).map((term) => `<${term.value}>`);
  const labels = terms
    .filter((term) => !isThing(term))
    .map((term) => `${JSON.stringify(term.value)}@${term["xml:lang"]}`);
  const query = `SELECT DISTINCT ?key ?thing ?property ?value WHERE {
  { VALUES ?key { ${iris.join(" ")} } BIND(?key AS ?thing) }
  UNION { VALUES ?key { ${labels.join(" ")} } ?thing <${RDFS}>|<${SKOS}> ?key }
  ?thing ?property ?value
  FILTER(?property IN (<${RDFS}>, <${SKOS}>, <${START}>, <${END}>) && isLiteral(?value))
}`;
  const response = await fetch(`${root}sparql`, {
    method: "POST",
    headers: { accept: "application/sparql-results+json" },
    body: new URLSearchParams({ query }),
  });
  return response.ok ? (await response.json()).results.bindings : [];
}

function thingOf(rows) {
  const iri = rows[0].thing.value;
  const values = (property) =>
    rows.filter((row) => row.property.value === property).map((row) => row.value);
  const label = preferred([...values(RDFS), ...values(SKOS)]);
  return {
    iri,
    label: label?.value ?? "",
    language: label?.["xml:lang"] ?? "",
    address: rows[0].thing.type === "uri" ? addressOf(iri) : "",
    start: values(START)[0],
    end: values(END)[0],
  };
}

/** The label in the language of the page, or in English, or in none, or else any. */
function preferred(labels) {
  const wanted = [document.documentElement.lang, "en", ""];
  const distance = (label) => {
    const place = wanted.indexOf((label["xml:lang"] ?? "").toLowerCase());
    return place < 0 ? wanted.length : place;
  };
  return labels.toSorted((one, other) => distance(one) - distance(other))[0];
}
