/* The map: one plate, and a second one where two dates are compared. */

import { strong } from "./colours.js";
import { NONE } from "./constants.js";
import { element } from "./dom.js";
import { Labels } from "./labels.js";
import { L, choosable, containerOf, mark, pathOf } from "./leaflet.js";
import { WHOLE, lookOf } from "./looks.js";
import { bandAndClaim, rankAt } from "./stretches.js";
import { contains } from "./topology.js";
import { ZoneLayers } from "./zones.js";

/** @typedef {import("./types").Ring} Ring */
/** @typedef {import("./types").Version} Version */
/** @typedef {import("./day.js").Day} Day */
/** @typedef {{ version: Version, rings: Ring[], fill: string, css: string }} Look */

const SVG = "http://www.w3.org/2000/svg";
const POINT_RADIUS = 4.5;

/** The layers that show one stop: each made once, in the order in which they lie over one another. */
export class Plate {
  /**
   * @param {import("./element.js").AtlasElement} atlas
   * @param {"" | "-other"} suffix the second plate's, for names that stand in the page once
   */
  constructor(atlas, suffix) {
    this.atlas = atlas;
    this.map = atlas.map;
    this.record = atlas.record;
    this.suffix = suffix;
    this.stop = atlas.state.stop;
    /** @type {Record<string, Look>} What each unit's layer shows now. */
    this.shown = {};
    /** @type {Record<string, number[]>} The faces that a ruler holds against the decree. */
    this.ruling = {};
    /** @type {Map<import("leaflet").Path, string>} What a layer of several lines or areas shows now. */
    this.keys = new Map();
    /** @type {string | null} The chosen unit, and its rings, as they are marked. */
    this.marked = null;
    this.outlined = NONE;
    /** @type {number | null} The stretch that is lit. */
    this.litLine = null;
    this.named = "";
    this.pane = suffix ? this.map.createPane(`kz${suffix}`) : /** @type {HTMLElement} */ (this.map.getPane("overlayPane"));
    this.renderer = L.svg(suffix ? { pane: `kz${suffix}`, padding: 0.6 } : { padding: 0.6 });
    this.drawBase("land", "kz-land");
    this.drawBase("sea", "kz-water");
    this.units = this.makeUnits();
    this.svg = containerOf(this.renderer);
    this.svg.setAttribute("role", "group");
    this.claims = Object.fromEntries(this.record.rulers.map((ruler) => [ruler, this.makeClaim(ruler)]));
    this.hatches = this.makeHatches();
    this.record.faces.forEach((face) => { if (face.water) this.polygon(face.rings, "kz-water"); });
    this.drawBase("lakes", "kz-water");
    this.drawBase("rivers", "kz-river");
    this.zones = new ZoneLayers(this);
    this.band = this.line([], "kz-band");
    this.ghost = this.line([], "kz-ghost");
    this.claim = this.line([], "kz-claim");
    this.lit = this.line([], "kz-lit");
    this.edges = this.makeEdges();
    /** @type {string[]} */
    this.edgeCss = [];
    this.outline = this.line([], "kz-outline");
    this.points = this.makePoints();
    this.towns = this.makeTowns();
    this.labels = new Labels(this);
  }

  // ---- made once

  /** @param {Ring[]} rings @param {string} css */
  polygon(rings, css) {
    return L.polygon(rings, {
      renderer: this.renderer, stroke: false, fillOpacity: 1, interactive: false, smoothFactor: 0.4, className: css
    }).addTo(this.map);
  }

  /** @param {Ring | Ring[]} lines @param {string} css */
  line(lines, css) {
    return L.polyline(lines, {
      renderer: this.renderer, interactive: false, smoothFactor: 0.4, className: css
    }).addTo(this.map);
  }

  /** @param {string} name of a layer of the background @param {string} css */
  drawBase(name, css) {
    this.record.base(name).forEach((item) => {
      if (item.type === "MultiLineString") this.line(item.arcs.map(([arc]) => this.record.arcs.arc(arc)), css);
      else this.polygon(this.record.arcs.rings(item), css);
    });
  }

  makeUnits() {
    /** @type {Record<string, import("leaflet").Polygon>} */
    const units = {};
    Object.entries(this.record.byUnit).forEach(([unit, versions]) => {
      if (!versions.some((version) => version.geometry.arcs)) return;
      units[unit] = L.polygon([], {
        renderer: this.renderer, stroke: false, fillOpacity: 1, smoothFactor: 0.4, className: "kz-unit",
        bubblingMouseEvents: false
      }).addTo(this.map);
      this.attach(units[unit], unit);
    });
    return units;
  }

  /** @param {string} ruler */
  makeClaim(ruler) {
    const layer = this.polygon([], `kz-claims claimed ${WHOLE}`);
    pathOf(layer).style.fill = strong(ruler);
    return layer;
  }

  makeHatches() {
    /** @type {Record<string, import("leaflet").Polygon>} */
    const hatches = {};
    this.record.rulers.forEach((ruler) => {
      hatches[ruler] = this.polygon([], "kz-hatch");
      const pattern = this.pattern(`hatch-${ruler}`, 9, 45, "M2 0V9", "kz-hatch-line", strong(ruler));
      pathOf(hatches[ruler]).style.fill = `url(#${pattern})`;
    });
    return hatches;
  }

  /** Each border is drawn once; a stop changes only its rank. */
  makeEdges() {
    const edges = this.record.borders.map((border) => this.line(border.line, "kz-edge"));
    if (!this.suffix) edges.forEach((edge, index) => { pathOf(edge).dataset.line = String(index); });
    return edges;
  }

  makePoints() {
    /** @type {Record<string, import("leaflet").CircleMarker>} */
    const points = {};
    Object.entries(this.record.byUnit).forEach(([unit, versions]) => {
      const geometry = versions.map((version) => version.geometry).find((found) => found.type === "Point");
      if (geometry?.type !== "Point") return;
      points[unit] = L.circleMarker(this.record.place(...geometry.coordinates), {
        renderer: this.renderer, radius: POINT_RADIUS, className: "kz-point", bubblingMouseEvents: false
      }).addTo(this.map);
      this.attach(points[unit], unit);
    });
    return points;
  }

  makeTowns() {
    /** @type {Record<string, import("leaflet").CircleMarker>} */
    const towns = {};
    this.record.places.forEach((place) => {
      towns[place.id] = L.circleMarker(this.record.place(...place.point), {
        renderer: this.renderer, radius: place.rank === 1 ? 2.6 : 2, interactive: false, className: "kz-town"
      }).addTo(this.map);
    });
    return towns;
  }

  /** Put a pattern into the drawing and return its id.
   *
   * @param {string} name
   * @param {number} size of a cell
   * @param {number} turn in degrees
   * @param {string} draw the path of one cell
   * @param {string} css
   * @param {string} [stroke]
   */
  pattern(name, size, turn, draw, css, stroke) {
    const id = `kz-${name}${this.suffix}`;
    const pattern = document.createElementNS(SVG, "pattern"), path = document.createElementNS(SVG, "path");
    Object.entries({
      id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})`
    }).forEach(([key, value]) => { pattern.setAttribute(key, String(value)); });
    path.setAttribute("d", draw);
    path.setAttribute("class", css);
    if (stroke) path.style.stroke = stroke;
    pattern.appendChild(path);
    this.svg.insertBefore(pattern, this.svg.firstChild);
    return id;
  }

  /** A unit's layer also says what it is.
   *
   * @param {import("leaflet").Path} layer
   * @param {string} unit
   */
  attach(layer, unit) {
    choosable(layer, () => { this.atlas.select(unit); }).dataset.unit = unit;
    layer.bindTooltip(() => this.tooltip(unit), { sticky: true, className: "kz-tooltip" });
  }

  /** @param {string} unit */
  tooltip(unit) {
    const { words } = this.atlas, version = this.day().force[unit], box = element("div");
    /** @param {string} text */
    const say = (text) => { box.appendChild(element("span", { text })); };
    if (!version) return box;
    box.appendChild(element("strong", { text: words.text(version.name) }));
    if (version.parent) say(words.word("map.by_decree", { name: this.atlas.nameOf(version.parent) }));
    if (version.by && version.by !== version.parent) say(words.word("map.run_by", { name: this.atlas.nameOf(version.by) }));
    if (version.border === "not-recovered") say(words.word("map.not_recovered"));
    return box;
  }

  // ---- drawn at each step

  day() {
    return this.record.day(this.stop, this.atlas.state.view);
  }

  /** The unit that is drawn at a place.
   *
   * @param {import("leaflet").LatLngLiteral} place
   */
  unitAt(place) {
    return Object.keys(this.shown).find((unit) => contains(this.shown[unit].rings, place));
  }

  /** @param {number} stop */
  draw(stop) {
    this.stop = stop;
    const day = this.day(), law = this.record.day(stop, "de_jure"), fact = this.record.day(stop, "de_facto");
    this.nameDrawing(day);
    this.drawUnits(day);
    this.drawPoints(day);
    this.drawEdges(day, law, fact);
    this.drawHatches(day, law);
    this.zones.draw(day.date);
    this.drawSelection();
    if (!this.suffix) this.atlas.lines.drawStop();
    if (!this.atlas.bare) this.labels.draw();
  }

  /** @param {Day} day */
  nameDrawing(day) {
    const { words, state } = this.atlas;
    const named = words.word("map.units") + (state.compare ? `, ${words.date(day.date)}` : "");
    if (this.named === named) return;
    this.named = named;
    this.svg.setAttribute("aria-label", named);
  }

  /** @param {Day} day */
  drawUnits(day) {
    const { record } = this, { level } = this.atlas.state;
    /** @type {Record<string, Look>} */
    const now = {};
    (level === 1 ? day.firsts : day.tiles).forEach((version) => {
      now[version.unit] = { version, rings: record.shapeOf(version, level), ...lookOf(version, level, day) };
    });
    Object.keys(this.units).forEach((unit) => {
      if (now[unit]) this.showUnit(unit, now[unit]);
      else this.hideUnit(unit);
    });
  }

  /** Show a unit; what it has already is not touched.
   *
   * @param {string} unit
   * @param {Look} want
   */
  showUnit(unit, want) {
    const layer = this.units[unit], path = pathOf(layer), have = this.shown[unit];
    if (have?.rings !== want.rings) layer.setLatLngs(want.rings);
    if (have?.css !== want.css) {
      path.setAttribute("class", `leaflet-interactive kz-unit ${want.css}${unit === this.marked ? " chosen" : ""}`);
    }
    if (have?.fill !== want.fill) path.style.fill = want.fill;
    if (!have) { path.style.display = ""; path.setAttribute("tabindex", "0"); }
    const name = this.atlas.words.text(want.version.name);
    if (path.getAttribute("aria-label") !== name) path.setAttribute("aria-label", name);
    if (have?.version !== want.version) path.dataset.version = want.version.id;
    this.shown[unit] = want;
  }

  /** @param {string} unit */
  hideUnit(unit) {
    const path = pathOf(this.units[unit]);
    if (!this.shown[unit] && path.style.display === "none") return;
    path.style.display = "none";
    path.removeAttribute("tabindex");
    this.units[unit].closeTooltip();
    delete this.shown[unit];
  }

  /** @param {Day} day */
  drawPoints(day) {
    const { words, state } = this.atlas;
    Object.keys(this.points).forEach((unit) => {
      const path = pathOf(this.points[unit]);
      const version = state.level === 2 && day.points.find((found) => found.unit === unit);
      path.style.display = version ? "" : "none";
      if (!version) return path.removeAttribute("tabindex");
      path.setAttribute("tabindex", "0");
      path.setAttribute("aria-label", `${words.text(version.name)}, ${words.word("map.not_recovered")}`);
      path.dataset.version = version.id;
    });
  }

  /** @param {Day} day @param {Day} law @param {Day} fact */
  drawEdges(day, law, fact) {
    const { borders } = this.record, { documented, state } = this.atlas;
    this.edges.forEach((edge, index) => {
      const css = `kz-edge ${rankAt(day.ranks[index] || "none", state.level)} ${borders[index].evidence || ""}`;
      if (this.edgeCss[index] === css) return;
      this.edgeCss[index] = css;
      pathOf(edge).setAttribute("class", css);
    });
    const { band, claim } = bandAndClaim(borders, day, law, fact, state.level, documented);
    this.drawLines(this.band, band);
    this.drawLines(this.claim, claim);
    // Two dates beside each other say more than the line of the day before.
    const ghosts = state.compare ? [] : this.record.ghostsAt(day.date, day.view, state.level);
    this.drawLines(this.ghost, ghosts.filter((number) => !documented || borders[number].basis !== "conjecture"));
  }

  /** @param {import("leaflet").Polyline} layer @param {number[]} numbers of borders */
  drawLines(layer, numbers) {
    if (this.isNew(layer, numbers)) layer.setLatLngs(numbers.map((number) => this.record.borders[number].line));
  }

  /** Whether a layer shows other lines or areas than these, which it then does.
   *
   * @param {import("leaflet").Path} layer
   * @param {number[]} numbers
   */
  isNew(layer, numbers) {
    const key = numbers.join();
    if ((this.keys.get(layer) || "") === key) return false;
    this.keys.set(layer, key);
    return true;
  }

  /** Where decree and rule part: hatched in the colour of who ruled; among who ruled, in that colour whole units have
   * it anyway, and parts of a unit are laid over it.
   *
   * @param {Day} day
   * @param {Day} law the same day by decree
   */
  drawHatches(day, law) {
    const { level, view } = this.atlas.state;
    this.ruling = law.hatches;
    this.record.rulers.forEach((ruler) => {
      this.drawFaces(this.hatches[ruler], view === "de_jure" ? this.ruling[ruler] || [] : []);
      this.drawFaces(this.claims[ruler], day.claims[level][ruler] || []);
    });
  }

  /** @param {import("leaflet").Polygon} layer @param {number[]} faces */
  drawFaces(layer, faces) {
    if (this.isNew(layer, faces)) layer.setLatLngs(faces.flatMap((face) => this.record.faces[face].rings));
  }

  drawSelection() {
    const { unit, zone } = this.atlas.state, version = unit ? this.day().force[unit] : undefined;
    const rings = version ? this.record.ringsOf(version) : NONE;
    if (this.outlined !== rings) {
      this.outlined = rings;
      this.outline.setLatLngs(rings);
    }
    if (this.marked !== unit) {
      this.mark(this.marked, false);
      this.mark(unit, true);
      this.marked = unit;
    }
    this.zones.choose(zone);
  }

  /** @param {string | null} unit @param {boolean} chosen */
  mark(unit, chosen) {
    if (unit === null) return;
    mark(this.units[unit], chosen);
    mark(this.points[unit], chosen);
  }

  /** Light up one stretch of border, or none.
   *
   * @param {number | null} index
   */
  light(index) {
    if (this.litLine === index) return;
    this.litLine = index;
    this.lit.setLatLngs(index === null ? [] : this.record.borders[index].line);
  }

  /** Points and dots keep their proportion to the map.
   *
   * @param {number} size
   */
  rescale(size) {
    Object.values(this.points).forEach((point) => { point.setRadius(POINT_RADIUS * size); });
    this.zones.rescale();
  }

  /** @param {boolean} shown */
  show(shown) {
    this.pane.style.display = this.labels.pane.style.display = shown ? "" : "none";
  }

  /** Leave only a part of the plate to be seen and clicked.
   *
   * @param {string} area a CSS shape, "" for all
   */
  clip(area) {
    this.pane.style.clipPath = this.labels.pane.style.clipPath = area;
  }
}
