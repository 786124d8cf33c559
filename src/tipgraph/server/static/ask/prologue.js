// The declarations before a query.

const DECLARATION = /^\s*PREFIX\s+([\w.-]*):\s*<([^>]*)>/gim;
const DECLARED_ON_LINE = /^\s*(?:PREFIX|BASE)\b/i;

/** The prefixes that a query declares. */
export function declaredIn(text) {
  return new Set([...text.matchAll(DECLARATION)].map((match) => match[1]));
}

/** The line, from 0, before which one more declaration belongs: after the others, or the title. */
export function lineForDeclaration(text) {
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => DECLARED_ON_LINE.test(line));
  if (last >= 0) return last + 1;
  const first = lines.findIndex((line) => !/^\s*(?:#|$)/.test(line));
  return Math.max(first, 0);
}
