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
