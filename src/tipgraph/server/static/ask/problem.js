// A problem as the page shows it: what is wrong, where, and what may mend it.

import { button } from "../button.js";
import { html } from "../elements.js";
import { root } from "../terms.js";

const DECLARATION = /^Put this before the query: (PREFIX .*)$/;
const WORD = /^Did you mean (\w+)\?$/;

/**
 * Show a problem.
 * @param {object} problem The members of a problem document (RFC 9457).
 * @param {object} mend What can be done about it: `declare(text)` puts a declaration before the
 *   query, `replace(text)` a word in the place of the one at fault, `goTo()` moves to it.
 * @returns {Element}
 */
export function problemSection(problem, mend) {
  const { title, detail, line, column, excerpt, hints = [], type } = problem;
  return html(
    "section", { class: "problem", "aria-labelledby": "problem" },
    html("h2", { id: "problem" }, title),
    detail ? html("p", {}, sentence(detail)) : null,
    line ? html("p", {}, button(`Go to line ${line}, column ${column}`, mend.goTo)) : null,
    excerpt ? html("pre", { tabindex: "0", "aria-label": "The line" }, excerpt) : null,
    hints.map((hint) => hintParagraph(hint, mend)),
    type ? html("p", {}, html("a", { href: root + type.slice(1) }, "About this problem")) : null,
  );
}

function hintParagraph(hint, mend) {
  const declaration = DECLARATION.exec(hint)?.[1];
  const word = WORD.exec(hint)?.[1];
  if (word) return html("p", {}, button(`Write ${word}`, () => mend.replace(word)));
  if (!declaration) return html("p", {}, sentence(hint));
  const put = button("Put this before the query", () => mend.declare(declaration));
  return html("p", {}, put, " ", html("code", {}, declaration));
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;
}
