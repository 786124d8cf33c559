// Things and what relates them, as nodes and links. Cytoscape finds the places; the drawing is SVG,
// whose nodes are links that the keyboard reaches.

import { counted, html, svg, worded } from "./elements.js";
import { module } from "./libraries.js";
import { Picture, tooMany } from "./picture.js";
import { shortened, wrapped } from "./wrapping.js";
import { zoomable } from "./zoom.js";

const MOST_NODES = 500;
const MOST_LINKS = 2000;
const LINE = 24;
const LINES = 3;
const LETTER = 6.6;
const ROW = 16;
const MARGIN = 24;
// Smaller than this, nobody can read the names.
const LEAST_SCALE = 0.85;
const LANE = 44;
const GAP = 36;
const ROUNDS = 200;

export const graph = {
  name: "graph",
  title: "Graph",

  fits({ shape }) {
    return linksOf(shape).links.length > 1;
  },

  async draw(panel, { shape, name }) {
    const { nodes, links, values } = linksOf(shape);
    if (nodes.size > MOST_NODES || links.length > MOST_LINKS) {
      const size = `${counted(nodes.size, "thing")} and ${counted(links.length, "link")}`;
      const most = `${counted(MOST_NODES, "thing")} or ${counted(MOST_LINKS, "link")}`;
      tooMany(panel, size, most);
      return null;
    }
    const [one, ...others] = new Set(links.map((each) => each.label));
    // What all links say is said once.
    const each = others.length || !one ? "" : `, each for “${one}”`;
    const caption = `${counted(nodes.size, "thing")} and ${counted(links.length, "link")} between them${each}.`;
    const picture = new Picture(panel, { name: `${name}-graph`, caption: caption + leftOut(shape, values) });
    const places = await layOut(nodes, links);
    await zoomable(picture, (box) => fitted(places, box), (width) => drawing(places, links, width));
    picture.words(`The same in words: ${counted(links.length, "statement")}`, sentences(nodes, links));
    return picture;
  },
};

function leftOut(shape, values) {
  if (!values) return "";
  const [one, many] = shape.triples ? ["triple", "triples"] : ["row", "rows"];
  return ` ${counted(values, `${one} relates`, `${many} relate`)} no two things: see the table.`;
}

/**
 * The things of an answer and the links between them: those of its triples, or else from the first
 * column of things to each of the others, row by row.
 */
function linksOf(shape) {
  const nodes = new Map();
  const links = new Map();
  const node = (cell) => {
    if (!nodes.has(cell.key)) nodes.set(cell.key, cell);
    return cell.key;
  };
  const link = (from, label, to) => {
    const key = JSON.stringify([from.key, label, to.key]);
    if (!links.has(key)) links.set(key, { from: node(from), label, to: node(to) });
  };
  const things = shape.of("thing");
  let values = 0;
  for (const row of shape.rows) {
    let related = false;
    if (shape.triples) {
      const [subject, predicate, object] = row;
      related = Boolean(subject?.key && object?.key);
      if (related) link(subject, predicate?.text ?? "", object);
    } else {
      const [first, ...others] = things.map((column) => [column, row[column.at]]);
      for (const [column, cell] of others) {
        if (!first[1]?.key || !cell?.key) continue;
        related = true;
        link(first[1], column.name, cell);
      }
    }
    if (!related) values += 1;
  }
  // In an order of their own, since graphs have none: the picture is the same each time.
  const sorted = [...links].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
  return { nodes: inOrder(nodes), links: sorted, values };
}

function inOrder(nodes) {
  return new Map([...nodes].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Finds a place for each node, the same each time. */
async function layOut(nodes, links) {
  const { default: cytoscape } = await module("cytoscape.js");
  const boxes = new Map([...nodes].map(([key, cell]) => [key, boxOf(cell)]));
  const ids = new Map([...nodes.keys()].map((key, at) => [key, `n${at}`]));
  const around = (at) => (2 * Math.PI * at) / nodes.size;
  const radius = 40 * Math.sqrt(nodes.size) + 60;
  const core = cytoscape({
    headless: true,
    styleEnabled: true,
    elements: [
      ...[...boxes].map(([key, box], at) => ({
        data: { id: ids.get(key), width: box.width, height: box.height },
        position: { x: radius * Math.cos(around(at)), y: radius * Math.sin(around(at)) },
      })),
      ...links.map(({ from, to }) => ({ data: { source: ids.get(from), target: ids.get(to) } })),
    ],
    style: [
      { selector: "node", style: { shape: "rectangle", width: "data(width)", height: "data(height)" } },
    ],
  });
  core.layout({
    name: "cose", animate: false, randomize: false, nodeDimensionsIncludeLabels: false,
    idealEdgeLength: () => 130, nodeRepulsion: () => 60_000, nodeOverlap: 40, componentSpacing: 60,
    boundingBox: { x1: 0, y1: 0, w: 300 * Math.sqrt(nodes.size), h: 160 * Math.sqrt(nodes.size) },
  }).run();
  for (const [key, box] of boxes) Object.assign(box, core.getElementById(ids.get(key)).position());
  core.destroy();
  const placed = [...boxes.values()];
  pushApart(placed);
  const left = Math.min(...placed.map(({ x, width }) => x - width / 2)) - MARGIN;
  const top = Math.min(...placed.map(({ y, height }) => y - height / 2)) - MARGIN;
  for (const box of placed) Object.assign(box, { x: box.x - left, y: box.y - top });
  return {
    boxes,
    width: Math.max(...placed.map(({ x, width }) => x + width / 2)) + MARGIN,
    height: Math.max(...placed.map(({ y, height }) => y + height / 2)) + MARGIN,
  };
}

/** Moves boxes that lie on each other, or closer than a gap, away from each other. */
function pushApart(boxes) {
  for (let round = 0; round < ROUNDS; round += 1) {
    let moved = false;
    boxes.forEach((one, at) => {
      for (const other of boxes.slice(at + 1)) {
        const [dx, dy] = [other.x - one.x, other.y - one.y];
        const lackX = (one.width + other.width) / 2 + GAP - Math.abs(dx);
        const lackY = (one.height + other.height) / 2 + GAP - Math.abs(dy);
        if (lackX <= 0.5 || lackY <= 0.5) continue;
        moved = true;
        const [axis, way, lack] = lackX < lackY ? ["x", dx, lackX] : ["y", dy, lackY];
        const step = (way < 0 ? -lack : lack) / 2;
        one[axis] -= step;
        other[axis] += step;
      }
    });
    if (!moved) return;
  }
}

/** A node as a box: its lines of text and its size. */
function boxOf(cell) {
  const lines = wrapped(cell.text || "(empty)", LINE, LINES);
  const longest = Math.max(...lines.map((line) => Array.from(line).length));
  return { cell, lines, width: longest * LETTER + 20, height: lines.length * ROW + 12 };
}

function fitted(places, box) {
  return Math.min(places.width, Math.max(box, places.width * LEAST_SCALE));
}

function drawing({ boxes, width, height }, links, wanted) {
  const bent = bends(links);
  const labelled = new Set(links.map((each) => each.label)).size > 1;
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width: wanted, height: (height * wanted) / width, role: "presentation" },
    svg("defs", {}, arrowHead("graph-arrow")),
    svg("g", { class: "links" }, links.map((each, at) => drawnLink(each, boxes, bent[at]))),
    labelled ? svg("g", { class: "labels" }, links.map((each, at) => label(each, boxes, bent[at]))) : null,
    svg("g", { class: "nodes" }, [...boxes.values()].map(drawnNode)),
  );
}

/** The head of an arrow, to be put at the ends of lines. */
export function arrowHead(id, kind = "head") {
  return svg(
    "marker",
    { id, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" },
    svg("path", { d: "M0 1 10 5 0 9z", class: kind }),
  );
}

function drawnNode({ cell, lines, x, y, width, height }) {
  const box = svg(
    "g", { class: "node", transform: `translate(${x} ${y})` },
    svg("title", {}, shortened(cell.text, 1000)),
    svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 5 }),
    lines.map((line, at) =>
      svg("text", { "text-anchor": "middle", y: (at - (lines.length - 1) / 2) * ROW + 4 }, line)),
  );
  return cell.address ? svg("a", { href: cell.address }, box) : box;
}

/** How far each link is bent, so that those between the same two things lie beside each other. */
function bends(links) {
  const pairOf = ({ from, to }) => JSON.stringify([from, to].toSorted());
  const beside = Map.groupBy(links, pairOf);
  return links.map((link) => {
    const lanes = beside.get(pairOf(link));
    const lane = lanes.indexOf(link) - (lanes.length - 1) / 2;
    return (link.from < link.to ? 1 : -1) * lane * LANE;
  });
}

function drawnLink({ from, to }, boxes, bend) {
  const path = from === to ? loop(boxes.get(from)) : curve(boxes.get(from), boxes.get(to), bend).path;
  return svg("path", { d: path, class: "link", "marker-end": "url(#graph-arrow)" });
}

function label({ from, to, label: text }, boxes, bend) {
  if (!text) return null;
  const box = boxes.get(from);
  const { x, y } = from === to
    ? { x: box.x, y: box.y - box.height / 2 - 30 }
    : curve(box, boxes.get(to), bend).middle;
  return svg("text", { x, y: y + 4, "text-anchor": "middle", class: "label" }, shortened(text, 40));
}

function loop({ x, y, height }) {
  const top = y - height / 2;
  return `M${x - 12} ${top} C${x - 40} ${top - 44} ${x + 40} ${top - 44} ${x + 12} ${top}`;
}

/** A curve between two boxes, from edge to edge. */
function curve(from, to, bend) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const middle = {
    x: (from.x + to.x) / 2 - (dy / length) * bend,
    y: (from.y + to.y) / 2 + (dx / length) * bend,
  };
  const [start, end] = [edge(from, middle), edge(to, middle)];
  const path = `M${start.x} ${start.y} Q${middle.x} ${middle.y} ${end.x} ${end.y}`;
  const between = (axis) => (start[axis] + 2 * middle[axis] + end[axis]) / 4;
  return { path, middle: { x: between("x"), y: between("y") } };
}

/** Where the line from the middle of a box to a point leaves the box. */
function edge({ x, y, width, height }, point) {
  const [dx, dy] = [point.x - x, point.y - y];
  const part = Math.min(
    dx ? width / 2 / Math.abs(dx) : Infinity,
    dy ? height / 2 / Math.abs(dy) : Infinity,
    1,
  );
  return { x: x + dx * part, y: y + dy * part };
}

function sentences(nodes, links) {
  const named = (key) => {
    const { text, address, language } = nodes.get(key);
    return worded(text, address, language);
  };
  return html("ul", {}, links.map(({ from, label: text, to }) =>
    html("li", {}, named(from), " – ", html("bdi", {}, text), " → ", named(to))));
}
