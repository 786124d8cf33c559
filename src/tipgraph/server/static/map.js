// A map of the world from Natural Earth's outlines, on which places are areas, and lines run between
// them. Nothing is loaded from anywhere else.

import { svg } from "./elements.js";
import { json, module, script } from "./libraries.js";
import { arrowHead } from "./view-graph.js";
import { shortened } from "./wrapping.js";

const LETTER = 6.6;
const HEIGHT = 16;
const MARGIN = 28;
// How tall a map is for its width, and how near: nearer, the outlines are too coarse.
const FLAT = 0.4;
const TALL = 0.62;
const CLOSE = 0.7;
const BEND = 0.12;
const BESIDE = 16;

/** How wide a map is in a box of some width: narrower, its names cover each other. */
export function mapWidth(box) {
  return Math.max(box, 560);
}

/**
 * Loads what maps are made of.
 * @returns {Promise<World>}
 */
export async function loadWorld() {
  const [geo, topojson, atlas] = await Promise.all([
    module("d3-geo.js"), script("topojson-client.js", "topojson"), json("countries-110m.json"),
  ]);
  return new World(geo, topojson.feature(atlas, atlas.objects.countries).features);
}

class World {
  constructor(geo, countries) {
    this.geo = geo;
    this.countries = countries;
  }

  /** The outlines of a place, and how many of its countries are too small to have any. */
  outlines({ countries }) {
    const found = this.countries.filter(({ id }) => countries.includes(id));
    return { found, missing: countries.length - found.length };
  }

  /**
   * Draws a map.
   * @param {object[]} places What is shaded: `{iri, label, countries, region}`.
   * @param {object[]} lines What runs between them: `{way, style, label, address}`, `way` being
   *   places in order.
   * @param {number} width In pixels.
   * @returns {SVGElement}
   */
  draw(places, lines, width) {
    const drawn = places.map((place) => ({ ...place, features: this.outlines(place).found }))
      .filter(({ features }) => features.length);
    const points = this.anchors(drawn);
    const { path, project, height } = this.projection(drawn, [...points.values()], width);
    const at = new Map([...points].map(([iri, point]) => [iri, project(point)]));
    const states = drawn.filter(({ region }) => !region);
    const regions = drawn.filter(({ region }) => region);
    return svg(
      "svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "presentation", class: "map" },
      svg("defs", {}, arrowHead("map-arrow"), hatching()),
      svg("g", { class: "land" }, this.countries.map((each) => svg("path", { d: path(each) }))),
      svg("g", { class: "states" }, states.map((each) => area(each, path))),
      svg("g", { class: "regions" }, regions.map((each) => area(each, path))),
      svg("g", { class: "lines" }, lanes(lines).map((each) => line(each, at))),
      svg("g", { class: "names" }, names(drawn, at, width, height)),
    );
  }

  /**
   * Where lines end: in the middle of a state, and of a region in the middle of those of its
   * countries that are no places of their own.
   */
  anchors(drawn) {
    const own = new Set(drawn.filter(({ region }) => !region).flatMap(({ countries }) => countries));
    return new Map(drawn.map(({ iri, region, features }) => {
      const others = features.filter(({ id }) => !own.has(id));
      const shown = region && others.length ? others : features.map(this.mainland, this);
      return [iri, this.geo.geoCentroid({ type: "FeatureCollection", features: shown })];
    }));
  }

  /** The largest part of a country. */
  mainland(feature) {
    if (feature.geometry.type !== "MultiPolygon") return feature;
    const parts = feature.geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
    const areas = parts.map((part) => this.geo.geoArea(part));
    return { type: "Feature", geometry: parts[areas.indexOf(Math.max(...areas))] };
  }

  projection(drawn, points, width) {
    const features = drawn.flatMap((each) => each.features);
    const shown = features.length ? { type: "FeatureCollection", features } : { type: "Sphere" };
    // Turned so that no line runs off one edge of the map and on at the other.
    const [middle] = points.length ? this.geo.geoCentroid({ type: "MultiPoint", coordinates: points }) : [0];
    const projection = this.geo.geoEqualEarth().rotate([-middle, 0]);
    projection.fitWidth(width - 2 * MARGIN, shown);
    const [[, top], [, bottom]] = this.geo.geoPath(projection).bounds(shown);
    const height = Math.round(Math.min(Math.max(bottom - top + 2 * MARGIN, width * FLAT), width * TALL));
    projection.fitExtent([[MARGIN, MARGIN], [width - MARGIN, height - MARGIN]], shown);
    if (projection.scale() > width * CLOSE) {
      const [x, y] = projection.scale(width * CLOSE).translate([0, 0])(this.geo.geoCentroid(shown));
      projection.translate([width / 2 - x, height / 2 - y]);
    }
    projection.clipExtent([[0, 0], [width, height]]);
    return { path: this.geo.geoPath(projection).digits(1), project: projection, height };
  }
}

function hatching() {
  return svg(
    "pattern", { id: "map-hatching", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "hatch" }),
  );
}

function area({ label, region, features }, path) {
  return svg(
    "g", { class: region ? "region" : "state" },
    svg("title", {}, shortened(label, 300)),
    features.map((each) => svg("path", { d: path(each), fill: region ? "url(#map-hatching)" : null })),
  );
}

/** Lines with their lanes: those that run beside each other between the same places. */
function lanes(lines) {
  const taken = new Map();
  return lines.map((each) => {
    const key = each.way.map(({ iri }) => iri).join(" ");
    const lane = taken.get(key) ?? 0;
    taken.set(key, lane + 1);
    return { ...each, lane };
  });
}

function line({ way, style, lane, label, address }, at) {
  const points = way.map(({ iri }) => at.get(iri)).filter(Boolean);
  if (points.length < 2) return null;
  const path = points.slice(1).map((to, leg) => curve(points[leg], to, lane, leg)).join(" ");
  return svg(
    "a", { href: address, class: "line", "aria-label": label },
    svg("title", {}, label),
    svg("path", { d: path, class: "touch" }),
    svg("path", { d: path, class: `way style-${style}`, "marker-end": "url(#map-arrow)" }),
  );
}

/** A curve, bent to the left of who travels along it, so that there and back lie apart. */
function curve([x, y], [toX, toY], lane, leg) {
  const [dx, dy] = [toX - x, toY - y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = length * BEND + 8 + lane * BESIDE;
  const control = [(x + toX) / 2 + (dy / length) * bend * 2, (y + toY) / 2 - (dx / length) * bend * 2];
  const [from, to, middle] = [[x, y], [toX, toY], control].map((point) => point.map((each) => each.toFixed(1)));
  return `${leg ? "" : `M${from}`} Q${middle} ${to}`;
}

/** The names of places, each where it covers no other as far as there is room. */
function names(drawn, at, width, height) {
  const taken = [];
  return drawn.map(({ iri, label }) => {
    const text = shortened(label, 40);
    const size = Array.from(text).length * LETTER;
    const [x, y] = at.get(iri);
    const middle = Math.min(Math.max(x, size / 2 + 2), width - size / 2 - 2);
    const places = [18, -10, 34, -26, 50, -42].map((down) => ({
      left: middle - size / 2, right: middle + size / 2, top: y + down - HEIGHT + 4, bottom: y + down + 4, down,
    }));
    const free = places.find((box) => !taken.some((other) => overlap(box, other)) && box.top > 0 && box.bottom < height);
    const box = free ?? places[0];
    taken.push(box);
    return svg("text", { x: middle, y: y + box.down, "text-anchor": "middle" }, text);
  });
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
