/* How each kind of zone is hatched. */

import { element } from "./dom.js";

/** One cell of the hatching of each kind of zone: its size and its path. */
export const ZONE_CELLS = {
  dispute: [7, "M0 3.5H7M3.5 0V7"],
  contested: [5, "M2.5 0V5"],
  "shared-regime": [5, "M0 2.5H5"],
  "land-return": [6, "M2.2 3a.8 .8 0 1 0 1.6 0a.8 .8 0 1 0 -1.6 0"],
  unplaced: [8, "M4 0V8"]
};

export function zoneCell(kind) {
  return ZONE_CELLS[kind] || ZONE_CELLS.contested;
}

/** A piece of a zone's hatching, for the legend. */
export function zonePatch(kind) {
  let cell = zoneCell(kind), node = element("i", { class: "kz-stroke kz-zone-patch" }), size = cell[0], paths = "";
  for (let x = 0; x < 30; x += size) {
    for (let y = 0; y < 12; y += size) {
      paths += '<path class="kz-zone-line" transform="translate(' + x + " " + y + ')" d="' + cell[1] + '"/>';
    }
  }
  node.innerHTML = '<svg width="30" height="12" aria-hidden="true">' + paths + "</svg>";
  return node;
}
