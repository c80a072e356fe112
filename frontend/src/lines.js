/* What a stretch of border rests on: by pointer, by finger and by keyboard. */

import { element } from "./dom.js";
import { distanceTo, pathOf, pixelBounds } from "./leaflet.js";
import { evidenceOf, facesOf, isTold, lineOrder } from "./stretches.js";

/** @typedef {import("./map.js").Plate} Plate */
/** @typedef {{ plate: Plate, index: number, place: import("leaflet").LatLngLiteral, held: boolean }} Told */

/** How near the pointer, or a finger, must be to a line, in pixels. */
const POINTER_REACH = 5;
const FINGER_REACH = 14;
const GAP = 14;
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class LineTips {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    /** @type {Told | null} What is told now; held while the keyboard stands on it. */
    this.told = null;
    this.said = "";
    /** @type {number | null} The one stretch that takes the keyboard's focus. */
    this.stop = null;
    this.tip = element("div", { class: "kz-tooltip kz-line-tooltip" });
    this.tip.hidden = true;
  }

  /** Whether a stretch is on the map as a border, so that there is something to tell.
   *
   * @param {Plate} plate
   * @param {number} index
   */
  isTold(plate, index) {
    const { record, state, documented } = this.atlas;
    return isTold(record.borders[index], plate.day().ranks[index], state.level, documented);
  }

  /** @param {Plate} plate @param {number} index */
  evidenceOf(plate, index) {
    const { record, words, state } = this.atlas;
    return evidenceOf(record, words, plate.day(), state.level, index);
  }

  /** Show what a stretch rests on, at a place on it.
   *
   * @param {Plate} plate
   * @param {number} index
   * @param {import("leaflet").LatLngLiteral} place
   * @param {boolean} [held]
   */
  show(plate, index, place, held = false) {
    this.light(plate, index);
    this.told = { plate, index, place, held };
    const said = this.evidenceOf(plate, index), key = said.join("\n");
    if (this.said !== key) {
      this.said = key;
      this.tip.replaceChildren(...said.map((text, i) => element(i ? "span" : "strong", { text })));
    }
    this.place();
  }

  hide() {
    this.light(null, null);
    this.told = null;
  }

  /** @param {Plate | null} plate @param {number | null} index */
  light(plate, index) {
    this.atlas.plates().forEach((other) => { other.light(other === plate ? index : null); });
    this.atlas.root.classList.toggle("kz-on-line", Boolean(plate));
    this.tip.hidden = !plate;
  }

  /** After a step: tell the same stretch anew, or nothing if it is no border any more. */
  draw() {
    if (!this.told) return;
    const { plate, index, place, held } = this.told;
    if (this.isTold(plate, index)) this.show(plate, index, place, held);
    else this.hide();
  }

  /** Put what is said of a stretch beside its place, and wholly inside the map. */
  place() {
    if (!this.told) return;
    const { map } = this.atlas, at = map.latLngToContainerPoint(this.told.place), size = map.getSize();
    const w = this.tip.offsetWidth, h = this.tip.offsetHeight;
    const x = at.x + GAP + w <= size.x ? at.x + GAP : at.x - GAP - w >= 0 ? at.x - GAP - w : (size.x - w) / 2;
    // Where there is no room beside it, above or below the finger.
    const beside = x > at.x || x + w < at.x;
    const y = beside ? at.y - h / 2 : at.y - GAP - h >= 0 ? at.y - GAP - h : at.y + GAP;
    const top = Math.max(2, Math.min(y, size.y - h - 2));
    this.tip.style.transform = `translate(${Math.round(x)}px,${Math.round(top)}px)`;
  }

  /** The stretch nearest to a point of the map's window, if one is near enough.
   *
   * @param {import("leaflet").Point} at
   * @param {number} reach in pixels
   */
  near(at, reach) {
    const { map, state, plate: first, other, comparison } = this.atlas, point = map.containerPointToLayerPoint(at);
    const plate = state.compare && other && at.x > comparison.x() ? other : first;
    /** @type {{ plate: Plate, index: number, distance: number } | null} */
    let best = null;
    for (const [index, edge] of plate.edges.entries()) {
      if (!this.isTold(plate, index)) continue;
      const box = pixelBounds(edge);
      if (!box || point.x < box.min.x - reach || point.x > box.max.x + reach ||
          point.y < box.min.y - reach || point.y > box.max.y + reach) continue;
      const distance = distanceTo(edge, point);
      if (distance !== undefined && distance <= reach && (!best || distance < best.distance)) {
        best = { plate, index, distance };
      }
    }
    return best;
  }

  /** Tell the stretch under the pointer or a finger, if there is one.
   *
   * @param {MouseEvent} event
   * @param {number} reach in pixels
   */
  look(event, reach) {
    const { map } = this.atlas, dragging = event.buttons && pointerOf(event) === "mouse";
    if (/** @type {Element} */ (event.target).closest(".leaflet-control") || dragging) return this.hide();
    const at = map.mouseEventToContainerPoint(event), found = this.near(at, reach);
    if (found) this.show(found.plate, found.index, map.containerPointToLatLng(at));
    else if (this.told) this.hide();
  }

  /** The pointer is only listened to: a press near a line goes to the unit under it as it does elsewhere. */
  listenToPointer() {
    const { map } = this.atlas, container = map.getContainer();
    /** @type {PointerEvent | null} */
    let waiting = null;
    container.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse") return;
      if (!waiting) {
        requestAnimationFrame(() => {
          const last = waiting;
          waiting = null;
          if (last) this.look(last, POINTER_REACH);
        });
      }
      waiting = event;
    });
    container.addEventListener("pointerleave", () => { if (this.told) this.hide(); });
    container.addEventListener("click", (event) => {
      if (!["", "mouse"].includes(pointerOf(event))) this.look(event, FINGER_REACH);
    }, true);
    map.on("move zoomend", () => { this.place(); });
    map.on("movestart zoomstart", () => { if (this.told && !this.told.held) this.hide(); });
  }

  /** By keyboard the stretches are one stop; the arrows go from one to the next. The map listens for all of
   * them: a browser lets the keyboard come to every shape that listens for itself. */
  listenToKeys() {
    const container = this.atlas.map.getContainer();
    container.addEventListener("focusin", (event) => {
      const index = lineOf(event.target), { plate, record } = this.atlas;
      if (index === null) return;
      const order = this.order();
      // The reader who comes from elsewhere begins with the chosen unit's own border.
      if (lineOf(event.relatedTarget) === null && order.length && !order.includes(index)) return this.focus(order[0]);
      pathOf(plate.edges[index]).setAttribute("aria-label", this.evidenceOf(plate, index).join(". "));
      this.show(plate, index, record.middleOf(index), true);
    });
    container.addEventListener("focusout", () => { if (this.told?.held) this.hide(); });
    container.addEventListener("keydown", (event) => {
      const index = lineOf(event.target), step = STEPS[event.key];
      if (index === null || !step) return;
      event.preventDefault();
      event.stopPropagation();
      const order = this.order(), at = order.indexOf(index);
      if (order.length) this.focus(order[(Math.max(at, step > 0 ? -1 : 0) + step + order.length) % order.length]);
    });
  }

  /** The stretches in the arrows' order: the chosen unit's, or all in sight. */
  order() {
    const { plate, record, state, map } = this.atlas, day = plate.day(), bounds = map.getBounds();
    const version = state.unit ? day.force[state.unit] : undefined;
    return lineOrder(
      record, version ? facesOf(day, version) : [],
      (index) => this.isTold(plate, index), (place) => bounds.contains(place)
    );
  }

  /** @param {number} index */
  focus(index) {
    this.moveStop(index);
    pathOf(this.atlas.plate.edges[index]).focus({ preventScroll: true });
  }

  /** Exactly one stretch takes the keyboard's focus.
   *
   * @param {number | null} index
   */
  moveStop(index) {
    const { edges } = this.atlas.plate;
    if (this.stop === index) return;
    const old = this.stop === null ? null : pathOf(edges[this.stop]);
    ["tabindex", "role", "aria-label"].forEach((key) => { old?.removeAttribute(key); });
    this.stop = index;
    if (index === null) return;
    const path = pathOf(edges[index]);
    path.setAttribute("role", "img");
    path.setAttribute("tabindex", "0");
    path.setAttribute("aria-label", this.atlas.words.word("map.lines"));
  }

  /** After a step: where the stretch that takes the focus is no border any more, another does. */
  drawStop() {
    const { plate, record } = this.atlas;
    if (this.stop !== null && this.isTold(plate, this.stop)) return;
    const first = record.borders.findIndex((_, index) => this.isTold(plate, index));
    this.moveStop(first < 0 ? null : first);
  }
}

/** With what a click was made: a browser that does not say gives a MouseEvent.
 *
 * @param {MouseEvent} event
 */
function pointerOf(event) {
  return "pointerType" in event ? String(event.pointerType) : "";
}

/** The number of the stretch that a node draws.
 *
 * @param {EventTarget | null} node
 */
function lineOf(node) {
  return node instanceof SVGElement && node.dataset.line !== undefined ? Number(node.dataset.line) : null;
}
