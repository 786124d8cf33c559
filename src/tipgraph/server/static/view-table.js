// An answer as a table: sorted by any column, a page at a time, things by what they are called.

import { button } from "./button.js";
import { counted, html, worded } from "./elements.js";
import { namesOf } from "./names.js";
import { cellOf } from "./shape.js";
import { prefixedName, statistics } from "./statistics.js";
import { addressOf, shorten } from "./terms.js";

const SIZES = [50, 100, 500];
// Of a longer text, the beginning is shown first.
const LONG = 600;
// What sorting looks up the names of; what there is more of is sorted by the names of IRIs.
const MOST_NAMES = 5000;
const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
const COLLATOR = new Intl.Collator(navigator.languages, { numeric: true });

export const table = {
  name: "table",
  title: "Table",
  fits: () => true,

  async draw(panel, { shape, given }) {
    const drawn = new Table(shape, given.ntriples === undefined ? "row" : "triple");
    panel.replaceChildren(...drawn.elements);
    await drawn.draw();
  },
};

/** The rows of an answer in an order, some of them at a time. */
class Table {
  constructor(shape, unit) {
    this.shape = shape;
    this.unit = unit;
    this.rows = shape.rows;
    this.first = 0;
    this.size = 100;
    this.sorted = { at: -1, order: "none" };
    this.heads = shape.head.map((name, at) =>
      html("th", { scope: "col", "aria-sort": "none" }, button(name, () => this.sort(at), { class: "sort" })),
    );
    this.body = html("tbody");
    this.box = this.scrolling();
    this.paging = this.pages();
    this.elements = [this.naming(), this.box, this.paging];
  }

  scrolling() {
    return html(
      "div", { class: "scroll", role: "group", "aria-label": "The answer", tabindex: "0" },
      html(
        "table", { class: "answer" },
        html("caption", { class: "visually-hidden" }, "The answer"),
        html("thead", {}, html("tr", {}, this.heads)),
        this.body,
      ),
    );
  }

  /** The choice to see IRIs as well, where there are any. */
  naming() {
    const box = html("input", { type: "checkbox" });
    box.addEventListener("change", async () => {
      this.prefixes = box.checked ? (await statistics()).prefixes : null;
      await this.draw();
    });
    this.prefixes = null;
    const isThere = this.rows.some((row) => row.some((cell) => cell?.parts || cell?.term.type === "uri"));
    return isThere ? html("p", {}, html("label", {}, box, " Show IRIs, too")) : "";
  }

  pages() {
    const last = () => Math.floor((this.rows.length - 1) / this.size) * this.size;
    this.back = [button("First", () => this.go(0)), button("Previous", () => this.go(this.first - this.size))];
    this.on = [button("Next", () => this.go(this.first + this.size)), button("Last", () => this.go(last()))];
    this.place = html("span", { role: "status" });
    const choice = html(
      "select", {},
      SIZES.map((size) => html("option", { selected: size === this.size ? "" : null }, size)),
    );
    choice.addEventListener("change", () => {
      this.size = Number(choice.value);
      this.go(Math.floor(this.first / this.size) * this.size);
    });
    return html(
      "nav", { class: "cluster", "aria-label": "Rows" },
      this.back, this.place, this.on, html("label", {}, "Rows a page ", choice),
    );
  }

  go(first) {
    this.first = first;
    return this.draw();
  }

  /** Sorts by a column: upwards, then downwards, then as the query left it. */
  async sort(at) {
    const order = NEXT[this.sorted.at === at ? this.sorted.order : "none"];
    this.sorted = { at, order };
    this.heads.forEach((head, place) => head.setAttribute("aria-sort", place === at ? order : "none"));
    this.rows = order === "none" ? this.shape.rows : await this.inOrder(at, order);
    await this.go(0);
  }

  async inOrder(at, order) {
    const cells = this.shape.rows.map((row) => row[at]);
    const named = await withNames(cells, MOST_NAMES);
    const direction = order === "ascending" ? 1 : -1;
    return this.shape.rows
      .map((row, place) => [named[place], row])
      .toSorted(([one], [other]) => compared(one, other, direction))
      .map(([, row]) => row);
  }

  async draw() {
    const { first, size } = this;
    const rows = this.rows.slice(first, first + size);
    const width = this.shape.head.length;
    const cells = await withNames(rows.flat());
    const isOther = this.first !== first || this.size !== size;
    if (isOther) return;
    this.body.replaceChildren(
      ...rows.map((_, row) => html("tr", {}, cells.slice(row * width, (row + 1) * width).map((each) => cell(each, this.prefixes)))),
    );
    this.say(first, first + rows.length);
  }

  say(first, last) {
    const total = counted(this.rows.length, this.unit);
    this.place.textContent = `${(first + 1).toLocaleString("en")} to ${last.toLocaleString("en")} of ${total}`;
    for (const each of this.back) each.disabled = first === 0;
    for (const each of this.on) each.disabled = last >= this.rows.length;
    this.paging.hidden = this.rows.length <= SIZES[0];
  }
}

/**
 * A cell of a table: the name of a thing as a link, or a value with what it is.
 * @param {object|null} content The cell, as a shape has it.
 * @param {object} [prefixes] Prefix to namespace, for the IRI to be shown, too.
 */
export function cell(content, prefixes = null) {
  if (!content) return html("td");
  return html("td", { class: content.number === null ? null : "number" }, saidOf(content, prefixes));
}

/** What a cell says; of a triple term, each of its terms. */
function saidOf({ term, text, address, language, parts }, prefixes) {
  if (parts) return ["<<( ", ...parts.flatMap((part) => [...saidOf(part, prefixes), " "]), ")>>"];
  const link = address || (term.type === "uri" ? addressOf(term.value) : "");
  const shown = text.length > LONG ? shortened(text, link, language) : worded(text, link, language);
  const iri = prefixes && term.type === "uri" ? html("code", {}, prefixedName(term.value, prefixes)) : null;
  return [shown, note(term), iri].flat();
}

/** The language or the datatype of a value. */
function note(term) {
  const said = term["xml:lang"] ?? (term.datatype && shorten({ value: term.datatype }));
  return said ? html("small", {}, ` ${said}`) : null;
}

function shortened(text, link, language) {
  // By code points: half of a surrogate pair is no character.
  const characters = [...text];
  const beginning = worded(`${characters.slice(0, LONG).join("")}…`, link, language);
  const more = button(`All ${counted(characters.length, "character")}`, () => {
    beginning.textContent = text;
    more.remove();
  });
  return [beginning, more];
}

/** Cells with names for their terms, also where the answer has too many to look all of them up. */
async function withNames(cells, most) {
  const names = await namesOf(cells.filter(Boolean).map((cell) => cell.term), most);
  return cells.map((cell) => cell && cellOf(cell.term, names));
}

/** Numbers before texts, and rows without a term last in either direction. */
function compared(one, other, direction) {
  if (!one || !other) return Number(!one) - Number(!other);
  if (one.number !== null && other.number !== null) return direction * (one.number - other.number);
  if (one.number !== null || other.number !== null) return one.number === null ? direction : -direction;
  return direction * COLLATOR.compare(one.text, other.text);
}
