// An answer as the page shows it: how much, in what time, its views, to take away and to share.

import { button } from "../button.js";
import { counted, html } from "../elements.js";
import { root } from "../terms.js";
import { address, curl, textOf } from "./request.js";

const RESULTS = ["json", "xml", "csv", "tsv"];
const FORMATS = {
  solutions: RESULTS,
  boolean: RESULTS,
  triples: ["ttl", "nt", "jsonld", "rdf", "trig", "nq"],
};
const MEDIA_TYPES = { solutions: "text/csv", boolean: "text/csv", triples: "text/turtle" };

/**
 * Show an answer.
 * @param {string} query The query.
 * @param {import("./request.js").Answer} answer The answer to it.
 * @returns {Promise<Element>}
 */
export async function answerSection(query, answer) {
  const { form, given, size, hints } = answer;
  const views = html("div");
  if (size > 0) {
    // Loaded for the first answer: whoever comes to ask does not wait for it.
    const { show } = await import("../views.js");
    await show(views, given);
  }
  return html(
    "section", { class: "result", "aria-labelledby": "answer" },
    html("pre", { class: "printed" }, query),
    html("h2", { id: "answer", tabindex: "-1" }, "Answer"),
    html("p", {}, outcome(answer)),
    hints.map((hint) => html("p", { class: "note" }, hint)),
    downloads(query, form),
    share(query, form),
    form === "triples" ? turtle(query) : null,
    views,
  );
}

/** What came out, in a sentence. */
export function outcome({ form, given, size, seconds, timing }) {
  const took = `${seconds.toFixed(2)} s, ${timing}.`;
  if (form === "boolean") return `${given.results.boolean ? "Yes" : "No"}; answered in ${took}`;
  return `${counted(size, form === "triples" ? "triple" : "row")} in ${took}`;
}

/** The answer in each format: links, or for a query too long for them a form that posts it. */
function downloads(query, form) {
  const spaced = (each) => FORMATS[form].flatMap((format) => [" ", each(format)]);
  if (address(query)) {
    return html("p", {}, "The whole answer:", spaced((each) => html("a", { href: address(query, each) }, each)));
  }
  return html(
    "form", { action: `${root}sparql`, method: "post", class: "cluster" },
    html("input", { type: "hidden", name: "query", value: query }),
    "The whole answer:",
    spaced((each) => html("button", { name: "format", value: each, class: "quiet" }, each)),
  );
}

function share(query, form) {
  const path = address(query);
  return html(
    "details", { class: "share" },
    html("summary", {}, "Link to it, or ask it with curl"),
    path
      ? copied("Link to this query and its answer", new URL(path, location.href).href)
      : html("p", {}, "The query is too long for a link: it has to be sent by POST, as below."),
    copied("For a shell", curl(query, MEDIA_TYPES[form])),
  );
}

/** A text with a button that copies it. */
function copied(name, text) {
  const shown = html("pre", { tabindex: "0", "aria-label": name }, html("code", {}, text));
  const said = html("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(shown);
      said.textContent = "Selected: the browser leaves copying to you";
    }
  };
  return html("div", {}, html("p", { class: "cluster" }, name, button("Copy", copy), said), shown);
}

/** The triples as Turtle, asked for when somebody wants to see it. */
function turtle(query) {
  const text = html("pre", { tabindex: "0", "aria-label": "Turtle" });
  const details = html("details", {}, html("summary", {}, "As Turtle"), text);
  const load = async () => {
    text.textContent = await textOf(query, "ttl").catch((error) => error.message);
  };
  details.addEventListener("toggle", load, { once: true });
  return details;
}
