/* The divider between two dates beside each other. Nothing here touches the page. */

/** How far a key moves the divider, in percent of the map's width.
 *
 * @type {Record<string, number>}
 */
const STEPS = {
  ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100
};
/** Further than any map, in pixels. */
const FAR = 1e5;

/** Where the divider then stands, in percent; nothing if the key does not move it.
 *
 * @param {number} share where it stands now
 * @param {string} key
 */
export function shareAfter(share, key) {
  return Object.hasOwn(STEPS, key) ? withinMap(share + STEPS[key]) : null;
}

/** @param {number} share in percent of the map's width */
export function withinMap(share) {
  return Math.max(0, Math.min(100, share));
}

/** The shapes, in CSS, of what lies left and right of the divider.
 *
 * @param {number} x in pixels
 */
export function sides(x) {
  return { left: side(-FAR, x), right: side(x, FAR) };
}

/** @param {number} from @param {number} to */
function side(from, to) {
  const corners = [[from, -FAR], [to, -FAR], [to, FAR], [from, FAR]];
  return `polygon(${corners.map(([x, y]) => `${x}px ${y}px`).join(",")})`;
}
