/* The online background, asked for only when the reader switches it on. */

import { L } from "./leaflet.js";

export class Background {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    this.tiles = atlas.options.tiles;
    /** @type {{ layer: import("leaflet").TileLayer, credit: import("leaflet").Control.Attribution } | null} */
    this.shown = null;
  }

  /** @param {boolean} on */
  show(on) {
    const { map, root } = this.atlas;
    if (on && !this.shown && this.tiles) {
      const layer = L.tileLayer(this.tiles.url, { attribution: this.tiles.credit }).addTo(map);
      const credit = L.control.attribution({ prefix: false }).addTo(map);
      credit.addAttribution(this.tiles.credit);
      this.shown = { layer, credit };
    } else if (!on && this.shown) {
      this.shown.layer.remove();
      this.shown.credit.remove();
      this.shown = null;
    }
    root.classList.toggle("kz-with-tiles", on);
  }
}
