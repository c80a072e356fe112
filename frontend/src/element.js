/* The element: the frame round the map, put together from the other modules; and what is shown, and how it changes: by
 * the reader, by a word from outside, by a link. */

import { Background } from "./background.js";
import { Comparison } from "./compare.js";
import { REPUBLIC } from "./constants.js";
import { element, name } from "./dom.js";
import { L, updateScale, wordedScale } from "./leaflet.js";
import { Legend } from "./legend.js";
import { Lettering } from "./lettering.js";
import { LineTips } from "./lines.js";
import { Plate } from "./map.js";
import { changesOf, changesOfLink, openingState, reportOf } from "./state.js";
import { Switches } from "./switches.js";
import { Timeline } from "./timeline.js";
import { Uploads } from "./uploads.js";
import { Witnesses } from "./witnesses.js";
import { Words } from "./words.js";

/** @typedef {import("./types").State} State */

const REST_MS = 280; // how long the timeline must stand still before the page is told
const SETTLING_MS = 1500; // how long after the start the map's window may still find its height

export class AtlasElement {
  /**
   * @param {import("leaflet").Map} map
   * @param {import("./data.js").AtlasData} record
   * @param {import("./types").Options} options
   */
  constructor(map, record, options) {
    this.map = map;
    this.record = record;
    this.options = options;
    this.state = openingState(options.state, record);
    this.words = new Words(options.words, options.dates, () => this.state.lang);
    this.zonesShown = true;
    this.documented = false; // whether conjectured lines are left out
    this.bare = true; // whether names are still to come
    this.homing = false;
    this.moved = false; // whether the reader has moved the map
    this.late = false; // whether a newer state waits for the next frame
    /** @type {number | null} */
    this.frame = null;
    /** @type {number | undefined} */
    this.resting = undefined;
    this.told = ""; // the report that the page had last
    this.spoken = ""; // the language that is on the page
    this.bar = element("div", { class: "kz-bar" });
    this.key = element("div", { class: "kz-key", role: "group" });
    this.stage = element("div", { class: "kz-stage" });
    this.root = element("div", { class: "kz" }, [this.bar, this.key, this.stage]);
    this.root.classList.toggle("kz-embed", Boolean(this.state.embed));
    this.switches = new Switches(this);
    this.timeline = new Timeline(this);
    this.comparison = new Comparison(this);
    this.lines = new LineTips(this);
    this.witnesses = new Witnesses(this);
    this.background = new Background(this);
    this.uploads = new Uploads(this);
    this.lettering = new Lettering(this);
    /** @type {Plate | null} The second plate, made when it is first wanted. */
    this.other = null;
    this.layOut();
    // The view is set before there are layers, so that each is projected once; switches and key are filled
    // before that, because their height is taken from the map's.
    this.switches.speak();
    this.comparison.speakButton();
    this.legend = new Legend(this);
    this.legend.draw();
    map.invalidateSize({ animate: false });
    this.home();
    const size = map.getSize();
    this.plate = new Plate(this, "");
    map.on("click", () => { this.select(null); });
    map.on("move zoom viewreset", () => { this.comparison.clip(); });
    this.scale = wordedScale((key) => this.words.word(key), { imperial: false, position: "bottomleft" }).addTo(map);
    this.zoom = L.control.zoom({ position: "topright" }).addTo(map);
    this.listen();
    this.watchSize(size);
    this.scaleLines();
    this.announce();
    // The land is shown first; its names are measured and placed after that.
    this.draw();
    this.nameLater();
    this.listenToZoom();
  }

  // ---- put together

  /** Put the parts into the page, round the map's own node. */
  layOut() {
    const container = this.map.getContainer();
    this.bar.append(...this.switches.choices.map((choice) => choice.group), this.comparison.button);
    // Before the map in the page, so that the keyboard reaches it first; below it on the screen.
    this.root.insertBefore(this.timeline.node, this.stage);
    container.parentNode?.insertBefore(this.root, container);
    (this.options.frame || document.body).appendChild(this.root);
    this.stage.append(container, this.comparison.swipe, this.lines.tip);
  }

  listen() {
    this.lines.listenToPointer();
    this.uploads.listen();
    this.lines.listenToKeys();
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (this.lines.told) this.lines.hide();
      if (this.state.compare) this.comparison.with(null);
      else if (this.state.unit || this.state.zone) this.select(null);
    });
  }

  /** Follow the size of the map's window.
   *
   * @param {import("leaflet").Point} before
   */
  watchSize(before) {
    const opened = performance.now();
    let size = before;
    new ResizeObserver(() => {
      this.map.invalidateSize({ pan: false });
      this.root.style.setProperty("--stage", `${this.stage.clientHeight}px`);
      this.comparison.clip();
      const now = this.map.getSize(), turned = now.x !== size.x;
      const settling = performance.now() - opened < SETTLING_MS && now.y !== size.y;
      size = now;
      // Another window shows the whole again; a longer key over the map must not move it.
      if ((turned || settling) && !this.moved) this.home();
    }).observe(this.stage);
    this.map.on("movestart", () => { if (!this.homing) this.moved = true; });
  }

  nameLater() {
    requestAnimationFrame(() => {
      setTimeout(() => {
        this.bare = false;
        this.label();
        this.lettering.ahead();
      });
    });
  }

  listenToZoom() {
    this.map.on("zoomend", () => {
      this.root.classList.remove("kz-zooming");
      this.scaleLines();
      this.lettering.forget();
      this.label();
      this.lettering.ahead();
    });
    this.map.on("zoomstart", () => { this.root.classList.add("kz-zooming"); });
  }

  // ---- what is shown

  /** The plates on the screen; none before the map is made. */
  plates() {
    if (!this.plate) return [];
    return this.state.compare && this.other ? [this.plate, this.other] : [this.plate];
  }

  day() {
    return this.record.day(this.state.stop, this.state.view);
  }

  /** The days on the screen. */
  days() {
    const plates = this.plates();
    return plates.length ? plates.map((plate) => plate.day()) : [this.day()];
  }

  /** A unit's name on the day shown, or its first.
   *
   * @param {string} unit
   */
  nameOf(unit) {
    const version = this.day().force[unit] || this.record.byUnit[unit]?.[0];
    return version ? this.words.text(version.name) : unit;
  }

  /** Show the whole republic, as it is when it is largest. */
  home() {
    const versions = this.record.byUnit[REPUBLIC] || [];
    const bounds = L.latLngBounds(versions.flatMap((version) => this.record.placesOf(version)));
    if (!bounds.isValid()) return;
    this.homing = true;
    this.map.fitBounds(bounds, { animate: false, padding: [8, 8] });
    this.homing = false;
  }

  /** Lines and points keep their proportion to the map: thin on a small one. */
  scaleLines() {
    const size = Math.max(0.5, Math.min(1.5, (this.map.getZoom() - 1.5) / 3.5));
    this.root.style.setProperty("--k", size.toFixed(2));
    this.plates().forEach((plate) => { plate.rescale(size); });
  }

  label() {
    this.plates().forEach((plate) => { plate.labels.draw(); });
  }

  draw() {
    const { stop, compare } = this.state;
    this.root.classList.toggle("kz-documented", this.documented);
    this.preparePlates();
    this.plate.draw(stop);
    if (compare) this.other?.draw(this.record.stopAt(compare));
    if (this.witnesses.on) this.witnesses.draw();
    this.lines.draw();
    this.legend.draw();
  }

  /** Show or hide the second plate, which is made when it is first wanted. */
  preparePlates() {
    const compared = Boolean(this.state.compare);
    if (compared && !this.other) {
      this.other = new Plate(this, "-other");
      this.scaleLines();
    }
    this.other?.show(compared);
    this.comparison.clip();
  }

  // ---- how it changes

  /** @param {number} stop */
  go(stop) {
    this.set({ stop: Math.max(0, Math.min(this.record.stops.length - 1, stop)) });
  }

  /** @param {Partial<State>} changes */
  set(changes) {
    const before = this.state;
    this.state = { ...before, ...changes };
    this.rest();
    if (this.frame !== null) {
      this.late = true;
      return;
    }
    // Drawn at once, so that the next frame has it; what else comes before that frame is drawn in it, the newest
    // state alone: a held key cannot run ahead of the screen.
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (this.late) this.redraw();
    });
    this.redraw();
    if (this.state.lang !== before.lang || this.state.level !== before.level) this.lettering.ahead();
  }

  redraw() {
    this.late = false;
    this.announce();
    this.draw();
  }

  /** Choose a unit, or a zone, or nothing.
   *
   * @param {string | null} unit
   * @param {string | null} [zone]
   */
  select(unit, zone = null) {
    if (unit === this.state.unit && zone === this.state.zone) return;
    this.state.unit = unit;
    this.state.zone = zone;
    // Told before it is drawn: the card comes from afar.
    this.tell();
    this.plates().forEach((plate) => {
      plate.drawSelection();
      plate.labels.draw();
    });
  }

  /** A word from outside: go to a date, a view, a unit, a language. Each serial number counts once.
   *
   * @param {import("./types").Command} command
   */
  command(command) {
    if (command.serial <= this.state.serial) return;
    const changes = changesOf(command, this.record);
    if (command.guests !== undefined) this.uploads.drawGuests(command.guests);
    if (command.pick !== undefined) this.root.classList.toggle("kz-pick", Boolean(command.pick));
    if (command.point !== undefined) this.uploads.drawPoint(command.point);
    if (command.embed !== undefined) this.root.classList.toggle("kz-embed", Boolean(command.embed));
    this.timeline.stop();
    this.set(changes);
    // Whoever gave the command knows the state that it leads to.
    clearTimeout(this.resting);
    this.told = JSON.stringify(reportOf(this.state, this.record));
    if (command.show) this.show(this.state.unit, this.state.zone);
  }

  /** Follow a link of a card: the reader's own step, so it is reported at once.
   *
   * @param {DOMStringMap} link the values of its attributes `data-...`
   */
  follow(link) {
    this.timeline.stop();
    this.set(changesOfLink(link, this.record));
    this.tell();
    this.show(link.unit || null, link.zone || null);
  }

  /** Bring a unit or a zone into sight if it is not.
   *
   * @param {string | null} unit
   * @param {string | null} zone
   */
  show(unit, zone) {
    const version = unit ? this.day().force[unit] : undefined;
    const area = zone ? this.record.zones.find((other) => other.id === zone) : undefined;
    if (!version && !area) return;
    const bounds = L.latLngBounds(area ? area.rings.flat() : version ? this.record.placesOf(version) : []);
    if (bounds.isValid() && !this.map.getBounds().contains(bounds)) {
      this.map.fitBounds(bounds, { maxZoom: Math.max(this.map.getZoom(), 6), padding: [30, 30] });
    }
  }

  // ---- what is said of it

  /** Say what belongs to the stop and to the switches. */
  announce() {
    if (this.spoken !== this.state.lang) this.speak();
    this.switches.announce();
    this.timeline.announce();
    this.comparison.announce();
  }

  /** Say everything that the language alone decides. */
  speak() {
    const { lang } = this.state, container = this.map.getContainer();
    this.root.lang = document.documentElement.lang = lang;
    this.switches.speak();
    this.timeline.speak();
    this.comparison.speak();
    container.setAttribute("aria-label", this.words.word("map.map"));
    container.setAttribute("role", "region");
    const [larger, smaller] = /** @type {HTMLElement[]} */ ([...(this.zoom.getContainer()?.children || [])]);
    name(larger, this.words.word("map.zoom_in"));
    name(smaller, this.words.word("map.zoom_out"));
    updateScale(this.scale);
    this.spoken = lang;
  }

  rest() {
    clearTimeout(this.resting);
    this.resting = window.setTimeout(() => { this.tell(); }, REST_MS);
  }

  /** Tell the page and screen readers where the map has come to rest. */
  tell() {
    clearTimeout(this.resting);
    const { live } = this.timeline, said = this.said(), report = reportOf(this.state, this.record);
    if (live.textContent !== said) live.textContent = said;
    const key = JSON.stringify(report);
    if (key === this.told) return;
    this.told = key;
    this.options.report?.(report);
  }

  /** The date and its acts, and whether what was chosen is there on it. */
  said() {
    const { state, words } = this, stop = this.record.stops[state.stop];
    const titles = stop.events.map((event) => words.text(event.title));
    let said = `${words.date(stop.date)}. ${titles.join(". ")}`;
    if (state.unit && !this.day().force[state.unit]) said += `. ${words.word("map.absent")}`;
    if (state.zone && !this.record.zonesAt(stop.date).some((zone) => zone.id === state.zone)) {
      said += `. ${words.word("map.absent_zone")}`;
    }
    return said;
  }
}
