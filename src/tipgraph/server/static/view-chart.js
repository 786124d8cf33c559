// Numbers as lengths and points: a bar for each row, or, where rows have bounds, the range between
// them. Rows in different units get scales of their own.

import { counted, html } from "./elements.js";
import { module, script } from "./libraries.js";
import { Picture, tooMany } from "./picture.js";
import { cell } from "./view-table.js";
import { wrapped } from "./wrapping.js";

const MOST = 300;
const LOW = /^(low|lower|min|minimum|least)/i;
const HIGH = /^(high|upper|max|maximum|most)/i;
const UNIT = /^unit$/i;
// Numbers that count nothing but say which, or in which place.
const WHICH =
  /^(sentence|paragraph|section|article|number|no|nr|rank|order|position|index|id|start|end|from|to|line|column|page|offset|year)$/i;
const LETTER = 6.6;
const COLOURS = { text: "--text", muted: "--muted", line: "--line", page: "--page", accent: "--accent" };

export const chart = {
  name: "chart",
  title: "Chart",

  fits({ shape }) {
    return !shape.triples && measuresOf(shape).some((measure) => marksOf(shape, measure).length > 1);
  },

  async draw(panel, { shape, name }) {
    const measures = measuresOf(shape);
    const choice = html("div");
    const place = html("div");
    let picture;
    const draw = async (measure) => {
      picture?.close();
      picture = await drawMeasure(place, shape, measure, name);
    };
    if (measures.length > 1) choice.append(chooser(measures, draw));
    panel.replaceChildren(choice, place);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => picture?.redraw();
    dark.addEventListener("change", recolour);
    await draw(measures[0]);
    return {
      close: () => {
        dark.removeEventListener("change", recolour);
        picture?.close();
      },
    };
  },
};

/** What can be drawn: the range between bounds, and each other column of numbers. */
function measuresOf(shape) {
  const numbers = shape.of("number").filter((column) => !WHICH.test(column.name));
  const [low] = numbers.filter((column) => LOW.test(column.name));
  const [high] = numbers.filter((column) => HIGH.test(column.name));
  const bounds = low && high ? [{ name: `${low.name} to ${high.name}`, low, high }] : [];
  const others = numbers.filter((column) => !bounds.length || ![low, high].includes(column));
  return [...bounds, ...others.map((column) => ({ name: column.name, low: column, high: column }))];
}

function chooser(measures, draw) {
  const select = html("select", {}, measures.map(({ name }, at) => html("option", { value: at }, name)));
  select.addEventListener("change", () => draw(measures[select.value]));
  return html("p", {}, html("label", {}, "Numbers ", select));
}

async function drawMeasure(place, shape, measure, name) {
  const marks = marksOf(shape, measure);
  if (marks.length > MOST) {
    tooMany(place, counted(marks.length, "number"), MOST);
    return null;
  }
  const picture = new Picture(place, { name: `${name}-chart`, caption: captionOf(shape, measure, marks) });
  const [vega, compile, interpreter] = await tools();
  await picture.draw((width) => rendered(vega, interpreter, compile(specOf(measure, marks, width)).spec));
  picture.words(`The same as a table: ${counted(marks.length, "row")}`, asTable(shape, marks));
  return picture;
}

async function tools() {
  const vega = await script("vega.js", "vega");
  const { compile } = await script("vega-lite.js", "vegaLite");
  const { expressionInterpreter } = await module("vega-interpreter.js");
  return [vega, compile, expressionInterpreter];
}

function captionOf(shape, { name, low, high }, marks) {
  const missing = shape.rows.length - marks.length;
  const left = missing
    ? ` ${counted(missing, "row has", "rows have")} no such number and cannot be drawn: see the table.`
    : "";
  const units = new Set(marks.map(({ unit }) => unit)).size;
  const scales = units > 1 ? ` Each of the ${units} units has a scale of its own.` : "";
  const bounds = low === high ? "" : " A line lies between two bounds; a triangle at one end says that only that bound is given.";
  return `${name}: ${counted(marks.length, "row")}.${bounds}${scales}${left}`;
}

function marksOf(shape, { low, high }) {
  const units = shape.named(UNIT)[0];
  const titles = shape.titles(units ? [units] : []);
  return shape.rows
    .map((row, at) => ({
      row,
      order: at,
      title: titles[at],
      low: row[low.at]?.number ?? null,
      high: row[high.at]?.number ?? null,
      unit: units ? (row[units.at]?.text ?? "") : "",
    }))
    .filter((mark) => mark.low !== null || mark.high !== null);
}

function specOf(measure, marks, width) {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(
    Object.entries(COLOURS).map(([name, property]) => [name, style.getPropertyValue(property).trim()]),
  );
  const letters = Math.max(14, Math.floor((width * 0.45) / LETTER));
  const titled = marks.map((mark) => ({ ...mark, lines: wrapped(mark.title, letters, letters < 30 ? 6 : 3) }));
  const longest = Math.max(...titled.flatMap(({ lines }) => lines.map((line) => line.length)));
  const space = Math.max(width - longest * LETTER - 60, 80);
  const groups = [...Map.groupBy(titled, ({ unit }) => unit)];
  return {
    vconcat: groups.map(([unit, each]) => groupSpec(measure, unit, each, space, colours.accent)),
    background: colours.page,
    padding: 4,
    config: configOf(colours, getComputedStyle(document.body).fontFamily),
  };
}

function groupSpec(measure, unit, marks, space, accent) {
  const bars = measure.low === measure.high;
  const values = marks.map(({ lines, low, high, order }) => ({
    // Rows that are cut to the same words stay apart by the number, which is not shown.
    row: [order, ...lines].join("\n"),
    low: low ?? high,
    high: high ?? low,
    kind: low === null ? "most" : high === null ? "least" : "both",
  }));
  const tallest = Math.max(...marks.map(({ lines }) => lines.length));
  const y = {
    field: "row", type: "ordinal", sort: null, title: null,
    axis: { labelExpr: "slice(split(datum.label, '\\n'), 1)", labelLimit: 0, labelPadding: 12, ticks: false, domain: false },
  };
  const x = {
    field: "low", type: "quantitative", title: unit || measure.name,
    axis: { format: ",f", tickCount: Math.ceil(space / 120), labelOverlap: true },
  };
  const color = { value: accent };
  const point = { type: "point", filled: true, size: 70, opacity: 1 };
  const high = { ...x, field: "high" };
  const layer = bars
    ? [{ mark: { type: "bar", height: 12 }, encoding: { x, y, color } }]
    : [
        { mark: { type: "rule", strokeWidth: 3 }, encoding: { x, x2: { field: "high" }, y, color } },
        { mark: point, encoding: { x, y, color, shape } },
        { mark: point, encoding: { x: high, y, color, shape } },
      ];
  return { data: { values }, width: space, height: { step: tallest * 15 + 10 }, layer };
}

const shape = {
  field: "kind", type: "nominal", legend: null,
  scale: { domain: ["both", "least", "most"], range: ["circle", "triangle-right", "triangle-left"] },
};

function configOf({ text, muted, line }, font) {
  return {
    font,
    view: { stroke: null },
    axis: { labelColor: text, titleColor: muted, gridColor: line, tickColor: line, domainColor: muted, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
  };
}

/** A chart as SVG; no part of it is evaluated as code, which the page would not allow. */
async function rendered(vega, expr, spec) {
  const container = html("div", { class: "chart" });
  const view = new vega.View(vega.parse(spec, null, { ast: true }), { expr, renderer: "svg", container, hover: false });
  await view.runAsync();
  return container;
}

function asTable(shape, marks) {
  return html(
    "div", { class: "scroll", role: "group", "aria-label": "What the chart shows", tabindex: "0" },
    html(
      "table", {},
      html("thead", {}, html("tr", {}, shape.head.map((each) => html("th", { scope: "col" }, each)))),
      html("tbody", {}, marks.map(({ row }) => html("tr", {}, row.map((each) => cell(each))))),
    ),
  );
}
