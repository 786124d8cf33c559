// The map of all routes, above the table that has them in words.

import { counted, html, svg } from "./elements.js";
import { loadWorld, mapWidth } from "./map.js";
import { Picture } from "./picture.js";
import { placesOf } from "./places.js";
import { zoomable } from "./zoom.js";

const UNCLAIMED = "No claim";
const STYLES = 7;

async function enhance(container) {
  const [known, world] = await Promise.all([placesOf(), loadWorld()]);
  const kinds = kindsOf(known);
  const lines = linesOf(known, kinds);
  const ends = new Map(lines.flatMap(({ way }) => way).map((place) => [place.iri, place]));
  const undrawn = [...known.routes.values()].filter((route) => !known.ways(route).length).length;
  const caption = [
    `${counted(known.routes.size, "route")} as ${counted(lines.length, "line")}: a route has a line for each kind of evidence that claims about it rest on.`,
    "Each line leads to those claims. Hatched areas are regions, of which no country is meant more than another.",
    undrawn ? `${counted(undrawn, "route has", "routes have")} no ends that a map can show: see the table.` : "",
  ].filter(Boolean).join(" ");
  const picture = new Picture(container, { name: "routes", caption });
  await zoomable(picture, mapWidth, (width) => world.draw([...ends.values()], lines, width));
  picture.drawing.after(legend(kinds, [...ends.values()]));
}

/** The kinds of evidence, the strongest first, each of which has a style of its own. */
function kindsOf({ routes }) {
  const strengths = new Map();
  for (const { lines } of routes.values()) {
    for (const { evidentiality, strength } of lines) strengths.set(evidentiality, strength ?? -1);
    if (!lines.length) strengths.set(UNCLAIMED, -2);
  }
  const order = ([kind, strength], [other, otherStrength]) =>
    otherStrength - strength || (kind < other ? -1 : 1);
  return [...strengths].toSorted(order).map(([kind]) => kind);
}

function linesOf(known, kinds) {
  return [...known.routes.values()].flatMap((route) => {
    const lines = route.lines.length ? route.lines : [{ evidentiality: UNCLAIMED, claims: [], section: route.section }];
    return known.ways(route).flatMap((way) =>
      lines.map(({ evidentiality, claims, section }) => ({
        way,
        style: kinds.indexOf(evidentiality) % STYLES,
        label: `${route.label}: ${evidentiality}, ${counted(claims.length, "claim")}`,
        address: section,
      })));
  });
}

function legend(kinds, places) {
  const sample = (content) => svg("svg", { width: 44, height: 16, "aria-hidden": "true" }, content);
  const entries = kinds.map((kind, at) =>
    html("li", {}, sample(svg("path", { d: "M2 8H42", class: `way style-${at % STYLES}` })), ` ${kind}`));
  const area = (name) => sample(svg("rect", { x: 2, y: 1, width: 40, height: 14, class: name, fill: name === "region" ? "url(#map-hatching)" : null }));
  return html(
    "ul", { class: "legend", "aria-label": "Legend" }, entries,
    places.some(({ region }) => !region) ? html("li", {}, area("state"), " State") : null,
    places.some(({ region }) => region) ? html("li", {}, area("region"), " Region") : null,
  );
}

const container = document.querySelector("#map");
if (container) enhance(container);
