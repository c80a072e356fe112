/* How a unit is filled: in whose colour, and how strongly. Nothing here touches the page. */

import { colour, strong } from "./colours.js";

/** @typedef {import("./types").Version} Version */

/** @type {Record<string, string>} */
const CLASSES = { republic: "in", claimed: "claimed", home: "home", abroad: "out" };
/** The strength of a whole gubernia's colour, and of what is claimed of a unit in part. */
export const WHOLE = "t1";

/** A version's colour, and the classes that make it stronger or paler.
 *
 * @param {Version} version
 * @param {number} level of the map: 1 gubernias, 2 uezds
 * @param {import("./day.js").Day} day
 */
export function lookOf(version, level, day) {
  const { kind, colour: unit } = day.fills[version.unit];
  const strength = kind === "abroad" ? "" : ` ${level === 2 ? `t${version.tint}` : WHOLE}`;
  return { fill: kind === "claimed" ? strong(unit) : colour(unit), css: CLASSES[kind] + strength };
}
