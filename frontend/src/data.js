/* The map's data, decoded once: stops, versions of units, borders, zones. Nothing here touches the page. */

import { REPUBLIC } from "./constants.js";
import { Days } from "./day.js";
import { Arcs } from "./topology.js";

/** @typedef {import("./types").Version} Version */
/** @typedef {import("./types").View} View */

export class AtlasData {
  /**
   * @param {import("./types").MapData} topology
   * @param {(lat: number, lng: number) => import("leaflet").LatLngLiteral} latLng makes a place of the map's kind
   */
  constructor(topology, latLng) {
    const { objects } = topology;
    this.arcs = new Arcs(topology, latLng);
    this.place = this.arcs.place;
    this.stops = topology.stops;
    this.alternatives = topology.alternatives;
    this.places = topology.places;
    this.methods = topology.methods;
    this.sources = topology.sources;
    this.ghosts = topology.ghosts;
    /** @type {import("./types").Border[]} */
    this.borders = objects.borders.geometries.map((item) => (
      { line: this.arcs.arc(item.arcs[0]), ...item.properties }
    ));
    /** @type {import("./types").Face[]} */
    this.faces = objects.faces.geometries.map((item) => (
      { id: item.id, water: item.properties.kind === "water", rings: this.arcs.rings(item) }
    ));
    /** @type {Version[]} */
    this.versions = objects.units.geometries.map((item) => ({ id: item.id, geometry: item, ...item.properties }));
    /** @type {import("./types").Zone[]} */
    this.zones = objects.zones.geometries.map((item) => (
      { id: item.id, rings: this.arcs.rings(item), ...item.properties }
    ));
    this.waterLabels = objects.base_water_labels?.geometries || [];
    /** @param {string} name @returns {import("./types").BaseGeometry[]} a layer of the background */
    this.base = (name) => /** @type {any} */ (objects[`base_${name}`]?.geometries || []);
    /** @type {Record<string, Version[]>} */
    this.byUnit = {};
    this.versions.forEach((version) => { (this.byUnit[version.unit] ||= []).push(version); });
    // Who can stand at the top of a unit: the republic and the other authorities and states.
    this.rulers = Object.keys(this.byUnit).filter((unit) => unit !== REPUBLIC && this.byUnit[unit][0].level === 0);
    this.days = new Days(topology.answers, this.versions, this.stops.map(({ date }) => date));
  }

  /** @param {Version} version */
  ringsOf(version) {
    const { geometry } = version;
    if (!version.rings) {
      const drawn = geometry.type === "Polygon" || geometry.type === "MultiPolygon";
      version.rings = drawn ? this.arcs.rings(geometry) : [];
    }
    return version.rings;
  }

  /** The places that a version spans: those of its rings, or its one point.
   *
   * @param {Version} version
   */
  placesOf(version) {
    const { geometry } = version;
    return geometry.type === "Point" ? [this.place(...geometry.coordinates)] : this.ringsOf(version).flat();
  }

  /** What a map of uezds, or of gubernias, shows of a version: among uezds, a first-level unit beside whose uezds
   * something is left is only that something.
   *
   * @param {Version} version
   * @param {number} level
   */
  shapeOf(version, level) {
    if (level === 1 || !version.tile_point) return this.ringsOf(version);
    if (!version.tileRings) version.tileRings = (version.faces || []).flatMap((face) => this.faces[face].rings);
    return version.tileRings;
  }

  /** The number of the last stop on or before a day, or of the first.
   *
   * @param {string} date
   */
  stopAt(date) {
    let found = 0;
    this.stops.forEach((stop, index) => { if (stop.date <= date) found = index; });
    return found;
  }

  /** The date of the stop in force on a day.
   *
   * @param {string | null | undefined} date
   */
  stopDate(date) {
    return date ? this.stops[this.stopAt(date)].date : null;
  }

  /** The date to compare a stop with when none is named: the last one, or from there the first.
   *
   * @param {number} stop
   */
  otherDate(stop) {
    const last = this.stops.length - 1;
    return this.stops[stop === last ? 0 : last].date;
  }

  /** @param {string} date */
  zonesAt(date) {
    return this.zones.filter((zone) => (!zone.from || zone.from <= date) && (!zone.to || date < zone.to));
  }

  /** The borders of the day before that a stop took away, down to a level.
   *
   * @param {string} date
   * @param {View} view
   * @param {number} level
   */
  ghostsAt(date, view, level) {
    const byLevel = this.ghosts[date]?.[view] || [];
    return [...new Set(byLevel.slice(0, level + 1).flat())].sort((a, b) => a - b);
  }

  /** The middle point of a stretch of border.
   *
   * @param {number} index
   */
  middleOf(index) {
    const { line } = this.borders[index];
    return line[Math.floor(line.length / 2)];
  }

  /** Everything that the map draws at a stop in a view.
   *
   * @param {number} stop
   * @param {View} view
   */
  day(stop, view) {
    return this.days.at(stop, view);
  }
}
