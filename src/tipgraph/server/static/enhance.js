// Offers the pictures that fit the answers of a page.

import { enhance } from "./views.js";

for (const section of document.querySelectorAll("section.result[data-result-url]")) enhance(section);
