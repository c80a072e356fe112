/* How a unit is filled: in whose colour, and how strongly. Nothing here touches the page. */

import { colour, strong, tint } from "./colours.js";
import { REPUBLIC } from "./constants.js";
import { firstOver } from "./snapshot.js";

/** @typedef {import("./types").Version} Version */
/** @typedef {import("./snapshot.js").Snapshot} Snapshot */

/** Whether a unit is another's by rule and the republic's by decree.
 *
 * @param {Version} version
 * @param {Snapshot} snapshot
 * @param {Snapshot} law the same day by decree
 */
function isClaimed(version, snapshot, law) {
  const decreed = law.force[version.unit];
  return snapshot.view === "de_facto" && Boolean(law.force[REPUBLIC]) && snapshot.top(version) !== REPUBLIC &&
    version.level > 0 && Boolean(decreed) && law.top(decreed) === REPUBLIC;
}

/** A version's colour, and the classes that make it stronger or paler.
 *
 * @param {Version} version
 * @param {number} level of the map: 1 gubernias, 2 uezds
 * @param {Snapshot} snapshot
 * @param {Snapshot} law the same day by decree
 * @param {Record<string, boolean>} home units that are the republic's at some time
 */
export function lookOf(version, level, snapshot, law, home) {
  const top = String(snapshot.top(version)), first = String(firstOver(version, snapshot.view, snapshot.force));
  if (top === REPUBLIC) return { fill: colour(first), css: `in t${level === 2 ? tint(version.unit) : 1}` };
  if (isClaimed(version, snapshot, law)) return { fill: strong(top), css: `claimed t${tint(version.unit)}` };
  if (home[first]) return { fill: colour(first), css: `home t${tint(version.unit)}` };
  return { fill: colour(top), css: "out" };
}

/** Where decree and rule part: the faces that others ruled and decrees gave to the republic, by who ruled them.
 *
 * @param {Snapshot} law
 * @param {Snapshot} fact
 */
export function ruledByOthers(law, fact) {
  /** @type {Record<string, number[]>} */
  const byRuler = {};
  if (!law.force[REPUBLIC]) return byRuler;
  law.topOf.forEach((top, face) => {
    const ruler = fact.topOf[face];
    if (top === REPUBLIC && ruler && ruler !== REPUBLIC) (byRuler[ruler] ||= []).push(face);
  });
  return byRuler;
}
