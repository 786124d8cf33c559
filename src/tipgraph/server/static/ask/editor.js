// The editor: YASQE in the place of the text field, with our keys, our colours and our problems.

import { html } from "../elements.js";
import { completion } from "./completion.js";
import { declaredIn, lineForDeclaration } from "./prologue.js";

const GUTTER = "gutterErrorBar";

/** An editor for queries. */
export class Editor {
  /**
   * Make an editor.
   *
   * @param {Function} Yasqe The library.
   * @param {Element} parent Where it goes, in the page already: it measures itself.
   * @param {object} handlers `run` and `leave` for its keys, `change` for each change, by text.
   */
  constructor(Yasqe, parent, { run, leave, change }) {
    // Its own completion asks prefix.cc's list and LOV, another host.
    Yasqe.defaults.autocompleters = [];
    const yasqe = new Yasqe(parent, {
      value: "",
      theme: "tipgraph",
      inputStyle: "contenteditable",
      screenReaderLabel: "Query",
      persistenceId: null,
      consumeShareLink: null,
      createShareableLink: null,
      editorHeight: null,
      showQueryButton: false,
      resizeable: false,
      extraKeys: {
        "Ctrl-Enter": run,
        "Cmd-Enter": run,
        "Ctrl-Space": () => this.completion.show(),
        "Ctrl-S": false,
        Esc: leave,
        // Whoever has no mouse gets out of the editor as of any field.
        Tab: false,
        "Shift-Tab": false,
      },
    });
    this.cm = yasqe.getWrapperElement().CodeMirror;
    // In its place, which explains errors in markup with inline styles on hovering alone.
    yasqe.checkSyntax = () => this.check();
    this.describe();
    this.completion = completion(this);
    this.loading = false;
    this.cm.on("change", () => {
      this.unmark();
      if (!this.loading) change(this.cm.getValue());
    });
  }

  /** What assistive technology is told of the field. */
  describe() {
    const field = this.cm.getInputField();
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-multiline", "true");
    field.setAttribute("aria-describedby", "keys");
  }

  /** The query. What came in without keys, as by dictation, the editor itself reads a moment late. */
  get text() {
    const { input } = this.cm.display;
    if (input.readDOMTimeout != null) input.updateFromDOM();
    return this.cm.getValue();
  }

  /** Select what is between two places of the text, from 0. */
  select(start, end) {
    this.cm.setSelection(this.cm.posFromIndex(start), this.cm.posFromIndex(end));
  }

  /** Show another query, with what can be undone in it. */
  load({ text, history, cursor }) {
    this.loading = true;
    this.cm.setValue(text);
    if (history) this.cm.setHistory(history);
    else this.cm.clearHistory();
    this.cm.setCursor(cursor ?? { line: 0, ch: 0 });
    this.loading = false;
  }

  /** What `load` needs to go on later. */
  get state() {
    return { history: this.cm.getHistory(), cursor: this.cm.getCursor() };
  }

  focus() {
    this.cm.focus();
  }

  /** Mark the line from which on the text is no SPARQL 1.1, as far as the editor's grammar sees. */
  check() {
    this.cm.clearGutter(GUTTER);
    for (let line = 0; line < this.cm.lineCount(); line += 1) {
      const end = { line, ch: this.cm.getLine(line).length };
      if (this.cm.getTokenAt(end, true).state.OK === false) {
        this.cm.setGutterMarker(line, GUTTER, gutterMark("unfinished", "not SPARQL from here on"));
        return;
      }
    }
  }

  /** Mark the place of a problem. */
  mark(problem) {
    const from = this.placeOf(problem);
    const length = /^[\w:?$-]+|^./u.exec(this.cm.getLine(from.line).slice(from.ch))?.[0].length ?? 0;
    const to = { line: from.line, ch: from.ch + length };
    this.marked = {
      line: this.cm.addLineClass(from.line, "wrap", "problem-line"),
      text: this.cm.markText(from, to, { className: "problem-mark" }),
    };
    this.cm.setGutterMarker(from.line, GUTTER, gutterMark("wrong", "the problem is here"));
    this.cm.getInputField().setAttribute("aria-invalid", "true");
    this.cm.scrollIntoView(from, 60);
  }

  unmark() {
    if (!this.marked) return;
    this.marked.text.clear();
    this.cm.removeLineClass(this.marked.line, "wrap", "problem-line");
    this.cm.getInputField().removeAttribute("aria-invalid");
    this.marked = null;
  }

  /** Move to the place of a problem. */
  goTo(problem) {
    this.cm.focus();
    this.cm.setCursor(this.placeOf(problem));
  }

  /** Write a word in the place of the marked one. */
  replaceMarked(word) {
    const { from, to } = this.marked.text.find();
    this.cm.replaceRange(word, from, to);
    this.focus();
  }

  /** Put a declaration where declarations go, if its prefix is not declared. */
  declare(declaration) {
    const prefix = /^PREFIX\s+([\w.-]*):/i.exec(declaration)?.[1];
    if (declaredIn(this.text).has(prefix)) return;
    const place = { line: lineForDeclaration(this.text), ch: 0 };
    this.cm.replaceRange(`${declaration}\n`, place, place, "complete");
    this.focus();
  }

  /** The editor's place for a line and a column, both from 1, the column in code points. */
  placeOf({ line, column }) {
    const last = this.cm.lastLine();
    const text = this.cm.getLine(Math.min(line - 1, last));
    const ch = [...text].slice(0, column - 1).join("").length;
    return { line: Math.min(line - 1, last), ch };
  }
}

function gutterMark(kind, title) {
  return html("span", { class: kind, title }, "!");
}
