// The queries that somebody works on, each in a tab of its own, kept in this browser alone.

import { root } from "../terms.js";

const KEY = `tipgraph queries ${root}`;
const LONGEST_NAME = 32;

/** The queries, one of which is at hand. */
export class Queries extends EventTarget {
  /**
   * Take up what was kept.
   *
   * @param {string} first The query to begin with where nothing was kept.
   */
  constructor(first) {
    super();
    this.first = first;
    const kept = load();
    this.all = kept.texts.map((text) => ({ text }));
    if (this.all.length === 0) this.all.push({ text: first });
    this.current = this.all[kept.current] ?? this.all[0];
  }

  /** What a query is called: by its first line if that is a comment, else by its place. */
  nameOf(query) {
    const comment = /^\s*#+\s*(\S.*)/.exec(query.text)?.[1].trim();
    if (comment === undefined) return `Query ${this.all.indexOf(query) + 1}`;
    return comment.length > LONGEST_NAME ? `${comment.slice(0, LONGEST_NAME)}…` : comment;
  }

  /** Keep the text of the query at hand. */
  change(text) {
    this.current.text = text;
    this.keep("changed");
  }

  /** Take up another query. */
  choose(query) {
    this.current = query;
    this.keep("chosen");
  }

  /** Take up a text: where it is already, in an untouched tab, or in a new one. */
  open(text) {
    const there = this.all.find((each) => each.text.trim() === text.trim());
    if (there === undefined && this.current.text === this.first) this.current.text = text;
    else if (there === undefined) this.all.push({ text });
    this.choose(there ?? this.all.find((each) => each.text === text));
  }

  /** Begin a new query. */
  add() {
    this.all.push({ text: this.first });
    this.choose(this.all.at(-1));
  }

  /** Give up the query at hand; the last one leaves room for a new one. */
  close() {
    const place = this.all.indexOf(this.current);
    this.all.splice(place, 1);
    if (this.all.length === 0) this.all.push({ text: this.first });
    this.choose(this.all[Math.min(place, this.all.length - 1)]);
  }

  keep(change) {
    const kept = {
      texts: this.all.map((each) => each.text),
      current: this.all.indexOf(this.current),
    };
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Without room or leave to keep them, they last as long as the page.
    }
    this.dispatchEvent(new Event(change));
  }
}

function load() {
  try {
    const { texts, current } = JSON.parse(localStorage.getItem(KEY));
    return { texts: texts.filter((text) => typeof text === "string"), current };
  } catch {
    return { texts: [], current: 0 };
  }
}
