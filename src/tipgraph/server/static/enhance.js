// Offers the pictures that fit the answers of a page.

import { UnreachableError } from "./requests.js";
import { enhance } from "./views.js";

for (const section of document.querySelectorAll("section.result[data-result-url]")) {
  // The page is whole without pictures.
  enhance(section).catch((error) => {
    if (!(error instanceof UnreachableError)) throw error;
  });
}
