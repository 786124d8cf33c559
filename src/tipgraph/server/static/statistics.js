// What the graph holds, as `/statistics` has it: prefixes, classes and properties with counts.

import { root } from "./terms.js";

const NOTHING = { prefixes: {}, classes: [], properties: [] };
// As in Turtle, without escapes.
const LOCAL_NAME = /^(?:[A-Za-z0-9_](?:[\w.-]*[\w-])?)?$/;

let asked = null;

/** The statistics; empty ones where the service could not make them. */
export function statistics() {
  asked ??= fetch(`${root}statistics`)
    .then((response) => (response.ok ? response.json() : NOTHING))
    .catch(() => NOTHING);
  return asked;
}

/**
 * An IRI as queries write it: a prefixed name, by the longest namespace that fits, or in brackets.
 * @param {string} iri The IRI.
 * @param {object} prefixes Prefix to namespace.
 */
export function prefixedName(iri, prefixes) {
  const fitting = Object.entries(prefixes)
    .filter(([, namespace]) => iri.startsWith(namespace))
    .filter(([, namespace]) => LOCAL_NAME.test(iri.slice(namespace.length)))
    .toSorted(([, one], [, other]) => other.length - one.length);
  if (fitting.length === 0) return `<${iri}>`;
  const [prefix, namespace] = fitting[0];
  return `${prefix}:${iri.slice(namespace.length)}`;
}
