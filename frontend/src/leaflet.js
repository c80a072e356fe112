/* Leaflet, and the only places that use what it keeps to itself (names with a leading underscore).
 *
 * Written against Leaflet 1.9; another version is to be read for these names before it is taken. */

import L from "leaflet";

export { L };

/** The drawing of a renderer: Leaflet tells nobody else which node it draws into.
 *
 * @param {import("leaflet").Renderer} renderer
 * @returns {SVGSVGElement}
 */
export function containerOf(renderer) {
  return /** @type {any} */ (renderer)._container;
}

/** Where a line lies in the layer, in pixels, as it was last projected; nothing while it is off the map.
 *
 * @param {import("leaflet").Polyline} line
 * @returns {import("leaflet").Bounds & { min: import("leaflet").Point, max: import("leaflet").Point } | undefined}
 */
export function pixelBounds(line) {
  return /** @type {any} */ (line)._pxBounds;
}

/** How far a point of the layer is from a line, in pixels; nothing while the line is off the map.
 *
 * @param {import("leaflet").Polyline} line
 * @param {import("leaflet").Point} point
 * @returns {number | undefined}
 */
export function distanceTo(line, point) {
  return /** @type {any} */ (line.closestLayerPoint(point))?.distance;
}

/** Whether the map was dragged by the press that now ends, and not only clicked.
 *
 * @param {import("leaflet").Map} map
 * @returns {boolean}
 */
export function wasDragged(map) {
  return /** @type {any} */ (map.dragging).moved();
}

/** A scale that says its units in the reader's words; `word` gives one by its key.
 *
 * @param {(key: string) => string} word
 * @param {import("leaflet").Control.ScaleOptions} options
 * @returns {import("leaflet").Control.Scale}
 */
export function wordedScale(word, options) {
  const Scale = L.Control.Scale.extend({
    /** @this {any} @param {number} metres */
    _updateMetric(metres) {
      const round = this._getRoundNum(metres);
      const text = round < 1000 ? `${round} ${word("map.metres")}` : `${round / 1000} ${word("map.km")}`;
      this._updateScale(this._mScale, text, round / metres);
    }
  });
  return new (/** @type {any} */ (Scale))(options);
}

/** Write a scale anew, as after a change of language.
 *
 * @param {import("leaflet").Control.Scale} scale
 */
export function updateScale(scale) {
  /** @type {any} */ (scale)._update();
}

/** The node of a shape that is on the map: with an SVG renderer each has one.
 *
 * @param {import("leaflet").Path} layer
 * @returns {SVGElement}
 */
export function pathOf(layer) {
  return /** @type {SVGElement} */ (layer.getElement());
}

/** Let a shape be chosen by pointer and by keyboard.
 *
 * @param {import("leaflet").Path} layer
 * @param {(event: import("leaflet").LeafletMouseEvent | KeyboardEvent) => void} choose
 * @returns {SVGElement} its node
 */
export function choosable(layer, choose) {
  layer.on("click", choose);
  const path = pathOf(layer);
  path.setAttribute("role", "button");
  path.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(event);
    }
  });
  return path;
}

/** Show whether a shape is the chosen one.
 *
 * @param {import("leaflet").Path | undefined} layer
 * @param {boolean} chosen
 */
export function mark(layer, chosen) {
  if (!layer) return;
  const path = pathOf(layer);
  path.classList.toggle("chosen", chosen);
  if (chosen) path.setAttribute("aria-pressed", "true");
  else path.removeAttribute("aria-pressed");
}
