// Where a query is written: the text field, and in its place the editor, for those who go to it.

import { script } from "../libraries.js";
import { Editor } from "./editor.js";

/** The field. Who only looks at an answer does not load the editor for it. */
export class Field {
  /**
   * Take over the text field.
   * @param {Element} panel What it is in.
   * @param {object} handlers `run` and `leave` for keys, `change` for each change, by text.
   */
  constructor(panel, handlers) {
    this.panel = panel;
    this.handlers = handlers;
    this.area = panel.querySelector("textarea");
    // Some write before the scripts are there.
    this.isChanged = this.area.value !== this.area.defaultValue;
    this.written = null;
    this.coming = null;
    const comes = () => this.editor().catch(() => null);
    panel.addEventListener("pointerenter", comes, { once: true });
    this.area.addEventListener("focus", comes, { once: true });
    if (document.activeElement === this.area) comes();
    this.area.addEventListener("input", () => handlers.change(this.area.value));
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) handlers.run();
    });
  }

  get text() {
    return this.written ? this.written.text : this.area.value;
  }

  /** What `load` needs to go on with a query later. */
  get state() {
    return this.written ? this.written.state : {};
  }

  /** Show another query. */
  load(query) {
    if (this.written) this.written.load(query);
    else if (this.area.value !== query.text) this.area.value = query.text;
  }

  focus() {
    (this.written ?? this.area).focus();
  }

  unmark() {
    this.written?.unmark();
  }

  /** The editor, which is loaded when it is first wanted. */
  editor() {
    this.coming ??= this.come();
    return this.coming;
  }

  async come() {
    const Yasqe = await script("yasqe.js", "Yasqe");
    // Making an editor is work of its own, between which and the loading the page can be used.
    await new Promise((resolve) => setTimeout(resolve));
    const { value, selectionStart, selectionEnd } = this.area;
    const isAtWork = document.activeElement === this.area;
    this.written = new Editor(Yasqe, this.panel, this.handlers);
    this.written.load({ text: value });
    this.written.select(selectionStart, selectionEnd);
    this.area.hidden = true;
    this.area.disabled = true;
    if (isAtWork) this.written.focus();
    return this.written;
  }
}
