/* The map: one plate, and a second one where two dates are compared. */

import { L, containerOf, wordedScale } from "./leaflet.js";
import { NONE, REPUBLIC, contains, evidence, holder, tint } from "./data.js";
import { choosable, colour, element, mark, strong } from "./dom.js";
import { plateLabels } from "./labels.js";
import { methods } from "./methods.js";
import { zoneCell } from "./zones.js";

/** The layers that show one stop: each made once, in the order in which they lie over one another. */
export class Plate {
  constructor(owner, suffix) {
    this.element = owner;
    this.map = owner.map;
    this.record = owner.record;
    this.suffix = suffix;
    this.shown = {}; // unit -> what its layer shows now
    this.ruling = {}; // ruler -> the faces that it holds against the decree
    this.stop = owner.state.stop;
    this.build();
  }

  build() {
    const self = this, map = this.map, record = this.record;
    this.pane = this.suffix ? map.createPane("kz" + this.suffix) : map.getPane("overlayPane");
    const renderer = L.svg(this.suffix ? { pane: "kz" + this.suffix, padding: 0.6 } : { padding: 0.6 });
    function polygon(rings, css) {
      return L.polygon(rings, {
        renderer: renderer, stroke: false, fillOpacity: 1, interactive: false, smoothFactor: 0.4,
        className: css
      }).addTo(map);
    }
    function line(lines, css) {
      return L.polyline(lines, {
        renderer: renderer, interactive: false, smoothFactor: 0.4, className: css
      }).addTo(map);
    }
    function base(name, css) {
      (record.base[name] || []).forEach((item) => {
        if (item.type === "MultiLineString") {
          line(item.arcs.map((arcs) => { return record.arc(arcs[0]); }), css);
        } else polygon(record.rings(item), css);
      });
    }
    base("land", "kz-land");
    base("sea", "kz-water");
    this.units = {};
    Object.keys(record.byUnit).forEach((unit) => {
      const drawn = record.byUnit[unit].some((version) => { return version.geometry.arcs; });
      if (drawn) {
        const layer = L.polygon([], {
          renderer: renderer, stroke: false, fillOpacity: 1, smoothFactor: 0.4, className: "kz-unit",
          bubblingMouseEvents: false
        }).addTo(map);
        self.attach(layer, unit);
        self.units[unit] = layer;
      }
    });
    this.svg = containerOf(renderer);
    this.svg.setAttribute("role", "group");
    this.hatches = {};
    record.rulers.forEach((ruler) => {
      self.hatches[ruler] = polygon([], "kz-hatch");
      self.hatches[ruler].getElement().style.fill = "url(#" + self.hatchPattern(ruler) + ")";
    });
    record.faces.forEach((face) => { if (face.water) polygon(face.rings, "kz-water"); });
    base("lakes", "kz-water");
    base("rivers", "kz-river");
    this.zones = {};
    record.zones.forEach((zone) => {
      const layer = L.polygon(zone.rings, {
        renderer: renderer, fillOpacity: 1, smoothFactor: 0.4, className: "kz-zone " + zone.kind,
        bubblingMouseEvents: false
      }).addTo(map);
      self.attachZone(layer, zone);
      self.zones[zone.id] = layer;
      // A zone too small to be seen has a dot in its place.
      layer.dots = zone.rings.map((ring) => {
        const dot = L.circleMarker(L.latLngBounds(ring).getCenter(), {
          renderer: renderer, radius: 5, className: "kz-zone kz-zone-dot", bubblingMouseEvents: false
        }).addTo(map);
        dot.ring = ring;
        self.attachZone(dot, zone);
        return dot;
      });
    });
    this.band = line([], "kz-band");
    this.ghost = line([], "kz-ghost");
    this.claim = line([], "kz-claim");
    this.lit = line([], "kz-lit");
    this.edges = record.borders.map((border) => {
      return line(border.line, "kz-edge");
    });
    if (!this.suffix) {
      this.edges.forEach((edge, index) => { edge.getElement().dataset.line = String(index); });
    }
    this.outline = line([], "kz-outline");
    this.points = {};
    Object.keys(record.byUnit).forEach((unit) => {
      const version = record.byUnit[unit].filter((v) => { return v.geometry.type === "Point"; })[0];
      if (!version) return;
      const at = version.geometry.coordinates;
      const layer = L.circleMarker(record.place(at[0], at[1]), {
        renderer: renderer, radius: 4.5, className: "kz-point", bubblingMouseEvents: false
      }).addTo(map);
      self.attach(layer, unit);
      self.points[unit] = layer;
    });
    this.towns = {};
    record.places.forEach((place) => {
      self.towns[place.id] = L.circleMarker(record.place(place.point[0], place.point[1]), {
        renderer: renderer, radius: place.rank === 1 ? 2.6 : 2, interactive: false, className: "kz-town"
      }).addTo(map);
    });
    const pane = map.createPane("kz" + this.suffix + "-labels");
    pane.classList.add("kz-labels");
    pane.setAttribute("aria-hidden", "true");
    this.labelPane = pane;
    this.labels = {};
  }

  /** Put a pattern into the drawing and return its id; `draw` is the path of one cell of `size`. */
  pattern(name, size, turn, draw, css, stroke) {
    const id = "kz-" + name + this.suffix, svg = "http://www.w3.org/2000/svg";
    const pattern = document.createElementNS(svg, "pattern"), path = document.createElementNS(svg, "path");
    Object.entries({
      id: id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(" + turn + ")"
    }).forEach((pair) => { pattern.setAttribute(pair[0], pair[1]); });
    path.setAttribute("d", draw);
    path.setAttribute("class", css);
    if (stroke) path.style.stroke = stroke;
    pattern.appendChild(path);
    this.svg.insertBefore(pattern, this.svg.firstChild);
    return id;
  }

  hatchPattern(ruler) {
    return this.pattern("hatch-" + ruler, 9, 45, "M2 0V9", "kz-hatch-line", strong(ruler));
  }

  /** A unit's layer also says what it is. */
  attach(layer, unit) {
    const self = this;
    choosable(layer, () => { self.element.select(unit); }).dataset.unit = unit;
    layer.bindTooltip(() => { return self.element.tooltip(unit, self); }, { sticky: true, className: "kz-tooltip" });
  }

  attachZone(layer, zone) {
    const self = this, owner = this.element, id = this.patterned || {};
    this.patterned = id;
    if (!id[zone.kind]) {
      const cell = zoneCell(zone.kind);
      id[zone.kind] = this.pattern("zone-" + zone.kind, cell[0], 0, cell[1], "kz-zone-line");
    }
    const path = choosable(layer, (event) => {
      // What lies under a zone is chosen by a second click.
      const under = event.latlng && owner.state.zone === zone.id && self.unitAt(event.latlng);
      if (under) owner.select(under);
      else owner.select(null, zone.id);
    });
    // The dot is the pointer's only; by keyboard the zone itself is chosen.
    if (layer instanceof L.CircleMarker) {
      path.removeAttribute("role");
      path.setAttribute("tabindex", "-1");
    } else path.dataset.zone = zone.id;
    path.style.fill = "url(#" + id[zone.kind] + ")";
    layer.bindTooltip(() => {
      return element("div", {}, [
        element("strong", { text: owner.text(zone.title) }),
        element("span", { text: owner.word("card.zone_" + zone.kind) }),
        element("span", { text: owner.word("map.zone_note") })
      ]);
    }, { sticky: true, className: "kz-tooltip" });
  }

  unitAt(place) {
    const self = this;
    return Object.keys(this.shown).filter((unit) => { return contains(self.shown[unit].rings, place); })[0];
  }

  snapshot() {
    return this.record.snapshot(this.stop, this.element.state.view);
  }

  draw(stop) {
    this.stop = stop;
    const self = this, record = this.record, snapshot = this.snapshot(), state = this.element.state, level = state.level;
    const law = record.snapshot(stop, "de_jure"), fact = record.snapshot(stop, "de_facto");
    const owner = this.element, documented = owner.documented;
    const named = owner.word("map.units") + (state.compare ? ", " + owner.dateWords(snapshot.date) : "");
    if (this.named !== named) { this.named = named; this.svg.setAttribute("aria-label", named); }
    const tiles = level === 1 ? snapshot.firsts : snapshot.tiles;
    const now = {};
    tiles.forEach((version) => {
      const top = snapshot.top(version);
      const first = version.level === 2 ? holder(version, snapshot.view) : version.unit;
      const claimed = snapshot.view === "de_facto" && law.force[REPUBLIC] && top !== REPUBLIC &&
        version.level > 0 && law.force[version.unit] && law.top(law.force[version.unit]) === REPUBLIC;
      let fill, css;
      if (top === REPUBLIC) { fill = colour(first); css = "in t" + (level === 2 ? tint(version.unit) : 1); }
      else if (claimed) { fill = strong(top); css = "claimed t" + tint(version.unit); }
      else if (record.home[first]) { fill = colour(first); css = "home t" + tint(version.unit); }
      else { fill = colour(top); css = "out"; }
      now[version.unit] = { version: version, rings: record.shapeOf(version, level), fill: fill, css: css };
    });
    Object.keys(this.units).forEach((unit) => {
      const want = now[unit], have = self.shown[unit], layer = self.units[unit], path = layer.getElement();
      if (!want) {
        if (!have && path.style.display === "none") return;
        path.style.display = "none";
        path.removeAttribute("tabindex");
        layer.closeTooltip();
        delete self.shown[unit];
        return;
      }
      if (!have || have.rings !== want.rings) layer.setLatLngs(want.rings);
      if (!have || have.css !== want.css) {
        path.setAttribute("class", "leaflet-interactive kz-unit " + want.css + (unit === self.marked ? " chosen" : ""));
      }
      if (!have || have.fill !== want.fill) path.style.fill = want.fill;
      if (!have) { path.style.display = ""; path.setAttribute("tabindex", "0"); }
      const name = owner.text(want.version.name);
      if (path.getAttribute("aria-label") !== name) path.setAttribute("aria-label", name);
      if (!have || have.version !== want.version) path.dataset.version = want.version.id;
      self.shown[unit] = want;
    });
    const present = {};
    snapshot.points.forEach((version) => { present[version.unit] = version; });
    Object.keys(this.points).forEach((unit) => {
      const path = self.points[unit].getElement(), version = level === 2 && present[unit];
      path.style.display = version ? "" : "none";
      if (!version) return path.removeAttribute("tabindex");
      path.setAttribute("tabindex", "0");
      path.setAttribute("aria-label", owner.text(version.name) + ", " + owner.word("map.not_recovered"));
      path.dataset.version = version.id;
    });
    // Lines: drawn once each; a stop changes only their rank.
    const bandLines = [], claimLines = [];
    this.edges.forEach((edge, index) => {
      let border = record.borders[index], rank = snapshot.ranks[index];
      if (level === 1 && rank.indexOf("uezd") === 0) rank = "none";
      const css = "kz-edge " + rank + " " + evidence(border);
      if (edge.css !== css) { edge.css = css; edge.getElement().setAttribute("class", css); }
      if (rank === "none" || (documented && border.basis === "conjecture")) return;
      if (rank === "republic") {
        const a = border.sides[0], b = border.sides[1];
        if ((snapshot.topOf[a] === REPUBLIC) !== (snapshot.topOf[b] === REPUBLIC)) bandLines.push(index);
      }
      if (snapshot.view === "de_facto" && law.ranks[index] === "republic" && fact.ranks[index] !== "republic") {
        claimLines.push(index);
      }
    });
    function lines(layer, numbers) {
      const key = numbers.join();
      if (layer.key === key) return;
      layer.key = key;
      layer.setLatLngs(numbers.map((number) => { return record.borders[number].line; }));
    }
    lines(this.band, bandLines);
    lines(this.claim, claimLines);
    // Two dates beside each other say more than the line of the day before.
    lines(this.ghost, state.compare ? [] : record.ghostsAt(snapshot.date, snapshot.view, level).filter((number) => {
      return !documented || record.borders[number].basis !== "conjecture";
    }));
    this.drawHatches(law, fact);
    this.drawZones(snapshot.date);
    this.drawSelection();
    if (!this.suffix) owner.drawLineStop();
    if (!owner.bare) this.label();
  }

  /** Zones are no units: they are there between two days, and only if the reader wants them. */
  drawZones(date) {
    const self = this, owner = this.element, there = {};
    if (owner.zonesShown) this.record.zonesAt(date).forEach((zone) => { there[zone.id] = true; });
    this.record.zones.forEach((zone) => {
      const layer = self.zones[zone.id], path = layer.getElement(), shown = Boolean(there[zone.id]);
      if (layer.there !== shown) {
        layer.there = shown;
        path.style.display = shown ? "" : "none";
        if (shown) path.setAttribute("tabindex", "0");
        else {
          path.removeAttribute("tabindex");
          layer.closeTooltip();
        }
        self.drawDots(layer);
      }
      const name = owner.text(zone.title);
      if (path.getAttribute("aria-label") !== name) path.setAttribute("aria-label", name);
    });
  }

  drawDots(layer) {
    const map = this.map;
    layer.dots.forEach((dot) => {
      if (dot.zoom !== map.getZoom()) {
        dot.zoom = map.getZoom();
        const size = L.bounds(dot.ring.map((place) => { return map.project(place); })).getSize();
        dot.small = Math.max(size.x, size.y) < 20;
      }
      dot.getElement().style.display = layer.there && dot.small ? "" : "none";
    });
  }

  /** Where decree and rule part: hatched in the colour of who ruled. */
  drawHatches(law, fact) {
    const self = this, byRuler = {};
    if (law.force[REPUBLIC]) {
      law.topOf.forEach((top, face) => {
        const ruler = fact.topOf[face];
        if (top === REPUBLIC && ruler && ruler !== REPUBLIC) (byRuler[ruler] = byRuler[ruler] || []).push(face);
      });
    }
    this.record.rulers.forEach(function (ruler) {
      const faces = this.element.state.view === "de_jure" && byRuler[ruler] || [], key = faces.join(), layer = self.hatches[ruler];
      if ((layer.key || "") === key) return;
      layer.key = key;
      layer.setLatLngs([].concat.apply([], faces.map((face) => { return self.record.faces[face].rings; })));
    }, this);
    this.ruling = byRuler;
  }

  drawSelection() {
    const unit = this.element.state.unit, zone = this.element.state.zone, version = unit && this.snapshot().force[unit];
    const rings = version ? this.record.ringsOf(version) : NONE;
    if (this.outline.rings !== rings) {
      this.outline.rings = rings;
      this.outline.setLatLngs(rings);
    }
    if (this.marked !== unit) {
      this.mark(this.marked, false);
      this.mark(unit, true);
      this.marked = unit;
    }
    if (this.markedZone !== zone) {
      this.markZone(this.markedZone, false);
      this.markZone(zone, true);
      this.markedZone = zone;
    }
  }

  markZone(zone, chosen) {
    const layer = this.zones[zone];
    if (layer) [layer].concat(layer.dots).forEach((part) => { mark(part, chosen); });
  }

  mark(unit, chosen) {
    mark(this.units[unit], chosen);
    mark(this.points[unit], chosen);
  }
}

Object.assign(Plate.prototype, plateLabels);

export const mapMethods = methods({
  buildMap() {
    const self = this, map = this.map;
    this.pen = document.createElement("canvas").getContext("2d");
    this.plate = new Plate(this, "");
    this.other = null;
    map.on("click", () => { self.select(null); });
    map.on("move zoom viewreset", () => { self.clip(); });
    this.scale = wordedScale((key) => { return self.word(key); }, {
      imperial: false, position: "bottomleft"
    }).addTo(map);
    this.zoom = L.control.zoom({ position: "topright" }).addTo(map);
  },

  /** The plates on the screen. */
  plates() {
    if (!this.plate) return [];
    return this.state.compare ? [this.plate, this.other].filter(Boolean) : [this.plate];
  },

  /** Lines and points keep their proportion to the map: thin on a small one. */
  scaleLines() {
    const size = Math.max(0.5, Math.min(1.5, (this.map.getZoom() - 1.5) / 3.5));
    this.root.style.setProperty("--k", size.toFixed(2));
    this.plates().forEach((plate) => {
      Object.values(plate.points).forEach((point) => { point.setRadius(4.5 * size); });
      Object.values(plate.zones).forEach((zone) => { plate.drawDots(zone); });
    });
  },

  /** Show the whole republic, as it is when it is largest. */
  home() {
    const bounds = L.latLngBounds([]);
    const self = this;
    (this.record.byUnit[REPUBLIC] || []).forEach((version) => {
      self.record.ringsOf(version).forEach((ring) => { bounds.extend(L.latLngBounds(ring)); });
    });
    if (!bounds.isValid()) return;
    this.homing = true;
    this.map.fitBounds(bounds, { animate: false, padding: [8, 8] });
    this.homing = false;
  }
});
