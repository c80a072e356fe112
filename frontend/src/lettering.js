/* How names are lettered at a zoom, how wide they then are, and where they fit. */

import { boxesInside, breaks } from "./boxes.js";
import { VIEWS } from "./constants.js";
import { contains } from "./topology.js";

/** @typedef {{ name: string, upper: boolean, spacing: number, sizes: number[], font: (size: number) => string }} Style */

export const SERIF =
  '"Iowan Old Style", "Palatino Linotype", Palatino, "PT Serif", "Noto Serif", "Liberation Serif", serif';

/** @type {Style} */
const LARGE = { name: "large", upper: true, spacing: 0.12, sizes: [15, 13, 11, 10], font: (size) => `600 ${size}px ${SERIF}` };
/** @type {Style} */
const SMALL = { name: "small", upper: false, spacing: 0, sizes: [13.5, 12, 11], font: (size) => `500 ${size}px ${SERIF}` };

export class Lettering {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    const pen = document.createElement("canvas").getContext("2d");
    if (!pen) throw new Error("this browser measures no text");
    this.pen = pen;
    /** @type {Record<string, number>} Widths by font and text. */
    this.widths = {};
    /** @type {Record<string, import("./boxes.js").Lettered[]>} Where a label fits inside its unit. */
    this.fits = {};
    /** @type {[number, import("./types").View][]} The stops to be worked out. */
    this.queue = [];
  }

  /** Whether the names of gubernias stand for those of their uezds, as on a small map, and how names are lettered. */
  now() {
    const zoom = this.atlas.map.getZoom(), small = zoom < 4.4;
    if (this.atlas.state.level === 1 || small) {
      return { few: true, style: small ? { ...LARGE, sizes: [12, 11, 10, 9] } : LARGE };
    }
    return { few: false, style: zoom < 5.5 ? { ...SMALL, sizes: [12, 11, 10] } : SMALL };
  }

  /** The width of a text in pixels.
   *
   * @param {string} text
   * @param {string} font
   * @param {number} [spacing] between letters
   */
  width(text, font, spacing = 0) {
    const key = font + text;
    if (this.widths[key] === undefined) {
      this.pen.font = font;
      this.widths[key] = this.pen.measureText(text).width;
    }
    return this.widths[key] + spacing * text.length;
  }

  /** Where a unit's name fits inside it at this zoom: boxes relative to its label point, best first.
   *
   * @param {import("./types").Version} version
   * @param {Style} style
   * @param {number} level
   */
  fit(version, style, level) {
    const { map, record, words, state } = this.atlas, zoom = map.getZoom();
    const key = version.id + zoom + state.lang + style.name;
    if (this.fits[key]) return this.fits[key];
    const rings = record.shapeOf(version, level), [x, y] = labelPoint(version, level === 1);
    const centre = map.project(record.place(x, y), zoom);
    const ways = breaks(words.text(version.label)).map((lines) => (
      style.upper ? lines.map((line) => line.toLocaleUpperCase(state.lang)) : lines
    ));
    return this.fits[key] = boxesInside(
      ways, style.sizes,
      (line, size) => this.width(line, style.font(size), style.spacing * size),
      (right, down) => contains(rings, map.unproject([centre.x + right, centre.y + down], zoom))
    );
  }

  /** Work out the other stops, and where their names fit, while the reader looks at this one. */
  ahead() {
    const { record, state } = this.atlas, { few, style } = this.now(), level = few ? 1 : state.level;
    /** @type {[number, import("./types").View][]} */
    const queue = record.stops.flatMap((_, stop) => (
      VIEWS.map((view) => /** @type {[number, import("./types").View]} */ ([stop, view]))
    ));
    this.queue = queue;
    // Safari has no idle time to give.
    const later = window.requestIdleCallback || window.setTimeout;
    const next = () => {
      // A later call has put another queue in the place of this one.
      const now = queue === this.queue && queue.shift();
      if (!now) return;
      const day = record.day(...now);
      (few ? day.firsts : day.tiles).forEach((version) => {
        if (version.point) this.fit(version, style, level);
      });
      later(next);
    };
    next();
  }

  /** Another zoom has other places for names. */
  forget() {
    this.fits = {};
  }
}

/** Where a version's label stands, on the grid.
 *
 * @param {import("./types").Version} version
 * @param {boolean} whole whether the whole unit is named, with the units below it
 */
export function labelPoint(version, whole) {
  const point = whole ? version.point : version.tile_point || version.point;
  return point || [0, 0];
}
