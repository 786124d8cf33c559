// Checks pages: HTML by html-validate, accessibility by axe-core in jsdom (which draws nothing, so
// that contrast of colours is not among it). usage: node pages.mjs ADDRESS...; prints what is wrong
// as a JSON list of texts.
import axe from "axe-core";
import { HtmlValidate } from "html-validate";
import { JSDOM } from "jsdom";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y"],
});
const problems = [];
for (const address of process.argv.slice(2)) {
  const response = await fetch(address, { headers: { accept: "text/html" } });
  const text = await response.text();
  const report = await validator.validateString(text);
  for (const { messages } of report.results) {
    for (const { line, message, ruleId } of messages) {
      problems.push(`${address} line ${line}: ${message} (${ruleId})`);
    }
  }
  const { window } = new JSDOM(text, { runScripts: "outside-only", url: address });
  window.HTMLCanvasElement.prototype.getContext = () => null;
  window.eval(axe.source);
  const { violations } = await window.axe.run(window.document, {
    resultTypes: ["violations"],
    rules: { "color-contrast": { enabled: false } },
  });
  for (const { id, help, nodes } of violations) {
    problems.push(`${address}: ${help} (${id}): ${nodes[0].html.slice(0, 200)}`);
  }
  window.close();
}
console.log(JSON.stringify(problems, null, 1));
