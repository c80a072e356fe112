/* Names on the map: which are shown, and where. */

import { Room, beside } from "./boxes.js";
import { element } from "./dom.js";
import { pathOf } from "./leaflet.js";
import { SERIF, labelPoint } from "./lettering.js";
import { extentOf } from "./topology.js";

/** @typedef {import("./types").Version} Version */
/** @typedef {import("./boxes.js").Box} Box */
/** @typedef {{ css: string, x: number, y: number, w: number, text: string, size: number }} Wanted */
/** @typedef {Partial<Wanted> & { node: HTMLElement, place?: string }} Shown */

/** The names of one plate. */
export class Labels {
  /** @param {import("./map.js").Plate} plate */
  constructor(plate) {
    this.plate = plate;
    this.atlas = plate.atlas;
    this.pane = plate.map.createPane(`kz${plate.suffix}-labels`);
    this.pane.classList.add("kz-labels");
    // Each unit's shape says its name itself.
    this.pane.setAttribute("aria-hidden", "true");
    /** @type {Record<string, Shown>} */
    this.shown = {};
    /** @type {Record<string, Wanted>} */
    this.wanted = {};
    this.room = new Room();
  }

  draw() {
    this.wanted = {};
    this.room = new Room();
    const towns = this.markTowns();
    this.markLost();
    this.nameUnits();
    this.nameLost();
    towns.forEach((town) => { this.nameTown(town); });
    this.nameWaters();
    this.write();
  }

  /** Where a point of the grid lies, in pixels.
   *
   * @param {import("./types").Pair} pair
   */
  at(pair) {
    return this.plate.map.latLngToLayerPoint(this.plate.record.place(pair[0], pair[1]));
  }

  /** Put a name where there is room for it, and tell whether there was.
   *
   * @param {string} key
   * @param {{ css: string, at: { x: number, y: number }, box: Box, lines: string[], size: number, overDots: boolean }} label
   */
  put(key, { css, at, box, lines, size, overDots }) {
    const whole = { x: at.x + box.x, y: at.y + box.y, w: box.w, h: box.h };
    if (!this.room.take(whole, overDots)) return false;
    this.wanted[key] = { css, x: whole.x, y: whole.y, w: box.w, text: lines.join("\n"), size };
    return true;
  }

  /** Show the dots of the towns that this zoom has, seats first, and return the towns that are named, too. */
  markTowns() {
    const { plate } = this, zoom = plate.map.getZoom(), day = plate.day();
    const seats = new Set([...day.tiles, ...day.firsts].map((version) => version.seat));
    return plate.record.places.filter((place) => {
      const seat = seats.has(place.id), shows = seat ? zoom >= 4.5 : zoom >= 5.5 + place.rank / 2;
      const path = pathOf(plate.towns[place.id]);
      path.style.display = shows ? "" : "none";
      path.classList.toggle("seat", seat);
      if (shows) this.room.addDot(this.at(place.point), 2);
      return shows && zoom >= (seat ? 5.75 : 6 + place.rank / 2);
    });
  }

  /** The units of which only the seat is known, each a point on a map of uezds. */
  lost() {
    if (this.atlas.state.level !== 2) return [];
    return this.plate.day().points.map((version) => (
      { version, at: /** @type {import("./types").Point} */ (version.geometry).coordinates }
    ));
  }

  markLost() {
    this.lost().forEach(({ at }) => { this.room.addDot(this.at(at), 4); });
  }

  /** @param {Version} version */
  extent(version) {
    return version.extent ??= extentOf(this.plate.record.ringsOf(version));
  }

  /** Name the units, the chosen one first and then the larger before the smaller. */
  nameUnits() {
    const { plate, atlas } = this, { state } = atlas, { few, style } = atlas.lettering.now();
    const day = plate.day();
    (few ? day.firsts : day.tiles).slice().sort((a, b) => (
      Number(b.unit === state.unit) - Number(a.unit === state.unit) || this.extent(b) - this.extent(a)
    )).forEach((version) => {
      if (!version.point) return;
      const abroad = day.isAbroad(version.unit, few || state.level === 1 ? 1 : 2);
      const css = `kz-label ${style.name}${abroad ? " out" : ""}${version.unit === state.unit ? " chosen" : ""}`;
      const boxes = atlas.lettering.fit(version, style, few ? 1 : 2), at = this.at(labelPoint(version, few));
      [false, true].some((overDots) => boxes.some((box) => (
        this.put(version.unit, { css, at, box, lines: box.lines, size: box.size, overDots })
      )));
    });
  }

  nameLost() {
    if (this.plate.map.getZoom() < 5.5) return;
    this.lost().forEach(({ version, at }) => {
      this.nameBeside(version.unit, "kz-label lost", at, this.atlas.words.text(version.label), 11, 7);
    });
  }

  /** Name a town as it was called on the day.
   *
   * @param {import("./types").Town} town
   */
  nameTown(town) {
    const texts = town.names[this.plate.day().townNames[this.plate.record.places.indexOf(town)]];
    this.nameBeside(`town ${town.id}`, "kz-label town", town.point, this.atlas.words.text(texts), 10.5, 4);
  }

  /** Name a dot.
   *
   * @param {string} key
   * @param {string} css
   * @param {import("./types").Pair} pair
   * @param {string} text
   * @param {number} size
   * @param {number} gap between the point and its name, in pixels
   */
  nameBeside(key, css, pair, text, size, gap) {
    const w = this.atlas.lettering.width(text, `400 ${size}px ${SERIF}`) + 2, at = this.at(pair);
    beside(w, size * 1.1, gap).some((box) => this.put(key, { css, at, box, lines: [text], size, overDots: true }));
  }

  nameWaters() {
    const { plate, atlas } = this, zoom = plate.map.getZoom();
    plate.record.waterLabels.forEach((item, index) => {
      const rank = item.properties.rank || 1;
      if (zoom < 3.5 + rank / 2) return;
      const text = atlas.words.text(item.properties.name), size = rank === 1 ? 14 : 10.5;
      const w = atlas.lettering.width(text, `italic ${size}px ${SERIF}`) + 2, h = size * 1.15;
      const box = { x: -w / 2, y: -h / 2, w, h };
      this.put(`water${index}`, {
        css: "kz-label water", at: this.at(item.coordinates), box, lines: [text], size, overDots: true
      });
    });
  }

  /** Bring the page to what is wanted; what is as it should be is not touched. */
  write() {
    Object.keys(this.shown).forEach((key) => {
      if (this.wanted[key]) return;
      this.shown[key].node.remove();
      delete this.shown[key];
    });
    Object.entries(this.wanted).forEach(([key, want]) => {
      if (!this.shown[key]) this.pane.appendChild((this.shown[key] = { node: element("div") }).node);
      writeOne(this.shown[key], want);
    });
  }
}

/** @param {Shown} have @param {Wanted} want */
function writeOne(have, want) {
  const { node } = have, place = `translate(${want.x.toFixed(1)}px,${want.y.toFixed(1)}px)`;
  if (have.text !== want.text) node.textContent = want.text;
  if (have.css !== want.css) node.className = want.css;
  if (have.place !== place) node.style.transform = place;
  if (have.size !== want.size) node.style.fontSize = `${want.size}px`;
  if (have.w !== want.w) node.style.width = `${want.w.toFixed(1)}px`;
  Object.assign(have, want, { place });
}
