// Text boxes with numbered lines, some of which are marked.

const PADDING = 2;

/** What stands at the start of a text and reads as one: a literal, an IRI, or a name. */
const TERM = /^(?:"(?:[^"\\]|\\.)*"\S*|'(?:[^'\\]|\\.)*'\S*|<[^>]*>|[^\s;,.()[\]]+|.)/u;

export class Lines {
  /** Numbers the lines of a text box. */
  constructor(textarea) {
    this.textarea = textarea;
    this.marked = new Set();
    const frame = document.createElement("div");
    frame.className = "lines";
    this.gutter = document.createElement("div");
    this.gutter.className = "gutter";
    // The lines are numbered for the eye alone: a place is told where it matters.
    this.gutter.setAttribute("aria-hidden", "true");
    textarea.replaceWith(frame);
    frame.append(this.gutter, textarea);
    this.frame = frame;
    textarea.setAttribute("wrap", "off");
    textarea.addEventListener("scroll", () => this.draw());
    textarea.addEventListener("input", () => this.count());
    new ResizeObserver(() => this.draw()).observe(textarea);
    this.count();
  }

  get text() {
    return this.textarea.value;
  }

  set text(text) {
    this.textarea.value = text;
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Mark lines, counted from 1, in the place of those that are marked. */
  mark(lines) {
    this.marked = new Set(lines);
    this.draw();
  }

  /** Move to a place, and select what is there; lines and columns count from 1, in code points. */
  show(line, column) {
    const start = this.offsetOf(line, column);
    const found = TERM.exec(this.text.slice(start, start + 10_000).split("\n", 1)[0]);
    this.textarea.focus({ preventScroll: true });
    this.textarea.setSelectionRange(start, start + (found ? found[0].length : 0));
    const above = Math.floor(this.textarea.clientHeight / this.lineHeight / 3);
    this.textarea.scrollTop = Math.max(0, line - 1 - above) * this.lineHeight;
    this.textarea.scrollLeft = 0;
    this.frame.scrollIntoView({ block: "nearest" });
  }

  offsetOf(line, column) {
    let start = 0;
    for (let number = 1; number < line; number++) {
      const end = this.text.indexOf("\n", start);
      if (end < 0) return this.text.length;
      start = end + 1;
    }
    for (let point = 1; point < column && start < this.text.length; point++) {
      start += this.text.codePointAt(start) > 0xffff ? 2 : 1;
    }
    return start;
  }

  get lineHeight() {
    return Number.parseFloat(getComputedStyle(this.textarea).lineHeight);
  }

  count() {
    this.total = this.text.split("\n").length;
    this.draw();
  }

  /** Draw the numbers of the lines that are in view, and no others: a text may have very many. */
  draw() {
    const { scrollTop, clientHeight } = this.textarea;
    const height = this.lineHeight;
    const first = Math.max(1, Math.floor(scrollTop / height) - PADDING);
    const last = Math.min(this.total, Math.ceil((scrollTop + clientHeight) / height) + PADDING);
    const width = `${String(this.total).length + 3}ch`;
    this.textarea.style.paddingLeft = `calc(${width} + .5rem)`;
    const top = Number.parseFloat(getComputedStyle(this.textarea).paddingTop) - scrollTop;
    const rows = [];
    for (let line = first; line <= last; line++) {
      const row = document.createElement("div");
      const number = document.createElement("span");
      row.classList.toggle("marked", this.marked.has(line));
      row.style.top = `${top + (line - 1) * height}px`;
      number.style.width = width;
      number.textContent = line;
      row.append(number);
      rows.push(row);
    }
    this.gutter.replaceChildren(...rows);
  }
}
