/* One day in one view: which versions are in force, who holds what, and what each stretch of line then is.
 *
 * All of it is worked out by the build (kazatlas.build.day_differences), which writes what changes from stop to stop;
 * here the changes are laid over one another. Nothing here touches the page. */

import { REPUBLIC } from "./constants.js";

/** @typedef {import("./types").Version} Version */
/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Answers} Answers */
/** @typedef {import("./types").DayDifference} DayDifference */
/** @typedef {Record<string | number, number[]>} Table the answers of one kind, each under its number */

/** How many numbers the answers of a kind have after the number of what they are about. */
const WIDTHS = Object.freeze({ versions: 1, faces: 4, lines: 1, fills: 2, towns: 1 });
/** Kinds whose answers are lists. */
const LISTS = Object.freeze(/** @type {const} */ (["claims", "hatches", "key"]));

/** Lay a day's changes over the answers of the stop before.
 *
 * @param {Record<string, Table>} before
 * @param {DayDifference} difference
 */
export function applied(before, difference) {
  /** @type {Record<string, Table>} */
  const now = {};
  Object.keys(before).forEach((kind) => { now[kind] = { ...before[kind] }; });
  Object.entries(difference.gone || {}).forEach(([kind, keys]) => {
    keys.forEach((key) => { delete now[kind][key]; });
  });
  Object.entries(WIDTHS).forEach(([kind, width]) => {
    const flat = difference[/** @type {keyof typeof WIDTHS} */ (kind)] || [];
    for (let at = 0; at < flat.length; at += width + 1) now[kind][flat[at]] = flat.slice(at + 1, at + 1 + width);
  });
  LISTS.forEach((kind) => {
    const flat = difference[kind] || [];
    for (let at = 0; at < flat.length; at += 2) {
      now[kind][/** @type {string} */ (flat[at])] = /** @type {number[]} */ (flat[at + 1]);
    }
  });
  return now;
}

export class Day {
  /**
   * @param {Answers} answers
   * @param {Version[]} versions
   * @param {Record<string, Table>} now the answers of this day
   * @param {string} date
   * @param {View} view
   */
  constructor({ units, ranks, fill_kinds: kinds }, versions, now, date, view) {
    this.date = date;
    this.view = view;
    /** @type {Record<string, Version>} The versions in force, by unit. */
    this.force = {};
    const numbers = Object.values(now.versions).map(([version]) => version).sort((a, b) => a - b);
    numbers.forEach((number) => { this.force[versions[number].unit] = versions[number]; });
    // For every face: the unit that holds it, the first-level unit over that, and the authority over both.
    /** @type {string[]} */
    this.unitOf = [];
    /** @type {string[]} */
    this.guberniaOf = [];
    /** @type {string[]} */
    this.authorityOf = [];
    /** @type {boolean[]} Whether it is the republic's by decree or in fact, or before there was one, will be. */
    this.isOurs = [];
    Object.entries(now.faces).forEach(([face, [unit, gubernia, authority, ours]]) => {
      this.unitOf[+face] = units[unit];
      this.guberniaOf[+face] = units[gubernia];
      this.authorityOf[+face] = units[authority];
      this.isOurs[+face] = ours === 1;
    });
    /** @type {Version[]} Those that hold faces by themselves: together they cover the map once. */
    this.tiles = this.inOrder(numbers, versions, this.unitOf);
    /** @type {Version[]} Those of a map of gubernias. */
    this.firsts = this.inOrder(numbers, versions, this.guberniaOf);
    /** @type {Version[]} Those of which only the seat is known. */
    this.points = numbers.map((number) => versions[number]).filter(({ geometry }) => geometry.type === "Point");
    /** @type {string[]} What each border is: a rank, and " beyond" where no land of the republic lies on it. */
    this.ranks = [];
    Object.entries(now.lines).forEach(([line, [code]]) => {
      this.ranks[+line] = ranks[code >> 1] + (code & 1 ? "" : " beyond");
    });
    /** @type {Record<string, { kind: string, colour: string }>} How each unit is filled. */
    this.fills = {};
    Object.entries(now.fills).forEach(([unit, [kind, colour]]) => {
      this.fills[units[+unit]] = { kind: kinds[kind], colour: units[colour] };
    });
    /** Faces of units that are claimed in part, by level and who governed them. */
    this.claims = [{}, this.claimsAt(now.claims, units, 1), this.claimsAt(now.claims, units, 2)];
    /** @type {Record<string, number[]>} Faces that decrees gave to the republic and others governed, by these. */
    this.hatches = {};
    Object.entries(now.hatches).forEach(([ruler, faces]) => { this.hatches[units[+ruler]] = faces; });
    /** @type {string[]} The republic's first-level units; before it was founded, those that it will have. */
    this.gubernias = (now.key[0] || []).map((unit) => units[unit]);
    /** @type {number[]} Of each town, the number of the name that it bore. */
    this.townNames = [];
    Object.entries(now.towns).forEach(([town, [name]]) => { this.townNames[+town] = name; });
  }

  /**
   * @param {number[]} numbers of the versions in force
   * @param {Version[]} versions
   * @param {string[]} holders by face
   */
  inOrder(numbers, versions, holders) {
    const wanted = new Set(holders);
    return numbers.map((number) => versions[number]).filter((version) => wanted.has(version.unit));
  }

  /** @param {Table} claims @param {string[]} units @param {number} level */
  claimsAt(claims, units, level) {
    /** @type {Record<string, number[]>} */
    const byRuler = {};
    Object.entries(claims).forEach(([key, faces]) => {
      const [at, ruler] = key.split(" ");
      if (+at === level) byRuler[units[+ruler]] = faces;
    });
    return byRuler;
  }

  /** Whether there is the republic by now. */
  get isFounded() {
    return this.force[REPUBLIC] !== undefined;
  }

  /** Whether no land of a tile, or of a unit of a map of gubernias, has to do with the republic.
   *
   * @param {string} unit
   * @param {number} level
   */
  isAbroad(unit, level) {
    const holders = level === 1 ? this.guberniaOf : this.unitOf;
    return !holders.some((holder, face) => holder === unit && this.isOurs[face]);
  }
}

export class Days {
  /**
   * @param {Answers} answers
   * @param {Version[]} versions
   * @param {string[]} dates of the stops
   */
  constructor(answers, versions, dates) {
    this.answers = answers;
    this.versions = versions;
    this.dates = dates;
    /** @type {Record<string, Record<string, Table>[]>} By view, for each stop. */
    this.tables = { de_jure: [], de_facto: [] };
    /** @type {Record<string, Day>} */
    this.days = {};
  }

  /** Everything that the map draws at a stop in a view, worked out once.
   *
   * @param {number} stop
   * @param {View} view
   */
  at(stop, view) {
    return this.days[stop + view] ||=
      new Day(this.answers, this.versions, this.tablesAt(stop, view), this.dates[stop], view);
  }

  /** @param {number} stop @param {View} view */
  tablesAt(stop, view) {
    const tables = this.tables[view], differences = this.answers.days[view];
    while (tables.length <= stop) {
      const before = tables[tables.length - 1] || Object.fromEntries([...Object.keys(WIDTHS), ...LISTS].map((kind) => [kind, {}]));
      tables.push(applied(before, differences[tables.length]));
    }
    return tables[stop];
  }
}
