/* Leaflet, and the only places that use what it keeps to itself (names with a leading underscore).
 *
 * Written against Leaflet 1.9; another version is to be read for these names before it is taken. */

import L from "leaflet";

export { L };

/** The drawing of a renderer: Leaflet tells nobody else which node it draws into. */
export function containerOf(renderer) {
  return renderer._container;
}

/** Where a line lies in the layer, in pixels, as it was last projected; nothing while it is off the map. */
export function pixelBounds(line) {
  return line._pxBounds;
}

/** A scale that says its units in the reader's words; `word` gives one by its key. */
export function wordedScale(word, options) {
  const Scale = L.Control.Scale.extend({
    _updateMetric: function (metres) {
      const round = this._getRoundNum(metres);
      const text = round < 1000 ? round + " " + word("map.metres") : round / 1000 + " " + word("map.km");
      this._updateScale(this._mScale, text, round / metres);
    }
  });
  return new Scale(options);
}

/** Write a scale anew, as after a change of language. */
export function updateScale(scale) {
  scale._update();
}
