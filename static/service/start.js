// Starts the GOV.UK components of a page. The semicolon after the import lets collectstatic
// point it at the hashed file name.
import { initAll } from "./govuk-frontend.min.js";

initAll();
