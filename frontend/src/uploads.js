/* A reader's own shapes on the map, and the point that he chooses. */

import { element } from "./dom.js";
import { featuresOf, isPoint, pointOf } from "./guests.js";
import { L, wasDragged } from "./leaflet.js";

/** @typedef {import("geojson").Feature<import("geojson").Geometry, { label?: string }>} Feature */

const PANE = "kz-guests";

export class Uploads {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    /** @type {import("leaflet").Marker | null} */
    this.picked = null;
    /** @type {import("leaflet").GeoJSON | null} */
    this.guests = null;
    this.key = "[]";
  }

  /** Where a click chooses a point, it does not choose the unit under it. */
  listen() {
    const { map, root } = this.atlas;
    map.getContainer().addEventListener("click", (event) => {
      if (!root.classList.contains("kz-pick") || wasDragged(map)) return;
      if (/** @type {Element} */ (event.target).closest(".leaflet-control, .kz-swipe")) return;
      event.stopPropagation();
      this.atlas.state.point = pointOf(map.mouseEventToLatLng(event));
      this.drawPoint(this.atlas.state.point);
      this.atlas.tell();
    }, true);
  }

  /** Mark the chosen point, and bring it into sight.
   *
   * @param {import("./types").Pair | null} point
   */
  drawPoint(point) {
    const { map } = this.atlas;
    this.picked?.remove();
    this.picked = null;
    if (!point) return;
    const at = L.latLng(point[1], point[0]), cross = element("span", { class: "kz-cross" });
    this.picked = L.marker(at, {
      icon: L.divIcon({ html: cross, className: "kz-picked", iconSize: [22, 22] }), interactive: false, keyboard: false
    }).addTo(map);
    map.panInside(at, { padding: [40, 40], animate: false });
  }

  /** Draw a reader's own points and areas over the map, for as long as he is here.
   *
   * @param {import("./types").Guest[]} guests
   */
  drawGuests(guests) {
    const { map } = this.atlas, key = JSON.stringify(guests);
    if (key === this.key) return;
    this.key = key;
    this.guests?.remove();
    this.guests = null;
    if (!guests.length) return;
    if (!map.getPane(PANE)) map.createPane(PANE).style.zIndex = "460";
    const renderer = L.svg({ pane: PANE, padding: 0.6 });
    const made = L.geoJSON(null, {
      pane: PANE,
      style: (feature) => {
        const point = feature ? isPoint(feature.geometry) : false;
        return { renderer, className: `kz-guest ${point ? "point" : "area"}`, interactive: point };
      },
      pointToLayer: (_, place) => L.circleMarker(place, { radius: 5 }),
      onEachFeature: (feature, layer) => { this.attach(feature, layer); }
    });
    featuresOf(guests).forEach((feature) => { made.addData(feature); });
    this.guests = made.addTo(map);
  }

  /** Let a shape say its name, and leave its click to the unit under it.
   *
   * @param {Feature} feature
   * @param {import("leaflet").Layer} layer
   */
  attach(feature, layer) {
    const { label } = feature.properties;
    if (label) layer.bindTooltip(() => element("span", { text: label }), { className: "kz-tooltip" });
    layer.on("click", (event) => {
      const { clientX, clientY } = event.originalEvent;
      L.DomEvent.stop(event);
      const units = document.elementsFromPoint(clientX, clientY).flatMap((node) => (
        node instanceof SVGElement && node.dataset.unit ? [node.dataset.unit] : []
      ));
      this.atlas.select(units[0] || null);
    });
  }
}
