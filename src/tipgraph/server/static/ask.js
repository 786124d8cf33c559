// The page on which people ask in SPARQL: the plain form, made an editor with tabs and a live answer.

import { answerSection, outcome } from "./ask/answer.js";
import { catalogue } from "./ask/catalogue.js";
import { Field } from "./ask/field.js";
import { problemSection } from "./ask/problem.js";
import { Queries } from "./ask/queries.js";
import { address, ask, Refusal } from "./ask/request.js";
import { tabs } from "./ask/tabs.js";
import { button } from "./button.js";
import { html } from "./elements.js";
import { root } from "./terms.js";

/** The page, alive. */
class AskPage {
  constructor(form) {
    this.form = form;
    this.area = document.getElementById("area");
    this.said = document.getElementById("said");
    this.run = form.querySelector("button");
    this.cancel = button("Cancel", () => this.queries.current.running?.abort(), { hidden: "" });
    this.queries = new Queries(form.dataset.first);
    this.field = new Field(document.getElementById("panel"), {
      run: () => this.ask(),
      leave: () => this.run.focus(),
      change: (text) => this.queries.change(text),
    });
    // What the page was asked for, or was typed until now, goes before what was kept.
    if (form.dataset.asked !== undefined || this.field.isChanged) this.queries.open(this.field.text);
  }

  start() {
    for (const each of this.form.querySelectorAll(".unscripted")) each.hidden = true;
    this.field.panel.setAttribute("role", "tabpanel");
    this.field.panel.setAttribute("aria-label", "Query");
    document.getElementById("tabs").append(...tabs(this.queries, this.field.panel.id));
    this.run.after(this.cancel);
    this.field.load(this.queries.current);
    this.listen();
    if (!this.field.isChanged) this.takeOver(this.area.querySelector("section"));
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.form.querySelector("label").addEventListener("click", () => this.field.focus());
    let shown = this.queries.current;
    this.queries.addEventListener("chosen", () => {
      Object.assign(shown, this.field.state);
      if (!this.queries.all.includes(shown)) shown.running?.abort();
      shown = this.queries.current;
      this.field.load(shown);
      this.draw();
    });
    const details = document.getElementById("questions");
    if (details !== null) {
      details.open = matchMedia("(min-width: 60rem)").matches;
      catalogue(details, (text) => {
        this.queries.open(text);
        this.field.focus();
      });
    }
  }

  /** Show what the service put into the page as this script would: a problem, or an answer. */
  takeOver(given) {
    const problem = document.getElementById("problem-document");
    this.queries.current.shown = given;
    if (problem !== null) this.refuse(this.queries.current, JSON.parse(problem.textContent));
    else if (given !== null) this.ask(false);
  }

  /**
   * Ask the query at hand, and show what comes of it.
   * @param {boolean} asked Whether somebody pressed for it; they are led to the answer, unless they
   *   have gone on elsewhere in the meantime.
   */
  async ask(asked = true) {
    this.queries.change(this.field.text);
    const query = this.queries.current;
    query.running?.abort();
    const running = (query.running = new AbortController());
    const { text } = query;
    const focused = document.activeElement;
    this.begin(query, asked);
    try {
      const answer = await ask(text, running.signal);
      const section = await answerSection(text, answer);
      if (query.running !== running) return;
      query.shown = section;
      this.end(query, outcome(answer));
      const isWaiting = asked && document.activeElement === focused && query.text === text;
      if (query === this.queries.current) this.arrive(text, isWaiting);
    } catch (error) {
      if (query.running !== running) return;
      if (error.name === "AbortError") this.stop(query);
      else if (error instanceof Refusal) this.refuse(query, error.problem);
      else throw error;
    }
  }

  begin(query, asked) {
    this.field.unmark();
    const seconds = html("span", { "aria-hidden": "true" });
    const begun = Date.now();
    const tick = () => {
      seconds.textContent = ` ${Math.round((Date.now() - begun) / 1000)} s`;
    };
    const timer = setInterval(() => (query.running ? tick() : clearInterval(timer)), 1000);
    // What the service sent along stays until there is something better.
    if (asked) query.shown = html("p", {}, "Running…", seconds);
    this.said.textContent = "Running";
    this.draw();
  }

  end(query, said) {
    query.running = null;
    this.said.textContent = said;
    this.draw();
  }

  /** Make the address that of the answer, so that it can be kept, and lead to it who waits. */
  arrive(text, isWaiting) {
    history.replaceState(null, "", address(text) || `${root}sparql`);
    if (isWaiting) document.getElementById("answer").focus();
  }

  stop(query) {
    const said = "Cancelled: the query was stopped.";
    query.shown = html("p", {}, said);
    this.end(query, said);
  }

  refuse(query, problem) {
    const { text } = query;
    const inEditor = (act) => async (given) => {
      const editor = await this.field.editor();
      if (this.queries.current === query) act(editor, given);
    };
    query.shown = problemSection(problem, {
      goTo: inEditor((editor) => editor.goTo(problem)),
      declare: inEditor((editor, declaration) => editor.declare(declaration)),
      replace: inEditor((editor, word) => editor.replaceMarked(word)),
    });
    const place = problem.line === undefined ? "" : `, line ${problem.line}, column ${problem.column}`;
    this.end(query, `${problem.title}${place}: ${problem.detail ?? ""}`);
    const mark = inEditor((editor) => {
      if (query.text === text) editor.mark(problem);
    });
    if (problem.line !== undefined) mark().catch(() => null);
  }

  /** Show what belongs to the query at hand. */
  draw() {
    const { shown, running } = this.queries.current;
    if (this.area.firstElementChild !== (shown ?? null)) {
      this.area.replaceChildren(...(shown ? [shown] : []));
    }
    // What is hidden loses the focus, and whoever goes by keys would begin at the top again.
    if (!running && document.activeElement === this.cancel) this.run.focus();
    this.cancel.hidden = !running;
  }
}

new AskPage(document.getElementById("ask")).start();
