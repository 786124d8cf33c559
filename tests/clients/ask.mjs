// Asks a SPARQL endpoint through Comunica, which is told the address and nothing else.
// usage: node ask.mjs ADDRESS QUERY; prints the rows, or the triples, as JSON.
import { QueryEngine } from "@comunica/query-sparql";

const [address, query] = process.argv.slice(2);
const answer = await new QueryEngine().query(query, { sources: [address] });
const execution = await answer.execute();
if (answer.resultType === "boolean") {
  console.log(JSON.stringify(execution));
} else {
  const found = await execution.toArray();
  const plain = answer.resultType === "bindings"
    ? found.map((row) => Object.fromEntries([...row].map(([name, term]) => [name.value, term.value])))
    : found.map((quad) => [quad.subject.value, quad.predicate.value, quad.object.value]);
  console.log(JSON.stringify(plain));
}
