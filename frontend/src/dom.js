/* Nodes of the page. */

/** Make a node; the attribute `text` is its text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {Node[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, children = []) {
  const node = document.createElement(tag);
  Object.entries(attributes).forEach(([key, value]) => {
    if (key === "text") node.textContent = value;
    else node.setAttribute(key, value);
  });
  node.append(...children);
  return node;
}

/** The node inside another that a selector finds; it is there, or the program is wrong.
 *
 * @param {ParentNode} node
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function inside(node, selector) {
  const found = node.querySelector(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return /** @type {HTMLElement} */ (found);
}

/** Give a control its name, where it has another.
 *
 * @param {HTMLElement} node
 * @param {string} text
 */
export function name(node, text) {
  if (node.title !== text) { node.title = text; node.setAttribute("aria-label", text); }
}

/** Give a parent these children and no others; what it has of them already is not touched.
 *
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} nodes
 */
export function fill(parent, nodes) {
  [...parent.children].filter((node) => !nodes.includes(/** @type {HTMLElement} */ (node)))
    .forEach((node) => { node.remove(); });
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] || null);
  });
}

/** A sample of a colour, for the key.
 *
 * @param {string} colour
 * @param {string} [css]
 */
export function patch(colour, css = "") {
  const node = element("i", { class: `kz-patch ${css}` });
  node.style.setProperty("--fill", colour);
  return node;
}

/** A sample of a line, for the legend.
 *
 * @param {string} css
 */
export function stroke(css) {
  const node = element("i", { class: "kz-stroke" });
  node.innerHTML = '<svg width="30" height="9" aria-hidden="true"><path d="M1 4.5H29"/></svg>';
  inside(node, "path").setAttribute("class", css);
  return node;
}
