/* What the page gets, as window.Kazatlas: the map element, a timeline over a Leaflet map, the same in the app and in the
 * offline lesson.
 *
 * `Kazatlas.start(map, options)` takes a Leaflet map and options (see types.d.ts):
 *   data      the map's data, or the address to fetch it from
 *   words     { kk: {...}, ru: {...}, en: {...} }: the element's words
 *   dates     { "1920-08-26": [kk, ru, en], ... }: each stop's date in words
 *   state     { date, view, level, unit, zone, compare, lang, embed }: what is shown first; `compare` is a
 *             second date, `embed` leaves map, timeline and attribution
 *   report    called with the state when the map comes to rest and when a unit is chosen
 *   witnesses the address of the places that prove the border, asked for only when the reader switches them on
 *   tiles     { url, credit }: optional online background, asked for only when the reader switches it on
 */
import { AtlasData } from "./data.js";
import { AtlasElement } from "./element.js";
import { L } from "./leaflet.js";
import { followLinks, followTheme } from "./streamlit.js";

/** @typedef {import("./types").MapData} MapData */
/** @typedef {import("./types").Options} Options */

/** @param {string} address @returns {Promise<MapData>} */
async function fetchData(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

/** Make the element when its data are there; what was said before that is where it opens.
 *
 * @param {import("leaflet").Map} map
 * @param {Options} options
 * @param {MapData} topology
 * @param {import("./types").Command[]} queue
 */
function begin(map, options, topology, queue) {
  const { state } = options;
  queue.forEach((command) => { Object.assign(state, command); });
  const made = new AtlasElement(map, new AtlasData(topology, L.latLng), options);
  window.kazatlas.element = made;
  window.kazatlas.command = (command) => { made.command(command); };
  if (state.guests) made.uploads.drawGuests(state.guests);
  made.root.classList.toggle("kz-pick", Boolean(state.pick));
  made.uploads.drawPoint(state.point || null);
  if (state.show) made.show(state.unit || null, state.zone || null);
  performance.mark("kazatlas-drawn");
  return made;
}

window.Kazatlas = {
  async start(map, options) {
    /** @type {import("./types").Command[]} */
    const queue = [];
    window.kazatlas = { command: (command) => { queue.push(command); } };
    const { data } = options;
    if (typeof data !== "string") return begin(map, options, data, queue);
    try {
      return begin(map, options, await fetchData(data), queue);
    } catch (error) {
      map.getContainer().textContent = options.words[options.state.lang]["map.failed"];
      throw error;
    }
  },

  async underStreamlit(map, options) {
    followTheme();
    options.report = (report) => { window.Streamlit.setComponentValue(report); };
    followLinks();
    return this.start(map, options);
  }
};
