// An answer as people would rather look at it: a table always, and the pictures that fit it.

import { html } from "./elements.js";
import { NotInstalledError } from "./libraries.js";
import { namesOf } from "./names.js";
import { placesOf } from "./places.js";
import { ask } from "./requests.js";
import { Shape, readAnswer } from "./shape.js";
import { chart } from "./view-chart.js";
import { graph } from "./view-graph.js";
import { map } from "./view-map.js";
import { table } from "./view-table.js";
import { timeline } from "./view-timeline.js";

const VIEWS = [table, graph, chart, map, timeline];
// Larger answers are shown as the page has them.
const MOST_CHARACTERS = 4_000_000;
const KEYS = { ArrowRight: 1, ArrowLeft: -1 };

/**
 * Fills an element with an answer: a list of the views that fit it, and the one that is chosen.
 * @param {Element} container What it held before is gone.
 * @param {{results?: object, ntriples?: string}} given SPARQL results in JSON, or N-Triples.
 * @param {{name?: string}} [options] What saved files are called.
 * @returns {Promise<{views: string[], close: () => void}>} The names of the views, and what takes
 *   them away again.
 */
export async function show(container, given, { name = "answer" } = {}) {
  const answer = await prepare(given, name);
  const views = VIEWS.filter((view) => view.fits(answer));
  const panel = html("div");
  await table.draw(panel, answer);
  container.replaceChildren();
  const tabs = new Tabs(views, answer, panel);
  container.append(...tabs.elements);
  return {
    views: views.map((view) => view.name),
    close: () => {
      tabs.close();
      container.replaceChildren();
    },
  };
}

/** Offers the pictures that fit the answer of a section, beside the table that it has. */
export async function enhance(section) {
  const address = section.dataset.resultUrl;
  const box = section.querySelector(".scroll");
  const given = box && (await fetchAnswer(address));
  if (!given) return;
  const name = new URL(address, location.href).pathname.split("/").pop().replace(/\.\w+$/, "");
  const answer = await prepare(given, name);
  const views = VIEWS.filter((view) => view.fits(answer));
  if (views.length === 1) return;
  const panel = html("div");
  box.replaceWith(panel);
  panel.append(box);
  const tabs = new Tabs(views, answer, panel);
  panel.replaceWith(...tabs.elements);
  // An address may name a view, as in #timeline.
  const named = views.findIndex((view) => location.hash === `#${view.name}`);
  if (named < 0) return;
  tabs.select(named);
  tabs.list.scrollIntoView();
}

async function prepare(given, name) {
  const read = readAnswer(given);
  const terms = read.rows.flat().filter(Boolean);
  const [names, places] = await Promise.all([namesOf(terms), placesOf()]);
  return { shape: new Shape(read, names), places, given, name };
}

async function fetchAnswer(address) {
  const { ok, type, text } = await ask(address);
  if (!ok || text.length > MOST_CHARACTERS) return null;
  return type.includes("n-triples") ? { ntriples: text } : { results: JSON.parse(text) };
}

/** A list of tabs and their panels, as the ARIA Authoring Practices have it. */
class Tabs {
  constructor(views, answer, first) {
    this.views = views;
    this.answer = answer;
    this.number = document.querySelectorAll("[role=tablist]").length;
    this.tabs = views.map((view, at) => this.tab(view, at));
    this.panels = views.map((view, at) => this.panel(view, at ? html("div") : first));
    const label = "Views of the answer";
    this.list = html("div", { role: "tablist", "aria-label": label, class: "tabs" }, this.tabs);
    this.list.addEventListener("keydown", (event) => this.move(event));
    // A single tab is no choice.
    this.elements = views.length > 1 ? [this.list, ...this.panels] : this.panels;
    this.drawn = new Map([[0, null]]);
    this.select(0);
  }

  tab(view, at) {
    const [id, controlled] = [this.id("tab", view), this.id("view", view)];
    const attributes = { type: "button", role: "tab", id, "aria-controls": controlled };
    const tab = html("button", attributes, view.title);
    tab.addEventListener("click", () => this.select(at));
    return tab;
  }

  panel(view, element) {
    element.id = this.id("view", view);
    if (this.views.length > 1) {
      element.setAttribute("role", "tabpanel");
      element.setAttribute("aria-labelledby", this.id("tab", view));
    }
    return element;
  }

  id(part, view) {
    return `${part}-${view.name}${this.number || ""}`;
  }

  /** Moves the focus; what a tab shows may have to be loaded, so it waits to be pressed. */
  move(event) {
    const last = this.tabs.length - 1;
    const at = this.tabs.indexOf(document.activeElement);
    const step = KEYS[event.key];
    const wanted = { Home: 0, End: last }[event.key] ?? (at + step + last + 1) % (last + 1);
    if (Number.isNaN(wanted)) return;
    event.preventDefault();
    this.tabs[wanted].focus();
  }

  select(wanted) {
    this.tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === wanted));
      tab.tabIndex = at === wanted ? 0 : -1;
      this.panels[at].hidden = at !== wanted;
    });
    if (!this.drawn.has(wanted)) this.draw(wanted);
  }

  async draw(at) {
    const panel = this.panels[at];
    this.drawn.set(at, null);
    panel.setAttribute("aria-busy", "true");
    try {
      this.drawn.set(at, await this.views[at].draw(panel, this.answer));
    } catch (error) {
      this.drawn.delete(at);
      const said = error instanceof NotInstalledError ? error.message : "This picture could not be drawn.";
      panel.replaceChildren(html("p", { class: "note", role: "status" }, `${said} The table has all of it.`));
      if (!(error instanceof NotInstalledError)) throw error;
    } finally {
      panel.removeAttribute("aria-busy");
    }
  }

  close() {
    for (const picture of this.drawn.values()) picture?.close();
  }
}
