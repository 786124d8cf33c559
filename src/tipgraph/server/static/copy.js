// A reader's own copy of a document: its text, what sets it apart from the document, and where a
// passage is in it. A passage is known by its offsets, in code points, and by a digest alone.

// How many places a passage is looked for at, the nearest first.
const MOST_PLACES = 100_000;
const BATCH = 200;
const MOST_VARIED = 5_000_000;

const encoder = new TextEncoder();

/** The SHA-256 of bytes or of a text in UTF-8, in hexadecimal digits. */
export async function sha256(content) {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A text whose parts are found by offsets in code points. */
export class Text {
  constructor(content) {
    this.content = content;
    // Where each code point begins, in the units of JavaScript's strings.
    const units = new Uint32Array(content.length + 1);
    let count = 0;
    for (let unit = 0; unit < content.length; unit += content.codePointAt(unit) > 0xffff ? 2 : 1) {
      units[count++] = unit;
    }
    units[count] = content.length;
    this.units = units;
    this.length = count;
  }

  slice(start, end) {
    const within = (offset) => this.units[Math.max(0, Math.min(offset, this.length))];
    return this.content.slice(within(start), within(end));
  }

  /** Whether white space, or an end of the text, is at an offset. */
  isGap(offset) {
    return offset < 0 || offset >= this.length || /\s/u.test(this.slice(offset, offset + 1));
  }
}

/** What bytes say in the encoding that they are most likely in; null if that is not to be known. */
export function decode(bytes) {
  const attempts = [["utf-8", ""]];
  if (bytes[0] === 0xff && bytes[1] === 0xfe) attempts.push(["utf-16le", "it is in UTF-16"]);
  else if (bytes[0] === 0xfe && bytes[1] === 0xff) attempts.push(["utf-16be", "it is in UTF-16"]);
  else if (!bytes.includes(0)) attempts.push(["windows-1252", "it is in Windows-1252"]);
  for (const [encoding, difference] of attempts) {
    try {
      const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
      return { content: decoder.decode(bytes), difference };
    } catch {
      // It is not in this encoding.
    }
  }
  return null;
}

/** Texts that a copy may be instead, each with what sets the copy apart from it. */
function* variants({ content, difference }) {
  const marked = content.startsWith("\ufeff");
  const plain = marked ? content.slice(1) : content;
  const first = [difference, marked ? "it begins with a byte order mark" : ""];
  const lines = plain.replace(/\r\n?/g, "\n");
  const ends = [
    ["", plain],
    ["its lines end otherwise", lines],
    ["its lines end otherwise", lines.replaceAll("\n", "\r\n")],
  ];
  for (const [end, ended] of ends) {
    const tail = ended.trimEnd();
    const tails = [
      ["", ended],
      ["the end of the file is not the same", tail],
      ["the end of the file is not the same", `${tail}\n`],
    ];
    for (const [last, closed] of tails) {
      yield [[...first, end, last], closed];
      yield [[...first, end, last, "its letters are composed otherwise"], closed.normalize("NFC")];
    }
  }
}

/**
 * Compare a copy with a document.
 *
 * Returns the text to look for passages in; whether it is the document's; and what is known to set
 * the copy apart from that: nothing if it is the same byte for byte.
 */
export async function compare(bytes, decoded, documentDigest) {
  if ((await sha256(bytes)) === documentDigest) {
    return { text: new Text(decoded.content), same: true, differences: [] };
  }
  if (documentDigest && decoded.content.length <= MOST_VARIED) {
    for (const [differences, content] of variants(decoded)) {
      if ((await sha256(content)) === documentDigest) {
        return { text: new Text(content), same: true, differences: differences.filter(Boolean) };
      }
    }
  }
  // Another version, or another text: the usual line ends are the best guess.
  const content = decoded.content.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  return { text: new Text(content), same: false, differences: [decoded.difference].filter(Boolean) };
}

/**
 * The offset of a passage in a text, or -1: where it should be, as far off as the one before it
 * was, or else at any place where words begin and end as far apart.
 */
export async function locate(text, { start, end, digest }, shift = 0) {
  const length = end - start;
  const isThere = async (offset) =>
    offset >= 0 &&
    offset + length <= text.length &&
    (await sha256(text.slice(offset, offset + length))) === digest;
  for (const offset of new Set([start, start + shift])) {
    if (await isThere(offset)) return offset;
  }
  const places = nearest(text, start, length);
  for (let first = 0; first < places.length; first += BATCH) {
    const batch = places.slice(first, first + BATCH);
    const found = (await Promise.all(batch.map(isThere))).indexOf(true);
    if (found >= 0) return batch[found];
  }
  return -1;
}

/** The offsets at which words of a length altogether may begin, nearest to a place first. */
function nearest(text, start, length) {
  const fits = (offset) =>
    !text.isGap(offset) &&
    text.isGap(offset - 1) &&
    !text.isGap(offset + length - 1) &&
    text.isGap(offset + length);
  const last = text.length - length;
  const places = [];
  for (let far = 1; far <= Math.max(start, last - start) && places.length < MOST_PLACES; far++) {
    if (start - far >= 0 && start - far <= last && fits(start - far)) places.push(start - far);
    if (start + far <= last && fits(start + far)) places.push(start + far);
  }
  return places;
}
