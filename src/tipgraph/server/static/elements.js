// Elements of pages and drawings, made by scripts: what is put into them is text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element of HTML with attributes and children; null and undefined are left out. */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An element of SVG, likewise. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A text that may run from right to left, as a link if it leads anywhere. */
export function worded(text, address = "", language = "") {
  const attributes = { dir: "auto", lang: language || null };
  return address ? html("a", { href: address, ...attributes }, text) : html("bdi", attributes, text);
}

/** A number with its noun. */
export function counted(number, noun, plural = `${noun}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;
}
