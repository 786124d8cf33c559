// What all pictures have in common: a frame with a caption, downloads and the same in words, and
// how SVG is made and saved.

import { button } from "./button.js";
import { html, svg } from "./elements.js";

const GAP_TO_REDRAW = 8;
// What a saved picture takes along from the style sheets.
const STYLES = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap",
  "stroke-opacity", "opacity", "font-family", "font-size", "font-weight", "text-anchor",
  "dominant-baseline", "paint-order",
];

/** Says that there is more than a picture could show, and where all of it is. */
export function tooMany(panel, said, most) {
  const text = `There are ${said}. A picture of more than ${most} cannot be read: ask for less, or use the table.`;
  panel.replaceChildren(html("p", { class: "note" }, text));
}

/** Lets people save a file that is made on the spot. */
export function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A picture with its caption, its downloads and the same in words. */
export class Picture {
  /**
   * @param {Element} panel Where it goes.
   * @param {string} name What its files are called.
   * @param {string} caption What it shows, and what it leaves out.
   */
  constructor(panel, { name, caption }) {
    this.name = name;
    this.drawing = html("div", { class: "drawing", role: "group", "aria-label": caption, tabindex: "0" });
    this.tools = html("p", { class: "cluster tools" });
    this.figure = html(
      "figure", { class: "picture" },
      html("figcaption", {}, caption), this.drawing, this.tools,
    );
    panel.replaceChildren(this.figure);
    this.tool("Save as SVG", () => this.saveSvg());
    this.tool("Save as PNG", () => this.savePng());
  }

  /** Adds a button. */
  tool(label, act) {
    const added = button(label, act);
    this.tools.append(added);
    return added;
  }

  /** Adds the same in words. */
  words(summary, ...content) {
    this.figure.append(html("details", { class: "words" }, html("summary", {}, summary), ...content));
  }

  /**
   * Draws now, and again whenever there is another width for it.
   * @param {(width: number) => Promise<Node>|Node} draw Makes the drawing for a width in pixels.
   */
  async draw(draw) {
    this.redraw = async () => {
      this.width = this.drawing.clientWidth;
      this.drawing.replaceChildren(await draw(this.width));
    };
    await this.redraw();
    this.observer = new ResizeObserver(() => {
      const width = this.drawing.clientWidth;
      if (width && Math.abs(width - this.width) > GAP_TO_REDRAW) this.redraw();
    });
    this.observer.observe(this.drawing);
  }

  /** Stops following the width. */
  close() {
    this.observer?.disconnect();
  }

  saveSvg() {
    save(`${this.name}.svg`, "image/svg+xml", this.source());
  }

  async savePng() {
    const scale = 2;
    const { width, height } = this.drawing.querySelector("svg").getBoundingClientRect();
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.source())}`;
    await image.decode();
    const canvas = html("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(`${this.name}.png`, "image/png", blob));
  }

  /** The drawing as a file of its own, in the colours that it has on the page. */
  source() {
    const shown = this.drawing.querySelector("svg");
    const { width, height } = shown.getBoundingClientRect();
    const page = getComputedStyle(document.body).backgroundColor;
    const copy = standalone(shown);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    copy.prepend(svg("rect", { width: "100%", height: "100%", fill: page }));
    return new XMLSerializer().serializeToString(copy);
  }
}

/** A copy of a drawing that needs no style sheet, and whose links lead here from anywhere. */
function standalone(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.cloneNode();
  const attributes = [...node.attributes].filter(({ name }) => !["class", "style"].includes(name));
  const style = getComputedStyle(node);
  const looks = node.localName === "title" ? [] : STYLES;
  const copy = svg(
    node.localName,
    {
      ...Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
      ...Object.fromEntries(looks.map((name) => [name, style.getPropertyValue(name)])),
    },
    [...node.childNodes].map(standalone),
  );
  const address = node.getAttribute("href");
  if (address) copy.setAttribute("href", new URL(address, location.href).href);
  return copy;
}
