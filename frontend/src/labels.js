/* Names on the map: which are shown, how they are lettered, where they fit. */

import { L } from "./leaflet.js";
import { REPUBLIC, VIEWS, contains, holder } from "./data.js";
import { element } from "./dom.js";
import { methods, plateMethods } from "./methods.js";

const SHIFTS = [
  [0, 0], [0, -1], [0, 1], [-0.3, 0], [0.3, 0], [0, -2], [0, 2], [-0.3, -1.2], [0.3, -1.2], [-0.3, 1.2], [0.3, 1.2],
  [0, -3], [0, 3], [-0.6, 0], [0.6, 0]
];
const SERIF = '"Iowan Old Style", "Palatino Linotype", Palatino, "PT Serif", "Noto Serif", "Liberation Serif", serif';

/** Ways to break a name into lines, the fewest lines first. */
export function breaks(text) {
  const ways = [[text]], parts = text.match(/[^ -]*[ -]|[^ -]+/g) || [text];
  for (let cut = 1; cut < parts.length; cut++) {
    ways.push([parts.slice(0, cut).join("").trim(), parts.slice(cut).join("").trim()]);
  }
  return ways;
}

export const labelMethods = methods({
  /** Work out the other stops, and where their names fit, while the reader looks at this one. */
  ahead() {
    const self = this, record = this.record, queue = this.queue = [], lettering = this.lettering(), level = this.state.level;
    record.stops.forEach((_, stop) => {
      VIEWS.forEach((view) => { queue.push([stop, view]); });
    });
    (function next() {
      const now = queue === self.queue && queue.shift();
      if (!now) return;
      const snapshot = record.snapshot(now[0], now[1]);
      (lettering.few ? snapshot.firsts : snapshot.tiles).forEach((version) => {
        if (version.point) self.fit(version, lettering.style, lettering.few ? 1 : level);
      });
      (window.requestIdleCallback || window.setTimeout)(next);
    })();
  },

  width(text, font, spacing) {
    this.widths = this.widths || {};
    const key = font + text;
    if (this.widths[key] === undefined) {
      this.pen.font = font;
      this.widths[key] = this.pen.measureText(text).width;
    }
    return this.widths[key] + (spacing || 0) * text.length;
  },

  /** Where a unit's name fits inside it at this zoom: boxes relative to its label point, best first. */
  fit(version, style, level) {
    const zoom = this.map.getZoom();
    const key = version.id + zoom + this.state.lang + style.name;
    if (this.fits[key]) return this.fits[key];
    const self = this, rings = this.record.shapeOf(version, level);
    const at = level === 2 && version.tile_point || version.point;
    const centre = this.map.project(this.record.place(at[0], at[1]), zoom);
    const found = [];
    style.sizes.forEach((size) => {
      const font = style.font(size);
      breaks(self.text(version.label)).forEach((lines) => {
        if (found.length >= 10) return;
        const texts = style.upper ? lines.map((line) => { return line.toLocaleUpperCase(self.state.lang); }) : lines;
        const w = Math.max.apply(null, texts.map((line) => {
          return self.width(line, font, style.spacing * size);
        })) + 2;
        const h = size * 1.12 * texts.length;
        SHIFTS.forEach((shift) => {
          if (found.length >= 10) return;
          const x = shift[0] * w - w / 2, y = shift[1] * size * 1.1 - h / 2;
          const fits = [[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0], [0.5, 1], [0, 0.5], [0.5, 0.5], [1, 0.5]].every((corner) => {
            const point = L.point(centre.x + x + corner[0] * w, centre.y + y + corner[1] * h);
            return contains(rings, self.map.unproject(point, zoom));
          });
          if (fits) found.push({ x: x, y: y, w: w, h: h, lines: texts, size: size });
        });
      });
    });
    this.fits[key] = found;
    return found;
  },

  /** Which names are shown at this zoom, and how they are lettered. */
  lettering() {
    const zoom = this.map.getZoom();
    // On a small map the names of gubernias stand for those of their uezds.
    if (this.state.level === 1 || zoom < 4.4) {
      return {
        few: true, style: {
          name: "large", upper: true, spacing: 0.12, sizes: zoom < 4.4 ? [12, 11, 10, 9] : [15, 13, 11, 10],
          font: function (size) { return "600 " + size + "px " + SERIF; }
        }
      };
    }
    return {
      few: false, style: {
        name: "small", upper: false, spacing: 0, sizes: zoom < 5.5 ? [12, 11, 10] : [13.5, 12, 11],
        font: function (size) { return "500 " + size + "px " + SERIF; }
      }
    };
  },

  label() {
    this.plates().forEach((plate) => { plate.label(); });
  }
});

export const plateLabels = plateMethods({
  label() {
    const self = this, map = this.map, zoom = map.getZoom(), snapshot = this.snapshot(), placed = [], wanted = {};
    const owner = this.element, state = owner.state;
    let tiles = state.level === 1 ? snapshot.firsts : snapshot.tiles, dots = [];
    function free(box, others) {
      return others.every((other) => {
        return box.x + box.w + 2 < other.x || other.x + other.w + 2 < box.x ||
          box.y + box.h + 1 < other.y || other.y + other.h + 1 < box.y;
      });
    }
    function put(key, css, at, box, lines, size, overDots) {
      const whole = { x: at.x + box.x, y: at.y + box.y, w: box.w, h: box.h };
      if (!free(whole, placed) || !(overDots || free(whole, dots))) return false;
      placed.push(whole);
      wanted[key] = { css: css, x: whole.x, y: whole.y, w: box.w, lines: lines, size: size };
      return true;
    }
    function point(pair) { return map.latLngToLayerPoint(self.record.place(pair[0], pair[1])); }
    function extent(version) {
      if (version.size === undefined) {
        const bounds = L.latLngBounds([].concat.apply([], self.record.ringsOf(version)));
        version.size = (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
      }
      return version.size;
    }
    const lettering = owner.lettering(), few = lettering.few, style = lettering.style;
    if (few) tiles = snapshot.firsts;
    const seats = {};
    snapshot.tiles.concat(snapshot.firsts).forEach((version) => { if (version.seat) seats[version.seat] = true; });
    function dot(pair, radius) {
      const at = point(pair);
      dots.push({ x: at.x - radius, y: at.y - radius, w: 2 * radius, h: 2 * radius });
    }
    const towns = this.record.places.filter((place) => {
      const seat = Boolean(seats[place.id]), shows = seat ? zoom >= 4.5 : zoom >= 5.5 + place.rank / 2;
      const path = self.towns[place.id].getElement();
      path.style.display = shows ? "" : "none";
      path.classList.toggle("seat", seat);
      if (shows) dot(place.point, 2);
      return shows && zoom >= (seat ? 5.75 : 6 + place.rank / 2);
    });
    if (state.level === 2) {
      snapshot.points.forEach((version) => { dot(version.geometry.coordinates, 4); });
    }
    tiles.slice().sort((a, b) => {
      return (b.unit === state.unit) - (a.unit === state.unit) || extent(b) - extent(a);
    }).forEach((version) => {
      if (!version.point) return;
      const home = few ? version.point : version.tile_point || version.point;
      const abroad = snapshot.force[REPUBLIC] ? snapshot.top(version) !== REPUBLIC : !self.record.home[
        version.level === 2 ? holder(version, snapshot.view) : version.unit];
      const css = "kz-label " + style.name + (abroad ? " out" : "") + (version.unit === state.unit ? " chosen" : "");
      const boxes = owner.fit(version, style, few ? 1 : 2);
      [false, true].some((overDots) => {
        return boxes.some((box) => {
          return put(version.unit, css, point(home), box, box.lines, box.size, overDots);
        });
      });
    });
    function beside(key, css, pair, text, size, gap) {
      const w = owner.width(text, "400 " + size + "px " + SERIF) + 2, h = size * 1.1;
      return [[gap, -h / 2], [-gap - w, -h / 2], [-w / 2, gap], [-w / 2, -gap - h]].some((shift) => {
        return put(key, css, point(pair), { x: shift[0], y: shift[1], w: w, h: h }, [text], size, true);
      });
    }
    if (state.level === 2 && zoom >= 5.5) {
      snapshot.points.forEach((version) => {
        beside(version.unit, "kz-label lost", version.geometry.coordinates, owner.text(version.label), 11, 7);
      });
    }
    towns.forEach((place) => {
      const name = place.names.filter((name) => { return name[0] <= snapshot.date; }).pop();
      if (name) beside("town " + place.id, "kz-label town", place.point, owner.text(name.slice(1)), 10.5, 4);
    });
    (this.record.base.water_labels || []).forEach((item, index) => {
      const rank = item.properties.rank || 1;
      if (zoom < 3.5 + rank / 2) return;
      const text = owner.text(item.properties.name), size = rank === 1 ? 14 : 10.5;
      const w = owner.width(text, "italic " + size + "px " + SERIF) + 2, h = size * 1.15;
      put("water" + index, "kz-label water", point(item.coordinates), { x: -w / 2, y: -h / 2, w: w, h: h }, [text], size, true);
    });
    Object.keys(this.labels).forEach((key) => {
      if (!wanted[key]) { self.labels[key].node.remove(); delete self.labels[key]; }
    });
    Object.keys(wanted).forEach((key) => {
      let want = wanted[key], have = self.labels[key];
      if (!have) {
        have = self.labels[key] = { node: element("div", {}) };
        self.labelPane.appendChild(have.node);
      }
      const text = want.lines.join("\n");
      if (have.text !== text) { have.text = text; have.node.textContent = text; }
      if (have.css !== want.css) { have.css = want.css; have.node.className = want.css; }
      const place = "translate(" + want.x.toFixed(1) + "px," + want.y.toFixed(1) + "px)";
      if (have.place !== place) { have.place = place; have.node.style.transform = place; }
      if (have.size !== want.size) { have.size = want.size; have.node.style.fontSize = want.size + "px"; }
      if (have.w !== want.w) { have.w = want.w; have.node.style.width = want.w.toFixed(1) + "px"; }
    });
  }
});
