// Starts the GOV.UK components of a page. The semicolon after the import lets collectstatic
// point it at the hashed file name.
import { initAll } from "./govuk-frontend.min.js";

// Style sheets reveal what a radio asks further, with and without scripts (service.css). The
// component would say so in aria-expanded, which a radio may not have.
for (const radio of document.querySelectorAll(".govuk-radios__input[data-aria-controls]")) {
  radio.removeAttribute("data-aria-controls");
}

initAll();
