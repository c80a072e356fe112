/* The page's language, said to screen readers, Streamlit's own few words in it, and citations to be copied.
 *
 * It runs anew with each run of the page; `KAZATLAS_PAGE` is put before it by kazatlas.web.page. */

import { listenToFolds } from "./citations.js";
import { element } from "./dom.js";
import { translatePage } from "./translate.js";

const page = window.KAZATLAS_PAGE;
if (!window.kazatlasPage) {
  // The map's frame will ask for these when it stands; they are on their way by then.
  page.ahead.forEach((href) => { document.head.appendChild(element("link", { rel: "prefetch", href })); });
  listenToFolds();
}
window.kazatlasPage = page;
translatePage(page);
