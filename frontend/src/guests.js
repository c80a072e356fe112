/* A reader's own shapes and points, as values. Nothing here touches the page. */

/** A reader's shapes as GeoJSON, each with its label.
 *
 * @param {import("./types").Guest[]} guests
 * @returns {import("geojson").Feature<import("geojson").Geometry, { label?: string }>[]}
 */
export function featuresOf(guests) {
  return guests.map(({ geometry, label }) => ({ type: "Feature", geometry, properties: { label } }));
}

/** Whether a shape is of points; areas leave the pointer to the map below.
 *
 * @param {import("geojson").Geometry} geometry
 */
export function isPoint(geometry) {
  return geometry.type.endsWith("Point");
}

/** A place as the page is told of it: longitude and latitude to four decimals, about ten metres.
 *
 * @param {import("leaflet").LatLngLiteral} place
 * @returns {import("./types").Pair}
 */
export function pointOf({ lat, lng }) {
  return [Number(lng.toFixed(4)), Number(lat.toFixed(4))];
}
