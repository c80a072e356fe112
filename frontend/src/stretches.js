/* Stretches of border: how each is drawn, and what is told of it. Nothing here touches the page. */

import { REPUBLIC } from "./constants.js";

/** @typedef {import("./types").Border} Border */
/** @typedef {import("./day.js").Day} Day */

/** What a stretch is on a map of uezds or of gubernias.
 *
 * @param {string} rank
 * @param {number} level
 */
export function rankAt(rank, level) {
  return level === 1 && rank.startsWith("uezd") ? "none" : rank;
}

/** Whether a stretch is on the map as a border, so that there is something to tell.
 *
 * @param {Border} border
 * @param {string} rank
 * @param {number} level
 * @param {boolean} documented whether conjectured lines are left out
 */
export function isTold(border, rank, level, documented) {
  if (border.frame || ["none", "edge"].includes(rankAt(rank, level))) return false;
  return !(documented && border.basis === "conjecture");
}

/** The stretches with a band beside them, where the republic ends; and, in a view of who ruled, those where it should
 * have ended by decree and did not.
 *
 * @param {Border[]} borders
 * @param {Day} day
 * @param {Day} law the same day by decree
 * @param {Day} fact the same day as it was ruled
 * @param {number} level
 * @param {boolean} documented whether conjectured lines are left out
 */
export function bandAndClaim(borders, day, law, fact, level, documented) {
  /** @type {number[]} */
  const band = [];
  /** @type {number[]} */
  const claim = [];
  borders.forEach((border, index) => {
    const rank = rankAt(day.ranks[index], level), [a, b] = border.sides;
    if (documented && border.basis === "conjecture") return;
    if (rank === "republic" && (day.authorityOf[a] === REPUBLIC) !== (day.authorityOf[b] === REPUBLIC)) band.push(index);
    if (rank !== "none" && day.view === "de_facto" &&
        law.ranks[index] === "republic" && fact.ranks[index] !== "republic") claim.push(index);
  });
  return { band, claim };
}

/** What is said of a stretch: a heading, then line by line.
 *
 * @param {import("./data.js").AtlasData} record
 * @param {import("./words.js").Words} words
 * @param {Day} day
 * @param {number} level
 * @param {number} index
 */
export function evidenceOf(record, words, day, level, index) {
  const border = record.borders[index], rank = day.ranks[index].split(" ");
  const holders = level === 1 ? day.guberniaOf : day.unitOf;
  const names = border.sides.map((face) => {
    const unit = holders[face], version = unit === undefined ? undefined : day.force[unit];
    return version ? words.text(version.label) : "";
  }).filter((name, i, all) => name && all.indexOf(name) === i);
  // Only the map's frame has no method, and nothing is told of that.
  const method = record.methods[/** @type {number} */ (border.method)];
  const sources = method.sources.map((source) => (
    source === "inference" || source === "general-knowledge" ? words.word(`card.source_${source}`) : record.sources[source]
  ));
  const kind = rank[0] === "authority" ? "ruler" : rank[0];
  return [
    names.join(" – ") || words.word("map.stretch_coast"),
    words.word(`map.stretch_${kind}`),
    words.word("map.rests_on", {
      basis: words.word(`card.basis_${border.basis}`), certainty: words.word(`card.certainty_${border.certainty}`)
    }),
    words.word("map.accuracy", { km: border.km }),
    words.word("map.drawn_as", { method: words.text(method.title) }),
    words.word("map.drawn_from", { sources: sources.join("; ") })
  ];
}

/** The faces that a unit holds on a day.
 *
 * @param {Day} day
 * @param {import("./types").Version} version
 */
export function facesOf(day, version) {
  const holders = version.level === 1 && !version.faces ? day.guberniaOf : day.unitOf;
  return holders.flatMap((unit, face) => unit === version.unit ? [face] : []);
}

/** The stretches in the arrows' order, from west to east: those round some faces, or all in sight.
 *
 * @param {import("./data.js").AtlasData} record
 * @param {number[]} faces
 * @param {(index: number) => boolean} told
 * @param {(place: import("leaflet").LatLngLiteral) => boolean} inSight
 */
export function lineOrder(record, faces, told, inSight) {
  const own = new Set(faces);
  return record.borders.map((_, index) => index).filter((index) => {
    const [a, b] = record.borders[index].sides;
    return told(index) && (own.size ? own.has(a) !== own.has(b) : inSight(record.middleOf(index)));
  }).sort((a, b) => record.middleOf(a).lng - record.middleOf(b).lng);
}
