/* One day in one view: which versions are in force, who holds what, and what each stretch of line then is. */

import { REPUBLIC } from "./constants.js";

/** @typedef {import("./types").Version} Version */
/** @typedef {import("./types").View} View */
/** @typedef {Record<string, Version>} Force the versions in force, by unit */

/** @param {Version} version @param {string} date @param {View} view */
export function inForce(version, date, view) {
  return (version.view === "both" || version.view === view) &&
    version.from <= date && (!version.to || date < version.to);
}

/** The unit above a version: by decree, or the one that ran it.
 *
 * @param {Version} version
 * @param {View} view
 */
export function holder(version, view) {
  return view === "de_jure" ? version.parent : version.by;
}

/** The first-level unit over a version; a uezd that stands straight under a state is its own.
 *
 * @param {Version} version
 * @param {View} view
 * @param {Force} force
 */
export function firstOver(version, view, force) {
  if (version.level !== 2) return version.unit;
  const above = holder(version, view);
  return above !== undefined && force[above]?.level === 0 ? version.unit : above;
}

export class Snapshot {
  /**
   * @param {import("./data.js").AtlasData} record
   * @param {string} date
   * @param {View} view
   */
  constructor(record, date, view) {
    this.date = date;
    this.view = view;
    /** @type {Force} */
    this.force = {};
    /** @type {Version[]} Those that hold faces by themselves: together they cover the map once. */
    this.tiles = [];
    /** @type {Version[]} Those of which only the seat is known. */
    this.points = [];
    /** @type {Version[]} Those of a map of gubernias. */
    this.firsts = [];
    // For every face: its tile, the first-level unit, and who stands at the top.
    /** @type {string[]} */
    this.tileOf = [];
    /** @type {(string | undefined)[]} */
    this.firstOf = [];
    /** @type {(string | undefined)[]} */
    this.topOf = [];
    record.versions.filter((version) => inForce(version, date, view)).forEach((version) => { this.take(version); });
    this.tiles.forEach((tile) => { this.spread(tile); });
    /** What each border is on the day; see `rankOf`. */
    this.ranks = record.borders.map((border) => this.rankOf(border, record.faces));
  }

  /** @param {Version} version */
  take(version) {
    this.force[version.unit] = version;
    if (version.faces) this.tiles.push(version);
    if (version.geometry.type === "Point") this.points.push(version);
    if (version.geometry.arcs && (version.level === 1 || (version.faces && version.level === 0))) {
      this.firsts.push(version);
    }
  }

  /** Write down for each face of a tile who holds it.
   *
   * @param {Version} tile
   */
  spread(tile) {
    const { view, force } = this, first = firstOver(tile, view, force);
    if (tile.level === 2 && first === tile.unit) this.firsts.push(tile);
    const over = first === undefined ? undefined : force[first];
    const top = tile.level === 0 ? tile.unit : over ? holder(over, view) : first;
    (tile.faces || []).forEach((face) => {
      this.tileOf[face] = tile.unit;
      this.firstOf[face] = first;
      this.topOf[face] = top;
    });
  }

  /** Who stands at the top of a version: the republic, another state, an authority.
   *
   * @param {Version} version
   */
  top(version) {
    if (version.level === 0) return version.unit;
    const above = holder(version, this.view);
    const first = version.level === 2 ? above !== undefined && this.force[above] : version;
    return first ? holder(first, this.view) || first.unit : above;
  }

  /** Whether a version is not the republic's, on a day on which there is the republic.
   *
   * @param {Version} version
   */
  isAbroad(version) {
    return this.force[REPUBLIC] !== undefined && this.top(version) !== REPUBLIC;
  }

  /** What a border is on the day: the republic's (or another ruler's, "beyond"), a gubernia's, a uezd's, a coast, the
   * edge of the map, or none.
   *
   * @param {import("./types").Border} border
   * @param {import("./types").Face[]} faces
   */
  rankOf(border, faces) {
    const { tileOf, firstOf, topOf } = this, [a, b] = border.sides;
    // Where the map ends no land does.
    if (border.frame) return "none";
    if (faces[a]?.water || faces[b]?.water) return "coast";
    if (a < 0 || b < 0) return topOf[a < 0 ? b : a] === REPUBLIC ? "republic" : "edge";
    const inside = topOf[a] === REPUBLIC || topOf[b] === REPUBLIC ? "" : " beyond";
    if (topOf[a] !== topOf[b]) return `republic${inside}`;
    if (firstOf[a] !== firstOf[b]) return `gubernia${inside}`;
    if (tileOf[a] !== tileOf[b]) return `uezd${inside}`;
    return "none";
  }
}
