// Suggestions while one writes what to search for: an editable combobox with a list of things, as
// the ARIA Authoring Practices describe it. Without it, the forms search all the same.

const PAUSE = 150; // Milliseconds without a key before the service is asked.
const MOST = 8;
const LONGEST = 160; // Characters of a label that are shown.

for (const input of document.querySelectorAll("input[data-suggestions]")) suggest(input);

function suggest(input) {
  const list = element("ul", { id: `${input.id}-suggestions`, role: "listbox", class: "suggestions" });
  const status = element("p", { role: "status", class: "visually-hidden" });
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  input.parentElement.classList.add("suggesting");
  input.after(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) input.setAttribute(name, value);

  let asking = new AbortController();
  let timer = 0;
  let active = -1;

  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    asking.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(place) {
    active = place;
    for (const [each, option] of options().entries()) {
      option.setAttribute("aria-selected", String(each === active));
    }
    const option = options()[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = input.value.trim();
    if (!text) return close();
    const query = new URLSearchParams({ q: text, limit: MOST, format: "json" });
    try {
      const answer = await fetch(`${input.form.action}?${query}`, { signal });
      const found = answer.ok ? await answer.json() : { hits: [], total: 0 };
      if (!signal.aborted) show(found);
    } catch {
      // Asked anew meanwhile, or nobody answers: whoever writes can send the form.
      if (!signal.aborted) close();
    }
  }

  function show({ hits, total, totalIsExact }) {
    list.replaceChildren(...hits.map((hit, place) => optionOf(hit, `${list.id}-${place}`)));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    choose(-1);
    const all = totalIsExact === false ? `more than ${total}` : total;
    status.textContent = hits.length
      ? `${hits.length} of ${all} suggestions; arrow keys choose one, Enter searches for all`
      : "No suggestions";
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      // Closed first; only the next Escape empties the field.
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && options()[active] && !list.hidden) {
      event.preventDefault();
      location.assign(options()[active].dataset.address);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      // One step past either end is the field itself.
      const places = options().length + 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((active + 1 + step + places) % places) - 1);
    }
  });
  // The field keeps the focus while an option is pressed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    if (event.ctrlKey || event.metaKey) window.open(option.dataset.address);
    else location.assign(option.dataset.address);
  });
}

function optionOf(hit, id) {
  const option = element("li", { id, role: "option", "aria-selected": "false" });
  option.dataset.address = hit.address;
  const label = element("span", { dir: "auto" });
  const text = hit.alternative ?? hit.label;
  label.textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  if (!hit.alternative && hit.language && hit.language !== "en") label.lang = hit.language;
  option.append(label);
  if (hit.kind) {
    const kind = element("span", { class: "kind", dir: "auto" });
    kind.textContent = hit.kind.label;
    option.append(" ", kind);
  }
  return option;
}

function element(name, attributes) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
