/* Small things of the page: nodes, their names, colours. */

export function element(tag, attributes, children) {
  const node = document.createElement(tag);
  Object.keys(attributes || {}).forEach((key) => {
    if (key === "text") node.textContent = attributes[key];
    else node.setAttribute(key, attributes[key]);
  });
  (children || []).forEach((child) => { node.appendChild(child); });
  return node;
}

export function colour(id) {
  return "var(--c-" + id + ", var(--c-other))";
}

/** A ruler's colour where it rules what decrees gave to the republic. */
export function strong(ruler) {
  return "var(--h-" + ruler + ", var(--h-other))";
}

/** Give a control its name, where it has another. */
export function name(node, text) {
  if (node.title !== text) { node.title = text; node.setAttribute("aria-label", text); }
}

/** Give a parent these children and no others; what it has of them already is not touched. */
export function fill(parent, nodes) {
  Array.prototype.filter.call(parent.children, (node) => { return nodes.indexOf(node) < 0; })
    .forEach((node) => { node.remove(); });
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] || null);
  });
}

export function patch(fill, css) {
  const node = element("i", { class: "kz-patch " + (css || "") });
  node.style.setProperty("--fill", fill);
  return node;
}

export function stroke(css) {
  const node = element("i", { class: "kz-stroke" });
  node.innerHTML = '<svg width="30" height="9" aria-hidden="true"><path d="M1 4.5H29"/></svg>';
  node.querySelector("path").setAttribute("class", css);
  return node;
}

/** Let a layer be chosen by pointer and by keyboard. */
export function choosable(layer, choose) {
  layer.on("click", choose);
  const path = layer.getElement();
  path.setAttribute("role", "button");
  path.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(event);
    }
  });
  return path;
}

export function mark(layer, chosen) {
  if (!layer) return;
  const path = layer.getElement();
  path.classList.toggle("chosen", chosen);
  if (chosen) path.setAttribute("aria-pressed", "true");
  else path.removeAttribute("aria-pressed");
}
