/* Zones: dated areas that are no units, hatched by their kind. */

import { element } from "./dom.js";
import { L, choosable, mark, pathOf } from "./leaflet.js";

/** @typedef {import("./types").Zone} Zone */
/** @typedef {{ layer: import("leaflet").CircleMarker, ring: import("./types").Ring, zoom: number | null, small: boolean }} Dot */
/** @typedef {{ zone: Zone, layer: import("leaflet").Polygon, dots: Dot[], there: boolean | null }} ZoneLayer */

/** One cell of the hatching of each kind of zone: its size and its path.
 *
 * @type {Record<string, [number, string]>}
 */
const CELLS = {
  dispute: [7, "M0 3.5H7M3.5 0V7"],
  contested: [5, "M2.5 0V5"],
  "shared-regime": [5, "M0 2.5H5"],
  "land-return": [6, "M2.2 3a.8 .8 0 1 0 1.6 0a.8 .8 0 1 0 -1.6 0"],
  unplaced: [8, "M4 0V8"]
};
/** A zone less than this high and wide, in pixels, has a dot in its place. */
const SMALL = 20;

/** @param {string} kind */
function cellOf(kind) {
  return CELLS[kind] || CELLS.contested;
}

/** A piece of a zone's hatching, for the legend.
 *
 * @param {string} kind
 */
export function zonePatch(kind) {
  const [size, draw] = cellOf(kind), node = element("i", { class: "kz-stroke kz-zone-patch" });
  let paths = "";
  for (let x = 0; x < 30; x += size) {
    for (let y = 0; y < 12; y += size) {
      paths += `<path class="kz-zone-line" transform="translate(${x} ${y})" d="${draw}"/>`;
    }
  }
  node.innerHTML = `<svg width="30" height="12" aria-hidden="true">${paths}</svg>`;
  return node;
}

/** The zones of one plate. */
export class ZoneLayers {
  /** @param {import("./map.js").Plate} plate */
  constructor(plate) {
    this.plate = plate;
    this.atlas = plate.atlas;
    /** @type {Record<string, string>} The hatching in the drawing, by kind. */
    this.patterns = {};
    /** @type {string | null} */
    this.marked = null;
    /** @type {Record<string, ZoneLayer>} */
    this.layers = {};
    plate.record.zones.forEach((zone) => { this.layers[zone.id] = this.make(zone); });
  }

  /** @param {Zone} zone @returns {ZoneLayer} */
  make(zone) {
    const { plate } = this, common = { renderer: plate.renderer, bubblingMouseEvents: false };
    const layer = L.polygon(zone.rings, {
      ...common, fillOpacity: 1, smoothFactor: 0.4, className: `kz-zone ${zone.kind}`
    }).addTo(plate.map);
    this.attach(layer, zone).dataset.zone = zone.id;
    const dots = zone.rings.map((ring) => {
      const dot = L.circleMarker(L.latLngBounds(ring).getCenter(), {
        ...common, radius: 5, className: "kz-zone kz-zone-dot"
      }).addTo(plate.map);
      // The dot is the pointer's only; by keyboard the zone itself is chosen.
      const path = this.attach(dot, zone);
      path.removeAttribute("role");
      path.setAttribute("tabindex", "-1");
      return { layer: dot, ring, zoom: null, small: false };
    });
    return { zone, layer, dots, there: null };
  }

  /** Let a zone's layer be chosen, hatch it, and let it say what it is.
   *
   * @param {import("leaflet").Path} layer
   * @param {Zone} zone
   */
  attach(layer, zone) {
    const { plate, atlas } = this;
    const path = choosable(layer, (event) => {
      // What lies under a zone is chosen by a second click.
      const under = "latlng" in event && atlas.state.zone === zone.id && plate.unitAt(event.latlng);
      if (under) atlas.select(under);
      else atlas.select(null, zone.id);
    });
    path.style.fill = `url(#${this.pattern(zone.kind)})`;
    layer.bindTooltip(() => element("div", {}, [
      element("strong", { text: atlas.words.text(zone.title) }),
      element("span", { text: atlas.words.word(`card.zone_${zone.kind}`) }),
      element("span", { text: atlas.words.word("map.zone_note") })
    ]), { sticky: true, className: "kz-tooltip" });
    return path;
  }

  /** @param {string} kind */
  pattern(kind) {
    const [size, draw] = cellOf(kind);
    return this.patterns[kind] ||= this.plate.pattern(`zone-${kind}`, size, 0, draw, "kz-zone-line");
  }

  /** Show the zones that are there on a day, if the reader wants them.
   *
   * @param {string} date
   */
  draw(date) {
    const there = this.atlas.zonesShown ? this.plate.record.zonesAt(date) : [];
    Object.values(this.layers).forEach((shown) => {
      const path = pathOf(shown.layer), now = there.includes(shown.zone);
      if (shown.there !== now) {
        shown.there = now;
        path.style.display = now ? "" : "none";
        if (now) path.setAttribute("tabindex", "0");
        else {
          path.removeAttribute("tabindex");
          shown.layer.closeTooltip();
        }
        this.drawDots(shown);
      }
      const name = this.atlas.words.text(shown.zone.title);
      if (path.getAttribute("aria-label") !== name) path.setAttribute("aria-label", name);
    });
  }

  /** Put dots in the place of what is too small to be seen at this zoom.
   *
   * @param {ZoneLayer} shown
   */
  drawDots(shown) {
    const { map } = this.plate, zoom = map.getZoom();
    shown.dots.forEach((dot) => {
      if (dot.zoom !== zoom) {
        dot.zoom = zoom;
        const size = L.bounds(dot.ring.map((place) => map.project(place))).getSize();
        dot.small = Math.max(size.x, size.y) < SMALL;
      }
      pathOf(dot.layer).style.display = shown.there && dot.small ? "" : "none";
    });
  }

  /** Another zoom has other zones that are too small. */
  rescale() {
    Object.values(this.layers).forEach((shown) => { this.drawDots(shown); });
  }

  /** Mark the chosen zone.
   *
   * @param {string | null} zone
   */
  choose(zone) {
    if (this.marked === zone) return;
    this.mark(this.marked, false);
    this.mark(zone, true);
    this.marked = zone;
  }

  /** @param {string | null} zone @param {boolean} chosen */
  mark(zone, chosen) {
    const shown = zone && this.layers[zone];
    if (shown) [shown.layer, ...shown.dots.map((dot) => dot.layer)].forEach((layer) => { mark(layer, chosen); });
  }
}
