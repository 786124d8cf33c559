// Texts in pictures, where no browser breaks lines.

/** A text with at most so many characters. */
export function shortened(text, most) {
  // Whatever its length, no more of it is looked at than could be shown.
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}

/** A text in lines of at most so many characters, cut after so many lines. */
export function wrapped(text, most, lines) {
  const found = [];
  let line = "";
  const words = shortened(text.trim(), most * (lines + 1)).split(/\s+/);
  for (const word of words.flatMap((each) => pieces(each, most))) {
    if (line && line.length + 1 + word.length > most) {
      found.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  found.push(line);
  if (found.length <= lines) return found;
  const last = shortened(found[lines - 1], most - 1).replace(/…$/, "");
  return [...found.slice(0, lines - 1), `${last}…`];
}

function pieces(word, most) {
  const characters = Array.from(word);
  const count = Math.ceil(characters.length / most);
  return Array.from({ length: count }, (_, at) => characters.slice(at * most, (at + 1) * most).join(""));
}
