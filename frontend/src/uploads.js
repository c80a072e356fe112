/* A reader's own shapes, and the point that he chooses. */

import { L } from "./leaflet.js";
import { element } from "./dom.js";
import { methods } from "./methods.js";

export const uploadMethods = methods({
  /** Where a click chooses a point, it does not choose the unit under it. */
  listenToPicks() {
    const self = this, map = this.map;
    map.getContainer().addEventListener("click", (event) => {
      if (!self.root.classList.contains("kz-pick") || map.dragging.moved()) return;
      if (event.target.closest(".leaflet-control, .kz-swipe")) return;
      event.stopPropagation();
      const at = map.mouseEventToLatLng(event);
      self.state.point = [Number(at.lng.toFixed(4)), Number(at.lat.toFixed(4))];
      self.drawPoint(self.state.point);
      self.tell();
    }, true);
  },

  /** Mark the chosen point, and bring it into sight. */
  drawPoint(point) {
    if (this.picked) this.picked.remove();
    this.picked = null;
    if (!point) return;
    const at = L.latLng(point[1], point[0]), cross = element("span", { class: "kz-cross" });
    this.picked = L.marker(at, {
      icon: L.divIcon({ html: cross, className: "kz-picked", iconSize: [22, 22] }), interactive: false, keyboard: false
    }).addTo(this.map);
    this.map.panInside(at, { padding: [40, 40], animate: false });
  },

  /** Draw a reader's own points and areas over the map, for as long as he is here. */
  drawGuests(guests) {
    const self = this, key = JSON.stringify(guests);
    if (key === this.guestKey) return;
    this.guestKey = key;
    if (this.guests) this.guests.remove();
    this.guests = null;
    if (!guests.length) return;
    if (!this.map.getPane("kz-guests")) this.map.createPane("kz-guests").style.zIndex = 460;
    const renderer = L.svg({ pane: "kz-guests", padding: 0.6 });
    this.guests = L.geoJSON(guests.map((guest) => {
      return { type: "Feature", geometry: guest.geometry, properties: { label: guest.label } };
    }), {
      pane: "kz-guests",
      style: function (feature) {
        const point = /Point$/.test(feature.geometry.type);
        return { renderer: renderer, className: "kz-guest " + (point ? "point" : "area"), interactive: point };
      },
      pointToLayer: function (feature, place) { return L.circleMarker(place, { radius: 5 }); },
      onEachFeature: function (feature, layer) {
        const label = feature.properties.label;
        if (label) layer.bindTooltip(() => { return element("span", { text: label }); }, { className: "kz-tooltip" });
        // A point lies over its unit and leaves the click to it.
        layer.on("click", (event) => {
          const original = event.originalEvent;
          L.DomEvent.stop(event);
          const under = document.elementsFromPoint(original.clientX, original.clientY).filter((node) => {
            return node.dataset && node.dataset.unit;
          })[0];
          self.select(under ? under.dataset.unit : null);
        });
      }
    }).addTo(this.map);
  }
});
