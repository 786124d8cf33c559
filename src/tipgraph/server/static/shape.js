// An answer as views see it: rows of cells, and what each column holds.

import { nameOf, quoted } from "./names.js";
import { isThing, keyOf, numberOf, parseNTriples, partsOf } from "./terms.js";
import { timeOf, yearOf } from "./times.js";

const TRIPLE = ["subject", "predicate", "object"];
// Names under which people ask for triples.
const TRIPLE_HEADS = [/^(s|subject)$/i, /^(p|predicate|property)$/i, /^(o|object|value)$/i];

/**
 * Reads an answer.
 * @param {{results?: object, ntriples?: string}} given SPARQL results in JSON, or N-Triples.
 * @returns {{head: string[], rows: (object|null)[][], triples: boolean}} Its rows of terms.
 */
export function readAnswer({ results, ntriples }) {
  if (ntriples !== undefined) return { head: TRIPLE, rows: parseNTriples(ntriples), triples: true };
  if (typeof results.boolean === "boolean") {
    const truth = { type: "literal", value: results.boolean ? "Yes" : "No" };
    return { head: ["answer"], rows: [[truth]], triples: false };
  }
  const head = results.head.vars;
  const rows = results.results.bindings.map((row) => head.map((name) => readTerm(row[name])));
  const triples = head.length === 3 && TRIPLE_HEADS.every((name, at) => name.test(head[at]));
  return { head, rows, triples };
}

function readTerm(term) {
  if (!term) return null;
  // Some endpoints still say "typed-literal", as the format did before it was a recommendation.
  return term.type.endsWith("literal") ? { ...term, type: "literal" } : term;
}

/** An answer with what its terms are called, and what each column holds. */
export class Shape {
  /**
   * @param {object} answer As `readAnswer` gives it.
   * @param {Map} names As `namesOf` gives it.
   */
  constructor(answer, names) {
    this.head = answer.head;
    this.triples = answer.triples;
    this.rows = answer.rows.map((row) => row.map((term) => term && cellOf(term, names)));
    this.columns = this.head.map((name, at) => new Column(name, at, this.rows));
  }

  /** The columns of one kind. */
  of(kind) {
    return this.columns.filter((column) => column.kind === kind);
  }

  /** The columns whose name is one of some. */
  named(pattern) {
    return this.columns.filter((column) => pattern.test(column.name));
  }

  /**
   * What to call each row: the columns of words, as many as it takes to tell rows apart.
   * @param {Column[]} but Columns that are shown otherwise.
   */
  titles(but = []) {
    const columns = this.columns.filter(
      (column) => ["thing", "text"].includes(column.kind) && !but.includes(column),
    );
    let titles = this.rows.map(() => "");
    for (const column of columns) {
      if (new Set(titles).size === titles.length && titles.every(Boolean)) break;
      titles = titles.map((title, row) =>
        [title, column.cell(row)?.text].filter(Boolean).join(" · "),
      );
    }
    const seen = new Map();
    return titles.map((title) => {
      const times = (seen.get(title) ?? 0) + 1;
      seen.set(title, times);
      return times > 1 ? `${title || "row"} (${times})` : title || "row";
    });
  }
}

/** A column of an answer. */
class Column {
  constructor(name, at, rows) {
    this.name = name;
    this.at = at;
    this.rows = rows;
    const cells = rows.map((row) => row[at]).filter(Boolean);
    const share = (test) => cells.length > 0 && cells.filter(test).length / cells.length;
    /** What it holds: "number", "time", "thing" or "text". */
    this.kind = "text";
    if (share((cell) => cell.number !== null) === 1) this.kind = "number";
    else if (share((cell) => cell.time) >= 0.5) this.kind = "time";
    else if (share((cell) => cell.key) >= 0.5) this.kind = "thing";
    if (/^year$/i.test(name) && share((cell) => /^[12]\d{3}$/.test(cell.text)) === 1) {
      this.kind = "time";
      for (const cell of cells) cell.time ??= yearOf(cell.text);
    }
  }

  cell(row) {
    return this.rows[row][this.at];
  }
}

/**
 * A term with what is known of it: `text`, `address` where it leads, `key` of the thing that it is
 * or stands for ("" for a mere value), its `number` or `time`; its `parts`, if it is a triple term.
 */
export function cellOf(term, names) {
  const thing = names.get(keyOf(term));
  const time = thing ? timeOf(thing.start, thing.end) : timeOf(term, term);
  return {
    term,
    text: nameOf(term, names),
    language: term["xml:lang"] ?? thing?.language ?? "",
    address: thing?.address ?? "",
    key: thing?.iri ?? (isThing(term) ? keyOf(term) : ""),
    number: numberOf(term),
    time,
    parts: partsOf(term)?.map((each) => partOf(each, names)) ?? null,
  };
}

/** A term of a triple term, as `cellOf` has it, but for the text of triple terms within. */
function partOf(term, names) {
  const parts = partsOf(term);
  if (parts) return { term, parts: parts.map((each) => partOf(each, names)) };
  const cell = cellOf(term, names);
  return { ...cell, text: quoted(term, cell.text) };
}
