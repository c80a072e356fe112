/* What is shown, and how it changes: by the reader, by a word from outside, by a link. */

import { L } from "./leaflet.js";
import { REPUBLIC } from "./data.js";
import { methods } from "./methods.js";

const REST_MS = 280; // how long the timeline must stand still before the page is told

export const stateMethods = methods({
  go(stop) {
    this.set({ stop: Math.max(0, Math.min(this.record.stops.length - 1, stop)) });
  },

  set(changes) {
    const self = this, before = this.state;
    this.state = Object.assign({}, before, changes);
    this.rest();
    if (this.frame) {
      this.late = true;
      return;
    }
    // Drawn at once, so that the next frame has it; what else comes before that frame is drawn in it, the newest
    // state alone: a held key cannot run ahead of the screen.
    this.frame = requestAnimationFrame(() => {
      self.frame = null;
      if (self.late) self.redraw();
    });
    this.redraw();
    if (this.state.lang !== before.lang || this.state.level !== before.level) this.ahead();
  },

  redraw() {
    this.late = false;
    this.announce();
    this.draw();
  },

  rest() {
    const self = this;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { self.tell(); }, REST_MS);
  },

  tell() {
    clearTimeout(this.resting);
    const state = this.state, stop = this.record.stops[state.stop];
    const titles = stop.events.map(function (event) { return this.text(event.title); }, this);
    let said = this.dateWords(stop.date) + ". " + titles.join(". ");
    if (state.unit && !this.snapshot().force[state.unit]) said += ". " + this.word("map.absent");
    if (state.zone && !this.record.zonesAt(stop.date).some((zone) => { return zone.id === state.zone; })) {
      said += ". " + this.word("map.absent_zone");
    }
    if (this.live.textContent !== said) this.live.textContent = said;
    const report = this.reportOf(state);
    const key = JSON.stringify(report);
    if (key === this.told) return;
    this.told = key;
    if (this.options.report) this.options.report(report);
  },

  reportOf(state) {
    return {
      date: this.record.stops[state.stop].date, view: state.view, level: state.level, unit: state.unit,
      zone: state.zone, compare: state.compare, point: state.point, serial: state.serial
    };
  },

  /** Choose a unit, or a zone, or nothing. */
  select(unit, zone) {
    if (unit === this.state.unit && (zone || null) === this.state.zone) return;
    this.state.unit = unit;
    this.state.zone = zone || null;
    // Told before it is drawn: the card comes from afar.
    this.tell();
    this.plates().forEach((plate) => {
      plate.drawSelection();
      plate.label();
    });
  },

  /** A word from outside: go to a date, a view, a unit, a language. Each serial number counts once. */
  command(command) {
    if (command.serial <= this.state.serial) return;
    const changes = { serial: command.serial };
    ["view", "level", "lang"].forEach((key) => {
      if (command[key] !== undefined && command[key] !== null) changes[key] = command[key];
    });
    ["unit", "zone"].forEach((key) => {
      if (command[key] !== undefined) changes[key] = command[key];
    });
    if (changes.unit) changes.zone = null;
    else if (changes.zone) changes.unit = null;
    if (command.compare !== undefined) changes.compare = this.stopDate(command.compare);
    if (command.guests !== undefined) this.drawGuests(command.guests);
    if (command.pick !== undefined) this.root.classList.toggle("kz-pick", Boolean(command.pick));
    if (command.point !== undefined) {
      changes.point = command.point;
      this.drawPoint(command.point);
    }
    if (command.embed !== undefined) this.root.classList.toggle("kz-embed", Boolean(command.embed));
    if (command.date) changes.stop = this.record.stopAt(command.date);
    this.stopPlaying();
    this.set(changes);
    // Whoever gave the command knows the state that it leads to.
    clearTimeout(this.resting);
    const next = Object.assign({}, this.state, changes);
    this.told = JSON.stringify(this.reportOf(next));
    if (command.show) this.show(next.unit, next.zone);
  },

  /** Follow a link of a card: the reader's own step, so it is reported at once. */
  follow(target) {
    const changes = {};
    if (target.date) changes.stop = this.record.stopAt(target.date);
    if (target.view) changes.view = target.view;
    if (target.unit) Object.assign(changes, { unit: target.unit, zone: null });
    if (target.zone) Object.assign(changes, { zone: target.zone, unit: null });
    if (target.compare) changes.compare = this.stopDate(target.compare);
    this.stopPlaying();
    this.set(changes);
    this.tell();
    this.show(target.unit, target.zone);
  },

  /** Bring a unit or a zone into sight if it is not. */
  show(unit, zone) {
    const version = unit && this.snapshot().force[unit];
    const area = zone && this.record.zones.filter((other) => { return other.id === zone; })[0];
    if (!version && !area) return;
    const bounds = L.latLngBounds(area ? [].concat.apply([], area.rings)
      : version.geometry.type === "Point"
        ? [this.record.place(version.geometry.coordinates[0], version.geometry.coordinates[1])]
        : [].concat.apply([], this.record.ringsOf(version)));
    if (bounds.isValid() && !this.map.getBounds().contains(bounds)) {
      this.map.fitBounds(bounds, { maxZoom: Math.max(this.map.getZoom(), 6), padding: [30, 30] });
    }
  },

  snapshot() {
    return this.record.snapshot(this.state.stop, this.state.view);
  },

  isAbroad(version, snapshot) {
    return snapshot.force[REPUBLIC] !== undefined && snapshot.top(version) !== REPUBLIC;
  },

  draw() {
    const stop = this.state.stop, compare = this.state.compare;
    this.root.classList.toggle("kz-documented", this.documented);
    this.drawCompare();
    this.plate.draw(stop);
    if (compare) this.other.draw(this.record.stopAt(compare));
    if (this.witnessing) this.drawWitnesses();
    const line = this.line;
    if (line) {
      this.showLine(this.isTold(line.plate, line.index) ? line.plate : null, line.index, line.place);
      if (this.line) this.line.held = line.held;
    }
    this.drawLegend();
  }
});
