// Asks through Comunica, which begins at one IRI and follows links from there.
// usage: node traverse.mjs BASE ADDRESS IRI QUERY; IRIs of the base are fetched from the address,
// nothing else is. Prints the rows as JSON.
import { QueryEngine } from "@comunica/query-sparql-link-traversal";

const [base, address, iri, query] = process.argv.slice(2);
const fetchMapped = async (resource, options) => {
  const wanted = typeof resource === "string" ? resource : resource.url;
  return wanted.startsWith(base)
    ? fetch(address + wanted.slice(base.length), options)
    : new Response("", { status: 404 });
};
const found = await new QueryEngine().queryBindings(query, {
  sources: [iri],
  lenient: true,
  fetch: fetchMapped,
});
const rows = (await found.toArray()).map((row) =>
  Object.fromEntries([...row].map(([name, term]) => [name.value, term.value])));
console.log(JSON.stringify(rows));
