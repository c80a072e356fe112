/* The lesson: the map element with its cards beside it, all from this file. */

import { LANGUAGES } from "./constants.js";
import { cardHtml, eventsHtml } from "./lesson-cards.js";

const lesson = window.KAZATLAS_LESSON, spoken = window.KAZATLAS_WORDS, root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const panel = /** @type {HTMLElement} */ (document.getElementById("cards"));
/** @type {import("./types").LessonCards | null} They come after the map. */
let cards = null;
/** @type {import("./lesson-cards.js").Shown} */
let shown = lesson.state;

function theme() {
  root.dataset.theme = dark.matches ? "dark" : "light";
}

/** Unpack the data of a script element: JSON, packed with gzip and written as letters.
 *
 * @param {string} id
 */
function unpack(id) {
  const letters = atob(String(document.getElementById(id)?.textContent));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/** @param {import("./lesson-cards.js").Shown} state */
function show(state) {
  shown = state;
  if (!cards) return;
  const hint = document.createElement("p"), heading = document.createElement("h2");
  hint.className = "kz-hint";
  hint.textContent = lesson.words["page.no_unit"];
  const day = spoken.dates[state.date][LANGUAGES.indexOf(lesson.state.lang)];
  heading.textContent = `${lesson.words["page.at_this_stop"]}: ${day}`;
  // The cards were escaped when this file was written.
  panel.innerHTML = (cardHtml(cards, state) ?? hint.outerHTML) + heading.outerHTML + eventsHtml(cards, state);
}

async function fillCards() {
  cards = await unpack("packed-cards");
  show(shown);
}

async function start() {
  const frame = /** @type {HTMLElement} */ (document.querySelector(".frame"));
  await window.Kazatlas.start(window.L.map("map", lesson.map), {
    data: await unpack("topology"), state: lesson.state, report: show, frame, ...spoken
  });
  // The map first; the cards, which are longer, while the reader looks at it.
  if (document.readyState === "complete") setTimeout(fillCards, 50);
  else window.addEventListener("load", () => { setTimeout(fillCards, 50); });
}

dark.addEventListener("change", theme);
theme();
document.addEventListener("click", (event) => {
  const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("a[data-kz]"));
  if (!link) return;
  event.preventDefault();
  window.kazatlas.element?.follow(link.dataset);
});
start();
