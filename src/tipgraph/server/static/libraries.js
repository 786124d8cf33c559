// Others' code, loaded when a view needs it. It is there if the libraries were installed with npm.

const loading = new Map();

/** A module, by the name of its file. */
export function module(name) {
  return once(name, () => import(addressOf(name)));
}

/** What a script leaves in a global variable. */
export function script(name, variable) {
  return once(name, () => {
    const element = document.createElement("script");
    element.src = addressOf(name);
    return new Promise((resolve, reject) => {
      element.addEventListener("load", () => resolve(globalThis[variable]));
      element.addEventListener("error", () => reject(new Error(`${name} did not load`)));
      document.head.append(element);
    });
  });
}

/** A JSON file. */
export function json(name) {
  return once(name, async () => {
    const response = await fetch(addressOf(name));
    if (!response.ok) throw new Error(`${name} did not load`);
    return response.json();
  });
}

function once(name, load) {
  if (!loading.has(name)) {
    loading.set(name, load().catch((error) => {
      loading.delete(name);
      throw new NotInstalledError(error);
    }));
  }
  return loading.get(name);
}

function addressOf(name) {
  return new URL(`./lib/${name}`, import.meta.url).href;
}

/** A library is not there. */
export class NotInstalledError extends Error {
  constructor(cause) {
    super("The code that draws this is not installed on the service.", { cause });
  }
}
