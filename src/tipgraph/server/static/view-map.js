// The places of an answer on a map, and lines along its routes or from one column to another.

import { counted, html, worded } from "./elements.js";
import { loadWorld, mapWidth } from "./map.js";
import { Picture, tooMany } from "./picture.js";
import { zoomable } from "./zoom.js";

const MOST_LINES = 500;
const FROM = /^(from|origin)/i;
const TO = /^(to|destination)/i;

export const map = {
  name: "map",
  title: "Map",

  fits({ shape, places }) {
    return marksOf(shape, places).shaded.size > 0;
  },

  async draw(panel, { shape, places, name }) {
    const { shaded, lines, elsewhere } = marksOf(shape, places);
    if (lines.length > MOST_LINES) {
      tooMany(panel, counted(lines.length, "line"), MOST_LINES);
      return null;
    }
    const world = await loadWorld();
    const drawn = [...shaded.values()].map(({ place }) => place);
    const small = drawn.filter((place) => !world.outlines(place).found.length);
    const picture = new Picture(panel, { name: `${name}-map`, caption: captionOf(drawn, lines, elsewhere, small) });
    await zoomable(picture, mapWidth, (width) => world.draw(drawn, lines, width));
    picture.words(
      `The same in words: ${counted(shaded.size, "place")}${lines.length ? `, ${counted(lines.length, "line")}` : ""}`,
      html("ul", {}, [...shaded.values()].map(({ place, rows }) =>
        html("li", {}, worded(place.label, place.address), rows ? `: in ${counted(rows, "row")}` : ""))),
      lines.length ? html("ul", {}, lines.map(({ label, address }) => html("li", {}, worded(label, address)))) : null,
    );
    return picture;
  },
};

function captionOf(drawn, lines, elsewhere, small) {
  const regions = drawn.filter(({ region }) => region).length;
  const said = [
    `${counted(drawn.length, "place")} of the answer${lines.length ? ` and ${counted(lines.length, "line")} between them` : ""}.`,
    regions ? "Hatched areas are regions, of which no country is meant more than another." : "",
    elsewhere ? `${counted(elsewhere, "row names", "rows name")} no place that a map can show.` : "",
    small.length ? `Too small to be seen: ${small.map(({ label }) => label).join(", ")}.` : "",
  ];
  return said.filter(Boolean).join(" ");
}

/** What a map of an answer shows: its places with the number of rows that name each, and lines. */
function marksOf(shape, places) {
  const shaded = new Map();
  const lines = new Map();
  const shade = (place, rows) => {
    const mark = shaded.get(place.iri) ?? { place, rows: 0 };
    mark.rows += rows;
    shaded.set(place.iri, mark);
  };
  const [from] = shape.named(FROM);
  const [to] = shape.named(TO);
  let elsewhere = 0;
  for (const row of shape.rows) {
    const named = new Map(row.map((cell) => places.at(cell)).filter(Boolean).map((each) => [each.iri, each]));
    const routes = row.map((cell) => places.route(cell)).filter(Boolean);
    for (const place of named.values()) shade(place, 1);
    for (const route of routes) {
      for (const way of places.ways(route)) {
        for (const place of way) shade(place, 0);
        const key = [route.iri, ...way.map(({ iri }) => iri)].join(" ");
        lines.set(key, { way, style: 0, label: route.label, address: route.address });
      }
    }
    const ends = [from, to].map((column) => column && places.at(row[column.at]));
    if (!routes.length && ends.every(Boolean)) {
      const [start, end] = ends;
      lines.set(`${start.iri} ${end.iri}`, { way: ends, style: 0, label: `${start.label} → ${end.label}`, address: end.address });
    }
    if (!named.size && !routes.length) elsewhere += 1;
  }
  return { shaded, lines: [...lines.values()], elsewhere };
}
