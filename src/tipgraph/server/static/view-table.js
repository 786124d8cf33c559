// An answer as a table.

import { addressOf, shorten } from "./terms.js";
import { counted, html, save, worded } from "./picture.js";

const MOST = 1000;

export const table = {
  name: "table",
  title: "Table",
  fits: () => true,

  async draw(panel, { shape, given, name }) {
    const shown = shape.rows.slice(0, MOST);
    const total = counted(shape.rows.length, shape.triples ? "triple" : "row");
    const cut = shape.rows.length > MOST ? `, of which the first ${counted(MOST, "is", "are")} shown` : "";
    panel.replaceChildren(
      html("p", {}, `${total}${cut}.`),
      html(
        "div", { class: "scroll", role: "group", "aria-label": "The answer", tabindex: "0" },
        html(
          "table", {},
          html("thead", {}, html("tr", {}, shape.head.map((each) => html("th", { scope: "col" }, each)))),
          html("tbody", {}, shown.map((row) => html("tr", {}, row.map(cell)))),
        ),
      ),
      html("p", { class: "cluster" }, downloads(given, shape, name)),
    );
  },
};

/** A cell of a table: the name of a thing as a link, or a value. */
export function cell(content) {
  if (!content) return html("td");
  const { term, text, address, language } = content;
  const link = address || (term.type === "uri" ? addressOf(term.value) : "");
  const note = term.datatype && content.number === null ? shorten({ value: term.datatype }) : null;
  return html("td", { title: note }, worded(text, link, language));
}

function downloads({ results, ntriples }, shape, name) {
  const files = ntriples === undefined
    ? [
        ["Save as CSV", `${name}.csv`, "text/csv", () => csv(shape)],
        ["Save as JSON", `${name}.json`, "application/sparql-results+json", () => JSON.stringify(results)],
      ]
    : [["Save as N-Triples", `${name}.nt`, "application/n-triples", () => ntriples]];
  return files.map(([label, file, type, content]) => {
    const button = html("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => save(file, type, content()));
    return button;
  });
}

/** SPARQL 1.1 Query Results CSV, section 3: values alone. */
function csv(shape) {
  const written = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const value = (content) => {
    if (!content) return "";
    return content.term.type === "bnode" ? `_:${content.term.value}` : written(content.term.value);
  };
  return [shape.head, ...shape.rows.map((row) => row.map(value))]
    .map((row) => `${row.join(",")}\r\n`)
    .join("");
}
