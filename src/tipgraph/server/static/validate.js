// Validates without leaving the page: texts from files, the report beside them, places to go to.
import { Box } from "./box.js";

const form = document.getElementById("validation");
const report = document.getElementById("report");
const outcome = document.getElementById("outcome");
const cancel = document.getElementById("cancel");
const boxes = { data: box("data"), shapes: box("shapes") };
// What the report that is shown was made from; and the validation under way, if there is one.
let validated = null;
let running = null;

function box(name) {
  return new Box(name, {
    mostBytes: Number(form.dataset.mostBytes),
    tell: (text) => {
      outcome.textContent = text;
    },
  });
}

/** What the form holds; texts go as files, so that places name the files they are from. */
function input() {
  const given = new FormData(form);
  const alike = boxes.data.source === boxes.shapes.source;
  for (const [name, each] of Object.entries(boxes)) {
    given.delete(name);
    if (!each.lines.text.trim()) continue;
    const content = new Blob([each.lines.text], { type: each.mediaType });
    each.sent = alike ? name : each.source;
    given.append(name, content, each.sent);
  }
  for (const [name, value] of [...given]) {
    if (value === "") given.delete(name);
  }
  return given;
}

/** Send what is to be validated; null when that was cancelled or the service did not answer. */
async function post(given) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  cancel.hidden = false;
  form.setAttribute("aria-busy", "true");
  outcome.textContent = "Validating …";
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { accept: "text/html" },
      body: given,
      signal: controller.signal,
    });
    return { response, content: await response.blob() };
  } catch {
    if (running === controller) {
      outcome.textContent = controller.signal.aborted
        ? "It was cancelled. Nothing was changed."
        : "The service cannot be reached. Nothing was changed.";
    }
    return null;
  } finally {
    if (running === controller) {
      running = null;
      cancel.hidden = true;
      form.removeAttribute("aria-busy");
    }
  }
}

async function validate() {
  const given = input();
  const answer = await post(given);
  if (!answer) return;
  validated = given;
  await show(answer.content);
}

async function download(format) {
  const given = new FormData();
  for (const [name, value] of validated ?? input()) given.append(name, value);
  given.set("format", format);
  const answer = await post(given);
  if (!answer) return;
  if (!answer.response.ok) {
    await show(answer.content);
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(answer.content);
  const disposition = answer.response.headers.get("content-disposition") ?? "";
  link.download = /filename="(.*)"/.exec(disposition)?.[1] ?? `report.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
  outcome.textContent = `${link.download} was made.`;
}

/** Show the report, or the problem, of a page that answers. */
async function show(content) {
  const page = new DOMParser().parseFromString(await content.text(), "text/html");
  const found = page.getElementById("report");
  if (found) {
    report.replaceChildren(...found.childNodes);
  } else {
    const title = document.createElement("h3");
    title.textContent = page.querySelector("h1").textContent;
    const told = page.querySelectorAll("main > :not(h1)");
    report.replaceChildren(report.firstElementChild, title, ...told);
  }
  outcome.textContent = found ? found.dataset.outcome : page.querySelector("h1").textContent;
  linkPlaces();
}

/** Make places in the texts lead there, and mark their lines. */
function linkPlaces() {
  for (const [name, { lines, sent }] of Object.entries(boxes)) {
    const source = sent ?? name;
    const marked = [];
    for (const place of report.querySelectorAll("code[data-line]")) {
      if (place.dataset.source !== source) continue;
      const [line, column] = [Number(place.dataset.line), Number(place.dataset.column)];
      const button = document.createElement("button");
      button.type = "button";
      button.className = "place";
      button.textContent = place.textContent;
      button.addEventListener("click", () => lines.show(line, column));
      place.replaceWith(button);
      marked.push(line);
    }
    lines.mark(marked);
  }
}

function warnOfChange() {
  if (!report.querySelector("h2 ~ *:not(.muted)") || report.querySelector(".changed")) return;
  const note = document.createElement("p");
  note.className = "note changed";
  note.textContent = "The texts have changed since.";
  report.firstElementChild.after(note);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { submitter } = event;
  if (submitter?.name === "format") download(submitter.value);
  else validate();
});
form.addEventListener("input", warnOfChange);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
cancel.addEventListener("click", () => running?.abort());
document.getElementById("example").addEventListener("click", (event) => {
  event.preventDefault();
  const texts = JSON.parse(document.getElementById("example-texts").textContent);
  const others = Object.keys(boxes).some((name) => {
    const { text } = boxes[name].lines;
    return text.trim() && text !== texts[name];
  });
  if (others && !globalThis.confirm("Put the example in the place of your texts?")) return;
  for (const [name, each] of Object.entries(boxes)) each.fill(texts[name]);
});
linkPlaces();
