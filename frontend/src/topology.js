/* TopoJSON: arcs as steps on a grid, and areas as numbers of arcs. Nothing here touches the page. */

/** @typedef {import("./types").Ring} Ring */

export class Arcs {
  /**
   * @param {Pick<import("./types").MapData, "arcs" | "transform">} topology
   * @param {(lat: number, lng: number) => import("leaflet").LatLngLiteral} latLng makes a place of the map's kind
   */
  constructor(topology, latLng) {
    const { scale, translate } = topology.transform;
    /** @param {number} x @param {number} y */
    this.place = (x, y) => latLng(y * scale[1] + translate[1], x * scale[0] + translate[0]);
    this.forwards = topology.arcs.map((arc) => {
      let x = 0, y = 0;
      return arc.map((step) => this.place(x += step[0], y += step[1]));
    });
    /** @type {Ring[]} */
    this.backwards = [];
  }

  /** An arc by its number; `~number` is the same arc read backwards.
   *
   * @param {number} number
   */
  arc(number) {
    if (number >= 0) return this.forwards[number];
    if (!this.backwards[~number]) this.backwards[~number] = this.forwards[~number].slice().reverse();
    return this.backwards[~number];
  }

  /** Arcs that follow one another as one ring: each begins where the one before it ends.
   *
   * @param {number[]} numbers
   */
  ring(numbers) {
    /** @type {Ring} */
    const points = [];
    numbers.forEach((number) => {
      const arc = this.arc(number);
      for (let i = points.length ? 1 : 0; i < arc.length; i++) points.push(arc[i]);
    });
    return points;
  }

  /** All rings of an area in one list: with the even-odd rule holes and parts need no nesting.
   *
   * @param {import("./types").Area} area
   */
  rings(area) {
    const polygons = area.type === "MultiPolygon" ? area.arcs : [area.arcs];
    return polygons.flatMap((polygon) => polygon.map((ring) => this.ring(ring)));
  }
}

/** Whether a point lies inside rings, by the even-odd rule.
 *
 * @param {Ring[]} rings
 * @param {import("leaflet").LatLngLiteral} point
 */
export function contains(rings, point) {
  let inside = false;
  rings.forEach((ring) => {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i], b = ring[j];
      if ((a.lat > point.lat) !== (b.lat > point.lat) &&
          point.lng < (b.lng - a.lng) * (point.lat - a.lat) / (b.lat - a.lat) + a.lng) inside = !inside;
    }
  });
  return inside;
}

/** The area of the box round rings, in square degrees.
 *
 * @param {Ring[]} rings
 */
export function extentOf(rings) {
  let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity;
  rings.forEach((ring) => {
    ring.forEach(({ lat, lng }) => {
      west = Math.min(west, lng);
      east = Math.max(east, lng);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    });
  });
  return east < west ? 0 : (east - west) * (north - south);
}
