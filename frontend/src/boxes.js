/* Boxes of labels: how a name may be broken and shifted, whether it fits, whether it is free of others. Sizes are in
 * pixels. Nothing here touches the page. */

/** @typedef {{ x: number, y: number, w: number, h: number }} Box */
/** @typedef {Box & { lines: string[], size: number }} Lettered relative to the label's point */

/** From the label's point, in the box's width and in lines; the middle first. */
const SHIFTS = [
  [0, 0], [0, -1], [0, 1], [-0.3, 0], [0.3, 0], [0, -2], [0, 2], [-0.3, -1.2], [0.3, -1.2], [-0.3, 1.2], [0.3, 1.2],
  [0, -3], [0, 3], [-0.6, 0], [0.6, 0]
];
/** The points of a box that must lie inside the unit, in its width and height. */
const TESTED = [[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0], [0.5, 1], [0, 0.5], [0.5, 0.5], [1, 0.5]];
/** So many places for one name are enough to choose from. */
const MOST = 10;

/** Ways to break a name into lines, the fewest lines first.
 *
 * @param {string} text
 */
export function breaks(text) {
  const ways = [[text]], parts = text.match(/[^ -]*[ -]|[^ -]+/g) || [text];
  for (let cut = 1; cut < parts.length; cut++) {
    ways.push([parts.slice(0, cut).join("").trim(), parts.slice(cut).join("").trim()]);
  }
  return ways;
}

/** Where a name fits inside its unit, best first.
 *
 * @param {string[][]} ways the name broken into lines
 * @param {number[]} sizes of letters, the best first
 * @param {(line: string, size: number) => number} measure gives a line's width
 * @param {(x: number, y: number) => boolean} inside whether a point lies in the unit, seen from the label's point
 */
export function boxesInside(ways, sizes, measure, inside) {
  /** @type {Lettered[]} */
  const found = [];
  for (const size of sizes) {
    for (const lines of ways) {
      if (found.length >= MOST) return found;
      const w = Math.max(...lines.map((line) => measure(line, size))) + 2, h = size * 1.12 * lines.length;
      for (const [right, down] of SHIFTS) {
        const x = right * w - w / 2, y = down * size * 1.1 - h / 2;
        if (found.length < MOST && TESTED.every(([across, below]) => inside(x + across * w, y + below * h))) {
          found.push({ x, y, w, h, lines, size });
        }
      }
    }
  }
  return found;
}

/** The places beside a point, the best first: right, left, below, above.
 *
 * @param {number} w
 * @param {number} h
 * @param {number} gap
 * @returns {Box[]}
 */
export function beside(w, h, gap) {
  return [[gap, -h / 2], [-gap - w, -h / 2], [-w / 2, gap], [-w / 2, -gap - h]].map(([x, y]) => ({ x, y, w, h }));
}

/** Whether a box keeps clear of all others.
 *
 * @param {Box} box
 * @param {Box[]} others
 */
export function isFree(box, others) {
  return others.every((other) => (
    box.x + box.w + 2 < other.x || other.x + other.w + 2 < box.x ||
    box.y + box.h + 1 < other.y || other.y + other.h + 1 < box.y
  ));
}

/** The room that is left on the map: labels never lie over one another, and over dots only where they must. */
export class Room {
  constructor() {
    /** @type {Box[]} */
    this.labels = [];
    /** @type {Box[]} */
    this.dots = [];
  }

  /** @param {{ x: number, y: number }} at @param {number} radius */
  addDot(at, radius) {
    this.dots.push({ x: at.x - radius, y: at.y - radius, w: 2 * radius, h: 2 * radius });
  }

  /** Take the room of a box, if it is free, and tell whether it was.
   *
   * @param {Box} box
   * @param {boolean} overDots whether it may lie over dots
   */
  take(box, overDots) {
    if (!isFree(box, this.labels) || !(overDots || isFree(box, this.dots))) return false;
    this.labels.push(box);
    return true;
  }
}
