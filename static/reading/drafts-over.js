// On a page that says that a study is over: no draft of its reader stays in this browser.

import { emptyDrawer } from "./drawer.js";

const over = document.querySelector("[data-drafts-over]");
if (over) emptyDrawer(over.dataset.drafts);
