/* The map under Streamlit: it reports to Python, follows Streamlit's theme, and lets links of the page move it. */

/** Whether a ground is dark; nothing if the colour is not told as six digits.
 *
 * @param {string} colour
 */
export function isDark(colour) {
  const match = /^#?([0-9a-f]{6})/i.exec(colour);
  if (!match) return null;
  const value = parseInt(match[1], 16);
  return (value >> 16) * 0.3 + ((value >> 8) & 255) * 0.59 + (value & 255) * 0.11 < 128;
}

/** The component's frame gets the page's colours as variables. */
export function followTheme() {
  const root = document.documentElement;
  function theme() {
    const dark = isDark(getComputedStyle(root).getPropertyValue("--background-color").trim());
    if (dark !== null) root.dataset.theme = dark ? "dark" : "light";
  }
  theme();
  window.Streamlit.events.addEventListener(window.Streamlit.RENDER_EVENT, () => { setTimeout(theme); });
}

/** Let the links of the page's cards move the map. */
export function followLinks() {
  /** @param {MouseEvent} event */
  function step(event) {
    // Of the page's own realm, where `instanceof` would not know its nodes.
    const node = /** @type {Element | null} */ (event.target);
    const link = /** @type {HTMLElement | null} */ (node?.closest?.("a[data-kz]"));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    window.kazatlas.element?.follow(link.dataset);
  }
  try {
    const page = window.parent.document;
    page.addEventListener("click", step);
    window.addEventListener("pagehide", () => { page.removeEventListener("click", step); });
  } catch {
    // In a frame of another origin the links open the page anew, at the same place.
  }
}
