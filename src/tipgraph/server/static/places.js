// Where things are: the places and routes that the graph knows, with the countries they are drawn as.

import { ask } from "./requests.js";
import { root } from "./terms.js";

const M49 = /[#/]m49$/;
const NOTHING = { places: [], routes: [] };

let asked = null;

/** The places and routes of the graph, looked up once; none when they cannot be had. */
export function placesOf() {
  asked ??= ask(`${root}routes.json`).then(
    ({ ok, text }) => new Places(ok ? JSON.parse(text) : NOTHING),
    () => {
      asked = null;
      return new Places(NOTHING);
    },
  );
  return asked;
}

/** Places and routes, found by what a cell of an answer holds. */
class Places {
  constructor({ places, routes }) {
    this.places = new Map(places.map((each) => [each.iri, each]));
    this.routes = new Map(routes.map((each) => [each.iri, each]));
  }

  /** The place that a cell names, if a map can draw it; null otherwise. */
  at(cell) {
    if (!cell) return null;
    if (cell.key) return this.named(cell.key);
    const isCode = M49.test(cell.term.datatype ?? "") && /^\d{3}$/.test(cell.term.value);
    return isCode ? { iri: cell.text, label: cell.text, countries: [cell.text], region: false } : null;
  }

  named(iri) {
    const place = this.places.get(iri);
    return place?.countries.length ? place : null;
  }

  /** The route that a cell names, if both its ends can be drawn; null otherwise. */
  route(cell) {
    const route = cell?.key && this.routes.get(cell.key);
    return route && this.ways(route).length ? route : null;
  }

  /** The ways that a route takes, each a list of places: one from every origin to every destination. */
  ways({ origins, transits, destinations }) {
    const drawn = (iris) => iris.map((iri) => this.named(iri)).filter(Boolean);
    return drawn(origins).flatMap((from) =>
      drawn(destinations).map((to) => [from, ...drawn(transits), to]));
  }
}
