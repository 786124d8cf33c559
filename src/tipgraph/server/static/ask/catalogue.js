// The catalogue of questions beside the editor: found by words, taken over by a press.

import { button } from "../button.js";
import { counted, html } from "../elements.js";
import { root } from "../terms.js";

/**
 * Fill the catalogue when it is opened for the first time.
 * @param {HTMLDetailsElement} details What it is in.
 * @param {(query: string) => void} choose Takes the query that was chosen.
 */
export function catalogue(details, choose) {
  const load = async () => {
    const response = await fetch(`${root}query?format=json`).catch(() => null);
    if (!response?.ok) return;
    const { questions } = await response.json();
    details.querySelector("div").replaceChildren(...listed(questions, choose));
  };
  if (details.open) load();
  else details.addEventListener("toggle", load, { once: true });
}

function listed(questions, choose) {
  const found = html("p", { class: "muted", role: "status" });
  const list = html("ul", { class: "questions" });
  const field = html("input", { type: "search", id: "filter", autocomplete: "off" });
  const items = questions.map((each) => [searched(each), item(each, choose)]);
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = items.filter(([text]) => words.every((word) => text.includes(word)));
    list.replaceChildren(...shown.map(([, element]) => element));
    found.textContent = counted(shown.length, "question");
  };
  field.addEventListener("input", filter);
  filter();
  return [html("p", {}, html("label", { for: "filter" }, "Words in it, or a keyword"), field), found, list];
}

function searched({ question, keywords, query }) {
  return [question, ...keywords, query].join(" ").toLowerCase();
}

function item({ question, address, query }, choose) {
  return html(
    "li", {},
    button(question, () => choose(`# ${question}\n${query.trimEnd()}\n`)),
    " ",
    html("a", { href: address, "aria-label": `Page of the question: ${question}` }, "page"),
  );
}
