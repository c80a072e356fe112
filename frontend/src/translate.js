/* Streamlit's own few words, said in the page's language wherever they come to stand. */

const ATTRIBUTES = ["aria-label", "placeholder"];
const FRAME = "iframe[title*='st_folium']";

/** What is said in the place of a text: each row of words has Streamlit's and then ours in each language, and any of
 * them may stand on the page now.
 *
 * @param {Record<string, string>[]} rows
 * @param {string} lang
 * @returns {(text: string) => string}
 */
export function translator(rows, lang) {
  const known = new Map(rows.flatMap((row) => (
    Object.values(row).map((text) => /** @type {[string, Record<string, string>]} */ ([text, row]))
  )));
  return (text) => known.get(text.trim())?.[lang] ?? text;
}

/** Translate the page, and what comes to it from now on.
 *
 * @param {import("./types").PageWords} page
 */
export function translatePage(page) {
  const say = translator(page.words, page.lang), root = document.documentElement;
  /** @param {CharacterData} node */
  function sayText(node) {
    const text = say(node.data);
    if (text !== node.data) node.data = text;
  }
  /** @param {Element} node */
  function sayLabels(node) {
    ATTRIBUTES.forEach((name) => {
      const text = node.getAttribute(name);
      if (text && say(text) !== text) node.setAttribute(name, say(text));
    });
    if (node.matches(FRAME) && node.getAttribute("aria-label") !== page.frame) node.setAttribute("aria-label", page.frame);
  }
  /** @param {Node} node */
  function translate(node) {
    if (node instanceof Text) sayText(node);
    if (!(node instanceof Element)) return;
    textsIn(node).forEach(sayText);
    sayLabels(node);
    node.querySelectorAll(`[aria-label], [placeholder], ${FRAME}`).forEach(sayLabels);
  }
  /** @param {MutationRecord[]} changes */
  function changed(changes) {
    if (root.lang !== page.lang) root.lang = page.lang;
    changes.forEach(({ type, target, addedNodes }) => {
      if (type === "childList") addedNodes.forEach(translate);
      else if (type === "attributes") sayLabels(/** @type {Element} */ (target));
      else sayText(/** @type {CharacterData} */ (target));
    });
  }
  root.lang = page.lang;
  // This script runs anew with each run of the page.
  window.kazatlasObserver?.disconnect();
  window.kazatlasObserver = new MutationObserver(changed);
  window.kazatlasObserver.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES
  });
  translate(document.body);
}

/** The texts in a node, but for what the atlas itself has written, which is in the page's language already.
 *
 * @param {Element} root
 */
function textsIn(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node instanceof Text) return NodeFilter.FILTER_ACCEPT;
    return /** @type {Element} */ (node).classList.contains("kz-panel") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
  /** @type {Text[]} */
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) found.push(/** @type {Text} */ (node));
  return found;
}
