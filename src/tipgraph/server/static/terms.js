// RDF terms as pages handle them: where they lead, what they are called for want of a label, and
// N-Triples. A term is an object as in SPARQL 1.1 Query Results JSON Format, section 3.2.2.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(
  ["integer", "decimal", "double", "float", "long", "int", "short", "byte", "nonNegativeInteger",
    "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt",
    "unsignedShort", "unsignedByte"].map((name) => XSD + name),
);

/** The local path of the home page, which is where this module was loaded from. */
export const root = new URL("../../", import.meta.url).pathname;

/** The base of the IRIs that this service answers for. */
export const base = document.documentElement.dataset.base ?? "";

// The first steps of the paths below it that are answered; a service over other data has no ontology.
const answered = new Set((document.documentElement.dataset.answered ?? "").split(" "));

/** What tells a term from others, as a string. */
export function keyOf(term) {
  return JSON.stringify([term.type, term.value, term["xml:lang"] ?? "", term.datatype ?? ""]);
}

/** Whether a term is a thing, and not a value. */
export function isThing(term) {
  return term.type === "uri" || term.type === "bnode";
}

/** The three terms that a triple term is made of; null for others. */
export function partsOf(term) {
  return term.type === "triple" ? [term.value.subject, term.value.predicate, term.value.object] : null;
}

/** The number that a literal is; null when it is none, or infinite. */
export function numberOf(term) {
  if (term.type !== "literal" || !NUMBERS.has(term.datatype)) return null;
  const number = Number(term.value);
  return Number.isFinite(number) && term.value.trim() ? number : null;
}

/**
 * Where a link to an IRI leads: a local path for what this service answers for, which is that of what
 * the graph says of it where it has no other; or "".
 */
export function addressOf(iri) {
  if (base && iri.startsWith(base)) {
    const path = iri.slice(base.length);
    if (answered.has(path.split(/[/#?]/, 1)[0])) return root + path;
    return `${root}sparql?${new URLSearchParams({ query: `DESCRIBE <${iri}>` })}`;
  }
  return /^https?:\/\//.test(iri) ? iri : "";
}

/** The name of an IRI in its namespace, or a blank node's label. */
export function shorten(term) {
  if (term.type === "bnode") return `_:${term.value}`;
  const iri = term.value;
  if (base && iri.startsWith(base)) return iri.slice(base.length).replace(/^(id\/|page\/|ontology#|shapes#)/, "");
  return iri.replace(/[/#]+$/, "").split(/[/#]/).pop() || iri;
}

const TERM = new RegExp(
  String.raw`\s*(?:(<<\()|<([^<>]*)>|_:([^\s<>"()]*[^\s<>"().])|` +
    String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"(?:@([\w-]+)|\^\^<([^<>]*)>)?)`,
  "uy",
);
const CLOSING = /\s*\)>>/y;
const END = /\s*\.\s*(?:#.*)?$/y;
const ESCAPED = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

/**
 * The triples of an N-Triples document, each as an array of three terms.
 * @throws {SyntaxError} A line is none that RDF 1.2 N-Triples has.
 */
export function parseNTriples(text) {
  return text
    .split(/[\r\n]+/)
    .filter((line) => /^\s*[^\s#]/.test(line))
    .map((line) => new Line(line).triple(END));
}

/** A line of N-Triples, read from left to right. */
class Line {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** Its three terms, up to what ends them. */
  triple(end) {
    const terms = [this.term(), this.term(), this.term()];
    const [subject, predicate] = terms;
    if (!isThing(subject) || predicate.type !== "uri") this.fail();
    this.take(end);
    return terms;
  }

  term() {
    const [, opening, iri, bnode, literal, language, datatype] = this.take(TERM);
    if (opening) return this.tripleTerm();
    if (iri !== undefined) return { type: "uri", value: unescape(iri) };
    if (bnode !== undefined) return { type: "bnode", value: bnode };
    const term = { type: "literal", value: unescape(literal) };
    if (language) term["xml:lang"] = language;
    if (datatype) term.datatype = unescape(datatype);
    return term;
  }

  tripleTerm() {
    const [subject, predicate, object] = this.triple(CLOSING);
    return { type: "triple", value: { subject, predicate, object } };
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) this.fail();
    this.at = pattern.lastIndex;
    return found;
  }

  fail() {
    throw new SyntaxError(`not a triple: ${this.text.slice(0, 80)}`);
  }
}

function unescape(text) {
  return text.replace(
    /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g,
    (_, short, long, letter) =>
      letter ? (ESCAPED[letter] ?? letter) : String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}
