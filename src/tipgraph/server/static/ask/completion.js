// Completion of what the graph has: prefixes, classes and properties by use, things by name.

import { counted, html } from "../elements.js";
import { prefixedName, statistics } from "../statistics.js";
import { root } from "../terms.js";
import { declaredIn } from "./prologue.js";

const WORD = /(?:[?$]\w*|[A-Za-z_][\w-]*:[\w.-]*|[A-Za-z][\w-]*)$/;
const DECLARING = /\bPREFIX\s+[\w-]*$/i;
const NO_TERM = new Set(["comment", "string", "variable-3"]);
const CLASS_AFTER = new Set(["a", "rdf:type", "rdfs:subClassOf"]);
// No more than are seen at once: more letters bring what is not among them.
const MOST = 12;
const FEWEST_LETTERS = 3;

/**
 * Complete what is typed in an editor.
 *
 * @param {import("./editor.js").Editor} editor The editor.
 * @returns {{show: function}} What shows completions wherever they make sense.
 */
export function completion(editor) {
  const { cm } = editor;
  const show = () =>
    cm.showHint({
      hint: () => hintsAt(editor),
      completeSingle: false,
      closeCharacters: /[\s()[\]{};,>]/,
      container: cm.getWrapperElement().parentNode,
    });
  cm.on("inputRead", async (_, change) => {
    // What is pasted is finished.
    if (change.origin !== "+input") return;
    if (change.text.at(-1) === ":") await declareTyped(editor);
    if (!cm.state.completionActive && isOpportune(spotAt(cm))) show();
  });
  return { show };
}

/** Where the cursor is: the word before it, and what the grammar takes there. */
function spotAt(cm) {
  const to = cm.getCursor();
  const before = cm.getLine(to.line).slice(0, to.ch);
  const word = WORD.exec(before)?.[0] ?? "";
  const from = { line: to.line, ch: to.ch - word.length };
  const inside = NO_TERM.has(cm.getTokenTypeAt(to)) && word !== "";
  return { word, from, to, kind: inside ? "none" : kindAt(cm, from, before) };
}

function kindAt(cm, from, before) {
  if (DECLARING.test(before)) return "prefix";
  const { state } = cm.getTokenAt(from, true);
  if (!state.OK) return "any";
  const next = new Set(state.possibleNext);
  if (next.has("a")) return "property";
  if (!next.has("PNAME_LN")) return "none";
  if (next.has("OPTIONAL")) return "subject";
  return CLASS_AFTER.has(state.lastProperty) ? "class" : "object";
}

/** Whether to show completions unasked: after a prefix, or in a word that can be no keyword. */
function isOpportune({ word, kind }) {
  if (kind === "none") return false;
  if (/^[?$]/.test(word)) return word.length > 1;
  if (word.includes(":")) return true;
  return word.length >= FEWEST_LETTERS && ["property", "class", "object"].includes(kind);
}

async function hintsAt(editor) {
  const { word, from, to, kind } = spotAt(editor.cm);
  const known = await statistics();
  const list = await hintsFor(editor, word, kind, known);
  return { list: list.slice(0, MOST).map((each) => hint(editor, each, known)), from, to };
}

async function hintsFor(editor, word, kind, known) {
  if (/^[?$]/.test(word)) return variables(editor.text, word);
  if (kind === "prefix") return declarations(word, known.prefixes);
  const classes = known.classes.map((each) => described(each, each.entities, "thing"));
  const properties = known.properties.map((each) => described(each, each.triples, "triple"));
  if (kind === "class") return matching(classes, word);
  if (kind === "property") return matching(properties, word);
  const things = await thingsLike(word, known.prefixes);
  return [...things, ...matching([...classes, ...properties], word)];
}

function described({ name, label }, count, unit) {
  return { text: name, label, count, note: counted(count, unit) };
}

/** The variables of a query that begin like a word, the word itself left out. */
function variables(text, word) {
  const found = new Set(text.match(/[?$]\w+/g));
  return [...found]
    .filter((each) => each !== word && each.slice(1).startsWith(word.slice(1)))
    .sort()
    .map((each) => ({ text: each, label: "", note: "" }));
}

function declarations(word, prefixes) {
  return Object.entries(prefixes)
    .filter(([prefix]) => prefix.startsWith(word.replace(":", "")))
    .map(([prefix, namespace]) => ({ text: `${prefix}: <${namespace}>`, label: "", note: "" }));
}

/** The terms whose name or label is like a word, the most alike and most used first. */
function matching(terms, word) {
  const prefix = word.slice(0, word.indexOf(":") + 1);
  const typed = word.slice(prefix.length).toLowerCase();
  return terms
    .filter(({ text }) => text.startsWith(prefix))
    .map((term) => ({ term, distance: distance(term, typed) }))
    .filter(({ distance }) => distance !== null)
    .sort((one, other) => one.distance - other.distance || other.term.count - one.term.count)
    .map(({ term }) => term);
}

function distance({ text, label }, typed) {
  const name = text.slice(text.indexOf(":") + 1).toLowerCase();
  const words = (label ?? "").toLowerCase();
  if (name.startsWith(typed)) return 0;
  if (words.startsWith(typed)) return 1;
  if (words.includes(` ${typed}`)) return 2;
  return name.includes(typed) ? 3 : null;
}

/** Things of the graph whose label is like a word, as the search finds them. */
async function thingsLike(word, prefixes) {
  const prefix = word.slice(0, word.indexOf(":") + 1);
  const wanted = word.slice(prefix.length).replaceAll("-", " ");
  if (wanted.length < 2) return [];
  const parameters = new URLSearchParams({ q: wanted, limit: MOST / 2, format: "json" });
  const response = await fetch(`${root}search?${parameters}`).catch(() => null);
  if (!response?.ok) return [];
  return (await response.json()).hits
    .map(({ iri, label, kind }) => ({ text: prefixedName(iri, prefixes), label, note: kind?.label ?? "" }))
    .filter(({ text }) => text.startsWith(prefix));
}

function hint(editor, { text, label, note }, { prefixes }) {
  return {
    text,
    render: (item) => {
      item.parentNode.setAttribute("aria-label", "What may stand here");
      const about = [label, note].filter(Boolean).join(", ");
      item.append(text, ...(about ? [" ", html("small", {}, about)] : []));
    },
    hint: (cm, { from, to }) => {
      cm.replaceRange(text, from, to, "complete");
      const prefix = /^([\w.-]+):\S/.exec(text)?.[1];
      if (prefix in prefixes) editor.declare(`PREFIX ${prefix}: <${prefixes[prefix]}>`);
    },
  };
}

/** Declare the prefix that was just typed, if it is a known one. */
async function declareTyped(editor) {
  const { word, kind } = spotAt(editor.cm);
  const prefix = /^([\w-]+):$/.exec(word)?.[1];
  const { prefixes } = await statistics();
  if (kind === "none" || kind === "prefix" || !(prefix in prefixes)) return;
  if (!declaredIn(editor.text).has(prefix)) {
    editor.declare(`PREFIX ${prefix}: <${prefixes[prefix]}>`);
  }
}
