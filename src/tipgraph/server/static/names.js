// What the terms of an answer are called: labels of IRIs, and the things that labels are of.

import { UnreachableError, ask } from "./requests.js";
import { addressOf, isThing, keyOf, partsOf, root, shorten } from "./terms.js";

const AT_ONCE = 1000;
const LONGEST = 300;
// Who prefers `fr-CA` takes `fr` before English, and English before no language at all.
const LANGUAGES = [...navigator.languages.flatMap((tag) => [tag, tag.split("-")[0]]), "en", ""].map(
  (tag) => tag.toLowerCase(),
);
const RDFS = "http://www.w3.org/2000/01/rdf-schema#label";
const SKOS = "http://www.w3.org/2004/02/skos/core#prefLabel";
const START = "http://www.w3.org/ns/dcat#startDate";
const END = "http://www.w3.org/ns/dcat#endDate";

// What was looked up before, by `keyOf`; null for what there is nothing to say of.
const known = new Map();

/**
 * Looks up the things that terms stand for. An IRI stands for itself, and a text in a language for
 * the one thing that has it as a label. What was looked up before is not asked for again.
 * @param {object[]} terms The terms.
 * @param {number} [most] How many different ones are looked up.
 * @returns {Promise<Map<string, Thing>>} By `keyOf`: `{iri, label, language, address, start, end}`,
 *   the last two being what is said of a period; empty when nothing could be looked up.
 */
export async function namesOf(terms, most = AT_ONCE) {
  const asked = new Map();
  for (const term of terms.flatMap(within)) {
    if (asked.size < most && isAsked(term)) asked.set(keyOf(term), term);
  }
  const unknown = [...asked].filter(([key]) => !known.has(key));
  for (let first = 0; first < unknown.length; first += AT_ONCE) {
    await remember(new Map(unknown.slice(first, first + AT_ONCE)));
  }
  const keys = [...asked.keys()].filter((key) => known.get(key));
  return new Map(keys.map((key) => [key, known.get(key)]));
}

async function remember(asked) {
  const found = await lookUp([...asked.values()]);
  if (!found) return;
  for (const key of asked.keys()) known.set(key, null);
  for (const [key, rows] of Map.groupBy(found, (row) => keyOf(row.key))) {
    if (new Set(rows.map((row) => row.thing.value)).size === 1) known.set(key, thingOf(rows));
  }
}

/** A term, or what a triple term is made of, down to terms that are none. */
function within(term) {
  return partsOf(term)?.flatMap(within) ?? [term];
}

/** What to call a term: by its label, or else by its name; a triple term as in RDF 1.2 Turtle. */
export function nameOf(term, names) {
  const parts = partsOf(term);
  if (parts) return `<<( ${parts.map((each) => quoted(each, nameOf(each, names))).join(" ")} )>>`;
  if (!isThing(term)) return term.value;
  return names.get(keyOf(term))?.label || shorten(term);
}

/** What a term is called within a triple term, where literals would not be told from names. */
export function quoted(term, text) {
  return term.type === "literal" ? `"${text}"` : text;
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
  const asking = ask(`${root}sparql`, {
    method: "POST",
    headers: { accept: "application/sparql-results+json" },
    body: new URLSearchParams({ query }),
  });
  // An answer can be shown without names.
  const { ok, text } = await asking.catch(unnamed);
  return ok ? JSON.parse(text).results.bindings : null;
}

function unnamed(error) {
  if (error instanceof UnreachableError) return { ok: false };
  throw error;
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

/** The label in a language that the reader prefers, or in English, or in none, or else any. */
function preferred(labels) {
  const distance = (label) => {
    const language = (label["xml:lang"] ?? "").toLowerCase();
    const place = LANGUAGES.findIndex((each) => language === each || (each && language.startsWith(`${each}-`)));
    return place < 0 ? LANGUAGES.length : place;
  };
  return labels.toSorted((one, other) => distance(one) - distance(other))[0];
}
