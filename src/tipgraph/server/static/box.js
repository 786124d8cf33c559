// Text boxes for RDF: typed, pasted, opened or dropped; each with the format that it is in.
import { Lines } from "./lines.js";

const EXTENSIONS = { json: "jsonld", owl: "rdf", xml: "rdf" };

export class Box {
  /**
   * Takes care of the text box of a name, and of what belongs to it.
   *
   * Larger files than mostBytes are not opened; tell is told what became of a file.
   */
  constructor(name, { mostBytes, tell }) {
    this.name = name;
    this.mostBytes = mostBytes;
    this.tell = tell;
    this.file = "";
    this.textarea = document.getElementById(name);
    this.formats = document.getElementById(`${name}-format`);
    this.lines = new Lines(this.textarea);
    this.textarea.addEventListener("input", () => {
      if (!this.textarea.value) this.file = "";
    });
    this.offerToOpen(document.querySelector(`[data-opens="${name}"]`));
    this.takeWhatIsDropped(this.lines.frame);
  }

  /** What its text is called: the file that it came from, or else what it is for. */
  get source() {
    return this.file || this.name;
  }

  get mediaType() {
    return this.formats.selectedOptions[0].text;
  }

  /** Put another text in, in Turtle. */
  fill(text) {
    this.lines.text = text;
    this.file = "";
    this.formats.value = "ttl";
  }

  async open(file) {
    if (file.size > this.mostBytes) {
      this.tell(`${file.name} is larger than the ${this.mostBytes} bytes that can be sent.`);
      return;
    }
    try {
      const bytes = await file.arrayBuffer();
      this.lines.text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      this.tell(`${file.name} is not a text in UTF-8. Nothing was changed.`);
      return;
    }
    this.file = file.name;
    const extension = file.name.split(".").pop().toLowerCase();
    const format = EXTENSIONS[extension] ?? extension;
    if ([...this.formats.options].some(({ value }) => value === format)) {
      this.formats.value = format;
    }
    this.tell(`${file.name} was opened.`);
  }

  offerToOpen(button) {
    const chooser = document.createElement("input");
    chooser.type = "file";
    chooser.addEventListener("change", () => {
      if (chooser.files.length) this.open(chooser.files[0]);
      chooser.value = "";
    });
    button.addEventListener("click", () => chooser.click());
    button.hidden = false;
  }

  takeWhatIsDropped(frame) {
    const take = (event, { files }) => {
      if (!files.length) return;
      event.preventDefault();
      this.open(files[0]);
    };
    frame.addEventListener("dragover", (event) => {
      event.preventDefault();
      frame.classList.add("dropping");
    });
    for (const end of ["dragleave", "drop"]) {
      frame.addEventListener(end, () => frame.classList.remove("dropping"));
    }
    frame.addEventListener("drop", (event) => take(event, event.dataTransfer));
    frame.addEventListener("paste", (event) => take(event, event.clipboardData));
  }
}
