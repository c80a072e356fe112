/* What the page gets, as window.Kazatlas: the map element, a timeline over a Leaflet map, the same in the app and in the
 * offline lesson.
 *
 * `Kazatlas.start(map, options)` takes a Leaflet map and
 *   data      the topology (see kazatlas.topology), or the address to fetch it from
 *   words     { kk: {...}, ru: {...}, en: {...} }: the element's words
 *   dates     { "1920-08-26": [kk, ru, en], ... }: each stop's date in words
 *   state     { date, view, level, unit, zone, compare, lang, embed }: what is shown first; `compare` is a
 *             second date, `embed` leaves map, timeline and attribution
 *   report    called with the state when the map comes to rest and when a unit is chosen
 *   witnesses the address of the places that prove the border, asked for only when the reader switches them on
 *   tiles     { url, credit }: optional online background, asked for only when the reader switches it on
 */
"use strict";

import { L } from "./leaflet.js";
import { Record } from "./data.js";
import { AtlasElement } from "./element.js";

window.Kazatlas = {
  start: function (map, options) {
    const queue = [];
    const atlas = window.kazatlas = {
      command: function (command) { queue.push(command); }
    };
    function begin(topology) {
      // What was said before the data came is where the map opens.
      queue.forEach((command) => { Object.assign(options.state, command); });
      const made = new AtlasElement(map, new Record(topology, L.latLng), options);
      atlas.element = made;
      atlas.command = function (command) { made.command(command); };
      if (options.state.guests) made.drawGuests(options.state.guests);
      made.root.classList.toggle("kz-pick", Boolean(options.state.pick));
      made.drawPoint(options.state.point);
      if (options.state.show) made.show(options.state.unit, options.state.zone);
      performance.mark("kazatlas-drawn");
      return made;
    }
    if (typeof options.data === "string") {
      return fetch(options.data).then((answer) => {
        if (!answer.ok) throw new Error(options.data + ": " + answer.status);
        return answer.json();
      }).then(begin).catch((error) => {
        const lang = options.state.lang;
        map.getContainer().textContent = options.words[lang]["map.failed"];
        throw error;
      });
    }
    return Promise.resolve(begin(options.data));
  },

  /* Under Streamlit: report to Python, follow its theme, and let links of the page move the map. */
  underStreamlit: function (map, options) {
    const root = document.documentElement;
    function theme() {
      // The component's frame gets the page's colours as variables; a dark page has a dark ground.
      const ground = getComputedStyle(root).getPropertyValue("--background-color").trim();
      const match = /^#?([0-9a-f]{6})/i.exec(ground);
      if (!match) return;
      const value = parseInt(match[1], 16);
      const light = (value >> 16) * 0.3 + ((value >> 8) & 255) * 0.59 + (value & 255) * 0.11;
      root.dataset.theme = light < 128 ? "dark" : "light";
    }
    theme();
    window.Streamlit.events.addEventListener(window.Streamlit.RENDER_EVENT, () => { setTimeout(theme); });
    options.report = function (state) { window.Streamlit.setComponentValue(state); };
    try {
      const page = window.parent.document;
      const step = function (event) {
        const link = event.target.closest && event.target.closest("a[data-kz]");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        window.kazatlas.element.follow(link.dataset);
      };
      page.addEventListener("click", step);
      window.addEventListener("pagehide", () => { page.removeEventListener("click", step); });
    } catch {
      // In a frame of another origin the links open the page anew, at the same place.
    }
    return this.start(map, options);
  }
};
