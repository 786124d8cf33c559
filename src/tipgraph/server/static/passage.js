// Checks passages in a reader's own copy of the document. The copy is read here and goes nowhere.
import { compare, decode, locate } from "./copy.js";

const LARGEST = 50 * 1024 * 1024;
const KEY = "tipgraph-copy";
// What is kept for the next passage, in the units of JavaScript's strings.
const MOST_KEPT = 1_000_000;
const CONTEXT = 240;

function element(name, content = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = content;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The copy that was checked last in this tab, so that the next passage finds it. */
const kept = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  },
  write(name, { content, difference }) {
    if (content.length > MOST_KEPT || difference) return;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ name, content }));
    } catch {
      // There is no room, or it is not allowed: the copy is chosen again for the next passage.
    }
  },
  forget() {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Nothing was kept then.
    }
  },
};

function placeOf({ dataset }) {
  const { start, end, sha256 } = dataset;
  return { start: Number(start), end: Number(end), digest: sha256 };
}

function describe({ same, differences }) {
  const told = differences.join(", and ");
  if (same) return told ? `it is the document, but ${told}.` : "it is the document, byte for byte.";
  return `it is another version of the document, or another text${told && `; ${told}`}.`;
}

function describePlace(offset, start) {
  if (offset < 0) return "The passage is not in your copy: not one letter of it may differ.";
  if (offset === start) return "The passage is where the graph says, and its digest is the same.";
  const far = Math.abs(offset - start).toLocaleString("en");
  const side = offset > start ? "after" : "before";
  return `The passage is in your copy, ${far} code points ${side} the place that the graph names.`;
}

/** A passage, marked, in what surrounds it. */
function quotation(text, offset, length) {
  const quote = element("blockquote", "", { dir: "auto" });
  const from = Math.max(0, offset - CONTEXT);
  const upTo = Math.min(text.length, offset + length + CONTEXT);
  quote.append(
    from > 0 ? "… " : "",
    text.slice(from, offset),
    element("mark", text.slice(offset, offset + length)),
    text.slice(offset + length, upTo),
    upTo < text.length ? " …" : "",
  );
  return quote;
}

async function checkPlace(comparison, place) {
  const offset = await locate(comparison.text, place);
  const said = [element("p", describePlace(offset, place.start))];
  if (offset >= 0) said.push(quotation(comparison.text, offset, place.end - place.start));
  return said;
}

async function checkTable(comparison, table) {
  const counts = { there: 0, moved: 0, missing: 0 };
  let shift = 0;
  for (const row of table.tBodies[0].rows) {
    const place = placeOf(row);
    const offset = await locate(comparison.text, place, shift);
    const outcome = offset < 0 ? "missing" : offset === place.start ? "there" : "moved";
    if (offset >= 0) shift = offset - place.start;
    counts[outcome] += 1;
    const words = { there: "in its place", moved: `at ${offset}`, missing: "not found" };
    row.cells[row.cells.length - 1].textContent = words[outcome];
  }
  const all = counts.there + counts.moved + counts.missing;
  return [
    element(
      "p",
      `Of ${all} passages ${counts.there} are in their place, ${counts.moved} elsewhere, ` +
        `and ${counts.missing} were not found.`,
    ),
  ];
}

class Checker {
  constructor(box) {
    this.box = box;
    this.table = document.querySelector("table.passages");
    this.input = box.querySelector("input");
    this.output = box.querySelector("output");
    this.forget = box.querySelector("button");
    this.turn = 0;
  }

  start() {
    this.box.hidden = false;
    if (!globalThis.crypto?.subtle) {
      this.input.disabled = true;
      this.say(
        "Browsers compare digests only on pages that come by https or from the computer itself. " +
          "The command on this page does the same.",
      );
      return;
    }
    if (this.table) {
      for (const row of this.table.rows) {
        row.append(row.parentNode.nodeName === "THEAD" ? element("th", "In your copy", { scope: "col" }) : element("td"));
      }
    }
    this.input.addEventListener("change", () => this.take(this.input.files[0]));
    this.forget.addEventListener("click", () => this.drop());
    this.box.addEventListener("dragover", (event) => event.preventDefault());
    this.box.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files[0]);
    });
    const { name, content } = kept.read() ?? {};
    if (content) this.check(name, new TextEncoder().encode(content), { content, difference: "" });
  }

  say(...said) {
    this.output.replaceChildren(
      ...said.map((each) => (typeof each === "string" ? element("p", each) : each)),
    );
  }

  drop() {
    kept.forget();
    this.turn += 1;
    this.input.value = "";
    this.forget.hidden = true;
    this.say("Your copy is forgotten.");
    this.input.focus();
  }

  async take(file) {
    if (!file) return;
    if (file.size === 0) {
      this.say("The file is empty.");
    } else if (file.size > LARGEST) {
      this.say("The file has more than 50 MB, which is too much to be read here.");
    } else {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const decoded = decode(bytes);
      if (decoded) await this.check(file.name, bytes, decoded);
      else this.say("The file is no text in an encoding known here; save it as UTF-8.");
    }
  }

  async check(name, bytes, decoded) {
    const turn = (this.turn += 1);
    this.say(`Comparing ${name} …`);
    const comparison = await compare(bytes, decoded, this.box.dataset.documentSha256);
    const said = this.table
      ? await checkTable(comparison, this.table)
      : await checkPlace(comparison, placeOf(this.box));
    // Another copy was chosen in the meantime.
    if (turn !== this.turn) return;
    kept.write(name, decoded);
    this.forget.hidden = false;
    this.say(`${name}: ${describe(comparison)}`, ...said);
  }
}

for (const box of document.querySelectorAll(".copy")) new Checker(box).start();
