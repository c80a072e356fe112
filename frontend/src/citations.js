/* Citations to be copied: they come when a reader opens one; most are never opened. */

import { element } from "./dom.js";

/** @typedef {import("./types").PageWords} PageWords */
/** @typedef {import("./types").Copies} Copies */

/** The clipboard is for secure pages; elsewhere the text is selected and copied as a reader would.
 *
 * @param {HTMLElement} code
 */
async function copy(code) {
  if (navigator.clipboard) return navigator.clipboard.writeText(String(code.textContent));
  window.getSelection()?.selectAllChildren(code);
  if (!document.execCommand("copy")) throw new Error("the browser does not copy");
}

/** @param {HTMLElement} code @param {string} style @param {PageWords} page */
function copyButton(code, style, page) {
  const button = element("button", { type: "button" });
  /** @param {string} text */
  function say(text) {
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${style}`);
  }
  say(page.copy);
  button.addEventListener("click", () => {
    copy(code).then(() => { say(page.copied); }, () => { say(page.not_copied); });
  });
  return button;
}

/** Put a citation in each style under its fold.
 *
 * @param {HTMLElement} fold
 * @param {Copies} told
 * @param {PageWords} page
 */
function fillFold(fold, told, page) {
  fold.querySelector("p")?.remove();
  const { source = "", locator = "" } = fold.dataset, list = element("dl");
  (told[source]?.[locator] || []).forEach((text, index) => {
    const style = page.styles[index], code = element("code", { text });
    list.append(element("dt", { text: style }), element("dd", {}, [code, copyButton(code, style, page)]));
  });
  fold.appendChild(list);
}

/** @param {string} address @returns {Promise<Copies>} */
async function fetchCopies(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

/** @param {Event} event */
async function opened(event) {
  const fold = /** @type {HTMLDetailsElement} */ (event.target), page = window.kazatlasPage;
  if (!page || !fold.open || !fold.matches("details.kz-cite") || fold.querySelector("dl")) return;
  try {
    window.kazatlasCopies ||= fetchCopies(page.copies);
    const told = await window.kazatlasCopies;
    if (!fold.querySelector("dl")) fillFold(fold, told, page);
  } catch {
    // Asked for again at the next opening.
    window.kazatlasCopies = null;
    const note = fold.querySelector("p") || fold.appendChild(element("p"));
    note.textContent = page.failed;
  }
}

/** Listen for folds that are opened, from the first run of the page on. */
export function listenToFolds() {
  document.addEventListener("toggle", opened, true);
}
