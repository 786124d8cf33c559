// Asking the service a query: the request, its cancellation, what it took, and addresses of answers.

import { root } from "../terms.js";

const ACCEPT = "application/sparql-results+json, application/n-triples";
// Longer addresses do not survive everywhere they are pasted; such a query has to be sent in a body.
const LONGEST = 4000;

/** A refusal, as the service (RFC 9457) or the browser puts it. */
export class Refusal extends Error {
  /** @param {object} problem The members of the problem document. */
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/** The local address of the answer to a query; empty if that would be too long for an address. */
export function address(query, format = "") {
  const path = `${root}sparql?${parameters(query, format)}`;
  return path.length > LONGEST ? "" : path;
}

/** The command that asks a query with curl, in any shell of Unix. */
export function curl(query, mediaType) {
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const endpoint = new URL(`${root}sparql`, location.href).href;
  return [
    `curl -s ${quoted(endpoint)}`,
    `-H ${quoted(`Accept: ${mediaType}`)}`,
    `--data-urlencode ${quoted(`query=${query}`)}`,
  ].join(" \\\n  ");
}

/**
 * @typedef {object} Answer
 * @property {"solutions"|"boolean"|"triples"} form What the query asked for.
 * @property {{results?: object, ntriples?: string}} given The answer, as views take it.
 * @property {number} size How many rows or triples there are.
 * @property {number} seconds From the request to the end of the answer.
 * @property {string} timing What the service says it took.
 * @property {string[]} hints What may be wrong with a query that found nothing.
 */

/**
 * Ask a query.
 * @param {string} query The query.
 * @param {AbortSignal} signal Ends the connection, on which the service stops the query.
 * @returns {Promise<Answer>}
 * @throws {Refusal} The service refused it, or cannot be reached.
 */
export async function ask(query, signal) {
  const begun = performance.now();
  const response = await sent(query, { headers: { accept: ACCEPT }, signal });
  const answer = await read(response);
  return {
    ...answer,
    seconds: (performance.now() - begun) / 1000,
    timing: timingIn(response.headers.get("server-timing") ?? ""),
    hints: hintsIn(response.headers.get("tipgraph-hint") ?? ""),
  };
}

/** The answer to a query in a format, as text. */
export async function textOf(query, format) {
  return (await sent(query, {}, format)).text();
}

async function sent(query, options, format = "") {
  const path = address(query, format);
  const body = { method: "POST", body: parameters(query, format) };
  let response;
  try {
    response = await (path ? fetch(path, options) : fetch(`${root}sparql`, { ...options, ...body }));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal({ title: "The service cannot be reached", detail: error.message });
  }
  if (!response.ok) throw new Refusal(await problemIn(response));
  return response;
}

function parameters(query, format) {
  return new URLSearchParams(format ? { query, format } : { query });
}

async function read(response) {
  if (response.headers.get("content-type").startsWith("application/n-triples")) {
    const ntriples = await response.text();
    return { form: "triples", given: { ntriples }, size: ntriples.match(/\S\s*$/gm)?.length ?? 0 };
  }
  const results = await response.json();
  const form = "boolean" in results ? "boolean" : "solutions";
  return { form, given: { results }, size: results.results?.bindings.length ?? 0 };
}

async function problemIn(response) {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  if (isProblem) return response.json();
  return { title: `The answer has the status ${response.status}`, status: response.status };
}

function timingIn(field) {
  if (field.includes("desc=hit")) return "kept from before";
  const took = (name) => Number(new RegExp(`${name};dur=([\\d.]+)`).exec(field)?.[1] ?? 0);
  const shown = (milliseconds) => `${Number(milliseconds.toPrecision(2)).toLocaleString("en")} ms`;
  const waited = took("queue") >= 1 ? `, after a wait of ${shown(took("queue"))}` : "";
  return `evaluated in ${shown(took("evaluate"))}${waited}`;
}

/** Hints are sentences, each in a field of its own that browsers join by commas. */
function hintsIn(field) {
  const sentences = field ? field.split(/, (?=nothing here uses )/) : [];
  return sentences.map(decodeURI);
}
