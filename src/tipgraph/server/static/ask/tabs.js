// The tabs of the queries (ARIA Authoring Practices, tabs with automatic activation).

import { button } from "../button.js";
import { html } from "../elements.js";

/**
 * Show the tabs of queries.
 * @param {import("./queries.js").Queries} queries The queries.
 * @param {string} panel The id of what the tabs control.
 * @returns {Element[]}
 */
export function tabs(queries, panel) {
  const list = html("div", { class: "tabs", role: "tablist", "aria-label": "Queries" });
  const drawn = () => draw(list, queries, panel);
  list.addEventListener("keydown", (event) => onKey(event, queries));
  queries.addEventListener("chosen", drawn);
  queries.addEventListener("changed", drawn);
  drawn();
  const close = button("Close this query", () => queries.close());
  return [list, button("New query", () => queries.add()), close];
}

function draw(list, queries, panel) {
  const names = queries.all.map((each) => queries.nameOf(each));
  const current = queries.all.indexOf(queries.current);
  const state = JSON.stringify([names, current]);
  if (list.dataset.state === state) return;
  list.dataset.state = state;
  const held = list.contains(document.activeElement);
  list.replaceChildren(...names.map((name, at) => tab(name, at, at === current)));
  if (held) list.children[current].focus();

  function tab(name, at, isCurrent) {
    return button(name, () => queries.choose(queries.all[at]), {
      role: "tab",
      id: `query-${at}`,
      class: null,
      "aria-selected": String(isCurrent),
      "aria-controls": panel,
      tabindex: isCurrent ? "0" : "-1",
    });
  }
}

function onKey(event, queries) {
  const last = queries.all.length - 1;
  const at = queries.all.indexOf(queries.current);
  const places = {
    ArrowLeft: at === 0 ? last : at - 1,
    ArrowRight: at === last ? 0 : at + 1,
    Home: 0,
    End: last,
  };
  if (event.key === "Delete") queries.close();
  else if (event.key in places) queries.choose(queries.all[places[event.key]]);
  else return;
  event.preventDefault();
}
