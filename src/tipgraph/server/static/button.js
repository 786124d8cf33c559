// Buttons that do something on the spot.

import { html } from "./elements.js";

/**
 * A button.
 * @param {string} label What it says.
 * @param {() => void} act What it does.
 * @param {object} [attributes] Further attributes.
 */
export function button(label, act, attributes = {}) {
  const made = html("button", { type: "button", class: "quiet", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}
