/* Colours of units: each is a variable of map.css, which has them for light and dark. */

/** A unit's own colour.
 *
 * @param {string} unit
 */
export function colour(unit) {
  return `var(--c-${unit}, var(--c-other))`;
}

/** A ruler's colour where it rules what decrees gave to the republic.
 *
 * @param {string} ruler
 */
export function strong(ruler) {
  return `var(--h-${ruler}, var(--h-other))`;
}

/** One of four strengths: neighbouring uezds differ a little, and which one gets which follows from its name alone.
 *
 * @param {string} unit
 */
export function tint(unit) {
  let sum = 0;
  for (let i = 0; i < unit.length; i++) sum = (sum * 31 + unit.charCodeAt(i)) % 9973;
  return sum % 4;
}
