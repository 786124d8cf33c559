// What has a time, along one axis: from when to when, and what is open at an end.

import { counted, html, svg, worded } from "./elements.js";
import { Picture, tooMany } from "./picture.js";
import { ticks } from "./times.js";
import { wrapped } from "./wrapping.js";

const MOST = 500;
const ROW = 16;
const WIDE = 640;
const LETTER = 6.8;
const MARGIN = 12;
const START = /^(start|from|begin|since|after)/i;
const END = /^(end|until|to|till|before)/i;

export const timeline = {
  name: "timeline",
  title: "Timeline",

  fits({ shape }) {
    return entriesOf(shape).dated.length > 1;
  },

  async draw(panel, { shape, name }) {
    const { dated, undated } = entriesOf(shape);
    if (dated.length > MOST) {
      tooMany(panel, counted(dated.length, "entry", "entries"), MOST);
      return null;
    }
    const rest = undated.length
      ? ` ${counted(undated.length, "entry has", "entries have")} no date and can only be listed below.`
      : "";
    const caption = `${counted(dated.length, "entry", "entries")} in order of time. An arrow stands for a time that is open at that end.${rest}`;
    const picture = new Picture(panel, { name: `${name}-timeline`, caption });
    await picture.draw((width) => drawing(dated, width));
    picture.words(
      `The same in words: ${counted(dated.length + undated.length, "entry", "entries")}`,
      html("ol", {}, dated.map(entry)),
      undated.length ? html("p", {}, "Without a date:") : null,
      undated.length ? html("ul", {}, undated.map(entry)) : null,
    );
    return picture;
  },
};

/** The rows of an answer as entries: what each is called and when it was. */
function entriesOf(shape) {
  const times = shape.of("time");
  if (!times.length || shape.triples) return { dated: [], undated: [] };
  const [start] = times.filter((column) => START.test(column.name));
  const [end] = times.filter((column) => END.test(column.name));
  const titles = shape.titles();
  const entries = shape.rows.map((row, at) => ({
    title: titles[at],
    address: row.find((cell, place) => cell?.address && shape.columns[place].kind === "thing")?.address,
    cells: row.filter((cell, place) => cell && ["thing", "text"].includes(shape.columns[place].kind)),
    ...(start && end ? between(row[start.at], row[end.at]) : said(row[times[0].at])),
  }));
  const dated = entries.filter((each) => each.time).toSorted((one, other) =>
    (one.time.start ?? one.time.end) - (other.time.start ?? other.time.end));
  return { dated, undated: entries.filter((each) => !each.time) };
}

/** The time from one cell to another, and how to say it. */
function between(start, end) {
  if (!start?.time && !end?.time) return { time: null, when: "" };
  const time = { start: start?.time?.start ?? null, end: end?.time?.end ?? null };
  const when = start && end ? `${start.text} to ${end.text}` : start ? `from ${start.text}` : `until ${end.text}`;
  return { time, when };
}

/** The time of one cell: a date, or a period with a name. */
function said(cell) {
  return { time: cell?.time ?? null, when: cell?.text ?? "" };
}

function drawing(entries, width) {
  const wide = width >= WIDE;
  const left = wide ? Math.round(width * 0.42) : MARGIN;
  const space = [left + MARGIN, width - 2 * MARGIN];
  const lines = entries.map(({ title }) =>
    wrapped(title, Math.floor(((wide ? left : width) - 2 * MARGIN) / LETTER), wide ? 3 : 2));
  const scale = scaleOf(entries, space);
  let y = 28;
  const rows = entries.map((each, at) => {
    const words = lines[at].length * ROW;
    const height = wide ? Math.max(words, ROW) + 10 : words + 26;
    const said = lines[at].map((line, number) => svg("text", { x: MARGIN, y: 13 + number * ROW }, line));
    const row = svg(
      "g", { class: "entry", transform: `translate(0 ${y})` },
      each.address ? svg("a", { href: each.address }, said) : said,
      bar(each, scale, wide ? words / 2 : words + 9),
    );
    y += height;
    return row;
  });
  return svg(
    "svg", { viewBox: `0 0 ${width} ${y}`, width, height: y, role: "presentation" },
    axis(scale, y, (space[1] - space[0]) / 50), rows,
  );
}

function scaleOf(entries, [left, right]) {
  const points = entries.flatMap(({ time }) => [time.start, time.end]).filter((each) => each !== null);
  const [first, last] = [Math.min(...points), Math.max(...points)];
  const space = (last - first || 86_400_000) * 0.05;
  const [start, end] = [first - space, last + space];
  const place = (time) => left + ((time - start) / (end - start)) * (right - left);
  return { start, end, left, right, place };
}

function axis(scale, height, most) {
  return svg("g", { class: "axis" }, ticks(scale.start, scale.end, Math.max(most, 1)).map(([time, text]) => {
    const x = scale.place(time);
    return [
      svg("line", { x1: x, x2: x, y1: 20, y2: height }),
      svg("text", { x, y: 14, "text-anchor": "middle" }, text),
    ];
  }).flat());
}

function bar({ title, time }, { left, right, place }, y) {
  const from = time.start === null ? left : place(time.start);
  const to = Math.max(time.end === null ? right : place(time.end), from + 6);
  const open = [time.start === null, time.end === null];
  const head = (x, way) => svg("path", { class: "open", d: `M${x} ${y - 7} l${9 * way} 7 ${-9 * way} 7z` });
  return [
    svg("title", {}, title.slice(0, 1000)),
    svg("rect", { class: open.some(Boolean) ? "span open" : "span", x: from, width: to - from, y: y - 4, height: 8, rx: 2 }),
    open[0] ? head(from, -1) : null,
    open[1] ? head(to, 1) : null,
  ];
}

function entry({ cells, when, title }) {
  const words = cells.flatMap((cell, at) => [at ? " · " : "", worded(cell.text, cell.address, cell.language)]);
  return html("li", {}, when ? [html("strong", {}, html("bdi", {}, when)), ": "] : [], words.length ? words : title);
}
